"""What a person wants, turned into orders to the session: source, practice, pause, mapping.

It holds what lies between the widgets and the engine, without being a widget: which source is
watched, whether anything may be performed, what a changed gestures.toml means.
"""

from __future__ import annotations

import dataclasses
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gesturepose.app import RunOptions
from gesturepose.errors import GesturePoseError
from gesturepose.gui.bridge import EngineBridge
from gesturepose.platforms.acting_lock import ActingLock
from gesturepose.platforms.hotkeys import PauseHotkey
from gesturepose.platforms.screen_lock import ScreenLock
from gesturepose.platforms.threads import NoThreadError
from gesturepose.session import Session, needs_restart

if TYPE_CHECKING:
    from collections.abc import Callable

    from gesturepose.config import Config
    from gesturepose.gui.document import MappingDocument
    from gesturepose.gui.preferences import Preferences
    from gesturepose.session import SessionStatus

_log = logging.getLogger(__name__)

DEMO = "demo"
_LOOK_MS = 2000


@dataclass(frozen=True, slots=True)
class OtherCopy:
    """Another copy that acts on this desktop: its process, 0 if unknown; whether it is gone."""

    pid: int
    gone: bool


def is_camera(source: str) -> bool:
    """Whether a source is a camera of this machine."""
    return source.isdecimal() or re.match(r"/dev/video\d+$", source) is not None


