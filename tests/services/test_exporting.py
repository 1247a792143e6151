"""Exports land whole or not at all, under a name that every system takes."""

from __future__ import annotations

import dataclasses
import errno
import zipfile
from collections.abc import Sequence
from pathlib import Path

import docx
import pytest
from PIL import Image

from tests.exporters.sample import MADE, RESOURCES, qixia, with_entities
from workbench.domain.changes import Change
from workbench.domain.evaluation import Evidence, Link, Overview
from workbench.errors import WorkbenchError
from workbench.exporters.kit import Exporter, Kit, Progress, Written
from workbench.exporters.report_data import ReportData, Sights
from workbench.services.export_choices import Choosing, ExportChoices
from workbench.services.exporting import Exporting
from workbench.services.file_names import scheme_fault
from workbench.services.jobs import Cancelled, silent
from workbench.services.session import Session, Step
from workbench.services.settings import Settings


class Memory:
    def record(
        self, changes: Sequence[Change], *, step: int, action: str, target: int | None, label: str
    ) -> None: ...

    def undoable(self) -> tuple[list[Step], list[Step]]:
        return [], []

    def next_step(self) -> int:
        return 1

    def highest(self, kind: str, field: str) -> int:
        return 0

    def ever(self, kind: str, field: str) -> set[str]:
        return set()

    def close(self) -> None: ...


@pytest.fixture
def session() -> Session:
    return Session(qixia(), Memory(), lambda: 0.0)


@pytest.fixture
def exporting() -> Exporting:
    return Exporting(RESOURCES, lambda: MADE)


def test_writes_and_replaces(session: Session, exporting: Exporting, tmp_path: Path) -> None:
    target = tmp_path / "新 文件夹" / "评分表"
    done = exporting.export(session, "score-sheet", target)
    assert done.path.name == "评分表.xlsx"
    assert done.size == done.path.stat().st_size
    assert [path.name for path in done.path.parent.iterdir()] == ["评分表.xlsx"]
    first = done.path.read_bytes()
    session.put(Overview(project="另一个"))
    assert exporting.export(session, "score-sheet", target).path.read_bytes() != first


def test_names(session: Session, exporting: Exporting) -> None:
    assert exporting.file_name(session, "score-sheet") == "12345 政务服务热线购买服务2022_评分表.xlsx"
    name = exporting.file_name(session, "score-sheet", "{date} {label} {total}分: a/b?")
    assert name == "20221215 评分表 92.47分 ab.xlsx"
    with pytest.raises(WorkbenchError, match="没有名为“docx”"):
        exporting.kind("docx")


def test_a_frozen_job_does_not_follow_the_session(
    session: Session, exporting: Exporting, tmp_path: Path
) -> None:
    job = exporting.job(session, "score-sheet", tmp_path / "a.xlsx")
    before = job.data
    session.put(dataclasses.replace(session.evaluation.overview, project="改了"))
    assert job.data is before
    assert job.data.evaluation.overview.project != "改了"


