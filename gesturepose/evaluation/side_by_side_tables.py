"""A comparison with MediaPipe as text: tables of at most 100 columns.

Says what `gesturepose.evaluation.side_by_side` measured; measures nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.errors import one_line
from gesturepose.evaluation.benchmark import Spread
from gesturepose.evaluation.pck import UPPER_BODY
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gesturepose.evaluation.benchmark import Ratio
    from gesturepose.evaluation.side_by_side import Duel

_JOINTS = COCO17.keypoints[: COCO17.index("right_hip") + 1]
"""What both report and a person at a desk may show."""


def format_comparison(total: Duel, duels: Sequence[Duel], versions: Mapping[str, str]) -> str:
    """Write cost and accuracy over all clips, and per clip if there are several."""
    frames = len(next(iter(total.sides.values())).wall_s)
    clips = "1 clip" if len(duels) == 1 else f"{len(duels)} clips"
    heading = (
        f"MediaPipe Pose {versions['mediapipe']}, full, video; GesturePose with "
        f"{one_line(versions['model'])}, {versions['provider']}\n"
        f"{clips}, {frames} frames, each taken by both in turn"
    )
    parts = [heading, _format_cost(total), _format_joints(total)]
    if len(duels) > 1:
        parts.append(_format_clips(duels))
    return "\n\n".join(parts)


def _format_cost(duel: Duel) -> str:
    lines = [f"{'ms per frame':<16}" + "".join(f"{head:>10}" for head in ("p50", "p95", "mean"))]
    lines[0] += f"{'processor p50':>16}{'mean':>10}"
    for name, side in duel.sides.items():
        wall, cpu = Spread.of(side.wall_s), Spread.of(side.cpu_s)
        figures = "".join(f"{value:>10.2f}" for value in (wall.p50, wall.p95, wall.mean))
        lines.append(f"{name:<16}{figures}{cpu.p50:>16.2f}{cpu.mean:>10.2f}")
    lines += [
        "GesturePose by MediaPipe:",
        f"  time            {_tell(duel.wall)}",
        f"  processor time  {_tell(duel.cpu)}",
    ]
    return "\n".join(lines)


def _tell(ratio: Ratio) -> str:
    return (
        f"median {ratio.median:.3f} ({ratio.low:.3f} to {ratio.high:.3f} at 95 %), "
        f"in all {ratio.total:.3f}"
    )


def _format_joints(duel: Duel) -> str:
    names = list(duel.sides)
    columns = "".join(f"{name:>13}" for name in names)
    lines = [
        f"{'PCK@0.2, torso':<16}{'in the picture':>26}{'visible':>26}",
        f"{'':<16}{columns}{columns}",
    ]
    rows = [(name, [COCO17.index(name)]) for name in _JOINTS]
    for name, chosen in [*rows, ("upper body", list(UPPER_BODY))]:
        labelled = [duel.sides[side].tally.share_of(chosen) for side in names]
        visible = [duel.sides[side].visible_share(chosen) for side in names]
        lines.append(f"{name:<16}" + "".join(f"{_share(v):>13}" for v in (*labelled, *visible)))
    return "\n".join(lines)


def _format_clips(duels: Sequence[Duel]) -> str:
    heads = ("time", "processor", "PCK MediaPipe", "PCK GesturePose")
    lines = [f"{'clip':<26}" + "".join(f"{head:>17}" for head in heads)]
    for duel in duels:
        shares = [_share(side.tally.share_of(UPPER_BODY)) for side in duel.sides.values()]
        cells = (f"{duel.wall.median:.3f}", f"{duel.cpu.median:.3f}", *shares)
        lines.append(f"{one_line(duel.name)[:25]:<26}" + "".join(f"{cell:>17}" for cell in cells))
    lines.append("time and processor time: GesturePose by MediaPipe, median; PCK of the upper body")
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
