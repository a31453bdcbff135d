"""Whom to obey and when gestures count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gesturepose.gui.icons import gesture_qicon
from gesturepose.gui.number_field import NumberField, Scale
from gesturepose.gui.place_widgets import Card, Choice
from gesturepose.gui.words import gesture_words

if TYPE_CHECKING:
    from gesturepose.config import Config
    from gesturepose.gui.document import MappingDocument

SECONDS = Scale(low=0, high=3600, least=0, most=3600, step=1, decimals=1, bound="", unit="seconds")
_AWAKE = Scale(low=1, high=3600, least=0.1, most=3600, step=1, decimals=1, bound="", unit="seconds")


class PeoplePanel(Card):
    """Settings of who is in control.

    Parameters
    ----------
    document
        Has the settings.
    """

    def __init__(self, document: MappingDocument) -> None:
        super().__init__(self.tr("People"))
        self._document = document
        self.engagement = Choice(
            [
                ("always", self.tr("Always")),
                ("wake", self.tr("Only after the wake gesture")),
            ]
        )
        self.engagement.chosen.connect(lambda mode: self._set("engagement", mode))
        self.add_row(
            self.tr("&Gestures count"),
            self.engagement,
            self.tr("With the wake gesture, everyday movement does nothing"),
        )
        self.engaged = NumberField(_AWAKE)
        self.engaged.edited.connect(lambda value: self._set("engaged_s", value))
        self.add_row(
            self.tr("&Stays awake for"),
            self.engaged,
            self.tr("Seconds after the last gesture, when the wake gesture is needed"),
        )
        self.operator = Choice(
            [
                ("largest", self.tr("Who is largest in the picture")),
                ("first", self.tr("Who came first")),
                ("wake", self.tr("Who makes the wake gesture")),
            ]
        )
        self.operator.chosen.connect(lambda rule: self._set("operator", rule))
        self.add_row(
            self.tr("&Obeyed among several"),
            self.operator,
            self.tr("One person is obeyed; whatever others do is ignored"),
        )
        self.wake = Choice()
        self.wake.chosen.connect(lambda name: self._set("wake", name))
        self.add_row(
            self.tr("&Wake gesture"),
            self.wake,
            self.tr("The first time it only wakes, or takes the control over"),
        )
        document.changed.connect(self._follow)
        self._follow(document.config)

    def _follow(self, config: Config) -> None:
        control = config.control
        self.operator.show_value(control.operator)
        self.engagement.show_value(control.engagement)
        self.engaged.set_value(control.engaged_s)
        self.engaged.setEnabled(control.engagement == "wake")
        names = [name for name, gesture in config.gestures.items() if gesture.enabled]
        if self.wake.values() != names:
            self.wake.clear()
            for name in names:
                self.wake.add(name, gesture_words(name), gesture_qicon(name))
        self.wake.show_value(control.wake, gesture_words(control.wake))
        self.wake.setEnabled(control.needs_wake)

    def _set(self, name: str, value: Any) -> None:
        self._document.set_value(("control", name), value)
        self._follow(self._document.config)
