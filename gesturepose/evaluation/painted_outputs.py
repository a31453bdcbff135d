"""What networks without fields would report of people drawn at random, and every family's painter.

One-stage networks list people; networks for crops see one in each. Runs no network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.evaluation.painted_fields import (
    paint_movenet,
    paint_personlab,
    painter_of_openpose,
    painter_of_pifpaf,
    painter_of_tags,
)
from gesturepose.evaluation.painted_people import CROP, KINDS, SIZE, spots
from gesturepose.pose import associative_embedding, openpose, pifpaf_fields
from gesturepose.pose.crop_decoder import mirrored_rows
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.heatmaps import TopDownHeatmaps
from gesturepose.pose.simcc import SimCC
from gesturepose.pose.top_down_rule import HEATMAPS, SIMCC
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gesturepose.evaluation.painted_people import FloatArray, Heads, Painter, Scene

_ANCHORS = 8400
"""Places that a one-stage network of 640x640 pixels looks at."""
_REPEATS = 12
"""Anchors that see the same person."""
_RTMO_KEPT = 200
"""Candidates that the exported graph of RTMO lets through."""
_SIMCC_SIGMA = 6.0


def _list_candidates(
    scene: Scene, count: int
) -> tuple[FloatArray, NDArray[np.float32], FloatArray]:
    """``count`` boxes, scores and keypoints with scores: people, less sure repeats, background."""
    low, high = scene.people.min(axis=1), scene.people.max(axis=1)
    people = np.concatenate([scene.people, np.full((len(low), KINDS, 1), 0.9)], axis=2)
    rng = scene.rng
    corners = rng.uniform(0, 0.8, (count, 2)) * SIZE
    boxes = np.concatenate([corners, corners + rng.uniform(10, 120, (count, 2))], axis=1)
    scores = rng.uniform(0, 0.1, count)
    keypoints = np.concatenate(
        [rng.uniform(0, 1, (count, KINDS, 2)) * SIZE, rng.uniform(0, 0.3, (count, KINDS, 1))],
        axis=2,
    )
    places = rng.permutation(count)[: _REPEATS * len(low)].reshape(len(low), _REPEATS)
    boxes[places] = np.concatenate([low, high], axis=1)[:, None]
    boxes[places[:, 1:]] += rng.uniform(-2, 2, (*places[:, 1:].shape, 4))
    scores[places] = rng.uniform(0.4, 0.8, places.shape)
    scores[places[:, 0]] = rng.uniform(0.85, 0.95, len(low))
    keypoints[places] = people[:, None]
    return boxes.astype(np.float32), scores.astype(np.float32), keypoints.astype(np.float32)


def paint_placed(scene: Scene) -> Heads:
    """Paint the wrists of the first of them, and place that one's keypoints."""
    maps = paint_movenet(scene)["keypoint_heatmaps"]
    places = scene.people[0, :, ::-1] / FAMILIES["movenet-single-placed"].stride_px
    cells = np.floor(places)
    mirrored = places - cells[list(mirrored_rows())]
    each = [cells, np.full((KINDS, 1), 0.9), places - cells, mirrored]
    wrists = [row for row, name in enumerate(COCO17.keypoints) if name.endswith("wrist")]
    return {
        "wrist_heatmaps": maps[:, wrists],
        "placed_keypoints": np.concatenate(each, axis=1)[None, :, None].astype(np.float32),
    }


def paint_rtmo(scene: Scene) -> Heads:
    """List boxes with scores, and keypoints."""
    boxes, scores, keypoints = _list_candidates(scene, _RTMO_KEPT * 2)
    surest = np.argsort(-scores)[:_RTMO_KEPT]
    dets = np.concatenate([boxes, scores[:, None]], axis=1)
    return {"dets": dets[None, surest], "keypoints": keypoints[None, surest]}


def paint_yolo(scene: Scene) -> Heads:
    """List what every anchor sees, a column each."""
    boxes, scores, keypoints = _list_candidates(scene, _ANCHORS)
    low, high = boxes[:, :2], boxes[:, 2:]
    columns = [(low + high) / 2, high - low, scores[:, None], keypoints.reshape(len(boxes), -1)]
    return {"output0": np.ascontiguousarray(np.concatenate(columns, axis=1).T[None])}


def paint_heatmaps(scene: Scene) -> Heads:
    """Paint the heatmaps of everybody's crop."""
    stride_px = TopDownHeatmaps().stride_px
    shape = CROP[1] // stride_px, CROP[0] // stride_px
    places = scene.to_crops() / stride_px
    return {"heatmaps": np.stack([spots(p[None], shape, 2.0, scene.rng) for p in places])}


def paint_simcc(scene: Scene) -> Heads:
    """Paint the bins of both axes of everybody's crop."""
    ratio, places = SimCC().split_ratio, scene.to_crops()
    heads = {}
    for axis, name in enumerate(("simcc_x", "simcc_y")):
        away = np.arange(CROP[axis] * ratio) - ratio * places[..., axis, None]
        heads[name] = np.exp(-0.5 * np.square(away / _SIMCC_SIGMA)).astype(np.float32)
    return heads


def _list_painters() -> dict[str, Painter]:
    def stride(name: str) -> int:
        return FAMILIES[name].stride_px

    return {
        "movenet-multipose": paint_movenet,
        "movenet-single": paint_movenet,
        "movenet-single-placed": paint_placed,
        "personlab": paint_personlab,
        "openpifpaf": painter_of_pifpaf(pifpaf_fields.V0_13),
        "openpifpaf-v11": painter_of_pifpaf(pifpaf_fields.V0_11),
        "rtmo": paint_rtmo,
        "yolo-pose": paint_yolo,
        "openpose-coco": painter_of_openpose(openpose.COCO_18, stride("openpose-coco")),
        "openpose-body25": painter_of_openpose(openpose.BODY_25, stride("openpose-body25")),
        "openpose-lightweight": painter_of_openpose(
            openpose.LIGHTWEIGHT, stride("openpose-lightweight")
        ),
        "hrnet-bottom-up": painter_of_tags(associative_embedding.HRNET, stride("hrnet-bottom-up")),
        "higher-hrnet": painter_of_tags(associative_embedding.HIGHER_HRNET, stride("higher-hrnet")),
        HEATMAPS: paint_heatmaps,
        SIMCC: paint_simcc,
    }


PAINTERS: Mapping[str, Painter] = _list_painters()
"""By the name of the family, as in `gesturepose.pose.families.FAMILIES`."""
