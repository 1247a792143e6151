"""Evidence on screen: dropped, pasted, chosen; listed, described, checked; nothing waits for a clock."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.helpers import session
from tests.ui.helpers import QuietAlerts, commit, window_on
from workbench.domain.evaluation import Deduction, Evidence, Link
from workbench.domain.evidence_use import evidence_of
from workbench.domain.regions import Region, region_of
from workbench.services.attaching import Attaching, AttachReport
from workbench.services.editing import Address
from workbench.services.jobs import silent
from workbench.services.pictures import Pictures
from workbench.services.session import Session
from workbench.store.evidence import Vault
from workbench.ui.context import Services
from workbench.ui.evidence_intake import EvidenceIntake, intake_of
from workbench.ui.evidence_model import EvidenceModel, Filter, size_text
from workbench.ui.evidence_page import EvidencePage
from workbench.ui.evidence_panel import EvidencePanel
from workbench.ui.main_window import MainWindow
from workbench.ui.scoring_page import ScoringPage
from workbench.ui.search_palette import SearchPalette

A11, A12 = "A11", "A12"


def photo(shade: int = 90) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 300), shade).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def opened() -> Session:
    return session(Deduction(id="line", indicator=A12, points=Decimal(1), reason="未公开招标"))


@pytest.fixture
def attaching(opened: Session, tmp_path: Path) -> Attaching:
    return Attaching(opened, Vault(tmp_path / "evidence"))


@pytest.fixture
def pictures(attaching: Attaching, tmp_path: Path) -> Iterator[Pictures]:
    made = Pictures(attaching.vault, tmp_path / "cache", workers=1)
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot, opened: Session, attaching: Attaching, pictures: Pictures) -> MainWindow:
    return window_on(qtbot, opened, services=Services(attaching=attaching, pictures=pictures))


@pytest.fixture
def intake(window: MainWindow) -> EvidenceIntake:
    found = intake_of(window.workplace.context)
    assert found is not None
    return found


@pytest.fixture
def page(window: MainWindow, intake: EvidenceIntake) -> EvidencePage:
    window.workplace.show_page("evidence")
    shown = window.workplace.page("evidence")
    assert isinstance(shown, EvidencePage)
    return shown


@pytest.fixture
def panel(window: MainWindow, intake: EvidenceIntake) -> EvidencePanel:
    made = EvidencePanel(window.workplace.context)
    window.workplace.stack.addWidget(made)
    window.workplace.stack.setCurrentWidget(made)
    made.show_indicator(A12)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, data: bytes) -> Path:
        path = tmp_path / "手机" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    return write


File = Callable[[str, bytes], Path]


def mime(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(widget: QWidget, data: QMimeData) -> QDropEvent:
    """Files are drawn over the widget and let go, as the system tells it."""
    offered = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    held = (offered, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(5, 5), *held))
    event = QDropEvent(QPointF(5, 5), *held)
    QApplication.sendEvent(widget, event)
    return event


def settled(qtbot: QtBot, intake: EvidenceIntake, act: Callable[[], object]) -> AttachReport:
    with qtbot.waitSignal(intake.settled, timeout=20_000) as heard:
        act()
    report = heard.args[0]
    assert isinstance(report, AttachReport)
    return report


def alerts_of(window: MainWindow) -> QuietAlerts:
    assert isinstance(window.alerts, QuietAlerts)
    return window.alerts


def scoring_page(window: MainWindow) -> ScoringPage:
    window.workplace.navigate(Address("indicator", A12))
    shown = window.workplace.page("scoring")
    assert isinstance(shown, ScoringPage)
    return shown


def many(opened: Session, count: int, **fields: object) -> list[Evidence]:
    kinds = ("正式资料", "工作资料", "")
    items = [
        Evidence(id=f"e{n}", number=n, title=f"材料 {n}", kind=kinds[n % 3], media_type="audio/mpeg", size=n)
        for n in range(1, count + 1)
    ]
    opened.put_all([replace(item, **fields) for item in items])
    return items


def test_files_dropped_on_the_panel_prove_the_indicator(
    qtbot: QtBot, panel: EvidencePanel, intake: EvidenceIntake, opened: Session, file: File
) -> None:
    source = file("合同.pdf", b"%PDF-1.4")
    event: list[QDropEvent] = []
    report = settled(qtbot, intake, lambda: event.append(drop(panel, mime(source))))
    assert event[0].dropAction() == Qt.DropAction.CopyAction
    assert source.exists()
    assert evidence_of(opened.evaluation, A12) == list(report.added)
    assert panel.title.text() == "本项佐证 1"
    assert panel.all.text() == "全部 1"
    assert panel.cards.current().item.title == "合同"
    assert panel.preview.title.text() == "预览 · 佐证-001"
    assert panel.strip.words.text() == "新增 1 件（佐证-001）。"


@pytest.mark.parametrize("name", ["points", "reason", "basis"])
def test_a_drop_on_a_deduction_line_proves_that_line(
    qtbot: QtBot, window: MainWindow, intake: EvidenceIntake, file: File, name: str
) -> None:
    opened = window.workplace.context.session
    scoring = scoring_page(window)
    field = scoring.editor.deductions.lines[0].editors[name].input
    place = field.viewport() if isinstance(field, QAbstractScrollArea) else field
    settled(qtbot, intake, lambda: drop(place, mime(file("招标公告.jpg", photo()))))
    (link,) = opened.evaluation.table(Link).values()
    assert (link.to_kind, link.to_id) == ("deduction", "line")
    assert scoring.evidence.title.text() == "本项佐证 1"
    assert "file:" not in scoring.editor.deductions.lines[0].editors[name].text()


def test_ctrl_o_attaches_to_the_line_that_the_keyboard_is_in(
    qtbot: QtBot, window: MainWindow, intake: EvidenceIntake, opened: Session, file: File
) -> None:
    scoring = scoring_page(window)
    alerts_of(window).files = [file("a.txt", b"a")]
    scoring.editor.deductions.focus_line("line")
    qtbot.waitUntil(lambda: scoring.editor.deductions.focused_line() == "line")
    settled(qtbot, intake, lambda: window.actions_book.run("attach_files"))
    alerts_of(window).files = [file("b.txt", b"b")]
    scoring.tree.view.setFocus()
    settled(qtbot, intake, lambda: window.actions_book.run("attach_files"))
    assert [link.to_kind for link in opened.evaluation.table(Link).values()] == ["deduction", "indicator"]


def test_words_and_web_addresses_are_not_taken_as_files(panel: EvidencePanel, intake: EvidenceIntake) -> None:
    data = QMimeData()
    data.setText("一段文字")
    data.setUrls([QUrl("https://example.org/a.jpg")])
    drop(panel, data)
    assert not intake.busy


def test_ctrl_v_pastes_a_screenshot(
    qtbot: QtBot, panel: EvidencePanel, intake: EvidenceIntake, opened: Session
) -> None:
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    QGuiApplication.clipboard().setImage(image)
    panel.cards.setFocus()
    settled(qtbot, intake, lambda: qtbot.keySequence(panel.cards, QKeySequence("Ctrl+V")))
    (item,) = opened.evaluation.table(Evidence).values()
    assert (item.title, item.media_type) == ("粘贴的图片", "image/png")


def test_pasting_nothing_says_so(panel: EvidencePanel, window: MainWindow) -> None:
    QGuiApplication.clipboard().setText("文字")
    panel.paste()
    assert alerts_of(window).said[-1][1].startswith("剪贴板里没有文件或图片")


def test_refused_files_can_be_looked_at(
    qtbot: QtBot, panel: EvidencePanel, intake: EvidenceIntake, window: MainWindow, file: File
) -> None:
    alerts_of(window).files = [file("空.jpg", b""), file("好.txt", b"ok")]
    settled(qtbot, intake, panel.attach_files)
    assert "1 个文件未存入" in panel.strip.words.text()
    qtbot.mouseClick(panel.strip.refused, Qt.MouseButton.LeftButton)
    assert "空.jpg：是空文件" in alerts_of(window).said[-1][1]


def test_the_same_file_again_is_shown_as_such(
    qtbot: QtBot, panel: EvidencePanel, intake: EvidenceIntake, file: File
) -> None:
    first, again = file("a.txt", b"same"), file("b.txt", b"same")
    settled(qtbot, intake, lambda: drop(panel, mime(first)))
    report = settled(qtbot, intake, lambda: drop(panel, mime(again)))
    assert not report.added
    assert panel.strip.words.text() == "1 件内容与已有的佐证-001相同，未重复存入。"


def test_stopping_brings_in_nothing(
    qtbot: QtBot, panel: EvidencePanel, intake: EvidenceIntake, opened: Session, file: File
) -> None:
    source = file("大.bin", b"x" * 5_000_000)
    with qtbot.waitSignal(intake.stopped, timeout=20_000):
        intake.bring([source], ("indicator", A12))
        intake.cancel()
    assert not opened.evaluation.table(Evidence)
    assert panel.strip.words.text() == "已停止，未存入任何文件。"


def test_leaving_while_files_come_in_writes_to_no_closed_evaluation(
    qtbot: QtBot, window: MainWindow, intake: EvidenceIntake, opened: Session, file: File
) -> None:
    intake.bring([file("a.txt", b"a")], None)
    window.leave_session()
    QApplication.processEvents()
    assert not opened.evaluation.table(Evidence)
    assert window.tasks.running == 0


def test_delete_takes_an_item_off_the_indicator_and_undo_brings_it_back(
    qtbot: QtBot, panel: EvidencePanel, attaching: Attaching, opened: Session, file: File
) -> None:
    attaching.attach([file("a.txt", b"a"), file("b.txt", b"b")], ("indicator", A12), silent)
    panel.cards.setFocus()
    qtbot.keyClick(panel.cards, Qt.Key.Key_Down)
    qtbot.keyClick(panel.cards, Qt.Key.Key_Delete)
    assert [row.item.title for row in panel.cards.rows] == ["a"]
    assert len(opened.evaluation.table(Evidence)) == 2
    opened.undo()
    assert [row.item.title for row in panel.cards.rows] == ["a", "b"]


def test_a_thumbnail_arrives_by_signal(
    qtbot: QtBot, panel: EvidencePanel, attaching: Attaching, opened: Session, file: File
) -> None:
    attaching.attach([file("a.jpg", photo())], ("indicator", A12), silent)
    item = panel.cards.rows[0].item
    thumbnails = panel.cards.thumbnails
    with qtbot.waitSignal(thumbnails.ready, timeout=20_000, check_params_cb=lambda sha: sha == item.sha256):
        assert thumbnails.shown(item) is None
    shown = thumbnails.shown(item)
    assert (shown.pixmap.width(), shown.pixmap.height()) == (160, 120)


def test_the_preview_tells_damage_and_turns_pages(
    qtbot: QtBot, panel: EvidencePanel, attaching: Attaching, file: File
) -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    for _ in range(3):
        canvas.showPage()
    canvas.save()
    attaching.attach(
        [file("a.pdf", out.getvalue()), file("b.jpg", photo()[:9000])], ("indicator", A12), silent
    )
    preview = panel.preview
    qtbot.waitUntil(lambda: preview.right.text() == "第 1 / 3 页", timeout=20_000)
    preview.view.setFocus()
    qtbot.keyClick(preview.view, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: preview.right.text() == "第 2 / 3 页", timeout=20_000)
    panel.cards.choose(panel.cards.rows[1].item.id)
    qtbot.waitUntil(lambda: "不完整" in preview.damage.text(), timeout=20_000)
    assert preview.damage.isVisibleTo(preview)


def test_opening_shows_a_copy(
    qtbot: QtBot, panel: EvidencePanel, attaching: Attaching, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened_urls: list[QUrl] = []
    monkeypatch.setattr(
        "workbench.ui.preview_panel.QDesktopServices.openUrl", lambda url: opened_urls.append(url) or True
    )
    attaching.attach([file("合同.pdf", b"%PDF-1.4")], ("indicator", A12), silent)
    panel.cards.setFocus()
    qtbot.keyClick(panel.cards, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened_urls), timeout=20_000)
    copy = Path(opened_urls[0].toLocalFile())
    assert copy.name == "佐证-001 合同.pdf"
    assert attaching.vault.folder not in copy.parents


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ("3:0.10,0.20,0.30,0.05", (3, 0.1, 0.2, 0.3, 0.05)),
        ("", None),
        ("x:1,2", None),
        ("1:0,0,5,1", None),
        ("0:0,0,1,1", None),
        ("1:nan,0,1,1", None),
    ],
)
def test_places_of_links_are_read(place: str, region: object) -> None:
    assert region_of(place) == (Region(*region) if region else None)


# The page of all evidence.


def test_an_empty_list_says_what_to_do(page: EvidencePage) -> None:
    assert not page.table.isVisible()
    assert page.count.text() == "共 0 件"
    assert not page.remove_button.isEnabled()


def test_the_list_is_found_filtered_and_sorted(page: EvidencePage, opened: Session) -> None:
    many(opened, 60)
    opened.put(Link(id="l", from_kind="evidence", from_id="e7", to_kind="indicator", to_id=A12))
    page.search.setText("材料 佐证-00")
    assert page.count.text() == "9 / 60 件"
    page.unused.setChecked(True)
    assert page.count.text() == "8 / 60 件"
    page.search.clear()
    page.unused.setChecked(False)
    page.kinds.setCurrentIndex(page.kinds.findData(""))
    assert {row.item.kind for row in page.table.items.rows} == {""}
    page.kinds.setCurrentIndex(0)
    page.table.sortByColumn(6, Qt.SortOrder.DescendingOrder)
    assert [row.item.number for row in page.table.items.rows[:3]] == [60, 59, 58]


def test_the_choice_survives_filtering_and_new_items(page: EvidencePage, opened: Session) -> None:
    items = many(opened, 20)
    page.table.choose(["e5", "e6"])
    opened.put(Evidence(id="new", number=21, title="又一件"))
    assert page.table.chosen() == items[4:6]
    page.search.setText("材料 5")
    assert page.table.chosen() == [items[4]]


def test_typing_describes_one_item(qtbot: QtBot, page: EvidencePage, opened: Session) -> None:
    many(opened, 3)
    page.show_place(Address("evidence", "e2", "source"))
    editor = page.form.editors["source"]
    assert page.window().focusWidget() is editor.input
    commit(editor.input, "市大数据局")
    page.flush()
    assert opened.evaluation.get(Evidence, "e2").source == "市大数据局"
    assert opened.evaluation.get(Evidence, "e1").source == ""


def test_typing_describes_many_items_in_one_step(qtbot: QtBot, page: EvidencePage, opened: Session) -> None:
    many(opened, 30)
    page.table.selectAll()
    assert page.fields.title.text() == "说明（30 件一起修改）"
    title = page.form.editors["title"]
    assert title.text() == ""
    assert title.input.placeholderText() == "（各不相同，填写后统一修改）"
    commit(page.form.editors["by"].input, "评价员甲")
    page.flush()
    assert {item.by for item in opened.evaluation.table(Evidence).values()} == {"评价员甲"}
    assert len({item.title for item in opened.evaluation.table(Evidence).values()}) == 30
    opened.undo()
    assert {item.by for item in opened.evaluation.table(Evidence).values()} == {""}


def test_what_is_pending_goes_to_the_items_it_was_typed_for(page: EvidencePage, opened: Session) -> None:
    many(opened, 3)
    page.table.choose(["e1"])
    commit(page.form.editors["source"].input, "甲方")
    page.table.choose(["e2"])
    assert opened.evaluation.get(Evidence, "e1").source == "甲方"
    assert opened.evaluation.get(Evidence, "e2").source == ""
    assert page.form.editors["source"].text() == ""


def test_a_bad_date_is_told_and_not_written(page: EvidencePage, opened: Session) -> None:
    many(opened, 1)
    page.table.choose(["e1"])
    editor = page.form.editors["obtained"]
    commit(editor.input, "2022-13-45")
    page.flush()
    assert editor.fault
    assert opened.evaluation.get(Evidence, "e1").obtained is None


def test_removing_a_used_item_asks_and_can_be_undone(
    page: EvidencePage, opened: Session, window: MainWindow
) -> None:
    many(opened, 2)
    opened.put(Link(id="l", from_kind="evidence", from_id="e1", to_kind="indicator", to_id=A12))
    page.table.choose(["e1"])
    page.remove_chosen()
    assert "佐证-001正用于 1 处" in alerts_of(window).said[-1][1]
    assert "指标 采购规范性" in alerts_of(window).said[-1][1]
    assert len(opened.evaluation.table(Evidence)) == 2
    alerts_of(window).answers = [True]
    page.remove_chosen()
    assert set(opened.evaluation.table(Evidence)) == {"e2"}
    opened.undo()
    assert set(opened.evaluation.table(Evidence)) == {"e1", "e2"}
    assert "l" in opened.evaluation.table(Link)


def test_uses_lead_there_and_can_be_taken_off(qtbot: QtBot, page: EvidencePage, opened: Session) -> None:
    many(opened, 1)
    page.table.choose(["e1"])
    page.choose_target()
    palette = page.findChild(SearchPalette)
    commit(palette.line, "知晓率")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    (link,) = opened.evaluation.table(Link).values()
    assert (link.from_id, link.to_id) == ("e1", "B11")
    assert page._uses.itemAtPosition(0, 0).widget().text() == "指标 公众知晓率"
    qtbot.mouseClick(page._uses.itemAtPosition(0, 1).widget(), Qt.MouseButton.LeftButton)
    assert not opened.evaluation.table(Link)


def test_checking_names_what_is_missing(
    qtbot: QtBot, page: EvidencePage, attaching: Attaching, window: MainWindow, file: File
) -> None:
    opened = page.context.session
    attaching.attach([file("a.txt", b"a"), file("b.txt", b"b")], None, silent)
    page.check_files()
    qtbot.waitUntil(lambda: page.strip.words.text() == "2 件佐证的文件均完好。", timeout=20_000)
    lost = next(item for item in opened.evaluation.table(Evidence).values() if item.title == "b")
    attaching.vault.path_of(lost.sha256).unlink()
    page.check_files()
    qtbot.waitUntil(lambda: bool(alerts_of(window).said), timeout=20_000)
    assert "佐证-002 b：文件缺失。" in alerts_of(window).said[-1][1]
    assert page.table.chosen() == [lost]
    assert page.check_button.text() == "核对文件"


def test_a_folder_comes_in_without_a_link(
    qtbot: QtBot, page: EvidencePage, intake: EvidenceIntake, window: MainWindow, file: File
) -> None:
    opened = page.context.session
    alerts_of(window).target = file("照片1.jpg", photo()).parent
    file("照片2.jpg", photo(60))
    settled(qtbot, intake, page.import_folder)
    assert [item.title for item in page.table.chosen()] == ["照片1", "照片2"]
    assert not opened.evaluation.table(Link)


def test_an_evaluation_without_a_folder_is_only_looked_at(qtbot: QtBot, opened: Session) -> None:
    many(opened, 2)
    window = window_on(qtbot, opened)
    window.workplace.show_page("evidence")
    page = window.workplace.page("evidence")
    assert isinstance(page, EvidencePage)
    page.table.selectRow(0)
    assert not page.add_button.isEnabled()
    assert not page.form.isEnabled()
    page.remove_chosen()
    assert len(opened.evaluation.table(Evidence)) == 2


def test_five_thousand_items_repaint_only_what_changed(qtbot: QtBot, opened: Session) -> None:
    items = many(opened, 5000)
    model = EvidenceModel(opened_parent := QWidget())
    qtbot.addWidget(opened_parent)
    model.load(opened.evaluation)
    assert model.rowCount() == 5000
    opened.put(replace(items[2500], title="改名"))
    with (
        qtbot.assertNotEmitted(model.modelReset),
        qtbot.waitSignal(model.dataChanged, timeout=1000) as heard,
    ):
        model.load(opened.evaluation)
    assert (heard.args[0].row(), heard.args[1].row()) == (2500, 2500)
    model.show_only(Filter("改名"))
    assert [row.item.id for row in model.rows] == ["e2501"]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (3_400, "3 KB"), (3_200_000, "3.2 MB"), (2_000_000_000, "2.00 GB")],
)
def test_sizes_as_people_say_them(size: int, text: str) -> None:
    assert size_text(size) == text


# Hostile and damaged files, all at once.


def test_a_batch_of_hostile_files_is_answered_line_by_line(
    qtbot: QtBot, page: EvidencePage, intake: EvidenceIntake, opened: Session, tmp_path: Path
) -> None:
    def png(width: int, height: int) -> bytes:
        body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        head = struct.pack(">I", 13) + b"IHDR" + body + struct.pack(">I", zlib.crc32(b"IHDR" + body))
        return b"\x89PNG\r\n\x1a\n" + head + bytes(200)

    folder = tmp_path / "来件"
    folder.mkdir()
    long = "超" * 80 + ".jpg"  # 250 bytes and more where names are counted in bytes
    files = {
        "空.jpg": b"",
        "大图.png": png(20_000, 20_000),
        "炸弹.png": png(2**31 - 1, 2**31 - 1),
        "截断.jpg": photo()[:3000],
        "循环.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>",
        "a..%2f..%2fetc.jpg": photo(20),
        "控制\x07\n字符\u202e.jpg": photo(40),
        long: photo(60),
        "好.jpg": photo(80),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with qtbot.waitSignals([intake.settled, intake.damaged], timeout=60_000):
        intake.bring([folder], None)
    items = {item.title: item for item in opened.evaluation.table(Evidence).values()}
    assert len(items) == len(files) - 1  # the empty one stays out
    assert items["好"].note == ""
    assert items["截断"].note.startswith("文件受损：")
    for title in ("大图", "炸弹", "循环"):
        assert items[title].note.startswith(("不能预览：", "文件受损：")), title
    assert not any(set(title) & set("/\\\x07\n\u202e") for title in items)
    assert "4 件打不全或打不开" in page.strip.words.text()
    assert page.strip._report is not None
    assert ["空文件" in str(fault) for fault in page.strip._report.refused] == [True]
    stored = [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]
    assert len(stored) == len(items)
    opened.undo()  # the notes
    assert all(not item.note for item in opened.evaluation.table(Evidence).values())
