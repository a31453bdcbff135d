"""The composition root: builds an engine from options and a configuration.

Front ends call `compose` and then only talk to what it returns. Heavy libraries are imported here,
when they are needed, so that the command line answers quickly.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gesturepose.actions.dispatcher import Dispatcher, Patience
from gesturepose.actions.sinks.choose import needs_input, open_sink, probe_sink
from gesturepose.capture.looping import loop
from gesturepose.capture.opening import SourceOpener
from gesturepose.capture.stillness import StillnessGate
from gesturepose.capture.thread import CaptureThread, SourceStatus
from gesturepose.datatypes import Frame, PoseFrame, Sighting
from gesturepose.engine import Engine, make_mapping
from gesturepose.pipeline import Pipeline
from gesturepose.platforms.detect import detect
from gesturepose.skeleton import COCO17
from gesturepose.slot import Slot
from gesturepose.stats import StageTimes
from gesturepose.tracking.operator import OperatorSelector
from gesturepose.tracking.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gesturepose.config import Config
    from gesturepose.datatypes import Track
    from gesturepose.engine import EngineListener
    from gesturepose.pipeline import Estimator
    from gesturepose.pose.settings import PoseSettings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What one run was asked for beyond gestures.toml."""

    source: str = field(repr=False)  # it may hold a password
    dry_run: bool = False
    realtime: bool = False
    max_seconds: float | None = None
    explain: bool = False
    """Whether snapshots say what keeps gestures from firing."""
    saving: bool = False
    """Whether few pictures are looked at while nothing moves (``[camera] idle_fps``)."""
    loop: bool = False
    """Whether a file starts over at its end, for ever."""


@dataclass(frozen=True, slots=True)
class Run:
    """An engine ready to start, and the facts a front end shows.

    Attributes
    ----------
    engine
        Not started yet.
    source
        What the frames come from, in words.
    live
        Whether the source goes on without a reader.
    model, provider
        The network and what it runs on; see `Stages`.
    times
        Durations of the stages so far.
    """

    engine: Engine
    source: str
    live: bool
    model: str
    provider: str
    times: StageTimes


def compose(  # noqa: PLR0913 - what a front end may want to hear or to keep, by name
    config: Config,
    options: RunOptions,
    listener: EngineListener,
    *,
    load: Callable[[PoseSettings, StageTimes], Network] | None = None,
    times: StageTimes | None = None,
    on_source: Callable[[SourceStatus], None] = lambda _: None,
    on_end: Callable[[], None] = lambda: None,
) -> Run:
    """Build an engine: open the source, load the network, join the stages.

    Parameters
    ----------
    config, options, listener
        What to run, and who is told.
    load
        Gives the network, once the source is open; `load_network` unless somebody keeps one.
    times
        Where the stages are timed; new ones if not given.
    on_source
        Told when a live source is lost or back, or shows nothing; called by the capture thread.
    on_end
        Called on the engine's thread when everything has ended.

    Raises
    ------
    UsageError
        If the options or the configuration name something that does not exist.
    GesturePoseError
        If the source cannot be opened, or real actions are wanted where none can be performed.
    """
    times = times or StageTimes()
    opener = SourceOpener(options.source, config.camera)
    try:
        if not options.dry_run and needs_input(config.bindings):
            probe_sink()
        lossless = not opener.live and not options.realtime
        dispatcher = _make_dispatcher(config, options, listener, lossless=lossless)
        network = None
        if needs_network(options.source):
            network = (load or load_network)(config.model, times)
        stages = make_stages(
            config, options.source, times, network=network, explain=options.explain
        )
        slot: Slot[Frame | PoseFrame] = Slot(lossless=lossless)

        def on_status(status: SourceStatus) -> None:
            _log.log(logging.INFO if status.kind == "back" else logging.WARNING, status.detail)
            engine.on_source_status(status)
            on_source(status)

        def end() -> None:
            opener.close()  # not yet claimed where the end came first
            on_end()

        engine = Engine(
            pipeline=stages.pipeline,
            capture=CaptureThread(
                partial(loop, opener) if options.loop else opener,
                slot,
                settings=config.camera,
                realtime=options.realtime,
                on_status=on_status,
            ),
            dispatcher=dispatcher,
            slot=slot,
            listener=listener,
            lossless=lossless,
            max_seconds=options.max_seconds,
            on_end=end,
        )
        engine.set_saving(options.saving)
    except BaseException:
        opener.close()
        raise
    return Run(
        engine=engine,
        source=opener.name,
        live=opener.live,
        model=stages.model,
        provider=stages.provider,
        times=times,
    )


