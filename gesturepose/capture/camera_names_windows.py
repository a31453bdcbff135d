"""Windows: names of cameras, from DirectShow's list of video inputs. Opens no camera.

OpenCV counts cameras in the order of the same list, so a name's place is its index. Written from
the reference of DirectShow and COM, and not yet run on Windows.
"""

from __future__ import annotations

import ctypes
import uuid
from typing import Any

_DEVICE_ENUM = "62BE5D10-60EB-11d0-BD3B-00A0C911CE86"
_CREATE_DEV_ENUM = "29840822-5B84-11D0-BD3B-00A0C911CE86"
_VIDEO_INPUTS = "860BB310-5D01-11d0-BD3B-00A0C911CE86"
_PROPERTY_BAG = "55272A00-42CB-11CE-8135-00AA004BB851"
_IN_PROCESS = 1
_OK = 0
_STRING = 8
"""VT_BSTR."""
# Rows in the tables of the interfaces, as their headers declare them.
_RELEASE, _CREATE_CLASS_ENUMERATOR, _NEXT, _BIND_TO_STORAGE, _READ = 2, 3, 3, 9, 3

_Guid = ctypes.c_byte * 16


class _Variant(ctypes.Structure):
    """What a property comes in; one pointer more than is used, for its size."""

    _fields_ = (
        ("kind", ctypes.c_ushort),
        ("reserved", ctypes.c_ushort * 3),
        ("value", ctypes.c_void_p),
        ("rest", ctypes.c_void_p),
    )


def read_direct_show() -> list[str] | None:
    """List the names; ``None`` if the system does not answer."""
    try:
        ole32: Any = getattr(ctypes, "WinDLL")("ole32")  # noqa: B009 - not on other systems
        started = ole32.CoInitializeEx(None, 0) in (_OK, 1)
        try:
            return _list_names(ole32)
        finally:
            if started:
                ole32.CoUninitialize()
    except (OSError, AttributeError):
        return None


def make_guid(text: str) -> ctypes.Array[ctypes.c_byte]:
    """Lay an identifier out as COM reads it: its first three parts little-endian."""
    return _Guid.from_buffer_copy(uuid.UUID(text).bytes_le)


def _list_names(ole32: Any) -> list[str] | None:
    factory, listing = ctypes.c_void_p(), ctypes.c_void_p()
    failed = ole32.CoCreateInstance(
        make_guid(_DEVICE_ENUM),
        None,
        _IN_PROCESS,
        make_guid(_CREATE_DEV_ENUM),
        ctypes.byref(factory),
    )
    if failed or not factory.value:
        return None
    try:
        _call(
            factory,
            _CREATE_CLASS_ENUMERATOR,
            make_guid(_VIDEO_INPUTS),
            ctypes.byref(listing),
            ctypes.c_ulong(0),
        )
    finally:
        _call(factory, _RELEASE)
    names: list[str] = []
    if not listing.value:
        return names  # no camera has no list
    try:
        moniker = ctypes.c_void_p()
        while _call(listing, _NEXT, ctypes.c_ulong(1), ctypes.byref(moniker), None) == _OK:
            try:
                # One without a name still counts.
                names.append(_read_name(moniker) or f"camera {len(names)}")
            finally:
                _call(moniker, _RELEASE)
    finally:
        _call(listing, _RELEASE)
    return names


def _read_name(moniker: ctypes.c_void_p) -> str:
    bag, name = ctypes.c_void_p(), _Variant()
    bound = _call(
        moniker, _BIND_TO_STORAGE, None, None, make_guid(_PROPERTY_BAG), ctypes.byref(bag)
    )
    if bound != _OK or not bag.value:
        return ""
    try:
        key = ctypes.c_wchar_p("FriendlyName")
        if _call(bag, _READ, key, ctypes.byref(name), None) != _OK or name.kind != _STRING:
            return ""
        text = ctypes.wstring_at(name.value) if name.value else ""
        getattr(ctypes, "WinDLL")("oleaut32").VariantClear(ctypes.byref(name))  # noqa: B009
        return text
    finally:
        _call(bag, _RELEASE)


def _call(interface: ctypes.c_void_p, row: int, *arguments: Any) -> int:
    """Call a method of a COM interface by its row in the interface's table."""
    table = ctypes.cast(interface, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))[0]
    kinds = [ctypes.c_void_p if argument is None else _kind_of(argument) for argument in arguments]
    make: Any = getattr(ctypes, "WINFUNCTYPE")  # noqa: B009 - not on other systems
    method = make(ctypes.c_long, ctypes.c_void_p, *kinds)(table[row])
    return int(method(interface, *arguments))


def _kind_of(argument: Any) -> Any:
    """Numbers and texts go as they are, everything else by its address."""
    return type(argument) if isinstance(argument, ctypes._SimpleCData) else ctypes.c_void_p  # noqa: SLF001
