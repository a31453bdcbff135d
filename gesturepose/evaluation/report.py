"""An evaluation as one self-contained page: figures, what went wrong, and timelines.

The page needs no network and runs no scripts; it is light or dark as the reader's system is.
Shows what was counted elsewhere.
"""

from __future__ import annotations

from difflib import get_close_matches
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose import __version__
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.evaluation.figures import IDLE, percentile, ratio
from gesturepose.evaluation.matching import Outcome
from gesturepose.evaluation.tables import (
    COLUMNS,
    cells_of,
    count,
    length,
    number,
    summarise,
    tell_mapping,
)
from gesturepose.evaluation.timeline import draw_mark, draw_timeline
from gesturepose.platforms.small_files import is_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gesturepose.evaluation.figures import Evaluation
    from gesturepose.evaluation.labels import LabelledSource
    from gesturepose.evaluation.mapping import MappingCheck
    from gesturepose.evaluation.matching import SourceResult

_STYLE = Path(__file__).with_name("report.css")
_LEGEND = (
    (Outcome.FOUND, "found"),
    (Outcome.FALSE, "false activation"),
    (Outcome.CONFUSED, "confusion"),
    (Outcome.UNJUDGED, "not judged"),
)


def check_report_path(path: Path) -> None:
    """Make sure that a page can be written there, before anything takes time.

    Raises
    ------
    UsageError
        If its folder does not exist, or it is a folder itself.
    """
    if is_folder(path):
        raise UsageError(f"--report: {path} is a folder; give a file, as {path / 'report.html'}")
    if not is_folder(path.parent):
        raise UsageError(f"--report: the folder of {path} does not exist")


def find_clip(name: str, sources: Iterable[LabelledSource]) -> Path:
    """Which of the sources ``--clip`` means: by path, by file name, or by the name before a dot.

    Raises
    ------
    UsageError
        If there is none.
    """
    known: dict[str, Path] = {}
    for source in sources:
        path = source.path
        for word in (path.name.split(".")[0], path.stem, path.name, str(path)):
            known.setdefault(word, path)
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"--clip: none of the clips evaluated is '{name}'{hint}")
    return known[name]


def write_report(path: Path, page: str) -> None:
    """Write the page.

    Raises
    ------
    GesturePoseError
        If it cannot be written.
    """
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise GesturePoseError(f"--report: {path} cannot be written: {error.strerror}") from error


def format_report(
    evaluation: Evaluation, mapping: MappingCheck, *, engagement: str, clip: Path | None = None
) -> str:
    """Make the page.

    Parameters
    ----------
    evaluation, mapping
        What it shows.
    engagement
        The mode it was measured in.
    clip
        The source whose timeline comes first; ``None`` for the one with most mistakes. The
        timelines of all others with a mistake follow it.
    """
    sections = [
        _tiles(evaluation),
        _section("Gestures", _gesture_table(evaluation) + _paragraphs(summarise(evaluation))),
        _section("Timelines", _legend() + _timelines(evaluation.results, clip)),
        _section(
            "False activations, by what was being made or had just ended", _during_table(evaluation)
        ),
        _section("Confusions, by the other gesture being made", _confusion_table(evaluation)),
        _section("Mapping check", _list(tell_mapping(mapping))),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        "<title>GesturePose: evaluation</title>"
        f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style></head><body><main>"
        "<header><h1>Evaluation of gestures</h1>"
        f"<p>{count(len(evaluation.results), 'source')}, engagement {escape(engagement)}, "
        f"GesturePose {__version__}</p></header>" + "".join(sections) + "</main></body></html>\n"
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>" if content else ""


def _tiles(evaluation: Evaluation) -> str:
    overall = evaluation.overall
    labelled = bool(evaluation.hours)
    tiles = [
        ("recall", number(overall.recall, 2), f"{overall.found} of {overall.labelled} labels"),
        ("precision", number(overall.precision, 2), count(overall.false, "false activation")),
        (
            "false per hour",
            number(ratio(overall.false, evaluation.hours), 1),
            f"over {length(evaluation.hours)}",
        ),
        (
            "false per idle hour",
            number(ratio(overall.idle_false, evaluation.idle_hours), 1),
            f"over {length(evaluation.idle_hours)}",
        ),
        (
            "delay, median",
            number(percentile(overall.delays_s, 50), 2, " s"),
            f"p95 {number(percentile(overall.delays_s, 95), 2, ' s')}",
        ),
    ]
    if evaluation.ignore_intervals:
        share = ratio(100 * evaluation.confused_intervals, evaluation.ignore_intervals)
        told = f"{evaluation.confused_intervals} of {evaluation.ignore_intervals} stretches"
        tiles.append(("confused", number(share, 1, " %"), told))
    if not labelled:
        tiles = [("detections", str(overall.unjudged), f"in {length(evaluation.unjudged_hours)}")]
    cells = "".join(
        f"<div><dt>{name}</dt><dd>{value}</dd><dd>{told}</dd></div>" for name, value, told in tiles
    )
    return f'<dl class="tiles">{cells}</dl>'


def _gesture_table(evaluation: Evaluation) -> str:
    rows = []
    for name, tally in evaluation.gestures.items():
        rows.append([name, *cells_of(tally, evaluation.hours), str(tally.unjudged)])
    last = [
        "all",
        *cells_of(evaluation.overall, evaluation.hours),
        str(evaluation.overall.unjudged),
    ]
    heads = ["gesture", *(head for head, _ in COLUMNS), "unlabelled"]
    if not evaluation.overall.unjudged:
        heads, last = heads[:-1], last[:-1]
        rows = [row[:-1] for row in rows]
    return _table(heads, rows, last)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], last: Sequence[str] = ()) -> str:
    def line(cells: Sequence[str]) -> str:
        first, *rest = map(escape, cells)
        figures = "".join(f"<td>{cell}</td>" for cell in rest)
        return f'<tr><th scope="row">{first}</th>{figures}</tr>'

    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    foot = f"<tfoot>{line(last)}</tfoot>" if last else ""
    body = "".join(map(line, rows))
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}'
        "</table></div>"
    )


