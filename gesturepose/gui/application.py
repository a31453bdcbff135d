"""The desktop app from start to end: one Qt application, one desk, one window, one tray icon.

It ends in order, whoever asks for it: the window, the tray, Ctrl+C or another signal that asks for
an end, or the session's logout.
"""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QMessageBox, QSystemTrayIcon

import gesturepose
from gesturepose.capture.cameras import list_cameras
from gesturepose.config import FoundConfig
from gesturepose.gui.app_icon import app_icon
from gesturepose.gui.desk import DEMO, Desk, is_camera
from gesturepose.gui.display_check import drop_foreign_plugins
from gesturepose.gui.document import MappingDocument
from gesturepose.gui.folder_mapping import FolderMapping
from gesturepose.gui.garbage import GarbageCollector
from gesturepose.gui.main_window import MainWindow
from gesturepose.gui.one_app import OneApp
from gesturepose.gui.preferences import Preferences
from gesturepose.gui.theme import themes
from gesturepose.gui.translation import install_translation
from gesturepose.gui.tray import Tray
from gesturepose.gui.ways_out import describe_dead_keys
from gesturepose.platforms.signals import ending_signals
from gesturepose.platforms.small_files import absolute

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent

    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.config import Config
    from gesturepose.datatypes import GestureEvent

_log = logging.getLogger(__name__)

_SIGNALS_MS = 200
"""Python handles a signal only when it runs; Qt's loop lets it do so this often."""
_CAMERAS_MS = 3000


