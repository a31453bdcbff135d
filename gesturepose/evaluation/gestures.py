"""Recall, false activations and delay of gesture recognition on labelled clips and recordings.

Runs the same pipeline as everything else, one source after another, actions left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gesturepose.app import make_stages
from gesturepose.capture.opening import open_source
from gesturepose.errors import UsageError
from gesturepose.evaluation.labels import LabelledSource, Tally, match
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gesturepose.config import Config
    from gesturepose.datatypes import GestureEvent


@dataclass(slots=True)
class Evaluation:
    """Figures over all sources: ``gestures`` by name, ``seconds`` of source looked at."""

    seconds: float = 0.0
    sources: int = 0
    gestures: dict[str, Tally] = field(default_factory=dict)

    @property
    def overall(self) -> Tally:
        """All gestures together."""
        total = Tally()
        for tally in self.gestures.values():
            total.add(tally)
        return total

    def add(self, tallies: dict[str, Tally], seconds: float) -> None:
        """Add one source."""
        self.sources += 1
        self.seconds += seconds
        for name, tally in tallies.items():
            self.gestures.setdefault(name, Tally()).add(tally)

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``."""
        hours = self.seconds / 3600
        return {
            "sources": self.sources,
            "hours": hours,
            "false_per_hour": len(self.overall.false) / hours if hours else None,
            "overall": self.overall.as_dict(),
            "gestures": {name: t.as_dict() for name, t in sorted(self.gestures.items())},
        }

    def table(self) -> str:
        """Figures as a table for people."""
        head = f"{'gesture':<18}{'labels':>7}{'recall':>8}{'precision':>11}{'false':>7}"
        lines = [head + f"{'confused':>10}{'delay':>9}"]
        rows = [*sorted(self.gestures.items()), ("all", self.overall)]
        for name, tally in rows:
            figures = tally.as_dict()
            delay = figures["delay_median_s"]
            lines.append(
                f"{name:<18}{tally.labelled:>7}{_share(tally.recall):>8}"
                f"{_share(tally.precision):>11}{len(tally.false):>7}{len(tally.confused):>10}"
                + ("        -" if delay is None else f"{delay:>7.2f} s")
            )
        hours = self.seconds / 3600
        lines.append(
            f"{self.sources} sources, {hours:.2f} h; "
            f"{len(self.overall.false) / hours if hours else 0:.0f} false activations per hour"
        )
        return "\n".join(lines)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def find_label_files(paths: Iterable[str]) -> list[Path]:
    """Label files among files and folders; a folder stands for every ``*.json`` in it.

    Raises
    ------
    UsageError
        If there is none.
    """
    found: list[Path] = []
    for given in paths:
        path = Path(given)
        found += sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not found:
        raise UsageError("no label files (NAME.json beside a clip or recording) found there")
    return found


def evaluate(
    config: Config, files: Sequence[Path], *, on_source: Callable[[Path], None] = lambda _: None
) -> Evaluation:
    """Run the pipeline over labelled sources.

    Parameters
    ----------
    config
        As for a live run; bindings are not used.
    files
        Label files.
    on_source
        Told before each.

    Raises
    ------
    GesturePoseError
        If a label file or what it labels cannot be read.
    """
    evaluation = Evaluation()
    for file in files:
        on_source(file)
        labels = LabelledSource.read(file)
        events, seconds = _events(config, labels.path)
        evaluation.add(match(labels, events), seconds)
    return evaluation


def _events(config: Config, path: Path) -> tuple[list[GestureEvent], float]:
    source = open_source(str(path), config.camera)
    events: list[GestureEvent] = []
    seconds = 0.0
    try:
        stages = make_stages(config, str(path), StageTimes())
        while (frame := source.read()) is not None:
            events += stages.pipeline.step(frame).events
            seconds = frame.timestamp
    finally:
        source.close()
    return events, seconds