class Desk(QObject):
    """One session and what steers it.

    Parameters
    ----------
    document
        The mapping.
    preferences
        What is remembered about the app itself.
    source
        What to watch first, as ``--source`` takes it.
    adjust
        Applies the command line's options to a configuration.
    practice
        Whether nothing is ever performed in this run, whatever the preferences say.
    realtime
        Whether files are played at their own speed; false only in measurements.
    """

    practice_changed = Signal(bool)
    """Whether nothing is performed now."""
    source_changed = Signal(str)
    hotkey_changed = Signal(str)
    """Why the pause shortcut does not work from now on; empty when it works."""
    other_changed = Signal()
    """Another copy acts on this desktop, or no longer does; see `other`."""
    quit_asked = Signal()

    def __init__(  # noqa: PLR0913 - what it connects, by name
        self,
        *,
        document: MappingDocument,
        preferences: Preferences,
        source: str,
        adjust: Callable[[Config], Config] = lambda config: config,
        practice: bool = False,
        realtime: bool = True,
    ) -> None:
        super().__init__()
        self.document, self.preferences = document, preferences
        self.bridge = EngineBridge(self)
        self._adjust = adjust
        self._source = source
        self._only_practice = practice
        self._realtime = realtime
        self._held = False
        self._other: OtherCopy | None = None
        self._config = adjust(document.config)
        self.session = Session(self._config, self._options(), self.bridge)
        self._hotkey = PauseHotkey(self.session.toggle_pause)
        self._screen = ScreenLock(self.session.set_locked)
        self._problem = ""
        self._right = ActingLock()
        self._looking = QTimer(self, interval=_LOOK_MS)
        self._looking.timeout.connect(self._look_around)
        self.bridge.status_changed.connect(self._note_other)
        document.changed.connect(self._take_over)

    @property
    def source(self) -> str:
        """What is watched, as ``--source`` takes it."""
        return self._source

    @property
    def practising(self) -> bool:
        """Whether nothing is performed now.

        Of the demo clip nothing ever is: nobody here made its gestures.
        """
        return self._only_practice or self._held or self.practice_shown or self._source == DEMO

    @property
    def practice_shown(self) -> bool:
        """Whether practice is on by somebody's choice, or because another copy acts."""
        return self.preferences.practice or self._other is not None

    @property
    def only_practice(self) -> bool:
        """Whether nothing is ever performed in this run."""
        return self._only_practice

    @property
    def config(self) -> Config:
        """What holds now, the command line's options included."""
        return self._config

    @property
    def hotkey_problem(self) -> str:
        """Why the pause shortcut does not work; empty when it works, or none is asked for."""
        return self._problem

    @property
    def other(self) -> OtherCopy | None:
        """The copy because of which this one only practises."""
        return self._other

    def start(self) -> None:
        """Begin to watch."""
        if self.preferences.start_paused:
            self.session.pause()
        self._screen.begin()
        self.session.start()
        self.practice_changed.emit(self.practising)
        self._grab_hotkey()
        self._looking.start()

    def stop(self, patience_s: float = 10.0) -> bool:
        """Let go of every key and end all threads; ``False`` if one did not end in time."""
        self._looking.stop()
        self.session.stop()
        self._hotkey.close()
        self._screen.close()
        return self.session.join(patience_s)

    def quit(self) -> None:
        """Ask for the end of the program."""
        self.quit_asked.emit()

    def toggle_pause(self) -> None:
        """Pause, or go on if paused."""
        self.session.toggle_pause()

    def retry(self) -> None:
        """Do what the notice on the preview offers: resume, or open the source again."""
        if self.session.paused:
            self.session.resume()
        else:
            self.session.use()

    def choose_source(self, source: str) -> None:
        """Watch something else from now on, and next time."""
        self.preferences.source = "" if source == DEMO else source
        self.show_source(source)

    def show_source(self, source: str) -> None:
        """Watch something else for now."""
        before = self.practising
        self._source = source
        if self.practising:
            self.session.set_practice(True)
        self.session.use(options=self._options())
        if not self.practising:
            self.session.set_practice(False)
        if before != self.practising:
            self.practice_changed.emit(self.practising)
        self.source_changed.emit(source)

    def set_practice(self, on: bool) -> None:  # noqa: FBT001 - a slot
        """Perform nothing, or perform again, and remember it.

        While another copy acts, performing is refused.
        """
        if not on and self._other is not None:
            if not self._right.is_free():
                self.practice_changed.emit(self.practising)
                return
            self._other = None
            self.other_changed.emit()
        self.preferences.practice = on
        self._apply_practice()

    def hold_actions(self, *, on: bool) -> None:
        """Perform nothing while the guided start is shown."""
        self._held = on
        self._apply_practice()

    def _apply_practice(self) -> None:
        self.session.set_practice(self.practising)
        self.practice_changed.emit(self.practising)

    def _options(self) -> RunOptions:
        return RunOptions(
            source=self._source,
            dry_run=self.practising,
            realtime=self._realtime,
            loop=self._source == DEMO,
        )

    def _take_over(self, config: Config) -> None:
        try:
            new = self._adjust(config)
        except GesturePoseError as error:
            _log.warning("keeping the mapping as it was: %s", error)
            return
        old, self._config = self._config, new
        if needs_restart(old, new):
            self.session.use(config=new)
        else:
            self.session.replace_mapping(new)
        self._grab_hotkey()

    def _grab_hotkey(self) -> None:
        self._try_hotkey(lambda: self._hotkey.use(self._config.control.pause_hotkey))

    def _try_hotkey(self, attempt: Callable[[], None]) -> None:
        try:
            attempt()
            problem = self._hotkey.problem
        except NoThreadError as error:
            problem = str(error)
        if problem != self._problem:
            self._problem = problem
            self.hotkey_changed.emit(problem)

    def _note_other(self, status: SessionStatus) -> None:
        """Practise from now on, because another copy acts."""
        if status.other_copy is not None and self._other is None:
            self._other = OtherCopy(status.other_copy, gone=False)
            self._apply_practice()
            self.other_changed.emit()

    def _look_around(self) -> None:
        """Look whether somebody who has what we want is gone."""
        self._try_hotkey(self._hotkey.retry)
        if self._other is not None and not self._other.gone and self._right.is_free():
            self._other = dataclasses.replace(self._other, gone=True)
            self.other_changed.emit()
