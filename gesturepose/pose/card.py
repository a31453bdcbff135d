"""Networks and their cards: finding ``NAME.onnx`` and reading ``NAME.toml`` beside it.

A card says what a network eats, what it reports, where it came from, under which licence, and how
well it was measured to do. Networks are looked for in the folder that travels with the program and
in the user's data folder; a path works too. Nothing is ever fetched, and nothing here loads a
network: that is `gesturepose.pose.session`.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import logging
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from gesturepose import resources
from gesturepose.errors import ModelError
from gesturepose.platforms.user_folders import NO_HOME, user_folder
from gesturepose.pose.decoding_rule import DecodingRule
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.top_down_rule import TopDownRule
from gesturepose.skeleton import SKELETONS

log = logging.getLogger(__name__)

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_USUAL = "movenet-multipose"
"""Of several names that are meant as likely, the one people use."""
_MAX_CARD_BYTES = 1 << 18
"""The bundled cards have 2 to 4 kB."""
_MAX_NETWORK_BYTES = 1 << 31
"""Of a ``.onnx`` file: protobuf reads no more."""
Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[float, Field(gt=0)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class InputRule(_Section):
    """What picture the network takes."""

    layout: Literal["NHWC", "NCHW"] = Field(
        description="Order of axes: batch, height, width, colour; or colour before height."
    )
    dtype: Literal["uint8", "float32"] = Field(description="Number type of one colour value.")
    colour: Literal["RGB", "BGR"] = Field(description="Order of the colours.")
    mean: tuple[float, float, float] = Field(
        default=(0.0, 0.0, 0.0),
        strict=False,
        description="Taken from each colour (0..255, in the network's order) of a float32 input.",
    )
    std: tuple[Positive, Positive, Positive] = Field(
        default=(1.0, 1.0, 1.0), strict=False, description="What the difference is divided by."
    )
    multiple: int = Field(ge=1, description="Both sides are multiples of it, in pixels.")
    long_side: int = Field(ge=1, description="Longer side unless the user asks otherwise, pixels.")


class SourceFile(_Section):
    """A file the network was made from."""

    name: Text
    sha256: Sha256


class Source(_Section):
    """Where the network comes from."""

    origin: Text = Field(description="Who trained and published it.")
    url: Text = Field(description="Where it was published.")
    version: Text = Field(description="Which version of what, as published.")
    files: tuple[SourceFile, ...] = Field(description="What it was converted from.", strict=False)
    converter: Text = Field(description="The command that made the .onnx file.")


class Accuracy(_Section):
    """One measurement."""

    measure: Text = Field(description="What was measured.")
    data: Text = Field(description="On which pictures.")
    value: float = Field(description="The figure.")
    long_side: int = Field(ge=1, description="Longer side of the input it was measured at, pixels.")
    published_by: Text | None = Field(
        default=None, description="Who published it and where, if it was not measured here."
    )


class ModelCard(_Section):
    """What is known about a network."""

    title: Text = Field(description="The name people know it by.")
    family: Text = Field(description="Which decoder reads it.")
    skeleton: Text = Field(description="Keypoints it reports.")
    max_people: int = Field(ge=1, description="People it can report in one picture.")
    licence: Text = Field(description="SPDX expression, and what it covers.")
    sha256: Sha256 = Field(description="Of the .onnx file.")
    input: InputRule
    score_gain: Positive = Field(
        default=1.0,
        description="What scores are multiplied by, so that they mean as much as the default "
        "network's: a network may be less sure of what it sees more exactly. Keypoints only.",
    )
    edge_score: Positive | None = Field(
        default=None,
        description="Score, gain included, from which a wrist seen in the picture's lower edge is "
        "there; hands below the picture are seen in it too. Not given: none ever is.",
    )
    outputs: dict[Text, Text] = Field(
        default={}, description="What the file calls the family's outputs, where it differs."
    )
    parameters: int | None = Field(default=None, ge=1, description="Weights, counted.")
    gflops: Positive | None = Field(
        default=None,
        description="Billions of operations a picture of the usual size, a multiply-add being two.",
    )
    top_down: TopDownRule | None = Field(
        default=None,
        validate_default=True,
        description="Of a family that sees one person per crop, and only of one.",
    )
    decoding: DecodingRule = Field(
        default=DecodingRule(), description="Of a family that sees whole pictures."
    )
    source: Source
    accuracy: tuple[Accuracy, ...] = Field(default=(), strict=False)

    @field_validator("family")
    @classmethod
    def _is_known_family(cls, value: str) -> str:
        if value not in FAMILIES:
            raise ValueError(f"no decoder for {value!r}; there is {', '.join(FAMILIES)}")
        return value

    @field_validator("input")
    @classmethod
    def _scales_only_floats(cls, value: InputRule) -> InputRule:
        if value.dtype == "uint8" and value.model_fields_set & {"mean", "std"}:
            raise ValueError("mean and std go with dtype = 'float32'")
        return value

    @field_validator("skeleton")
    @classmethod
    def _is_known_skeleton(cls, value: str) -> str:
        if value not in SKELETONS:
            raise ValueError(f"no skeleton {value!r}; there is {', '.join(SKELETONS)}")
        return value

    @field_validator("decoding")
    @classmethod
    def _can_be_done(cls, value: DecodingRule, info: ValidationInfo) -> DecodingRule:
        family = FAMILIES.get(info.data.get("family", ""))
        if family is not None and (problem := value.find_problem(family)):
            raise ValueError(problem)
        return value

    @field_validator("top_down")
    @classmethod
    def _fits_the_family(
        cls, value: TopDownRule | None, info: ValidationInfo
    ) -> TopDownRule | None:
        family, rule = FAMILIES.get(info.data.get("family", "")), info.data.get("input")
        if family is None:  # which is a problem of its own
            return value
        if family.sees == "picture":
            if value is not None:
                raise ValueError(f"family {family.name!r} sees whole pictures, not crops")
            return None
        if value is None:
            raise ValueError(
                f"family {family.name!r} sees one person per crop: give their width and height"
            )
        if foreign := value.find_foreign(family.name):
            raise ValueError(f"family {family.name!r} has no {', '.join(foreign)}")
        if rule is not None and (
            rule.long_side != max(value.size) or any(side % rule.multiple for side in value.size)
        ):
            raise ValueError(
                f"crops of {value.width}x{value.height} go with input.long_side = "
                f"{max(value.size)} and an input.multiple that both sides are multiples of"
            )
        return value


@dataclass(frozen=True, slots=True)
class Model:
    """A network on disk and its card."""

    path: Path
    card: ModelCard

    @property
    def name(self) -> str:
        """What the user calls it: the file's name without its ending."""
        return self.path.stem


