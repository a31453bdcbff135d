"""A keyboard and a pointer as one sink that knows what it holds down.

Keys are counted: two holds may share a key, and it goes up with the last of them. It must not know
how input is injected.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gesturepose.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gesturepose.actions.keys import Chord
    from gesturepose.actions.kinds import ClickKind
    from gesturepose.actions.sinks.base import Keyboard, Pointer


class DesktopSink:
    """Keeps account of keys over a keyboard and passes the rest to a pointer.

    Parameters
    ----------
    keyboard, pointer
        Where the input goes.
    on_close
        Called once the keyboard is closed, or could not be.
    """

    def __init__(
        self, keyboard: Keyboard, pointer: Pointer, *, on_close: Callable[[], None] = lambda: None
    ) -> None:
        self._keyboard = keyboard
        self._pointer = pointer
        self._on_close = on_close
        # In the order they went down, so that they come up in the opposite one.
        self._held: Counter[str] = Counter()

    @property
    def held_keys(self) -> tuple[str, ...]:
        """Canonical names of the keys down, the oldest first."""
        return tuple(self._held)

    def hold(self, chord: Chord) -> None:
        """Put the keys down; should one fail, those before it come up again."""
        done: list[str] = []
        try:
            for key in chord.keys:
                if not self._held[key]:
                    self._keyboard.down(key)
                self._held[key] += 1
                done.append(key)
        except BaseException:
            self._let_go(done)
            raise

    def release(self, chord: Chord) -> None:
        """Let go of the keys no other hold wants."""
        self._let_go([key for key in chord.keys if self._held[key]])

    def press(self, chord: Chord) -> None:
        """Put the keys down and let go."""
        if all(self._held[key] for key in chord.keys):
            raise ActionError(f"{chord} is already held down by another gesture")
        self.hold(chord)
        self.release(chord)

    def type_text(self, text: str) -> None:
        """Type a text."""
        self._keyboard.type_text(text)

    def click(self, kind: ClickKind) -> None:
        """Click where the pointer is."""
        self._pointer.click(kind)

    def scroll(self, *, x: int, y: int) -> None:
        """Turn the wheel."""
        self._pointer.scroll(x=x, y=y)

    def move(self, *, dx: int, dy: int) -> None:
        """Move the pointer."""
        self._pointer.move(dx=dx, dy=dy)

    def release_all(self) -> None:
        """Let go of every key, whatever went wrong with another; the first error is raised last."""
        held, self._held = tuple(self._held), Counter()
        failure: Exception | None = None
        for key in reversed(held):
            try:
                self._keyboard.up(key)
            except Exception as error:  # noqa: BLE001 (the other keys must still come up)
                failure = failure or error
        if failure is not None:
            raise failure

    def close(self) -> None:
        """Let go of every key and close the keyboard."""
        try:
            self.release_all()
        finally:
            try:
                self._keyboard.close()
            finally:
                self._on_close()

    def _let_go(self, keys: list[str]) -> None:
        for key in reversed(keys):
            self._held[key] -= 1
            if not self._held[key]:
                del self._held[key]
                self._keyboard.up(key)
