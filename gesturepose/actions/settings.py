"""The model of one ``[[bindings]]`` table: which gesture makes the computer do what.

It checks what can be checked without a display (key names, patterns, exactly one action); it must
not look for applications or windows, which come and go.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from gesturepose.actions.keys import parse_chord
from gesturepose.actions.kinds import (
    FRONT,
    Action,
    Click,
    ClickKind,
    Close,
    Control,
    ControlOrder,
    Hold,
    Launch,
    Media,
    MediaKey,
    Move,
    Notify,
    Open,
    Press,
    Run,
    Scroll,
    Type,
)
from gesturepose.actions.programs import find_command
from gesturepose.platforms.window_text import read_app, read_window

KINDS = (
    "press",
    "hold",
    "type",
    "click",
    "scroll",
    "move",
    "launch",
    "close",
    "open",
    "run",
    "media",
    "notify",
    "control",
)
"""The fields of `Binding` of which exactly one is given."""

_REPEATABLE = ("press", "click", "scroll", "move", "media")
_TYPED_CONTROLS = "\n\t"


def _check_chord(text: str) -> str:
    parse_chord(text)
    return text


def _check_app(app: str | tuple[str, ...]) -> str | tuple[str, ...]:
    try:
        read_app(app)
    except ValueError as error:
        if isinstance(app, str) and app.strip():
            raise ValueError(f'{error}; plain text stands in a list: app = ["..."]') from error
        raise
    return app


def _check_window(text: str) -> str:
    read_window(text)
    return text


def _check_text(text: str) -> str:
    for char in text:
        if not char.isprintable() and char not in _TYPED_CONTROLS:
            raise ValueError(
                f"the character {char!r} cannot be typed; use 'press' for keys without a character"
            )
    return text


def _check_no_nul(value: Any) -> Any:
    words = value if isinstance(value, list) else [value]
    if any(isinstance(word, str) and "\0" in word for word in words):
        raise ValueError("a NUL character cannot be passed to a program")
    return value


def _to_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _to_scroll(value: Any) -> Any:
    return {"y": value} if isinstance(value, int) and not isinstance(value, bool) else value


_Words = Annotated[
    tuple[Annotated[str, StringConstraints(min_length=1)], ...],
    BeforeValidator(_to_tuple),
    Field(min_length=1),
]
_Text = Annotated[str, StringConstraints(min_length=1)]
_ChordText = Annotated[str, AfterValidator(_check_chord)]
_App = Annotated[
    Annotated[tuple[str, ...], BeforeValidator(_to_tuple)] | str, AfterValidator(_check_app)
]
_WindowText = Annotated[str, AfterValidator(_check_window)]
_Pixels = Annotated[int, Field(ge=-10_000, le=10_000)]
_Lines = Annotated[int, Field(ge=-100, le=100)]


class ScrollAmount(BaseModel):
    """How far the wheel turns, in lines."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    x: _Lines = Field(0, description="Lines to the right; negative to the left.")
    y: _Lines = Field(0, description="Lines up; negative down.")

    @model_validator(mode="after")
    def _moves(self) -> ScrollAmount:
        if self.x == 0 and self.y == 0:
            raise ValueError("scrolls nowhere; give lines up (3) or down (-3), or x and y")
        return self


