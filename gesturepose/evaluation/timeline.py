"""One source as a drawing (SVG): labels above, detections below, other gestures shaded.

Time runs in strips from left to right. What a mark means shows in its shape as well as its colour;
colours come from the page's style sheet. Draws what was judged elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from gesturepose.evaluation.matching import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gesturepose.evaluation.labels import Interval, Label
    from gesturepose.evaluation.matching import Judgement, SourceResult

WIDTH = 1080
_LEFT, _RIGHT = 84, 24
_STRIP_S = 20.0
# From the top of a strip, in px: shade and its name, names of labels in rows, bars of labels,
# marks of detections, their names in rows, times.
_SHADE_Y, _SHADE_NAME_Y = 2, 13
_LABEL_NAME_Y, _LABEL_ROWS = 42, 2
_NAME_STEP = 13
_LABEL_Y, _LABEL_H = 47, 14
_MARK_Y = 82
_NAME_Y, _NAME_ROWS = 101, 3
_TIME_Y = _NAME_Y + _NAME_ROWS * _NAME_STEP + 2
_STRIP_H = _TIME_Y + 14
_CHAR_PX = 6.4
"""Width of a character of 11 px, on average; names that would touch go to other rows."""
_STEPS_S = (1.0, 2.0, 5.0)
_MARK_PX = 6.0


@dataclass(frozen=True, slots=True)
class _Strip:
    """A stretch of time and where it is drawn."""

    start_s: float
    end_s: float
    top: float
    px_s: float

    def x(self, time_s: float) -> float:
        return _LEFT + (min(max(time_s, self.start_s), self.end_s) - self.start_s) * self.px_s

    def overlaps(self, start_s: float, end_s: float) -> bool:
        return start_s < self.end_s and end_s > self.start_s

    def holds(self, time_s: float, *, last: bool) -> bool:
        return self.start_s <= time_s < self.end_s or (last and time_s >= self.end_s)


def draw_timeline(result: SourceResult) -> str:
    """Draw a source as an ``<svg>`` element that needs the page's style sheet."""
    strips = _cut(result)
    height = len(strips) * _STRIP_H
    parts: list[str] = []
    for i, strip in enumerate(strips):
        parts += _draw_strip(result, strip, last=i == len(strips) - 1)
    missed, name = len(result.missed), escape(result.source.path.name, quote=True)
    return (
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{name}: '
        f"{len(result.source.gestures)} labels, {missed} missed, "
        f'{len(result.judgements)} detections">' + "".join(parts) + "</svg>"
    )


def _cut(result: SourceResult) -> list[_Strip]:
    """Divide the time into strips of equal length, none of them much longer than `_STRIP_S`."""
    start_s = min(result.replay.start_s, 0.0)
    ends = [result.replay.end_s, *(known.end_s for known in result.source.gestures)]
    seconds = max(max(ends) - start_s, 1.0)
    strips = max(1, math.ceil(seconds / _STRIP_S - 0.25))
    length_s = max(math.ceil(seconds / strips), 5)
    px_s = (WIDTH - _LEFT - _RIGHT) / length_s
    return [
        _Strip(start_s + i * length_s, start_s + (i + 1) * length_s, i * _STRIP_H, px_s)
        for i in range(strips)
    ]


def _draw_strip(result: SourceResult, strip: _Strip, *, last: bool) -> Iterator[str]:
    source = result.source
    yield from _draw_axis(strip, result.replay.end_s)
    for interval in source.ignore:
        if strip.overlaps(interval.start_s, interval.end_s):
            yield _draw_shade(interval, strip, "ignore")
    for interval in source.negatives:
        if strip.overlaps(interval.start_s, interval.end_s):
            yield _draw_shade(interval, strip, "everyday")
    missed = {id(label) for label in result.missed}
    labels = [label for label in source.gestures if strip.overlaps(label.start_s, label.end_s)]
    rows = _place_names([(strip.x(m.start_s), len(m.name)) for m in labels], _LABEL_ROWS)
    for label, row in zip(labels, rows, strict=True):
        yield _draw_label(label, strip, row, missed=id(label) in missed)
    here = [j for j in result.judgements if strip.holds(j.detection.time_s, last=last)]
    rows = _place_names(
        [(strip.x(j.detection.time_s), len(j.detection.gesture)) for j in here], _NAME_ROWS
    )
    for judgement, row in zip(here, rows, strict=True):
        yield _draw_detection(judgement, strip, row)


def _draw_axis(strip: _Strip, end_s: float) -> Iterator[str]:
    bottom = strip.top + _TIME_Y - 10
    for y, text in ((_LABEL_Y + 11, "labels"), (_MARK_Y + 4, "detections")):
        yield f'<text class="side" x="0" y="{strip.top + y:.0f}">{text}</text>'
    yield (
        f'<line class="axis" x1="{_LEFT}" x2="{strip.x(end_s):.1f}" '
        f'y1="{strip.top + _MARK_Y}" y2="{strip.top + _MARK_Y}"/>'
    )
    step_s = next((s for s in _STEPS_S if s * strip.px_s >= 44), _STEPS_S[-1])
    time_s = math.ceil(strip.start_s / step_s) * step_s
    while time_s <= strip.end_s:
        x = strip.x(time_s)
        yield (
            f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="{strip.top + 20:.0f}" '
            f'y2="{bottom:.0f}"/><text class="time" x="{x:.1f}" y="{bottom + 13:.0f}" '
            f'text-anchor="middle">{time_s:g} s</text>'
        )
        time_s += step_s


