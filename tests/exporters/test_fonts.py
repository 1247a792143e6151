from __future__ import annotations

from pathlib import Path

import pytest

from tests.exporters.paper import shipped_fonts
from tests.exporters.sample import MADE, RESOURCES, qixia
from tests.exporters.test_truetype import saved, small_font
from tests.helpers import ROOT
from workbench.errors import WorkbenchError
from workbench.exporters import report_file
from workbench.exporters.fonts import FontBook, Origin, Role, system_font_folders
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import freeze

SHIPPED = ROOT / "resources" / "fonts"


def test_every_role_has_a_shipped_face() -> None:
    book = FontBook(SHIPPED)
    for role in Role:
        face = book.face(role)
        assert book.use_of(role, face).origin is Origin.SHIPPED


def test_the_users_face_comes_before_the_machines_and_the_shipped_one(tmp_path: Path) -> None:
    user, system = tmp_path / "用户字体", tmp_path / "system"
    for folder in (user, system):
        folder.mkdir()
    (user / "朱雀.ttf").write_bytes(saved(small_font()))
    (system / "simfang.ttf").write_bytes(saved(small_font()))
    (system / "simkai.ttf").write_bytes(saved(small_font()))
    book = FontBook(SHIPPED, user=user, system=[system])
    origins = {
        role: book.use_of(role, book.face(role)).origin for role in (Role.BODY, Role.KAI, Role.HEADING)
    }
    assert origins == {Role.BODY: Origin.USER, Role.KAI: Origin.SYSTEM, Role.HEADING: Origin.SHIPPED}
    assert book.use_of(Role.BODY, book.face(Role.BODY)).file == "朱雀.ttf"


def test_useless_faces_are_passed_over_and_remembered(tmp_path: Path) -> None:
    (tmp_path / "仿宋.otf").write_bytes(b"OTTO" + bytes(64))
    (tmp_path / "坏.ttf").write_bytes(b"\0\1\0\0")
    (tmp_path / "说明.txt").write_text("不是字体", encoding="utf-8")
    book = FontBook(SHIPPED, user=tmp_path)
    assert book.use_of(Role.BODY, book.face(Role.BODY)).origin is Origin.SHIPPED
    assert len(book.refused) == 2
    assert any("CFF" in reason for reason in book.refused)


def test_a_user_folder_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    book = FontBook(SHIPPED, user=tmp_path / "无")
    assert book.face(Role.BODY).covers("预")


def test_rare_characters_fall_back_run_by_run() -> None:
    book = shipped_fonts()
    for char in "䶮㛃𬭎":
        assert book.face_for(Role.BODY, char) is not None
    rare = "㐀"  # in the complete face only
    assert not book.face(Role.BODY).covers(rare)
    fallback = book.face_for(Role.BODY, rare)
    assert fallback is not None
    assert fallback.file == "NotoSerifSC-Regular.ttf"
    assert book.face_for(Role.BODY, "😀") is None


def test_narrow_quotation_marks_are_taken_from_a_face_with_full_width_ones() -> None:
    book = shipped_fonts()
    assert book.face(Role.KAI).widths["“"] < 900
    chosen = book.face_for(Role.KAI, "“")
    assert chosen is not None
    assert chosen.widths["“"] == 1000


def test_a_missing_shipped_face_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="重新安装") as caught:
        FontBook(tmp_path).face(Role.BODY)
    assert caught.value.code == "font-missing"


def test_there_are_places_to_look_for_system_faces() -> None:
    assert system_font_folders()


def test_a_face_that_was_not_used_is_told_with_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "坏.ttf").write_bytes(b"\0\1\0\0")
    monkeypatch.setattr(report_file, "fonts_for", lambda _: FontBook(SHIPPED, user=tmp_path))
    written = report_file.write_report(
        freeze(qixia(), made=MADE), tmp_path / "报告.pdf", Kit(RESOURCES), lambda *_: None
    )
    assert [notice for notice in written.notices if "没有用上" in notice and "坏.ttf" in notice]
