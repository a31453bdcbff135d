"""``gesturepose benchmark`` with the real network: what it reports, never how fast.

A timed test would fail on a busy machine; figures are for people to read.
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

import pytest

from gesturepose.benchmark_command import add_options, run_benchmark
from gesturepose.config import load_config
from gesturepose.errors import GesturePoseError, UsageError
from gesturepose.evaluation.benchmark_start import measure_start
from gesturepose.pose.settings import PoseSettings
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    path = default_config()
    run_benchmark(parser.parse_args(arguments), load_config(path), path)


def figures(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    run("--json", *arguments)
    out, err = capsys.readouterr()
    assert err == ""
    result: dict[str, Any] = json.loads(out)
    return result


def test_everything_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    result = figures(capsys, "--frames", "18", "--starts", "1")
    stages = result["stages"]
    network = ["preprocess", "network", "decode"]
    behind = ["track", "classify", "resolve"]
    known = ["read", *network, *behind, "frame to action"]
    assert [name for name in stages if name in known] == known
    for stage in stages.values():
        assert 0 <= stage["p50_ms"] <= stage["p95_ms"] <= stage["p99_ms"]
    assert stages["read"]["count"] == stages["frame to action"]["count"] == 18
    # A picture that shows nothing new is not looked at; and in a look at everybody the operator is
    # looked at as well.
    (looked,) = {stages[name]["count"] for name in behind}
    (ran,) = {stages[name]["count"] for name in network}
    assert 1 <= looked <= 18
    assert looked <= ran <= 2 * looked
    took_ms = {name: stage["mean_ms"] * stage["count"] for name, stage in stages.items()}
    whole_ms = took_ms.pop("frame to action")
    assert 0.5 * whole_ms < sum(took_ms.values()) - took_ms["read"] <= whole_ms
    assert result["fps"] > 0
    assert result["cpu_ms_per_frame"] > 0
    live = result["live"]
    assert live["frames"] == 18
    assert live["dropped"] >= 0
    assert live["latency"]["p50_ms"] > 0
    assert [crowd["people"] for crowd in result["people"]] == [1, 2, 3, 4, 5, 6]
    for crowd in result["people"]:
        assert crowd["found"] == pytest.approx(crowd["people"], abs=0.4)
        assert crowd["count"] == 3
    assert result["people"][0]["ratio_by_one"]["median"] == 1.0
    (start,) = result["cold_starts"]
    assert 0 < start["seconds"] < 120


def test_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    run("--frames", "6", "--starts", "0")
    out, err = capsys.readouterr()
    assert err == ""
    for words in (
        "a frame\nread ",
        "frame to action",
        "as a camera",
        "grab to decision",
        "6 people by one",
    ):
        assert words in out
    assert "process start" not in out
    assert max(map(len, out.splitlines())) <= 100


def test_a_network_costs_what_it_costs(capsys: pytest.CaptureFixture[str]) -> None:
    result = figures(
        capsys, "--compare", "movenet-multipose", "movenet-multipose", "--frames", "60"
    )
    assert result["frames"] == 60
    assert [side["given"] for side in result["sides"]] == ["movenet-multipose"] * 2
    wall = result["ratio_b_by_a"]["wall"]
    assert wall["low"] <= wall["median"] <= wall["high"]
    assert 0.5 < wall["median"] < 2.0
    assert list(result["a"]) == list(result["b"])


def test_settings_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    run("--compare", "model.input_size=128", "model.input_size=384", "--frames", "10")
    out = capsys.readouterr().out
    assert "A: model.input_size=128 (movenet-multipose-int8, " in out
    assert "10 frames, each taken by both in turn" in out


def test_a_cold_start_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(GesturePoseError, match=r"^cold start: source: no such file or folder"):
        measure_start(default_config(), PoseSettings(), str(tmp_path / "none.mp4"))


def test_a_source_that_ends_while_warming_up(tmp_path: Path) -> None:
    from gesturepose.capture.opencv import cv2
    from gesturepose.capture.opening import open_source
    from gesturepose.capture.settings import CaptureSettings

    source = open_source("demo", CaptureSettings())
    frame = source.read()
    source.close()
    assert frame is not None
    cv2.imwrite(str(tmp_path / "one.png"), frame.image)  # type: ignore[union-attr]
    for more in ((), ("--compare", "model.threads=1", "model.threads=2")):
        with pytest.raises(UsageError, match="20 frames or fewer"):
            run("--source", str(tmp_path), *more)
