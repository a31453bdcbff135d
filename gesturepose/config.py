"""gestures.toml: reading it into typed models, with every error at once, each with its place.

Where the file is looked for, what it may hold, what contradicts what. It never writes the file and
never reads a camera, a network or a screen.
"""

from __future__ import annotations

import json
import logging
import re
import stat
import tomllib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from gesturepose.actions.keys import parse_chord
from gesturepose.actions.programs import explain_command
from gesturepose.actions.settings import Binding
from gesturepose.capture.settings import CaptureSettings
from gesturepose.config_errors import (
    MOST_PROBLEMS,
    ConfigError,
    describe_errors,
    describe_syntax_error,
    format_place,
    suggest,
    tell_most,
)
from gesturepose.config_file import read_text
from gesturepose.errors import UsageError, one_line
from gesturepose.gestures.engagement import EngagementMode
from gesturepose.gestures.settings import ClassifierSettings, Gesture
from gesturepose.platforms.folder_consent import answer_for, remember, who_else_may_change
from gesturepose.platforms.hotkeys import split_hotkey
from gesturepose.platforms.small_files import is_file, say_why
from gesturepose.platforms.user_folders import expand_home, user_folder
from gesturepose.pose.settings import PoseSettings
from gesturepose.resources import default_config
from gesturepose.toml_lines import Place, TooDeepError, find_lines, nearest
from gesturepose.tracking.settings import OperatorRule, TrackerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Config",
    "ConfigError",
    "ControlSettings",
    "FoundConfig",
    "find_config",
    "load_config",
    "look_for_config",
    "parse_config",
]

_log = logging.getLogger(__name__)

FILE_NAME = "gestures.toml"
_MOST_BINDINGS = 1000
_MOST_GESTURES = 500
_LONGEST_NAME = 100
_LONG_NUMBER = re.compile(r"\b(?:0x)?[0-9A-Fa-f_]{2000,}")
GestureName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _check_hotkey(text: str) -> str:
    if not text.strip():
        return ""
    chord = str(parse_chord(text))
    split_hotkey(chord)
    return chord


_Hotkey = Annotated[str, AfterValidator(_check_hotkey)]


