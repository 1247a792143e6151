"""Pictures of every page of the window, drawn without a display by the window's own code."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from workbench import files
from workbench.errors import WorkbenchError
from workbench.services.editing import Address
from workbench.services.parts import Services
from workbench.services.session import Session
from workbench.ui.alerts import Alerts
from workbench.ui.application import dress, keep_messages
from workbench.ui.main_window import MainWindow
from workbench.ui.pages import PAGES
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme

#: The smallest screen that the window is made for.
WIDTH, HEIGHT = 1366, 768
#: A page is still once its timers and workers have been quiet for so long (ms), looked at so often.
_QUIET, _MOST_LOOKS = 120, 40
_log = logging.getLogger(__name__)


def draw_pages(
    enter: Callable[[], tuple[Session, Services]],
    fonts: Path,
    folder: Path,
    *,
    version: str,
    indicator: str = "",
    start: Callable[[Theme, Alerts], QWidget] | None = None,
) -> list[Path]:
    """Write one .png of each page into ``folder``; the pictures, in order.

    ``enter`` opens the evaluation, which is closed again.
    ``indicator`` is the one that the scoring page shows; ``start`` makes the page that is seen before an evaluation is opened; it is drawn first.
    Raises :class:`WorkbenchError` when a picture cannot be written.
    """
    app = QApplication.instance() or QApplication(["workbench"])
    assert isinstance(app, QApplication)  # noqa: S101 - the program makes no other kind
    keep_messages()
    dress(app, version)
    theme = Theme(fonts)
    theme.apply()
    window: MainWindow
    alerts = Alerts(lambda: window)
    tasks = Tasks(_failed)
    window = MainWindow(theme, alerts, tasks)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        window.resize(WIDTH, HEIGHT)
        drawn = []
        if start is not None:
            window.set_start(start(theme, alerts))
        window.show()
        if start is not None:
            drawn.append(_draw(window, tasks, folder / "0-开始.png"))
        place = window.open_session(*enter())
        for number, page in enumerate(PAGES, start=1):
            if indicator and "indicator" in page.kinds:
                place.navigate(Address("indicator", indicator))
            else:
                place.show_page(page.key)
            drawn.append(_draw(window, tasks, folder / f"{number}-{page.label}.png"))
    except OSError as error:
        raise files.world_error(error, folder, "保存窗口图片") from error
    finally:
        window.leave_session()
        window.close()
        window.deleteLater()
        app.processEvents()
        tasks.stop_all()  # a page that is about to go may have begun something still
    return drawn


def _draw(window: MainWindow, tasks: Tasks, path: Path) -> Path:
    for _ in range(_MOST_LOOKS):
        loop = QEventLoop()
        QTimer.singleShot(_QUIET, loop.quit)
        loop.exec()
        if not tasks.running:
            break
    if not window.grab().save(str(path), "PNG"):
        raise WorkbenchError(
            "no-picture", f"不能保存窗口图片：{path}。", "请检查该文件夹是否可写、磁盘是否已满。"
        )
    return path


def _failed(error: Exception) -> None:
    _log.warning("a page's job failed: %s", error)
