"""Keypoint recordings as another camera, room or person would have given them.

Each function takes the frames of a recording and returns new ones: seen from elsewhere, mirrored,
noisier, with keypoints hidden, or at other moments. Nothing is changed in place, and chance comes
from the generator that is passed in, so equal seeds give equal recordings. Reads no files, knows
no gestures and runs no recognition.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.datatypes import Pose, PoseFrame
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    from gesturepose.datatypes import BoolArray, FloatArray

    Matrix = NDArray[np.float64]

SHOULDER_M = 0.32
"""Distance of an adult's shoulder joint centres in m, as pose networks place them."""
FOCAL_WIDTHS = 0.8
"""Focal length in picture widths: a horizontal field of view of 64 degrees, as of many webcams."""

_LEFT_SHOULDER, _RIGHT_SHOULDER = COCO17.index("left_shoulder"), COCO17.index("right_shoulder")


def _swap_side(name: str) -> str:
    """Name of a keypoint or gesture with left and right exchanged."""
    return "_".join({"left": "right", "right": "left"}.get(word, word) for word in name.split("_"))


_MIRRORED_ROWS = [COCO17.index(_swap_side(name)) for name in COCO17.keypoints]


@dataclass(frozen=True, slots=True)
class Stance:
    """Where the person is in the picture.

    Attributes
    ----------
    shoulder_px
        Median distance of the shoulders, in pixels.
    x_px, y_px
        Median place of mid-shoulder.
    size
        ``(width, height)`` of the picture.
    """

    shoulder_px: float
    x_px: float
    y_px: float
    size: tuple[int, int]

    @property
    def distance_m(self) -> float:
        """Distance from the camera, if it is a common one and the person an adult."""
        return SHOULDER_M * FOCAL_WIDTHS * self.size[0] / self.shoulder_px


def measure_stance(frames: Sequence[PoseFrame]) -> Stance | None:
    """Measure where the person with the widest shoulders is; ``None`` if nobody ever shows both."""
    spans = []
    for frame in frames:
        seen = [pose.keypoints[[_LEFT_SHOULDER, _RIGHT_SHOULDER]] for pose in frame.poses]
        pairs = [pair for pair in seen if not np.isnan(pair).any()]
        if pairs:
            left, right = max(pairs, key=lambda pair: float(np.hypot(*(pair[0] - pair[1]))))
            x_px, y_px = (left + right) / 2
            spans.append((float(np.hypot(*(left - right))), float(x_px), float(y_px)))
    if not spans:
        return None
    width_px, x_px, y_px = np.median(np.array(spans), axis=0).tolist()
    return Stance(max(width_px, 1.0), x_px, y_px, frames[0].size)


def view_matrix(  # noqa: PLR0913 - the ways a camera can stand, by name
    stance: Stance,
    *,
    distance_m: float | None = None,
    x: float | None = None,
    y: float | None = None,
    roll_deg: float = 0.0,
    pitch_deg: float = 0.0,
) -> Matrix:
    """Homography from the picture as it is to the picture of another camera.

    Parameters
    ----------
    stance
        Where the person is now.
    distance_m
        Bring the person so near, by enlarging or reducing the picture; ``None`` leaves the size.
    x, y
        Put mid-shoulder there, in picture widths and heights. Left out, it stays; except that a
        reduced picture keeps its lower edge, by which the body is cut, on the new one's.
    roll_deg
        Tilt the camera sideways: a positive angle turns the picture clockwise.
    pitch_deg
        Turn the camera down (positive) or up and shift the picture back, so that the person stays
        at the same height. Exact for a turn about the camera's own centre: ``K R K^-1`` (Hartley
        and Zisserman, "Multiple View Geometry in Computer Vision", section 8.4).

    Returns
    -------
    ndarray
        ``(3, 3)``, in pixels.
    """
    width, height = stance.size
    factor = 1.0 if distance_m is None else stance.distance_m / distance_m
    to_x = stance.x_px if x is None else x * width
    to_y = stance.y_px if y is None else y * height
    if y is None and factor < 1.0:
        to_y = height - factor * (height - stance.y_px)
    placed = _translation(to_x, to_y) @ np.diag([factor, factor, 1.0])
    placed = placed @ _translation(-stance.x_px, -stance.y_px)
    angle = math.radians(roll_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    middle = _translation(width / 2, height / 2)
    roll = middle @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]]) @ np.linalg.inv(middle)
    if not pitch_deg:
        return np.asarray(roll @ placed)
    camera = middle @ np.diag([FOCAL_WIDTHS * width, FOCAL_WIDTHS * width, 1.0])
    angle = math.radians(pitch_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[1.0, 0, 0], [0, cos, -sin], [0, sin, cos]])
    pitch = camera @ turn @ np.linalg.inv(camera)
    moved = pitch @ (to_x, to_y, 1.0)
    return np.asarray(_translation(0.0, to_y - moved[1] / moved[2]) @ pitch @ roll @ placed)


def _translation(x_px: float, y_px: float) -> Matrix:
    return np.array([[1.0, 0.0, x_px], [0.0, 1.0, y_px], [0.0, 0.0, 1.0]])


