"""The networks that see one person at a time: boxes in, one pose each out.

Cuts a crop round each box, runs them all at once where the network can, and places what its decoder
finds in the frame. With a flip test the mirrored crops are run as well, and both answers averaged
(Xiao et al., "Simple Baselines for Human Pose Estimation and Tracking", 2018, section 4). Where
people are is not known here: see `gesturepose.pose.two_stage`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.datatypes import Pose
from gesturepose.errors import GesturePoseError, ModelError
from gesturepose.pose.card import find_model
from gesturepose.pose.crops import Crops
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.session import PoseSession
from gesturepose.skeleton import SKELETONS
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.datatypes import Frame
    from gesturepose.pose.card import Model
    from gesturepose.pose.crop_decoder import CropKeypoints
    from gesturepose.pose.settings import PoseSettings

    FloatArray = NDArray[np.float32]


class TopDownEstimator:
    """Finds the one person in each box of a frame.

    Parameters
    ----------
    settings
        Which network, where, and how sure it must be. The size of its crops is the card's.
    times
        Where the stages ``preprocess``, ``network`` and ``decode`` are timed, once a frame;
        ``None`` keeps the times to itself.

    Attributes
    ----------
    model_name, provider, skeleton
        As of `gesturepose.pose.person_estimator.PersonEstimator`.

    Raises
    ------
    ModelError
        The network is not there, sees whole pictures, is not what its card says, or the device
        does not work here. It is run once to find out.
    """

    def __init__(self, settings: PoseSettings, *, times: StageTimes | None = None) -> None:
        model = find_model(settings.name)
        rule = model.card.top_down
        if rule is None:
            raise ModelError(
                f"{model.name} is of the family {model.card.family}, which sees whole pictures"
            )
        family = FAMILIES[model.card.family]
        self._settings = settings
        self._times = StageTimes() if times is None else times
        self._rule = rule
        self._decoder = rule.make_decoder(family.name)
        self._names = tuple(family.outputs)
        self._session = PoseSession(model, family, device=settings.device, threads=settings.threads)
        self.model_name = model.name
        self.skeleton = SKELETONS[model.card.skeleton]
        try:
            self._check(model)
        except BaseException:
            self._session.close()
            raise

    def __call__(self, frame: Frame, boxes: NDArray[np.float32]) -> list[Pose | None]:
        """Look for one person in each box, as `PersonEstimator` says.

        A box that is not finite, or whose edges are exchanged, holds nobody.
        """
        poses: list[Pose | None] = [None] * len(boxes)
        sound = np.isfinite(boxes).all(axis=1) & (boxes[:, :2] <= boxes[:, 2:]).all(axis=1)
        if not sound.any():
            return poses
        with self._times.measure("preprocess"):
            crops = Crops.fit(boxes[sound], input_size=self._rule.size, padding=self._rule.padding)
            images = crops.apply(frame.image)
        with self._times.measure("network"):
            heads = self._run(images)
        with self._times.measure("decode"):
            found = self._decoder.locate(heads)
            # One cell beyond the edge is rounding; farther out lies padding, where nobody is.
            slack_px = self._decoder.cell_px / crops.scales
            seen = self._find_seen(found.to_picture(crops), frame.size, slack_px)
            for row, pose in zip(np.flatnonzero(sound), seen, strict=True):
                poses[row] = pose
        return poses

    @property
    def provider(self) -> str:
        """What it runs on, by onnxruntime's name; another one after a GPU has failed."""
        return self._session.provider

    def warm_up(self, size: tuple[int, int]) -> None:
        """Run the network once on a black crop; the frame's ``size`` does not matter to it."""
        del size
        self._run(self._black())

    def close(self) -> None:
        """Free the network."""
        self._session.close()

    def _black(self) -> NDArray[np.uint8]:
        width, height = self._rule.size
        return np.zeros((1, height, width, 3), np.uint8)

    def _run(self, images: NDArray[np.uint8]) -> dict[str, FloatArray]:
        """Heads by name; with a flip test those of the mirrored crops too, as ``flipped_NAME``."""
        if not self._rule.flip_test:
            return self._session.run_batch(images)
        heads = self._session.run_batch(np.concatenate([images, images[:, :, ::-1]]))
        count = len(images)
        flipped = {f"flipped_{name}": heads[name][count:] for name in self._names}
        return {name: heads[name][:count] for name in self._names} | flipped

    def _find_seen(
        self, found: CropKeypoints, size: tuple[int, int], slack_px: NDArray[np.float64]
    ) -> list[Pose | None]:
        """Drop what is unsure or outside the frame; in the order of the crops."""
        sure = found.scores >= self._settings.min_keypoint_score
        limit = np.asarray(size) - 1 + slack_px[:, None, None]
        inside = (found.keypoints >= -slack_px[:, None, None]) & (found.keypoints <= limit)
        # Where a keypoint is missing its place is NaN, which is not inside.
        seen = sure & inside.all(axis=2)
        keypoints = np.where(seen[..., None], found.keypoints, np.float32(np.nan))
        scores = np.where(seen, found.scores, np.float32(0))
        person_scores = found.person_scores
        present = seen.any(axis=1) & (person_scores >= self._settings.min_score)
        return [
            Pose(keypoints[row], scores[row], float(person_scores[row])) if present[row] else None
            for row in range(len(present))
        ]

    def _check(self, model: Model) -> None:
        """Run the network once, on a black crop, and read what it gives."""
        width, height = self._rule.size
        check_crop_size(model, self._session)
        try:
            heads = self._run(self._black())
        except GesturePoseError as error:
            raise ModelError(
                f"{model.path} does not run on a crop of {width}x{height}: {error}"
            ) from error
        try:
            self._decoder.locate(heads)
            self._decoder.check_size(heads, self._rule.size)
        except ValueError as error:
            raise ModelError(
                f"what {model.path} gives for a crop of {width}x{height} is not what its card "
                f"says: {error}"
            ) from error


def check_crop_size(model: Model, session: PoseSession) -> None:
    """Compare the size of crops in a network's card with the one in its file, if that has one.

    Raises
    ------
    ModelError
        They differ.
    """
    rule, shape = model.card.top_down, session.input_shape
    height, width = shape[1:3] if model.card.input.layout == "NHWC" else shape[2:]
    if rule and (width not in {None, rule.width} or height not in {None, rule.height}):
        raise ModelError(
            f"{model.path} takes crops of {width or 'any'}x{height or 'any'}, its card says "
            f"{rule.width}x{rule.height}"
        )
