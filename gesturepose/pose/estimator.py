"""The pose stage: a frame in, everybody's keypoints out.

Joins letterbox, network and decoder, and turns what the network is not sure of into missing
keypoints. It remembers nothing of earlier frames, never mirrors, and reads no clock except to time
itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesturepose.datatypes import Pose
from gesturepose.errors import ModelError
from gesturepose.pose.card import find_model
from gesturepose.pose.duplicates import find_distinct
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.fixed_input import fit_within
from gesturepose.pose.letterbox import Letterbox
from gesturepose.pose.mirrored import run_mirrored
from gesturepose.pose.session import PoseSession
from gesturepose.skeleton import SKELETONS
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.datatypes import Frame
    from gesturepose.pose.movenet_multipose import People
    from gesturepose.pose.settings import PoseSettings

    Region = tuple[int, int, int, int]

_BOTTOM_SHARE = 1 / 32
"""Share of a picture's height that is its lower edge. Hands that lie in a lap below the picture are
seen in it, at times surely; they would seem to rest there, and strokes to start there. So a wrist
in the edge is missing (unless the network's card says how sure it is of a real one), as are knees
and ankles, which lie below it; measured on rendered people, shoulders and hips need no such rule.
"""
_SHOULDERS_PX = 20.0
"""A person is found whose shoulders are so wide in the network's input. MoveNet MultiPose in 8 bits
found 98 % of the rendered people with shoulders of 16 to 24 pixels, facing the camera or not, 94 %
with 12 to 16, and 67 % with 8 to 12."""
_MOST_LETTERBOXES = 4
_LIMB_ENDS = ("_wrist", "_knee", "_ankle")


@dataclass(frozen=True, slots=True, eq=False)
class _Bounds:
    """Within which keypoints are seen in pictures of one size, by one letterbox; all in pixels.

    ``nearest`` is ``(2,)``, ``farthest`` ``(K, 2)``.
    """

    letterbox: Letterbox
    size: tuple[int, int]
    nearest: NDArray[np.float64]
    farthest: NDArray[np.float64]


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
    skeleton
        The keypoints of every pose.
    max_people
        People it can see in one picture.

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
        if self._family.sees == "person":
            raise ModelError(f"{model.name} sees one person per crop: somebody must find people")
        mirrored = self._family.decode_mirrored
        self._flip_test = mirrored is not None and model.card.decoding.flip_test
        self._decode = mirrored if mirrored and self._flip_test else self._family.decode
        self._multiple = model.card.input.multiple
        self._score_gain = np.float32(model.card.score_gain)
        self._edge_score = model.card.edge_score
        self._long_side = settings.input_size or model.card.input.long_side
        self._session = PoseSession(
            model, self._family, device=settings.device, threads=settings.threads
        )
        only = self._session.input_size
        if only is not None and settings.input_size not in (None, max(only)):
            self._session.close()
            raise ModelError(
                f"{model.name} takes pictures of {only[0]}x{only[1]} only: leave out input_size"
            )
        # Two and no more: of every size the first run takes longer.
        self._smaller_sides = [round(share * self._long_side) for share in (0.5, 0.75)]
        self._letterboxes: dict[tuple[tuple[int, int], int], Letterbox] = {}
        self._bounds: _Bounds | None = None
        self.model_name = model.name
        self.skeleton = SKELETONS[model.card.skeleton]
        self.max_people = min(model.card.max_people, settings.max_people)
        self._sigmas = np.array(self.skeleton.sigmas)
        names = self.skeleton.keypoints
        self._limb_ends = [row for row, name in enumerate(names) if name.endswith(_LIMB_ENDS)]
        self._wrists = [row for row, name in enumerate(names) if name.endswith("_wrist")]

    def __call__(
        self, frame: Frame, region: Region | None = None, *, smallest_px: float = 0.0
    ) -> list[Pose]:
        """Find the people in a frame, the surest first.

        Parameters
        ----------
        frame
            The picture.
        region
            The part of it to look at: left, top, right, bottom in whole pixels, right and bottom
            outside; all of it if not given. What the network cannot see there is not looked for
            elsewhere.
        smallest_px
            Shoulder width in the frame's pixels of the smallest person who is to be found: a
            smaller input may do, which costs less. Of no consequence where the network takes one
            size only.

        Returns
        -------
        list of Pose
            Keypoints in the frame's pixels; empty for nobody.

        Raises
        ------
        GesturePoseError
            The estimator was closed, or the network failed.
        """
        left, top, right, bottom = region or (0, 0, *frame.size)
        with self._times.measure("preprocess"):
            letterbox = self._fit((right - left, bottom - top), smallest_px)
            image = letterbox.apply(frame.image[top:bottom, left:right])
        with self._times.measure("network"):
            outputs = self._run(image)
        with self._times.measure("decode"):
            people = self._decode(outputs, min_score=self._settings.min_score)
            return self._to_poses(people, letterbox, (left, top), frame.size)

    @property
    def provider(self) -> str:
        """Onnxruntime's name of what it runs on; the CPU's after a GPU has failed."""
        return self._session.provider

    def warm_up(self, size: tuple[int, int]) -> None:
        """Run the network once on a black picture of ``(width, height)``.

        The first run of a size is slower: memory is laid out, and GPU kernels are chosen. Nothing
        is timed.
        """
        width, height = self._fit(size).input_size
        self._run(np.zeros((height, width, 3), np.uint8))

    def close(self) -> None:
        """Free the network."""
        self._session.close()

    def _run(self, image: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        if self._flip_test:
            return run_mirrored(self._session, image)
        return self._session.run(image)

    def _fit(self, size: tuple[int, int], smallest_px: float = 0.0) -> Letterbox:
        side = self._long_side
        if smallest_px > 0:
            enough = _SHOULDERS_PX / smallest_px * max(size)
            side = next((n for n in self._smaller_sides if n >= enough), side)
        letterbox = self._letterboxes.get((size, side))
        if letterbox is None:
            if len(self._letterboxes) == _MOST_LETTERBOXES:
                self._letterboxes.clear()
            only = self._session.input_size
            letterbox = (
                Letterbox.fit(size, long_side=side, multiple=self._multiple)
                if only is None
                else fit_within(size, only)
            )
            self._letterboxes[size, side] = letterbox
        return letterbox

    def _to_poses(
        self, people: People, letterbox: Letterbox, corner: tuple[int, int], size: tuple[int, int]
    ) -> list[Pose]:
        """Drop what is unsure, outside the picture, or a second pose of one body."""
        if not len(people):
            return []
        offset = np.array(corner, np.float32)
        keypoints = letterbox.to_source(people.keypoints)
        keypoints += offset
        bounds = self._bounds
        if bounds is None or bounds.letterbox is not letterbox or bounds.size != size:
            bounds = self._bounds = self._bound(letterbox, size)
        inside = (keypoints >= bounds.nearest) & (keypoints <= bounds.farthest)
        scores = np.minimum(people.keypoint_scores * self._score_gain, np.float32(1))
        seen = inside[..., 0] & inside[..., 1] & (scores > 0)
        seen &= scores >= self._settings.min_keypoint_score
        if self._edge_score is not None:
            at_edge = keypoints[:, self._wrists, 1] > size[1] * (1 - _BOTTOM_SHARE)
            seen[:, self._wrists] &= ~at_edge | (scores[:, self._wrists] >= self._edge_score)
        missing = ~seen
        keypoints[missing], scores[missing] = np.nan, 0.0
        distinct = [0]
        if len(people) > 1:
            boxes = letterbox.to_source(people.boxes.reshape(-1, 2, 2)) + offset
            distinct = find_distinct(
                keypoints, people.scores, boxes.reshape(-1, 4), sigmas=self._sigmas
            )
        return [
            Pose(keypoints[person], scores[person], float(people.scores[person]))
            for person in distinct
            if seen[person].any()
        ][: self.max_people]

    def _bound(self, letterbox: Letterbox, size: tuple[int, int]) -> _Bounds:
        # One output cell beyond the edge is rounding; farther out lies padding, where nobody is.
        slack = self._family.stride_px / letterbox.scale
        farthest = np.full((len(self.skeleton), 2), size + slack)
        below = [row for row in self._limb_ends if row not in self._wrists]
        farthest[below, 1] = size[1] * (1 - _BOTTOM_SHARE)
        if self._edge_score is None:
            farthest[self._wrists, 1] = size[1] * (1 - _BOTTOM_SHARE)
        return _Bounds(letterbox, size, -slack, farthest)
