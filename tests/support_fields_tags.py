"""The maps an ideal network of associative embedding would paint of people.

Heatmaps as in Cheng et al., "HigherHRNet", 2020: Gaussians of a standard deviation of
two cells at each resolution. Newell et al., "Associative Embedding", 2017, ask of the
tags only that they be alike at the keypoints of one person and unlike at those of two, at the
keypoints' cells; elsewhere they are painted at random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from support_fields_openpose import gaussians, mirror

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gesturepose.pose.associative_embedding import Layout

    Array = NDArray[np.float64]

#: Input pixels per cell of each output.
STRIDES_PX = {"maps": 4, "quarter": 4, "half": 2, "quarter_mirrored": 4, "half_mirrored": 2}

#: Cells round a keypoint in which its person's tag is painted.
_REACH = 2


def draw_tags(rng: np.random.Generator, count: int) -> Array:
    """``(N,)`` tags, 1.7 and more apart, in any order."""
    return rng.permutation(count) * 2.0 + rng.uniform(-0.15, 0.15, count)


def paint_tags(
    rng: np.random.Generator,
    people: Array,
    tags: Array,
    size: tuple[int, int],
    *,
    stride_px: float,
    noise: float,
) -> NDArray[np.float32]:
    """``(17, h, w)`` tags: near a keypoint those of the nearest person."""
    width, height = int(size[0] / stride_px), int(size[1] / stride_px)
    painted = rng.uniform(-20, 50, (17, height, width))
    nearest = np.full(painted.shape, np.inf)
    reach = np.arange(-_REACH, _REACH + 1)
    rows, columns = (part.ravel() for part in np.meshgrid(reach, reach, indexing="ij"))
    for person, tag in zip(people, tags, strict=True):
        for kind in np.flatnonzero(np.isfinite(person[:, 0])):
            x, y = (person[kind] + 0.5) / stride_px - 0.5
            ys, xs = rows + round(y), columns + round(x)
            inside = (ys >= 0) & (ys < height) & (xs >= 0) & (xs < width)
            ys, xs = ys[inside], xs[inside]
            squared = (ys - y) ** 2 + (xs - x) ** 2
            nearer = squared < nearest[kind, ys, xs]
            nearest[kind, ys[nearer], xs[nearer]] = squared[nearer]
            painted[kind, ys[nearer], xs[nearer]] = tag
    return (painted + rng.normal(0, noise, painted.shape)).astype(np.float32)


def encode(
    rng: np.random.Generator,
    people: Array,
    layout: Layout,
    size: tuple[int, int],
    *,
    tags: Array | None = None,
    tag_noise: float = 0.1,
    noise: float = 0.0,
) -> dict[str, NDArray[np.float32]]:
    """Paint the outputs of an ideal network, with Gaussian noise when asked for.

    Parameters
    ----------
    rng, people, layout, size
        ``people`` is ``(N, 17, 2)`` pixels, ``size`` the input's width and height.
    tags
        ``(N, T)``, a component for each of the layout's; drawn at random where not given.
    tag_noise, noise
        Standard deviation in tags and in heatmaps.
    """
    if tags is None:
        tags = np.stack([draw_tags(rng, len(people)) for _ in layout.tags], axis=1)
    heads = {}
    for name, channels in layout.outputs.items():
        stride = STRIDES_PX[name]
        mirrored = name.endswith("_mirrored")
        shown = mirror(people, size[0]) if mirrored else people
        maps = gaussians(shown, size, stride, 2 * np.sqrt(2) * stride)
        parts = [(maps + rng.normal(0, noise, maps.shape)).astype(np.float32)]
        if channels == 34:
            component = [part.output for part in layout.tags].index(name)
            parts.append(
                paint_tags(rng, shown, tags[:, component], size, stride_px=stride, noise=tag_noise)
            )
        heads[name] = np.concatenate(parts)[None]
    return heads
