"""Cameras by name, on each system by what it tells without opening any."""

from __future__ import annotations

import json
import sys
import uuid
from typing import TYPE_CHECKING

import pytest

from gesturepose.capture import camera_names_macos as macos
from gesturepose.capture import camera_names_windows as windows
from gesturepose.capture import cameras
from gesturepose.capture.cameras import CameraInfo

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = {
    "SPCameraDataType": [
        {
            "_name": "HD Webcam C270",
            "spcamera_model-id": "UVC Camera VendorID_1133 ProductID_2085",
            "spcamera_unique-id": "0x1421000046d0825",
        },
        {"_name": "FaceTime HD Camera", "spcamera_unique-id": "0x1020000005ac8514"},
    ]
}


def test_macos_names_come_in_the_order_in_which_opencv_counts() -> None:
    text = json.dumps(PROFILE).encode()
    assert macos.parse_profiler(text) == ["FaceTime HD Camera", "HD Webcam C270"]
    assert macos.parse_profiler(b'{"SPCameraDataType": []}') == []


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"SPCameraDataType": [{"_name": 1}]}', b"\xff"]
)
def test_an_answer_that_is_not_understood_is_none(text: bytes) -> None:
    assert macos.parse_profiler(text) is None


def test_a_system_without_the_tool_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(macos, "_COMMAND", ("/no/such/tool",))
    assert macos.read_profiler() is None
    assert windows.read_direct_show() is None


def test_identifiers_are_laid_out_as_com_reads_them() -> None:
    raw = bytes(windows.make_guid("62BE5D10-60EB-11d0-BD3B-00A0C911CE86"))
    assert raw.hex() == "105dbe62eb60d011bd3b00a0c911ce86"
    for text in (windows._CREATE_DEV_ENUM, windows._VIDEO_INPUTS, windows._PROPERTY_BAG):
        assert bytes(windows.make_guid(text)) == uuid.UUID(text).bytes_le


def test_linux_reads_its_own_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "video0").mkdir()
    (tmp_path / "video0" / "name").write_text("HD Webcam\n")
    monkeypatch.setattr(cameras, "_SYSFS", tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")
    assert cameras.read_cameras() == [CameraInfo(0, "/dev/video0", "HD Webcam")]
    assert cameras.list_cameras() == [CameraInfo(0, "/dev/video0", "HD Webcam")]


def test_where_the_system_does_not_tell_they_are_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probed = [CameraInfo(1, "", "camera 1")]
    monkeypatch.setattr(sys, "platform", "plan9")
    monkeypatch.setattr(cameras, "probe_indices", lambda count: probed[:count])
    assert cameras.read_cameras() is None
    assert cameras.list_cameras() == probed