def user_models_dir() -> Path:
    """Return the folder in which users put networks of their own; it need not exist.

    Raises
    ------
    ModelError
        The user has no place for one.
    """
    folder = user_folder("data")
    if folder is None:
        raise ModelError(f"there is no place for networks of your own: {NO_HOME}")
    return folder / "models"


def _folders() -> list[Path]:
    try:
        return [resources.models_dir(), user_models_dir()]
    except ModelError:
        return [resources.models_dir()]


def read_card(path: Path) -> ModelCard:
    """Read a card.

    Raises
    ------
    ModelError
        The file cannot be read, is no TOML, too large, or breaks the card's rules; every broken
        rule is named.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe may never be written to
            raise ModelError(f"cannot read the card {path}: it is no regular file")
        with path.open("rb") as file:
            encoded = file.read(_MAX_CARD_BYTES + 1)
        if len(encoded) > _MAX_CARD_BYTES:
            raise ModelError(f"the card {path} is larger than {_MAX_CARD_BYTES >> 10} KiB")
        return ModelCard.model_validate(tomllib.loads(encoded.decode("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"cannot read the card {path}: {error}") from error
    except RecursionError as error:
        raise ModelError(f"the card {path} is not valid TOML: nested too deeply") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {_say(problem['msg'])}"
            for problem in error.errors()
        )
        raise ModelError(f"the card {path} is not valid: {problems}") from error
    except ValueError as error:  # what is no TOML, and a number of thousands of digits
        raise ModelError(f"the card {path} is not valid TOML: {error}") from error


def check_network_file(path: Path) -> None:
    """Refuse a file that cannot be a network, before anybody reads it.

    Raises
    ------
    ModelError
        It is larger than any ``.onnx`` file can be, or may not be looked at.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from error
    if size > _MAX_NETWORK_BYTES:
        raise ModelError(
            f"{path} has {size / (1 << 30):.1f} GiB; an .onnx file has at most "
            f"{_MAX_NETWORK_BYTES >> 30} GiB, larger weights lie in files beside it"
        )


