"""Attaching evidence: numbers, titles, links, duplicates, and names that mean harm."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from workbench.domain.changes import Change, Step
from workbench.domain.evaluation import Deduction, Evaluation, Evidence, Link, Problem
from workbench.domain.evidence_use import evidence_of
from workbench.domain.form import Form, Indicator, Rounding
from workbench.errors import WorkbenchError
from workbench.services.attaching import (
    WECHAT_NOTE,
    Attaching,
    Intake,
)
from workbench.services.dropped_files import clean_name, clean_title
from workbench.services.jobs import Cancelled, silent
from workbench.services.session import Session
from workbench.store.evidence import Vault


class Journal:
    """A memory that keeps everything it hears, as the store's journal does."""

    def __init__(self) -> None:
        self.heard: list[tuple[Change, ...]] = []

    def record(
        self, changes: Sequence[Change], *, step: int, action: str, target: int | None, label: str
    ) -> None:
        self.heard.append(tuple(changes))

    def undoable(self) -> tuple[list[Step], list[Step]]:
        return [], []

    def next_step(self) -> int:
        return len(self.heard) + 1

    def highest(self, kind: str, field: str) -> int:
        entities = (c.after for changes in self.heard for c in changes if c.kind == kind)
        return max((getattr(e, field) for e in entities if e is not None), default=0)

    def ever(self, kind: str, field: str) -> set[str]:
        entities = (c.after for changes in self.heard for c in changes if c.kind == kind)
        return {getattr(e, field) for e in entities if e is not None} - {""}

    def close(self) -> None:
        pass


@pytest.fixture
def session() -> Session:
    mark = Decimal(10)
    form = Form(
        id="f", title="指标体系", version="1", authority="", mode="财政评价", levels=("三级指标",), total=mark * 2,
        bands=(), rounding=Rounding(),
        indicators=(Indicator("D1", "公众知晓率", 1, "", mark), Indicator("D2", "公众认可率", 1, "", mark)),
    )  # fmt: skip
    session = Session(Evaluation("e", form), Journal(), lambda: 0.0)
    session.put(Deduction(id="line", indicator="D1", points=Decimal("0.99"), reason="低于目标"))
    session.put(Problem(id="p", title="知晓率未达标"))
    return session


@pytest.fixture
def attaching(session: Session, tmp_path: Path) -> Attaching:
    return Attaching(session, Vault(tmp_path / "evaluation" / "evidence"))


def picture(taken: str = "", size: tuple[int, int] = (40, 30), kind: str = "JPEG", shade: int = 90) -> bytes:
    image = Image.new("RGB", size, (shade, 20, 20))
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def items(session: Session) -> list[Evidence]:
    return sorted(session.evaluation.table(Evidence).values(), key=lambda item: item.number)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, data: bytes) -> Path:
        path = tmp_path / "手机" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(data)
        return path

    return write


File = Callable[[str, bytes], Path]


def test_files_become_numbered_linked_items_in_one_step(
    attaching: Attaching, session: Session, file: File
) -> None:
    steps = session.memory.next_step()
    paths = [
        file("问卷统计表.pdf", b"%PDF-1.7 \n%%EOF"),
        file("街头访问.JPG", picture("2022:11:24 10:12:30")),
    ]
    report = attaching.attach(paths, ("indicator", "D1"), silent)
    one, two = items(session)
    assert (one.number, one.title, one.media_type, one.file_name) == (
        1,
        "问卷统计表",
        "application/pdf",
        "问卷统计表.pdf",
    )
    assert (two.number, two.taken, two.media_type, two.note) == (2, "2022-11-24 10:12:30", "image/jpeg", "")
    assert evidence_of(session.evaluation, "D1") == [one, two]
    assert session.memory.next_step() == steps + 1
    assert str(report) == "新增 2 件（佐证-001、佐证-002）。"
    session.undo()
    assert not session.evaluation.table(Evidence)
    assert not session.evaluation.table(Link)


