from __future__ import annotations

from typing import TYPE_CHECKING

from gesturepose.cli import main

if TYPE_CHECKING:
    import pytest


def test_models_are_listed_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "movenet-multipose: MoveNet MultiPose Lightning"
    assert "  family movenet-multipose, 9.6 MB, up to 6 people" in lines
    assert any(line.startswith("  licence Apache-2.0") for line in lines)
    assert any("0.966" in line and "wrists" in line for line in lines)
    assert "PosixPath" not in "".join(lines)
