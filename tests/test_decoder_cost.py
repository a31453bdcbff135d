"""Painted outputs hold the people who were drawn, and every decoder is timed on them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from gesturepose.evaluation.decoder_cost import main, measure_decoders
from gesturepose.evaluation.painted_outputs import PAINTERS
from gesturepose.evaluation.painted_people import MOST_PEOPLE, SIZE, Scene
from gesturepose.pose.families import FAMILIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Whose decoders report so many at most, whoever is there.
LIMITS = {"movenet-multipose": 6, "movenet-single": 1, "movenet-single-placed": 1}


def test_every_family_can_be_painted() -> None:
    assert PAINTERS.keys() == FAMILIES.keys()


@pytest.mark.parametrize("family", PAINTERS)
def test_outputs_are_those_of_the_family(family: str) -> None:
    heads = PAINTERS[family](Scene.draw(2, seed=0))
    channels = FAMILIES[family].outputs
    assert heads.keys() >= channels.keys()
    for name, axes in channels.items():
        assert heads[name].dtype == np.float32
        allowed = ((axes,),) if isinstance(axes, int) else axes
        assert allowed is None or heads[name].shape[:-2] in [(1, *each) for each in allowed]


def distances(found: NDArray[np.float32], drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels from each keypoint found to that of the person who was drawn there."""
    apart = np.linalg.norm(found[:, None] - drawn[None], axis=-1)
    rows, columns = linear_sum_assignment(np.nan_to_num(apart, nan=50.0).mean(axis=2))
    return np.asarray(apart[rows, columns])


@pytest.mark.parametrize("people", [1, 6, MOST_PEOPLE])
@pytest.mark.parametrize("family", PAINTERS)
def test_decoders_find_who_was_drawn(family: str, people: int) -> None:
    scene = Scene.draw(people, seed=people)
    found = FAMILIES[family].decode(PAINTERS[family](scene), min_score=0.15)
    assert len(found) == min(people, LIMITS.get(family, people))
    drawn = scene.to_crops() if FAMILIES[family].sees == "person" else scene.people
    apart = distances(found.keypoints, drawn)
    # Nearer than any other keypoint of the body, for a crowd at the resolution of these networks.
    assert np.nanmedian(apart) < 3
    assert np.mean(np.nan_to_num(apart, nan=np.inf) < 12) > 0.9


def test_people_are_in_the_picture_and_one_in_a_place() -> None:
    scene = Scene.draw(MOST_PEOPLE, seed=3)
    assert (scene.people > 0).all()
    assert (scene.people < SIZE).all()
    noses = scene.people[:, 0]
    apart = np.linalg.norm(noses[:, None] - noses, axis=-1) + np.diag(np.full(MOST_PEOPLE, 1e6))
    assert apart.min() > 80
    for count in (0, MOST_PEOPLE + 1):
        with pytest.raises(ValueError, match="1 to 20 people"):
            Scene.draw(count, seed=0)


def test_every_round_is_timed_but_the_first() -> None:
    done: list[str] = []
    costs = measure_decoders(["personlab", "rtmo"], (1, 2), rounds=11, on_done=done.append)
    assert [(cost.family, cost.people) for cost in costs] == [
        ("personlab", 1),
        ("rtmo", 1),
        ("personlab", 2),
        ("rtmo", 2),
    ]
    for cost in costs:
        assert cost.found == [cost.people] * 11
        assert len(cost.seconds) == 11
        assert min(cost.seconds) > 0
    assert len(done) == 12


def test_the_table_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rounds", "1", "openpose-lightweight", "movenet-multipose"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert err == ""
    assert max(map(len, lines)) <= 100
    assert lines[0].split() == ["1", "person", "6", "people", "20", "people"]
    assert lines[2].split()[0] == "openpose-lightweight"
    assert [float(cell) for cell in lines[3].split()[3::3]] == [1, 6, 6]


def test_figures_come_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rounds", "2", "--people", "3", "--json", "simcc"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["family"], entry["people"], entry["found"]) == ("simcc", 3, 3)
    assert 0 < entry["p50_ms"] <= entry["p95_ms"]
    assert entry["count"] == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nonsense"], "no family 'nonsense'; there is movenet-multipose"),
        (["--people", "21"], "--people: 1 to 20, not 21"),
        (["--rounds", "0"], "--rounds: at least 1"),
    ],
)
def test_wrong_usage_is_a_line(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"gesturepose: {problem}")
    assert err.count("\n") == 1
