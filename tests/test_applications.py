"""Installed applications: those a person would find in the menu, with what starts them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gesturepose.platforms.applications import Application, list_applications
from gesturepose.platforms.desktop_entries import find_entry

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def _entry(folder: Path, name: str, *lines: str) -> None:
    path = folder / "applications" / f"{name}.desktop"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = ["[Desktop Entry]", "Type=Application", "Exec=true %U", *lines]
    path.write_text("\n".join(text), encoding="utf-8")


def test_desktop_files_without_those_not_to_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, shared = tmp_path / "own", tmp_path / "shared"
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(own))
    monkeypatch.setenv("XDG_DATA_DIRS", str(shared))
    _entry(shared, "org.example.Zebra", "Name=zebra", "Icon=zebra")
    _entry(shared, "editor", "Name=Editor", "Icon=/usr/share/pixmaps/editor.png")
    _entry(shared, "handler", "Name=URL handler", "NoDisplay=true")
    _entry(shared, "gone", "Name=Gone", "Hidden=true")
    _entry(own, "editor", "Name=My editor")
    assert list_applications() == [
        Application("My editor", "editor"),
        Application("zebra", "org.example.Zebra", "zebra"),
    ]
    # What menus leave out can still be launched by who knows its name.
    assert find_entry("handler") is not None


def test_start_menu_without_uninstallers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    menu = tmp_path / "Microsoft" / "Windows" / "Start Menu" / "Programs"
    (menu / "Tools").mkdir(parents=True)
    for name in ("Paint.lnk", "Tools/Uninstall Paint.lnk", "Tools/Notes.lnk", "readme.txt"):
        (menu / name).touch()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", str(tmp_path))
    monkeypatch.delenv("PROGRAMDATA", raising=False)
    assert list_applications() == [
        Application("Notes", str(menu / "Tools" / "Notes.lnk")),
        Application("Paint", str(menu / "Paint.lnk")),
    ]
