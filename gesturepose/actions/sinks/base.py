"""What every way of injecting keys, text, clicks and pointer movement offers.

Two narrow interfaces (a keyboard, a pointer) that libraries fill, and the one the dispatcher uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from gesturepose.actions.keys import Chord
    from gesturepose.actions.kinds import ClickKind


class KeyWatch(Protocol):
    """Told of what is down, so that somebody else can let go of it should this program die."""

    def key(self, code: int, *, down: bool) -> None:
        """Take note of a keycode: it is about to go down, or it has come up."""

    def button(self, number: int, *, down: bool) -> None:
        """Take note of a button of the pointer, likewise."""


class Keyboard(Protocol):
    """Injects single keys, by canonical name, and text."""

    def down(self, key: str) -> None:
        """Put a key down that is up.

        Raises
        ------
        ActionError
            This keyboard has no such key.
        """

    def up(self, key: str) -> None:
        """Let go of a key that `down` put down."""

    def type_text(self, text: str) -> None:
        """Type characters, newline and tab as their keys.

        Raises
        ------
        ActionError
            A character cannot be typed; nothing was.
        """

    def close(self) -> None:
        """Free what is held; nothing is down any more."""


class Pointer(Protocol):
    """Injects clicks, wheel turns and pointer movement."""

    def click(self, kind: ClickKind) -> None:
        """Click where the pointer is."""

    def scroll(self, *, x: int, y: int) -> None:
        """Turn the wheel by lines, positive to the right and up."""

    def move(self, *, dx: int, dy: int) -> None:
        """Move by pixels, positive to the right and down."""


class InputSink(Protocol):
    """All input, with what is down kept account of. For one thread.

    Every method raises `gesturepose.errors.ActionError` when the input cannot be injected.
    """

    def hold(self, chord: Chord) -> None:
        """Put keys down, in order; keys already held stay so until each hold was released."""

    def release(self, chord: Chord) -> None:
        """Undo one `hold` of the same keys."""

    def press(self, chord: Chord) -> None:
        """Put keys down in order and let go in the opposite one."""

    def type_text(self, text: str) -> None:
        """Type a text."""

    def click(self, kind: ClickKind) -> None:
        """Click where the pointer is."""

    def scroll(self, *, x: int, y: int) -> None:
        """Turn the wheel by lines, positive to the right and up."""

    def move(self, *, dx: int, dy: int) -> None:
        """Move the pointer by pixels, positive to the right and down."""

    def release_all(self) -> None:
        """Let go of everything this sink holds; never of what the person holds themselves."""

    def close(self) -> None:
        """Let go of everything and free what is held."""
