"""Names for people: nothing of the file's own spelling is left, and nothing makes them fail."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_pipeline import default

from gesturepose.actions.bindings import Bindings, BoundAction
from gesturepose.actions.dispatcher import DRY_RUN, ActionResult
from gesturepose.actions.key_table import KEYS
from gesturepose.actions.settings import Binding
from gesturepose.datatypes import GestureEvent, Phase
from gesturepose.gui.words import (
    action_caps,
    action_words,
    app_words,
    bound_words,
    chord_caps,
    describe_action,
    gesture_words,
    program_words,
    reason_words,
)


def bind(**action: object) -> Binding:
    return Binding.model_validate({"gesture": "wave", **action})


def ask(binding: Binding) -> BoundAction:
    events = [GestureEvent(binding.gesture, Phase.BEGIN, 1, 0.0)]
    return Bindings([binding]).resolve(events)[0]


def refuse(binding: Binding, reason: str) -> ActionResult:
    return ActionResult(ask(binding), performed=False, reason=reason)


@pytest.mark.parametrize("name", default().gestures)
def test_every_gesture_has_a_name_for_people(name: str) -> None:
    words = gesture_words(name)
    assert words[0].isupper()
    assert "_" not in words


def test_a_gesture_of_ones_own_is_named_after_its_name() -> None:
    assert gesture_words("touch_left_ear") == "Touch left ear"


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"press": "ctrl+plus"}, "Zoom in"),
        ({"press": "Control + plus"}, "Zoom in"),
        ({"press": "alt+left"}, "Back"),
        ({"press": "ctrl+shift+k"}, "Press"),
        ({"hold": "shift"}, "Hold"),
        ({"type": "hello"}, "Type “hello”"),
        ({"type": "a line that goes on and on and on"}, "Type “a line that goes on and…”"),
        ({"click": "double"}, "Double click"),
        ({"scroll": 3}, "Scroll up"),
        ({"scroll": -3}, "Scroll down"),
        ({"scroll": {"x": 4, "y": 1}}, "Scroll right"),
        ({"move": [0, -20]}, "Move the pointer up"),
        ({"launch": "firefox"}, "Launch Firefox"),
        ({"launch": "org.mozilla.firefox"}, "Launch Firefox"),
        ({"launch": ["/usr/bin/gnome-terminal", "--tab"]}, "Launch Gnome-terminal"),
        ({"close": "front"}, "Close the window in front"),
        ({"close": "vlc"}, "Close VLC"),
        ({"open": "https://www.example.org/a?b"}, "Open example.org"),
        ({"open": "/home/me/talk.pdf"}, "Open talk.pdf"),
        ({"run": ["/usr/bin/notify-send", "hello"]}, "Run Notify-send"),
        ({"run": "make && make install", "shell": True}, "Run make && make install"),
        ({"media": "playpause"}, "Play / pause"),
        ({"notify": "Drink water"}, "Show “Drink water”"),
        ({"control": "pause"}, "Pause gestures"),
        ({"press": "f5", "description": "Start the slides"}, "Start the slides"),
    ],
)
def test_what_a_binding_does(action: dict[str, object], words: str) -> None:
    assert action_words(bind(**action)) == words


@pytest.mark.parametrize("order", ["pause", "resume", "pause_or_resume"])
def test_every_order_to_the_program_itself_has_words(order: str) -> None:
    assert "gestures" in describe_action(bind(control=order).to_action())


def test_key_caps_show_what_stands_on_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chord_caps("ctrl+plus") == ["Ctrl", "+"]
    assert chord_caps("ctrl++") == ["Ctrl", "+"]
    assert chord_caps("alt+left") == ["Alt", "\N{LEFTWARDS ARROW}"]
    assert chord_caps("shift+f11") == ["Shift", "F11"]
    assert chord_caps("num5") == ["Num 5"]
    monkeypatch.setattr(sys, "platform", "win32")
    assert chord_caps("super+d") == ["Win", "D"]
    monkeypatch.setattr(sys, "platform", "darwin")
    assert chord_caps("cmd+option+esc") == ["Cmd", "Option", "Esc"]


@pytest.mark.parametrize("key", [key.name for key in KEYS])
def test_every_key_has_a_cap(key: str) -> None:
    (cap,) = chord_caps(key)
    assert cap
    assert len(cap) == 1 or cap[0].isupper() or not cap[0].isalpha()


@given(st.text(max_size=20))
def test_a_chord_that_cannot_be_read_is_shown_as_it_is_written(text: str) -> None:
    assert all(cap.strip() for cap in chord_caps(text))


def test_only_what_presses_keys_has_caps() -> None:
    assert action_caps(bind(press="alt+left")) == ["Alt", "←"]
    assert action_caps(bind(hold="shift")) == ["Shift"]
    assert action_caps(bind(media="stop")) == ["Media"]
    assert action_caps(bind(launch="firefox")) == []


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (None, "anywhere"),
        ("chrom|firefox", "Chrome, Firefox"),
        ("msedge|microsoft-edge", "Edge"),
        ("impress|Okular", "Impress, Okular"),
        ("^mail.*$", "windows like “^mail.*$”"),
    ],
)
def test_the_applications_of_a_pattern(pattern: str | None, words: str) -> None:
    assert app_words(pattern) == words


def test_a_program_is_named_without_its_path_and_ending() -> None:
    assert program_words(r"C:\Program Files\Code.exe") == "VS Code"
    assert program_words("org.gnome.TextEditor") == "TextEditor"
    assert program_words("gimp.desktop") == "Gimp"


def test_an_action_that_was_asked_for_is_called_what_its_binding_says() -> None:
    binding = bind(press="f5", description="Start the slides")
    other = bind(press="f5", app="impress", description="Slides in Impress")
    assert bound_words(ask(binding), [other, binding]) == "Start the slides"
    assert bound_words(ask(other), [other, binding]) == "Slides in Impress"
    assert bound_words(ask(binding)) == "Press"


def test_why_an_action_was_not_performed() -> None:
    browsers = bind(press="alt+left", app="chrom|firefox")
    talk = bind(press="pagedown", app="impress")
    assert reason_words(ActionResult(ask(talk), performed=True)) == ""
    missing = "no window matching 'x' in front"
    assert reason_words(refuse(browsers, missing)) == "no browser window in front"
    assert reason_words(refuse(talk, missing)) == "not in front: Impress"
    assert reason_words(refuse(talk, DRY_RUN)) == "practice, nothing is performed"
    assert reason_words(refuse(talk, "the server is gone")) == "the server is gone"
