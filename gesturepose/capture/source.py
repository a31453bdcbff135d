"""What a frame source is: the interface that every kind of source fills.

The kinds live one to a file (`camera`, `video`, `images`, `network`, `recording`); `opening`
chooses between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gesturepose.capture.address import public_url
from gesturepose.errors import GesturePoseError

if TYPE_CHECKING:
    from gesturepose.datatypes import Frame, PoseFrame

__all__ = ["FrameSource", "SourceLost", "public_url"]


class SourceLost(GesturePoseError):  # noqa: N818 - an expected turn of events, not a failure
    """A live source stopped delivering; opening it again may bring it back."""


class FrameSource(Protocol):
    """Something that delivers frames one after another.

    A source is read and closed by one thread at a time; nothing may close it while another
    thread reads.

    Attributes
    ----------
    name
        What to call it before a person; never contains a password.
    live
        Whether time goes on without a reader (camera, stream), as opposed to a file that waits.
    """

    name: str
    live: bool

    def read(self) -> Frame | PoseFrame | None:
        """Return the next frame, or ``None`` at the end of the source.

        Raises
        ------
        SourceLost
            A live source stopped delivering.
        SourceError
            What a file holds is not what it should be.
        """
        ...

    def close(self) -> None:
        """Free the device, file or connection; closing twice is harmless."""
        ...