def _make_dispatcher(
    config: Config, options: RunOptions, listener: EngineListener, *, lossless: bool
) -> Dispatcher:
    return Dispatcher(
        open_sink=open_sink,
        platform=detect(),
        dry_run=options.dry_run,
        allow_commands=config.control.allow_commands,
        on_result=listener.on_action,
        # Where the result is to be the same every time, nothing is told that may yet be corrected.
        patience=Patience(started_s=Patience().early_s) if lossless else Patience(),
    )


@dataclass(frozen=True, slots=True)
class Stages:
    """A pipeline for one source, and what its network is and runs on.

    ``model`` and ``provider`` are ``"none"`` for a keypoint recording, which needs no network.
    """

    pipeline: Pipeline
    model: str
    provider: str


@dataclass(frozen=True, slots=True)
class Network:
    """A loaded pose network, which may serve many sources, one after another or in turns.

    Attributes
    ----------
    watch
        Gives what looks at the frames of one source, and knows of no other.
    model, provider
        What it is called, and what it runs on.
    close
        Frees it; whatever `watch` gave fails from then on.
    """

    watch: Callable[[], Estimator]
    model: str
    provider: str
    close: Callable[[], None]


def needs_network(source: str) -> bool:
    """Whether a source gives pictures; a keypoint recording brings its own poses."""
    return not source.strip().lower().endswith(".jsonl") or Path(source).is_dir()


def make_stages(
    config: Config,
    source: str,
    times: StageTimes,
    *,
    network: Network | None = None,
    explain: bool = False,
) -> Stages:
    """Build the pipeline that suits a source: a recording brings its own poses.

    Parameters
    ----------
    config
        What gestures.toml and the command line say.
    source
        As `open_source` takes it; only its kind matters here.
    times
        Where the stages are timed; a ``network`` given times itself.
    network
        To use instead of loading one; stays open.
    explain
        Whether snapshots say what keeps gestures from firing.

    Raises
    ------
    ModelError
        If the network cannot be loaded.
    """
    if not needs_network(source):
        network = _RECORDED
    elif network is None:
        network = load_network(config.model, times)
    classifier, engagement, bindings = make_mapping(config)
    pipeline = Pipeline(
        estimator=network.watch(),
        tracker=Tracker(config.tracker, COCO17),
        operator=OperatorSelector(config.tracker, rule=config.control.operator),
        classifier=classifier,
        engagement=engagement,
        bindings=bindings,
        gate=StillnessGate(
            calm_fps=config.camera.calm_fps,
            slow_fps=config.camera.slow_fps,
            idle_fps=config.camera.idle_fps,
        ),
        times=times,
        explain=explain,
    )
    return Stages(pipeline, network.model, network.provider)


def take_recorded_poses(
    frame: Frame | PoseFrame,
    tracks: Sequence[Track],  # noqa: ARG001 - what an Estimator is told
    operator_id: int | None,  # noqa: ARG001
    *,
    others_matter: bool,  # noqa: ARG001
) -> Sighting:
    """Take the poses that come with a recording's frames; no network is needed."""
    if not isinstance(frame, PoseFrame):
        raise TypeError("a keypoint recording gives poses, not pictures")
    return Sighting(frame.poses, frame.everyone)


_RECORDED = Network(lambda: take_recorded_poses, "none", "none", lambda: None)


def load_network(settings: PoseSettings, times: StageTimes) -> Network:
    """Load the pose network.

    Raises
    ------
    ModelError
        If it is not there, is not what its card says, or the device does not work here.
    """
    from gesturepose.pose.following import Follower
    from gesturepose.pose.following_everyone import EveryoneFollower
    from gesturepose.pose.making import make_estimator
    from gesturepose.pose.two_stage import TwoStageEstimator

    with ExitStack() as stack:
        finder = stack.enter_context(closing(make_estimator(settings, times)))
        person = None
        # Whoever chose a network for one person at a time chose it for the operator too.
        for_everybody = not isinstance(finder, TwoStageEstimator) and finder.max_people > 1
        if settings.operator and for_everybody:
            person = stack.enter_context(closing(make_estimator(settings.for_operator(), times)))
        networks = stack.pop_all()

    def watch() -> Estimator:
        follower: Follower | EveryoneFollower
        if isinstance(finder, TwoStageEstimator):
            follower = EveryoneFollower(finder)
        else:
            follower = Follower(finder, person)

        def estimate(
            frame: Frame | PoseFrame,
            tracks: Sequence[Track],
            operator_id: int | None,
            *,
            others_matter: bool,
        ) -> Sighting:
            if not isinstance(frame, Frame):
                raise TypeError("a network needs pictures")
            operator = next((track for track in tracks if track.track_id == operator_id), None)
            return follower(frame, tracks, operator, others_matter=others_matter)

        return estimate

    return Network(watch, finder.model_name, finder.provider, networks.close)
