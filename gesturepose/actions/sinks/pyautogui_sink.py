"""Input through pyautogui, on Windows and macOS.

pyautogui is imported at first use, since it may fail to import. It must not pause after calls (ours
is the queue) nor raise in screen corners (the way out is ours). X11 has sinks of its own: there
pyautogui sends wrong keys on many layouts, types no Unicode and loads python3-xlib, which is GPL.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

from gesturepose.actions.key_table import key_named
from gesturepose.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gesturepose.actions.kinds import ClickKind

# One detent of a wheel, in the unit pyautogui passes to each system.
_WINDOWS_WHEEL_DELTA = 120
_TYPED_KEYS = {"\n": "enter", "\t": "tab"}
_IMPORTING = threading.Lock()
# pyautogui does without each of these. mouseinfo ends the whole program where tkinter is missing,
# pymsgbox loads Tk, pyscreeze loads picture libraries and leaves pipes open.
_UNUSED_HELPERS = ("mouseinfo", "pymsgbox", "pyscreeze")


def import_pyautogui() -> Any:
    """Import pyautogui, made ready: no pause, no corner trap.

    Raises
    ------
    ActionError
        It is not installed or does not work in this session.
    """
    with _IMPORTING, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of its own and its helpers' source, not of our calls.
        try:
            with _hidden(_UNUSED_HELPERS):
                pyautogui: Any = importlib.import_module("pyautogui")
        except ImportError as error:
            raise ActionError(f"pyautogui is missing ({error}); pip install pyautogui") from error
        except (Exception, SystemExit) as error:
            why = " ".join(str(error).split()) or type(error).__name__
            raise ActionError(f"pyautogui cannot use this session: {why}") from error
    pyautogui.PAUSE = 0
    pyautogui.FAILSAFE = False
    return pyautogui


@contextlib.contextmanager
def _hidden(modules: Sequence[str]) -> Iterator[None]:
    """Make modules not imported yet look as if they were not installed."""
    hidden = [name for name in modules if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


class PyAutoGuiPointer:
    """Clicks, wheel and pointer movement through pyautogui."""

    def click(self, kind: ClickKind) -> None:
        """Click where the pointer is; ``left`` is the main button, also of left-handed mice."""
        pyautogui = import_pyautogui()
        if kind == "double":
            pyautogui.doubleClick(button="primary")
        else:
            pyautogui.click(
                button={"left": "primary", "right": "secondary", "middle": "middle"}[kind]
            )

    def scroll(self, *, x: int, y: int) -> None:
        """Turn the wheel by lines, positive to the right and up."""
        pyautogui = import_pyautogui()
        unit = _WINDOWS_WHEEL_DELTA if sys.platform == "win32" else 1
        if y:
            pyautogui.scroll(y * unit)
        if x:
            pyautogui.hscroll(x * unit)

    def move(self, *, dx: int, dy: int) -> None:
        """Move by pixels, positive to the right and down."""
        import_pyautogui().move(dx, dy)


class PyAutoGuiKeyboard:
    """Keys and plain text through pyautogui, for Windows and macOS."""

    def down(self, key: str) -> None:
        """Put a key down."""
        import_pyautogui().keyDown(pyautogui_name(key))

    def up(self, key: str) -> None:
        """Let go of a key."""
        import_pyautogui().keyUp(pyautogui_name(key))

    def type_text(self, text: str) -> None:
        """Type printable ASCII; refuse a text with anything else."""
        for char in text:
            if char not in _TYPED_KEYS and not " " <= char <= "~":
                raise ActionError(
                    f"the character {char!r} cannot be typed here: pyautogui types ASCII only"
                )
        pyautogui = import_pyautogui()
        for char in text:
            pyautogui.press(_TYPED_KEYS.get(char, char))

    def close(self) -> None:
        """Do nothing: nothing is held."""


def pyautogui_name(key: str) -> str:
    """Translate a canonical key name to pyautogui's on this system.

    Raises
    ------
    ActionError
        pyautogui has no such key.
    """
    name = key_named(key).pyautogui
    if sys.platform == "darwin" and name in ("win", "winright"):
        return "command"
    if not name:
        raise ActionError(f"pyautogui has no key {key!r}")
    return name
