"""Fields for actions about programs: start, close, open, run a command.

They read and write a binding's keys; nothing is started here.
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QPushButton, QWidget

from gesturepose.actions.kinds import FRONT
from gesturepose.actions.programs import explain_command
from gesturepose.gui.mapping.action_fields import ActionField
from gesturepose.gui.mapping.application_picker import ApplicationPicker
from gesturepose.gui.mapping.labels import NoteLabel, make_combo
from gesturepose.platforms.user_folders import home

if TYPE_CHECKING:
    from collections.abc import Mapping


class CommandField(ActionField):
    """Fields that may say a command; commands must be allowed at all."""

    allowed = Signal(bool)
    """A person allowed or forbade commands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.allow = QCheckBox(self.tr("Allow gestures to run co&mmands"), self)
        self.warning = NoteLabel(self, role="warning")
        self.allow.clicked.connect(self.allowed)

    def add_leave(self, text: str) -> None:
        """Put the question for leave below the other fields."""
        self.warning.say(text, role="warning")
        for widget in (self.warning, self.allow):
            self.column.addWidget(widget)

    def has_leave(self, kind: str, value: Any) -> bool:
        """Whether an action may be written; asks for leave where it is a command."""
        is_command = explain_command(kind, value) is not None
        self.show_leave(is_command)
        return not is_command or self.allow.isChecked()

    def show_leave(self, needed: bool) -> None:  # noqa: FBT001 (a state)
        """Show the question for leave, or hide it."""
        self.warning.setVisible(needed)
        self.allow.setVisible(needed)


class LaunchAction(CommandField):
    """``launch``: a program, picked or written, with arguments if it needs some."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_list, self._shown = False, ""
        self.program = QLineEdit(self)
        self.program.setPlaceholderText(self.tr("name of a program"))
        self.pick = QPushButton(self.tr("&Choose…"), self)
        self.arguments = QLineEdit(self)
        self.arguments.setPlaceholderText(self.tr("usually none"))
        self.add(self.tr("&Program"), self.program, self.pick)
        self.add(self.tr("Ar&guments"), self.arguments)
        self.add_leave(
            self.tr(
                "Arguments, or a program named by its path, are a command. It does whatever it "
                "says, without asking. An installed program by its name needs no leave."
            )
        )
        self.show_leave(False)
        self.pick.clicked.connect(self._pick)
        self.program.textEdited.connect(lambda _: self.edited.emit())
        self.arguments.textEdited.connect(lambda _: self.edited.emit())

    def fields(self) -> dict[str, Any]:
        """Return the program, as a list if it has arguments."""
        program = self.program.text().strip()
        arguments = _split(self.arguments.text())
        if not program or arguments is None:
            return {}
        launch = self._as_written(program, arguments)
        return {"launch": launch} if self.has_leave("launch", launch) else {}

    def _as_written(self, program: str, arguments: list[str]) -> str | list[str]:
        """Return what is written; a list without arguments stays one."""
        if arguments or (self._is_list and program == self._shown):
            return [program, *arguments]
        return program

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show the program and its arguments."""
        launch = fields.get("launch", "")
        program, arguments = _part(launch)
        self._is_list, self._shown = not isinstance(launch, str), program
        self.show_leave(explain_command("launch", launch) is not None)
        _show(self.program, program)
        if _split(self.arguments.text()) != arguments:
            _show(self.arguments, _join(arguments))

    def ask(self) -> str:
        """Ask for a program, or for leave."""
        if self.allow.isVisibleTo(self) and not self.allow.isChecked():
            return self.tr("Commands are not allowed yet; tick the box to allow them.")
        return self.tr("Choose a program first; quotes come in pairs.")

    def _pick(self) -> None:
        dialog = ApplicationPicker(self.window())
        if dialog.exec() and dialog.chosen:
            self.program.setText(dialog.chosen)
            self.edited.emit()
        dialog.deleteLater()


