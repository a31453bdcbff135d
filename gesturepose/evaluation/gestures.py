"""How well gestures are recognised on labelled clips and recordings; see `Evaluation`.

Runs the same pipeline as everything else, actions left out, and judges what comes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.evaluation.figures import Evaluation
from gesturepose.evaluation.matching import match
from gesturepose.evaluation.replay import replay_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from gesturepose.config import Config
    from gesturepose.evaluation.labels import LabelledSource


def evaluate(
    config: Config,
    sources: Sequence[LabelledSource],
    *,
    jobs: int = 1,
    on_done: Callable[[Path], None] = lambda _: None,
) -> Evaluation:
    """Run recognition over sources and judge it.

    Parameters
    ----------
    config
        As for a live run; bindings are not used.
    sources
        From `find_sources`.
    jobs
        Processes at most; the figures do not depend on it.
    on_done
        Told after each source, in no particular order.

    Raises
    ------
    GesturePoseError
        If a source or the network cannot be read.
    """
    replays = replay_all(config, [s.path for s in sources], jobs=jobs, on_done=on_done)
    return Evaluation(map(match, sources, replays))
