from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QLocale, QTranslator
from support_body import Body, perform
from support_pipeline import run

from gesturepose.advice import Advice, Check, Kind
from gesturepose.gui.camera_watch import CameraWatch
from gesturepose.gui.document import MappingDocument
from gesturepose.gui.first_run import FirstRun
from gesturepose.gui.translation import FOLDER, install_translation
from gesturepose.resources import default_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

ROOT = Path(__file__).parent.parent
GERMAN = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context><name>WelcomePage</name><message>
<source>Which camera sees you?</source><translation>Welche Kamera sieht Sie?</translation>
</message></context>
<context><name>FirstRun</name><message>
<source>&amp;Next</source><translation>&amp;Weiter</translation>
</message></context>
<context><name>Advice</name><message>
<source>{near}</source><translation>Bitte etwas zurück.</translation>
</message></context>
</TS>
"""


def load_script() -> ModuleType:
    path = ROOT / "packaging" / "translate.py"
    spec = importlib.util.spec_from_file_location("translate_script", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = load_script()
needs_tools = pytest.mark.skipif(
    not (script.find_tool("pyside6-lupdate") and script.find_tool("pyside6-lrelease")),
    reason="the translation tools of PySide6 are not installed",
)


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()


@needs_tools
def test_a_translation_changes_what_the_app_shows(
    qtbot: QtBot, application: QApplication, tmp_path: Path
) -> None:
    source = tmp_path / "gesturepose_de.ts"
    near = Advice(Check.DISTANCE, Kind.NEAR).text
    source.write_text(GERMAN.replace("{near}", near), encoding="utf-8")
    script.compile_translation(source)

    assert install_translation(application, QLocale("de_AT"), tmp_path)
    document = MappingDocument(default_config(), own_path=tmp_path / "gestures.toml")
    guide = FirstRun(document, cameras=CameraWatch(list, list, in_thread=False))
    qtbot.addWidget(guide)
    guide.show()
    texts = [label.text() for label in guide.welcome.findChildren(type(guide.welcome.trouble))]

    assert guide.next.text() == "&Weiter"
    assert "Welche Kamera sieht Sie?" in texts
    guide.go_to(1)
    for snapshot in run(perform([], body=Body(unit=200.0), idle_s=0.6)):
        guide.show_snapshot(snapshot)
    assert guide.check.say.text() == "Bitte etwas zurück."
    # What is not translated is shown in English.
    assert guide.back.text() == "&Back"


@pytest.mark.parametrize("locale", ["en_GB", "C", "tlh"])
def test_english_and_languages_without_a_translation_stay_english(
    application: QApplication, locale: str
) -> None:
    assert not install_translation(application, QLocale(locale), FOLDER)
    assert application.translate("FirstRun", "&Next") == "&Next"


@needs_tools
def test_the_texts_of_widgets_and_of_modules_without_qt_are_found(tmp_path: Path) -> None:
    target = tmp_path / "gesturepose_xx.ts"
    script.collect(target)
    texts = {
        context.findtext("name"): {m.findtext("source") for m in context.iter("message")}
        for context in ET.parse(target).getroot().iter("context")  # noqa: S314 - made by the tool
    }

    assert "&Next" in texts["FirstRun"]
    assert texts["Advice"] == {Advice(Check.PERSON, kind).text for kind in Kind}
    assert "Swipe left" in texts["Words"]


def test_the_list_of_english_texts_travels_with_the_program() -> None:
    listed = (FOLDER / "gesturepose_en.ts").read_text(encoding="utf-8")

    assert re.search(r"<source>&amp;Next</source>", listed)
    assert "/tmp" not in listed  # noqa: S108 - no path of a machine
