"""A video played as a camera would give it: latency from the grab to the decision, and drops.

The program's own capture thread and slot stand between the video and the stages, so that waiting,
hand-over and decoding beside recognition are in the figures. Performs no action.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gesturepose.capture.thread import CaptureThread
from gesturepose.errors import UsageError
from gesturepose.evaluation.benchmark import WARM_UP_FRAMES, Spread
from gesturepose.slot import Slot

if TYPE_CHECKING:
    from collections.abc import Callable

    from gesturepose.capture.settings import CaptureSettings
    from gesturepose.capture.source import FrameSource
    from gesturepose.datatypes import Frame, PoseFrame
    from gesturepose.evaluation.benchmark import Bench

_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class LiveRun:
    """What a live run was like.

    Attributes
    ----------
    latency
        From right after the grab to the decision what to do.
    frames, dropped
        Frames recognised, and frames replaced by newer ones before they could be.
    fps
        Frames recognised per second.
    cpu_share
        Processor time of the whole process by wall-clock time: 1 is one core all the time.
    """

    latency: Spread
    frames: int
    dropped: int
    fps: float
    cpu_share: float

    def as_dict(self) -> dict[str, Any]:
        """Figures for ``--json``."""
        return {**dataclasses.asdict(self), "latency": self.latency.as_dict()}


class PacedSource:
    """A file that plays at its own speed and stamps frames as a camera does.

    Parameters
    ----------
    source
        The file; closed with this.
    """

    live = True

    def __init__(self, source: FrameSource) -> None:
        self.name = source.name
        self._source = source
        self._begin_s: float | None = None

    def read(self) -> Frame | PoseFrame | None:
        """Return the next frame when it is due, with the monotonic time of that moment."""
        frame = self._source.read()
        if frame is None:
            return None
        if self._begin_s is None:
            self._begin_s = time.monotonic() - frame.timestamp
        time.sleep(max(0.0, self._begin_s + frame.timestamp - time.monotonic()))
        return dataclasses.replace(frame, timestamp=time.monotonic())

    def close(self) -> None:
        """Close the file."""
        self._source.close()


def run_live(
    bench: Bench,
    source: FrameSource,
    settings: CaptureSettings,
    *,
    frames: int,
    on_done: Callable[[str], None] = lambda _: None,
) -> LiveRun:
    """Recognise a file as if a camera gave it, at the file's own frame rate.

    Parameters
    ----------
    bench
        The stages.
    source
        A file; it is closed in the end.
    settings
        Of capture.
    frames
        Frames to recognise at most, after those of warming up.
    on_done
        Told after each frame.

    Raises
    ------
    UsageError
        The file ends while warming up.
    """
    slot: Slot[Frame | PoseFrame] = Slot()
    paced = PacedSource(source)
    capture = CaptureThread(
        lambda: paced, slot, settings=settings, realtime=False, on_status=lambda _: capture.stop()
    )
    latencies_s: list[float] = []
    begin_s = begin_cpu_s = end_s = 0.0
    dropped = 0
    capture.start()
    try:
        for number in range(WARM_UP_FRAMES + frames):
            frame = slot.get(_PATIENCE_S)
            if frame is None:
                break
            if number == WARM_UP_FRAMES:
                begin_s, begin_cpu_s, dropped = time.monotonic(), time.process_time(), slot.dropped
            bench.step(frame)
            end_s = time.monotonic()
            if number >= WARM_UP_FRAMES:
                latencies_s.append(end_s - frame.timestamp)
                on_done("live")
        cpu_s = time.process_time() - begin_cpu_s
    finally:
        capture.stop()
    if not latencies_s:
        raise UsageError(f"--source: {source.name} is too short to be played as a camera")
    seconds = end_s - begin_s
    return LiveRun(
        latency=Spread.of(latencies_s),
        frames=len(latencies_s),
        dropped=slot.dropped - dropped,
        fps=len(latencies_s) / seconds,
        cpu_share=cpu_s / seconds,
    )
