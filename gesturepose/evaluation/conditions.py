"""The conditions under which recognition must hold, and their effect on recordings and labels.

A condition says what differs from the material as it is: where the person is, how the camera
stands, how often and how well it sees. `vary_recording` applies one to keypoints,
`gesturepose.evaluation.pictures` to a video. Runs no recognition and reads no files.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.evaluation import variations
from gesturepose.evaluation.labels import Interval
from gesturepose.evaluation.resampling import resample
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gesturepose.datatypes import Pose, PoseFrame
    from gesturepose.evaluation.labels import Label, LabelledSource
    from gesturepose.evaluation.variations import Matrix, Stance

#: Spread of the network's keypoints that does not shrink with the person, in thousandths of the
#: picture's width; a reduced recording would otherwise be steadier than any distant person.
_FAR_NOISE_PER_MILLE = 1.0
#: Span around ``stroke_s`` in which a moving wrist must be in the picture: about a stroke.
_BEFORE_STROKE_S, _AFTER_STROKE_S = 0.5, 0.1
#: A wrist that travels farther than this during a label, in shoulder widths, makes the gesture.
_MOVING = 0.4
#: Share of the frames around the stroke in which a hand may be outside the picture.
_LOST = 0.2
_WRISTS = [COCO17.index("left_wrist"), COCO17.index("right_wrist")]
_ELBOWS = ("left_elbow", "right_elbow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What differs from the material as it is.

    Attributes
    ----------
    name
        As on the command line.
    distance_m, x, y, roll_deg, pitch_deg
        As for `variations.view_matrix`.
    left_handed
        The world is mirrored, and with it the names of the labels.
    mirrored_camera
        The camera delivers mirrored pictures and ``camera.mirrored`` is true. Means nothing to a
        recording, which holds what was seen after that.
    low_light
        Little light: noise, and for keypoints what comes of it.
    elbows_hidden
        Share of the time in which each elbow is not seen; keypoints only.
    fps, jitter, drop
        As for `resampling.draw_times`; 0 ``fps`` leaves the frames.
    """

    name: str
    distance_m: float | None = None
    x: float | None = None
    y: float | None = None
    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    left_handed: bool = False
    mirrored_camera: bool = False
    low_light: bool = False
    elbows_hidden: float = 0.0
    fps: float = 0.0
    jitter: float = 0.0
    drop: float = 0.0

    @property
    def moves_view(self) -> bool:
        """Whether the person is seen elsewhere in the picture, or at another size or angle."""
        placed = (self.distance_m, self.x, self.y) != (None, None, None)
        return placed or bool(self.roll_deg or self.pitch_deg)

    @property
    def suits_recordings(self) -> bool:
        """Whether it can be applied to keypoints."""
        return not self.mirrored_camera

    @property
    def suits_videos(self) -> bool:
        """Whether it can be applied to pictures; there are none between those of a video."""
        return self.fps <= 30.0 and not self.elbows_hidden

    def matrix(self, stance: Stance) -> Matrix:
        """Homography to the view of this condition; see `variations.view_matrix`."""
        return variations.view_matrix(
            stance,
            distance_m=self.distance_m,
            x=self.x,
            y=self.y,
            roll_deg=self.roll_deg,
            pitch_deg=self.pitch_deg,
        )

    def generator(self, seed: int) -> np.random.Generator:
        """Source of chance of its own, the same for equal seeds."""
        return np.random.default_rng([seed, zlib.crc32(self.name.encode())])


# At a desk: the lower edge cuts the body 1.15 shoulder widths below the shoulders; hips are at 1.5.
_SEATED = Condition(name="seated", distance_m=1.3, x=0.5, y=0.7)

CONDITIONS = {
    condition.name: condition
    for condition in (
        Condition(name="as_recorded"),
        _SEATED,
        replace(_SEATED, name="seated_no_elbows", elbows_hidden=0.5),
        Condition(name="near_0.6m", distance_m=0.6, x=0.5, y=0.58),
        Condition(name="near_0.8m", distance_m=0.8, x=0.5, y=0.58),
        Condition(name="near_1m", distance_m=1.0, x=0.5, y=0.58),
        Condition(name="far_2m", distance_m=2.0, x=0.5),
        Condition(name="far_3.5m", distance_m=3.5, x=0.5),
        Condition(name="off_centre_left", x=0.3),
        Condition(name="off_centre_right", x=0.7),
        Condition(name="rolled_left", roll_deg=-15.0),
        Condition(name="rolled_right", roll_deg=15.0),
        Condition(name="pitched_down", pitch_deg=15.0),
        Condition(name="pitched_up", pitch_deg=-15.0),
        Condition(name="fps_15", fps=15.0, jitter=0.3, drop=0.1),
        Condition(name="fps_20", fps=20.0, jitter=0.3, drop=0.1),
        Condition(name="fps_30", fps=30.0, jitter=0.3, drop=0.1),
        Condition(name="fps_60", fps=60.0, jitter=0.3, drop=0.1),
        Condition(name="low_light", low_light=True),
        Condition(name="left_handed", left_handed=True),
        Condition(name="mirrored_camera", mirrored_camera=True),
    )
}
"""By name, in the order in which they are shown. Distances are those of an adult before a common
webcam (see `variations.SHOULDER_M` and `FOCAL_WIDTHS`)."""


