"""The window: preview and gestures, mapping, log, settings; and what each tells the others.

It shows what the engine reports and passes on what a person wants. It recognises nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gesturepose.datatypes import Phase
from gesturepose.gui.desk import DEMO
from gesturepose.gui.first_run import FirstRun
from gesturepose.gui.gesture_editor import GestureEditor
from gesturepose.gui.gesture_list import GestureList
from gesturepose.gui.header import Header
from gesturepose.gui.log_page import LogPage
from gesturepose.gui.mapping import MappingPage
from gesturepose.gui.notice_bar import NoticeBar
from gesturepose.gui.preview import Preview
from gesturepose.gui.settings_page import SettingsPage
from gesturepose.gui.status_line import FrameRate, StatusLine
from gesturepose.session_status import SessionState

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from gesturepose.actions.dispatcher import ActionResult
    from gesturepose.config import Config
    from gesturepose.datatypes import GestureEvent
    from gesturepose.gui.desk import Desk
    from gesturepose.gui.preferences import Preferences
    from gesturepose.pipeline import Snapshot
    from gesturepose.session_status import SessionStatus

WATCH, MAPPING, LOG, SETTINGS = range(4)
_FIGURES_MS = 500


class MainWindow(QMainWindow):
    """The application's one window.

    Parameters
    ----------
    desk
        The engine's side: session, mapping and what follows from their changes.
    preferences
        What is remembered about the app itself.
    """

    closing = Signal(object)
    """Somebody asks the window to close; whoever decides accepts or ignores the `QCloseEvent`."""
    state_shown = Signal()
    """The state in the header changed."""

    def __init__(self, desk: Desk, preferences: Preferences) -> None:
        super().__init__()
        self._desk, self._preferences = desk, preferences
        self._rate = FrameRate()
        self._size: tuple[int, int] | None = None
        self._engaged = False
        self.setWindowTitle("GesturePose")
        self.setMinimumSize(840, 450)  # a screen of 1280 x 720 at 150 %, less a panel
        self._build()
        self._connect()
        room = self.screen().availableGeometry().size()
        self.resize(min(1280, room.width()), min(800, room.height()))
        self.restoreGeometry(preferences.geometry)
        self.show_config(desk.document.config)
        self._show_source(desk.source)
        self._show_practice(desk.practising)
        self._show_pause()
        timer = QTimer(self)
        timer.timeout.connect(self._show_figures)
        timer.start(_FIGURES_MS)

    def _build(self) -> None:
        document = self._desk.document
        self.header = Header(
            [self.tr("Watch"), self.tr("Mapping"), self.tr("Log"), self.tr("Settings")]
        )
        self.notices = NoticeBar()
        self.preview = Preview()
        self.gestures = GestureList()
        self.editor = GestureEditor(document)
        self.guide = FirstRun(document)
        self.mapping = MappingPage(document)
        self.log = LogPage()
        self.settings = SettingsPage(document, self._preferences)
        self.status = StatusLine()
        self._side = QStackedWidget()
        sides: tuple[QWidget, ...] = (self.gestures, self.editor, self.guide)
        for widget in sides:
            self._side.addWidget(widget)
        self.pages = QStackedWidget()
        pages = (self._make_watch_page(), self.mapping, _card(self.log), self.settings)
        for page in pages:
            self.pages.addWidget(page)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(12)
        inner.addWidget(self.notices)
        inner.addWidget(self.pages, 1)
        centre = QWidget()
        centre.setProperty("role", "window")
        outer = QVBoxLayout(centre)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        for widget in (self.header, body, self.status):
            outer.addWidget(widget, 1 if widget is body else 0)
        self.setCentralWidget(centre)

    def _make_watch_page(self) -> QWidget:
        page = QWidget()
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.preview, 1)
        note = QLabel(
            self.tr(
                "Pictures stay in memory and are never stored or sent. "
                "The camera is released when paused."
            )
        )
        note.setProperty("role", "note")
        note.setWordWrap(True)
        left.addWidget(note)
        layout = QHBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addLayout(left, 2)
        side = _card(self._side)
        side.setMinimumWidth(360)
        side.setMaximumWidth(420)
        layout.addWidget(side, 1)
        return page

    def _connect(self) -> None:
        desk = self._desk
        self.header.page_chosen.connect(self.show_page)
        self.header.practice_toggled.connect(desk.set_practice)
        self.header.pause_clicked.connect(desk.toggle_pause)
        self.gestures.edit_requested.connect(self.edit_gesture)
        self.gestures.explanations_wanted.connect(lambda _: self._want_explanations())
        self.preview.notice_clicked.connect(desk.retry)
        for chooser in (self.guide, self.settings):
            chooser.source_chosen.connect(desk.choose_source)
        self.settings.guide_requested.connect(self.start_guide)
        self.guide.finished.connect(self.end_guide)
        self.editor.closed.connect(self.show_gestures)
        desk.source_changed.connect(self._show_source)
        bridge = desk.bridge
        bridge.snapshot_shown.connect(self.show_snapshot)
        bridge.events_made.connect(self.show_events)
        bridge.action_done.connect(self.show_action)
        bridge.status_changed.connect(self.show_status)
        bridge.pause_changed.connect(lambda *_: self._show_pause())
        desk.practice_changed.connect(self._show_practice)
        document = desk.document
        document.changed.connect(self.show_config)
        document.problems_changed.connect(self._show_problems)
        document.saved.connect(
            lambda path: self.status.file.setText(self.tr("{file} saved").format(file=path))
        )
        for number in range(self.header.tabs.count()):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self)
            shortcut.activated.connect(lambda n=number: self.header.tabs.setCurrentIndex(n))
        QShortcut(QKeySequence.StandardKey.Quit, self).activated.connect(desk.quit)

    # What a person does

    def show_page(self, number: int) -> None:
        """Turn to a page; the keyboard goes where one would begin."""
        self.pages.setCurrentIndex(number)
        if number == MAPPING:
            self.mapping.table.setFocus()
        self._show_problems(self._desk.document.problems)
        self._want_explanations()

    def show_settings(self) -> None:
        """Turn to the settings."""
        self.header.tabs.setCurrentIndex(SETTINGS)

    def show_gestures(self) -> None:
        """Show the list of gestures beside the preview."""
        self._side.setCurrentWidget(self.gestures)
        self.header.tabs.setCurrentIndex(WATCH)
        self._want_explanations()

    def edit_gesture(self, name: str) -> None:
        """Show a gesture's thresholds beside the preview."""
        self.editor.show_gesture(name)
        self._side.setCurrentWidget(self.editor)
        self.header.tabs.setCurrentIndex(WATCH)
        self._want_explanations()

    def start_guide(self) -> None:
        """Show the guided start; nothing is performed meanwhile."""
        self.guide.restart()
        self._side.setCurrentWidget(self.guide)
        self.header.tabs.setCurrentIndex(WATCH)
        self._desk.hold_actions(on=True)
        self._want_explanations()

    def end_guide(self) -> None:
        """Go back to the list of gestures; gestures act again."""
        self._preferences.first_run_done = True
        self._desk.hold_actions(on=False)
        self.show_gestures()

    @property
    def guiding(self) -> bool:
        """Whether the guided start is shown."""
        return self._side.currentWidget() is self.guide

    def _want_explanations(self) -> None:
        """Explanations cost time: they are made only while somebody can read them."""
        shown = self.isVisible() and self.pages.currentIndex() == WATCH
        side = self._side.currentWidget()
        needed = side is self.guide or (
            isinstance(side, GestureList | GestureEditor) and side.wants_explanations
        )
        self._desk.session.set_explaining(shown and needed)

    def showEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: N802, ANN001
        """Explain again, and look at every frame, once the window is seen."""
        super().showEvent(event)
        self._want_explanations()
        self._desk.session.set_saving(False)

    def hideEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: N802, ANN001
        """Explain nothing to nobody, and look at few frames while nothing moves."""
        super().hideEvent(event)
        self._want_explanations()
        self._desk.session.set_saving(True)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Remember the window's place and ask whether the program ends."""
        self._preferences.geometry = self.saveGeometry()
        self.closing.emit(event)

    # What the engine reports

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show one frame's results; only what is visible takes any time."""
        self._rate.count()
        if snapshot.engaged != self._engaged or snapshot.frame.size != self._size:
            self._engaged, self._size = snapshot.engaged, snapshot.frame.size
            self.show_status(self._desk.session.status)
        if not self.isVisible() or self.isMinimized() or self.pages.currentIndex() != WATCH:
            return
        self.preview.show_snapshot(snapshot)
        side = self._side.currentWidget()
        if isinstance(side, GestureList | GestureEditor | FirstRun):
            side.show_snapshot(snapshot)

    def show_events(self, events: list[GestureEvent]) -> None:
        """Show gestures that were made."""
        bound = {b.gesture for b in self._desk.document.config.bindings if b.enabled}
        for event in events:
            self.log.add_event(event)
            if event.phase is Phase.BEGIN and event.gesture not in bound:
                self.preview.show_banner(event.gesture, "")
        if self.guiding:
            self.guide.show_events(events)

    def show_action(self, result: ActionResult) -> None:
        """Show what became of an action."""
        self.log.add_action(result)
        self.preview.show_action(result)

    def show_status(self, status: SessionStatus) -> None:
        """Show what is watched, and in what state that is."""
        self.status.show_status(status, self._size)
        self.preview.set_state(status.state)
        self.header.pill.set_state(*self.describe_state())
        self.state_shown.emit()
        if self.guiding:
            self.guide.show_status(status)
        if status.detail and status.state is SessionState.LOST:
            # What to type into a terminal, behind the semicolon, helps nobody here.
            why = _sentence(status.detail.partition(";")[0])
            self.preview.set_notice(
                self.tr("No picture"),
                self.tr("{why} It is tried again by itself.").format(why=why),
                self.tr("Try now"),
            )
        elif status.detail and status.state is SessionState.FAILED:
            self.preview.set_notice(
                self.tr("No picture"), _sentence(status.detail), self.tr("Try again")
            )
        elif status.paused_by == "lock" and not status.camera_on:
            self.preview.set_notice(
                self.tr("Paused: screen locked"),
                self.tr("The camera is released until the screen is unlocked."),
                "",
            )
        elif status.state is SessionState.PAUSED and not status.camera_on:
            self.preview.set_notice(
                self.tr("Paused"),
                self.tr("The camera is released. No gesture does anything."),
                self.tr("Resume"),
            )
        elif status.state is SessionState.WATCHING:
            self.preview.clear_notice()
        if status.state in (SessionState.LOST, SessionState.FAILED):
            self.notices.tell(
                "source",
                self.tr("Meanwhile you can watch the demo clip, or choose another source."),
                (self.tr("Play the demo"), lambda: self._desk.show_source(DEMO)),
                (self.tr("Choose a source"), self.show_settings),
            )
        elif status.state is not SessionState.STARTING:
            self.notices.clear("source")
        is_refused = status.state is SessionState.WATCHING and status.other_copy is None
        if is_refused and status.detail:
            self.notices.tell("refusal", _sentence(status.detail))
        else:
            self.notices.clear("refusal")

    def describe_state(self) -> tuple[str, str]:
        """Return the state's kind, as of `StatePill`, and its word."""
        status = self._desk.session.status
        match status.state:
            case SessionState.PAUSED:
                locked = status.paused_by == "lock"
                return "paused", self.tr("Paused: screen locked") if locked else self.tr("Paused")
            case SessionState.LOST | SessionState.FAILED:
                return "lost", self.tr("Camera lost") if status.live else self.tr("No picture")
            case SessionState.WATCHING if self._engaged:
                return "engaged", self.tr("Engaged")
            case SessionState.WATCHING:
                return "watching", self.tr("Watching")
            case SessionState.STARTING:
                return "off", self.tr("Starting")
            case _:
                return "off", self.tr("Off")

    def _show_figures(self) -> None:
        network = self._desk.session.times.summary_ms().get("network")
        self.status.show_figures(
            rate=self._rate.per_second,
            network_ms=None if network is None else network["p50"],
            dropped=self._desk.session.dropped,
        )

    def _show_pause(self) -> None:
        self.header.set_paused(paused=self._desk.session.paused)
        self.show_status(self._desk.session.status)

    def _show_practice(self, on: bool) -> None:  # noqa: FBT001 - a slot
        self.header.set_practice(on=self._desk.practice_shown)
        self.preview.set_practice(on)

    def _show_source(self, source: str) -> None:
        self.guide.set_source(source)
        self.settings.set_source(source)

    def show_config(self, config: Config) -> None:
        """Show the mapping that holds now."""
        self.preview.set_config(config)
        self.gestures.set_config(config)
        self.log.set_config(config)
        self.status.file.setText(self._desk.document.path.name)
        self.status.file.setToolTip(str(self._desk.document.path))

    def _show_problems(self, problems: list[str]) -> None:
        if not problems or self.pages.currentIndex() == MAPPING:  # which tells them itself
            self.notices.clear("mapping")
            return
        more = self.tr(" (and {count} more)").format(count=len(problems) - 1)
        self.notices.tell(
            "mapping",
            self.tr("The mapping has a mistake; the last good one stays in use. {problem}").format(
                problem=problems[0] + (more if len(problems) > 1 else "")
            ),
            (self.tr("Show"), lambda: self.header.tabs.setCurrentIndex(MAPPING)),
        )


def _sentence(detail: str) -> str:
    """Write a line of the session's as a sentence."""
    return f"{detail[:1].upper()}{detail[1:].rstrip('.')}."


def _card(content: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("role", "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(1, 1, 1, 1)
    layout.addWidget(content)
    content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, on=False)
    return card
