"""Which clips and recordings a person means: label files, the clips themselves, or folders.

Finds them and reads their labels; opens no clip.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose import resources
from gesturepose.errors import UsageError
from gesturepose.evaluation.labels import LabelledSource
from gesturepose.platforms.small_files import (
    exists,
    is_file,
    is_folder,
    resolve,
    say_why,
    why_no_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg")
"""What is taken for a video in a folder; a file given by name may be any."""
_RECORDING_SUFFIXES = (".poses.jsonl", ".jsonl")


def find_sources(paths: Iterable[str], *, idle: bool = False) -> list[LabelledSource]:
    """Clips and recordings among files and folders, each once, with their labels.

    Parameters
    ----------
    paths
        Label files; videos and recordings, whose labels are ``NAME.json`` beside them; folders of
        these; ``demo`` for the bundled clip.
    idle
        Take sources without labels for idle: nobody makes a gesture in them.

    Raises
    ------
    UsageError
        If there is none, one does not exist, or a label file cannot be used.
    """
    found: dict[Path, LabelledSource] = {}
    for given in paths:
        for source in _find(given):
            judged = source if source.labelled or not idle else replace(source, labelled=True)
            found.setdefault(resolve(source.path), judged)
    if not found:
        raise UsageError(
            "no clip or recording found there; give label files (NAME.json), videos, "
            "recordings (NAME.poses.jsonl) or folders of them"
        )
    return list(found.values())


def label_file_of(media: Path) -> Path:
    """Where the labels of a clip or recording are: ``NAME.json`` beside it."""
    for suffix in _RECORDING_SUFFIXES:
        if media.name.lower().endswith(suffix):
            return media.with_name(media.name[: -len(suffix)] + ".json")
    return media.with_suffix(".json")


def _find(given: str) -> Iterator[LabelledSource]:
    path = Path(given)
    if given == "demo" and not exists(path):
        path = resources.demo_clip()
    if is_folder(path):
        yield from _find_in_folder(path)
    elif path.suffix.lower() == ".json":
        yield LabelledSource.read(path)
    elif not (why := why_no_file(path)):
        yield _read_media(path)
    elif exists(path):
        raise UsageError(f"{given} {why}")
    else:
        raise UsageError(f"no such file or folder: {given!r}")


def _find_in_folder(folder: Path) -> Iterator[LabelledSource]:
    try:
        entries = sorted(entry for entry in folder.iterdir() if is_file(entry))
    except OSError as error:
        raise UsageError(f"the folder {folder} cannot be listed: {say_why(error)}") from error
    covered = set()
    for path in entries:
        if path.suffix.lower() == ".json":
            source = LabelledSource.read(path)
            covered.add(resolve(source.path))
            yield source
    for path in entries:
        name = path.name.lower()
        is_media = name.endswith((_RECORDING_SUFFIXES[0], *VIDEO_SUFFIXES))
        # A recording made of a clip beside it has the clip's labels, which count once.
        if is_media and resolve(path) not in covered and not is_file(label_file_of(path)):
            yield LabelledSource(path, labelled=False)


def _read_media(path: Path) -> LabelledSource:
    labels = label_file_of(path)
    if is_file(labels):
        return LabelledSource.read(labels, path)
    return LabelledSource(path, labelled=False)
