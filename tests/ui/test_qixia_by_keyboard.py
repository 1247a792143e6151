"""The main job by keyboard alone: create the Qixia evaluation, enter report 004, check, export, reopen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.helpers import QuietAlerts, commit
from workbench import app as door
from workbench.domain.amounts import show
from workbench.domain.evaluation import Advice, Deduction, Evidence, Link, Problem
from workbench.paths import find_paths
from workbench.services.session import Session
from workbench.ui.evidence_intake import intake_of
from workbench.ui.export_page import ExportPage
from workbench.ui.pages import PAGES
from workbench.ui.scoring_page import ScoringPage
from workbench.ui.survey_page import SurveyPage
from workbench.ui.workplace import Workplace

KEY = Qt.Key
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
NONE = Qt.KeyboardModifier.NoModifier
#: The digit that, with Ctrl, leads to a page.
PAGE = {page.key: KEY(KEY.Key_0 + n) for n, page in enumerate(PAGES, start=1) if n < 10}


class Hands:
    """Two hands on a keyboard: every key goes to whatever has the focus, nothing is clicked or called."""

    def __init__(self, qtbot: QtBot) -> None:
        self._bot = qtbot

    @property
    def at(self) -> QWidget:
        """Where the keyboard is."""
        found = QApplication.focusWidget()
        assert found is not None, "the keyboard is nowhere"
        return found

    def press(self, *keys: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        """Press keys one after the other."""
        for key in keys:
            self._bot.keyClick(self.at, key, held)
            QApplication.processEvents()

    def write(self, text: str) -> None:
        """Type: figures and Latin letters by keys, anything else as an input method commits it."""
        if text.isascii():
            for letter in text:  # the first one may open a cell that takes the others
                self._bot.keyClicks(self.at, letter)
        else:
            commit(self.at, text)

    def tab_to(self, name: str, kind: type[QWidget] = QWidget, most: int = 60) -> None:
        """Press Tab until the keyboard is on the part with this name."""
        passed = []
        for _ in range(most):
            at = self.at
            said = at.accessibleName() or getattr(at, "text", str)()
            if name in said and isinstance(at, kind):
                return
            passed.append(f"{type(at).__name__} {said}")
            self.press(KEY.Key_Tab)
        raise AssertionError(f"Tab does not reach {name}: {passed}")

    def tab_until(self, there: Callable[[], bool], *, back: bool = False, most: int = 12) -> None:
        """Press Tab, or Shift+Tab, until the keyboard is there."""
        for _ in range(most):
            if there():
                return
            self.press(KEY.Key_Backtab if back else KEY.Key_Tab)
        raise AssertionError(f"Tab does not get there, but to {type(self.at).__name__}")

    def choose(self, words: str) -> None:
        """Go down a closed list until it shows ``words``."""
        combo = self.at
        assert isinstance(combo, QComboBox)
        self.press(KEY.Key_Home)
        for _ in range(combo.count()):
            if words in combo.currentText():
                return
            self.press(KEY.Key_Down)
        raise AssertionError(f"{words} is not offered")


@pytest.fixture
def hands(qtbot: QtBot) -> Hands:
    return Hands(qtbot)


@pytest.fixture
def open_door(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[door.Front]]:
    """Opens the program as often as wanted on one data folder: ``open_door.append`` is the test's."""
    monkeypatch.setattr(door, "Alerts", lambda _parent: QuietAlerts())
    hook = sys.excepthook
    made: list[door.Front] = []
    yield made
    for front in made:
        front.window.close()
    sys.excepthook = hook


