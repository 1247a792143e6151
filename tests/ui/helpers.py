"""Aids for tests of the window: boxes that nobody has to click, input methods, a window on a session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from workbench.domain.compiler import compile_form
from workbench.errors import WorkbenchError
from workbench.services.chapters import Chapters
from workbench.services.checking import Checking, load_limits
from workbench.services.exporting import Exporting
from workbench.services.importing import Importing
from workbench.services.recording import Recording
from workbench.services.reviewing import Reviewing
from workbench.services.session import Session
from workbench.services.survey_files import SurveyFiles
from workbench.services.survey_library import SurveyLibrary
from workbench.services.surveying import Surveying
from workbench.ui.alerts import Alerts
from workbench.ui.context import Services
from workbench.ui.main_window import MainWindow
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme


class QuietAlerts(Alerts):
    """Boxes that nobody has to click: what was said is kept, answers are given beforehand."""

    def __init__(self) -> None:
        super().__init__(lambda: None)
        self.said: list[tuple[str, str]] = []
        self.answers: list[bool] = []
        self.files: Sequence[Path] = ()
        self.target: Path | None = None

    def info(self, text: str, more: str = "") -> None:
        """Keep it."""
        self.said.append(("info", f"{text}{more}"))

    def warn(self, text: str, more: str = "") -> None:
        """Keep it."""
        self.said.append(("warn", f"{text}{more}"))

    def ask(self, question: str, more: str = "", *, yes: str = "确定", no: str = "取消") -> bool:
        """Keep the question and give the next answer; no when none is left."""
        self.said.append(("ask", f"{question}{more}"))
        return self.answers.pop(0) if self.answers else False

    def error(self, error: WorkbenchError) -> None:
        """Keep it."""
        self.said.append(("error", str(error)))

    def crash(self, report: str) -> None:
        """Keep it."""
        self.said.append(("crash", report))

    def choose_files(self, title: str, filters: str = "") -> list[Path]:
        """The files named beforehand."""
        return list(self.files)

    def choose_save(self, title: str, suggested: Path, filters: str = "") -> Path | None:
        """The target named beforehand."""
        return self.target

    def choose_folder(self, title: str, start: Path | None = None) -> Path | None:
        """The target named beforehand."""
        return self.target


def compose(widget: QWidget, text: str) -> None:
    """An input method shows ``text`` underlined, nothing committed."""
    QApplication.sendEvent(widget, QInputMethodEvent(text, []))


def commit(widget: QWidget, text: str) -> None:
    """An input method commits ``text``; Chinese is typed like this (``keyClicks`` would abort the process)."""
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def services_on(session: Session, folder: Path = Path("评价")) -> Services:
    """What a window needs for every page to open; nothing is written unless a test exports."""
    return Services(
        checking=Checking(session, load_limits(ROOT / "resources")),
        exporting=Exporting(ROOT / "resources", lambda: datetime(2022, 12, 15, tzinfo=UTC)),
        importing=Importing(compile_form),
        chapters=Chapters(ROOT / "resources", lambda: datetime(2022, 12, 15, tzinfo=UTC)),
        reviewing=Reviewing(session, ("项目组自查", "部门复核", "质控终审"), lambda: date(2022, 11, 20)),
        recording=Recording(session, ROOT / "resources", lambda: date(2022, 11, 20), lambda: "评价员甲"),
        surveying=Surveying(session, lambda: date(2022, 12, 15), SurveyLibrary(ROOT / "resources")),
        survey_files=SurveyFiles(session, folder / "columns.json"),
        folder=folder,
    )


def window_on(
    qtbot: QtBot, session: Session, *, services: Services | None = None, width: int = 1366, height: int = 768
) -> MainWindow:
    """A window with a session open, shown at the size of an ordinary field laptop."""
    theme = Theme()
    alerts = QuietAlerts()
    tasks = Tasks(failed=lambda error: alerts.crash(repr(error)))
    window = MainWindow(theme, alerts, tasks)
    tasks.setParent(window)
    theme.apply()
    theme.setParent(window)
    qtbot.addWidget(window)
    window.resize(width, height)
    window.open_session(session, services or services_on(session))
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window
