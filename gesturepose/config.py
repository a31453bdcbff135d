"""gestures.toml: reading it into typed models, with every error at once, each with its place.

Where the file is looked for, what it may hold, what contradicts what. It never writes the file and
never reads a camera, a network or a screen.
"""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import platformdirs
import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tomlkit.exceptions import ParseError, TOMLKitError

from gesturepose.actions.settings import Binding
from gesturepose.capture.settings import CaptureSettings
from gesturepose.errors import UsageError
from gesturepose.gestures.engagement import EngagementMode
from gesturepose.gestures.settings import ClassifierSettings, Gesture
from gesturepose.pose.settings import PoseSettings
from gesturepose.resources import default_config
from gesturepose.tracking.settings import TrackerSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE_NAME = "gestures.toml"
GestureName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class ControlSettings(BaseModel):
    """Who may act, and what they may do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engagement: EngagementMode = "always"
    """Whether gestures always count, or only after the wake gesture."""
    wake: str = "raise_right_hand"
    """The gesture that engages, with ``engagement = "wake"``."""
    engaged_s: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = 15.0
    """With ``"wake"``: engaged this long after the last gesture."""
    allow_commands: bool = False
    """Whether bindings may run commands."""


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


class ConfigError(UsageError):
    """A gestures.toml that cannot be used.

    Attributes
    ----------
    problems
        One line per error: file, line (and column of a syntax error), what is wrong, what would be
        right.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


def find_config(given: str | None) -> Path:
    """Where the configuration is: ``--config``, this folder, the user's folder, the package.

    Raises
    ------
    UsageError
        If a file was given and is not there.
    """
    if given is not None:
        path = Path(given)
        if not path.is_file():
            what = "is a folder, not a file" if path.is_dir() else "does not exist"
            raise UsageError(f"configuration {given} {what}")
        return path
    for path in (Path(FILE_NAME), platformdirs.user_config_path("gesturepose") / FILE_NAME):
        if path.is_file():
            return path
    return default_config()


def load_config(path: Path) -> Config:
    """Read and check a gestures.toml.

    A file that defines no gestures gets the default ones; otherwise it has those it defines.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: not UTF-8 text (byte {error.start})"]) from error
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from error
    return parse_config(text, name=str(path))


def parse_config(text: str, *, name: str = FILE_NAME) -> Config:
    """Check the text of a gestures.toml; ``name`` is what errors call it.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    try:
        document = tomlkit.parse(text).unwrap()
    except ParseError as error:
        # The message repeats the place at its end.
        reason = re.sub(r" at line \d+ col \d+$", "", str(error))
        raise ConfigError([f"{name}:{error.line}:{error.col + 1}: {reason}"]) from error
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise ConfigError([f"{name}: {error}"]) from error
    if "gestures" not in document:
        default = tomlkit.parse(default_config().read_text(encoding="utf-8")).unwrap()
        document["gestures"] = default["gestures"]
    try:
        # By way of JSON, strict validation takes arrays for tuples and whole numbers for reals,
        # and nothing else for anything else.
        config = Config.model_validate_json(json.dumps(document, default=str), strict=True)
    except ValidationError as error:
        raise ConfigError(_describe(error, document, text, name)) from error
    problems = _contradictions(config, text, name)
    if problems:
        raise ConfigError(problems)
    return config


def _contradictions(config: Config, text: str, name: str) -> list[str]:
    """Find what no single part can know."""
    problems = []
    for i, binding in enumerate(config.bindings):
        place = f"{name}:{_line(text, ('bindings', i, 'gesture'))}: bindings[{i}]"
        if binding.gesture not in config.gestures:
            problems.append(
                f"{place}: gesture '{binding.gesture}' is not defined"
                + _suggest(binding.gesture, config.gestures)
            )
        if binding.needs_commands and not config.control.allow_commands:
            problems.append(
                f"{place}: 'run' is refused unless [control] has allow_commands = true"
            )
    if config.control.engagement == "wake" and config.control.wake not in config.gestures:
        problems.append(
            f"{name}:{_line(text, ('control', 'wake'))}: control.wake: gesture "
            f"'{config.control.wake}' is not defined"
            + _suggest(config.control.wake, config.gestures)
        )
    return problems


def _describe(error: ValidationError, document: Any, text: str, name: str) -> list[str]:
    problems: list[tuple[int, str]] = []
    for item in error.errors(include_url=False):
        loc = item["loc"]
        if item["type"] == "extra_forbidden":
            known = _known_keys(loc[:-1])
            message = f"unknown key '{loc[-1]}'" + _suggest(str(loc[-1]), known)
        else:
            message = item["msg"].removeprefix("Value error, ")
            message = message[:1].lower() + message[1:]
            value = item.get("input")
            if item["type"] not in ("missing", "value_error") and _is_plain(value):
                message += f", not {json.dumps(value)}"
        # pydantic names the key of a dictionary whose key is wrong; the place is the key itself.
        loc = tuple(part for part in loc if part != "[key]")
        line = _line(text, loc)
        problems.append((line, f"{name}:{line}: {_path(loc)}: {message}"))
    return [message for _, message in sorted(problems, key=lambda p: p[0])]


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool) and len(str(value)) < 60


def _suggest(word: str, known: Any) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _path(loc: Sequence[str | int]) -> str:
    """Write a location as a person would: ``gestures.wave.motion.start[0].above``."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.removeprefix(".") or "file"


def _known_keys(loc: Sequence[str | int]) -> list[str]:
    """Names of the keys allowed at a location, from the models."""
    model: Any = Config
    for part in loc:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(part))
            model = field.annotation if field else None
        else:  # the value type of a dictionary, the item type of an array
            arguments = [a for a in get_args(model) if a is not Ellipsis]
            model = arguments[-1] if arguments else None
        options = [a for a in get_args(model) if a is not type(None)]
        if type(None) in get_args(model) and options:
            model = options[0]
    if isinstance(model, type) and issubclass(model, BaseModel):
        return list(model.model_fields)
    return []


_HEADER = re.compile(r"^\s*(\[{1,2})\s*([^\]]+?)\s*\]{1,2}")


def _line(text: str, loc: Sequence[str | int]) -> int:
    """Line of the deepest part of a location that stands at the start of a line, from 1.

    TOML parsers drop positions; headers and keys are found again by their names, which is exact
    for files written the usual way and never worse than the line of the enclosing table.
    """
    keys = [part for part in loc if isinstance(part, str)]
    index = next((part for part in loc if isinstance(part, int)), 0)
    best, depth, table, count = 1, 0, [""], -1
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            table = [part.strip().strip("\"'") for part in header[2].split(".")]
            if header[1] == "[[" and table == keys[:1]:
                count += 1
            in_place = header[1] == "[" or count == index
            if in_place and table == keys[: len(table)] and len(table) > depth:
                best, depth = number, len(table)
            continue
        key = line.split("=")[0].strip().strip("\"'")
        path = [*([] if table == [""] else table), *key.split(".")]
        in_place = table != ["bindings"] or count == index
        if in_place and "=" in line and path == keys[: len(path)] and len(path) > depth:
            best, depth = number, len(path)
    return best
