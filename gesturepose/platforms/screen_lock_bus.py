"""The screen's lock as D-Bus tells it: screen savers on the session bus, logind on the system bus.

A bus that is missing, ends or comes later is no error: it is connected to again. No service is
started by being asked. The interfaces are those of the freedesktop.org idle inhibition draft
(``org.freedesktop.ScreenSaver``), which the desktops' own copy, and of ``org.freedesktop.login1``.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageFlag,
    MessageType,
    Properties,
    message_bus,
    new_method_call,
)
from jeepney.bus import get_bus
from jeepney.io.blocking import DBusConnection, prep_socket

_LOG = logging.getLogger(__name__)

_CALL_PATIENCE_S = 1.0
_RETRY_MIN_S, _RETRY_MAX_S = 2.0, 30.0
_MEMORY_S = 10.0
"""How long a lock is believed in after the bus that told of it went away."""
_SLEEP_S = 60.0
"""How long, awake, a sleep that was announced is waited for."""
_BUS = "org.freedesktop.DBus"


@dataclass(frozen=True, slots=True)
class _Saver:
    """A screen saver's name, which is its interface as well, and where it may be asked."""

    name: str
    paths: tuple[str, ...]


_SAVERS = (
    _Saver("org.freedesktop.ScreenSaver", ("/org/freedesktop/ScreenSaver", "/ScreenSaver")),
    _Saver("org.gnome.ScreenSaver", ("/org/gnome/ScreenSaver",)),
    _Saver("org.cinnamon.ScreenSaver", ("/org/cinnamon/ScreenSaver",)),
    _Saver("org.mate.ScreenSaver", ("/org/mate/ScreenSaver", "/")),
    _Saver("org.xfce.ScreenSaver", ("/org/xfce/ScreenSaver", "/")),
    _Saver("org.kde.screensaver", ("/ScreenSaver",)),
)


