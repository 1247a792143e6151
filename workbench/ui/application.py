"""The application itself, the same for the window and for pictures of it: language, style, messages."""

from __future__ import annotations

import logging

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from workbench.services.discretion import masked

NAME = "现场评价工作台"
_log = logging.getLogger("workbench.qt")


def dress(app: QApplication, version: str) -> None:
    """Chinese for Qt's own buttons, dialogs and dates; one style on every system."""
    QLocale.setDefault(QLocale("zh_CN"))
    translator = QTranslator(app)  # the application keeps it alive
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load("qtbase_zh_CN", folder):
        app.installTranslator(translator)
    app.setApplicationName(NAME)
    app.setApplicationVersion(version)
    app.setStyle("Fusion")


def keep_messages() -> None:
    """What Qt has to say goes to the log, not to the terminal."""
    qInstallMessageHandler(lambda _kind, _where, text: _log.info("%s", masked(text)))