def _during_table(evaluation: Evaluation) -> str:
    made = {name for counts in evaluation.during.values() for name in counts}
    columns = sorted(made - {IDLE}) + [IDLE] * (IDLE in made)
    rows = [
        [fired, *(str(counts[name] or "") for name in columns)]
        for fired, counts in sorted(evaluation.during.items())
    ]
    return _table(["fired", *columns], rows) if rows else ""


def _confusion_table(evaluation: Evaluation) -> str:
    kinds = evaluation.confusions
    columns = sorted({name for kind in kinds.values() for name in kind.gestures})
    rows = [
        [
            name,
            f"{kind.confused} of {kind.intervals}",
            *(str(kind.gestures[c] or "") for c in columns),
        ]
        for name, kind in kinds.items()
    ]
    return _table(["made", "confused", *columns], rows) if rows else ""


def _legend() -> str:
    marks = "".join(
        f'<li><svg viewBox="0 0 18 18" aria-hidden="true">{draw_mark(outcome, 9, 9)}</svg>{text}'
        for outcome, text in _LEGEND
    )
    boxes = "".join(
        f'<li><svg viewBox="0 0 26 18" aria-hidden="true">'
        f'<rect class="{kind}" x="1.5" y="2" width="23" height="14" rx="3"/></svg>{text}'
        for kind, text in (
            ("label found", "label, found"),
            ("label missed", "label, missed"),
            ("ignore", "another gesture"),
            ("everyday", "everyday movement"),
        )
    )
    return (
        f'<ul class="legend">{marks}{boxes}</ul>'
        "<p>The tick below a label is the end of its stroke; the bar after a detection is how "
        "long a posture was held. Point at anything for its times.</p>"
    )


def _timelines(results: Sequence[SourceResult], clip: Path | None) -> str:
    wrong = sorted((r for r in results if r.mistakes), key=lambda r: -r.mistakes)
    first = next((r for r in results if r.source.path == clip), (wrong or list(results))[0])
    others = [result for result in wrong if result is not first]
    return _figure(first, opened=True) + "".join(_figure(r, opened=False) for r in others)


def _figure(result: SourceResult, *, opened: bool) -> str:
    false = sum(j.outcome is Outcome.FALSE for j in result.judgements)
    confused = sum(j.outcome is Outcome.CONFUSED for j in result.judgements)
    told = [count(len(result.source.gestures), "label")] if result.source.labelled else []
    told += [f"{len(result.missed)} missed"] if result.missed else []
    told += [f"{false} false"] if false else []
    told += [f"{confused} confused"] if confused else []
    told += [] if result.source.labelled else ["no labels"]
    return (
        f"<details{' open' if opened else ''}><summary><strong>"
        f"{escape(result.source.path.name)}</strong> {', '.join(told)}</summary>"
        f'<div class="wide">{draw_timeline(result)}</div></details>'
    )


def _paragraphs(lines: Iterable[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _list(lines: Iterable[str]) -> str:
    items = []
    for line in lines:
        text = escape(line.strip())
        items.append(f'<li class="more">{text}' if line.startswith(" ") else f"<li>{text}")
    return f"<ul>{''.join(items)}</ul>"