class Binding(BaseModel):
    """One gesture and the one action it triggers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    gesture: _Text = Field(description="Name of a gesture defined in this file.")
    press: _ChordText | None = Field(
        None, description="Keys pressed together and let go, such as 'ctrl+plus'."
    )
    hold: _ChordText | None = Field(
        None, description="Keys kept down from the gesture's begin to its end."
    )
    type: Annotated[_Text, AfterValidator(_check_text)] | None = Field(
        None, description="Text typed into whatever has the keyboard focus."
    )
    click: ClickKind | None = Field(
        None, description="Click where the pointer is: left, right, middle or double."
    )
    scroll: Annotated[ScrollAmount, BeforeValidator(_to_scroll)] | None = Field(
        None, description="Lines to scroll: 3 is up, -3 down; or a table of x and y."
    )
    move: Annotated[tuple[_Pixels, _Pixels], BeforeValidator(_to_tuple)] | None = Field(
        None, description="Pixels [right, down] the pointer moves by."
    )
    launch: Annotated[_Text | _Words, BeforeValidator(_check_no_nul)] | None = Field(
        None,
        description="Application to start: desktop-file id, name or program; a list has arguments "
        "and needs allow_commands = true.",
    )
    close: _WindowText | None = Field(
        None,
        description="Window to close: part of its title or application as plain text, a pattern "
        "between slashes; 'front' is the one in front. Of several the one in front, or none.",
    )
    open: Annotated[_Text, BeforeValidator(_check_no_nul)] | None = Field(
        None, description="URL or file to open with its application."
    )
    run: Annotated[_Text | _Words, BeforeValidator(_check_no_nul)] | None = Field(
        None,
        description="Command to run, a list of program and arguments; needs allow_commands = true.",
    )
    media: MediaKey | None = Field(None, description="Multimedia key to press.")
    notify: _Text | None = Field(None, description="Text of a notification to show.")
    control: ControlOrder | None = Field(
        None,
        description="Pause gestures, resume them, or whichever applies; while paused, only "
        "gestures that resume do anything.",
    )
    app: _App | None = Field(
        None,
        description="Only while the window in front has a title or application that matches: text "
        "is a pattern (regular expression), a list holds plain names (case does not matter).",
    )
    enabled: bool = Field(True, description="Whether the binding is used.")
    repeat_s: Annotated[float, Field(ge=0.02, le=60.0)] | None = Field(
        None, description="Seconds between repeats while the gesture is held; not given: once."
    )
    shell: bool = Field(False, description="Let the shell read 'run', which is then one line.")
    description: str = Field("", description="A note for people; not used.")

    @model_validator(mode="after")
    def _is_whole(self) -> Binding:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if not given:
            raise ValueError(
                f"the binding of {self.gesture!r} does nothing; add one of {', '.join(KINDS)}"
            )
        if len(given) > 1:
            raise ValueError(
                f"the binding of {self.gesture!r} has {' and '.join(given)}; "
                "keep one and write a second [[bindings]] for the other"
            )
        kind = given[0]
        if self.repeat_s is not None and kind not in _REPEATABLE:
            raise ValueError(f"'repeat_s' goes with {', '.join(_REPEATABLE)}, not with '{kind}'")
        if self.app is not None and kind == "control":
            raise ValueError("'app' does not go with 'control', which works in front of any window")
        if self.shell and kind != "run":
            raise ValueError(f"'shell' goes with 'run' only, not with '{kind}'")
        if isinstance(self.run, str) and not self.shell:
            raise ValueError(
                "'run' is a list of program and arguments, such as ['notify-send', 'hello']; "
                "a line for the shell needs shell = true"
            )
        if self.run is not None and self.shell and not isinstance(self.run, str):
            raise ValueError("with shell = true, 'run' is one line of text, not a list")
        return self

    @property
    def needs_commands(self) -> bool:
        """Whether it is refused unless commands were allowed."""
        return find_command(self.to_action()) is not None

    @property
    def kind(self) -> str:
        """Which of `KINDS` it has."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    def to_action(self) -> Action:  # noqa: C901, PLR0911, PLR0912 (one branch per kind)
        """Return the action as a value."""
        if self.press is not None:
            return Press(parse_chord(self.press))
        if self.hold is not None:
            return Hold(parse_chord(self.hold))
        if self.type is not None:
            return Type(self.type)
        if self.click is not None:
            return Click(self.click)
        if self.scroll is not None:
            return Scroll(self.scroll.x, self.scroll.y)
        if self.move is not None:
            return Move(*self.move)
        if self.launch is not None:
            return Launch(self.launch)
        if self.close is not None:
            return Close(FRONT if self.close.lower() == FRONT else self.close)
        if self.open is not None:
            return Open(self.open)
        if self.run is not None:
            return Run(self.run, shell=self.shell)
        if self.media is not None:
            return Media(self.media)
        if self.notify is not None:
            return Notify(self.notify)
        if self.control is not None:
            return Control(self.control)
        raise AssertionError("a validated binding has an action")