class BusSource:
    """A connection to a bus that is made again whenever it is lost. For one thread.

    Parameters
    ----------
    bus
        ``"SESSION"`` or ``"SYSTEM"``.
    """

    def __init__(self, bus: Literal["SESSION", "SYSTEM"]) -> None:
        self._bus = bus
        self._connection: DBusConnection | None = None
        self._waiting: deque[Message] = deque()
        self._retry_at = 0.0
        self._retry_s = _RETRY_MIN_S
        self._lost_at = 0.0

    @property
    def locked(self) -> bool:
        """What was told last; believed for a while where the bus is gone."""
        is_known = self._connection is not None or time.monotonic() < self._lost_at + _MEMORY_S
        return is_known and self.says_locked

    @property
    def says_locked(self) -> bool:
        """What was told last."""
        raise NotImplementedError

    def subscribe(self) -> None:
        """Ask for what is to be told from now on, and for what holds now."""
        raise NotImplementedError

    def take(self, message: Message) -> None:
        """Take in one message."""
        raise NotImplementedError

    def fileno(self) -> int:
        """Return the connection's socket."""
        return -1 if self._connection is None else int(self._connection.sock.fileno())

    def look(self) -> None:
        """Take in what has come."""
        try:
            if self._connection is None:
                self._connect()
            self._drain()
        # jeepney refuses addresses with KeyError, ValueError and RuntimeError.
        except (OSError, LookupError, ValueError, RuntimeError) as error:
            _LOG.debug("no answer from the %s bus: %s", self._bus.lower(), error)
            if self._connection is not None:
                self._lost_at = time.monotonic()
            self.close()
            self._retry_at = time.monotonic() + self._retry_s
            self._retry_s = min(2 * self._retry_s, _RETRY_MAX_S)

    def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        self._waiting.clear()
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()

    def listen(self, *, arg0: str | None = None, **rule: Any) -> None:
        """Have signals sent to us, if wanted those only whose first value is this text."""
        found = MatchRule(type="signal", **rule)
        if arg0 is not None:
            found.add_arg_condition(0, arg0)
        self.send(message_bus.AddMatch(found))

    def send(self, message: Message) -> int:
        """Send a message that starts no service; returns its number."""
        if self._connection is None:
            raise ConnectionError("not connected")
        message.header.flags |= MessageFlag.no_auto_start
        serial = next(self._connection.outgoing_serial)
        self._connection.send(message, serial=serial)
        return int(serial)

    def ask(self, message: Message) -> tuple[Any, ...] | None:
        """Send a call and wait for its answer; ``None`` if it is an error or too late."""
        serial, deadline = self.send(message), time.monotonic() + _CALL_PATIENCE_S
        while self._connection is not None:
            try:
                answer = self._connection.receive(timeout=max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                return None
            if reply_to(answer) == serial:
                is_error = answer.header.message_type is MessageType.error
                return None if is_error else tuple(answer.body)
            self._waiting.append(answer)
        return None

    def _connect(self) -> None:
        if time.monotonic() < self._retry_at:
            return
        sock = prep_socket(self._address())
        try:
            self._connection = DBusConnection(sock)
        except BaseException:
            sock.close()
            raise
        self.subscribe()
        self._retry_s = _RETRY_MIN_S

    def _address(self) -> str:
        """Return where the bus listens; a session's without the variable, where systemd has it."""
        if self._bus == "SESSION" and not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
            return str(Path(os.environ["XDG_RUNTIME_DIR"]) / "bus")
        return str(get_bus(self._bus))

    def _drain(self) -> None:
        while self._connection is not None:
            if self._waiting:
                message = self._waiting.popleft()
            else:
                try:
                    message = self._connection.receive(timeout=0)
                except TimeoutError:
                    return
            try:
                self.take(message)
            except (LookupError, TypeError, AttributeError) as error:
                _LOG.debug("not understood: %s from the %s bus: %s", message, self._bus, error)


class ScreenSavers(BusSource):
    """Whatever screen saver the session's desktop has."""

    def __init__(self) -> None:
        super().__init__("SESSION")
        self._active: dict[str, bool] = {}

    @property
    def says_locked(self) -> bool:
        """Whether any is active; the desktops call that locked."""
        return any(self._active.values())

    def subscribe(self) -> None:
        """Listen to all; those that are there are asked."""
        self._active.clear()
        for saver in _SAVERS:
            self.listen(interface=saver.name, member="ActiveChanged")
            self.listen(sender=_BUS, interface=_BUS, member="NameOwnerChanged", arg0=saver.name)
        for saver in _SAVERS:
            self._query(saver)

    def take(self, message: Message) -> None:
        """Note an answer, a change, or that a screen saver came or went."""
        fields, body = message.header.fields, message.body
        if message.header.message_type is not MessageType.signal:
            return
        interface, member = fields.get(HeaderFields.interface), fields.get(HeaderFields.member)
        if member == "ActiveChanged" and body and isinstance(body[0], bool):
            self._active[str(interface)] = body[0]
        elif member == "NameOwnerChanged" and interface == _BUS:
            self._active.pop(body[0], None)
            if body[2]:
                for saver in _SAVERS:
                    if saver.name == body[0]:
                        self._query(saver)

    def _query(self, saver: _Saver) -> None:
        for path in saver.paths:
            address = DBusAddress(path, bus_name=saver.name, interface=_interface(saver))
            answer = self.ask(new_method_call(address, "GetActive"))
            if answer:
                self._active[_interface(saver)] = answer[0] is True
                return


class LogindSession(BusSource):
    """The user's graphical session as logind knows it, and whether the machine is to sleep."""

    _NAME = "org.freedesktop.login1"
    _SESSION = "org.freedesktop.login1.Session"
    _MANAGER = DBusAddress(
        "/org/freedesktop/login1",
        bus_name="org.freedesktop.login1",
        interface="org.freedesktop.login1.Manager",
    )

    def __init__(self) -> None:
        super().__init__("SYSTEM")
        self._path = ""
        self._hint = False
        self._sleeping_until = 0.0

    @property
    def says_locked(self) -> bool:
        """Whether the session's hint says so, or the machine is about to sleep."""
        return self._hint or time.monotonic() < self._sleeping_until

    def subscribe(self) -> None:
        """Find the session, and listen to it."""
        self._path, self._hint, self._sleeping_until = "", False, 0.0
        for member in ("PrepareForSleep", "SessionNew", "SessionRemoved"):
            self.listen(
                sender=self._NAME, interface="org.freedesktop.login1.Manager", member=member
            )
        self.listen(sender=_BUS, interface=_BUS, member="NameOwnerChanged", arg0=self._NAME)
        self._find_session()

    def take(self, message: Message) -> None:
        """Note a change of the session, or of what is the session."""
        if message.header.message_type is not MessageType.signal:
            return
        fields, body = message.header.fields, message.body
        member = fields.get(HeaderFields.member)
        if member == "PrepareForSleep" and body:
            self._sleeping_until = time.monotonic() + _SLEEP_S if body[0] is True else 0.0
        elif member in ("SessionNew", "SessionRemoved"):
            self._find_session()
        elif member == "NameOwnerChanged":
            self._hint = False
            if body[2]:
                self._find_session()
        elif member == "PropertiesChanged" and body[0] == self._SESSION:
            if fields.get(HeaderFields.path) != self._path:
                return
            if "LockedHint" in body[1]:
                self._hint = body[1]["LockedHint"][1] is True
            elif "LockedHint" in body[2]:
                self._read_hint()

    def _find_session(self) -> None:
        """Find the session whose screen this is."""
        path = self._choose_session()
        if path != self._path:
            self._path, self._hint = path, False
            if path:
                self.listen(
                    sender=self._NAME,
                    path=path,
                    interface="org.freedesktop.DBus.Properties",
                    member="PropertiesChanged",
                )
        self._read_hint()

    def _choose_session(self) -> str:
        """Return this process' session if it has a screen, or else the user's that has one.

        A service of the user's and a login over the network act on a screen that is not theirs.
        Empty where there is no session at all.
        """
        own = [
            answer[0]
            for answer in (
                self._call("GetSessionByPID", "u", os.getpid()),
                self._call("GetSession", "s", os.environ.get("XDG_SESSION_ID", "")),
            )
            if answer
        ]
        for path in own:
            if self._get(path, self._SESSION, "Type") in ("x11", "wayland", "mir"):
                return str(path)
        user = self._call("GetUser", "u", os.getuid())
        display = self._get(user[0], "org.freedesktop.login1.User", "Display") if user else None
        if display and display[0]:
            return str(display[1])
        return str(own[0]) if own else ""

    def _call(self, member: str, signature: str, value: int | str) -> tuple[Any, ...] | None:
        if value == "":
            return None
        return self.ask(new_method_call(self._MANAGER, member, signature, (value,)))

    def _read_hint(self) -> None:
        if self._path:
            self._hint = self._get(self._path, self._SESSION, "LockedHint") is True

    def _get(self, path: str, interface: str, name: str) -> Any:
        """Return a property's value; ``None`` where there is none."""
        address = DBusAddress(path, bus_name=self._NAME, interface=interface)
        answer = self.ask(Properties(address).get(name))
        return answer[0][1] if answer else None


def reply_to(message: Message) -> int:
    """Return the number of the call that a message answers; -1 if it answers none."""
    return int(message.header.fields.get(HeaderFields.reply_serial, -1))


def _interface(saver: _Saver) -> str:
    """Return the interface of a screen saver: KDE's older name has the common one."""
    return "org.freedesktop.ScreenSaver" if saver.name == "org.kde.screensaver" else saver.name
