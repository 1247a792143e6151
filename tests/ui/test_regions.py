"""Regions on screen: drawn by mouse or keys, tied to what they prove, found again from the deduction."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from reportlab.pdfgen.canvas import Canvas

from tests.helpers import session
from tests.ui.helpers import commit, window_on
from workbench.domain.evaluation import Deduction, Evidence, Link
from workbench.domain.regions import region_of, regions_on
from workbench.services.attaching import Attaching
from workbench.services.editing import Address
from workbench.services.jobs import silent
from workbench.services.pictures import Pictures
from workbench.services.session import Session
from workbench.store.evidence import Vault
from workbench.ui.context import Services
from workbench.ui.evidence_viewer import EvidenceViewer, show_viewer
from workbench.ui.main_window import MainWindow
from workbench.ui.page_canvas import PageCanvas
from workbench.ui.scoring_page import ScoringPage
from workbench.ui.search_palette import SearchPalette

A12 = "A12"
TO = ("deduction", "line")


def pages(count: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in range(count):
        canvas.drawString(100, 700, f"Page {number + 1}")
        canvas.showPage()
    canvas.save()
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
def contract(attaching: Attaching) -> Evidence:
    (item,) = attaching.settle(attaching.take_in_bytes(pages(3), "合同.pdf", silent)).items
    return item


def viewer_on(qtbot: QtBot, window: MainWindow, item: Evidence, **given: object) -> EvidenceViewer:
    viewer = show_viewer(window.workplace.context, window, item, **given)
    assert viewer is not None
    qtbot.waitUntil(lambda: not viewer.canvas.picture_size.isEmpty(), timeout=20_000)
    return viewer


def drag(canvas: PageCanvas, start: QPointF, end: QPointF) -> None:
    for kind, point, held in (
        (QMouseEvent.Type.MouseButtonPress, start, Qt.MouseButton.LeftButton),
        (QMouseEvent.Type.MouseMove, (start + end) / 2, Qt.MouseButton.LeftButton),
        (QMouseEvent.Type.MouseMove, end, Qt.MouseButton.LeftButton),
        (QMouseEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton),
    ):
        glob = QPointF(canvas.mapToGlobal(QPoint(0, 0))) + point
        event = QMouseEvent(
            kind, point, glob, Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(canvas, event)


def links(opened: Session) -> list[Link]:
    return list(opened.evaluation.table(Link).values())


def test_a_box_drawn_with_the_mouse_proves_the_deduction(
    qtbot: QtBot, window: MainWindow, opened: Session, contract: Evidence
) -> None:
    viewer = viewer_on(qtbot, window, contract, place="3:0,0,1,1", to=TO)
    canvas = viewer.canvas
    ground = canvas._ground()
    drag(
        canvas,
        ground.topLeft() + QPointF(0.2 * ground.width(), 0.1 * ground.height()),
        ground.topLeft() + QPointF(0.6 * ground.width(), 0.3 * ground.height()),
    )
    (link,) = links(opened)
    assert (link.to_kind, link.to_id) == TO
    region = region_of(link.place)
    assert region is not None
    assert region.page == 3
    shares = (region.left, region.top, region.width, region.height)
    assert shares == pytest.approx((0.2, 0.1, 0.4, 0.2), abs=0.01)


def test_the_keyboard_alone_draws_moves_stretches_and_describes(
    qtbot: QtBot, window: MainWindow, opened: Session, contract: Evidence
) -> None:
    viewer = viewer_on(qtbot, window, contract, to=TO)
    canvas = viewer.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_PageDown)
    assert viewer.page == 2
    qtbot.waitUntil(lambda: not canvas.picture_size.isEmpty(), timeout=20_000)
    qtbot.keyClick(canvas, Qt.Key.Key_N)
    before = region_of(links(opened)[0].place)
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)  # done moving: on to the note
    qtbot.waitUntil(viewer.regions.note.hasFocus)
    commit(viewer.regions.note, "工期条款")
    viewer.close()
    (link,) = links(opened)
    after = region_of(link.place)
    assert before is not None
    assert after is not None
    assert link.note == "工期条款"
    assert (after.page, after.left, after.top, after.width, after.height) == pytest.approx(
        (2, before.left - 0.01, before.top - 0.01, before.width + 0.01, before.height)
    )


def test_several_regions_are_listed_removed_and_brought_back(
    qtbot: QtBot, window: MainWindow, opened: Session, contract: Evidence
) -> None:
    viewer = viewer_on(qtbot, window, contract, to=TO)
    for _ in range(2):
        qtbot.keyClick(viewer.canvas, Qt.Key.Key_N)
    assert viewer.regions.list.count() == 2
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Delete)
    assert [region_of(link.place) is not None for link in links(opened)] == [True]
    viewer._undo()
    assert viewer.regions.list.count() == 2
    viewer.regions.remove(0)
    viewer.regions.remove(0)
    (left,) = links(opened)  # the item still proves the deduction
    assert left.place == ""
    assert (left.to_kind, left.to_id) == TO


def test_without_a_target_it_is_asked_for_and_esc_draws_nothing(
    qtbot: QtBot, window: MainWindow, opened: Session, contract: Evidence
) -> None:
    viewer = viewer_on(qtbot, window, contract)
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_N)
    palette = viewer.findChild(SearchPalette)
    assert palette is not None
    palette.close()
    assert links(opened) == []
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_N)
    palette = next(found for found in viewer.findChildren(SearchPalette) if found.isVisible())
    commit(palette.line, "扣分")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    (link,) = links(opened)
    assert (link.to_kind, link.to_id) == TO


def test_the_deduction_opens_the_voucher_at_the_page_and_the_box(
    qtbot: QtBot, window: MainWindow, opened: Session, attaching: Attaching, contract: Evidence
) -> None:
    viewer = viewer_on(qtbot, window, contract, place="3:0,0,1,1", to=TO)
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_N)
    viewer.close()
    window.workplace.navigate(Address("indicator", A12))
    scoring = window.workplace.page("scoring")
    assert isinstance(scoring, ScoringPage)
    words = "佐证-001 第 3 页"

    def proofs() -> list[QPushButton]:
        found = scoring.editor.deductions.findChildren(QPushButton)
        return [button for button in found if button.isVisible() and button.text() == words]

    qtbot.waitUntil(lambda: len(proofs()) == 1)
    (proof,) = proofs()
    proof.click()
    shown = next(found for found in window.findChildren(EvidenceViewer) if found.isVisible())
    assert shown.page == 3
    assert shown.regions.chosen == 0
    assert shown.canvas.shapes[0].page == 3
    shown.close()


def test_a_plain_link_takes_the_region_over(
    attaching: Attaching, opened: Session, contract: Evidence
) -> None:
    attaching.link([contract], TO)
    region = region_of("2:0.1,0.1,0.2,0.2")
    assert region is not None
    attaching.mark(contract, region, TO)
    assert [link.place for link in links(opened)] == ["2:0.1,0.1,0.2,0.2"]
    attaching.mark(contract, region, TO)
    assert len(regions_on(opened.evaluation, contract.id)) == 2


def test_a_picture_turned_by_the_camera_is_framed_as_it_is_seen(
    qtbot: QtBot, window: MainWindow, attaching: Attaching
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(out, "JPEG", exif=exif)
    (item,) = attaching.settle(attaching.take_in_bytes(out.getvalue(), "a.jpg", silent)).items
    viewer = viewer_on(qtbot, window, item, to=TO)
    size = viewer.canvas.picture_size
    assert size.height() == 2 * size.width()
    viewer.area.zoom_by(2.0)
    assert viewer.canvas.height() > viewer.area.viewport().height()
    viewer.area.zoom_by(0)
    assert viewer.canvas.height() == viewer.area.viewport().height()
    viewer.close()