def failing(error: Exception) -> dict[str, Exporter]:
    def write(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
        path.write_bytes(b"half")
        raise error

    return {"score-sheet": Exporter("score-sheet", "评分表", ".xlsx", write)}


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "磁盘已满"),
        (PermissionError(errno.EACCES, "denied"), "正被其他程序打开"),
        (OSError(errno.EROFS, "read-only"), "不能写入"),
        (FileNotFoundError(errno.ENOENT, "gone"), "找不到"),
        (OSError(errno.EIO, "Input/output error"), "读写出错"),
    ],
)
def test_a_failed_export_leaves_the_old_file(
    error: OSError, says: str, session: Session, tmp_path: Path
) -> None:
    target = tmp_path / "a.xlsx"
    target.write_bytes(b"old")
    with pytest.raises(WorkbenchError, match=says):
        Exporting(RESOURCES, lambda: MADE, failing(error)).export(session, "score-sheet", target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_cancelling_leaves_the_old_file(session: Session, exporting: Exporting, tmp_path: Path) -> None:
    target = tmp_path / "a.xlsx"
    target.write_bytes(b"old")

    def stop(done: int, total: int, what: str) -> None:
        if done == total - 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        exporting.export(session, "score-sheet", target, stop)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_in_the_way(session: Session, exporting: Exporting, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    with pytest.raises(WorkbenchError, match="同名文件夹"):
        exporting.export(session, "score-sheet", tmp_path / "a.xlsx")


def test_what_reads_back_differently_is_not_handed_over(session: Session, tmp_path: Path) -> None:
    from workbench.exporters.score_sheet import write_score_sheet

    def write(data: ReportData, path: Path, kit: Kit, progress: Progress) -> Written:
        result = write_score_sheet(data, path, kit, progress)
        return Written(cells={"评分表": {**result.cells["评分表"], (4, 6): "99"}})

    exporters = {"score-sheet": Exporter("score-sheet", "评分表", ".xlsx", write)}
    with pytest.raises(WorkbenchError, match="核对不一致：“评分表”表第 4 行第 6 列"):
        Exporting(RESOURCES, lambda: MADE, exporters).export(session, "score-sheet", tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())


def test_hostile_names_become_plain(exporting: Exporting) -> None:
    evaluation = with_entities(
        qixia(), [Overview(project='../..\\con:"评价"\n\x00<>|' + "长" * 200, year="2022")]
    )
    name = exporting.file_name(Session(evaluation, Memory(), lambda: 0.0), "score-sheet")
    assert not set(name) & set('/\\:"<>|\n\x00')
    assert name.endswith(".xlsx")
    assert len(name.encode()) < 250


def test_word_reports_stand_on_the_document_of_the_settings(session: Session, tmp_path: Path) -> None:
    for name, head in (("本所.docx", "某某会计师事务所"), ("另一份.docx", "另一个部门")):
        base = docx.Document()
        base.sections[0].header.paragraphs[0].text = head
        base.save(str(tmp_path / name))
    chosen = [str(tmp_path / "本所.docx")]
    exporting = Exporting(RESOURCES, lambda: MADE, base_document=lambda: chosen[0])

    def head_of(path: Path) -> str:
        return str(docx.Document(str(path)).sections[-1].header.paragraphs[0].text)

    assert head_of(exporting.export(session, "report-docx", tmp_path / "甲").path) == "某某会计师事务所"
    asked = exporting.job(session, "report-docx", tmp_path / "乙", base=tmp_path / "另一份.docx").run()
    assert head_of(asked.path) == "另一个部门"
    chosen[0] = ""
    assert head_of(exporting.export(session, "report-docx", tmp_path / "丙").path) != "某某会计师事务所"
    chosen[0] = str(tmp_path / "没有.docx")
    with pytest.raises(WorkbenchError, match=r"没有\.docx"):
        exporting.export(session, "report-docx", tmp_path / "丁")
    assert not (tmp_path / "丁.docx").exists()


def test_photos_are_drawn_one_by_one_and_can_be_stopped(session: Session, tmp_path: Path) -> None:
    photo = tmp_path / "照片.jpg"
    Image.new("RGB", (64, 48), "grey").save(photo)
    items = [
        Evidence(id=f"e{n}", number=90 + n, title=f"照片 {n}", media_type="image/jpeg", sha256=f"{n:064}")
        for n in range(5)
    ]
    leaf = session.evaluation.form.leaves[0].id
    ties = [
        Link(id=f"l{n}", from_kind="evidence", from_id=f"e{n}", to_kind="indicator", to_id=leaf)
        for n in range(5)
    ]
    for one in (*items, *ties):
        session.put(one)

    def whole(items: Sequence[Evidence], _edge: int, progress: Progress = silent) -> list[Path]:
        for number in range(1, len(items) + 1):
            progress(number, len(items), f"正在准备第 {number} 幅图片")
        return [photo for _ in items]

    sights = Sights(lambda _item, _region: photo, whole)
    exporting = Exporting(RESOURCES, lambda: MADE, sights=lambda _: sights)
    said: list[str] = []

    def watch(_done: int, _of: int, doing: str) -> None:
        said.append(doing)

    exporting.job(session, "report", tmp_path / "报告").run(watch)
    drawn = [doing for doing in said if doing.startswith("正在准备第")]
    assert len(drawn) >= 5

    def stop(_done: int, _of: int, doing: str) -> None:
        if doing == "正在准备第 3 幅图片":
            raise Cancelled

    with pytest.raises(Cancelled):
        exporting.job(session, "report", tmp_path / "停下").run(stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["报告.pdf", "照片.jpg"]


def test_a_long_project_leaves_room_for_what_tells_files_apart(exporting: Exporting) -> None:
    evaluation = with_entities(qixia(), [Overview(project="长" * 90, year="2022")])
    long = Session(evaluation, Memory(), lambda: 0.0)
    names = [exporting.file_name(long, kind.key) for kind in exporting.kinds()]
    assert len(set(names)) == len(names)
    for name, kind in zip(names, exporting.kinds(), strict=True):
        assert name.startswith("长长")
        assert name.endswith(f"2022_{kind.label}{kind.suffix}")


@pytest.mark.parametrize(
    ("scheme", "told"),
    [
        ("{项目}{年度}_{文件}", ""),
        ("{project}-{label}", ""),
        ("{机构}{单位} {日期} {总分}分 {文件}", ""),
        ("", "请写出"),
        ("{项目}", "同名"),
        ("{文件}{时间}", "不认识“{时间}”"),
        ("{文件", "成对"),
        ("{文件}/{项目}", "不能有"),
    ],
)
def test_schemes_of_names_are_judged(scheme: str, told: str) -> None:
    assert told in scheme_fault(scheme) if told else not scheme_fault(scheme)


def test_a_scheme_of_the_settings_that_can_not_be_used_gives_way(session: Session) -> None:
    schemes = ["{文件}_{项目}"]
    exporting = Exporting(RESOURCES, lambda: MADE, scheme=lambda: schemes[0])
    assert exporting.file_name(session, "report") == "评价报告_12345 政务服务热线购买服务.pdf"
    schemes[0] = "{项目}"
    assert exporting.file_name(session, "report") == "12345 政务服务热线购买服务2022_评价报告.pdf"


def test_choices_are_kept_by_evaluation(session: Session, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "设置.json")
    choices = ExportChoices("five_columns", locked=True, without_empty=True, private=True)
    Choosing(settings, session).remember(choices)
    assert Choosing(Settings(tmp_path / "设置.json"), session).remembered() == choices
    other = Session(dataclasses.replace(qixia(), id="另一个"), Memory(), lambda: 0.0)
    assert Choosing(settings, other).remembered() == ExportChoices()
    Choosing(settings, session).remember(ExportChoices())
    assert settings.text("export_choices") == ""
    settings.put("export_choices", '{"x": [1], ')
    assert Choosing(settings, session).remembered() == ExportChoices()


@pytest.mark.parametrize("bad", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0 old Word"])
def test_a_base_document_is_looked_at(bad: bytes, exporting: Exporting, tmp_path: Path) -> None:
    path = tmp_path / "底稿.docx"
    path.write_bytes(bad)
    with pytest.raises(WorkbenchError, match=r"“底稿\.docx”"):
        exporting.check_base(path)
    with pytest.raises(WorkbenchError, match="找不到"):
        exporting.check_base(tmp_path / "没有.docx")
    docx.Document().save(str(path))
    exporting.check_base(path)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "坏.docx", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<w:" if name == "word/styles.xml" else old.read(name))
    with pytest.raises(WorkbenchError, match=r"坏\.docx"):
        exporting.check_base(tmp_path / "坏.docx")
