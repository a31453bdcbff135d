"""The guided start: four short steps beside the live picture, operable without a mouse.

It shows and asks; what it is asked to change it tells by signals. While it is shown, gestures are
to be recognised and not performed: whoever shows it sees to that.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gesturepose.advice import Adviser
from gesturepose.datatypes import Phase
from gesturepose.gui.camera_watch import CameraWatch
from gesturepose.gui.first_run_pages import DEMO, CheckPage, DonePage, GuidePage, WelcomePage
from gesturepose.gui.first_run_parts import StepDots, make_label
from gesturepose.gui.first_run_trial import TryPage
from gesturepose.session_status import SessionState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent

    from gesturepose.config import Config
    from gesturepose.datatypes import GestureEvent
    from gesturepose.gui.document import MappingDocument
    from gesturepose.pipeline import Snapshot
    from gesturepose.session_status import SessionStatus

_COUNTDOWN_S = 3.0
_GO_ON = "raise_right_hand"
"""The gesture that goes on where nothing has to be settled first."""


class FirstRun(QWidget):
    """The guide.

    Parameters
    ----------
    document
        Where the gestures to try come from.
    cameras
        Knows the cameras of this machine.
    """

    source_chosen = Signal(str)
    """What to watch, as ``--source`` takes it."""
    finished = Signal()
    """The last step was left, or the guide skipped."""

    def __init__(
        self,
        document: MappingDocument,
        parent: QWidget | None = None,
        *,
        cameras: CameraWatch | None = None,
    ) -> None:
        super().__init__(parent)
        self._adviser = Adviser()
        self._source = ""
        self._settled_s = math.nan
        self._stays = False
        self._cameras = cameras or CameraWatch(parent=self)
        self.welcome, self.check = WelcomePage(), CheckPage()
        self.trying, self.done = TryPage(), DonePage()
        self.pages: tuple[GuidePage, ...] = (self.welcome, self.check, self.trying, self.done)
        self._build()
        self.welcome.source_chosen.connect(self._choose_source)
        self.welcome.refresh_wanted.connect(self._cameras.search)
        self._cameras.changed.connect(self.welcome.set_cameras)
        document.changed.connect(self._set_config)
        self._set_config(document.config)
        self.go_to(0)

    @property
    def step(self) -> int:
        """Index of the page shown, from 0."""
        return self._stack.currentIndex()

    @property
    def note(self) -> str:
        """What stands above the buttons: what happens by itself."""
        return self._note.text()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size it is made for; pages scroll when there is less room."""
        return QSize(420, 640)

    def set_source(self, source: str) -> None:
        """Tell what is watched now, as ``--source`` takes it."""
        self._source = source
        self.welcome.set_source(source)
        self._tell()

    def show_status(self, status: SessionStatus) -> None:
        """Take in what the session is at: which source, and why it gives no picture."""
        self.set_source(status.source)
        lost = status.state in (SessionState.LOST, SessionState.FAILED)
        self.welcome.set_trouble(status.detail if lost else "")

    def restart(self) -> None:
        """Begin again at the first page."""
        self._adviser.reset()
        self.trying.forget()
        self.go_to(0)

    def go_to(self, step: int) -> None:
        """Open a page."""
        self._stack.setCurrentIndex(step)
        self._settled_s, self._stays = math.nan, False
        page = self.pages[step]
        page.enter()
        self._areas[step].verticalScrollBar().setValue(0)
        self._dots.set_step(step)
        place = self.tr("Step {step} of {count}").format(step=step + 1, count=len(self.pages))
        self._place.setText(place)
        self.setAccessibleName(f"{self.tr('Guided start')}, {place}: {page.title}")
        self.back.setVisible(step > 0)
        self.skip.setVisible(step < len(self.pages) - 1)
        self._watch_cameras()
        self._tell()
        if self.isVisible():
            self.next.setFocus()

    def go_on(self) -> None:
        """Open the next page, or end after the last."""
        if self.step == len(self.pages) - 1:
            self.finished.emit()
        else:
            self.go_to(self.step + 1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take in one frame's results."""
        self._adviser.update(snapshot)
        page = self.pages[self.step]
        page.show_snapshot(snapshot, self._adviser)
        self._count_down(page, snapshot.frame.timestamp)

    def show_events(self, events: Sequence[GestureEvent]) -> None:
        """Take in what was recognised."""
        if self.pages[self.step] is self.trying:
            self.trying.show_events(events)
            if self.trying.current is not None:
                self._areas[self.step].ensureWidgetVisible(self.trying.current)
            self._tell()
        elif self._goes_on_by_gesture and any(
            event.gesture == _GO_ON and event.phase is Phase.BEGIN for event in events
        ):
            self.go_on()

    @property
    def _goes_on_by_gesture(self) -> bool:
        """Whether a raised hand goes on here; a recorded person's hand never does."""
        page = self.pages[self.step]
        return self._can_raise and self._source != DEMO and page in (self.welcome, self.done)

    def _count_down(self, page: GuidePage, now: float) -> None:
        """Go on by itself once all is settled for a while: somebody may have no free hand."""
        if page not in (self.check, self.trying):
            self._tell()
            return
        waits = page.settled and not self._stays and self._source != DEMO
        if not waits:
            self._settled_s = math.nan
        elif math.isnan(self._settled_s) or now < self._settled_s:
            self._settled_s = now
        elif now - self._settled_s >= _COUNTDOWN_S:
            self.go_on()
            return
        self._tell(left_s=_COUNTDOWN_S - (now - self._settled_s) if waits else None)

    def _tell(self, left_s: float | None = None) -> None:
        """Say on the buttons what they do, and below the page what happens by itself."""
        page = self.pages[self.step]
        text = self.tr("&Next")
        if page is self.done:
            text = self.tr("&Start")
        elif page in (self.check, self.trying) and not page.settled:
            text = self.tr("Co&ntinue anyway")
        if text != self.next.text():
            self.next.setText(text)
        note = ""
        if left_s is not None:
            note = self.tr("Going on in {seconds} …").format(seconds=math.ceil(left_s))
        elif self._goes_on_by_gesture and self._adviser.sees_somebody:
            note = (
                self.tr("Or raise your right hand to start.")
                if page is self.done
                else self.tr("Or raise your right hand to go on.")
            )
        elif self._source == DEMO and page in (self.check, self.trying):
            note = self.tr("This is a recorded person, not you.")
        if note != self._note.text():
            self._note.setText(note)
        self.stay.setVisible(left_s is not None)

    def _build(self) -> None:
        self._dots, self._place = StepDots(len(self.pages)), make_label("", "note")
        self._place.setWordWrap(False)
        top = QHBoxLayout()
        top.addWidget(self._dots)
        top.addStretch(1)
        top.addWidget(self._place)
        self._stack = QStackedWidget()
        self._areas = []
        for page in self.pages:
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setWidget(page)
            self._areas.append(area)
            self._stack.addWidget(area)
        self._note = make_label("", "muted")
        self.stay = QPushButton(self.tr("S&tay here"))
        self.stay.setAccessibleDescription(self.tr("Stops going on by itself"))
        self.stay.clicked.connect(self._stay_here)
        waiting = QHBoxLayout()
        waiting.addWidget(self._note, 1)
        waiting.addWidget(self.stay)
        self.back = QPushButton(self.tr("&Back"))
        self.skip = QPushButton(self.tr("S&kip the guide"))
        self.skip.setProperty("role", "plain")
        self.next = QPushButton()
        self.next.setProperty("role", "primary")
        self.back.clicked.connect(lambda: self.go_to(self.step - 1))
        self.skip.clicked.connect(self.finished)
        self.next.clicked.connect(self.go_on)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.back)
        buttons.addWidget(self.skip)
        buttons.addStretch(1)
        buttons.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        column.addLayout(waiting)
        column.addLayout(buttons)

    def _stay_here(self) -> None:
        self._stays = True
        self._tell()
        self.next.setFocus()

    def _choose_source(self, source: str) -> None:
        self._source = source
        self._tell()
        self.source_chosen.emit(source)

    def _set_config(self, config: Config) -> None:
        gesture = config.gestures.get(_GO_ON)
        self._can_raise = gesture is not None and gesture.enabled
        self.trying.set_config(config)
        self.done.set_config(config)
        self._tell()

    def _watch_cameras(self) -> None:
        """Follow cameras that are plugged in and out while one is chosen."""
        if self.isVisible() and self.pages[self.step] is self.welcome:
            self._cameras.start()
        else:
            self._cameras.stop()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look for cameras; the button that goes on is ready for Enter."""
        super().showEvent(event)
        self.next.setFocus()
        self._watch_cameras()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Look for nothing any more."""
        super().hideEvent(event)
        self._watch_cameras()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter presses the button that has the focus, or else goes on."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            button = focused if isinstance(focused, QPushButton) else self.next
            button.click()
            return
        super().keyPressEvent(event)
