"""Bringing a network of one's own: check an ONNX file against a family, then keep it with a card.

The file is run on a black picture and decoded before anything is kept, so that what is listed
afterwards works. What the file itself tells, such as the size of its crops, is read from it.
Nothing is fetched, and no file of the person's is changed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gesturepose.errors import GesturePoseError, ModelError
from gesturepose.platforms.small_files import exists, why_no_file
from gesturepose.pose.card import Model, check_network_file, read_card, user_models_dir
from gesturepose.pose.decoding_rule import DecodingRule
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.mirrored import run_mirrored
from gesturepose.pose.session import PoseSession
from gesturepose.pose.settings import PoseSettings
from gesturepose.pose.top_down import TopDownEstimator, check_crop_size
from gesturepose.pose.top_down_rule import HEATMAPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gesturepose.pose.families import Family

_USUAL_CROP = (192, 256)
"""Width and height of crops where neither the file nor the person says: what most networks since
Simple Baseline were trained on."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """What a person says of a network; the fields are those of a card.

    ``top_down`` holds fields of a card's section of that name. Where they are not given, the size
    of crops, the stride and the bins a pixel are the file's; with it, ``multiple``, ``long_side``
    and ``max_people`` do not count. Where the file takes pictures of one size only, that counts and
    not ``multiple`` and ``long_side``. ``flip_test`` goes into the section of the family.
    """

    family: str
    name: str
    licence: str
    origin: str = "unknown"
    layout: str = "NCHW"
    dtype: str = "float32"
    colour: str = "RGB"
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)
    multiple: int = 32
    long_side: int = 256
    max_people: int = 20
    outputs: Mapping[str, str] = field(default_factory=dict)
    flip_test: bool = False
    top_down: Mapping[str, Any] = field(default_factory=dict)


def add_model(file: Path, new: NewModel, *, folder: Path | None = None) -> Model:
    """Check a network and keep a copy of it with a card.

    Parameters
    ----------
    file
        The ONNX file.
    new
        What it is.
    folder
        Where to; the user's folder by default.

    Raises
    ------
    ModelError
        It is no network of that family, what was said of it does not fit, or it cannot be kept;
        then nothing is.
    """
    folder = folder or user_models_dir()
    _check_facts(file, new)
    kept = folder / f"{new.name}.onnx"
    if exists(kept) or exists(kept.with_suffix(".toml")):
        raise ModelError(f"there is a network {new.name!r} already: {kept}; give another --name")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as name:
            trial = Path(name) / kept.name
            shutil.copyfile(file, trial)
            try:
                _try(trial, file, new)
            except ModelError as error:
                # The person knows the file, and where it was to go, but not the copy.
                raise ModelError(str(error).replace(name, str(folder))) from error
            trial.replace(kept)
            trial.with_suffix(".toml").replace(kept.with_suffix(".toml"))
    except OSError as error:
        raise ModelError(f"{kept} cannot be written: {error.strerror}") from error
    return Model(kept, read_card(kept.with_suffix(".toml")))


def _check_facts(file: Path, new: NewModel) -> None:
    """Refuse what can be refused before the file is opened."""
    if not exists(file):
        raise ModelError(f"no such network file: {file}")
    if why := why_no_file(file):
        raise ModelError(f"the network file {file} {why}")
    check_network_file(file)
    if new.family not in FAMILIES:
        raise ModelError(f"no family {new.family!r}; there is {', '.join(FAMILIES)}")
    if not _NAME.fullmatch(new.name):
        raise ModelError(f"{new.name!r} is no name for a network: letters, digits, '.', '_', '-'")
    if new.top_down and FAMILIES[new.family].sees == "picture":
        raise ModelError(
            f"family {new.family!r} sees whole pictures, not one person per crop: it has no "
            f"{', '.join(new.top_down)}"
        )
    if problem := _decoding_of(new).find_problem(FAMILIES[new.family]):
        raise ModelError(problem)


def _decoding_of(new: NewModel) -> DecodingRule:
    """Read what goes into the section of families that see whole pictures."""
    return DecodingRule(flip_test=new.flip_test and FAMILIES[new.family].sees == "picture")


def _try(trial: Path, file: Path, new: NewModel) -> None:
    """Write a card beside the copy and run it; what cannot be read is an error now, not later."""
    if FAMILIES[new.family].sees == "person":
        new = _complete(trial, file, new)
        _describe(trial, file, new)
        TopDownEstimator(PoseSettings(name=str(trial), device="cpu")).close()
        return
    model, family = _describe(trial, file, new), FAMILIES[new.family]
    session = _open(model)
    try:
        width, height = session.input_size or (new.long_side, new.long_side)
        if session.input_size is not None:
            new = dataclasses.replace(
                new, long_side=max(width, height), multiple=math.gcd(width, height)
            )
            model = _describe(trial, file, new)
        heads = _run(session, model, (width, height))
        decode = family.decode_mirrored if model.card.decoding.flip_test else None
        (decode or family.decode)(heads, min_score=0.5)
    except (ValueError, IndexError, KeyError) as error:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in heads.items())
        raise ModelError(
            f"what {file.name} gives is not what {family.name} decodes ({error}): {shapes}"
        ) from error
    finally:
        session.close()
    _check_stride(file, family, heads, width)


def _check_stride(
    file: Path, family: Family, heads: Mapping[str, NDArray[np.float32]], width: int
) -> None:
    """Refuse maps finer or coarser than the decoder takes them for: keypoints would lie wrong."""
    maps = [name for name, channels in family.outputs.items() if channels is not None]
    cells = max((heads[name].shape[-1] for name in maps), default=None)
    # A map may have a cell more or less than the picture has room for, by how its edges are padded.
    if cells is not None and abs(cells * family.stride_px - width) > family.stride_px:
        raise ModelError(
            f"{file.name} gives {cells} cells for {width} pixels; networks of the family "
            f"{family.name} have a cell every {family.stride_px}"
        )


def _complete(trial: Path, file: Path, new: NewModel) -> NewModel:
    """Add to what was said of a network's crops what its file says of them."""
    said = dict(new.top_down)
    if new.flip_test:
        said["flip_test"] = True
    session = _open(_describe(trial, file, _with_crops(new, said)))
    try:
        shape = session.input_shape
        declared = shape[1:3] if new.layout == "NHWC" else shape[2:]
        for name, side in zip(("height", "width"), declared, strict=True):
            if side is not None:
                said.setdefault(name, side)
        whole = _with_crops(new, said)
        width, height = whole.top_down["width"], whole.top_down["height"]
        model = _describe(trial, file, whole)
        check_crop_size(model, session)
        heads = _run(session, model, (width, height))
    finally:
        session.close()
    # What the decoder then finds wrong with it is its business to say.
    if new.family == HEATMAPS:
        cells = heads["heatmaps"].shape[-1]
        if cells and width % cells == 0:
            said.setdefault("stride_px", width // cells)
    elif (bins := heads["simcc_x"].shape[-1]) and bins % width == 0:
        said.setdefault("split_ratio", bins // width)
    return _with_crops(new, said)


def _with_crops(new: NewModel, said: Mapping[str, Any]) -> NewModel:
    """Join what is known of a network's crops with what follows for the rest of its card."""
    width, height = _USUAL_CROP
    top_down = {"width": width, "height": height, **said}
    sides = top_down["width"], top_down["height"]
    return dataclasses.replace(
        new,
        top_down=top_down,
        long_side=max(sides),
        multiple=math.gcd(*sides),
        max_people=1,
    )


def _open(model: Model) -> PoseSession:
    return PoseSession(model, FAMILIES[model.card.family], device="cpu", threads=None)


def _run(
    session: PoseSession, model: Model, size: tuple[int, int]
) -> dict[str, NDArray[np.float32]]:
    """Heads for a black picture of ``(width, height)``."""
    width, height = size
    black = np.zeros((height, width, 3), np.uint8)
    try:
        return run_mirrored(session, black) if model.card.decoding.flip_test else session.run(black)
    except GesturePoseError as error:
        rule = model.card.input
        raise ModelError(
            f"{model.path.name} does not run on a picture of {width}x{height} ({rule.dtype} "
            f"{rule.layout}): {error}"
        ) from error


def _describe(trial: Path, file: Path, new: NewModel) -> Model:
    """Write the card beside the copy."""
    card = trial.with_suffix(".toml")
    card.write_text(_format_card(trial, file, new), encoding="utf-8")
    return Model(trial, read_card(card))


def _format_card(trial: Path, file: Path, new: NewModel) -> str:
    with trial.open("rb") as network:
        digest = hashlib.file_digest(network, "sha256").hexdigest()
    lines = [
        f"title = {_quote(new.name)}",
        f"family = {_quote(new.family)}",
        'skeleton = "coco17"',
        f"max_people = {new.max_people}",
        f"licence = {_quote(new.licence)}",
        f'sha256 = "{digest}"',
        "",
        "[input]",
        f"layout = {_quote(new.layout)}",
        f"dtype = {_quote(new.dtype)}",
        f"colour = {_quote(new.colour)}",
        f"multiple = {new.multiple}",
        f"long_side = {new.long_side}",
    ]
    if new.dtype == "float32":
        lines += [f"mean = {list(map(float, new.mean))}", f"std = {list(map(float, new.std))}"]
    if new.outputs:
        lines += ["", "[outputs]"]
        lines += [f"{_quote(name)} = {_quote(value)}" for name, value in new.outputs.items()]
    if _decoding_of(new).flip_test:
        lines += ["", "[decoding]", "flip_test = true"]
    if new.top_down:
        lines += ["", "[top_down]"]
        lines += [f"{name} = {_to_toml(value)}" for name, value in new.top_down.items()]
    lines += [
        "",
        "[source]",
        f"origin = {_quote(new.origin)}",
        'url = "not known"',
        'version = "not known"',
        f'files = [{{ name = {_quote(file.name)}, sha256 = "{digest}" }}]',
        'converter = "none: added as it was"',
    ]
    return "\n".join(lines) + "\n"


def _to_toml(value: object) -> str:
    """Write a text, a number, a yes or no, or several whole numbers."""
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(list(value) if isinstance(value, tuple) else value)


def _quote(text: str) -> str:
    """Write a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
