"""Draws the one diagram of how GesturePose works: stages, the values between them, the threads.

The stages and values are listed as data below. It draws; it must not run anything.
"""  # noqa: INP001 - a script's part, not a package

from __future__ import annotations

_WIDTH, _HEIGHT = 920, 330
_BOX_WIDTH, _BOX_HEIGHT, _TOP = 128, 92, 84
_FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"

#: Left edge, name of the stage's package, what it does in two lines.
_STAGES = (
    (28, "capture", "camera, file,", "stream or demo"),
    (222, "pose", "network finds", "every person"),
    (380, "tracking", "identity and", "steady keypoints"),
    (538, "gestures", "rules in body", "coordinates"),
    (764, "actions", "keys, windows,", "applications"),
)
#: Left edge, right edge and name of each thread's lane.
_LANES = (
    (14, 170, "capture thread"),
    (208, 680, "engine thread"),
    (750, 906, "actions thread"),
)
#: From x to x, and the value that goes there; stages of one thread pass it directly.
_FLOWS = (
    (350, 380, "poses"),
    (508, 538, "tracks"),
)


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" {style}>{text}</text>'


def _box(x: float, y: float, width: float, height: float, style: str) -> str:
    corner = 10 if width > 100 else 3
    size = f'width="{width:g}" height="{height:g}" rx="{corner}"'
    return f'<rect x="{x:g}" y="{y:g}" {size} {style}/>'


def _arrow(points: str, style: str = "") -> str:
    return f'<polyline points="{points}" class="flow" marker-end="url(#tip)" {style}/>'


def draw_diagram() -> str:
    """Return the diagram as SVG text."""
    middle = _TOP + _BOX_HEIGHT / 2
    parts = [_box(0, 20, _WIDTH, _HEIGHT - 20, 'fill="#F8FAFC"')]
    for left, right, name in _LANES:
        parts.append(_box(left, 40, right - left, 160, 'fill="#CCFBF1" opacity=".6"'))
        parts.append(_text((left + right) / 2, 62, name, 'class="lane"'))
    for left, name, *lines in _STAGES:
        parts.append(_box(left, _TOP, _BOX_WIDTH, _BOX_HEIGHT, 'class="stage"'))
        centre = left + _BOX_WIDTH / 2
        parts.append(_text(centre, _TOP + 30, name, 'class="name"'))
        parts += [
            _text(centre, _TOP + 55 + 19 * row, line, 'class="words"')
            for row, line in enumerate(lines)
        ]
    for start, end, value in _FLOWS:
        parts.append(_arrow(f"{start + 2},{middle:g} {end - 3},{middle:g}"))
        parts.append(_text((start + end) / 2, 194, value, 'class="value"'))
    # Between threads: a slot that keeps the newest frame, a queue that keeps every action.
    parts.append(_arrow(f"158,{middle:g} 219,{middle:g}"))
    parts.append(_text(189, 172, "frames", 'class="value"'))
    parts.append(_box(177, middle - 13, 26, 26, 'class="slot"'))
    parts.append(_text(190, 222, "slot: the newest", 'class="value"'))
    parts.append(_text(190, 238, "frame wins", 'class="value"'))
    parts.append(_arrow(f"668,{middle:g} 761,{middle:g}"))
    parts.append(_text(715, 172, "actions", 'class="value"'))
    parts += [_box(x, middle - 13, 14, 26, 'class="slot"') for x in (692, 709, 726)]
    parts.append(_text(716, 222, "queue: no action", 'class="value"'))
    parts.append(_text(716, 238, "is lost", 'class="value"'))
    # What a person writes, and what programs read.
    parts.append(_box(514, 258, 176, 50, 'class="file"'))
    parts.append(_text(602, 280, "gestures.toml", 'class="name"'))
    parts.append(_text(602, 298, "reloaded when saved", 'class="words"'))
    parts.append(_arrow(f"602,258 602,{_TOP + _BOX_HEIGHT + 3}"))
    parts.append(_box(292, 258, 150, 50, 'class="file"'))
    parts.append(_text(367, 280, "front end", 'class="name"'))
    parts.append(_text(367, 298, "text or JSON Lines", 'class="words"'))
    parts.append(_arrow("367,200 367,255"))
    parts.append(_text(412, 232, "snapshots", 'class="value"'))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 20 {_WIDTH} {_HEIGHT - 20}" '
        f'role="img" font-family="{_FONT}">'
        "<title>Capture thread to slot to engine thread to queue to actions thread</title>"
        "<style>text{text-anchor:middle;fill:#334155;font-size:14px}"
        ".name{font-weight:600;font-size:16px;fill:#0F172A}.words{font-size:13px}"
        ".lane{fill:#0F766E;font-size:13px}.value{font-size:13px;fill:#64748B}"
        ".stage{fill:#fff;stroke:#0D9488;stroke-width:2}"
        ".file{fill:#fff;stroke:#94A3B8;stroke-width:1.5}"
        ".slot{fill:#FEF3C7;stroke:#D97706;stroke-width:2}"
        ".flow{fill:none;stroke:#64748B;stroke-width:2}</style>"
        '<defs><marker id="tip" markerWidth="9" markerHeight="9" refX="6" refY="4.5" '
        'orient="auto" markerUnits="userSpaceOnUse">'
        '<path d="M0,0 L9,4.5 L0,9 z" fill="#64748B"/></marker></defs>'
        + "".join(parts)
        + "</svg>\n"
    )
