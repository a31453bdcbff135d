"""The application's language: that of the system, where there is a translation; English if not.

Translations lie beside this file as ``gesturepose_LANGUAGE.qm``; ``packaging/translate.py`` makes
them. English is what the program is written in and needs none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication

FOLDER = Path(__file__).with_name("translations")


def install_translation(
    application: QCoreApplication, locale: QLocale | None = None, folder: Path = FOLDER
) -> bool:
    """Make the application speak a language, before its widgets are made.

    Parameters
    ----------
    application
        It keeps the translation while it lives.
    locale
        The language; the system's by default.
    folder
        Where the translations lie.

    Returns
    -------
    bool
        Whether there is a translation of the program itself.
    """
    locale = locale or QLocale.system()
    own = QTranslator(application)
    # A locale lists languages in the order in which the person prefers them; English, the
    # language of the source, must not be passed over for a later one.
    if locale.language() in (QLocale.Language.English, QLocale.Language.C) or not own.load(
        locale, "gesturepose", "_", str(folder)
    ):
        own.deleteLater()
        return False
    # The texts of Qt's own dialogs, where Qt has them in that language.
    qt = QTranslator(application)
    where = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if qt.load(locale, "qtbase", "_", where):
        application.installTranslator(qt)
    return application.installTranslator(own)
