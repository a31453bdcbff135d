"""A card's section ``[decoding]``: how the outputs for a whole picture are read.

Only where a network's family leaves a choice; what there is to say of networks that see one person
per crop is in `gesturepose.pose.top_down_rule`. Nothing here runs a network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from gesturepose.pose.families import FAMILIES

if TYPE_CHECKING:
    from gesturepose.pose.families import Family


class DecodingRule(BaseModel):
    """What the decoder of a family that sees whole pictures may be told."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    flip_test: bool = Field(
        default=False,
        description="Run the mirrored picture as well and average both: finer, at twice the cost.",
    )

    def find_problem(self, family: Family) -> str:
        """Say in one line what a family cannot do; empty where it can."""
        if not self.flip_test or family.decode_mirrored is not None:
            return ""
        if family.sees == "person":
            return f"family {family.name!r} sees crops: its flip_test is in the section [top_down]"
        able = ", ".join(name for name, other in FAMILIES.items() if other.decode_mirrored)
        return f"family {family.name!r} has no flip test; of those that see pictures {able} have"