class ControlSettings(BaseModel):
    """Who may act, and what they may do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engagement: EngagementMode = "always"
    """Whether gestures always count, or only after the wake gesture."""
    operator: OperatorRule = "largest"
    """Who is obeyed among several people; ``"wake"``: who claimed it by the wake gesture."""
    wake: str = "raise_right_hand"
    """The gesture that engages and claims, where ``engagement`` or ``operator`` is ``"wake"``."""
    engaged_s: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = 15.0
    """With ``engagement = "wake"``: engaged this long after the last gesture."""
    takeover_s: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 3.0
    """Somebody else may claim the control when its owner made no gesture for so long."""
    allow_commands: bool = False
    """Whether bindings may run commands, launch with arguments or by path, and open programs."""
    release_camera_s: Annotated[float, Field(ge=0, le=86400, allow_inf_nan=False)] = 10.0
    """The desktop app closes the camera when paused this long; 0: at once.

    Not when paused by a gesture: a gesture could not resume then.
    """
    pause_hotkey: _Hotkey = "ctrl+alt+p"
    """Keys that pause and resume from any window, where the system allows that; empty for none.

    There by default, because a person whose gestures do something unwanted needs a way out at
    once, whichever window is in front. Three keys, so that it is hardly pressed by accident.
    """

    @property
    def needs_wake(self) -> bool:
        """Whether the wake gesture means anything: it engages, claims, or both."""
        return "wake" in (self.engagement, self.operator)


class Config(BaseModel):
    """Everything gestures.toml may say; each part belongs to its stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    control: ControlSettings = ControlSettings()
    camera: CaptureSettings = CaptureSettings()
    model: PoseSettings = PoseSettings()
    tracker: TrackerSettings = TrackerSettings()
    classifier: ClassifierSettings = ClassifierSettings()
    gestures: dict[GestureName, Gesture] = {}
    bindings: tuple[Binding, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundConfig:
    """Where the configuration is, and what was left out.

    Attributes
    ----------
    path
        The file to use.
    unused
        The current folder's gestures.toml, if there is one that is not used because the user has
        not agreed to it; ``None`` otherwise.
    open_to
        Who else may change ``unused``, so that agreeing once is not enough; empty for nobody.
    """

    path: Path
    unused: Path | None = None
    open_to: str = ""


def look_for_config(given: str | None) -> FoundConfig:
    """Look for the configuration: ``--config``, this folder, the user's folder, the package.

    This folder's counts only if it was agreed to, by naming it once in a run or in the app, and
    nobody else may change it: the folder may be somebody else's, and its mapping would act.

    Raises
    ------
    UsageError
        If a file was given and is not there.
    """
    if given is not None:
        path = expand_home(given)
        _need_file(path, given)
        return FoundConfig(path)
    usual = _own_config() or default_config()
    here = Path(FILE_NAME)
    if not is_file(here) or _is_same(here, usual) or _is_packaged(here):
        return FoundConfig(usual)
    open_to = who_else_may_change(here)
    if answer_for(here) == "agreed" and not open_to:
        return FoundConfig(here)
    return FoundConfig(usual, here, open_to)


def _own_config() -> Path | None:
    """Return the user's own gestures.toml, if there is one."""
    folder = user_folder("config")
    if folder is None:
        return None
    path = folder / FILE_NAME
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # HOME may be another user's
        _log.warning("%s is not used: it may not be looked at: %s", path, say_why(error))
        return None
    return path


def find_config(given: str | None) -> Path:
    """Return the path of `look_for_config`, and raise as it does."""
    return look_for_config(given).path


def agree_to(path: Path) -> None:
    """Use a gestures.toml from now on whenever the program is started in its folder."""
    if path.name == FILE_NAME and is_file(path):
        remember(path, "agreed")


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _is_packaged(path: Path) -> bool:
    """Whether a file is the packaged one or says the same: there is nothing to agree to."""
    packaged = default_config()
    if _is_same(path, packaged):
        return True
    try:
        return read_text(path) == read_text(packaged)
    except ConfigError:
        return False


def _need_file(path: Path, given: str) -> None:
    """Raise `UsageError` for what cannot be a configuration; reading it decides the rest."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"configuration {given} {_why_no_file(path)}") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"configuration {given} cannot be read: {say_why(error)}") from error
    if stat.S_ISDIR(mode):
        raise UsageError(f"configuration {given} {_why_no_file(path)}")


def _why_no_file(path: Path) -> str:
    if path.is_dir():
        inside = path / FILE_NAME
        return "is a folder, not a file" + (
            f"; did you mean '{inside}'?" if is_file(inside) else ""
        )
    if path.is_symlink():
        return "is a link that leads nowhere"
    try:
        neighbours = [entry.name for entry in path.parent.iterdir() if entry.suffix == ".toml"]
    except OSError:
        return "does not exist, nor does the folder it would be in"
    return "does not exist" + suggest(path.name, neighbours)


def load_config(path: Path) -> Config:
    """Read and check a gestures.toml.

    A file that defines no gestures gets the default ones; otherwise it has those it defines.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    return parse_config(read_text(path), name=str(path))


def parse_config(text: str, *, name: str = FILE_NAME) -> Config:
    """Check the text of a gestures.toml; ``name`` is what errors call it.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    try:
        lines = find_lines(text)
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([describe_syntax_error(error, text=text, name=name)]) from error
    except (RecursionError, TooDeepError) as error:
        raise ConfigError([f"{name}: nested too deeply"]) from error
    except ValueError as error:  # a number of thousands of digits
        raise ConfigError([_describe_long_number(text, name)]) from error
    _refuse_endless(document, lines, name)
    if "gestures" not in document:
        document["gestures"] = tomllib.loads(default_config().read_text(encoding="utf-8"))[
            "gestures"
        ]
    try:
        # By way of JSON, strict validation takes arrays for tuples and whole numbers for reals,
        # and nothing else for anything else.
        config = Config.model_validate_json(json.dumps(document, default=_as_table), strict=True)
    except RecursionError as error:
        raise ConfigError([f"{name}: nested too deeply"]) from error
    except ValidationError as error:
        problems = describe_errors(error, model=Config, lines=lines, name=name)
        problems += islice(_contradictions(document, lines, name), MOST_PROBLEMS)
        raise ConfigError(tell_most(problems, name=name)) from error
    except ValueError as error:  # such a number in hexadecimal digits
        raise ConfigError([_describe_long_number(text, name)]) from error
    problems = list(islice(_contradictions(document, lines, name), MOST_PROBLEMS + 1))
    if problems:
        raise ConfigError(tell_most(problems, name=name))
    return config


def _describe_long_number(text: str, name: str) -> str:
    match = _LONG_NUMBER.search(text)
    line = text.count("\n", 0, match.start()) + 1 if match else 1
    return f"{name}:{line}: a number has more digits than make sense"


def _refuse_endless(document: dict[str, Any], lines: dict[Place, int], name: str) -> None:
    """Refuse lists so long that no person wrote them, before each item is judged."""
    for part, most in (("bindings", _MOST_BINDINGS), ("gestures", _MOST_GESTURES)):
        items = document.get(part)
        if isinstance(items, list | dict) and len(items) > most:
            line = lines.get((part,), 1)
            raise ConfigError([f"{name}:{line}: {part}: {len(items)} of them are more than {most}"])


def _as_table(value: object) -> dict[str, str]:
    """Stand in for a date or time, which nothing here is and JSON does not know."""
    return {type(value).__name__: str(value)}


def _contradictions(document: dict[str, Any], lines: dict[Place, int], name: str) -> Iterator[str]:
    """Find what no single part can know.

    Reads the document and not the models, so that it works beside errors of any other kind.
    """

    def at(*place: str | int) -> str:
        return f"{name}:{lines.get(nearest(lines, place), 1)}: {format_place(place)}"

    def table(value: object) -> dict[str, Any]:
        return value if isinstance(value, dict) else {}

    control, gestures = table(document.get("control")), table(document.get("gestures"))
    bindings = document.get("bindings")
    for i, binding in enumerate(map(table, bindings if isinstance(bindings, list) else [])):
        gesture = binding.get("gesture")
        if isinstance(gesture, str) and gesture not in gestures:
            said = f"gesture '{one_line(gesture[:_LONGEST_NAME])}' is not defined"
            yield f"{at('bindings', i, 'gesture')}: {said}{suggest(gesture, gestures)}"
        for kind in binding if control.get("allow_commands") is not True else ():
            refusal = explain_command(kind, binding[kind])
            if refusal is not None:
                yield f"{at('bindings', i, kind)}: {refusal}"
    wake = control.get("wake", ControlSettings().wake)
    needed = "wake" in (control.get("engagement"), control.get("operator"))
    if needed and isinstance(wake, str) and wake not in gestures:
        said = f"gesture '{one_line(wake[:_LONGEST_NAME])}' is not defined"
        yield f"{at('control', 'wake')}: {said}{suggest(wake, gestures)}"
