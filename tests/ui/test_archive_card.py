"""移交归档包 in the window: sealed with a password, looked over with it, its absence said on the spot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.helpers import ROOT
from tests.ui.helpers import QuietAlerts, commit
from workbench.domain.compiler import compile_form
from workbench.services.archiving import Archiving
from workbench.services.catalog import Catalog
from workbench.services.exporting import Exporting
from workbench.services.parts import local_now
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY
from workbench.ui.archive_card import ArchiveCard
from workbench.ui.bridge import SessionBridge
from workbench.ui.context import Context, Services
from workbench.ui.inputs import LineInput
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme


class OnlySheet(Exporting):
    """Writes one kind: archives of these tests need no reports."""

    def kinds(self) -> list:  # type: ignore[type-arg]
        return [self.kind("score-sheet")]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    catalog = Catalog(
        ROOT / "forms",
        tmp_path / "数据",
        compile_form=compile_form,
        clock=lambda: 0.0,
        now=local_now,
        keeping=BRIEFLY,
    )
    session = catalog.open(Samples(ROOT / "resources" / "samples").create("qixia", catalog))
    yield session
    session.close()


@pytest.fixture
def card(qtbot: QtBot, session: Session, tmp_path: Path) -> Iterator[ArchiveCard]:
    theme, alerts = Theme(), QuietAlerts()
    tasks = Tasks(failed=lambda error: alerts.crash(repr(error)))
    context = Context(
        bridge=SessionBridge(session),
        theme=theme,
        alerts=alerts,
        tasks=tasks,
        navigate=lambda _: None,
        flush=lambda: None,
        run_action=lambda _: None,
        services=Services(),
    )
    made = ArchiveCard(
        context, Archiving(OnlySheet(ROOT / "resources", local_now), local_now), lambda: tmp_path
    )
    qtbot.addWidget(made)
    made.show()
    yield made
    tasks.stop_all()


def told(card: ArchiveCard) -> str:
    """What stands in the notices."""
    notices = [card._results.itemAt(n).widget() for n in range(card._results.count())]
    return "\n".join(one.text() for notice in notices for one in notice.findChildren(QLabel))


def test_a_password_seals_and_opens(card: ArchiveCard, qtbot: QtBot, tmp_path: Path) -> None:
    card.seal()
    assert "密码至少 8 个字符" in told(card)
    assert card.password.echoMode() is LineInput.EchoMode.Password
    card.shown.click()
    commit(card.password, "一句记得住的话吧")
    qtbot.keyClick(card.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "写出后已逐个核对" in told(card), timeout=60_000)
    assert "忘记密码就再也打不开" in told(card)
    [path] = tmp_path.glob("*.wbx")
    card.verify(path)
    qtbot.waitUntil(lambda: "与写出时一致" in told(card), timeout=60_000)
    commit(card.password, "多了几字")
    card.verify(path)
    qtbot.waitUntil(lambda: "密码不对" in told(card), timeout=60_000)
    card.password.clear()
    card.verify(path)
    assert "请先在上面填写密码" in told(card)


def test_respondents_stay_out_when_ticked(card: ArchiveCard, qtbot: QtBot, tmp_path: Path) -> None:
    card.private.click()
    card.write(zipped=False)
    qtbot.waitUntil(lambda: "不含受访者明细" in told(card), timeout=60_000)
    assert not list(tmp_path.glob("*归档包/**/evaluation.db"))
