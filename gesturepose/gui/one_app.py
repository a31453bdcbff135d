"""One window of the app on a desktop: who starts it a second time gets the first one's window.

The first listens on a local socket that only its user can open; nothing of it can be reached over
a network. A word asks it to show its window, and that is all that can be asked.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from gesturepose.errors import GesturePoseError
from gesturepose.platforms.acting_lock import ActingElsewhere, ActingLock

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)

_PATIENCE_S = 10.0
_STEP_MS = 200
_SHOW, _SHOWN = b"show", b"shown\n"
_TOKEN_BYTES = 200
_TOKENS = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")
"""What a desktop gives a program it starts, so that its window may come to the front."""


class OneApp(QObject):
    """The place of the one app on this desktop, taken or found taken."""

    show_asked = Signal()
    """Somebody started the app again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = ActingLock("app")
        self._server: QLocalServer | None = None

    def take(self) -> bool:
        """Be the one; ``False`` if another app is, whose window has been brought to the front.

        Raises
        ------
        GesturePoseError
            The other one does not answer.
        """
        try:
            self._lock.take()
        except ActingElsewhere as error:
            self._show_other(error.pid)
            return False
        self._listen()
        return True

    def close(self) -> None:
        """Leave the place to others."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.release()

    def _listen(self) -> None:
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._answer)
        for path in self._lock.paths():
            # Ours is the lock: whatever lies there belongs to nobody that runs.
            QLocalServer.removeServer(_name(path))
            if server.listen(_name(path)):
                self._server = server
                return
            _log.debug("cannot listen at %s: %s", _name(path), server.errorString())
        # Nobody could reach us; a second app is better than none.
        self._lock.release()

    def _answer(self) -> None:
        while self._server is not None and self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda s=socket: self._obey(s))
            if socket.bytesAvailable():
                self._obey(socket)

    def _obey(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _TOKEN_BYTES:
                socket.abort()
            return
        word, _, token = bytes(socket.readLine(_TOKEN_BYTES).data()).strip().partition(b" ")
        if word == _SHOW:
            if token:
                os.environ[_TOKENS[0]] = token.decode("utf-8", "replace")
            self.show_asked.emit()
            socket.write(_SHOWN)
            socket.flush()
        socket.disconnectFromServer()

    def _show_other(self, pid: int) -> None:
        """Ask the other app to show itself; one that is still starting is waited for."""
        token = next((os.environ[name] for name in _TOKENS if os.environ.get(name)), "")
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            for path in self._lock.paths():
                if _ask(_name(path), token, deadline):
                    return
            time.sleep(_STEP_MS / 1000)
        process = f" (process {pid})" if pid else ""
        raise GesturePoseError(
            f"GesturePose runs already{process} but does not answer; end it and start again"
        )


def _name(path: Path) -> str:
    """Return the socket that goes with a lock file."""
    return path.stem if sys.platform == "win32" else str(path.with_suffix(".sock"))


def _ask(name: str, token: str, deadline: float) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_STEP_MS):
        return False
    words = _SHOW + (b" " + token.encode()[: _TOKEN_BYTES // 2] if token.isprintable() else b"")
    socket.write(words.rstrip() + b"\n")
    socket.waitForBytesWritten(_STEP_MS)
    while not socket.canReadLine() and time.monotonic() < deadline:
        is_open = socket.state() == QLocalSocket.LocalSocketState.ConnectedState
        if not socket.waitForReadyRead(_STEP_MS) and not is_open:
            break
    return bool(socket.readLine(64).data() == _SHOWN)
