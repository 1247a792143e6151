"""Forms are found with their faults; evaluations are created, listed, opened and copied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Entry, Option, Question, Questionnaire, Target
from workbench.errors import InputRefused, WorkbenchError
from workbench.services.catalog import SUMMARY, Catalog
from workbench.services.presets import preset_id
from workbench.services.session import Session
from workbench.store.creation import DATABASE
from workbench.store.evaluations import BRIEFLY, Keeping

FORM = """
id = "small"
title = "小体系"
mode = "部门评价"
total = 100
bands = [{ name = "优", lower = 90 }, { name = "差", lower = 0 }]
[[indicator]]
id = "a"
name = "产出"
points = 100
rule = { kind = "judgement" }
[[questionnaire]]
title = "社会调查"
[[questionnaire.question]]
code = "q1"
text = "是否满意？"
option = [{ label = "满意", weight = "100%" }, { label = "不满意", weight = "0%" }]
[[target]]
name = "接听率"
operator = "≥"
value = "95"
unit = "%"
"""


class Now:
    def __init__(self) -> None:
        self.moment = datetime(2022, 11, 14, 9, 0, tzinfo=timezone(timedelta(hours=8)))

    def __call__(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    forms = tmp_path / "forms"
    forms.mkdir()
    (forms / "small.toml").write_text(FORM, encoding="utf-8")
    return Catalog(
        forms,
        tmp_path / "我的 数据",
        compile_form=compile_form,
        clock=lambda: 0.0,
        now=Now(),
        author=lambda: "甲",
        keeping=BRIEFLY,
    )


@pytest.fixture
def opened(catalog: Catalog) -> Iterator[Callable[[Path], Session]]:
    sessions: list[Session] = []

    def open_(folder: Path) -> Session:
        sessions.append(catalog.open(folder))
        return sessions[-1]

    yield open_
    for session in sessions:
        session.close()


def _score(session: Session, score: str) -> None:
    session.put(Entry(id="a", override=Decimal(score), override_reason="现场核定"))


def test_a_broken_form_is_listed_and_hides_no_other(catalog: Catalog, tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    (forms / "bad.toml").write_text("id = ", encoding="utf-8")
    (forms / "gbk.toml").write_bytes("title = '指标'".encode("gbk"))
    (forms / "half.toml").write_text(FORM.replace("points = 100", "points = 90"), encoding="utf-8")
    (forms / "exponent.toml").write_text("total = 1e99999999999999999999", encoding="utf-8")
    own = catalog.data / "指标体系"
    own.mkdir(parents=True)
    (own / "mine.toml").write_text(FORM.replace("small", "mine"), encoding="utf-8")
    listed = {one.path.name: one for one in catalog.list_forms()}
    assert listed["small.toml"].form is not None
    assert listed["mine.toml"].own
    for name in ("bad.toml", "gbk.toml", "half.toml", "exponent.toml"):
        assert listed[name].form is None
        assert listed[name].faults
    assert listed["half.toml"].title == "小体系"
    with pytest.raises(InputRefused) as caught:
        catalog.form("bad")
    assert caught.value.faults == listed["bad.toml"].faults
    with pytest.raises(WorkbenchError, match="没有编号为"):
        catalog.form("nothing")


def test_a_new_evaluation_starts_with_what_its_form_brings(
    catalog: Catalog, opened: Callable[[Path], Session]
) -> None:
    folder = catalog.create_evaluation("  12345 热线\n运行 ", "small", year="2022")
    assert folder.name == "12345 热线 运行"
    evaluation = opened(folder).evaluation
    assert (evaluation.overview.project, evaluation.overview.year) == ("12345 热线 运行", "2022")
    assert evaluation.overview.mode == "部门评价"
    assert [q.title for q in evaluation.listed(Questionnaire)] == ["社会调查"]
    question = evaluation.get(Question, preset_id(evaluation.id, "q1"))
    assert (question.code, question.text) == ("q1", "是否满意？")
    option = evaluation.get(Option, preset_id(evaluation.id, "q1", "满意"))
    assert (option.question, option.weight) == (question.id, Decimal(1))
    (target,) = evaluation.listed(Target)
    assert (target.operator, target.value, target.unit) == ("≥", Decimal(95), "%")
    assert evaluation.form == catalog.form("small")


def test_changing_a_form_changes_no_evaluation(
    catalog: Catalog, tmp_path: Path, opened: Callable[[Path], Session]
) -> None:
    folder = catalog.create_evaluation("甲", "small")
    (tmp_path / "forms" / "small.toml").write_text(FORM.replace("产出", "效益"), encoding="utf-8")
    assert opened(folder).evaluation.form["a"].name == "产出"


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("a/b\\c:d*e?", "abcde"),
        ("../../上级", "上级"),
        ("CON", "CON_"),
        ("nul.txt", "nul.txt_"),
        ("...", "未命名评价"),
        ("尾点. ", "尾点"),
        ("很长" * 100, "很长" * 30),
        ("反\u202e向", "反向"),
    ],
)
def test_any_project_name_becomes_a_folder(catalog: Catalog, name: str, folder: str) -> None:
    created = catalog.create_evaluation(name, "small")
    assert created == catalog.data / folder
    assert catalog.create_evaluation(name, "small").name == f"{folder}（2）"


def test_a_name_is_needed(catalog: Catalog) -> None:
    with pytest.raises(WorkbenchError, match="请填写项目名称"):
        catalog.create_evaluation(" \n", "small")
    assert not catalog.data.exists()


def test_the_list_shows_score_and_grade_without_opening(
    catalog: Catalog, opened: Callable[[Path], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = catalog.create_evaluation("甲", "small", year="2021")
    second = catalog.create_evaluation("乙", "small")
    session = opened(first)
    _score(session, "92.5")
    assert [(one.project, one.is_open, one.total) for one in catalog.list_evaluations()] == [
        ("甲", True, Decimal("92.50")),
        ("乙", False, None),
    ]
    session.close()
    opened(second).close()
    monkeypatch.setattr(catalog, "_compile", None)  # nothing is compiled, so nothing is opened
    listed = catalog.list_evaluations()
    assert [one.project for one in listed] == ["乙", "甲"]
    assert (listed[1].year, listed[1].total, listed[1].grade, listed[1].complete) == (
        "2021",
        Decimal("92.50"),
        "优",
        True,
    )
    assert listed[1].form_title == "小体系"
    assert listed[0].grade == ""


@pytest.mark.parametrize(
    "summary", [None, b"{", b"[]", '{"project": "旧", "total": "x", "stamp": []}'.encode()]
)
def test_a_stale_summary_is_made_anew(
    catalog: Catalog, opened: Callable[[Path], Session], summary: bytes | None
) -> None:
    folder = catalog.create_evaluation("甲", "small")
    session = opened(folder)
    _score(session, "50")
    session.close()
    (folder / SUMMARY).unlink()
    if summary is not None:
        (folder / SUMMARY).write_bytes(summary)
    for _ in range(2):
        (listed,) = catalog.list_evaluations()
        assert (listed.project, listed.total, listed.fault) == ("甲", Decimal("50.00"), "")


def test_a_damaged_evaluation_is_listed_with_its_fault(catalog: Catalog) -> None:
    folder = catalog.create_evaluation("甲", "small")
    catalog.create_evaluation("乙", "small")
    (folder / DATABASE).write_bytes(b"x" * 5000)
    listed = {one.folder.name: one for one in catalog.list_evaluations()}
    assert "已损坏" in listed["甲"].fault
    assert listed["乙"].fault == ""


def test_what_was_being_written_is_not_listed(catalog: Catalog) -> None:
    folder = catalog.create_evaluation("甲", "small")
    folder.rename(folder.with_name(".~甲.1234"))
    assert catalog.list_evaluations() == []


def test_what_was_abandoned_long_ago_is_swept(catalog: Catalog) -> None:
    catalog.data.mkdir()
    for name, age in ((".~旧", timedelta(days=2)), (".~新", timedelta(hours=1))):
        (catalog.data / name).mkdir()
        moment = (Now()() - age).timestamp()
        os.utime(catalog.data / name, (moment, moment))
    catalog.create_evaluation("甲", "small")
    assert sorted(path.name for path in catalog.data.iterdir()) == [".~新", "甲"]


def test_an_evaluation_elsewhere_is_listed_too(catalog: Catalog, tmp_path: Path) -> None:
    folder = catalog.create_evaluation("甲", "small", parent=tmp_path / "U盘")
    assert catalog.list_evaluations() == []
    assert [one.folder for one in catalog.list_evaluations([folder, tmp_path / "gone"])] == [folder]


def test_two_folders_of_one_evaluation_are_told_apart_from_two_evaluations(catalog: Catalog) -> None:
    folder = catalog.create_evaluation("甲", "small")
    catalog.create_evaluation("乙", "small")
    assert all(one.twins == () for one in catalog.list_evaluations())
    shutil.copytree(folder, catalog.data / "甲 副本")  # as file managers do it
    listed = {one.folder.name: one for one in catalog.list_evaluations()}
    assert {name: one.twins for name, one in listed.items()} == {
        "甲": ("甲 副本",),
        "甲 副本": ("甲",),
        "乙": (),
    }
    assert listed["甲"].twin_sentence == "“甲”与“甲 副本”是同一项评价的不同副本，改动不会互相带过去"


def test_opening_twice_is_refused_in_words(catalog: Catalog, opened: Callable[[Path], Session]) -> None:
    folder = catalog.create_evaluation("甲", "small")
    session = opened(folder)
    with pytest.raises(WorkbenchError, match="已在另一个窗口"):
        catalog.open(folder)
    session.close()
    opened(folder)


def test_a_copy_has_the_evidence_and_the_history(catalog: Catalog, opened: Callable[[Path], Session]) -> None:
    folder = catalog.create_evaluation("甲", "small")
    session = opened(folder)
    _score(session, "70")
    (folder / "evidence" / "ab").mkdir()
    (folder / "evidence" / "ab" / "cd").write_bytes(b"photo")
    session.close()
    copied = catalog.copy(folder, "甲 副本")
    assert (copied / "evidence" / "ab" / "cd").read_bytes() == b"photo"
    again = opened(copied)
    assert again.scores.total == Decimal("70.00")
    assert again.can_undo
    again.undo()
    assert opened(folder).scores.total == Decimal("70.00")


def test_a_synchronised_folder_is_warned_of(catalog: Catalog, tmp_path: Path) -> None:
    assert "坚果云" in catalog.warning(tmp_path / "我的坚果云" / "评价")
    assert catalog.warning(tmp_path / "评价") == ""


def test_a_damaged_evaluation_is_recovered_through_the_catalog(
    catalog: Catalog, opened: Callable[[Path], Session]
) -> None:
    catalog._keeping = Keeping(ballast=0)
    folder = catalog.create_evaluation("甲", "small")
    session = opened(folder)
    _score(session, "70")
    session.close()
    opened(folder).close()
    (backup, _) = catalog.backups(folder)
    (folder / DATABASE).write_bytes(b"x" * 5000)
    assert catalog.recover(folder).length == backup.length
    session = opened(folder)
    assert session.scores.total == Decimal("70.00")
    assert session.notices() == []
    session.undo()
    session.close()
    catalog.restore(folder, backup)
    assert opened(folder).scores.total == Decimal("70.00")
