"""What is wrong with a gestures.toml, in lines a person can act on.

Turns what the TOML parser and pydantic report into ``FILE:LINE: key: what is wrong, what would be
right``. It reads no files and decides nothing.
"""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from gesturepose.errors import UsageError, one_line
from gesturepose.toml_lines import Place, nearest

if TYPE_CHECKING:
    import tomllib
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_WORDS = {
    "model_type": "should be a table",
    "model_attributes_type": "should be a table",
    "dict_type": "should be a table",
    "tuple_type": "should be a list",
    "list_type": "should be a list",
    "bool_type": "should be true or false",
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "finite_number": "should be a finite number",
    "string_type": "should be text in quotes",
    "string_too_short": "should not be empty",
    "json_invalid": "is nested too deeply",
}
"""pydantic's terms by type of error, in words of people who write TOML."""
MOST_PROBLEMS = 100
"""So many errors are told at once; nobody reads more, and each takes time to word."""
_LONGEST_NAME = 100
_LONGEST = 1000
"""Characters of a line; names and values may be as long as the file."""


class ConfigError(UsageError):
    """A gestures.toml that cannot be used.

    Parameters
    ----------
    problems
        One line per error: file, line (and column of a syntax error), what is wrong, what would be
        right.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self._problems = [one_line(_cut(problem)) for problem in problems]
        super().__init__("\n".join(self._problems))

    @property
    def problems(self) -> list[str]:
        """All of them, a line each."""
        return list(self._problems)


def tell_most(problems: Sequence[str], *, name: str) -> list[str]:
    """Leave out what is too much to tell, and say so."""
    if len(problems) <= MOST_PROBLEMS:
        return list(problems)
    return [*problems[:MOST_PROBLEMS], f"{name}: there are more errors; correct these first"]


def _cut(problem: str) -> str:
    return problem if len(problem) <= _LONGEST else f"{problem[:_LONGEST]} ..."


def describe_syntax_error(error: tomllib.TOMLDecodeError, *, text: str, name: str) -> str:
    """Say a syntax error in one line: file, line, column, reason."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    reason, line, column = match.groups() if match else (str(error), None, None)
    if line is None:
        shown = text.replace("\r\n", "\n").rstrip("\n")
        line, column = shown.count("\n") + 1, len(shown) - shown.rfind("\n")
        reason = f"{reason.replace('Invalid', 'Unfinished')}: the file ends here"
    if re.match(r"Cannot (?:declare|mutate|overwrite) ", reason):
        reason = "this is defined already"
    elif reason == "Invalid value":
        reason = "not a value; text stands in quotes"
    return f"{name}:{line}:{column}: {reason[:1].lower()}{reason[1:]}"


def describe_errors(
    error: ValidationError, *, model: type[BaseModel], lines: Mapping[Place, int], name: str
) -> list[str]:
    """Say each validation error in one line, in the order of the file.

    Parameters
    ----------
    error
        What pydantic found.
    model
        The model the document should fit; its keys are suggested for misspelt ones.
    lines
        Where everything stands.
    name
        What to call the file.
    """
    # The members of a union complain one by one, about the same place.
    reasons: dict[Place, dict[str, None]] = {}
    values: dict[Place, object] = {}
    for item in error.errors(include_url=False)[: MOST_PROBLEMS * 4]:
        # Behind the key, pydantic names what is no part of the file: members of unions, '[key]'.
        place = nearest(lines, item["loc"])
        reasons.setdefault(place, {})[_say(item, model)] = None
        if item["type"] not in ("missing", "value_error", "extra_forbidden", "json_invalid"):
            values[place] = item["input"]
    problems = []
    for place, said in reasons.items():
        reason = " or ".join(said).replace(" or should be ", " or ")
        if place in values and _is_plain(values[place]):
            reason += f", not {json.dumps(values[place])}"
        problems.append((lines.get(place, 1), f"{format_place(place)}: {reason}"))
    return [f"{name}:{line}: {said}" for line, said in sorted(problems, key=lambda p: p[0])]


def format_place(place: Sequence[str | int]) -> str:
    """Write a place as a person would: ``gestures.wave.motion.start[0].above``."""
    path = ""
    for part in place:
        path += f"[{part}]" if isinstance(part, int) else f".{part[:_LONGEST_NAME]}"
    return path.removeprefix(".") or "file"


def suggest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'this'?``, or nothing where nothing is close."""
    close = get_close_matches(word, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _say(item: ErrorDetails, model: type[BaseModel]) -> str:
    last = item["loc"][-1] if item["loc"] else ""
    match item["type"]:
        case "extra_forbidden":
            return f"unknown key '{str(last)[:_LONGEST_NAME]}'" + suggest(
                str(last), _known_keys(item["loc"][:-1], model)
            )
        case "missing" if isinstance(last, int):
            return f"has too few items, item {last + 1} is missing"
        case "missing":
            return f"'{last}' is missing"
        case "string_pattern_mismatch" if last == "[key]":
            return "a gesture's name is lower-case letters, digits and '_', a letter first"
        case known if known in _WORDS:
            return _WORDS[known]
    message = item["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return message[:1].lower() + message[1:]


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and len(str(value)) < 60


def _known_keys(place: Place, root: type[BaseModel]) -> list[str]:
    """Names of the keys allowed at a place, from the models."""
    model: Any = root
    for part in place:
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
