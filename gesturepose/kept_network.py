"""A pose network that stays loaded from one engine to the next, while its settings are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.app import Network, load_network
from gesturepose.stats import StageTimes

if TYPE_CHECKING:
    from gesturepose.pose.settings import PoseSettings


class KeptNetwork:
    """At most one loaded network. For one thread."""

    def __init__(self) -> None:
        self._kept: tuple[PoseSettings, Network, StageTimes] | None = None

    def has(self, settings: PoseSettings) -> bool:
        """Whether the network of these settings is loaded."""
        return self._kept is not None and self._kept[0] == settings

    def times(self, settings: PoseSettings) -> StageTimes:
        """Return where the network of these settings is timed; new ones if it is not loaded."""
        return self._kept[2] if self._kept is not None and self.has(settings) else StageTimes()

    def load(self, settings: PoseSettings, times: StageTimes) -> Network:
        """Give the network, the one loaded before if it will do; another one is freed first.

        Raises
        ------
        ModelError
            It cannot be loaded; none is then.
        """
        if self._kept is None or not self.has(settings):
            self.close()
            self._kept = settings, load_network(settings, times), times
        return self._kept[1]

    def close(self) -> None:
        """Free it."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept[1].close()
