"""Choosing the pose stage that a network needs: alone, or behind one that finds people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.pose.card import locate_model
from gesturepose.pose.estimator import PoseEstimator
from gesturepose.pose.families import FAMILIES
from gesturepose.pose.settings import PoseSettings
from gesturepose.pose.top_down import TopDownEstimator
from gesturepose.pose.two_stage import TwoStageEstimator

if TYPE_CHECKING:
    from gesturepose.stats import StageTimes


def make_estimator(
    settings: PoseSettings, times: StageTimes | None = None
) -> PoseEstimator | TwoStageEstimator:
    """Load a network, and the default one as well where it sees one person per crop.

    Parameters
    ----------
    settings
        Which network, where, and how sure it must be. ``input_size`` and ``max_people`` are the
        finder's where there are two.
    times
        Where the stages are timed: ``preprocess``, ``network`` and ``decode``, and where there are
        two networks ``find`` whenever the other one looks; ``None`` keeps the times to itself.

    Raises
    ------
    ModelError
        A network is not there, is not what its card says, or the device does not work here.
    """
    if FAMILIES[locate_model(settings.name).card.family].sees == "picture":
        return PoseEstimator(settings, times=times)
    person = TopDownEstimator(settings, times=times)
    try:
        # A box is drawn round the keypoints that the finder is usually sure of, whatever the other
        # network must be.
        usual = PoseSettings()
        finder = PoseEstimator(
            settings.model_copy(
                update={"name": usual.name, "min_keypoint_score": usual.min_keypoint_score}
            )
        )
    except BaseException:
        person.close()
        raise
    return TwoStageEstimator(finder, person, times=times)
