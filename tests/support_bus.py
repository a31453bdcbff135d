"""A message bus for tests, `private_bus`, and a desktop's services on it: `Service`.

The bus is a real dbus-daemon that only the test knows; what is on it is made of jeepney.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
from typing import TYPE_CHECKING, Any, Self

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import DBusConnection, prep_socket
from support_x11 import end, need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[[tuple[Any, ...]], tuple[str, tuple[Any, ...]]]


@contextlib.contextmanager
def private_bus(listen: str = "unix:tmpdir=/tmp") -> Iterator[str]:
    """Run a message bus; gives its address."""
    need("dbus-daemon", "dbus-daemon")
    child = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address={listen}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdout is not None
    try:
        yield child.stdout.readline().decode().strip().partition(",")[0]
    finally:
        end(child)
        child.stdout.close()


class Service:
    """Owns a name on a bus, answers calls and sends signals.

    Parameters
    ----------
    address
        Of the bus.
    name
        To own.
    answers
        By path, interface and member; each gets the arguments, and returns signature and values.
    """

    def __init__(
        self, address: str, name: str, answers: dict[tuple[str, str, str], Answer]
    ) -> None:
        path = address.partition("=")[2]
        self._connection = DBusConnection(prep_socket(path))
        self._answers = answers
        self._connection.send_and_get_reply(message_bus.RequestName(name))
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="service", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the bus."""
        self._ending.set()
        self._thread.join(5.0)
        self._connection.close()

    def emit(self, path: str, interface: str, member: str, signature: str, *body: Any) -> None:
        """Send a signal."""
        emitter = DBusAddress(path, interface=interface)
        self._connection.send(new_signal(emitter, member, signature, body))

    def _serve(self) -> None:
        while not self._ending.is_set():
            with contextlib.suppress(TimeoutError):
                self._answer(self._connection.receive(timeout=0.05))

    def _answer(self, message: Message) -> None:
        if message.header.message_type is not MessageType.method_call:
            return
        fields = message.header.fields
        key = tuple(
            str(fields.get(field, ""))
            for field in (HeaderFields.path, HeaderFields.interface, HeaderFields.member)
        )
        answer = self._answers.get(key)  # type: ignore[arg-type]
        if answer is None:
            unknown = "org.freedesktop.DBus.Error.UnknownMethod"
            self._connection.send(new_error(message, unknown))
        else:
            self._connection.send(new_method_return(message, *answer(message.body)))


class ScreenSaver(Service):
    """A desktop's screen saver."""

    def __init__(
        self,
        address: str,
        name: str = "org.freedesktop.ScreenSaver",
        *,
        path: str = "",
        active: bool = False,
    ) -> None:
        self.active = active
        self._name, self._path = name, path or "/" + name.replace(".", "/")
        answers: dict[tuple[str, str, str], Answer] = {
            (self._path, name, "GetActive"): lambda _: ("b", (self.active,))
        }
        super().__init__(address, name, answers)

    def switch(self, *, active: bool) -> None:
        """Lock or unlock, and tell."""
        self.active = active
        self.emit(self._path, self._name, "ActiveChanged", "b", active)


class Logind(Service):
    """A login manager with one user and one graphical session."""

    _PATH, _NAME = "/org/freedesktop/login1", "org.freedesktop.login1"
    _PROPERTIES = "org.freedesktop.DBus.Properties"

    def __init__(
        self, address: str, *, locked: bool = False, known_by: str = "GetSessionByPID"
    ) -> None:
        self.locked = locked
        session, user = f"{self._PATH}/session/_32", f"{self._PATH}/user/_1000"
        self._session = session
        manager = f"{self._NAME}.Manager"
        answers: dict[tuple[str, str, str], Answer] = {
            (session, self._PROPERTIES, "Get"): self._get,
            (user, self._PROPERTIES, "Get"): lambda _: ("v", (("(so)", ("2", session)),)),
        }
        found = user if known_by == "GetUser" else session
        answers[(self._PATH, manager, known_by)] = lambda _: ("o", (found,))
        super().__init__(address, self._NAME, answers)

    def _get(self, arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        values = {"Type": ("s", "x11"), "LockedHint": ("b", self.locked)}
        return "v", (values[arguments[1]],)

    def switch(self, *, locked: bool, tells_value: bool = True) -> None:
        """Set the session's hint, and tell."""
        self.locked = locked
        changed = {"LockedHint": ("b", locked)} if tells_value else {}
        invalidated = [] if tells_value else ["LockedHint"]
        self.emit(
            self._session,
            self._PROPERTIES,
            "PropertiesChanged",
            "sa{sv}as",
            *(f"{self._NAME}.Session", changed, invalidated),
        )

    def sleep(self, *, going: bool) -> None:
        """Tell that the machine is to sleep, or has woken up."""
        self.emit(self._PATH, f"{self._NAME}.Manager", "PrepareForSleep", "b", going)
