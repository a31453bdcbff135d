"""What finds the keypoints of people whose place is known: one person per box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gesturepose.datatypes import Frame, Pose
    from gesturepose.skeleton import Skeleton


class PersonEstimator(Protocol):
    """Looks at the inside of boxes only; somebody else knows where people are.

    Attributes
    ----------
    model_name
        What the network is called in the command line and in events.
    skeleton
        The keypoints of every pose.
    """

    model_name: str
    skeleton: Skeleton

    @property
    def provider(self) -> str:
        """What it runs on, by onnxruntime's name."""
        ...

    def __call__(self, frame: Frame, boxes: NDArray[np.float32]) -> list[Pose | None]:
        """Look for one person in each box.

        Parameters
        ----------
        frame
            The picture.
        boxes
            ``(N, 4)``: left, top, right, bottom in the frame's pixels, round the whole body as far
            as it is known. What a network wants round that, it adds.

        Returns
        -------
        list of Pose or None
            One answer per box, in their order, keypoints in the frame's pixels; ``None`` where
            nobody is seen.

        Raises
        ------
        GesturePoseError
            The estimator was closed, or the network failed.
        """
        ...

    def warm_up(self, size: tuple[int, int]) -> None:
        """Run the network once on a black picture of ``(width, height)``; nothing is timed."""
        ...

    def close(self) -> None:
        """Free the network."""
        ...
