"""Settings of the capture stage: the ``[capture]`` table of gestures.toml.

Only holds and checks values; imports no camera library, so reading a configuration stays cheap.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Pixels = Annotated[int, Field(strict=True, ge=16, le=16384)]
Seconds = Annotated[float, Field(strict=True, gt=0, le=3600, allow_inf_nan=False)]


class CaptureSettings(BaseModel):
    """How frames are asked for and what counts as a lost source.

    Examples
    --------
    >>> CaptureSettings(width=1280, height=720).mirrored
    False
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )

    width: Pixels = 640
    """Picture width asked of a camera, in pixels; a camera that lacks it gives its nearest."""
    height: Pixels = 480
    """Picture height asked of a camera, in pixels."""
    fps: Annotated[float, Field(strict=True, ge=1, le=240, allow_inf_nan=False)] = 30.0
    """Frames per second asked of a camera; also the rate at which a folder of images plays."""
    calm_fps: Annotated[float, Field(strict=True, ge=0, le=240, allow_inf_nan=False)] = 15.0
    """Pictures per second looked at in any case while something moves, but no hand of the operator
    quickly. 0 for all, always."""
    slow_fps: Annotated[float, Field(strict=True, ge=0, le=240, allow_inf_nan=False)] = 10.0
    """Pictures per second looked at in any case; of the others, those in which something moved. 0
    for all, always."""
    idle_fps: Annotated[float, Field(strict=True, ge=0, le=240, allow_inf_nan=False)] = 3.0
    """Pictures per second looked at while nothing moves, all again once something does; 0 for all,
    always. Of live sources, and of files played at their own speed."""
    mirrored: bool = False
    """Whether the camera, stream or video delivers a mirrored picture.

    It is flipped back where it enters, because no later stage mirrors: left and right would swap.
    """
    rotate: Literal[0, 90, 180, 270] = 0
    """Degrees by which the picture of the camera, stream or video is turned clockwise to stand
    upright, for a camera that hangs on its side or upside down. A mirrored one is flipped back
    before."""
    open_timeout_s: Seconds = 10.0
    """Longest wait, in seconds, for a camera or stream to open and give its first frame."""
    stall_s: Seconds = 2.0
    """A camera or stream that gives no frame for so many seconds has stalled and is reopened."""
    retry_min_s: Seconds = 0.5
    """Wait, in seconds, before the first attempt to reopen; doubles with each that fails."""
    retry_max_s: Seconds = 5.0
    """Longest wait, in seconds, between two attempts to reopen."""

    @model_validator(mode="after")
    def _check_retry_order(self) -> Self:
        if self.retry_max_s < self.retry_min_s:
            raise ValueError(
                f"retry_max_s ({self.retry_max_s:g}) is less than retry_min_s "
                f"({self.retry_min_s:g})"
            )
        return self
