"""A gesture's thresholds as a list of sliders, in parts that fold.

It shows values and tells what a person chose; where values come from and go to is its owner's.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gesturepose.gui.fold import Fold
from gesturepose.gui.live_slider import LiveSlider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gesturepose.gui.gesture_fields import Field, Section


class FieldList(QScrollArea):
    """Sliders, one for each threshold."""

    chosen = Signal(str, float)
    """A setting, and the value chosen for it."""
    reset_requested = Signal(str)
    """A setting whose default is wanted back."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._content = QWidget()
        self._list = QVBoxLayout(self._content)
        self._list.setContentsMargins(0, 0, 8, 0)
        self.setWidget(self._content)
        self._shape: tuple[str, ...] = ()
        self._hint = ""
        self._fields: dict[str, Field] = {}
        self._defaults: Mapping[str, float] = {}
        self._sliders: dict[str, LiveSlider] = {}

    def show_sections(
        self, sections: Sequence[Section], defaults: Mapping[str, float], *, hint: str
    ) -> None:
        """Show thresholds and the values they have; sliders that are right already stay.

        Parameters
        ----------
        sections
            The thresholds.
        defaults
            By setting, the value it came with, for those that came with one.
        hint
            What stands before a setting's name in its tool tip.
        """
        self._fields = {field.setting: field for part in sections for field in part.fields}
        self._defaults, self._hint = defaults, hint
        shape = (hint, *_write_shape(sections))
        if shape != self._shape:
            self._shape = shape
            self._rebuild(sections)
        for setting in self._sliders:
            self.refresh(setting)

    def refresh(self, setting: str) -> None:
        """Show the value again that holds, whatever was chosen."""
        slider = self._sliders.get(setting)
        if slider is not None:
            slider.set_default(self._defaults.get(setting))
            slider.set_value(self._fields[setting].value)

    def slider(self, setting: str) -> LiveSlider:
        """Return the slider of a setting (``"motion.distance"``), unfolding its part."""
        if setting not in self._sliders:
            for fold in self._content.findChildren(Fold):
                fold.open()
        return self._sliders[setting]

    def show_live(self, now: Mapping[str, float], last: Mapping[str, float]) -> None:
        """Draw quantities, by setting: of this moment and of the last try."""
        for setting, slider in self._sliders.items():
            if slider.isVisible():
                slider.show_live(now.get(setting), last.get(setting))

    def flush(self) -> None:
        """Have what is being chosen committed."""
        for slider in [*self._sliders.values()]:
            slider.flush()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001, N802 - Qt's name
        """Scroll along with the keyboard."""
        moved = super().focusNextPrevChild(forward)
        focused: QWidget | None = self.focusWidget()
        if focused is not None and self._content.isAncestorOf(focused):
            self.ensureWidgetVisible(focused)
        return moved

    def _rebuild(self, sections: Sequence[Section]) -> None:
        self._sliders = {}
        while (item := self._list.takeAt(0)) is not None:
            widget: QWidget | None = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for section in sections:
            if section.title:
                title = self.tr("{title} ({count})")
                words = title.format(title=section.title, count=len(section.fields))
                self._list.addWidget(Fold(words, partial(self._fill, section)))
            else:
                self._fill(section, self._list)
        self._list.addStretch(1)
        self.verticalScrollBar().setValue(0)

    def _fill(self, section: Section, layout: QVBoxLayout) -> None:
        for field in section.fields:
            setting = field.setting
            slider = LiveSlider(field.label, field.scale, hint=f"{self._hint} {setting}")
            slider.committed.connect(partial(self.chosen.emit, setting))
            slider.reset_requested.connect(partial(self.reset_requested.emit, setting))
            self._sliders[setting] = slider
            layout.addWidget(slider)
            self.refresh(setting)


def _write_shape(sections: Sequence[Section]) -> list[str]:
    """Tell what the sliders are made from; values may differ."""
    return [
        f"{part.title} {field.setting} {field.label} {field.scale}"
        for part in sections
        for field in part.fields
    ]
