"""Two finders on the same frames, what is scored and printed; and MediaPipe, where it is there."""

from __future__ import annotations

import importlib.util
import json
from itertools import groupby, islice
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gesturepose import resources
from gesturepose.config import load_config
from gesturepose.errors import UsageError
from gesturepose.evaluation.against_mediapipe import follow_operator, main
from gesturepose.evaluation.benchmark import WARM_UP_FRAMES, Bench
from gesturepose.evaluation.side_by_side import GESTUREPOSE, MEDIAPIPE, Duel, compare, read_labelled
from gesturepose.evaluation.side_by_side_tables import format_comparison
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from gesturepose.datatypes import Frame
    from gesturepose.evaluation.coco_annotations import LabelledPicture

LABELS = resources.demo_clip().with_suffix(".json")
FRAMES = WARM_UP_FRAMES + 4
WRIST = COCO17.index("left_wrist")
has_mediapipe = importlib.util.find_spec("mediapipe") is not None


@pytest.fixture(scope="module")
def frames() -> list[tuple[Frame, LabelledPicture]]:
    reader = read_labelled(LABELS)
    found = list(islice(reader, FRAMES))
    reader.close()
    return found


def truth(
    frames: list[tuple[Frame, LabelledPicture]], change: Callable[[NDArray[np.float32]], None]
) -> Callable[[Frame], NDArray[np.float32] | None]:
    def find(frame: Frame) -> NDArray[np.float32]:
        keypoints = frames[frame.index][1].people[0].keypoints.astype(np.float32)
        change(keypoints)
        return keypoints

    return find


def test_frames_keep_their_time_and_their_labels(
    frames: list[tuple[Frame, LabelledPicture]],
) -> None:
    document = json.loads(LABELS.read_text("utf-8"))
    for (frame, picture), entry in zip(frames, document["frames"], strict=False):
        assert frame.timestamp == entry["t"]
        np.testing.assert_array_equal(
            np.nan_to_num(picture.people[0].keypoints),
            [[x, y] if v else [0, 0] for x, y, v in entry["kp"]],
        )


@pytest.mark.parametrize(
    ("turn", "runs"), [(1, [1, *[2] * 23, 1]), (7, [7, 14, 14, 10, 3]), (100, [24, 24])]
)
def test_both_are_scored_alike_and_after_warming_up(
    frames: list[tuple[Frame, LabelledPicture]], turn: int, runs: list[int]
) -> None:
    order: list[str] = []

    def lose_wrist(keypoints: NDArray[np.float32]) -> None:
        order.append(MEDIAPIPE)
        keypoints[WRIST] = np.nan

    def shift(keypoints: NDArray[np.float32]) -> None:
        order.append(GESTUREPOSE)
        keypoints += 3  # pixels, far less than a fifth of the torso

    finders = {MEDIAPIPE: truth(frames, lose_wrist), GESTUREPOSE: truth(frames, shift)}
    duel = compare("demo", frames, finders, turn=turn)
    assert order[0] == MEDIAPIPE
    assert [len(list(run)) for _, run in groupby(order)] == runs
    theirs, ours = duel.sides[MEDIAPIPE], duel.sides[GESTUREPOSE]
    for side in (theirs, ours):
        assert len(side.wall_s) == len(side.cpu_s) == side.tally.people == 4
        assert min(side.cpu_s) >= 0
    assert ours.tally.share_of() == 1.0
    assert theirs.tally.share_of([WRIST]) == 0.0
    assert theirs.visible_share([COCO17.index("right_wrist")]) == 1.0


def test_who_is_not_found_counts_as_wrong(frames: list[tuple[Frame, LabelledPicture]]) -> None:
    duel = compare(
        "demo", frames, {MEDIAPIPE: lambda _: None, GESTUREPOSE: truth(frames, lambda _: None)}
    )
    assert duel.sides[MEDIAPIPE].tally.share_of() == 0.0
    assert duel.sides[GESTUREPOSE].tally.share_of() == 1.0


def test_too_few_frames_are_refused(frames: list[tuple[Frame, LabelledPicture]]) -> None:
    nobody: Callable[[Frame], None] = lambda _: None  # noqa: E731
    with pytest.raises(UsageError, match="20 labelled frames or fewer"):
        compare("short", frames[:WARM_UP_FRAMES], {MEDIAPIPE: nobody, GESTUREPOSE: nobody})


@pytest.fixture(scope="module")
def duel(frames: list[tuple[Frame, LabelledPicture]]) -> Iterator[Duel]:
    bench = Bench(load_config(resources.default_config()))
    finders = {MEDIAPIPE: truth(frames, lambda _: None), GESTUREPOSE: follow_operator(bench)}
    yield compare("demo", frames, finders)
    bench.close()


def test_the_operator_of_the_real_program_is_scored(duel: Duel) -> None:
    ours = duel.sides[GESTUREPOSE]
    assert ours.tally.people == FRAMES - WARM_UP_FRAMES
    assert (ours.tally.share_of() or 0) > 0.9
    assert duel.wall.median > 1  # looking labels up is no work


def test_the_tables_fit_a_terminal(duel: Duel) -> None:
    versions = {"mediapipe": "0.10.21", "model": "movenet-multipose", "provider": "CPU"}
    total = Duel("all clips")
    for _ in range(2):
        for name, side in duel.sides.items():
            total.sides[name].add(side)
    text = format_comparison(total, [duel, duel], versions)
    assert max(map(len, text.splitlines())) <= 100
    assert "2 clips, 8 frames, each taken by both in turn" in text
    shares = next(line for line in text.splitlines() if line.startswith("nose")).split()
    assert shares[1::2] == ["1.000", "1.000"]
    assert total.as_dict()["frames"] == 8
    assert total.as_dict()[MEDIAPIPE]["pck"]["people"] == 8


@pytest.mark.skipif(has_mediapipe, reason="MediaPipe is installed")
def test_without_mediapipe_a_line_says_what_to_install(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([str(LABELS)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert "pip install mediapipe==0.10.21" in line


def test_wrong_usage_is_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([str(LABELS), "--frames", "20"]) == 2
    assert "--frames: more than 20" in capsys.readouterr().err
    assert main([str(tmp_path / "none.mp4")]) == 2
    assert "cannot read labels" in capsys.readouterr().err


@pytest.mark.skipif(not has_mediapipe, reason="MediaPipe is not installed")
@pytest.mark.filterwarnings("ignore")
def test_mediapipe_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(LABELS), "--frames", str(FRAMES), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    for name in (MEDIAPIPE, GESTUREPOSE):
        assert figures["all"][name]["pck"]["upper_body"] > 0.9
