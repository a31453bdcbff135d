"""Cold start: from the start of a new process to the first person it finds, and what it holds.

`measure_start` starts the process, `tell_first_pose` is what runs in it. Files are in the system's
cache from the second start on, so that the first one counts apart.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gesturepose
from gesturepose.errors import GesturePoseError

if TYPE_CHECKING:
    from gesturepose.pose.settings import PoseSettings

_CHILD = "from gesturepose.evaluation.benchmark_start import tell_first_pose; tell_first_pose()"
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class ColdStart:
    """One start: ``seconds`` to the first pose, ``peak_mb`` held by then (``None``: not told)."""

    seconds: float
    peak_mb: float | None


def measure_start(config_path: Path, model: PoseSettings, source: str) -> ColdStart:
    """Start a new interpreter that finds the first person in a source.

    Parameters
    ----------
    config_path
        The gestures.toml.
    model
        Which network, as the command line has it.
    source
        A file, as `--source` takes it.

    Raises
    ------
    GesturePoseError
        The process failed, or found nobody.
    """
    task = json.dumps([str(config_path), model.model_dump(), source])
    # The same package as here, whether it is installed or not.
    search = [str(Path(gesturepose.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, search))}
    started_s = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - this interpreter, with fixed words
        [sys.executable, "-c", _CHILD],
        # Not as an argument: those of a process can be read by everybody.
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as child:
        limit = threading.Timer(_PATIENCE_S, child.kill)
        limit.start()
        try:
            with contextlib.suppress(BrokenPipeError):  # it says itself why it ended
                if child.stdin is not None:
                    child.stdin.write(task + "\n")
                    child.stdin.flush()
            line = child.stdout.readline() if child.stdout is not None else ""
            seconds = time.perf_counter() - started_s
            _, complaint = child.communicate()
        finally:
            limit.cancel()
            child.kill()  # of no effect on a process that has ended
    if not line:
        reason = (complaint.strip().splitlines() or ["it found nobody"])[-1]
        raise GesturePoseError(f"cold start: {reason}")
    return ColdStart(seconds, json.loads(line)["peak_mb"])


def tell_first_pose() -> None:
    """Find the first person as a run would, then print one line of JSON; errors are one line."""
    try:
        _find_first_pose(*json.loads(sys.stdin.readline()))
    except GesturePoseError as error:
        sys.exit(str(error))


def _find_first_pose(config_path: str, model: dict[str, Any], spec: str) -> None:
    from gesturepose.app import load_network, make_stages
    from gesturepose.capture.opening import open_source
    from gesturepose.config import load_config
    from gesturepose.evaluation.benchmark import read_frames
    from gesturepose.pose.settings import PoseSettings
    from gesturepose.stats import StageTimes

    config = load_config(Path(config_path))
    settings = PoseSettings.model_validate(model)
    times = StageTimes()
    source = open_source(spec, config.camera)
    network = load_network(settings, times)
    pipeline = make_stages(config, spec, times, network=network).pipeline
    for frame in read_frames(source):
        if pipeline.step(frame).poses:
            sys.stdout.write(json.dumps({"peak_mb": peak_memory_mb()}) + "\n")
            sys.stdout.flush()
            break
    source.close()
    network.close()


def peak_memory_mb() -> float | None:
    """Most memory this process has held so far, in 10^6 bytes; ``None`` where it is not told."""
    # Linux counts what the parent held before the program was loaded into `getrusage` as well.
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
