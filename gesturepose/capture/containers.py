"""What a video file states about itself: how long it should be, and whether it is sound only.

Reads a few headers and decodes nothing. It knows only what is written there, and guesses nothing:
the number of pictures that OpenCV gives is often a duration times a rate, and both may be wrong.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

_MOST_PARTS = 4096
_SOUND = (
    (re.compile(rb"ID3|\xff[\xfb\xf3]"), "MP3"),
    (re.compile(rb"fLaC"), "FLAC"),
    (re.compile(rb"#!AMR"), "AMR"),
    (re.compile(rb"MThd"), "MIDI"),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), "WAV"),
    (re.compile(rb"OggS.{24,32}(\x01vorbis|OpusHead|.FLAC)", re.DOTALL), "Ogg"),
)
_CODECS = {
    "av01": "AV1",
    "av1": "AV1",
    "vvc1": "H.266 (VVC)",
    "vvi1": "H.266 (VVC)",
    "hvc1": "H.265 (HEVC)",
    "hev1": "H.265 (HEVC)",
    "hevc": "H.265 (HEVC)",
    "mpegh/iso/hevc": "H.265 (HEVC)",
    "avc1": "H.264",
    "h264": "H.264",
    "mpeg4/iso/avc": "H.264",
    "mpeg4/iso/asp": "MPEG-4",
    "mp4v": "MPEG-4",
    "fmp4": "MPEG-4",
    "xvid": "MPEG-4",
    "mpg1": "MPEG-1",
    "mpg2": "MPEG-2",
    "mpeg2": "MPEG-2",
    "mjpg": "MJPEG",
    "vp8": "VP8",
    "vp80": "VP8",
    "vp9": "VP9",
    "vp09": "VP9",
    "vp90": "VP9",
}
_EVERYWHERE = {
    *("H.265 (HEVC)", "H.264", "MPEG-4", "MPEG-1", "MPEG-2", "MJPEG", "VP8", "VP9"),
}
"""Codecs that every decoder has: with these a file that gives no picture is damaged."""
_BOXES = {
    *(b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"free", b"skip", b"wide", b"pnot", b"udta"),
    *(b"meta", b"meco", b"uuid", b"sidx", b"ssix", b"styp", b"prft", b"emsg", b"pdin"),
}
_LOOKED_AT_BYTES = 1 << 20
_TOLERATED_BYTES = 1 << 10
"""Writers count padding in or out; no picture is missing for that."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a file is there.

    Attributes
    ----------
    missing
        By how many bytes it is shorter than its parts say; 0 if it is not, or if they do not say.
    counted
        Whether it states how many pictures it holds, so that no number has to be guessed.
    """

    missing: int = 0
    counted: bool = False


def measure_extent(path: Path) -> Extent:
    """Compare a file's length with what is written in it.

    MP4 and QuickTime (ISO/IEC 14496-12, 4.2), AVI (RIFF), Matroska and WebM (RFC 8794) state it;
    of other files nothing is known.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(12)
            if start[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
                end, counted = _find_end(file, size)
            elif start[:4] == b"RIFF":
                end, counted = _find_riff_end(file, size), False
            elif start[:4] == b"\x1a\x45\xdf\xa3":
                end, counted = _find_matroska_end(file), False
            else:
                end, counted = 0, False
    except (OSError, struct.error):
        return Extent()
    missing = end - size
    return Extent(missing if missing > _TOLERATED_BYTES else 0, counted)


def _find_end(file: BinaryIO, size: int) -> tuple[int, bool]:
    """Return where the last box of an MP4 file ends, and whether its pictures are counted.

    They are not where the file is written in fragments.
    """
    at, counted = 0, True
    for _ in range(_MOST_PARTS):
        if at >= size:
            return at, counted
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return 0, False
        (length,) = struct.unpack_from(">I", header)
        if length == 1 and len(header) == 16:
            (length,) = struct.unpack_from(">Q", header, 8)
        # 0 means to the end of the file; cameras append what is no box.
        if length < 8 or header[4:8] not in _BOXES:
            return 0, False
        counted = counted and header[4:8] != b"moof"
        at += length
    return 0, False


def _find_riff_end(file: BinaryIO, size: int) -> int:
    """Return where the last part of a RIFF file ends; long ones have several."""
    at = 0
    for _ in range(_MOST_PARTS):
        if at >= size:
            return at
        file.seek(at)
        header = file.read(8)
        if len(header) < 8 or header[:4] != b"RIFF":
            return 0
        (length,) = struct.unpack_from("<I", header, 4)
        if length in (0, 0xFFFFFFFF):  # a recording that was broken off
            return 0
        at += 8 + length + length % 2
    return 0


def _find_matroska_end(file: BinaryIO) -> int:
    file.seek(4)
    header_bytes = _read_ebml_size(file)
    if header_bytes is None:
        return 0
    file.seek(header_bytes, 1)
    if file.read(4) != b"\x18\x53\x80\x67":
        return 0
    length = _read_ebml_size(file)
    return 0 if length is None else file.tell() + length


def _read_ebml_size(file: BinaryIO) -> int | None:
    """Read a length of 1 to 8 bytes; ``None`` if it is not known."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    more = 8 - first[0].bit_length()
    digits = bytes([first[0] & (0xFF >> (more + 1))]) + file.read(more)
    value = int.from_bytes(digits, "big")
    return None if value == (1 << (7 * (more + 1))) - 1 else value


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds, as far as its headers can be understood.

    Attributes
    ----------
    codec
        What people call the pictures' codec, or its own letters; empty if it is not known.
    sound
        What kind of sound a file without pictures is; empty if it has pictures, or may have.
    """

    codec: str = ""
    sound: str = ""

    @property
    def is_rare(self) -> bool:
        """Whether a decoder may lack the codec, so that the file need not be damaged."""
        return bool(self.codec) and self.codec not in _EVERYWHERE


def find_contents(path: Path) -> Contents:
    """Look into the headers of a file that gives no picture."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT_BYTES)
            file.seek(max(size - _LOOKED_AT_BYTES, 0))
            # An MP4 file's headers may stand at its end.
            both = start + file.read(_LOOKED_AT_BYTES)
    except OSError:
        return Contents()
    if start[4:8] == b"ftyp":
        return _look_into_mp4(both)
    if start[:4] == b"\x1a\x45\xdf\xa3":
        return _look_into_matroska(start)
    if start[:4] == b"RIFF" and start[8:12] == b"AVI ":
        video = re.search(rb"strh.{4}vids(.{4})", start, re.DOTALL)
        return Contents(_name_codec(video[1].decode("latin-1")) if video else "")
    return Contents(sound=next((kind for mark, kind in _SOUND if mark.match(start)), ""))


def _look_into_mp4(headers: bytes) -> Contents:
    kinds = re.findall(rb"hdlr.{8}(vide|soun)", headers, re.DOTALL)
    if b"vide" not in kinds:
        return Contents(sound="MP4") if kinds else Contents()
    first = headers.find(b"vmhd")
    codec = re.search(rb"stsd.{12}(.{4})", headers[max(first, 0) :], re.DOTALL)
    return Contents(_name_codec(codec[1].decode("latin-1")) if codec else "")


def _look_into_matroska(headers: bytes) -> Contents:
    """Find the tracks' codecs (RFC 9559, element 0x86)."""
    video = re.search(rb"\x86[\x81-\xbf]V_([A-Z0-9_/]+)", headers)
    if video:
        return Contents(_name_codec(video[1].decode()))
    return Contents(sound="Matroska" if re.search(rb"\x86[\x81-\xbf]A_", headers) else "")


def _name_codec(letters: str) -> str:
    """Return what people call a codec, or its own letters; nothing where they are none."""
    letters = letters.strip("\0 ")
    known = _CODECS.get(letters.lower(), "")
    return known or (letters if letters.isascii() and letters.isprintable() else "")
