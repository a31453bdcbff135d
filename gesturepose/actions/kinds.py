"""What the computer can be told to do: one small value per kind, matched with ``match``.

Values only: they know neither gestures nor how they are performed.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from gesturepose.actions.keys import Chord

ClickKind: TypeAlias = Literal["left", "right", "middle", "double"]
"""A mouse button clicked once, or the left one twice."""

MediaKey: TypeAlias = Literal[
    "playpause", "nexttrack", "prevtrack", "stop", "volumeup", "volumedown", "volumemute"
]
"""A multimedia key, by its canonical name."""

ControlOrder: TypeAlias = Literal["pause", "resume", "pause_or_resume"]
"""What a gesture may order the program itself to do; the last does whichever applies."""

FRONT = "front"
"""`Close.window` for the window in front, whichever it is."""


@dataclass(frozen=True, slots=True)
class Press:
    """Press keys together and let go."""

    chord: Chord


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep keys down from a gesture's begin to its end."""

    chord: Chord


@dataclass(frozen=True, slots=True)
class Type:
    """Type a text into whatever has the keyboard focus."""

    text: str


@dataclass(frozen=True, slots=True)
class Click:
    """Click where the pointer is."""

    kind: ClickKind


@dataclass(frozen=True, slots=True)
class Scroll:
    """Turn the wheel: lines, positive to the right (``x``) and up (``y``)."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Move:
    """Move the pointer by pixels, positive to the right (``dx``) and down (``dy``)."""

    dx: int
    dy: int


@dataclass(frozen=True, slots=True)
class Launch:
    """Start an application: its name or desktop-file id, or a program with its arguments.

    A path or arguments make it a command; see `gesturepose.actions.programs`.
    """

    app: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """Ask a window to close: part of its title or application, ``/pattern/``, or `FRONT`."""

    window: str


@dataclass(frozen=True, slots=True)
class Open:
    """Open a URL or a file with the application it belongs to."""

    target: str


@dataclass(frozen=True, slots=True)
class Run:
    """Run a command: an argument list, or (``shell``) a line for the shell."""

    command: str | tuple[str, ...]
    shell: bool = False


@dataclass(frozen=True, slots=True)
class Media:
    """Press a multimedia key."""

    key: MediaKey


@dataclass(frozen=True, slots=True)
class Notify:
    """Show a short notification."""

    text: str


@dataclass(frozen=True, slots=True)
class Control:
    """Pause gestures, or resume them; carried out by the engine, not by the dispatcher."""

    order: ControlOrder


Action: TypeAlias = (
    Press
    | Hold
    | Type
    | Click
    | Scroll
    | Move
    | Launch
    | Close
    | Open
    | Run
    | Media
    | Notify
    | Control
)


def _join(command: str | tuple[str, ...]) -> str:
    return command if isinstance(command, str) else shlex.join(command)


def describe(action: Action) -> str:  # noqa: C901, PLR0911, PLR0912 (one return per kind)
    """Say in words what an action does, as the events file has it: ``press alt+left``."""
    match action:
        case Press(chord):
            return f"press {chord}"
        case Hold(chord):
            return f"hold {chord}"
        case Type(text):
            return f"type {text!r}"
        case Click(kind):
            return "double click" if kind == "double" else f"click {kind}"
        case Scroll(x, y):
            return f"scroll {y:+d}" if x == 0 else f"scroll {x:+d},{y:+d}"
        case Move(dx, dy):
            return f"move {dx:+d},{dy:+d}"
        case Launch(app):
            return f"launch {_join(app)}"
        case Close(window):
            return f"close {window}"
        case Open(target):
            return f"open {target}"
        case Run(command, _):
            return f"run {_join(command)}"
        case Media(key):
            return f"press {key}"
        case Notify(text):
            return f"notify {text!r}"
        case Control(order):
            return f"{order.replace('_', ' ')} gestures"
