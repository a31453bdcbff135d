"""The fields that OpenPifPaf's networks report, as each version exports them to ONNX.

``openpifpaf.export_onnx`` names them ``cif``, ``(1, 17, n, h, w)``, and ``caf``, ``(1, 19, m, h,
w)``; both are taken with fields and components in one axis as well, ``(1, 17 n, h, w)``. What the
``n`` and ``m`` components of a field are differs from version to version:

=======  ===============  ==================================
version  cif              caf
=======  ===============  ==================================
0.11     c, x, y, b, s    c, x1, y1, b1, s1, x2, y2, b2, s2
0.12     c, x, y, b, s    c, x1, y1, x2, y2, b1, b2, s1, s2
0.13     w, c, x, y, s    w, c, x1, y1, x2, y2, s1, s2
=======  ===============  ==================================

with confidence c, places x and y, scales s, and spreads b or a width w that serve training only.
So 0.12 and 0.13 can be told apart by the number of components of CAF, but 0.11 and 0.12 cannot: who
brings a network must say that it is of 0.11 (family ``openpifpaf-v11``). The graph ends with what
makes confidences 0..1 (a sigmoid) and scales more than 0 (an exponential in 0.11, softplus since).
Since 0.12 places are in cells from the upper left of the picture, so that a value of x stands for
the pixel ``stride * x``. 0.11 adds a cell's own place in a way that the PyTorch of its time did not
write into the file, so that there places are relative to the cell, as they are taken here
(https://github.com/openpifpaf/openpifpaf/issues/279); a file that a later PyTorch wrote is not
read, and is better exported again with a later OpenPifPaf.

All this was found by exporting untrained networks: the whole of 0.12.14, the heads of 0.13.11, and
the heads of 0.11.9 with PyTorch 1.7.1 and 1.12.1. Such files take pictures of one size only, 129x97
if not told otherwise. Versions before 0.11 give a list of other outputs and are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]
    Array = NDArray[np.float64]
    IntArray = NDArray[np.intp]

#: Keypoints per person, in COCO's order.
KEYPOINTS = 17

#: Pairs of keypoints joined by an association field, in the order of the fields: the limbs of
#: COCO's annotations.
EDGES = (
    (15, 13),
    (13, 11),
    (16, 14),
    (14, 12),
    (11, 12),
    (5, 11),
    (6, 12),
    (5, 6),
    (5, 7),
    (6, 8),
    (7, 9),
    (8, 10),
    (1, 2),
    (0, 1),
    (0, 2),
    (1, 3),
    (2, 4),
    (3, 5),
    (4, 6),
)


@dataclass(frozen=True, slots=True)
class Components:
    """Which components of a field mean what, in one range of OpenPifPaf's versions.

    Attributes
    ----------
    version
        As OpenPifPaf counts them.
    cif, caf
        Names of a field's components in their order: ``c`` for the confidence, ``x``, ``y`` and
        ``s`` of the keypoint, or with 1 and 2 of both; anything else is not read.
    relative
        Whether places are relative to the cell that gives them.
    """

    version: str
    cif: tuple[str, ...]
    caf: tuple[str, ...]
    relative: bool = False


V0_11 = Components(
    "0.11",
    ("c", "x", "y", "b", "s"),
    ("c", "x1", "y1", "b1", "s1", "x2", "y2", "b2", "s2"),
    relative=True,
)
V0_12 = Components(
    "0.12", ("c", "x", "y", "b", "s"), ("c", "x1", "y1", "x2", "y2", "b1", "b2", "s1", "s2")
)
V0_13 = Components(
    "0.13", ("w", "c", "x", "y", "s"), ("w", "c", "x1", "y1", "x2", "y2", "s1", "s2")
)

_CIF = ("c", "x", "y", "s")
_CAF = ("c", "x1", "y1", "x2", "y2", "s1", "s2")


def list_axes(versions: Sequence[Components]) -> dict[str, tuple[tuple[int, ...], ...]]:
    """Axes that each output of some versions may have between its batch and its cells, by name."""
    axes: dict[str, tuple[tuple[int, ...], ...]] = {}
    for name, fields in (("cif", KEYPOINTS), ("caf", len(EDGES))):
        counts = dict.fromkeys(len(getattr(version, name)) for version in versions)
        axes[name] = tuple(shape for n in counts for shape in ((fields, n), (fields * n,)))
    return axes


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """The fields of one picture.

    Attributes
    ----------
    cif
        ``(17, n, h, w)`` float32.
    caf
        ``(19, m, h, w)`` float32.
    components
        What they mean.
    """

    cif: FloatArray
    caf: FloatArray
    components: Components

    @classmethod
    def read(cls, heads: Mapping[str, FloatArray], versions: Sequence[Components]) -> Fields:
        """Find out which of some versions a network's outputs are of.

        Parameters
        ----------
        heads
            ``cif`` and ``caf`` as the module says.
        versions
            They must differ in the number of components.

        Raises
        ------
        ValueError
            The outputs are of none of the versions, or their cells are not the same.
        """
        for version in versions:
            cif = _split(heads["cif"], KEYPOINTS, len(version.cif))
            caf = _split(heads["caf"], len(EDGES), len(version.caf))
            if cif is not None and caf is not None and cif.shape[2:] == caf.shape[2:]:
                return cls(cif, caf, version)
        known = "; ".join(
            f"{KEYPOINTS} x {len(version.cif)} and {len(EDGES)} x {len(version.caf)} "
            f"(OpenPifPaf {version.version})"
            for version in versions
        )
        raise ValueError(
            f"cif and caf hold fields x components {known}, of the same height and width, not "
            f"{heads['cif'].shape} and {heads['caf'].shape}"
        )

    @property
    def size(self) -> tuple[int, int]:
        """``(width, height)`` in cells."""
        height, width = self.cif.shape[2:]
        return width, height

    def list_intensities(self, least: float) -> tuple[IntArray, Array]:
        """Cells that see a keypoint: its kind, and ``(n, 4)`` confidence, x, y, scale in cells.

        Those whose confidence is below ``least`` are left out, and those where it is not finite;
        any other number that is not finite counts as 0.
        """
        return self._read(self.cif, self.components.cif, _CIF, least)

    def list_associations(self, least: float) -> Iterator[tuple[tuple[int, int], Array]]:
        """Cells that see a limb, field by field: the edge and ``(n, 7)`` of what they see.

        Confidence, x and y of both ends, scales of both ends; else as `list_intensities`.
        """
        fields, seen = self._read(self.caf, self.components.caf, _CAF, least)
        ends = np.searchsorted(fields, np.arange(1, len(EDGES)))
        yield from zip(EDGES, np.split(seen, ends), strict=True)

    def _read(
        self, fields: FloatArray, names: tuple[str, ...], wanted: tuple[str, ...], least: float
    ) -> tuple[IntArray, Array]:
        """Field of each sure cell, and ``(n, len(wanted))`` of its components."""
        picked = [names.index(name) for name in wanted]
        confidence = fields[:, picked[0]]
        which, rows, columns = np.nonzero((confidence >= least) & (confidence < np.inf))
        values = fields[which[:, None], picked, rows[:, None], columns[:, None]]
        seen: Array = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
        if self.components.relative:
            for column, name in enumerate(wanted):
                if name[0] in "xy":
                    seen[:, column] += columns if name[0] == "x" else rows
        return which, seen


def _split(head: FloatArray, fields: int, components: int) -> FloatArray | None:
    """``(fields, components, h, w)`` of an output, or nothing where it has another shape."""
    if head.shape[:-2] not in {(1, fields, components), (1, fields * components)}:
        return None
    return head.reshape(fields, components, *head.shape[-2:])
