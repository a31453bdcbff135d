"""Recognition under other conditions, on a recording of the bundled clip; see tests/data.

Each condition has its own figure to reach, out of the seven gestures less those whose hand leaves
the picture, and none may fire anything falsely.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from support_pipeline import default

from gesturepose import resources
from gesturepose.evaluation.conditions import CONDITIONS
from gesturepose.evaluation.labels import LabelledSource
from gesturepose.evaluation.matching import Outcome
from gesturepose.evaluation.trials import Trial, measure_source

RECORDING = Path(__file__).parent / "data" / "demo.poses.jsonl"

#: Condition: gestures that must be found, and those that are asked for.
FOUND = {
    "as_recorded": (7, 7),
    "seated": (7, 7),
    "seated_no_elbows": (4, 7),
    # So near, no gesture of this size fits into the picture: what is left must fire nothing.
    "near_0.6m": (0, 0),
    "near_0.8m": (3, 3),
    "near_1m": (7, 7),
    "far_2m": (7, 7),
    "far_3.5m": (6, 7),
    "off_centre_left": (5, 5),
    # The gather begins with a hand at the very edge: what is not seen there is not believed.
    "off_centre_right": (4, 5),
    "rolled_left": (6, 7),
    "rolled_right": (6, 7),
    "pitched_down": (6, 7),
    "pitched_up": (6, 7),
    "fps_15": (6, 7),
    "fps_20": (6, 7),
    "fps_30": (6, 7),
    "fps_60": (6, 7),
    "low_light": (6, 7),
    "left_handed": (7, 7),
}


@cache
def labels() -> LabelledSource:
    return LabelledSource.read(resources.demo_clip().with_suffix(".json"), RECORDING)


def missed(trial: Trial) -> list[str]:
    return [label.name for label in trial.result.missed]


def false(trial: Trial) -> list[tuple[str, float]]:
    return [
        (judgement.detection.gesture, judgement.detection.time_s)
        for judgement in trial.result.judgements
        if judgement.outcome is Outcome.FALSE
    ]


def test_every_condition_has_its_figure() -> None:
    assert set(FOUND) == {name for name, c in CONDITIONS.items() if c.suits_recordings}


@pytest.mark.parametrize("name", FOUND)
def test_gestures_are_found_under_each_condition_and_nothing_else_is(name: str) -> None:
    (trial,) = measure_source(default(), labels(), [CONDITIONS[name]])
    found, asked = FOUND[name]
    assert len(trial.result.source.gestures) == asked
    assert trial.out_of_view == len(labels().gestures) - asked
    assert asked - len(trial.result.missed) >= found, missed(trial)
    assert not false(trial)
