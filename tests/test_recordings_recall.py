"""Recall on webcam keypoint recordings of real people that lie beside the repository.

The rules were tuned on this very material: the figures show that nothing got worse, not how well
people are recognised who were not seen before. Skipped where the recordings are absent.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support_pipeline import default

from gesturepose.evaluation.labels import LabelledSource
from gesturepose.evaluation.matching import Outcome, SourceResult, match
from gesturepose.evaluation.replay import Replayer

RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "recordings"
#: All of them take minutes. Every ninth, from the second on, is the one such sample that has all
#: four gestures and other ones; in the whole set most of what is missed is in two other files.
FIRST, STRIDE = 1, 9
GESTURES = ("swipe_left", "swipe_right", "spread", "gather")

pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="no ../shared/recordings beside the repository"
)


@pytest.fixture(scope="module")
def results() -> list[SourceResult]:
    replay = Replayer(default())
    files = sorted(RECORDINGS.glob("*.json"))[FIRST::STRIDE]
    sources = [LabelledSource.read(path) for path in files]
    return [match(source, replay(source.path)) for source in sources]


@pytest.mark.parametrize("name", GESTURES)
def test_recall_of_each_gesture_on_tuning_material(results: list[SourceResult], name: str) -> None:
    asked = sum(label.name == name for result in results for label in result.source.gestures)
    missed = sum(label.name == name for result in results for label in result.missed)
    assert asked >= 3
    assert 1 - missed / asked >= 0.9, f"{missed} of {asked} missed"


def test_hardly_anything_is_false_on_tuning_material(results: list[SourceResult]) -> None:
    false = [
        (result.source.path.name, judgement.detection)
        for result in results
        for judgement in result.judgements
        if judgement.outcome is Outcome.FALSE
    ]
    assert len(false) <= 1, false


def test_other_gestures_are_seldom_taken_for_these(results: list[SourceResult]) -> None:
    stretches = [(result, interval) for result in results for interval in result.source.ignore]
    confused = sum(
        any(
            j.outcome is Outcome.CONFUSED
            and interval.start_s <= j.detection.time_s <= interval.end_s
            for j in result.judgements
        )
        for result, interval in stretches
    )
    assert len(stretches) >= 10
    assert confused / len(stretches) <= 0.15, f"{confused} of {len(stretches)}"