def test_a_number_is_never_used_again(attaching: Attaching, session: Session, file: File) -> None:
    attaching.attach([file("a.txt", b"a")], None, silent)
    attaching.remove(items(session))
    attaching.attach([file("b.txt", b"b")], None, silent)
    session.undo()
    attaching.attach([file("c.txt", b"c")], None, silent)
    assert [item.number for item in items(session)] == [3]


def test_the_same_content_is_one_item_with_two_links(
    attaching: Attaching, session: Session, file: File
) -> None:
    attaching.attach([file("a.jpg", picture())], ("indicator", "D1"), silent)
    report = attaching.attach(
        [file("副本.jpg", picture()), file("再来.jpg", picture())], ("deduction", "line"), silent
    )
    assert len(items(session)) == 1
    assert [item.number for item in report.known] == [1]
    assert report.linked == 1
    assert str(report) == "1 件内容与已有的佐证-001相同，未重复存入。"
    assert [use.label for use in attaching.where_used(items(session)[0])] == [
        "指标 公众知晓率",
        "扣分 −0.99（公众知晓率）",
    ]
    assert len(list(attaching.vault.contents())) == 1


def test_one_content_twice_in_a_batch_is_one_new_item(
    attaching: Attaching, session: Session, file: File
) -> None:
    report = attaching.attach([file("a.txt", b"x"), file("b.txt", b"x")], ("indicator", "D1"), silent)
    assert (len(report.added), len(report.known), report.linked) == (1, 0, 1)


def test_wechat_pictures_are_labelled(attaching: Attaching, session: Session, file: File) -> None:
    attaching.attach(
        [
            file("mmexport1669255950123.jpg", picture(shade=1)),
            file("wx_camera_1669255950.jpg", picture("2022:11:24 10:12:30", shade=2)),
            file("IMG_0001.jpg", picture(shade=3)),
        ],
        None,
        silent,
    )
    assert [item.note for item in items(session)] == [WECHAT_NOTE, "", ""]


def test_folders_come_in_counting_order_without_system_files(
    attaching: Attaching, session: Session, file: File
) -> None:
    for name in ("照片10.txt", "照片2.txt", "Thumbs.db", ".hidden", "~$锁.docx"):
        file(name, name.encode())
    folder = file("照片2.txt", b"2").parent
    (folder / "下层").mkdir()
    (folder / "下层" / "照片1.txt").write_bytes(b"1")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    attaching.attach([folder], None, silent)
    assert [item.title for item in items(session)] == ["照片2", "照片10", "照片1"]


def test_refused_files_are_told_and_the_rest_goes_in(
    attaching: Attaching, session: Session, file: File, tmp_path: Path
) -> None:
    empty_folder = tmp_path / "空夹"
    empty_folder.mkdir()
    report = attaching.attach(
        [file("空.jpg", b""), tmp_path / "没有.pdf", empty_folder, file("好.txt", b"ok")],
        ("indicator", "D1"),
        silent,
    )
    assert [item.title for item in report.added] == ["好"]
    assert sorted(fault.place for fault in report.refused) == ["没有.pdf", "空.jpg", "空夹"]
    assert str(report) == "新增 1 件（佐证-001）；3 个文件未存入。"


def test_a_target_that_went_away_meanwhile_leaves_the_item_unlinked(
    attaching: Attaching, session: Session, file: File
) -> None:
    intake = attaching.take_in([file("a.txt", b"a")], silent)
    session.remove(session.evaluation.get(Deduction, "line"))
    report = attaching.settle(intake, ("deduction", "line"))
    assert len(items(session)) == 1
    assert report.linked == 0
    assert "未关联" in str(report)


