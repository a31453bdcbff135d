"""Settings of the tracking stage.

Times are seconds and sizes are shoulder widths of the person in question, so that one set of
values serves near and far people, small and large pictures, and any frame rate. This module must
not import the filter or the solver: reading a configuration stays cheap.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

OperatorRule = Literal["largest", "first", "wake"]
"""Who is obeyed: the largest person, who came first, or who makes the wake gesture."""


class TrackerSettings(BaseModel):
    """How people are followed from frame to frame.

    "Widths" in the names' units (``_sw``) are shoulder widths of the person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    birth_s: float = Field(
        default=0.2,
        ge=0.0,
        le=5.0,
        description="A new person must be seen for this long before being believed.",
    )
    coast_s: float = Field(
        default=1.0,
        gt=0.0,
        le=10.0,
        description="A person unseen for longer than this is forgotten.",
    )
    keypoint_coast_s: float = Field(
        default=0.2,
        ge=0.0,
        le=5.0,
        description="A keypoint unseen for longer than this is reported as missing.",
    )
    operator_patience_s: float = Field(
        default=2.0,
        ge=0.0,
        le=60.0,
        description="How long an absent operator keeps the control before it is handed over.",
    )
    operator_reach_sw: float = Field(
        default=0.8,
        gt=0.0,
        le=10.0,
        description="How far from where the operator was lost a new track may appear and be the "
        "operator, widths; as much again for every second of absence.",
    )
    operator_larger: float = Field(
        default=1.5,
        ge=1.0,
        le=10.0,
        description="With operator 'largest': somebody so many times larger takes over.",
    )
    operator_larger_s: float = Field(
        default=3.0,
        ge=0.0,
        le=3600.0,
        description="With operator 'largest': after being that much larger for so long.",
    )
    birth_score: float = Field(
        default=0.3,
        ge=0.0,
        le=1.0,
        description="Least confidence in a person that begins a new track.",
    )
    keep_score: float = Field(
        default=0.15,
        ge=0.0,
        le=1.0,
        description="Least confidence in a person that continues a track.",
    )
    keypoint_score: float = Field(
        default=0.2,
        ge=0.0,
        lt=1.0,
        description="A keypoint of lower confidence counts as missing.",
    )
    min_keypoints: int = Field(
        default=3,
        ge=1,
        le=100,
        description="Keypoints a pose needs to begin a track, and to share with it later.",
    )
    min_similarity: float = Field(
        default=0.2,
        gt=0.0,
        le=1.0,
        description="Least object keypoint similarity between a prediction and the pose it takes.",
    )
    duplicate_similarity: float = Field(
        default=0.6,
        gt=0.0,
        le=1.0,
        description="A pose this similar to a person already followed begins no second track.",
    )
    tolerance: float = Field(
        default=1.5,
        gt=0.0,
        le=10.0,
        description="Widening of the similarity's keypoint spreads, for motion between frames.",
    )
    wander_sw_s: float = Field(
        default=1.5,
        ge=0.0,
        le=20.0,
        description="How fast an unseen person may stray from the prediction, widths per second.",
    )
    measurement_noise_sw: float = Field(
        default=0.025,
        gt=0.0,
        le=1.0,
        description="Standard deviation of a keypoint at full confidence, in widths.",
    )
    process_noise_sw2_s3: float = Field(
        default=0.003,
        gt=0.0,
        le=1000.0,
        description="Spectral density of the acceleration of a body at rest, widths^2 per s^3.",
    )
    manoeuvre_nis: float = Field(
        default=9.0,
        gt=0.0,
        le=100.0,
        description="Normalised innovation squared from which a surprise is motion, not noise.",
    )
    initial_speed_sw_s: float = Field(
        default=2.0,
        gt=0.0,
        le=50.0,
        description="Standard deviation of the speed of a keypoint first seen, widths per second.",
    )
    gate_sw: float = Field(
        default=0.15,
        gt=0.0,
        le=10.0,
        description="Distance from its prediction at which a keypoint is always believed, widths.",
    )
    gate_speed_sw_s: float = Field(
        default=12.0,
        gt=0.0,
        le=100.0,
        description="Growth of that distance with the time since it was last believed, widths/s.",
    )
    keypoint_damping_s: float = Field(
        default=0.1,
        gt=0.0,
        le=10.0,
        description="Time in which the speed of an unseen keypoint falls to 37 %.",
    )
    person_damping_s: float = Field(
        default=0.5,
        gt=0.0,
        le=10.0,
        description="Time in which the speed of an unseen person falls to 37 %.",
    )
    scale_smoothing_s: float = Field(
        default=0.5,
        ge=0.0,
        le=10.0,
        description="Time over which a person's shoulder width is averaged.",
    )

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.keep_score > self.birth_score:
            raise ValueError("keep_score must not be above birth_score")
        return self
