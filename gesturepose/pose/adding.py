"""Bringing a network of one's own: check an ONNX file against a family, then keep it with a card.

The file is run once on a black picture and decoded before anything is kept, so that what is listed
afterwards works. Nothing is fetched, and no file of the person's is changed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.errors import GesturePoseError, ModelError
from gesturepose.pose.card import Model, read_card, user_models_dir
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.session import PoseSession

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """What a person says of a network; the fields are those of a card."""

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
    if not file.is_file():
        raise ModelError(f"no such network file: {file}")
    if new.family not in FAMILIES:
        raise ModelError(f"no family {new.family!r}; there is {', '.join(FAMILIES)}")
    if not _NAME.fullmatch(new.name):
        raise ModelError(f"{new.name!r} is no name for a network: letters, digits, '.', '_', '-'")
    kept = folder / f"{new.name}.onnx"
    if kept.exists() or kept.with_suffix(".toml").exists():
        raise ModelError(f"there is a network {new.name!r} already: {kept}; give another --name")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as name:
            trial = Path(name) / kept.name
            shutil.copyfile(file, trial)
            card = trial.with_suffix(".toml")
            card.write_text(_write_card(trial, file, new), encoding="utf-8")
            _try(Model(trial, read_card(card)))
            trial.replace(kept)
            card.replace(kept.with_suffix(".toml"))
    except OSError as error:
        raise ModelError(f"{kept} cannot be written: {error.strerror}") from error
    return Model(kept, read_card(kept.with_suffix(".toml")))


def _try(model: Model) -> None:
    """Run it once; whatever its decoder cannot read is an error now and not later."""
    family = FAMILIES[model.card.family]
    session = PoseSession(model, family, device="cpu", threads=None)
    side = model.card.input.long_side
    try:
        heads = session.run(np.zeros((side, side, 3), np.uint8))
        family.decode(heads, min_score=0.5)
    except (ValueError, IndexError, KeyError) as error:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in heads.items())
        raise ModelError(
            f"what {model.path.name} gives is not what {family.name} decodes ({error}): {shapes}"
        ) from error
    except GesturePoseError as error:
        rule = model.card.input
        raise ModelError(
            f"{model.path.name} does not run on a picture of {side}x{side} ({rule.dtype} "
            f"{rule.layout}): {error}"
        ) from error
    finally:
        session.close()


def _write_card(trial: Path, file: Path, new: NewModel) -> str:
    digest = hashlib.sha256(trial.read_bytes()).hexdigest()
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


def _quote(text: str) -> str:
    """Write a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