def _draw_shade(interval: Interval, strip: _Strip, kind: str) -> str:
    x, end = strip.x(interval.start_s), strip.x(interval.end_s)
    y = strip.top + _SHADE_Y
    name = escape(interval.name)
    title = f"{name}, {interval.start_s:.2f} to {interval.end_s:.2f} s"
    return (
        f'<g><title>{title}</title><rect class="{kind}" x="{x:.1f}" y="{y}" '
        f'width="{max(end - x, 1):.1f}" height="{_TIME_Y - 12}"/>'
        + _fit_text(interval.name, x + 4, end, strip.top + _SHADE_NAME_Y)
        + "</g>"
    )


def _draw_label(label: Label, strip: _Strip, row: int, *, missed: bool) -> str:
    x, end = strip.x(label.start_s), strip.x(label.end_s)
    y, stroke = strip.top + _LABEL_Y, strip.x(label.stroke_s)
    state = "missed" if missed else "found"
    name = escape(label.name)
    title = (
        f"{name} ({state}), {label.start_s:.2f} to {label.end_s:.2f} s, "
        f"stroke ends at {label.stroke_s:.2f} s"
    )
    name_y = strip.top + _LABEL_NAME_Y - row * _NAME_STEP
    text = _write_name(name, x, name_y, f"label-name {state}")
    tick = ""
    if strip.start_s <= label.stroke_s <= strip.end_s:
        tick = (
            f'<line class="stroke {state}" x1="{stroke:.1f}" x2="{stroke:.1f}" '
            f'y1="{y + _LABEL_H}" y2="{y + _LABEL_H + 7}"/>'
        )
    return (
        f'<g><title>{title}</title><rect class="label {state}" x="{x:.1f}" y="{y}" rx="3" '
        f'width="{max(end - x, 2):.1f}" height="{_LABEL_H}"/>{tick}{text}</g>'
    )


def _fit_text(text: str, x: float, end: float, y: float) -> str:
    """Write the name of a stretch as far as there is room for it."""
    room = int((end - x) / _CHAR_PX)
    if room < 2:
        return ""
    shown = text if len(text) <= room else text[: room - 1] + "…"
    return f'<text class="shade-name" x="{x:.1f}" y="{y:.0f}">{escape(shown)}</text>'


def _write_name(name: str, x: float, y: float, kind: str) -> str:
    """Write an escaped name from ``x`` on, or up to it where the drawing ends."""
    near_edge = WIDTH - x < len(name) * _CHAR_PX
    anchor = ' text-anchor="end"' if near_edge else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.0f}"{anchor}>{name}</text>'


def _draw_detection(judgement: Judgement, strip: _Strip, row: int) -> str:
    detection = judgement.detection
    x, y = strip.x(detection.time_s), strip.top + _MARK_Y
    kind = judgement.outcome.value
    name = escape(detection.gesture)
    delay = "" if judgement.delay_s is None else f", {judgement.delay_s:+.2f} s after the stroke"
    during = f", during {escape(judgement.during)}" if judgement.label is None else ""
    title = (
        f"{name} ({kind}) at {detection.time_s:.2f} s{delay}{during if judgement.during else ''}"
    )
    lasting = ""
    if detection.end_s > detection.time_s + 0.05:
        lasting = (
            f'<line class="lasting {kind}" x1="{x:.1f}" x2="{strip.x(detection.end_s):.1f}" '
            f'y1="{y}" y2="{y}"/>'
        )
    text = _write_name(name, x - _MARK_PX, strip.top + _NAME_Y + row * _NAME_STEP, f"name {kind}")
    mark = draw_mark(judgement.outcome, x, y)
    return f"<g><title>{title}</title>{lasting}{mark}{text}</g>"


def draw_mark(outcome: Outcome, x: float, y: float) -> str:
    """Draw a detection's mark: disc, cross, diamond or square, by what it turned out to be."""
    r = _MARK_PX
    match outcome:
        case Outcome.FOUND:
            return f'<circle class="mark found" cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>'
        case Outcome.FALSE:
            return (
                f'<path class="mark false" d="M{x - r:.1f} {y - r:.1f}l{2 * r} {2 * r}'
                f'm0 {-2 * r}l{-2 * r} {2 * r}"/>'
            )
        case Outcome.CONFUSED:
            d = r + 1.5
            return (
                f'<path class="mark confused" d="M{x:.1f} {y - d:.1f}l{d} {d}l{-d} {d}'
                f'l{-d} {-d}z"/>'
            )
        case Outcome.UNJUDGED:
            return (
                f'<rect class="mark unjudged" x="{x - r:.1f}" y="{y - r:.1f}" '
                f'width="{2 * r}" height="{2 * r}"/>'
            )


def _place_names(names: Sequence[tuple[float, int]], count: int) -> list[int]:
    """Choose one of ``count`` rows for each name ``(x, characters)``, so that few touch."""
    free = [-math.inf] * count
    rows = []
    for x, characters in names:
        row = next((i for i, end in enumerate(free) if end <= x), free.index(min(free)))
        free[row] = x + characters * _CHAR_PX + 10
        rows.append(row)
    return rows
