"""The capture thread: keeps the newest frame of a source in a slot, and the source alive.

Two threads share the work, because a read inside a driver can block for ever and nothing can
interrupt it. The *reader* opens one connection, reads and puts frames in the slot. The *supervisor*
watches the clock: it notices a loss or a stall, reports it once, gives the reader up and starts a
new one with growing pauses. A reader given up puts nothing any more and closes its own source
whenever its read returns: a source is never closed under a thread that is reading it.

Suspending the machine needs no rule of its own. A camera that wakes with errors is a lost one, a
camera that wakes silent is a stalled one, and both are reopened, which also discards what its
driver had queued before. The sleep itself is not taken for a stall where monotonic time stands
still meanwhile (Linux, macOS); elsewhere a needless reopening is all it costs.

Knows nothing of poses, gestures or actions; whoever listens to the status decides what a silent
camera means for held keys.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gesturepose.capture.blankness import PATIENCE_S, BlanknessWatch
from gesturepose.capture.source import SourceLost
from gesturepose.datatypes import Frame
from gesturepose.errors import GesturePoseError, SourceError
from gesturepose.platforms.threads import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from gesturepose.capture.blankness import Blankness
    from gesturepose.capture.settings import CaptureSettings
    from gesturepose.capture.source import FrameSource
    from gesturepose.datatypes import PoseFrame
    from gesturepose.slot import Slot

_GRACE_S = 0.4
"""How long `stop` waits for a reader to close its source before it leaves it behind."""
_MAX_BLOCKED_READERS = 3
"""Readers given up but still blocked, above which no further one is started."""
_MIN_STEP_S = 1e-3
"""Least time between two frames of a live source, so that no later stage divides by zero."""


_BLANK = {
    (True, "black"): (
        "{name} has shown only black for {s:g} s: uncover the lens or make light; a virtual camera "
        "has no input then, and a stream that is interlaced has to be set to progressive"
    ),
    (False, "black"): (
        "{name} shows only black for {s:g} s; if it shows more elsewhere, it is interlaced: "
        "install ffmpeg, which is used then, or convert it: ffmpeg -i FILE -vf bwdif NEW.mp4"
    ),
    (True, "frozen"): (
        "{name} has shown the same picture to the pixel for {s:g} s: it is frozen, or a virtual "
        "camera without input; plug it in again, or look at the program that feeds it"
    ),
}
_OVER = "{name} shows something again"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source stopped delivering or shows nothing, or does again.

    Attributes
    ----------
    kind
        ``"lost"``: it ended or failed. ``"stalled"``: no frame for ``stall_s``. ``"back"``: the
        first frame after either. Each is reported once, and the first two alternate with the
        last. ``"black"`` and ``"frozen"``: pictures come and show nothing (see `BlanknessWatch`);
        ``"seen"``: they show something again. The first two alternate with the third.
    source
        Name of the source.
    detail
        One clear line for people.
    """

    kind: Literal["lost", "stalled", "back", "black", "frozen", "seen"]
    source: str
    detail: str


