"""Programs run where nothing leads outside, and whom they ask for is noted.

In a network namespace of its own every address of the internet leads back to this machine, where
nobody listens and every packet is read; a name server notes each question and answers none. Beside
pytest it runs as a script (the part below `main`), as root of its own namespaces.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LOOPBACK = (b"\x7f", b"\0" * 15 + b"\x01")
_EVERY_PROTOCOL = 3
_SWITCHES = ("CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "DO_NOT_TRACK")
"""What is said to silence libraries; a person's machine has none of it."""


@dataclass(frozen=True)
class Traces:
    """What a program did beside its work."""

    exit_code: int
    output: str
    asked: list[str]
    """Names it looked up."""
    sent_to: list[str]
    """Addresses outside this machine that it sent something to."""
    files: list[str]
    """What it left in its home, its temporary folder and the folder it ran in."""


def run_secluded(
    command: Sequence[str], folder: Path, *, more: Mapping[str, str] | None = None
) -> Traces:
    """Run a program with a home of its own, in `folder`; skip where there are no namespaces."""
    for tool in ("unshare", "ip"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    for name in ("home", "tmp", "here"):
        (folder / name).mkdir(parents=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in (*_SWITCHES, "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
        and not name.startswith("XDG_")
    }
    own = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), **(more or {})}
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    done = subprocess.run(
        ["unshare", *as_root, "--net", "--mount", sys.executable, __file__, str(folder), *command],
        env=kept | own,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "unshare:" in done.stderr:
        pytest.skip(f"no namespaces here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return Traces(**json.loads((folder / "traces.json").read_text()))


def _seclude(folder: Path) -> None:
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    for line in (
        f"mount --bind {folder}/resolv.conf /etc/resolv.conf",
        "ip link set lo up multicast on",
        "ip route add local default dev lo",
        "ip route add multicast 224.0.0.0/4 dev lo",
    ):
        subprocess.run(line.split(), check=True)
    # A machine may do without the newer protocol.
    subprocess.run(["ip", "-6", "route", "add", "local", "default", "dev", "lo"], check=False)


def _serve_names(server: socket.socket, asked: list[str]) -> None:
    while True:
        question, sender = server.recvfrom(512)
        name, at = [], 12
        while question[at]:
            name.append(question[at + 1 : at + 1 + question[at]].decode())
            at += 1 + question[at]
        asked.append(".".join(name))
        no_such_name = question[:2] + b"\x81\x83" + question[4:6] + bytes(6)
        server.sendto(no_such_name + question[12 : at + 5], sender)


def _read_packets(every: socket.socket, sent_to: list[str]) -> None:
    while True:
        packet = every.recv(2048)[14:]
        if packet[0] >> 4 == 4:
            address, text = packet[16:20], socket.inet_ntop(socket.AF_INET, packet[16:20])
        else:
            address, text = packet[24:40], socket.inet_ntop(socket.AF_INET6, packet[24:40])
        # What this machine answers in the name of another comes from there, and goes to loopback's
        # own address or to the one that stands for it; only what goes out counts.
        if not address.startswith(_LOOPBACK) and text not in sent_to:
            sent_to.append(text)


def main(folder: Path, command: Sequence[str]) -> None:
    """Run the command in the namespace this process is in, and write down its traces."""
    _seclude(folder)
    asked: list[str] = []
    sent_to: list[str] = []
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind(("127.0.0.1", 53))
    every = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERY_PROTOCOL))
    for task, where, log in ((_serve_names, names, asked), (_read_packets, every, sent_to)):
        threading.Thread(target=task, args=(where, log), daemon=True).start()
    done = subprocess.run(
        command,
        cwd=folder / "here",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    time.sleep(0.2)  # the last packets are still to be read
    files = [
        str(path.relative_to(folder))
        for name in ("home", "tmp", "here")
        for path in sorted((folder / name).rglob("*"))
        if not path.is_dir()
    ]
    traces = Traces(done.returncode, done.stdout, asked, sent_to, files)
    (folder / "traces.json").write_text(json.dumps(vars(traces)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