class App(QObject):
    """Everything the app consists of; `start` shows it, `end` ends its threads.

    Parameters
    ----------
    config
        Where the gestures.toml is; a path, if nothing else was found.
    adjust
        Applies the command line's options to a configuration.
    source
        What to watch; ``None`` for what was watched last, or the first camera.
    practice
        Whether nothing is ever performed in this run.
    preferences
        What is remembered; the platform's place by default.
    """

    def __init__(
        self,
        config: FoundConfig | Path,
        *,
        adjust: Callable[[Config], Config] = lambda config: config,
        source: str | None = None,
        practice: bool = False,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__()
        self.preferences = preferences or Preferences()
        themes().choose(self.preferences.theme)
        self.preferences.changed.connect(self._follow_preference)
        found = FoundConfig(config) if isinstance(config, Path) else config
        self.document = MappingDocument(found.path)
        wanted = source or self.preferences.source or "0"
        # Asked for by nobody, a camera that is not there is no error: the demo clip stands in.
        self._missing = wanted if source is None and _is_missing(wanted) else ""
        self.desk = Desk(
            document=self.document,
            preferences=self.preferences,
            source=DEMO if self._missing else wanted,
            adjust=adjust,
            practice=practice,
        )
        self.window = MainWindow(self.desk, self.preferences)
        self.folder_mapping = FolderMapping(found, self.document, self.window.notices, self)
        self.tray = Tray(self)
        self._told_path: Path | None = None
        self._ending = False
        self._connect()
        self._tell_practice()
        self._tell_mapping()

    def _connect(self) -> None:
        self.window.closing.connect(self._decide_closing)
        self.desk.quit_asked.connect(self.quit)
        self.desk.practice_changed.connect(self._tell_practice)
        self.desk.source_changed.connect(self._forget_missing)
        self.desk.hotkey_changed.connect(self._note_hotkey)
        self.desk.other_changed.connect(self._tell_other)
        self.document.changed.connect(lambda _: self._tell_hotkey())
        self.desk.bridge.status_changed.connect(self._show_state)
        self.window.state_shown.connect(self._show_state)
        self.tray.pause_chosen.connect(self.desk.toggle_pause)
        self.tray.show_chosen.connect(self.show_window)
        self.tray.quit_chosen.connect(self.quit)
        self.desk.bridge.events_made.connect(_log_events)
        self.desk.bridge.action_done.connect(_log_action)
        self.desk.bridge.pause_changed.connect(_log_pause)
        self.document.problems_changed.connect(_log_problems)
        self.document.changed.connect(self._tell_mapping)
        self._cameras = QTimer(self)
        self._cameras.timeout.connect(self._look_for_camera)

    def start(self) -> None:
        """Show the window and begin to watch."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.tray.show()
        if not self.preferences.first_run_done:
            self.window.start_guide()
        self.window.show()
        self.desk.start()
        self.folder_mapping.ask()
        if self._missing:
            self._cameras.start(_CAMERAS_MS)
            self._tell_missing()

    def end(self) -> bool:
        """End all threads, keys coming up first; ``False`` if one did not end in time."""
        ended = self.desk.stop()
        self.preferences.flush()
        return ended

    def quit(self) -> None:
        """End the program."""
        self._ending = True
        self.preferences.geometry = self.window.saveGeometry()
        self.tray.hide()
        # Behind whatever waits: a loop that has not begun cannot be ended yet.
        QTimer.singleShot(0, QApplication.quit)

    def show_window(self) -> None:
        """Bring the window to the front."""
        self.window.showNormal() if self.window.isMinimized() else self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def _decide_closing(self, event: QCloseEvent) -> None:
        if not self._ending and self._keeps_running():
            event.ignore()
            self.window.hide()
            return
        event.accept()
        if not self._ending:
            self.quit()

    def _keeps_running(self) -> bool:
        """Whether closing the window leaves the program in the tray; asks once."""
        if not self.tray.isVisible():
            return False
        answer = self.preferences.keep_in_tray
        if answer != "ask":
            return answer == "yes"
        box = QMessageBox(self.window)
        box.setWindowTitle("GesturePose")
        box.setText(self.tr("Keep recognising gestures without the window?"))
        box.setInformativeText(
            self.tr("GesturePose can go on in the tray. Its menu has Pause and Quit.")
        )
        keep = box.addButton(self.tr("&Keep running"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("&Quit"), QMessageBox.ButtonRole.DestructiveRole)
        remember = QCheckBox(self.tr("&Remember my answer"))
        remember.setChecked(True)
        box.setCheckBox(remember)
        box.setDefaultButton(keep)
        box.exec()
        keeps = box.clickedButton() is keep
        if remember.isChecked():
            self.preferences.keep_in_tray = "yes" if keeps else "no"
        return keeps

    # What is told in the strip below the header

    def _tell_missing(self) -> None:
        self.window.notices.tell(
            "missing",
            self.tr(
                "No camera was found, so this is the demo clip: a rendered person, whose gestures "
                "do nothing to your computer. Connect a camera; it is used as soon as it is there."
            ),
            (self.tr("Choose a source"), self.window.show_settings),
        )

    def _forget_missing(self, source: str) -> None:
        if self._missing and source != DEMO:
            self._missing = ""
            self._cameras.stop()
            self.window.notices.clear("missing")

    def _look_for_camera(self) -> None:
        if self._missing and not _is_missing(self._missing):
            self.desk.show_source(self._missing)

    def _tell_practice(self) -> None:
        self.window.header.set_practice(on=self.desk.practice_shown)

    def _tell_mapping(self, _: object = None) -> None:
        """Say which file is in use, now and whenever it is another one."""
        path = self.document.path
        if path != self._told_path:
            self._told_path = path
            _log.info("mapping %s", absolute(path))
            self.window.log.add_line(self.tr("Mapping: {file}").format(file=absolute(path)))

    def _note_hotkey(self, problem: str) -> None:
        self._tell_hotkey()
        if problem:
            text = self._describe_hotkey()
            self.window.log.add_line(text, "error")
            if not self.desk.only_practice:
                _log.warning("%s", text)

    def _tell_hotkey(self) -> None:
        """Say on every page that the pause keys do nothing, and what does; or no longer."""
        problem = self.desk.hotkey_problem
        text = self._describe_hotkey() if problem else ""
        self.window.header.set_note(text)
        self.window.settings.pause.set_problem(problem)

    def _describe_hotkey(self) -> str:
        return describe_dead_keys(
            self.desk.hotkey_problem, self.desk.config, has_tray=self.tray.isVisible()
        )

    def _tell_other(self) -> None:
        """Say on every page that this copy does not act because another one does."""
        other, notices = self.desk.other, self.window.notices
        if other is None:
            notices.clear("other")
            return
        process = self.tr(" (process {pid})").format(pid=other.pid) if other.pid else ""
        if other.gone:
            notices.tell(
                "other",
                self.tr(
                    "The other copy{process} has ended. Practice stays on until you end it."
                ).format(process=process),
                (self.tr("End practice"), lambda: self.desk.set_practice(False)),
                stays=True,
            )
            return
        notices.tell(
            "other",
            self.tr(
                "Another copy{process} is acting, so this one only practises. Stop that one first "
                "to have gestures act here."
            ).format(process=process),
            stays=True,
        )

    def _show_state(self, _: object = None) -> None:
        kind, word = self.window.describe_state()
        self.tray.set_state(kind, word, paused=self.desk.session.paused)

    def _follow_preference(self, name: str) -> None:
        if name == "theme":
            themes().choose(self.preferences.theme)


def _log_events(events: list[GestureEvent]) -> None:
    for event in events:
        _log.debug("gesture %s %s", event.gesture, event.phase.value)


def _log_action(result: ActionResult) -> None:
    _log.debug("action %s: %s", result.bound, result.reason or "performed")


def _log_pause(paused: bool, by: str) -> None:  # noqa: FBT001 - a slot
    _log.debug("%s by a %s", "paused" if paused else "resumed", by)


def _log_problems(problems: list[str]) -> None:
    for problem in problems:
        _log.warning("keeping the mapping as it was: %s", problem)


def _is_missing(source: str) -> bool:
    """Whether a source is a camera that this machine does not have; only Linux tells cheaply."""
    if not is_camera(source) or sys.platform != "linux":
        return False
    cameras = list_cameras()
    return not any(source in (str(camera.index), camera.path) for camera in cameras)


def make_application(arguments: list[str]) -> QApplication:
    """Make the one Qt application, dressed, named and translated."""
    drop_foreign_plugins()
    QApplication.setApplicationName("gesturepose")
    QApplication.setApplicationDisplayName("GesturePose")
    QApplication.setApplicationVersion(gesturepose.__version__)
    QApplication.setDesktopFileName("gesturepose")
    application = QApplication(arguments)
    application.setQuitOnLastWindowClosed(False)
    install_translation(application)
    themes().apply(application)
    application.setWindowIcon(app_icon())
    return application


def run_app(
    config: FoundConfig,
    *,
    adjust: Callable[[Config], Config],
    source: str | None,
    practice: bool,
    max_seconds: float | None,
) -> bool:
    """Run the desktop app until it is quit; returns whether every thread ended in time.

    Parameters
    ----------
    config, adjust, source, practice
        As for `App`.
    max_seconds
        End after so many seconds; ``None`` for no end.
    """
    application = make_application(sys.argv[:1])
    one = OneApp(application)
    # One that never acts may stand beside any other.
    if not practice and not one.take():
        _log.warning(
            "GesturePose runs already: its window is in front now; to start with other options "
            "quit it first, or use --dry-run"
        )
        return True
    garbage = GarbageCollector(application)
    app = App(config, adjust=adjust, source=source, practice=practice)
    one.show_asked.connect(app.show_window)
    for number in ending_signals():
        signal.signal(number, lambda *_: app.quit())
    heartbeat = QTimer()
    heartbeat.timeout.connect(lambda: None)
    heartbeat.start(_SIGNALS_MS)
    if max_seconds is not None:
        QTimer.singleShot(round(1000 * max_seconds), app.quit)
    try:
        app.start()
        application.exec()
    finally:
        ended = app.end()
        garbage.stop()
        one.close()
    return ended