class _Connection:
    """One opening of the source and the reader thread that serves it; guarded by the condition."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self.frames = 0
        self.last_frame_s = 0.0
        self.abandoned = False
        self.ended = False
        self.error: BaseException | None = None


class CaptureThread:
    """Reads a source into a slot until its end or `stop`.

    Parameters
    ----------
    open
        Opens the source; called in a reader thread, again after each loss of a live source.
    slot
        Where frames go. For a file without ``realtime`` it should be lossless. Closed when the
        source ends, fails, or `stop` is called.
    settings
        Time limits and pauses.
    realtime
        Whether a file is paced to its media time; without, it is read as fast as the slot is
        emptied. Live sources pace themselves.
    on_status
        Always called in the supervisor thread; must return soon. May call `stop`. An exception
        it raises ends capture and comes out of `join`.
    """

    def __init__(
        self,
        open: Callable[[], FrameSource],  # noqa: A002 - the word for what it does
        slot: Slot[Frame | PoseFrame],
        *,
        settings: CaptureSettings,
        realtime: bool,
        on_status: Callable[[SourceStatus], None],
    ) -> None:
        self._open = open
        self._slot = slot
        self._settings = settings
        self._realtime = realtime
        self._on_status = on_status
        # A source that cannot be opened says best itself why, so it gets to speak first.
        self._first_frame_limit_s = settings.open_timeout_s + settings.stall_s
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._error: BaseException | None = None
        self._name = "it"
        self._live: bool | None = None  # not known before the source was open once
        self._delivered = 0
        self._last_timestamp_s = 0.0
        self._down_since_s: float | None = None
        self._blocked: list[threading.Thread] = []
        self._watch = BlanknessWatch()
        self._blank: Blankness | None = None
        self._told_blank: Blankness | None = None
        # Not a daemon: the interpreter waits for it, and it ends soon after `stop`.
        self._supervisor = threading.Thread(target=self._supervise, name="capture")

    @property
    def delivered(self) -> int:
        """Frames put in the slot so far."""
        with self._changed:
            return self._delivered

    @property
    def error(self) -> BaseException | None:
        """What ended capture, or ``None``; `join` raises it."""
        with self._changed:
            return self._error

    def start(self) -> None:
        """Begin to read; once only.

        Raises
        ------
        NoThreadError
            The system starts no thread.
        """
        start_thread(self._supervisor)

    def stop(self) -> None:
        """End capture and close the slot; returns within a second, whatever the source does."""
        self._stopping.set()
        self._slot.close()
        with self._changed:
            self._changed.notify_all()
        if self._supervisor.is_alive() and threading.current_thread() is not self._supervisor:
            self._supervisor.join(2 * _GRACE_S)

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for the end of capture, then raise what ended it if that was a failure.

        Raises
        ------
        GesturePoseError
            The source could not be opened, gave no frame at all, or is malformed.
        Exception
            A defect in a source or in ``on_status``.
        """
        if self._supervisor.ident is not None:
            self._supervisor.join(timeout_s)
        error = self.error
        if error is not None:
            raise error

    # Supervisor thread

    def _supervise(self) -> None:
        try:
            self._run_connections()
        except BaseException as error:  # noqa: BLE001 - kept and raised again by join
            with self._changed:
                self._error = self._error or error
        finally:
            self._stopping.set()
            self._slot.close()

    def _run_connections(self) -> None:
        pause_s = self._settings.retry_min_s
        while not self._stopping.is_set():
            started_s = time.monotonic()
            connection = self._connect()
            silent = self._wait_for_first_frame(connection)
            if connection.frames:
                self._report_back()
                silent = self._wait_for_silence(connection)
            self._abandon(connection)
            self._report_blank()
            if self._stopping.is_set() or not self._may_retry(connection, silent=silent):
                return
            self._report_down(connection, silent=silent)
            # A connection that lasted starts the pauses over; one that only flickered does not.
            if connection.frames and connection.last_frame_s - started_s > pause_s:
                pause_s = self._settings.retry_min_s
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, self._settings.retry_max_s)
            self._wait_for_blocked_readers()

    def _connect(self) -> _Connection:
        connection = _Connection()
        # A daemon, so that a read that never returns cannot keep the program from ending.
        connection.thread = threading.Thread(
            target=self._read_connection, args=(connection,), name="capture-reader", daemon=True
        )
        start_thread(connection.thread)
        return connection

    def _wait_for_first_frame(self, connection: _Connection) -> bool:
        """Wait until a connection delivers or ends (``False``) or is given up (``True``)."""
        with self._changed:
            return not self._changed.wait_for(
                lambda: connection.frames > 0 or connection.ended or self._stopping.is_set(),
                self._first_frame_limit_s,
            )

    def _wait_for_silence(self, connection: _Connection) -> bool:
        """Wait until a connection ends (``False``) or stalls (``True``); files never stall."""
        left_s: float | None = None
        while True:
            self._report_blank()
            with self._changed:
                if connection.ended or self._stopping.is_set():
                    return False
                if self._live:
                    silent_s = time.monotonic() - connection.last_frame_s
                    left_s = self._settings.stall_s - silent_s
                    if left_s <= 0:
                        return True
                if self._blank == self._told_blank:
                    self._changed.wait(left_s)

    def _abandon(self, connection: _Connection) -> None:
        """Let no frame of this connection through any more; its reader closes the source."""
        with self._changed:
            connection.abandoned = True
        thread = connection.thread
        if thread is None:
            return
        if connection.ended or self._stopping.is_set():
            thread.join(_GRACE_S)
        if thread.is_alive():
            self._blocked.append(thread)

    def _may_retry(self, connection: _Connection, *, silent: bool) -> bool:
        """Tell whether to reopen; raise what ended the source if that was a failure."""
        error = connection.error
        if error is not None and not isinstance(error, GesturePoseError):
            raise error
        if self._live and self._delivered:
            return True
        if isinstance(error, SourceLost):
            raise SourceError(f"source: {error}; check that it is on and not in use") from error
        if error is not None:
            raise error
        if self._live is False and not silent:
            return False
        raise SourceError(
            f"source: {self._name} gave no picture within {self._first_frame_limit_s:g} s; "
            "check that it is on and not in use"
        )

    def _report_down(self, connection: _Connection, *, silent: bool) -> None:
        if self._down_since_s is not None:
            return
        self._down_since_s = time.monotonic()
        if silent:
            detail = f"{self._name} gives no picture for {self._settings.stall_s:g} s; reopening it"
            self._on_status(SourceStatus("stalled", self._name, detail))
        else:
            why = str(connection.error) if connection.error else f"{self._name} ended"
            self._on_status(SourceStatus("lost", self._name, f"{why}; trying to get it back"))

    def _report_back(self) -> None:
        down_since_s, self._down_since_s = self._down_since_s, None
        if down_since_s is not None:
            detail = f"{self._name} is back after {time.monotonic() - down_since_s:.1f} s"
            self._on_status(SourceStatus("back", self._name, detail))

    def _report_blank(self) -> None:
        """Tell what the reader found of pictures that show nothing, or that it is over."""
        with self._changed:
            blank, told, live = self._blank, self._told_blank, bool(self._live)
            self._told_blank = blank
        if blank == told:
            return
        if blank is None:
            self._on_status(SourceStatus("seen", self._name, _OVER.format(name=self._name)))
        else:
            detail = _BLANK[live, blank].format(name=self._name, s=PATIENCE_S)
            self._on_status(SourceStatus(blank, self._name, detail))

    def _wait_for_blocked_readers(self) -> None:
        """Start no further reader while many hang: each holds a thread and perhaps the device."""
        while not self._stopping.is_set():
            self._blocked = [thread for thread in self._blocked if thread.is_alive()]
            if len(self._blocked) < _MAX_BLOCKED_READERS:
                return
            self._stopping.wait(self._settings.retry_min_s)

    # Reader thread

    def _read_connection(self, connection: _Connection) -> None:
        try:
            source = self._open()
            try:
                with self._changed:
                    self._name, self._live = source.name, source.live
                self._read_source(connection, source)
            finally:
                source.close()
        except BaseException as error:  # noqa: BLE001 - the supervisor judges and raises it
            connection.error = error
        finally:
            with self._changed:
                connection.ended = True
                self._changed.notify_all()

    def _read_source(self, connection: _Connection, source: FrameSource) -> None:
        first_media_s = first_s = 0.0
        while (frame := source.read()) is not None:
            if source.live:
                frame = self._place_in_time(frame)
            elif self._realtime:
                if connection.frames == 0:
                    first_media_s, first_s = frame.timestamp, time.monotonic()
                due_s = first_s + (frame.timestamp - first_media_s)
                self._stopping.wait(max(0.0, due_s - time.monotonic()))
            if not self._count(connection, frame):
                return
            if isinstance(frame, Frame) and self._watch.look(
                frame.image, frame.timestamp, live=source.live
            ):
                self._note_blank(connection)
            if not self._slot.put(frame):
                # Whoever takes the frames has closed the slot: an end, and no loss to report.
                self._stopping.set()
                return

    def _place_in_time(self, frame: Frame | PoseFrame) -> Frame | PoseFrame:
        """Renumber a live frame and keep its time rising, across reconnections too."""
        stamp_s = frame.timestamp
        if self._delivered:
            stamp_s = max(stamp_s, self._last_timestamp_s + _MIN_STEP_S)
        return dataclasses.replace(frame, timestamp=stamp_s, index=self._delivered)

    def _note_blank(self, connection: _Connection) -> None:
        with self._changed:
            if not connection.abandoned:
                self._blank = self._watch.found
                self._changed.notify_all()

    def _count(self, connection: _Connection, frame: Frame | PoseFrame) -> bool:
        """Account for a frame about to be put; ``False`` if nobody wants it any more.

        Before and not after `Slot.put`, so that whoever takes a frame finds it counted.
        """
        with self._changed:
            if connection.abandoned or self._stopping.is_set():
                return False
            self._last_timestamp_s = frame.timestamp
            self._delivered += 1
            connection.frames += 1
            connection.last_frame_s = time.monotonic()
            if connection.frames == 1:
                self._changed.notify_all()
        return True