def transform(frames: Sequence[PoseFrame], matrix: Matrix) -> list[PoseFrame]:
    """Apply a homography; what it takes out of the picture is missing.

    Parameters
    ----------
    frames
        Of a recording.
    matrix
        ``(3, 3)``, from `view_matrix`.
    """

    def move(pose: Pose, frame: PoseFrame) -> Pose:
        xy = project(pose.keypoints, matrix, size=frame.size)
        return _with_keypoints(pose, xy, np.isfinite(xy[:, 0]))

    return _map_poses(frames, move)


def project(
    xy: FloatArray | Matrix, matrix: Matrix, *, size: tuple[int, int]
) -> NDArray[np.float64]:
    """Apply a homography (3, 3) to points (K, 2); NaN where they leave a picture of this size."""
    xyw = np.hstack([xy.astype(np.float64), np.ones((len(xy), 1))]) @ matrix.T
    moved = xyw[:, :2] / xyw[:, 2:]
    inside = ((moved >= 0.0) & (moved < size)).all(axis=1) & (xyw[:, 2] > 0.0)  # False for NaN
    return np.where(inside[:, None], moved, np.nan)


def mirror(frames: Sequence[PoseFrame]) -> list[PoseFrame]:
    """Mirror the world: x runs the other way, and every left keypoint is a right one."""

    def flip(pose: Pose, frame: PoseFrame) -> Pose:
        # Pixel centres 0..width-1 change places, as when the picture is flipped.
        xy = (frame.size[0] - 1 - pose.keypoints[:, 0], pose.keypoints[:, 1])
        keypoints = np.stack(xy, axis=1)[_MIRRORED_ROWS].astype(np.float32)
        return Pose(keypoints, pose.scores[_MIRRORED_ROWS].copy(), pose.score)

    return _map_poses(frames, flip)


def mirror_name(gesture: str) -> str:
    """Name of the gesture that a gesture's mirror image is.

    >>> mirror_name("swipe_left"), mirror_name("raise_right_hand"), mirror_name("clap")
    ('swipe_right', 'raise_left_hand', 'clap')
    """
    return _swap_side(gesture)


def add_noise(
    frames: Sequence[PoseFrame],
    *,
    rng: np.random.Generator,
    sd_px: float = 0.0,
    sd_shoulders: float = 0.0,
) -> list[PoseFrame]:
    """Add independent Gaussian noise to every coordinate.

    Parameters
    ----------
    frames
        Of a recording.
    rng
        Where chance comes from.
    sd_px, sd_shoulders
        Standard deviation in pixels, and in median shoulder widths of the recording; both may be
        given, and their variances add.
    """
    stance = measure_stance(frames)
    sd = math.hypot(sd_px, sd_shoulders * (stance.shoulder_px if stance else 0.0))

    def shake(pose: Pose, _: PoseFrame) -> Pose:
        xy = pose.keypoints + rng.normal(0.0, sd, pose.keypoints.shape)
        return _with_keypoints(pose, xy, pose.scores > 0)

    return _map_poses(frames, shake)


def scale_scores(frames: Sequence[PoseFrame], factor: float) -> list[PoseFrame]:
    """Make the network less sure of every keypoint, by a factor in 0..1 (above 0)."""

    def doubt(pose: Pose, _: PoseFrame) -> Pose:
        scores = np.maximum(pose.scores * np.float32(factor), np.float32(1e-6))
        return replace(pose, scores=np.where(pose.scores > 0, scores, np.float32(0.0)))

    return _map_poses(frames, doubt)


def hide(
    frames: Sequence[PoseFrame],
    keypoints: Collection[str],
    *,
    rng: np.random.Generator,
    share: float = 1.0,
    block_s: float = 0.1,
) -> list[PoseFrame]:
    """Make keypoints go missing.

    Parameters
    ----------
    frames
        Of a recording.
    keypoints
        Names; each goes missing independently of the others.
    rng
        Where chance comes from.
    share
        Share of the blocks of time in which one is missing, 0..1.
    block_s
        Length of a block: a keypoint that is lost stays lost for a while.
    """
    rows = sorted(COCO17.index(name) for name in keypoints)
    if not frames:
        return []
    start_s = frames[0].timestamp
    blocks = int((frames[-1].timestamp - start_s) / block_s) + 1
    hidden = np.zeros((blocks, len(COCO17)), bool)
    hidden[:, rows] = rng.random((blocks, len(rows))) < share

    def cover(pose: Pose, frame: PoseFrame) -> Pose:
        block = int((frame.timestamp - start_s) / block_s)
        return _with_keypoints(pose, pose.keypoints, (pose.scores > 0) & ~hidden[block])

    return _map_poses(frames, cover)


def _map_poses(
    frames: Sequence[PoseFrame], change: Callable[[Pose, PoseFrame], Pose]
) -> list[PoseFrame]:
    """Change every pose; one of which nothing is left is nobody."""
    changed = []
    for frame in frames:
        poses = [change(pose, frame) for pose in frame.poses]
        changed.append(replace(frame, poses=[pose for pose in poses if pose.scores.any()]))
    return changed


def _with_keypoints(pose: Pose, xy: FloatArray | Matrix, keep: BoolArray) -> Pose:
    """Give a pose other coordinates (K, 2), and only the keypoints to keep (K,)."""
    keypoints = np.where(keep[:, None], xy, np.nan).astype(np.float32)
    return Pose(keypoints, np.where(keep, pose.scores, np.float32(0.0)), pose.score)
