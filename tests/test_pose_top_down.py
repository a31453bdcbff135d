"""Networks that see one person per crop: picture, boxes, crops, runtime, decoder, picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_top_down import (
    ROWS,
    boxes_round,
    draw_people,
    write_card,
    write_heatmap_network,
    write_simcc_network,
)

from gesturepose.datatypes import Frame
from gesturepose.errors import GesturePoseError, ModelError
from gesturepose.pose.crops import Crops
from gesturepose.pose.settings import PoseSettings
from gesturepose.pose.top_down import TopDownEstimator
from gesturepose.pose.top_down_rule import HEATMAPS, SIMCC
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gesturepose.datatypes import Pose

SEEDS = st.integers(0, 2**32 - 1)
GRIDS = ("corners", "centers", "aligned")
NOBODY = np.zeros((480, 640, 3), np.uint8)

#: Farthest from the truth along an axis, in cells: what each way of placing a keypoint leaves, and
#: a little for dots that were rounded to 256 levels and scaled.
FARTHEST = {"none": 0.55, "quarter": 0.3, "dark": 0.01}

#: What a flip test adds on the grid ``corners``, in pixels of the crop: half of the one pixel that
#: mirrored maps are off once they are moved by a cell.
FLIP_BIAS_PX = 0.5


class Dots:
    """Opens networks that see dots, each once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, TopDownEstimator] = {}

    def heatmaps(
        self,
        *,
        grid: str = "corners",
        refinement: str = "dark",
        flip: bool = False,
        batch: int | str = "N",
    ) -> TopDownEstimator:
        name = f"{grid}-{refinement}-{flip}-{batch}"
        if name not in self._open:
            path = write_heatmap_network(self._folder / f"{name}.onnx", grid=grid, batch=batch)
            crops: dict[str, object] = {"flip_test": str(flip).lower(), "grid": f"'{grid}'"}
            crops["refinement"] = f"'{refinement}'"
            card = write_card(path, HEATMAPS, crops=crops)
            self._open[name] = TopDownEstimator(PoseSettings(name=card, device="cpu"))
        return self._open[name]

    def simcc(self, *, ratio: int, flip: bool, batch: int | str = "N") -> TopDownEstimator:
        name = f"simcc-{ratio}-{flip}-{batch}"
        if name not in self._open:
            path = write_simcc_network(self._folder / f"{name}.onnx", ratio=ratio, batch=batch)
            card = write_card(
                path, SIMCC, crops={"flip_test": str(flip).lower(), "split_ratio": ratio}
            )
            self._open[name] = TopDownEstimator(PoseSettings(name=card, device="cpu"))
        return self._open[name]

    def close(self) -> None:
        for estimator in self._open.values():
            estimator.close()


@pytest.fixture(scope="module")
def dots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dots]:
    opened = Dots(tmp_path_factory.mktemp("dots"))
    yield opened
    opened.close()


