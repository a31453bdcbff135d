"""A network camera's own certificate, which nobody vouches for."""

from __future__ import annotations

import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def make_certificate(folder: Path) -> Path:
    """Make one for 127.0.0.1, with its key beside it; skip where there is no openssl."""
    path = folder / "camera.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    words = ["-subj", "/CN=camera", "-addext", "subjectAltName=IP:127.0.0.1"]
    files: list[str | Path] = ["-keyout", path.with_suffix(".key"), "-out", path]
    try:
        subprocess.run(
            [*command, *words, *files],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("there is no openssl to make a certificate with")
    return path


def make_context(certificate: Path) -> ssl.SSLContext:
    """Return what a server with that certificate speaks TLS by."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context
