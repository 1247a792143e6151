"""What every test gets: an unseen screen, the bundled font, no tolerance for warnings or stuck dialogs."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

# Before pytest-qt imports Qt: the same pixels on every machine.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")
os.environ.setdefault("QT_FONT_DPI", "96")

import pytest
from hypothesis import settings

from tests.helpers import ROOT, LogWatch

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

# The same random examples on every run, so that a red run can be run again; HYPOTHESIS=explore looks further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS", "same"))

STUCK_AFTER_SECONDS = 20.0


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application of pytest-qt, drawing with the bundled font as the program does."""
    from PySide6.QtGui import QFont, QFontDatabase

    number = QFontDatabase.addApplicationFont(str(ROOT / "resources" / "fonts" / "NotoSansSC-Regular.ttf"))
    assert number >= 0, "the bundled font does not load"
    qapp.setFont(QFont(QFontDatabase.applicationFontFamilies(number)[0], 10))
    return qapp


@pytest.fixture(autouse=True)
def _no_stuck_modal(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close a dialog or menu that waits for a person, and fail its test; tests without Qt are left alone."""
    if "qapp" not in request.fixturenames:
        yield
        return
    from PySide6.QtCore import QTimer

    app = request.getfixturevalue("qapp")
    since: dict[int, float] = {}
    stuck: list[str] = []

    def look() -> None:
        widget = app.activePopupWidget() or app.activeModalWidget()
        if widget is None:
            since.clear()
        elif time.monotonic() - since.setdefault(id(widget), time.monotonic()) > STUCK_AFTER_SECONDS:
            text = widget.text() if hasattr(widget, "text") else widget.windowTitle()
            stuck.append(f"{type(widget).__name__}: {text}")
            since.clear()
            (widget.reject if hasattr(widget, "reject") else widget.close)()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(200)
    yield
    timer.stop()
    assert not stuck, f"left open, waiting for a person: {stuck}"


@pytest.fixture(autouse=True)
def log_watch() -> Iterator[LogWatch]:
    """Fail on any warning or error the program logs, unless the test announced it with ``expect``."""
    watch = LogWatch()
    logger = logging.getLogger("workbench")
    logger.addHandler(watch)
    yield watch
    logger.removeHandler(watch)
    complaints = watch.complaints()
    assert not complaints, "\n".join(complaints)
