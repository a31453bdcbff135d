"""Keys held by a posture are let go of however the program ends, seen from the X server."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest
from support_program import CLIP_FPS, RunningProgram, cut_clip
from support_x11 import XServer, wait_until, x_server

from gesturepose.platforms.x11_display import open_display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["x_server"]
pytestmark = pytest.mark.x11

_CONFIG = '[[bindings]]\ngesture = "raise_right_hand"\nhold = "ctrl+shift"\n'


@pytest.fixture
def keys_down(x_server: XServer) -> Iterator[Callable[[], int]]:
    """Counts the keys that are down on the display, whoever pressed them."""
    display: Any = open_display(x_server.display)
    yield lambda: sum(bits.bit_count() for bits in display.core.QueryKeymap().reply().keys)
    display.close()


@pytest.fixture(scope="module")
def raised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that ends with the hand still raised."""
    return cut_clip(tmp_path_factory.mktemp("clip") / "raised.mp4", 1.4, 3.3)


@pytest.fixture(scope="module")
def raised_for_long(raised: Path) -> Path:
    """A recording of half a minute: the clip, then its last posture held."""
    folder = raised.parent
    recording = folder / "raised.poses.jsonl"
    with RunningProgram(
        folder / "run", "--source", raised, "--dry-run", "--record", recording
    ) as program:
        assert program.wait() == 0
    header, *frames = map(json.loads, recording.read_text().splitlines())
    frames += [{**frames[-1], "t": frames[-1]["t"] + n / CLIP_FPS} for n in range(1, 900)]
    recording.write_text("".join(json.dumps(line) + "\n" for line in (header, *frames)))
    return recording


def test_keys_go_up_when_the_source_ends_while_they_are_held(
    x_server: XServer, tmp_path: Path, raised: Path, keys_down: Callable[[], int]
) -> None:
    config = tmp_path / "hold.toml"
    config.write_text(_CONFIG)
    assert keys_down() == 0
    arguments = ("--source", raised, "--realtime", "--config", config)
    with RunningProgram(
        tmp_path / "run", *arguments, more_environment={"DISPLAY": x_server.display}
    ) as program:
        wait_until(lambda: keys_down() == 2, 30, "both keys down")
        assert program.wait() == 0
        assert keys_down() == 0
        assert program.find("gesture", gesture="raise_right_hand", phase="cancel")
        assert [e["performed"] for e in program.find("action")] == [True, True]
        assert program.events[-1]["type"] == "stop"


def test_keys_go_up_when_a_signal_ends_the_program_while_they_are_held(
    x_server: XServer, tmp_path: Path, raised_for_long: Path, keys_down: Callable[[], int]
) -> None:
    config = tmp_path / "hold.toml"
    config.write_text(_CONFIG)
    arguments = ("--source", raised_for_long, "--realtime", "--config", config)
    with RunningProgram(
        tmp_path / "run", *arguments, more_environment={"DISPLAY": x_server.display}
    ) as program:
        program.wait_for("action", gesture="raise_right_hand", performed=True)
        assert keys_down() == 2
        assert program.stop(signal.SIGTERM) == 0
        assert keys_down() == 0
        assert program.events[-1]["type"] == "stop"
        assert program.events[-1]["seconds"] < 25
