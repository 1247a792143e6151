"""Jobs in the background: what they finished reaches who asked, unless that has gone."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from workbench.errors import WorkbenchError
from workbench.services.jobs import Progress
from workbench.ui.tasks import Tasks


@pytest.fixture
def failures() -> list[Exception]:
    return []


@pytest.fixture
def tasks(qtbot: QtBot, failures: list[Exception]) -> Tasks:
    return Tasks(failures.append)


def test_stopping_hands_over_what_was_finished(tasks: Tasks) -> None:
    over, done = threading.Event(), []

    def job(_: Progress) -> str:
        over.set()
        return "kept"

    tasks.run(job, done.append)
    assert over.wait(5)
    tasks.stop_all()
    assert (done, tasks.running) == (["kept"], 0)


def test_stopping_tells_that_a_job_was_cancelled(tasks: Tasks) -> None:
    go, told, done = threading.Event(), [], []

    def job(progress: Progress) -> None:
        go.wait(5)
        progress(1, 2, "")

    task = tasks.run(job, done.append, cancelled=lambda: told.append("cancelled"))
    task.cancel()
    go.set()
    tasks.stop_all()
    assert (told, done) == (["cancelled"], [])


def test_a_page_that_has_gone_is_not_called(qtbot: QtBot, tasks: Tasks, failures: list[Exception]) -> None:
    gone = QLabel()
    tasks.run(lambda _: "结果", gone.setText)
    delete(gone)
    tasks.stop_all()
    assert failures == []


def test_a_failure_is_told_although_the_page_has_gone(tasks: Tasks, failures: list[Exception]) -> None:
    class Page(QLabel):
        def on_failed(self, _: Exception) -> None:
            raise AssertionError("the page has gone")

    def job(_: Progress) -> str:
        raise OSError("disk full")

    gone = Page()
    tasks.run(job, gone.setText, failed=gone.on_failed)
    delete(gone)
    tasks.stop_all()
    assert [str(error) for error in failures] == ["disk full"]


def test_what_a_job_starts_when_it_is_stopped_is_stopped_too(qtbot: QtBot) -> None:
    tasks = Tasks(failed=lambda error: pytest.fail(repr(error)))
    ended: list[int] = []

    def again(number: int) -> None:
        ended.append(number)
        if number < 3:
            tasks.run(lambda _: number + 1, again)

    tasks.run(lambda _: 1, again)
    tasks.stop_all()
    assert tasks.running == 0
    assert ended == [1, 2, 3]


def test_a_job_is_awaited_while_the_window_lives_on(tasks: Tasks) -> None:
    beat = threading.Event()
    QTimer.singleShot(0, beat.set)  # fires only while events are handled
    assert tasks.awaited(lambda _: beat.wait(5)) is True
    assert QApplication.overrideCursor() is None


def test_an_awaited_job_raises_what_went_wrong(tasks: Tasks, failures: list[Exception]) -> None:
    def job(_: Progress) -> None:
        raise WorkbenchError("full", "磁盘已满。")

    with pytest.raises(WorkbenchError, match="磁盘已满"):
        tasks.awaited(job)
    assert (failures, tasks.running) == ([], 0)