def errors_px(
    poses: list[Pose | None], keypoints: np.ndarray, boxes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Largest errors per person in pixels of the picture, and in pixels of the crop."""
    assert all(pose is not None for pose in poses)
    found = np.stack([pose.keypoints for pose in poses if pose is not None])
    np.testing.assert_array_equal(np.isnan(found), np.isnan(keypoints))
    errors = np.abs(found - keypoints)[:, ROWS].max(axis=(1, 2))
    return errors, errors * Crops.fit(boxes, input_size=(192, 256)).scales


@pytest.mark.parametrize("batch", ["N", 1])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("grid", GRIDS)
@settings(max_examples=4, deadline=None)
@given(seed=SEEDS, count=st.integers(1, 3))
def test_dots_come_back_to_where_they_were_drawn(
    dots: Dots, grid: str, *, flip: bool, batch: int | str, seed: int, count: int
) -> None:
    frame, keypoints = draw_people(np.random.default_rng(seed), count)
    boxes = boxes_round(keypoints)
    poses = dots.heatmaps(grid=grid, flip=flip, batch=batch)(frame, boxes)
    in_picture, in_crop = errors_px(poses, keypoints, boxes)
    bias_px = FLIP_BIAS_PX if flip and grid == "corners" else 0
    assert in_crop.max() <= 4 * FARTHEST["dark"] + bias_px
    assert in_picture.max() < 1


@pytest.mark.parametrize("refinement", ["none", "quarter"])
@pytest.mark.parametrize("grid", GRIDS)
@settings(max_examples=4, deadline=None)
@given(seed=SEEDS)
def test_coarser_ways_are_off_by_their_share_of_a_cell(
    dots: Dots, grid: str, refinement: str, seed: int
) -> None:
    frame, keypoints = draw_people(np.random.default_rng(seed), 3)
    boxes = boxes_round(keypoints)
    poses = dots.heatmaps(grid=grid, refinement=refinement)(frame, boxes)
    _, in_crop = errors_px(poses, keypoints, boxes)
    assert in_crop.max() <= 4 * FARTHEST[refinement]


@pytest.mark.parametrize("batch", ["N", 1])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("ratio", [1, 2, 3])
@settings(max_examples=3, deadline=None)
@given(seed=SEEDS, count=st.integers(1, 3))
def test_bins_come_back_to_the_picture_too(
    dots: Dots, ratio: int, *, flip: bool, batch: int | str, seed: int, count: int
) -> None:
    frame, keypoints = draw_people(np.random.default_rng(seed), count)
    boxes = boxes_round(keypoints)
    poses = dots.simcc(ratio=ratio, flip=flip, batch=batch)(frame, boxes)
    in_picture, in_crop = errors_px(poses, keypoints, boxes)
    # The brightest whole pixel, of a dot whose top is flat after rounding, or its neighbour, in a
    # crop whose pixels are not the picture's.
    assert in_crop.max() <= 1.5
    assert in_picture.max() < 1


def test_each_box_has_its_answer_in_order(dots: Dots) -> None:
    frame, keypoints = draw_people(np.random.default_rng(4), 3)
    boxes = boxes_round(keypoints)
    asked = np.stack(
        [
            boxes[2],
            [10, 430, 40, 470],  # nobody is there
            boxes[0],
            np.full(4, np.nan, np.float32),
            boxes[1][[2, 3, 0, 1]],  # its edges are exchanged
            boxes[1],
        ]
    ).astype(np.float32)
    poses = dots.heatmaps()(frame, asked)
    assert [pose is None for pose in poses] == [False, True, False, True, True, False]
    for row, person in ((0, 2), (2, 0), (5, 1)):
        pose = poses[row]
        assert pose is not None
        np.testing.assert_allclose(pose.keypoints, keypoints[person], atol=1)
        assert pose.score == pytest.approx(pose.scores[ROWS].mean(), rel=1e-5)


def test_nobody_and_no_boxes(dots: Dots) -> None:
    estimator = dots.heatmaps()
    assert estimator(Frame(NOBODY, 0.0, 0), np.zeros((0, 4), np.float32)) == []
    everywhere = np.array([[0, 0, 640, 480], [-900, -900, -800, -800]], np.float32)
    assert estimator(Frame(NOBODY, 0.0, 0), everywhere) == [None, None]


def test_what_is_not_sure_enough_is_missing(tmp_path: Path) -> None:
    frame, keypoints = draw_people(np.random.default_rng(6), 1)
    boxes = boxes_round(keypoints)
    image = frame.image.copy()
    image[..., 2] //= 2  # the wrists
    dim = Frame(image, 0.0, 0)
    card = write_card(write_heatmap_network(tmp_path / "dots.onnx"), HEATMAPS)
    for least, seen in ((0.2, 6), (0.7, 4)):
        facts = PoseSettings(name=card, device="cpu", min_keypoint_score=least)
        estimator = TopDownEstimator(facts)
        (pose,) = estimator(dim, boxes)
        assert pose is not None
        assert (pose.scores > 0).sum() == seen
        estimator.close()
    estimator = TopDownEstimator(PoseSettings(name=card, device="cpu", min_score=0.9))
    assert estimator(dim, boxes) == [None]
    estimator.close()


def test_beyond_the_frame_nothing_is_seen(dots: Dots) -> None:
    """The crop reaches beyond the picture, and the network is sure of what it makes up there."""
    frame, keypoints = draw_people(np.random.default_rng(7), 1)
    boxes = boxes_round(keypoints)
    lowest = int(keypoints[0, :, 1][ROWS].max()) - 20
    part = Frame(np.ascontiguousarray(frame.image[:lowest]), 0.0, 0)
    (pose,) = dots.heatmaps()(part, boxes)
    assert pose is not None
    seen = pose.scores > 0
    assert 0 < seen.sum() < 6
    assert (pose.keypoints[seen, 1] <= lowest + 4).all()


def test_stages_are_timed_once_a_frame_and_the_warm_up_is_not(tmp_path: Path) -> None:
    frame, keypoints = draw_people(np.random.default_rng(4), 3)
    counted: list[str] = []

    class Counting(StageTimes):
        def add(self, stage: str, seconds: float) -> None:
            counted.append(stage)
            super().add(stage, seconds)

    card = write_card(write_simcc_network(tmp_path / "dots.onnx", batch=1), SIMCC)
    estimator = TopDownEstimator(PoseSettings(name=card, device="cpu"), times=Counting())
    estimator.warm_up(frame.size)
    assert counted == []
    estimator(frame, boxes_round(keypoints))
    assert counted == ["preprocess", "network", "decode"]
    assert (estimator.model_name, estimator.provider) == ("dots", "CPUExecutionProvider")
    estimator.close()
    with pytest.raises(GesturePoseError, match="closed"):
        estimator(frame, boxes_round(keypoints))


def test_another_size_stride_or_order_than_the_cards_is_one_line(tmp_path: Path) -> None:
    network = write_heatmap_network(tmp_path / "dots.onnx")
    bins = write_simcc_network(tmp_path / "bins.onnx")
    usual, square = (192, 256), (256, 256)
    cases: tuple[tuple[Path, str, tuple[int, int], dict[str, object], str], ...] = (
        (network, HEATMAPS, square, {}, "takes crops of 192x256, its card says 256x256"),
        (network, HEATMAPS, usual, {"stride_px": 8}, "do not fit crops of 192x256 at a stride of"),
        (network, HEATMAPS, usual, {"rows": [*range(16), 40]}, "no 17 keypoints of COCO in"),
        (bins, SIMCC, usual, {"split_ratio": 3}, "which would be 576 bins"),
        (network, SIMCC, usual, {}, "is not a simcc pose network"),
        (bins, HEATMAPS, usual, {}, "is not a top-down-heatmaps pose network"),
    )
    for path, family, size, crops, said in cases:
        card = write_card(path, family, size=size, crops=crops)
        with pytest.raises(ModelError) as caught:
            TopDownEstimator(PoseSettings(name=card, device="cpu"))
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_network_that_sees_whole_pictures_is_refused() -> None:
    with pytest.raises(ModelError, match="movenet-multipose, which sees whole pictures"):
        TopDownEstimator(PoseSettings(name="movenet-multipose", device="cpu"))
