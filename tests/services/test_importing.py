"""Import of working papers: previewed, carried out as one step, taken back as one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.exporters.sample import MADE, RESOURCES, qixia, with_entities
from tests.services.test_exporting import Memory
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Deduction, Evidence, FundLine, Problem
from workbench.errors import WorkbenchError
from workbench.services.exporting import Exporting
from workbench.services.importing import Importing
from workbench.services.session import Session


class KeepingMemory(Memory):
    def __init__(self) -> None:
        self.backups = 0

    def back_up(self, reason: str = "") -> None:
        self.backups += 1


@pytest.fixture
def session() -> Session:
    evidence = Evidence(id="e1", number=4, title="合同", sha256="ab", file_name="合同.pdf", size=9)
    return Session(with_entities(qixia(), [evidence]), KeepingMemory(), lambda: 0.0)


@pytest.fixture
def path(session: Session, tmp_path: Path) -> Path:
    return Exporting(RESOURCES, lambda: MADE).export(session, "working-papers", tmp_path / "底稿.xlsx").path


@pytest.fixture
def importing() -> Importing:
    return Importing(compile_form)


def edit(path: Path, cells: dict[tuple[str, str], Any], drop: dict[str, int] | None = None) -> None:
    book = openpyxl.load_workbook(path)
    for (sheet, cell), value in cells.items():
        book[sheet][cell].value = value
    for sheet, row in (drop or {}).items():
        book[sheet].delete_rows(row)
    book.save(path)


def test_untouched_papers_change_nothing(session: Session, importing: Importing, path: Path) -> None:
    preview = importing.preview(session, path)
    assert preview.changes == ()
    assert preview.sentence() == "底稿与当前评价一致，没有需要导入的内容。"
    importing.apply(session, preview)
    assert not session.can_undo


def test_preview_apply_undo(session: Session, importing: Importing, path: Path) -> None:
    before = session.evaluation
    rows = len(before.table(FundLine)) + 2
    edit(
        path,
        {("资金", f"D{rows}"): "追加", ("资金", f"F{rows}"): 3, ("问题", "D2"): "改过的问题"},
        {"扣分": 2},
    )
    with pytest.raises(WorkbenchError):  # the problem and evidence ties still name the deduction
        importing.preview(session, path)
    lines = list(before.table(Deduction).values())
    ties = list(before.links(to_kind="deduction", to_id=lines[0].id))
    book = openpyxl.load_workbook(path)
    ids = {link.id for link in ties}
    for row in reversed(list(book["关联"].iter_rows(min_row=2))):
        if row[0].value in ids:
            book["关联"].delete_rows(row[0].row)
    book.save(path)

    preview = importing.preview(session, path)
    assert session.evaluation is before
    assert (preview.added, preview.changed, preview.removed) == (1, 1, 1 + len(ties))
    assert preview.sentence().startswith(
        f"将新增 1 项、修改 1 项、删除 {1 + len(ties)} 项：资金（增 1、改 0、删 0）"
    )
    importing.apply(session, preview)
    assert isinstance(session.memory, KeepingMemory)
    assert session.memory.backups == 1
    assert [f.budget for f in session.evaluation.table(FundLine).values() if f.item == "追加"] == [3]
    assert "改过的问题" in {p.title for p in session.evaluation.table(Problem).values()}
    session.undo()
    assert session.evaluation.tables == before.tables


def test_a_preview_ages(session: Session, importing: Importing, path: Path) -> None:
    edit(path, {("问题", "D2"): "改过"})
    preview = importing.preview(session, path)
    session.put(dataclasses.replace(session.evaluation.overview, year="2030"))
    with pytest.raises(WorkbenchError, match="请重新预览"):
        importing.apply(session, preview)


def test_other_evaluations_and_forms_are_refused(session: Session, importing: Importing, path: Path) -> None:
    other = dataclasses.replace(session.evaluation, id="another")
    with pytest.raises(WorkbenchError, match="另一项评价"):
        importing.preview(Session(other, Memory(), lambda: 0.0), path)
    raw = {**session.evaluation.form.raw, "title": "改了"}
    changed = dataclasses.replace(session.evaluation, form=compile_form(raw))
    with pytest.raises(WorkbenchError, match="指标体系已改变"):
        importing.preview(Session(changed, Memory(), lambda: 0.0), path)


def test_papers_alone_are_enough_for_a_new_evaluation(
    session: Session, importing: Importing, path: Path
) -> None:
    papers = importing.read(path)
    assert compile_form(papers.form_raw) == session.evaluation.form
    assert papers.tables["evidence"]["e1"] == session.evaluation.get(Evidence, "e1")


def test_evidence_keeps_its_file_and_new_evidence_gets_a_number(
    session: Session, importing: Importing, path: Path
) -> None:
    book = openpyxl.load_workbook(path)
    headers = {cell.value: cell.column for cell in book["佐证目录"][1]}
    row = next(r[0].row for r in book["佐证目录"].iter_rows(min_row=2) if r[0].value == "e1")
    book["佐证目录"].cell(row, headers["内容校验值"]).value = "ff"
    book["佐证目录"].cell(row, headers["名称"]).value = "采购合同"
    book["佐证目录"].cell(book["佐证目录"].max_row + 1, headers["名称"]).value = "会议纪要（纸质）"
    book.save(path)
    preview = importing.preview(session, path)
    importing.apply(session, preview)
    kept = session.evaluation.get(Evidence, "e1")
    assert kept is not None
    assert (kept.title, kept.sha256) == ("采购合同", "ab")
    assert preview.notices == ("佐证“4 合同”的文件信息由程序记录，其改动没有导入。",)
    numbers = {e.title: e.number for e in session.evaluation.table(Evidence).values()}
    assert numbers["会议纪要（纸质）"] == max(n for t, n in numbers.items() if t != "会议纪要（纸质）") + 1
