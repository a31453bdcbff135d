"""Collects the app's texts for translation, and compiles translations.

Run it after changing a text, with the languages to prepare or update, if any::

    python packaging/translate.py          # gesturepose_en.ts, and every language there is
    python packaging/translate.py de fr    # these as well

Translate ``gesturepose/gui/translations/gesturepose_LANGUAGE.ts`` with Qt Linguist, and run it
again: it writes the ``.qm`` beside it, which the app loads where the system speaks that language.
English is what the texts are written in: its file is the list of them, and is not compiled.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUI = ROOT / "gesturepose" / "gui"
TRANSLATIONS = GUI / "translations"
TEXTS_OUTSIDE = (ROOT / "gesturepose" / "advice_texts.py",)
"""Texts that the app shows and translates, of modules that know no Qt."""


def find_tool(name: str) -> str | None:
    """Return where a tool of PySide6 is: beside this Python, or on the path."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def collect(target: Path) -> None:
    """Write the texts into a ``.ts`` file; translations that are there already stay."""
    sources = [*sorted(GUI.rglob("*.py")), *TEXTS_OUTSIDE]
    _run(
        "pyside6-lupdate",
        *(str(path.relative_to(ROOT)) for path in sources),
        "-tr-function-alias",
        # Marks a text where Qt's own marker cannot be imported.
        "QT_TRANSLATE_NOOP+=mark",
        # Line numbers would change with every edit of a source file.
        "-locations",
        "none",
        "-no-obsolete",
        "-ts",
        str(target),
    )


def compile_translation(source: Path) -> Path:
    """Compile a ``.ts`` file; returns the ``.qm`` beside it."""
    compiled = source.with_suffix(".qm")
    _run("pyside6-lrelease", str(source), "-qm", str(compiled))
    return compiled


def main(languages: list[str]) -> None:
    """Update the texts of every language, and compile all but English."""
    TRANSLATIONS.mkdir(exist_ok=True)
    known = {path.stem.partition("_")[2] for path in TRANSLATIONS.glob("gesturepose_*.ts")}
    for language in sorted({"en", *known, *languages}):
        source = TRANSLATIONS / f"gesturepose_{language}.ts"
        collect(source)
        if language != "en":
            compile_translation(source)


def _run(name: str, *arguments: str) -> None:
    tool = find_tool(name)
    if tool is None:
        raise SystemExit(f"{name} was not found; it comes with PySide6-Essentials")
    subprocess.run([tool, *arguments], cwd=ROOT, check=True)  # noqa: S603 - our own arguments


if __name__ == "__main__":
    main(sys.argv[1:])
