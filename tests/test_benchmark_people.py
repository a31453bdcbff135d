"""What one to six people cost: each number of people is followed as if it were alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support_body import Body, Key
from support_pipeline import default

from gesturepose.app import Network, load_network, make_stages
from gesturepose.datatypes import Frame, Pose
from gesturepose.errors import ModelError
from gesturepose.evaluation import benchmark_people
from gesturepose.evaluation.benchmark_people import (
    MOST_PEOPLE,
    cut_people,
    measure_crowds,
    tile,
)
from gesturepose.pose.looks import ACCOMPANIED_S, ALONE_S, APART_S, UNCLAIMED_S
from gesturepose.pose.two_stage import TwoStageEstimator
from gesturepose.skeleton import COCO17
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.pose.estimator import Region
    from gesturepose.pose.settings import PoseSettings

    Look = tuple[int, float, object]

FPS = 30
ROUNDS = 80
SIZE = (640, 480)
# Two pictures in turns: each is to be looked at, as it does not show what the last one showed.
PERSON = [np.full((240, 120, 3), level, np.uint8) for level in (200, 255)]
PLACES = [
    Body(center=(107.0 + 213 * column, 80.0 + 240 * row), unit=50.0).pose(
        Key(0), np.random.default_rng(0)
    )
    for row in range(2)
    for column in range(3)
]


def count_people(frame: Frame) -> int:
    """Count those whom `tile` has set into a picture."""
    return sum(
        bool((frame.image[240 * row + 120, 213 * column + 106] >= 200).all())
        for row in range(2)
        for column in range(3)
    )


@dataclass
class Seen:
    """What networks that stand in have seen: how many people, when, and where they looked."""

    looks: list[Look] = field(default_factory=list)
    closed: int = 0

    def see(self, frame: Frame, where: object) -> list[Pose]:
        assert not self.closed
        there = PLACES[: count_people(frame)]
        self.looks.append((len(there), frame.timestamp, where))
        return there

    def of(self, people: int) -> list[Look]:
        """Looks at so many people in the first `ROUNDS` pictures."""
        end_s = (ROUNDS - 0.5) / FPS
        return [look for look in self.looks if look[0] == people and look[1] < end_s]


@dataclass
class Eyes:
    """Sees everybody in a picture, or one person in a part of it."""

    seen: Seen
    max_people: int = MOST_PEOPLE
    model_name: str = "eyes"
    provider: str = "none"

    def __call__(
        self, frame: Frame, region: Region | None = None, *, smallest_px: float = 0.0
    ) -> list[Pose]:
        there = self.seen.see(frame, region or smallest_px)
        return there if region is None else [find_inside(there, region)]

    def warm_up(self, size: tuple[int, int]) -> None:
        """Is ready."""

    def close(self) -> None:
        self.seen.closed += 1


@dataclass
class Looker:
    """Sees one person in each box."""

    seen: Seen
    model_name: str = "looker"
    provider: str = "none"
    skeleton = COCO17

    def __call__(self, frame: Frame, boxes: np.ndarray) -> list[Pose | None]:
        there = self.seen.see(frame, boxes.tolist())
        return [find_inside(there, box) for box in boxes]

    def warm_up(self, size: tuple[int, int]) -> None:
        """Is ready."""

    def close(self) -> None:
        self.seen.closed += 1


def find_inside(there: Sequence[Pose], box: Sequence[float] | np.ndarray) -> Pose:
    """Find the person in the middle of a box."""
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    return min(there, key=lambda pose: np.linalg.norm(np.nanmean(pose.keypoints, 0) - middle))


@dataclass
class Networks:
    """Stand in for those that are loaded: one finds everybody, the other sees one person."""

    top_down: bool
    finder: Seen = field(default_factory=Seen)
    person: Seen = field(default_factory=Seen)

    def make(self, settings: PoseSettings, _: StageTimes | None) -> Eyes | TwoStageEstimator:
        if self.top_down:
            return TwoStageEstimator(Eyes(self.finder), Looker(self.person))
        follows = settings.name == default().model.operator
        return Eyes(self.person, max_people=1) if follows else Eyes(self.finder)

    def looks_at(self, people: int) -> tuple[list[Look], list[Look]]:
        return self.finder.of(people), self.person.of(people)

    def forget(self) -> None:
        self.finder.looks, self.person.looks = [], []


@pytest.fixture(params=[False, True], ids=["operator", "everybody"])
def networks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Networks:
    standing_in = Networks(request.param)
    monkeypatch.setattr("gesturepose.pose.making.make_estimator", standing_in.make)
    monkeypatch.setattr(benchmark_people, "cut_people", lambda count: (PERSON * count)[:count])
    return standing_in


def load() -> Network:
    return load_network(default().model, StageTimes())


def watch(network: Network, people: int) -> None:
    """Take so many people through a pipeline of their own."""
    camera = default().camera.model_copy(update={"calm_fps": 0.0, "slow_fps": 0.0})
    config = default().model_copy(update={"camera": camera})  # which looks at every picture
    pipeline = make_stages(config, "demo", StageTimes(), network=network).pipeline
    for turn in range(ROUNDS):
        pipeline.step(Frame(tile(PERSON[turn % 2], people, SIZE), turn / FPS, turn))


def test_a_crowd_is_looked_at_as_if_there_were_no_other(networks: Networks) -> None:
    crowds = measure_crowds(default(), load(), rounds=ROUNDS)
    assert [crowd.found for crowd in crowds] == [1, 2, 3, 4, 5, 6]
    together = {people: networks.looks_at(people) for people in (1, 2, 6)}
    top_down = networks.top_down
    alone_s, others_s = (ALONE_S, ACCOMPANIED_S) if top_down else (UNCLAIMED_S, APART_S)
    for people, every_s in ((1, alone_s), (2, others_s), (6, others_s)):
        networks.forget()
        watch(load(), people)
        alone = networks.looks_at(people)
        # Not only as often: at the same moments, and at the same parts of the picture.
        assert [len(looks) for looks in together[people]] == [len(looks) for looks in alone]
        assert together[people] == alone
        gaps_s = np.diff([timestamp for _, timestamp, _ in alone[0]])
        assert gaps_s[-1] == pytest.approx(every_s, abs=1.5 / FPS)


def test_a_source_is_looked_at_as_if_there_had_been_no_other(networks: Networks) -> None:
    network = load()
    watch(network, 2)
    first = networks.looks_at(2)
    networks.forget()
    watch(network, 2)
    assert networks.looks_at(2) == first


def test_networks_that_many_share_are_freed_once(networks: Networks) -> None:
    network = load()
    watch(network, 1)
    watch(network, 2)
    assert (networks.finder.closed, networks.person.closed) == (0, 0)
    network.close()
    network.close()
    assert (networks.finder.closed, networks.person.closed) == (1, 1)


def test_a_network_is_freed_when_the_other_cannot_be_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    networks = Networks(top_down=False)

    def make(settings: PoseSettings, times: StageTimes | None) -> Eyes | TwoStageEstimator:
        if settings.name == default().model.operator:
            raise ModelError("it is not there")
        return networks.make(settings, times)

    monkeypatch.setattr("gesturepose.pose.making.make_estimator", make)
    with pytest.raises(ModelError, match="not there"):
        load()
    assert networks.finder.closed == 1


def test_the_person_moves_as_before_a_camera() -> None:
    """Who jumps from posture to posture is looked for anew in every picture."""
    network = load()
    pipeline = make_stages(default(), "demo", StageTimes(), network=network).pipeline
    looks: list[Sequence[Pose]] = []
    for turn, person in enumerate(cut_people(45)):
        snapshot = pipeline.step(Frame(tile(person, 1, SIZE), turn / FPS, turn))
        is_new = not looks or snapshot.poses is not looks[-1]
        if turn >= 12 and snapshot.everyone and is_new:
            looks.append(snapshot.poses)
    network.close()
    assert len(looks) < 5
