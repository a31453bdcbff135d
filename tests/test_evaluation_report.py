"""The page of an evaluation: self-contained, well-formed, marks told apart by shape."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from support_pipeline import default

from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.evaluation.figures import Evaluation
from gesturepose.evaluation.labels import Interval, Label, LabelledSource
from gesturepose.evaluation.mapping import check_mapping
from gesturepose.evaluation.matching import Detection, Replay, SourceResult, match
from gesturepose.evaluation.report import (
    check_report_path,
    find_clip,
    format_report,
    write_report,
)
from gesturepose.evaluation.timeline import draw_timeline

HOSTILE = '<img src=x>&"'


def judge(name: str, *begins: tuple[str, float], labelled: bool = True) -> SourceResult:
    source = LabelledSource(
        Path("folder", name),
        gestures=(Label("spread", 1, 2, 3), Label("gather", 19.0, 20.5, 21.5)) if labelled else (),
        ignore=(Interval(HOSTILE, 30, 45),) if labelled else (),
        labelled=labelled,
    )
    detections = tuple(Detection(gesture, t, t + 0.4) for gesture, t in begins)
    return match(source, Replay(detections, 0.0, 52.0, 1500))


GOOD = judge("good.mp4", ("spread", 2.0), ("gather", 20.0))
BAD = judge("bad.mp4", ("spread", 2.0), ("clap", 10.0), ("wave", 39.9))
WORSE = judge("worse<b>.mp4", ("clap", 10.0), ("clap", 51.9), (HOSTILE, 40.0))
UNKNOWN = judge("unknown.poses.jsonl", ("clap", 10.0), labelled=False)


def page(*results: SourceResult, clip: Path | None = None) -> str:
    evaluation = Evaluation(results)
    mapping = check_mapping(default(), evaluation)
    return format_report(evaluation, mapping, engagement="wake", clip=clip)


def marks(result: SourceResult) -> list[tuple[str, str]]:
    """Tag and outcome of each mark, in the order of the drawing."""
    tree = ET.fromstring(draw_timeline(result))  # noqa: S314 - drawn a moment ago
    return [
        (element.tag, element.get("class", "").removeprefix("mark "))
        for element in tree.iter()
        if element.get("class", "").startswith("mark ")
    ]


def test_marks_differ_by_shape_and_not_by_colour_alone() -> None:
    assert marks(GOOD) == [("circle", "found")] * 2
    assert marks(BAD) == [("circle", "found"), ("path", "false"), ("path", "confused")]
    assert marks(UNKNOWN) == [("rect", "unjudged")]
    # Both are paths: an open cross, and a closed diamond.
    drawn = draw_timeline(BAD)
    cross, diamond = (
        re.search(rf'class="mark {kind}" d="([^"]+)"', drawn) for kind in ("false", "confused")
    )
    assert cross is not None
    assert diamond is not None
    assert not cross[1].endswith("z")
    assert diamond[1].endswith("z")


def test_every_label_is_drawn_found_or_missed_and_over_a_strip_s_end_twice() -> None:
    drawn = draw_timeline(BAD)
    tree = ET.fromstring(drawn)  # noqa: S314 - drawn a moment ago
    kinds = [e.get("class") for e in tree.iter("rect") if "label" in e.get("class", "")]
    assert kinds.count("label found") == 1
    # 52 s make strips of 18 s or so; the missed gather lies in one or two of them.
    assert kinds.count("label missed") in (1, 2)
    assert "spread (found), 1.00 to 3.00 s, stroke ends at 2.00 s" in drawn
    assert "gather (missed)" in drawn


def test_every_mark_lies_inside_the_drawing() -> None:
    for result in (GOOD, BAD, WORSE, UNKNOWN):
        tree = ET.fromstring(draw_timeline(result))  # noqa: S314 - drawn a moment ago
        _, _, width, height = map(float, tree.get("viewBox", "").split())
        for element in tree.iter():
            for key, limit in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                assert 0 <= float(element.get(key, 0)) <= limit


def test_the_page_needs_nothing_from_anywhere() -> None:
    text = page(GOOD, BAD, WORSE, UNKNOWN)
    assert not re.search(r"https?:|//|<script|<link|@import|url\(|\bsrc=(?!x)", text)
    assert "prefers-color-scheme: dark" in text


def test_names_from_files_are_escaped() -> None:
    text = page(BAD, WORSE)
    assert "<img" not in text
    assert "<b>" not in text
    assert "worse&lt;b&gt;.mp4" in text


def test_the_worst_clip_comes_first_and_good_ones_only_when_asked_for() -> None:
    def titles(text: str) -> list[str]:
        return re.findall(r"<summary><strong>([^<]+)</strong>", text)

    worst, bad, good = "worse&lt;b&gt;.mp4", "bad.mp4", "good.mp4"
    assert titles(page(GOOD, BAD, WORSE)) == [worst, bad]
    assert titles(page(GOOD, BAD, WORSE, clip=BAD.source.path)) == [bad, worst]
    assert titles(page(GOOD, BAD, WORSE, clip=GOOD.source.path)) == [good, worst, bad]
    assert titles(page(GOOD)) == [good]
    assert titles(page(UNKNOWN)) == ["unknown.poses.jsonl"]


def test_the_figures_are_those_of_the_table() -> None:
    text = page(GOOD, BAD)
    row = re.search(r'<tr><th scope="row">gather</th>.*?</tr>', text)
    assert row is not None
    cells = re.findall(r"<td>([^<]*)</td>", row[0])
    assert cells[:4] == ["2", "0.50", "1.00", "0"]
    assert "2 sources with labels" in text
    assert "engagement wake" in text


def test_a_clip_is_found_by_any_of_its_names() -> None:
    sources = [LabelledSource(Path("a/one.poses.jsonl")), LabelledSource(Path("a/two.mp4"))]
    for name in ("one", "one.poses", "one.poses.jsonl", "a/one.poses.jsonl"):
        assert find_clip(name, sources) == sources[0].path
    with pytest.raises(UsageError, match="is 'tow'; did you mean 'two'"):
        find_clip("tow", sources)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    check_report_path(tmp_path / "r.html")
    with pytest.raises(UsageError, match="is a folder"):
        check_report_path(tmp_path)
    with pytest.raises(UsageError, match="does not exist"):
        check_report_path(tmp_path / "no" / "r.html")
    with pytest.raises(GesturePoseError, match=r"r\.html cannot be written"):
        write_report(tmp_path / "no" / "r.html", "")
