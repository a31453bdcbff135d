"""Two networks on the same pictures: accuracy, steadiness under noise and at rest, and time.

Made for a network and its 8-bit form, which should differ in time only. Prints nothing.
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from gesturepose.capture.recording import PoseRecorder
from gesturepose.datatypes import Pose
from gesturepose.evaluation.coco_annotations import ClipPictures
from gesturepose.evaluation.person_crops import crop_person
from gesturepose.evaluation.pose_accuracy import similarities_of
from gesturepose.evaluation.signals import read_signal
from gesturepose.evaluation.steadiness import measure_jitter_sw
from gesturepose.pose.card import find_model
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.session import PoseSession
from gesturepose.tracking.settings import TrackerSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gesturepose.evaluation.coco_annotations import LabelledPerson
    from gesturepose.evaluation.person_crops import Sample

    Float64Array = NDArray[np.float64]

_NOISE_GREY = 3.0
"""Standard deviation of a camera's noise: that of a webcam indoors."""
_SHIFT_PX = 0.25
_REPEATS = 10
_WARM_UPS = 10
_MIN_SCORE = 0.3
"""Keypoints the first network is less sure of are not asked to be steady."""


class Subject:
    """A network under test, on crops.

    Raises
    ------
    ModelError
        There is no such network.
    """

    def __init__(self, name: str, *, threads: int | None = None) -> None:
        self.model = find_model(name)
        self._family = FAMILIES[self.model.card.family]
        self.session = PoseSession(self.model, self._family, device="cpu", threads=threads)

    def find(self, image: NDArray[np.uint8]) -> list[Pose]:
        """Everybody in a crop ``(h, w, 3)``, thresholds left out, in the crop's pixels."""
        people = self._family.decode(self.session.run(image), min_score=0.0)
        poses = []
        for keypoints, scores, score in zip(
            people.keypoints, people.keypoint_scores, people.scores, strict=True
        ):
            seen = (scores > 0)[:, None]
            poses.append(Pose(np.where(seen, keypoints, np.float32(np.nan)), scores, float(score)))
        return poses

    def find_person(
        self, image: NDArray[np.uint8], person: LabelledPerson
    ) -> tuple[Pose | None, float]:
        """Return the pose most like a label, and its OKS."""
        poses = self.find(image)
        if not poses:
            return None, 0.0
        similarities = similarities_of(person, poses)
        best = int(similarities.argmax())
        return poses[best], float(similarities[best])


@dataclass(frozen=True, slots=True)
class Loss:
    """Mean OKS of both, the mean difference INT8 - FLOAT, and its standard error over people."""

    float32: float
    int8: float
    difference: float
    error: float
    people: int


def compare_oks(float32: Subject, int8: Subject, samples: Sequence[Sample]) -> Loss:
    """Mean OKS of two networks on the same crops."""
    pairs = np.array(
        [
            [subject.find_person(sample.image, sample.person)[1] for subject in (float32, int8)]
            for sample in samples
        ]
    )
    whose: dict[tuple[str, int], list[float]] = {}
    for sample, (before, after) in zip(samples, pairs, strict=True):
        whose.setdefault(sample.whose, []).append(after - before)
    each = np.array([np.mean(values) for values in whose.values()])
    error = float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else float("nan")
    before, after = pairs.mean(axis=0)
    return Loss(float(before), float(after), float(after - before), error, len(each))


def _photograph(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    noisy = image + random.normal(0.0, _NOISE_GREY, image.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def measure_noise(
    subjects: Sequence[Subject],
    samples: Sequence[Sample],
    *,
    repeats: int = _REPEATS,
    seed: int = 0,
) -> Float64Array:
    """Measure by how much keypoints spread under a camera's noise.

    Returns
    -------
    ndarray
        ``(S, N, K, 2)`` input pixels, of ``S`` networks on the same pictures; NaN where the first
        one sees no keypoint.
    """
    random = np.random.default_rng(seed)
    height, width = samples[0].image.shape[:2]
    spreads = []
    for sample in samples:
        clear = subjects[0].find_person(sample.image, sample.person)[0]
        steady = np.zeros(len(sample.person.visibility), bool)
        if clear is not None:
            steady = clear.scores >= _MIN_SCORE
        found = np.full((len(subjects), repeats, len(steady), 2), np.nan)
        for repeat in range(repeats):
            shift = random.uniform(-_SHIFT_PX, _SHIFT_PX, 2)
            matrix = np.column_stack([np.eye(2), shift])
            moved = cv2.warpAffine(
                sample.image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
            )
            seen = _photograph(np.asarray(moved, np.uint8), random)
            label = replace(sample.person, keypoints=sample.person.keypoints + shift)
            for row, subject in enumerate(subjects):
                pose = subject.find_person(seen, label)[0]
                if pose is not None:
                    found[row, repeat] = pose.keypoints - shift
        spreads.append(np.where(steady[:, None], found.std(axis=1), np.nan))
    return np.stack(spreads, axis=1)


def measure_rest(
    subjects: Sequence[Subject],
    labels: Path,
    *,
    size: tuple[int, int],
    padding: float,
    seed: int = 0,
) -> list[float]:
    """Jitter of keypoints at rest in a rendered clip, in pixels of the clip, per network.

    Each frame gets a camera's noise, the same for all. The crop follows the labelled box, so what
    jitters is the network. NaN where nothing is ever at rest.

    Raises
    ------
    GesturePoseError
        The labels or the clip cannot be used.
    """
    random = np.random.default_rng(seed)
    pictures = ClipPictures(labels)
    frames = json.loads(labels.read_text(encoding="utf-8"))["frames"]
    times_s = sorted(float(frame["t"]) for frame in frames)
    with tempfile.TemporaryDirectory() as folder:
        name = labels.stem + ".poses.jsonl"
        paths = [Path(folder) / str(row) / name for row in range(len(subjects))]
        recorders: list[PoseRecorder] = []
        try:
            for t, (picture, image) in zip(times_s, pictures, strict=True):
                if not recorders:
                    frame = (image.shape[1], image.shape[0])
                    for path in paths:
                        path.parent.mkdir()
                        recorders.append(PoseRecorder(path, size=frame, skeleton_name="coco17"))
                noisy = _photograph(image, random)
                for subject, recorder in zip(subjects, recorders, strict=True):
                    poses = []
                    for person in [person for person in picture.people if person.counts][:1]:
                        crop, moved, crops = crop_person(noisy, person, size=size, padding=padding)
                        pose = subject.find_person(crop, moved)[0]
                        if pose is not None:
                            there = crops.to_source(pose.keypoints[None])[0]
                            poses.append(Pose(there, pose.scores, pose.score))
                    recorder.write(poses, t)
        finally:
            for recorder in recorders:
                recorder.close()
        jitters = []
        for path in paths:
            signal = read_signal(path, TrackerSettings(), labels.parent)
            jitters.append(measure_jitter_sw(signal, signal.raw) * signal.scale_px)
    return jitters


def compare_times(
    subjects: Sequence[Subject], image: NDArray[np.uint8], *, runs: int
) -> list[float]:
    """Median time of one run of each network in milliseconds, runs taken in turn."""
    times: list[list[float]] = [[] for _ in subjects]
    for turn in range(-_WARM_UPS, runs):
        for subject, taken in zip(subjects, times, strict=True):
            start = time.perf_counter()
            subject.session.run(image)
            if turn >= 0:
                taken.append(time.perf_counter() - start)
    return [float(np.median(taken)) * 1e3 for taken in times]
