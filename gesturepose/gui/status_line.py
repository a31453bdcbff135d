"""The line at the bottom: facts, small; numbers change twice a second at most."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

if TYPE_CHECKING:
    from gesturepose.session_status import SessionStatus

_PROVIDERS = {
    "CPUExecutionProvider": "CPU",
    "CUDAExecutionProvider": "GPU (CUDA)",
    "TensorrtExecutionProvider": "GPU (TensorRT)",
    "CoreMLExecutionProvider": "CoreML",
    "DmlExecutionProvider": "GPU (DirectML)",
}


class FrameRate:
    """Frames per second over the last second or two."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=60)

    def count(self) -> None:
        """Note that a frame was shown now."""
        self._times.append(time.monotonic())

    @property
    def per_second(self) -> float:
        """Frames per second; 0 when none came lately."""
        now = time.monotonic()
        recent = [t for t in self._times if now - t < 2.0]
        if len(recent) < 2:
            return 0.0
        return (len(recent) - 1) / max(recent[-1] - recent[0], 1e-6)


class StatusLine(QFrame):
    """Camera, frames per second, network time, provider, dropped frames, and the mapping's file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(36)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 0, 20, 0)
        layout.setSpacing(24)
        self.source = self._label(self.tr("Camera"))
        self.rate = self._label(self.tr("Frames per second"))
        self.network = self._label(self.tr("Network time"))
        self.provider = self._label(self.tr("What the network runs on"))
        self.dropped = self._label(self.tr("Dropped frames"))
        self.file = self._label(self.tr("Mapping"))
        for label in (self.source, self.rate, self.network, self.provider, self.dropped):
            layout.addWidget(label)
        layout.addStretch(1)
        layout.addWidget(self.file)

    def _label(self, name: str) -> QLabel:
        label = QLabel()
        label.setProperty("role", "note")
        label.setAccessibleName(name)
        return label

    def show_status(self, status: SessionStatus, size: tuple[int, int] | None) -> None:
        """Show what is watched, and what the network runs on."""
        source = status.source_name or self.tr("No source")
        if source.isdecimal():
            source = self.tr("Camera {number}").format(number=source)
        if size is not None and status.camera_on:
            source = f"{source} · {size[0]} x {size[1]}"
        if not status.camera_on:
            source = self.tr("{source} · off").format(source=source)
        self.source.setText(source)
        self.provider.setText(_PROVIDERS.get(status.provider, status.provider))

    def show_figures(self, *, rate: float, network_ms: float | None, dropped: int) -> None:
        """Show the figures of the moment."""
        self.rate.setText(self.tr("{rate} fps").format(rate=f"{rate:.0f}"))
        self.network.setText(
            "" if network_ms is None else self.tr("network {ms} ms").format(ms=f"{network_ms:.1f}")
        )
        self.dropped.setText(self.tr("{count} dropped").format(count=dropped))
