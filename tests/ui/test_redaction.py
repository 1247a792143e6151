"""Blackening on screen: drawn, undone, made into a copy, and nothing lost by closing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT, session
from tests.ui.helpers import QuietAlerts, commit, window_on
from tests.ui.test_regions import drag
from workbench.domain.evaluation import Evidence
from workbench.services.attaching import Attaching
from workbench.services.jobs import silent
from workbench.services.pictures import Pictures
from workbench.services.redacting import Redacting
from workbench.services.session import Session
from workbench.store.evidence import Vault
from workbench.ui.context import Services
from workbench.ui.evidence_viewer import EvidenceViewer, show_viewer
from workbench.ui.main_window import MainWindow
from workbench.ui.redaction_side import RedactionSide

FONT = ROOT / "resources" / "fonts" / "NotoSansSC-Regular.ttf"


@pytest.fixture
def opened() -> Session:
    return session()


@pytest.fixture
def services(opened: Session, tmp_path: Path) -> Iterator[Services]:
    attaching = Attaching(opened, Vault(tmp_path / "evidence"))
    pictures = Pictures(attaching.vault, tmp_path / "cache", workers=1)
    redacting = Redacting(opened, attaching, pictures, FONT)
    yield Services(attaching=attaching, pictures=pictures, redacting=redacting)
    pictures.close()


@pytest.fixture
def window(qtbot: QtBot, opened: Session, services: Services) -> MainWindow:
    return window_on(qtbot, opened, services=services)


@pytest.fixture
def viewer(qtbot: QtBot, window: MainWindow, services: Services) -> EvidenceViewer:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    assert services.attaching is not None
    intake = services.attaching.take_in_bytes(out.getvalue(), "凭证.png", silent)
    (item,) = services.attaching.settle(intake).items
    made = show_viewer(window.workplace.context, window, item)
    assert made is not None
    qtbot.waitUntil(lambda: not made.canvas.picture_size.isEmpty(), timeout=20_000)
    made.show_redaction()
    return made


def side_of(viewer: EvidenceViewer) -> RedactionSide:
    assert isinstance(viewer.side, RedactionSide)
    return viewer.side


def test_a_box_drawn_over_a_voucher_becomes_a_copy(
    qtbot: QtBot, viewer: EvidenceViewer, opened: Session, services: Services
) -> None:
    side = side_of(viewer)
    ground = viewer.canvas._ground()
    drag(viewer.canvas, ground.center() - QPointF(60, 40), ground.center() + QPointF(60, 40))
    assert [shape.kind for shape in side.drawn] == ["hide"]
    with qtbot.waitSignal(side.made, timeout=20_000):
        qtbot.keyClick(viewer.canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    original, made = opened.evaluation.table(Evidence).values()
    assert (made.title, made.derived_from, original.withheld) == ("凭证（遮盖件）", original.id, True)
    assert side.said.text() == "已生成 佐证-002，检查无残留；可撤销。"
    assert services.attaching is not None
    path = services.attaching.vault.path_of(made.sha256)
    assert path is not None
    with Image.open(path) as image:
        assert image.getpixel((200, 150)) == (0, 0, 0)
        assert image.getpixel((5, 5)) == (255, 255, 255)
    assert not side.pending
    viewer.close()
    assert not viewer.isVisible()


def test_undo_and_redo_while_drawing(qtbot: QtBot, viewer: EvidenceViewer, opened: Session) -> None:
    side = side_of(viewer)
    for _ in range(2):
        qtbot.keyClick(viewer.canvas, Qt.Key.Key_N)
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Left)
    viewer._undo()  # what the key moved is kept first, then taken back
    assert [round(shape.x, 3) for shape in side.drawn] == [0.35, 0.35]
    viewer._undo()
    assert len(side.drawn) == 1
    viewer._redo()
    assert len(side.drawn) == 2
    assert len(opened.evaluation.table(Evidence)) == 1  # the evaluation's own steps are untouched


def test_words_are_asked_for_and_arrows_drawn(qtbot: QtBot, viewer: EvidenceViewer) -> None:
    side = side_of(viewer)
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_4)
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_N)
    qtbot.waitUntil(side.words.hasFocus)
    commit(side.words, "金额")
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_3)
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_N)
    assert [(shape.kind, shape.text) for shape in side.drawn] == [("words", "金额"), ("arrow", "")]


def test_closing_asks_before_drawings_are_lost(
    qtbot: QtBot, viewer: EvidenceViewer, window: MainWindow
) -> None:
    assert isinstance(window.alerts, QuietAlerts)
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_N)
    window.alerts.answers = [False, True]
    viewer.close()
    assert viewer.isVisible()
    viewer.close()
    assert not viewer.isVisible()


def test_a_failure_is_told_and_the_drawings_stay(
    qtbot: QtBot, viewer: EvidenceViewer, services: Services, opened: Session
) -> None:
    side = side_of(viewer)
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_N)
    assert services.attaching is not None
    item = next(iter(opened.evaluation.table(Evidence).values()))
    path = services.attaching.vault.path_of(item.sha256)
    assert path is not None
    path.unlink()
    side.make()
    qtbot.waitUntil(lambda: "文件不在评价文件夹中" in side.said.text(), timeout=20_000)
    assert side.pending
    assert side.make_button.isEnabled()
