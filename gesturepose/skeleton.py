"""The keypoints a pose network reports and how they are joined, as data.

A skeleton names the ``K`` rows of every keypoint array in the program. Sides are the person's own:
``left_wrist`` is the wrist of the person's left arm, wherever it is in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Keypoint names, limbs and localisation spread of one annotation scheme.

    Attributes
    ----------
    name
        Identifier used in model cards and recordings.
    keypoints
        ``K`` names in the order of the arrays' rows.
    limbs
        Pairs of row indices to draw as bones.
    sigmas
        ``K`` per-keypoint standard deviations of human annotation, as a fraction of the square
        root of the person's area; used by object keypoint similarity (OKS).
    """

    name: str
    keypoints: tuple[str, ...]
    limbs: tuple[tuple[int, int], ...]
    sigmas: tuple[float, ...]
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.sigmas) != len(self.keypoints):
            raise ValueError("a skeleton needs one sigma per keypoint")
        object.__setattr__(self, "_index", {k: i for i, k in enumerate(self.keypoints)})

    def __len__(self) -> int:
        return len(self.keypoints)

    def index(self, keypoint: str) -> int:
        """Row of a keypoint; raises ``KeyError`` for a name the skeleton lacks."""
        return self._index[keypoint]


#: COCO's 17 keypoints; sigmas are the evaluator's published constants (Lin et al., "Microsoft
#: COCO", keypoint evaluation, https://cocodataset.org/#keypoints-eval).
COCO17 = Skeleton(
    name="coco17",
    keypoints=(
        "nose",
        "left_eye",
        "right_eye",
        "left_ear",
        "right_ear",
        "left_shoulder",
        "right_shoulder",
        "left_elbow",
        "right_elbow",
        "left_wrist",
        "right_wrist",
        "left_hip",
        "right_hip",
        "left_knee",
        "right_knee",
        "left_ankle",
        "right_ankle",
    ),
    limbs=(
        (0, 1),
        (0, 2),
        (1, 3),
        (2, 4),
        (5, 6),
        (5, 7),
        (7, 9),
        (6, 8),
        (8, 10),
        (5, 11),
        (6, 12),
        (11, 12),
        (11, 13),
        (13, 15),
        (12, 14),
        (14, 16),
    ),
    sigmas=(
        0.026,
        0.025,
        0.025,
        0.035,
        0.035,
        0.079,
        0.079,
        0.072,
        0.072,
        0.062,
        0.062,
        0.107,
        0.107,
        0.087,
        0.087,
        0.089,
        0.089,
    ),
)

SKELETONS = {COCO17.name: COCO17}