def _say(message: str) -> str:
    return message.removeprefix("Value error, ").replace("\n", " ")


def _load(path: Path) -> Model:
    check_network_file(path)
    card_path = path.with_suffix(".toml")
    if not card_path.is_file():
        example = resources.models_dir() / "movenet-multipose.toml"
        raise ModelError(f"{path} has no card: write {card_path}, for example after {example}")
    return Model(path, read_card(card_path))


def _list_files(folder: Path) -> list[Path]:
    """List the networks in a folder by name; none in one that may not be looked at."""
    try:
        return sorted(folder.glob("*.onnx"), key=lambda path: path.stem)
    except OSError as error:
        log.warning("the networks in %s are left out: %s", folder, error.strerror)
        return []


def list_models() -> list[Model]:
    """Every usable network, bundled ones first; one with a broken card is logged and left out."""
    models: dict[str, Model] = {}
    for folder in _folders():
        for path in _list_files(folder):
            try:
                models.setdefault(path.stem, _load(path))
            except ModelError as error:
                log.warning("%s", error)
    return list(models.values())


def locate_model(name_or_path: str) -> Model:
    """Find a network and read its card, but do not look into its file; raises as `find_model`."""
    return _load(_locate(name_or_path))


def find_model(name_or_path: str) -> Model:
    """Find a network by name, or by the path of its ``.onnx`` file.

    A file that is not the one its card describes is used, with a warning.

    Raises
    ------
    ModelError
        No such network (with a suggestion), no such file, or no valid card.
    """
    model = locate_model(name_or_path)
    try:
        with model.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"cannot read {model.path}: {error.strerror}") from error
    if digest != model.card.sha256:
        log.warning(
            "%s is not the file its card describes (sha256 %s); its accuracy is unknown",
            model.path,
            digest,
        )
    return model


def _is_file(path: Path) -> bool:
    """Whether it is a regular file; raises `ModelError` for one that may not be looked at."""
    try:
        return path.is_file()
    except PermissionError as error:
        raise ModelError(
            f"{path} may not be looked at; check the permissions of the folder it is in"
        ) from error
    except (OSError, ValueError):  # a name too long, or with a zero byte
        return False


def _locate(name_or_path: str) -> Path:
    path = Path(name_or_path)
    with contextlib.suppress(RuntimeError):  # '~nobody' is a name like any other then
        path = path.expanduser()
    if path.suffix == ".onnx" or any(mark in name_or_path for mark in "/\\"):
        if not _is_file(path):
            raise ModelError(f"no such network file: {path}")
        if path.suffix != ".onnx":
            raise ModelError(f"a network is an .onnx file with its card beside it, not {path}")
        return path
    for folder in _folders():
        candidate = folder / f"{name_or_path}.onnx"
        if _is_file(candidate):
            return candidate
    names = sorted({found.stem for folder in _folders() for found in _list_files(folder)})
    close = difflib.get_close_matches(name_or_path.lower(), names, n=len(names) or 1, cutoff=0.4)
    meant = _USUAL if _USUAL in close else next(iter(close), None)
    hint = f" (did you mean {meant!r}?)" if meant else ""
    known = ", ".join(names) or f"none; put one into {user_models_dir()}"
    raise ModelError(f"no network named {name_or_path!r}{hint}; there is: {known}")
