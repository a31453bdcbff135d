"""The pose stage: a frame in, everybody's keypoints out.

Joins letterbox, network and decoder, and turns what the network is not sure of into missing
keypoints. It remembers nothing of earlier frames, never mirrors, and reads no clock except to time
itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gesturepose.datatypes import Pose
from gesturepose.pose.card import find_model
from gesturepose.pose.duplicates import find_distinct
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.letterbox import Letterbox
from gesturepose.pose.session import PoseSession
from gesturepose.skeleton import SKELETONS
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from gesturepose.datatypes import Frame
    from gesturepose.pose.movenet_multipose import People
    from gesturepose.pose.settings import PoseSettings

_BOTTOM_CELLS = 1.5
"""The lower edge of a picture, in output cells of the network. Hands that lie in a lap below the
picture are seen in it, at times surely; they would seem to rest there, and strokes to start there.
So a wrist in the edge is missing; measured on rendered people, shoulders and hips need no such
rule."""


class PoseEstimator:
    """Finds the people in a frame.

    Parameters
    ----------
    settings
        Which network, where, and how sure it must be.
    times
        Where the stages ``preprocess``, ``network`` and ``decode`` are timed; ``None`` keeps the
        times to itself.

    Attributes
    ----------
    model_name
        What the network is called in the command line and in events.
    provider
        onnxruntime's name of what it runs on.
    skeleton
        The keypoints of every pose.

    Raises
    ------
    ModelError
        The network is not there, is not what its card says, or the device does not work here.
    """

    def __init__(self, settings: PoseSettings, *, times: StageTimes | None = None) -> None:
        model = find_model(settings.name)
        self._settings = settings
        self._times = StageTimes() if times is None else times
        self._family = FAMILIES[model.card.family]
        self._multiple = model.card.input.multiple
        self._long_side = settings.input_size or model.card.input.long_side
        self._session = PoseSession(
            model, self._family, device=settings.device, threads=settings.threads
        )
        self._letterbox: Letterbox | None = None
        self.model_name = model.name
        self.provider = self._session.provider
        self.skeleton = SKELETONS[model.card.skeleton]
        self._sigmas = np.array(self.skeleton.sigmas)
        self._wrists = [
            row for row, name in enumerate(self.skeleton.keypoints) if name.endswith("_wrist")
        ]

    def __call__(self, frame: Frame) -> list[Pose]:
        """Find the people in a frame, the surest first.

        Returns
        -------
        list of Pose
            Keypoints in the frame's pixels; empty for nobody.

        Raises
        ------
        GesturePoseError
            The estimator was closed, or the network failed.
        """
        with self._times.measure("preprocess"):
            letterbox = self._fit(frame.size)
            image = letterbox.apply(frame.image)
        with self._times.measure("network"):
            outputs = self._session.run(image)
        with self._times.measure("decode"):
            people = self._family.decode(outputs, min_score=self._settings.min_score)
            return self._to_poses(people, letterbox)

    def warm_up(self, size: tuple[int, int]) -> None:
        """Run the network once on a black picture of ``(width, height)``.

        The first run of a size is slower: memory is laid out, and GPU kernels are chosen. Nothing
        is timed.
        """
        width, height = self._fit(size).input_size
        self._session.run(np.zeros((height, width, 3), np.uint8))

    def close(self) -> None:
        """Free the network."""
        self._session.close()

    def _fit(self, size: tuple[int, int]) -> Letterbox:
        if self._letterbox is None or self._letterbox.source_size != size:
            self._letterbox = Letterbox.fit(
                size, long_side=self._long_side, multiple=self._multiple
            )
        return self._letterbox

    def _to_poses(self, people: People, letterbox: Letterbox) -> list[Pose]:
        """Drop what is unsure, outside the picture, or a second pose of one body."""
        if not len(people):
            return []
        keypoints = letterbox.to_source(people.keypoints)
        # One output cell beyond the edge is rounding; farther out lies padding, where nobody is.
        slack = self._family.stride_px / letterbox.scale
        sure = people.keypoint_scores >= self._settings.min_keypoint_score
        inside = (keypoints >= -slack) & (keypoints <= letterbox.source_size + slack)
        lowest = letterbox.source_size[1] - _BOTTOM_CELLS * slack[1]
        inside[:, self._wrists, 1] &= keypoints[:, self._wrists, 1] <= lowest
        seen = sure & (people.keypoint_scores > 0) & inside.all(axis=2)
        keypoints = np.where(seen[..., None], keypoints, np.float32(np.nan))
        scores = np.where(seen, people.keypoint_scores, np.float32(0))
        boxes = letterbox.to_source(people.boxes.reshape(-1, 2, 2)).reshape(-1, 4)
        distinct = find_distinct(keypoints, people.scores, boxes, sigmas=self._sigmas)
        return [
            Pose(keypoints[person], scores[person], float(people.scores[person]))
            for person in distinct
            if seen[person].any()
        ][: self._settings.max_people]