def test_stopping_brings_in_nothing(attaching: Attaching, session: Session, file: File) -> None:
    def stop(done: int, total: int, what: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        attaching.attach([file("a.txt", b"a")], None, stop)
    assert not items(session)
    assert list(attaching.vault.contents()) == []


def test_a_pasted_picture_is_named_and_linked(attaching: Attaching, session: Session) -> None:
    report = attaching.settle(
        attaching.take_in_bytes(picture(kind="PNG"), "粘贴的图片.png", silent), ("problem", "p")
    )
    assert report.added[0].title == "粘贴的图片"
    assert report.added[0].media_type == "image/png"
    assert [use.label for use in attaching.where_used(report.added[0])] == ["问题 知晓率未达标"]


def test_detaching_removes_the_link_and_keeps_the_item(
    attaching: Attaching, session: Session, file: File
) -> None:
    attaching.attach([file("a.txt", b"a")], ("deduction", "line"), silent)
    (item,) = items(session)
    attaching.link([item], ("indicator", "D1"))
    assert attaching.link([item], ("indicator", "D1")) == 0
    attaching.detach(item, ("deduction", "line"))
    assert [use.kind for use in attaching.where_used(item)] == ["indicator"]
    attaching.link([item], ("deduction", "line"))
    attaching.detach(item, ("indicator", "D1"))
    assert list(session.evaluation.links(from_kind="evidence")) == []
    assert items(session) == [item]


def test_removing_can_be_undone_and_keeps_the_file(
    attaching: Attaching, session: Session, file: File
) -> None:
    attaching.attach([file("a.txt", b"a"), file("b.txt", b"b")], ("indicator", "D1"), silent)
    before = session.evaluation.tables
    attaching.remove(items(session))
    assert not session.evaluation.table(Link)
    assert len(list(attaching.vault.contents())) == 2
    session.undo()
    assert session.evaluation.tables == before


def test_many_items_are_edited_as_one_step(attaching: Attaching, session: Session, file: File) -> None:
    attaching.attach([file("a.txt", b"a"), file("b.txt", b"b")], None, silent)
    assert attaching.edit(items(session), "kind", "原始凭证") == 2
    assert {item.kind for item in items(session)} == {"原始凭证"}
    session.undo()
    assert {item.kind for item in items(session)} == {""}


def test_a_changed_file_is_named_by_its_item(attaching: Attaching, session: Session, file: File) -> None:
    attaching.attach([file("好.txt", b"a"), file("坏.txt", b"b"), file("丢.txt", b"c")], None, silent)
    good, bad, lost = items(session)
    attaching.vault.path_of(bad.sha256).write_bytes(b"B")
    attaching.vault.path_of(lost.sha256).unlink()
    assert [str(line) for line in attaching.verify_files([good, bad, lost], silent)] == [
        "佐证-002 坏：文件内容已改变。",
        "佐证-003 丢：文件缺失。",
    ]


def test_opening_works_on_a_copy_with_a_readable_name(
    attaching: Attaching, session: Session, file: File, tmp_path: Path
) -> None:
    attaching.attach([file("合同：一期/二期.pdf".replace("/", "_"), b"%PDF-1.4")], None, silent)
    (item,) = items(session)
    copy = attaching.copy_to_open(item, tmp_path / "open")
    assert copy.name == "佐证-001 合同：一期_二期.pdf"
    copy.write_bytes(b"changed by the viewer")
    assert attaching.verify_files([item], silent) == []
    assert attaching.copy_to_open(item, tmp_path / "open").read_bytes() == b"%PDF-1.4"


def test_programs_are_kept_and_not_opened(
    attaching: Attaching, session: Session, file: File, tmp_path: Path
) -> None:
    attaching.attach([file("发票.lnk", b"anything"), file("图.jpg", b"MZ\x90")], None, silent)
    for item in items(session):
        with pytest.raises(WorkbenchError, match="不在此打开"):
            attaching.copy_to_open(item, tmp_path)


def test_opening_a_missing_file_says_so(
    attaching: Attaching, session: Session, file: File, tmp_path: Path
) -> None:
    attaching.attach([file("a.txt", b"a")], None, silent)
    (item,) = items(session)
    attaching.vault.path_of(item.sha256).unlink()
    with pytest.raises(WorkbenchError, match="佐证-001 a 的文件不在评价文件夹中"):
        attaching.copy_to_open(item, tmp_path)


@pytest.mark.parametrize(
    ("name", "cleaned", "title"),
    [
        ("../../etc/passwd", "passwd", "passwd"),
        (r"..\..\Windows\win.ini", "win.ini", "win"),
        ("a\x00\x1b[31m\n.pdf", "a[31m.pdf", "a[31m"),
        ("发票\u202efdp.exe", "发票fdp.exe", "发票fdp"),
        ("con", "con", "con"),
        ("长" * 250 + ".jpg", "长" * 250 + ".jpg", "长" * 119 + "…"),
        ("长" * 300 + ".jpg", "长" * 251 + ".jpg", "长" * 119 + "…"),
        ("...", "...", "未命名"),
        ("\u200b", "未命名", "未命名"),
        ("cafe\u0301.png", "café.png", "café"),
    ],
)
def test_hostile_names(name: str, cleaned: str, title: str) -> None:
    assert clean_name(name) == cleaned
    assert clean_title(name) == title


def test_a_name_never_leads_out_of_the_vault(attaching: Attaching, session: Session, tmp_path: Path) -> None:
    outside = {p for p in tmp_path.rglob("*") if attaching.vault.folder not in p.parents}
    for name in ("../../x.jpg", "/etc/x.jpg", "C:\\x.jpg", "nul.txt", "x:ads", "con", "尾点."):
        attaching.settle(attaching.take_in_bytes(os.urandom(20), name, silent))
    inside = [p for p in attaching.vault.folder.rglob("*") if p.is_file()]
    assert len(inside) == 7
    assert all(p.stem.isalnum() and len(p.stem) == 64 for p in inside)
    after = {p for p in tmp_path.rglob("*") if attaching.vault.folder not in p.parents}
    assert after - outside <= {attaching.vault.folder, attaching.vault.folder.parent}
    for item in items(session):
        copy = attaching.copy_to_open(item, tmp_path / "open")
        assert copy.parent.parent == tmp_path / "open"


def test_an_intake_without_files_is_told(attaching: Attaching) -> None:
    assert str(attaching.settle(Intake(()))) == "没有可存入的文件。"


def test_an_index_follows_the_indicator_and_is_never_given_twice(
    attaching: Attaching, session: Session, file: File
) -> None:
    first = attaching.attach([file("a.txt", b"a"), file("b.txt", b"b")], ("indicator", "D1"), silent)
    assert [item.index for item in first.items] == ["D1-01", "D1-02"]
    second = attaching.attach([file("c.txt", b"c")], ("deduction", "line"), silent)
    assert [item.index for item in second.items] == ["D1-03"]
    attaching.remove(second.items)
    third = attaching.attach([file("d.txt", b"d")], ("indicator", "D1"), silent)
    assert [item.index for item in third.items] == ["D1-04"]
    attaching.link(first.items, ("indicator", "D2"))  # an item keeps the index that it has
    assert [item.index for item in items(session)] == ["D1-01", "D1-02", "D1-04"]


def test_the_scheme_is_data_and_items_linked_before_are_filed_at_once(
    attaching: Attaching, session: Session, file: File
) -> None:
    attaching.attach([file("a.txt", b"a"), file("b.txt", b"b")], None, silent)
    assert [item.index for item in items(session)] == ["", ""]
    assert "{序}" in attaching.put_index_scheme("{指标}")
    assert "只能用" in attaching.put_index_scheme("{指标}{谁}{序}")
    assert attaching.put_index_scheme("{年度}佐{序:3}（{佐证号}）") == ""
    session.put(
        Link(id="k", from_kind="evidence", from_id=items(session)[0].id, to_kind="indicator", to_id="D1")
    )
    assert attaching.give_indexes() == 1
    assert [item.index for item in items(session)] == ["佐001（1）", ""]
    assert attaching.give_indexes() == 0


def test_evidence_of_a_problem_alone_has_no_index(attaching: Attaching, session: Session, file: File) -> None:
    report = attaching.attach([file("a.txt", b"a")], ("problem", "p"), silent)
    assert report.items[0].index == ""