class CloseAction(ActionField):
    """``close``: the window in front, or one by a part of its title or program."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = make_combo(self)
        self.choice.setPlaceholderText(self.tr("Choose…"))
        self.choice.addItem(self.tr("The window in front"))
        self.choice.addItem(self.tr("A window of this program, or with this title"))
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(self.tr("part of the title or program, such as firefox"))
        self.line.setAccessibleName(self.tr("Part of the title or program's name"))
        self.hint = NoteLabel(self)
        self.add(self.tr("&Window"), self.choice)
        self.column.addWidget(self.line)
        self.column.addWidget(self.hint)
        self.choice.activated.connect(self._choose)
        self.line.textEdited.connect(lambda _: self.edited.emit())

    def fields(self) -> dict[str, Any]:
        """Return the text."""
        if self.choice.currentIndex() == 0:
            return {"close": FRONT}
        named = self.choice.currentIndex() == 1 and self.line.text()
        return {"close": self.line.text()} if named else {}

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show the text."""
        text = str(fields.get("close", ""))
        named = bool(text) and text.lower() != FRONT
        self.choice.setCurrentIndex(1 if named else 0 if text else -1)
        self._arrange(named=named)
        if named:
            _show(self.line, text)

    def ask(self) -> str:
        """Ask for a window."""
        return self.tr("Say which window first.")

    def _arrange(self, *, named: bool) -> None:
        self.line.setVisible(named)
        self.hint.say(
            self.tr(
                "Plain text, upper or lower case; a pattern stands between slashes: /a|b/. Of "
                "several such windows the one in front is closed, or none."
            )
            if named
            else ""
        )

    def _choose(self, index: int) -> None:
        self._arrange(named=index == 1)
        if index == 1:
            self.line.setFocus()
        self.edited.emit()


class OpenAction(CommandField):
    """``open``: an address or a file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target = QLineEdit(self)
        self.target.setPlaceholderText("https://…")
        self.pick = QPushButton(self.tr("&Choose…"), self)
        self.add(self.tr("Web page or f&ile"), self.target, self.pick)
        self.add_leave(
            self.tr("To open a program is to run it. It does whatever it says, without asking.")
        )
        self.show_leave(False)
        self.pick.clicked.connect(self._pick)
        self.target.textEdited.connect(lambda _: self.edited.emit())

    def fields(self) -> dict[str, Any]:
        """Return the target."""
        target = self.target.text().strip()
        return {"open": target} if target and self.has_leave("open", target) else {}

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show the target."""
        self.show_leave(explain_command("open", fields.get("open", "")) is not None)
        _show(self.target, str(fields.get("open", "")))

    def ask(self) -> str:
        """Ask for a target, or for leave."""
        if self.allow.isVisibleTo(self) and not self.allow.isChecked():
            return self.tr("Commands are not allowed yet; tick the box to allow them.")
        return self.tr("Give a web page or a file first.")

    def _pick(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Choose a file"), str(home() or ""))
        if path:
            self.target.setText(path)
            self.edited.emit()


class RunAction(CommandField):
    """``run``: a command, as arguments or for the shell; commands must be allowed at all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.command = QLineEdit(self)
        self.command.setPlaceholderText("notify-send 'Hello there'")
        self.shell = QCheckBox(self.tr("Let the s&hell read it"), self)
        self.add(self.tr("Co&mmand"), self.command)
        self.column.addWidget(self.shell)
        self.add_leave(
            self.tr("A command does whatever it says, without asking. It cannot be taken back.")
        )
        self.command.textEdited.connect(lambda _: self.edited.emit())
        self.shell.clicked.connect(lambda _: self.edited.emit())

    def fields(self) -> dict[str, Any]:
        """Return the command; nothing while commands are not allowed."""
        text = self.command.text().strip()
        words = _split(text)
        if not text or not self.allow.isChecked():
            return {}
        if self.shell.isChecked():
            return {"run": text, "shell": True}
        return {"run": words} if words else {}

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show the command."""
        command = fields.get("run", "")
        self.shell.setChecked(bool(fields.get("shell")))
        if isinstance(command, str):
            _show(self.command, command)
        elif _split(self.command.text()) != list(command):
            _show(self.command, _join(list(command)))

    def ask(self) -> str:
        """Ask for a command, or for leave."""
        if not self.allow.isChecked():
            return self.tr("Commands are not allowed yet; tick the box to allow them.")
        return self.tr("Write a command first; quotes come in pairs.")


def _show(line: QLineEdit, text: str) -> None:
    """Show a text; the cursor stays where it is if nothing changes."""
    if line.text().strip() != text:
        line.setText(text)


def _split(text: str) -> list[str] | None:
    """Split as a shell would; ``None`` while a quote is open."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if os.name == "nt":  # a backslash parts the folders of a path there
        lexer.escape = ""
    try:
        return list(lexer)
    except ValueError:
        return None


def _join(words: list[str]) -> str:
    if os.name == "nt":
        return " ".join(f'"{word}"' if not word or " " in word else word for word in words)
    return shlex.join(words)


def _part(launch: Any) -> tuple[str, list[str]]:
    if isinstance(launch, str):
        return launch, []
    return str(launch[0]), [str(word) for word in launch[1:]]
