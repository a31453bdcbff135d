"""Settings of pose estimation; importing them loads no network and no vision library."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Device = Literal["auto", "cpu", "cuda", "tensorrt", "coreml", "directml"]

#: A share of 1; TOML may write 0 and 1 as integers.
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class PoseSettings(BaseModel):
    """Which network finds people, where it runs, and what it must be sure of."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(
        default="movenet-multipose-int8",
        min_length=1,
        description="Network: a name from `gesturepose models`, or a path to an .onnx file with "
        "its card beside it.",
    )
    device: Device = Field(
        default="auto",
        description="Where the network runs; auto takes the fastest that works here.",
    )
    input_size: int | None = Field(
        default=None,
        ge=32,
        le=2048,
        description="Longer side of the picture the network sees, in pixels; larger sees smaller "
        "people and costs more. Default: what the network's card says.",
    )
    min_score: Fraction = Field(
        default=0.15,
        description="A person the network is less sure of than this (0..1) is nobody.",
    )
    min_keypoint_score: Fraction = Field(
        default=0.2,
        description="A keypoint the network is less sure of than this (0..1) is missing.",
    )
    max_people: int = Field(
        default=6,
        ge=1,
        le=100,
        description="People reported at most, the surest first.",
    )
    operator: str = Field(
        default="movenet-thunder-int8",
        description="Network that follows whoever is obeyed, in a part of the picture, while the "
        "other one looks for everybody now and then; empty: the other one looks at every picture.",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="CPU threads of the network. Default: one for a small network, else one per "
        "core, four at most.",
    )

    def for_operator(self) -> PoseSettings:
        """Return the settings of the network that follows the operator."""
        return self.model_copy(update={"name": self.operator, "input_size": None})
