"""A card's section ``[top_down]``: how a network that sees one person per crop is fed and read.

It says how large the crops are, how people lie in them, and what the decoder of the card's family
must know. Nothing here runs a network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from gesturepose.pose.crop_decoder import MPII_ROWS
from gesturepose.pose.crops import PADDING
from gesturepose.pose.heatmaps import Grid, Refinement, TopDownHeatmaps
from gesturepose.pose.simcc import Scoring, SimCC
from gesturepose.skeleton import COCO17

if TYPE_CHECKING:
    from gesturepose.pose.crop_decoder import CropDecoder

#: The families of networks that see one person per crop.
HEATMAPS = "top-down-heatmaps"
SIMCC = "simcc"

#: Fields that only one of the families has.
_OWN = {
    HEATMAPS: ("stride_px", "refinement", "grid", "sigma_cells", "shift_flipped"),
    SIMCC: ("split_ratio", "scoring"),
}

Positive = Annotated[float, Field(gt=0)]


class TopDownRule(BaseModel):
    """The crops a network takes, and what its outputs mean.

    The fields below ``full_scale`` are those of `gesturepose.pose.heatmaps.TopDownHeatmaps`, and
    the last two those of `gesturepose.pose.simcc.SimCC`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    width: int = Field(ge=1, description="Of every crop, in pixels.")
    height: int = Field(ge=1, description="Of every crop, in pixels.")
    padding: Positive = Field(
        default=PADDING,
        description="Pixels a crop shows along the tight axis of a person's box, per pixel of it.",
    )
    flip_test: bool = Field(
        default=False,
        description="Run the mirrored crops as well and average both: finer, at twice the cost.",
    )
    rows: tuple[int, ...] | None = Field(
        default=None,
        description="For each of COCO's keypoints, its row in the network's order, -1 for none; "
        "'mpii' for MPII's order. Default: an order that begins with COCO's.",
    )
    full_scale: Positive = Field(default=1.0, description="What the network says when sure.")
    stride_px: int = Field(default=4, ge=1, description="Pixels of the crop per heatmap cell.")
    refinement: Refinement = Field(
        default="quarter", description="How a keypoint is placed within its cell."
    )
    grid: Grid = Field(default="corners", description="Where in the crop a cell lies.")
    sigma_cells: Positive = Field(
        default=2.0, description="Spread of the Gaussians it was trained on, for 'dark'."
    )
    shift_flipped: bool | None = Field(
        default=None,
        description="Move a flip test's maps by one cell. Default: on the grid 'corners', where "
        "they would lie nearly a cell too far left.",
    )
    split_ratio: int = Field(default=2, ge=1, description="Bins per pixel of the crop.")
    scoring: Scoring = Field(default="min", description="How both axes make one score.")

    @field_validator("rows", mode="before")
    @classmethod
    def _are_rows(cls, value: object) -> tuple[int, ...] | None:
        if value is None:
            return None
        if value == "mpii":
            return MPII_ROWS
        rows = value if isinstance(value, list | tuple) else ()
        if len(rows) != len(COCO17) or any(type(row) is not int or row < -1 for row in rows):
            raise ValueError(
                f"is 'mpii', or {len(COCO17)} whole numbers, one for each of COCO's keypoints: its "
                "row in the network's order, or -1"
            )
        if max(rows) < 0:
            raise ValueError("at least one keypoint must have a row")
        return tuple(rows)

    @property
    def size(self) -> tuple[int, int]:
        """``(width, height)`` of every crop, in pixels."""
        return self.width, self.height

    def find_foreign(self, family: str) -> list[str]:
        """Fields that were given, but belong to another family of person networks."""
        own = {name for other, names in _OWN.items() if other != family for name in names}
        return sorted(own & self.model_fields_set)

    def make_decoder(self, family: str) -> CropDecoder:
        """Make the decoder of a family, `HEATMAPS` or `SIMCC`, as the section says."""
        if family == SIMCC:
            return SimCC(
                split_ratio=self.split_ratio,
                scoring=self.scoring,
                full_scale=self.full_scale,
                rows=self.rows,
            )
        shift = self.grid == "corners" if self.shift_flipped is None else self.shift_flipped
        return TopDownHeatmaps(
            stride_px=self.stride_px,
            refinement=self.refinement,
            grid=self.grid,
            sigma_cells=self.sigma_cells,
            full_scale=self.full_scale,
            rows=self.rows,
            shift_flipped=shift,
        )
