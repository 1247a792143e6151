"""Logs, crash reports and the package for maintainers hold nothing of what people typed."""

from __future__ import annotations

import dataclasses
import logging
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qWarning
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.helpers import LogWatch
from tests.ui.helpers import QuietAlerts
from workbench import app as door
from workbench import cli
from workbench.domain.evaluation import ENTITIES
from workbench.domain.fields import specs_of
from workbench.errors import WorkbenchError
from workbench.paths import Paths, find_paths
from workbench.services import logs
from workbench.services.diagnosis import Diagnosis
from workbench.services.discretion import plain, trace
from workbench.services.parts import local_now
from workbench.ui.application import keep_messages

#: Typed everywhere; Chinese and Latin, as names and phones are.
MARKS = ("张三受访者", "SECRETMARK13900001111")
MARK = "".join(MARKS)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths({"WORKBENCH_DATA": str(tmp_path / MARK)})


@pytest.fixture
def front(
    qtbot: QtBot, qapp: QApplication, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> Iterator[door.Front]:
    monkeypatch.setattr(door, "Alerts", lambda _parent: QuietAlerts())
    hook = sys.excepthook
    with logs.kept(paths.logs):
        made = door.Front(qapp, paths)
        qtbot.addWidget(made.window)
        yield made
        made.tasks.stop_all()
        made.window.close()
    sys.excepthook = hook


def fill_everything(front: door.Front) -> int:
    """The mark in every text of every entity of the sample; how many fields."""
    place = front.window.workplace
    assert place is not None
    session, filled = place.context.session, 0
    for kind, cls in ENTITIES.items():
        names = [spec.name for spec in specs_of(cls) if spec.kind in {"line", "text"}]
        for entity in list(session.evaluation.tables.get(kind, {}).values())[:2]:
            if names and kind not in {"form_revision", "sheet", "sheet_batch", "survey_result"}:
                session.put(dataclasses.replace(entity, **dict.fromkeys(names, MARK)))  # type: ignore[type-var]
                filled += len(names)
    return filled


def test_a_session_full_of_marks_leaves_none_behind(
    front: door.Front, paths: Paths, qtbot: QtBot, log_watch: LogWatch, tmp_path: Path
) -> None:
    log_watch.expect("uncaught")
    log_watch.expect("bug")
    front.start.open_sample("qixia")
    assert fill_everything(front) > 60
    place = front.window.workplace
    assert place is not None
    for page in place._specs:
        place.show_page(page)
    front.settings.put("evaluator", MARK)
    keep_messages()
    qWarning(f"Qt says {MARKS[0]}")
    try:
        try:
            int(MARK)
        except ValueError as inner:
            raise KeyError(MARK) from inner
    except KeyError as error:
        sys.excepthook(KeyError, error, error.__traceback__)
        logging.getLogger("workbench.cli").exception("bug")
    told = WorkbenchError("disk-full", f"磁盘已满：{MARK}。", MARK)
    sys.excepthook(WorkbenchError, told, None)
    assert isinstance(front.alerts, QuietAlerts)
    said = front.alerts.said
    qtbot.waitUntil(lambda: len(said) >= 2)
    [report] = [text for kind, text in said if kind == "crash"]
    logging.getLogger("workbench").info("x %s %s", OSError(28, "full", f"/home/{MARK}"), Path(f"/{MARK}.db"))
    front.window.leave_session()
    written = "\n".join(path.read_text("utf-8") for path in paths.logs.glob("workbench.log*"))
    assert "KeyError" in written
    assert "ValueError" in written
    assert "told disk-full" in written
    assert "ENOSPC" in written
    package = Diagnosis(paths.logs, front.settings, "现场评价工作台").write(tmp_path / "诊断包", local_now())
    with zipfile.ZipFile(package) as opened:
        packed = "\n".join(opened.read(name).decode() for name in opened.namelist())
        assert {"说明.txt", "版本.txt", "设置.txt", "日志/workbench.log"} <= set(opened.namelist())
    assert "评价员：已填" in packed
    for mark in MARKS:
        for text in (written, report, packed):
            assert mark not in text
    assert str(tmp_path) not in written


def test_a_report_still_says_where_and_what() -> None:
    def broken() -> None:
        None.missing  # type: ignore[attr-defined]  # noqa: B018

    try:
        broken()
    except AttributeError as error:
        said = trace(error)
    assert "tests/test_discretion.py:" in said
    assert "broken" in said
    assert "AttributeError: 'NoneType' object has no attribute 'missing'" in said


def test_messages_are_kept_only_where_they_speak_of_the_program() -> None:
    assert plain(TypeError(f"bad {MARKS[0]} x")) == "TypeError: bad … x"
    assert plain(TypeError("bad 13900001111 x")) == "TypeError: bad … x"
    assert plain(ValueError(MARK)) == "ValueError"
    assert plain(UnicodeEncodeError("utf-8", MARK, 0, 1, MARK)) == "UnicodeEncodeError"
    assert plain(WorkbenchError("code", MARK)) == "WorkbenchError code"


def test_the_package_by_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / MARK))
    assert cli.main(["diagnose", "--out", str(tmp_path / "给维护.zip")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / '给维护.zip'}\n"
    with zipfile.ZipFile(tmp_path / "给维护.zip") as opened:
        assert "cryptography" in opened.read("版本.txt").decode()