def vary_recording(
    frames: Sequence[PoseFrame], condition: Condition, *, seed: int = 0
) -> list[PoseFrame]:
    """Give a recording as it would have been under a condition.

    Parameters
    ----------
    frames
        The recording.
    condition
        One that `suits_recordings`.
    seed
        Of chance.

    Raises
    ------
    ValueError
        If the condition means nothing to recordings.
    """
    if not condition.suits_recordings:
        raise ValueError(f"condition {condition.name} means nothing to a keypoint recording")
    rng = condition.generator(seed)
    varied = list(frames)
    if condition.left_handed:
        varied = variations.mirror(varied)
    stance = variations.measure_stance(varied)
    if condition.moves_view and stance is not None:
        varied = variations.transform(varied, condition.matrix(stance))
        shrunk = 1.0 - min(stance.distance_m / (condition.distance_m or stance.distance_m), 1.0)
        sd_px = shrunk * _FAR_NOISE_PER_MILLE * stance.size[0] / 1000
        varied = variations.add_noise(varied, sd_px=sd_px, rng=rng) if sd_px else varied
    if condition.low_light:
        # About what the network does to dark and noisy pictures of the demonstration clip.
        varied = variations.add_noise(varied, sd_shoulders=0.02, rng=rng)
        varied = variations.hide(varied, COCO17.keypoints, share=0.05, rng=rng)
        varied = variations.scale_scores(varied, 0.8)
    if condition.elbows_hidden:
        varied = variations.hide(
            varied, _ELBOWS, share=condition.elbows_hidden, block_s=2.0, rng=rng
        )
    if condition.fps:
        varied = resample(
            varied, fps=condition.fps, jitter=condition.jitter, drop=condition.drop, rng=rng
        )
    return varied


def vary_labels(
    source: LabelledSource, condition: Condition, recorded: Sequence[PoseFrame]
) -> LabelledSource:
    """Give the labels that hold under a condition.

    A label whose hand is outside the new picture for part of the stroke cannot be asked of
    recognition: it becomes an ``ignore`` interval.

    Parameters
    ----------
    source
        Labels of the material as it is.
    condition
        What changes.
    recorded
        Keypoints of the material as it is.
    """
    labels, unseen = list(source.gestures), list(source.ignore)
    stance = variations.measure_stance(recorded)
    if condition.moves_view and stance is not None:
        matrix = condition.matrix(stance)
        hidden = [label for label in labels if _leaves_picture(label, recorded, stance, matrix)]
        labels = [label for label in labels if label not in hidden]
        unseen += [Interval(h.name, h.start_s, h.end_s) for h in hidden]
    if condition.left_handed:
        labels = [replace(known, name=variations.mirror_name(known.name)) for known in labels]
    return replace(source, gestures=tuple(labels), ignore=tuple(unseen))


def _leaves_picture(
    label: Label, recorded: Sequence[PoseFrame], stance: Stance, matrix: Matrix
) -> bool:
    """Whether a hand that makes the gesture is lost to the new picture's edge around the stroke."""
    until_s = label.stroke_s + _AFTER_STROKE_S
    frames = [f for f in recorded if f.poses and label.start_s <= f.timestamp <= until_s]
    if not frames:
        return False
    times_s = np.array([frame.timestamp for frame in frames])
    wrists = np.array([_person(frame, stance).keypoints[_WRISTS] for frame in frames])
    stroke = times_s >= label.stroke_s - _BEFORE_STROKE_S
    for path in wrists.swapaxes(0, 1):  # of each hand (N, 2)
        seen = ~np.isnan(path).any(axis=1)
        if not seen.any() or np.ptp(path[seen], axis=0).max() < _MOVING * stance.shoulder_px:
            continue
        moved = variations.project(path[seen & stroke], matrix, size=stance.size)
        if len(moved) and np.isnan(moved[:, 0]).mean() > _LOST:
            return True
    return False


def _person(frame: PoseFrame, stance: Stance) -> Pose:
    """Whoever in the frame is nearest to where the person usually is."""
    place = (stance.x_px, stance.y_px)
    return min(
        frame.poses,
        key=lambda pose: float(np.hypot(*(np.nanmean(pose.keypoints, axis=0) - place))),
    )
