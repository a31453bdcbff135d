"""How large a picture file says it is, read from its header; nothing is decoded.

A picture of a few hundred bytes can ask for gigabytes, so its size is known before a decoder sees
it. Sources: PNG (W3C, section 11.2.1), JPEG (ITU-T T.81, annex B), BMP (BITMAPINFOHEADER), WebP
(RFC 9649).
"""

from __future__ import annotations

import struct

MAX_PIXELS = 1 << 26
"""Pixels of the largest picture that is decoded: 8192 x 8192, more than a camera of a phone has."""
_MAX_SCANS = 64
"""Each scan of a JPEG goes over the whole picture, and takes a few bytes; usual are 1 to 12."""
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


class PictureRefused(ValueError):  # noqa: N818 - the picture's fault, and no defect
    """A file is no picture of a known kind, or a larger one than is decoded; ``str()`` says why."""


def check_picture(encoded: bytes) -> tuple[int, int]:
    """Return the size a JPEG, PNG, BMP or WebP file states.

    Parameters
    ----------
    encoded
        The file's bytes, or as many as hold its header.

    Returns
    -------
    tuple
        ``(width, height)`` in pixels, as stored: EXIF may turn the picture.

    Raises
    ------
    PictureRefused
        It is of another kind, its header is damaged, or it is larger than `MAX_PIXELS`.
    """
    try:
        width, height = _read_size(encoded)
    except (struct.error, IndexError) as error:
        raise PictureRefused("its header is cut off") from error
    if width <= 0 or height <= 0:
        raise PictureRefused("its header states no size")
    if width * height > MAX_PIXELS:
        raise PictureRefused(
            f"it is too large: {width} x {height} pixels, at most {MAX_PIXELS >> 20} million "
            "are decoded"
        )
    return width, height


def _read_size(encoded: bytes) -> tuple[int, int]:
    if encoded.startswith(b"\xff\xd8"):
        return _read_jpeg_size(encoded)
    if encoded.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack_from(">II", encoded, 16)
        return width, height
    if encoded.startswith(b"BM"):
        return _read_bmp_size(encoded)
    if encoded.startswith(b"RIFF") and encoded[8:12] == b"WEBP":
        return _read_webp_size(encoded)
    raise PictureRefused("not a picture that can be read")


def _read_jpeg_size(encoded: bytes) -> tuple[int, int]:
    """Take the largest of all frame headers up to the first scan; thumbnails lie in segments."""
    if encoded.count(b"\xff\xda") > _MAX_SCANS:
        raise PictureRefused(f"it has more than {_MAX_SCANS} scans")
    at, sizes = 2, [(0, 0)]
    while True:
        at = encoded.find(b"\xff", at)
        if at < 0:
            raise PictureRefused("its header is cut off")
        marker = encoded[at + 1]
        at += 1
        if marker in (0x00, 0xFF):  # stray bytes and padding
            continue
        at += 1
        if marker in _WITHOUT_LENGTH:
            continue
        if marker in (0xD9, 0xDA):
            return max(sizes, key=lambda size: size[0] * size[1])
        if marker in _START_OF_FRAME:
            height, width = struct.unpack_from(">HH", encoded, at + 3)
            sizes.append((width, height))
        at += max(struct.unpack_from(">H", encoded, at)[0], 2)


def _read_bmp_size(encoded: bytes) -> tuple[int, int]:
    (header_bytes,) = struct.unpack_from("<I", encoded, 14)
    width, height = struct.unpack_from("<HH" if header_bytes == 12 else "<ii", encoded, 18)
    return abs(width), abs(height)


def _read_webp_size(encoded: bytes) -> tuple[int, int]:
    kind = encoded[12:16]
    if kind == b"VP8X":
        low_width, high_width, low_height, high_height = struct.unpack_from("<HBHB", encoded, 24)
        return (low_width | high_width << 16) + 1, (low_height | high_height << 16) + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", encoded, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", encoded, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise PictureRefused("its header is damaged")