def start(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> door.Front:
    """Start the program as ``python -m workbench`` does."""
    front = door.Front(qapp, find_paths({"WORKBENCH_DATA": str(tmp_path / "评价 数据")}))
    qtbot.addWidget(front.window)
    front.window.resize(1366, 768)
    front.window.show()
    qtbot.waitExposed(front.window)
    front.window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    return front


def place_of(front: door.Front) -> Workplace:
    assert front.window.workplace is not None
    return front.window.workplace


def session_of(front: door.Front) -> Session:
    return place_of(front).context.session


def totals(front: door.Front) -> list[str]:
    """决策, 过程, 产出 and the total, as the tree and the top line show them."""
    scores = session_of(front).scores
    return [show(scores[id_].score) for id_ in "ABC"] + [place_of(front).top.total.text()]


def create(front: door.Front, hands: Hands) -> None:
    hands.write("12345 政务服务热线购买服务")
    hands.press(KEY.Key_Tab)
    hands.write("2022")
    hands.press(KEY.Key_Tab)
    hands.choose("栖霞市 2022")
    hands.press(KEY.Key_Return)


def fill_facts(hands: Hands) -> None:
    for name, text in (
        ("项目名称", ""),
        ("被评价单位", "栖霞市民生服务中心"),
        ("主管部门", "栖霞市民生服务中心"),
        ("委托方", "栖霞市财政局"),
        ("评价机构", "逸臣工程咨询有限公司"),
        ("合同签订日期", "20211210"),
        ("评价开始日期", "2022-11-14"),
        ("评价结束日期", "2022年11月30日"),
        ("立项背景", "工单转办量由每天 50 条上升到 200 条左右。"),
    ):
        hands.tab_to(name)
        hands.write(text)


def fill_funds(hands: Hands) -> None:
    hands.press(PAGE["targets_funds"], held=CTRL)
    hands.tab_to("新增")
    hands.press(KEY.Key_Tab)
    hands.tab_to("新增")
    hands.press(KEY.Key_Return)
    for text in ("2022", "服务外包费", "", "71.6", "7.1", "35.5", "7.1"):
        hands.write(text)
        hands.press(KEY.Key_Tab)
    hands.press(KEY.Key_Escape)


def fill_survey(front: door.Front, hands: Hands) -> None:
    hands.press(PAGE["survey"], held=CTRL)
    page = place_of(front).page("survey")
    assert isinstance(page, SurveyPage)
    hands.press(KEY.Key_Right, KEY.Key_Right)
    for _ in range(3):
        hands.write("20")
        hands.press(KEY.Key_Tab)
    hands.write("2022-11-24")
    hands.press(KEY.Key_Return)
    hands.press(*[KEY.Key_PageDown] * 3, held=CTRL)  # to 直接计票
    for number, counts in enumerate(("10 8 1 1 0", "10 7 3 0 0")):
        hands.tab_until(page.counts.questions.view.hasFocus, back=number > 0)
        hands.press(*[KEY.Key_Up] * 3, *[KEY.Key_Down] * number)
        hands.tab_until(page.counts.options.view.hasFocus)
        hands.press(KEY.Key_Home, KEY.Key_Right, KEY.Key_Right, *[KEY.Key_Up] * 4)
        for count in counts.split():
            hands.write(count)
            hands.press(KEY.Key_Return, KEY.Key_Down)


def answer_points(hands: Hands, answers: str) -> None:
    """1 符合, 3 不符合, ``2=x`` for x points of them; each answer goes on to the next point by itself."""
    for answer in answers.split():
        hands.press(KEY(ord(answer[0])))
        if "=" in answer:
            hands.write(answer.partition("=")[2])
            hands.press(KEY.Key_Return)


def deduct(hands: Hands, reason: str) -> None:
    """Ctrl+D: the points are there already, the reason is written."""
    hands.press(KEY.Key_D, held=CTRL)
    hands.write(reason)


def done(hands: Hands) -> None:
    hands.press(KEY.Key_Return, held=CTRL)


def score_all(front: door.Front, hands: Hands) -> ScoringPage:
    hands.press(PAGE["scoring"], held=CTRL)
    page = place_of(front).page("scoring")
    assert isinstance(page, ScoringPage)
    for answers in ("1 1", "1 1"):
        answer_points(hands, answers)
        done(hands)
    answer_points(hands, "1 1 2=1")
    deduct(hands, "缺少量化的指导培训工作指标。")
    hands.tab_to("评价依据")
    hands.write("绩效目标基本合理，缺少量化的指导培训工作指标。")
    done(hands)
    answer_points(hands, "1 2=1")
    deduct(hands, "存在重复指标，3 个指标可衡量程度不高。")
    done(hands)
    answer_points(hands, "1 1 1")
    done(hands)

    assert page.current == "B11"
    hands.tab_to("预算资金取自")
    hands.choose("应付")
    deduct(hands, "应支付 35.5 万元，实际到位 7.1 万元。")
    done(hands)
    assert page.current == "B12"
    hands.tab_to("改定得分")
    hands.press(KEY.Key_Return)
    hands.write("6")
    hands.press(KEY.Key_Tab)
    hands.write("原表公式系数 4 分与分值 6 分不一致，按分值折算。")
    done(hands)
    for answers in ("1 1 1", "1 1", "1"):
        answer_points(hands, answers)
        done(hands)
    for _ in range(3):
        hands.write("0")
        done(hands)

    assert page.current == "D11"
    hands.tab_to("另填")
    hands.press(KEY.Key_Return)
    hands.write("85%")
    hands.tab_to("以填写值为准")
    hands.press(KEY.Key_Space)
    deduct(hands, "公众知晓率 85% 低于年度目标 96%。")
    done(hands)
    deduct(hands, "公众认可率 87% 低于年度目标 95%。")
    done(hands)
    assert page.current == "D21"
    hands.write("95.53%")
    done(hands)
    return page


def attach(front: door.Front, hands: Hands, qtbot: QtBot, tmp_path: Path) -> None:
    photo = tmp_path / "问卷 原件（1）.jpg"
    Image.effect_noise((320, 240), 40).save(photo, "JPEG")
    assert isinstance(front.alerts, QuietAlerts)
    front.alerts.files = [photo]
    intake = intake_of(place_of(front).context)
    assert intake is not None
    with qtbot.waitSignal(intake.settled):
        hands.press(KEY.Key_O, held=CTRL)


def advise(front: door.Front, hands: Hands) -> None:
    hands.press(PAGE["problems"], held=CTRL)
    problem = session_of(front).evaluation.listed(Problem)[0]
    hands.tab_to("新增")
    hands.press(KEY.Key_Tab)
    hands.tab_to("新增")
    hands.press(KEY.Key_N, held=CTRL)
    hands.write("完善项目绩效目标设置")
    hands.press(KEY.Key_Return)
    hands.tab_to("具体内容")
    hands.write("增加可量化的指导培训工作指标，删除重复指标。")
    hands.tab_to(problem.title[:8], QCheckBox)
    hands.press(KEY.Key_Space)


def export(front: door.Front, hands: Hands, qtbot: QtBot) -> list[Path]:
    hands.press(KEY.Key_E, held=CTRL)
    page = place_of(front).page("export")
    assert isinstance(page, ExportPage)
    hands.press(KEY.Key_E, held=CTRL)
    qtbot.waitUntil(lambda: page.files.task is None, timeout=30_000)
    return [path for path in page.files.folder.iterdir() if path.stat().st_size > 1000]


def findings(front: door.Front, code: str) -> list[str]:
    checking = place_of(front).context.services.checking
    assert checking is not None
    return [f"{found.message}{found.effect}" for found in checking.standing if found.code == code]


def test_report_004_by_keyboard_alone(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, hands: Hands, open_door: list[door.Front]
) -> None:
    front = start(qtbot, qapp, tmp_path)
    open_door.append(front)
    create(front, hands)
    fill_facts(hands)
    fill_funds(hands)
    fill_survey(front, hands)
    scoring = score_all(front, hands)
    assert scoring.current == "D21"
    qtbot.waitUntil(lambda: place_of(front).top.total.text() == "92.31")
    assert totals(front) == ["17.50", "16.80", "30.00", "92.31"]
    assert place_of(front).top.grade.text() == "优"
    (told,) = findings(front, "K10")
    for figure in ("86.50%", "9.01", "92.47"):
        assert figure in told

    attach(front, hands, qtbot, tmp_path)
    advise(front, hands)
    evaluation = session_of(front).evaluation
    assert len(evaluation.listed(Evidence)) == 1
    assert len(evaluation.listed(Deduction)) == 5
    (advice,) = evaluation.listed(Advice)
    assert any(tie.from_id == advice.id for tie in evaluation.table(Link).values())

    hands.press(PAGE["scoring"], held=CTRL)
    for _ in range(2):
        hands.press(KEY.Key_Up, held=ALT)
    hands.tab_to("以填写值为准")
    hands.press(KEY.Key_Space)
    qtbot.waitUntil(lambda: place_of(front).top.total.text() == "92.47")
    assert findings(front, "K10") == []
    written = export(front, hands, qtbot)
    assert {path.suffix for path in written} >= {".xlsx", ".pdf"}

    left = session_of(front).evaluation
    hands.press(KEY.Key_Q, held=CTRL)
    assert not front.window.isVisible()
    again = start(qtbot, qapp, tmp_path)
    open_door.append(again)
    hands.press(KEY.Key_Return)  # the latest evaluation has the keyboard
    assert totals(again) == ["17.50", "16.80", "30.00", "92.47"]
    assert session_of(again).evaluation == left
    hands.press(KEY.Key_Z, held=CTRL)
    qtbot.waitUntil(lambda: place_of(again).top.total.text() == "92.31")
    hands.press(KEY.Key_Y, held=CTRL)
    qtbot.waitUntil(lambda: place_of(again).top.total.text() == "92.47")
