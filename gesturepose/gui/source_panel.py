"""What to watch: a camera by its name, the demo, a file, a network address; and how a camera films.

Choosing says what is wanted; whether it opens is the engine's to find out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gesturepose.capture import opening
from gesturepose.capture.address import find_address
from gesturepose.capture.source import public_url
from gesturepose.errors import UsageError
from gesturepose.gui.camera_watch import CameraWatch
from gesturepose.gui.place_widgets import Card, Choice, make_note
from gesturepose.gui.switch import Switch
from gesturepose.platforms.user_folders import home

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from gesturepose.capture.cameras import CameraInfo
    from gesturepose.config import Config
    from gesturepose.gui.document import MappingDocument

DEMO = "demo"
_FILE, _ADDRESS = object(), object()
_SIZES = ((320, 240), (640, 480), (1280, 720), (1920, 1080))
_RATES = (15.0, 24.0, 30.0, 60.0)
_TURNS = (0, 90, 180, 270)


class SourcePanel(Card):
    """Chooses the source.

    Parameters
    ----------
    document
        Has the camera's settings.
    watch
        Knows the cameras.
    """

    source_chosen = Signal(str)
    """What to watch, as ``--source`` takes it."""

    def __init__(self, document: MappingDocument, watch: CameraWatch | None = None) -> None:
        super().__init__(self.tr("Camera"))
        self._document = document
        self._watch = watch or CameraWatch(parent=self)
        self._source = ""
        self._cameras: list[CameraInfo] = []
        self._build_source()
        self._build_camera()
        self._watch.changed.connect(self.show_cameras)
        document.changed.connect(self._follow)
        self.show_cameras([])
        self._no_camera.hide()
        self._follow(document.config)

    def _build_source(self) -> None:
        self.sources = Choice()
        self.sources.chosen.connect(self._choose)
        self.add_row(self.tr("&Watch"), self.sources)

        self.address = QLineEdit()
        self.address.setPlaceholderText("rtsp://192.168.1.20:554/stream")
        self.address.setAccessibleName(self.tr("Address of a network camera"))
        self.address.returnPressed.connect(self.use_address)
        self.address.textEdited.connect(lambda: self._show_problem(""))
        self.use_button = QPushButton(self.tr("&Use"))
        self.use_button.clicked.connect(self.use_address)
        row = QHBoxLayout()
        row.addWidget(self.address, 1)
        row.addWidget(self.use_button)
        self._problem = QLabel(wordWrap=True)
        self._problem.setProperty("role", "danger")
        self._address_part = QWidget()
        column = QVBoxLayout(self._address_part)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(
            make_note(
                self.tr("Address of a network camera or a phone's camera app, with rtsp or http")
            )
        )
        column.addLayout(row)
        column.addWidget(self._problem)
        self._problem.hide()
        self._address_part.hide()
        self.add_wide(self._address_part)

        self._no_camera = QWidget()
        words = make_note(
            self.tr("No camera found. Plug one in, and it appears here by itself. Until then:")
        )
        self.demo_button = QPushButton(self.tr("Play the &demo"))
        self.demo_button.clicked.connect(lambda: self._choose(DEMO))
        row = QHBoxLayout(self._no_camera)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(words, 1)
        row.addWidget(self.demo_button)
        self.add_wide(self._no_camera)

    def _build_camera(self) -> None:
        self.sizes = Choice([(size, _write_size(size)) for size in _SIZES])
        self.sizes.chosen.connect(self._write_picture)
        self.add_row(
            self.tr("Picture &size"),
            self.sizes,
            self.tr("640 x 480 is plenty up close; larger helps from across the room"),
        )
        self.rates = Choice([(rate, self._write_rate(rate)) for rate in _RATES])
        self.rates.chosen.connect(lambda rate: self._set("fps", rate))
        self.add_row(self.tr("Pictures per second"), self.rates)
        self.mirrored = Switch()
        self.mirrored.clicked.connect(lambda on: self._set("mirrored", on))
        self.add_row(
            self.tr("The camera's picture comes &mirrored"),
            self.mirrored,
            self.tr(
                "Raise your right hand. The preview works like a mirror: the hand should go up on "
                "the right. If it goes up on the left, change this."
            ),
        )

        self.turns = Choice([(degrees, self._write_turn(degrees)) for degrees in _TURNS])
        self.turns.chosen.connect(lambda degrees: self._set("rotate", degrees))
        self.add_row(
            self.tr("&Turn the picture"),
            self.turns,
            self.tr(
                "For a camera that hangs on its side or upside down: you should stand upright in "
                "the preview."
            ),
        )

    @property
    def source(self) -> str:
        """What is shown as watched."""
        return self._source

    def set_source(self, spec: str) -> None:
        """Show what is watched now."""
        self._source = spec
        self._fill()

    def show_cameras(self, cameras: list[CameraInfo]) -> None:
        """Show the cameras there are now."""
        self._cameras = list(cameras)
        self._no_camera.setVisible(not cameras)
        self._fill()

    def use_address(self) -> None:
        """Take the address that was typed, if it is one."""
        text = self.address.text().strip()
        problem = find_address_problem(text)
        self._show_problem(problem)
        if not problem:
            self.address.clear()  # it may hold a password, and shows it whenever it is opened
            self._accept(text)

    def choose_file(self) -> str:
        """Let a person pick a file; empty if they think better of it."""
        path, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Video file or recording"),
            str(home() or ""),
            self.tr(
                "Videos and recordings (*.mp4 *.mov *.mkv *.avi *.webm *.jsonl);;All files (*)"
            ),
        )
        return path

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look for cameras while somebody looks at the list."""
        super().showEvent(event)
        self._watch.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Stop looking."""
        self._watch.stop()
        super().hideEvent(event)

    def _fill(self) -> None:
        """List what can be chosen; what is watched is in it, there or not."""
        choices = self.sources
        choices.clear()
        for camera in self._cameras:
            choices.add(camera.path or str(camera.index), camera.name)
        names = [camera.name for camera in self._cameras]
        for row, camera in enumerate(self._cameras):
            if names.count(camera.name) > 1:
                choices.setItemText(row, f"{camera.name} ({camera.path or camera.index})")
        choices.add(DEMO, self.tr("Demo clip"))
        source = self._find_camera(self._source)
        if source and choices.row_of(source) < 0:
            choices.add(source, self._describe(source))
        choices.add(_FILE, self.tr("Video file or recording..."))
        choices.add(_ADDRESS, self.tr("Network address..."))
        if not self._address_part.isHidden():
            choices.show_value(_ADDRESS)
        elif source:
            choices.show_value(source)
        else:
            choices.setCurrentIndex(-1)
            choices.setPlaceholderText(self.tr("Choose what to watch"))

    def _find_camera(self, spec: str) -> str:
        """Name a source as the list does: a camera may be given by its number or its path."""
        for camera in self._cameras:
            if spec in (str(camera.index), camera.path):
                return camera.path or str(camera.index)
        return spec

    def _describe(self, spec: str) -> str:
        if spec.isdecimal() or spec.startswith("/dev/"):
            return self.tr("Camera {name} (not connected)").format(name=spec)
        if find_address(spec) is not None:
            return public_url(spec)
        return Path(spec).name or spec

    def _choose(self, choice: object) -> None:
        self._address_part.setVisible(choice is _ADDRESS)
        if choice is _ADDRESS:
            self.address.setFocus()
            return
        spec = self.choose_file() if choice is _FILE else str(choice)
        if spec:
            self._accept(spec)
        else:
            self._fill()

    def _accept(self, spec: str) -> None:
        self._address_part.hide()
        self.set_source(spec)
        self.source_chosen.emit(spec)

    def _show_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        self.address.setProperty("invalid", "true" if text else "false")
        self.address.style().polish(self.address)

    def _follow(self, config: Config) -> None:
        camera = config.camera
        self.sizes.show_value(
            (camera.width, camera.height), _write_size((camera.width, camera.height))
        )
        self.rates.show_value(camera.fps, self._write_rate(camera.fps))
        self.mirrored.setChecked(camera.mirrored)
        self.turns.show_value(camera.rotate, self._write_turn(camera.rotate))

    def _write_rate(self, rate: float) -> str:
        return self.tr("{rate} per second").format(rate=f"{rate:g}")

    def _write_turn(self, degrees: int) -> str:
        if degrees == 0:
            return self.tr("As it comes")
        if degrees == 180:
            return self.tr("Upside down")
        return self.tr("{degrees}° clockwise").format(degrees=degrees)

    def _write_picture(self, size: tuple[int, int]) -> None:
        camera = self._document.config.camera
        for name, value, now in (
            ("width", size[0], camera.width),
            ("height", size[1], camera.height),
        ):
            if value != now:
                self._set(name, value)

    def _set(self, name: str, value: float) -> None:
        self._document.set_value(("camera", name), value)
        self._follow(self._document.config)


def find_address_problem(text: str) -> str:
    """Say what is wrong with a network address, in the words of ``--source``; empty if nothing."""
    words = ""
    if (address := find_address(text)) is not None:
        try:
            opening.check_url(address)
        except UsageError as error:
            words = str(error).removeprefix("source: ")
    else:
        words = QCoreApplication.translate(
            "SourcePanel", "an address starts with rtsp://, http:// or https://"
        )
    return words[:1].upper() + words[1:]


def _write_size(size: tuple[int, int]) -> str:
    return f"{size[0]} \N{MULTIPLICATION SIGN} {size[1]}"
