"""The draft of a form on a real store: kept with every edit, applied with its reason, told by the journal."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.exporters.sample import MADE, RESOURCES
from tests.helpers import ROOT
from workbench.cli import main as run
from workbench.domain import form_edits as edits
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Entry
from workbench.domain.fields import MAX_TEXT
from workbench.domain.form_json import form_text
from workbench.domain.form_raw import form_to_raw
from workbench.errors import WorkbenchError
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import freeze
from workbench.exporters.working_papers import write_working_papers
from workbench.services.catalog import Catalog
from workbench.services.form_editing import FormEditing
from workbench.services.history import happenings
from workbench.services.importing import Importing
from workbench.services.parts import local_now
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY, EvaluationStore


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(
        ROOT / "forms",
        tmp_path / "数据",
        compile_form=compile_form,
        clock=time.monotonic,
        now=local_now,
        keeping=BRIEFLY,
    )


@pytest.fixture
def folder(catalog: Catalog) -> Path:
    return Samples(ROOT / "resources" / "samples").create("qixia", catalog)


def test_a_draft_survives_without_closing_and_is_applied_after_reopening(
    catalog: Catalog, folder: Path, tmp_path: Path
) -> None:
    session = catalog.open(folder)
    editing = FormEditing(session)
    editing.edit(lambda raw: edits.put_text(raw, "D11", "name", "知晓率"), "改名")
    editing.edit(lambda raw: edits.reweight(raw, "D11", Decimal(8)), "改分值")
    editing.edit(lambda raw: edits.spread(raw, ""), "分配")
    copy = tmp_path / "断电后的副本"
    assert isinstance(session.memory, EvaluationStore)
    session.memory.copy_to(copy)  # as the disk has it now
    session.close()

    session = catalog.open(copy)
    editing = FormEditing(session)
    assert editing.outline.line("D11").name == "知晓率"
    effect = editing.effect()
    with pytest.raises(WorkbenchError, match="修改理由"):
        editing.apply(effect)
    editing.put_reason("沟通后调整")
    editing.apply(effect)
    assert editing.draft is None
    assert session.evaluation.form == effect.form
    told = happenings(session)[-2:]
    applied = next(one for one in told if one.what == "新增指标体系" and one.label == "修改指标体系")
    assert ("修改理由", "", "沟通后调整") in applied.changes
    words = ["".join(change) for change in applied.changes]
    assert any("改名" in one and "公众知晓率" in one for one in words)
    assert not any("{" in one for one in words), "no raw text is told"
    session.close()


def export_papers(session: Session, path: Path) -> None:
    write_working_papers(freeze(session.evaluation, made=MADE), path, Kit(RESOURCES), lambda *_: None)


def test_papers_of_a_changed_form_come_back_without_a_difference(
    catalog: Catalog, folder: Path, tmp_path: Path
) -> None:
    session = catalog.open(folder)
    editing = FormEditing(session)
    path = tmp_path / "底稿.xlsx"
    export_papers(session, path)
    editing.edit(lambda raw: edits.split(raw, "D11", "N1"), "拆分")
    editing.put_reason("分两项考核")
    editing.apply(editing.effect())
    importing = Importing(compile_form)
    with pytest.raises(WorkbenchError, match="指标体系已改变"):
        importing.preview(session, path)
    export_papers(session, path)
    assert importing.preview(session, path).changes == ()
    session.close()


def test_a_large_form_is_kept_whole(catalog: Catalog, folder: Path) -> None:
    session = catalog.open(folder)
    editing = FormEditing(session)
    raw = editing.raw
    for leaf in session.evaluation.form.leaves:
        raw = edits.put_text(raw, leaf.id, "criterion", (f"{leaf.name}的评分标准很长。" * 1_200)[:15_000])
    editing.put(raw, "补写标准")
    editing.put_reason("补写")
    editing.apply(editing.effect())
    form = session.evaluation.form
    assert len(form_text(form.raw)) > MAX_TEXT
    session.close()
    session = catalog.open(folder)
    assert session.evaluation.form == form
    session.undo()
    assert session.evaluation.form == session.evaluation.original_form
    assert FormEditing(session).draft is not None
    session.close()


def test_back_to_the_form_in_force_leaves_no_draft(catalog: Catalog, folder: Path) -> None:
    session = catalog.open(folder)
    editing = FormEditing(session)
    editing.edit(lambda raw: edits.move(raw, "D11", 1), "下移")
    assert editing.draft is not None
    editing.edit(lambda raw: edits.move(raw, "D11", -1), "上移")
    assert editing.draft is None
    session.undo()
    assert editing.draft is not None
    editing.discard()
    assert editing.draft is None
    assert editing.raw == form_to_raw(session.evaluation.form)
    session.close()


def test_typing_on_in_one_field_is_one_step(catalog: Catalog, folder: Path) -> None:
    session = catalog.open(folder)
    editing, field = FormEditing(session), object()
    for text in ("知", "知晓", "知晓率"):
        editing.edit(lambda raw, text=text: edits.put_text(raw, "D11", "name", text), "改名", field)  # type: ignore[misc]
    session.undo()
    assert editing.outline.line("D11").name == "知"
    session.undo()
    assert editing.draft is None
    session.close()


def test_what_was_seen_is_what_is_applied(catalog: Catalog, folder: Path) -> None:
    session = catalog.open(folder)
    editing = FormEditing(session)
    editing.edit(lambda raw: edits.spread(edits.remove(raw, "D12"), ""), "删除")
    editing.put_reason("并入")
    effect = editing.effect()
    session.put(Entry(id="D12", basis="看过影响之后又写的依据"))
    with pytest.raises(WorkbenchError, match="再看一遍"):
        editing.apply(effect)
    assert session.evaluation.form.get("D12") is not None
    editing.apply(editing.effect())
    assert session.evaluation.form.get("D12") is None
    session.undo()
    assert session.evaluation.entry("D12").basis == "看过影响之后又写的依据"
    session.close()


def test_new_ids_are_nobodys(catalog: Catalog, folder: Path) -> None:
    session: Session = catalog.open(folder)
    editing = FormEditing(session)
    found = {editing.fresh_id() for _ in range(50)}
    assert len(found) == 50
    assert not found & {indicator.id for indicator in session.evaluation.form.indicators}
    session.close()


def test_the_command_line_weighs_before_it_applies(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", str(folder.parent))
    place = str(folder)
    assert run(["form", "set-points", place, "D11=8", "D12=12"]) == 0
    out, err = capsys.readouterr()
    assert "总分 92.47（优）" in out
    assert "没有应用" in err
    assert run(["form", "compare", place]) == 0
    assert "分值　效益 › 社会效益 › 公众知晓率：10 → 8 分" in capsys.readouterr().out
    assert run(["form", "set-points", place, "D11=8", "--apply"]) == 4
    assert "修改理由" in capsys.readouterr().err
    assert run(["form", "set-points", place, "D11=7", "D12=13", "--apply", "--reason", "调整"]) == 0
    capsys.readouterr()
    assert run(["form", "show", place]) == 0
    out, err = capsys.readouterr()
    assert "D11　公众知晓率　7" in out
    assert "合计 100 / 100" in out
    assert err == ""
    assert run(["form", "set-points", place, "D11"]) == 4
    assert "不是 指标=分值" in capsys.readouterr().err
