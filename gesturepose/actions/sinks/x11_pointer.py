"""Clicks, wheel and pointer movement on X11, by the XTEST extension. It must not send keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.platforms.x11_display import watch_connection

if TYPE_CHECKING:
    from gesturepose.actions.kinds import ClickKind
    from gesturepose.actions.sinks.base import KeyWatch
    from gesturepose.platforms.x11_display import Display

_BUTTON_PRESS, _BUTTON_RELEASE, _MOTION = 4, 5, 6
_RELATIVE = 1
_LEFT, _MIDDLE, _RIGHT = 1, 2, 3
_WHEEL_UP, _WHEEL_DOWN, _WHEEL_LEFT, _WHEEL_RIGHT = 4, 5, 6, 7


class X11Pointer:
    """Moves and clicks the pointer of an X server. For one thread.

    Parameters
    ----------
    display
        A connection whose server has the XTEST extension; who opened it closes it.
    watch
        Told of each button just before it goes down and just after it came up.
    """

    def __init__(self, display: Display, *, watch: KeyWatch | None = None) -> None:
        import xcffib.xtest

        self._display = display
        self._watch = watch
        self._xtest = display.connection(xcffib.xtest.key)

    def click(self, kind: ClickKind) -> None:
        """Click where the pointer is; ``left`` is the main button, also of left-handed mice."""
        button = {"left": _LEFT, "double": _LEFT, "middle": _MIDDLE, "right": _RIGHT}[kind]
        self._click(button, 2 if kind == "double" else 1)

    def scroll(self, *, x: int, y: int) -> None:
        """Turn the wheel by lines, positive to the right and up."""
        if y:
            self._click(_WHEEL_UP if y > 0 else _WHEEL_DOWN, abs(y))
        if x:
            self._click(_WHEEL_RIGHT if x > 0 else _WHEEL_LEFT, abs(x))

    def move(self, *, dx: int, dy: int) -> None:
        """Move by pixels, positive to the right and down; it stops at the edges."""
        with watch_connection(self._display):
            self._xtest.FakeInput(_MOTION, _RELATIVE, 0, 0, _within(dx), _within(dy), 0)
            self._display.sync()

    def _click(self, button: int, times: int) -> None:
        with watch_connection(self._display):
            for _ in range(times):
                if self._watch is not None:
                    self._watch.button(button, down=True)
                self._xtest.FakeInput(_BUTTON_PRESS, button, 0, 0, 0, 0, 0)
                self._xtest.FakeInput(_BUTTON_RELEASE, button, 0, 0, 0, 0, 0)
                self._display.sync()
                if self._watch is not None:
                    self._watch.button(button, down=False)


def _within(pixels: int) -> int:
    return max(-0x8000, min(0x7FFF, pixels))
