"""录入答卷: paper sheets typed by keyboard alone, the results so far beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from workbench.domain.charts import tally_chart
from workbench.domain.entities_survey import SUBMITTED, Sheet
from workbench.domain.evaluation import Evidence, Member, Question
from workbench.domain.sheet_numbers import next_number, read_number
from workbench.domain.survey import tally
from workbench.errors import WorkbenchError
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.services.sheet_typing import NOTHING_WAITS, SheetTyping
from workbench.ui.chart_view import ChartView
from workbench.ui.context import Context
from workbench.ui.double_entry_card import DoubleEntryCard
from workbench.ui.entity_form import EntityForm
from workbench.ui.inputs import LineInput
from workbench.ui.sheet_form import SheetForm
from workbench.ui.sheet_list import SheetList
from workbench.ui.theme import role
from workbench.ui.two_columns import TwoColumns, fills
from workbench.ui.widgets import Card, KeyButton, label, link, scrolled

#: The tally of the question under the cursor follows after this pause, in milliseconds.
FOLLOW_MS = 200


class SheetEntryPanel(TwoColumns):
    """One sheet on the left, the question's tally and the sheets typed so far on the right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.theme)
        self._context = context
        theme = context.theme
        self.typing: SheetTyping | None = None
        if context.services.surveying is None:
            raise ValueError("typing sheets needs the service of questionnaires")
        self._surveying = context.services.surveying
        self._shown: str | None = None
        self._pass = 1
        self._started = 0.0
        self._submitted = 0
        left, right = self.left, self.right
        self.card = Card(theme, "第一遍录入", " ")
        self._build_head()
        self.form = SheetForm(theme)
        self.area = scrolled(self.form)
        fills(self.area, theme.px(170))
        self.card.body.addWidget(self.area, 1)
        self._build_foot()
        left.addWidget(self.card, 1)
        self.double = DoubleEntryCard(context, self._surveying)
        self.double.pass_wanted.connect(self.show_pass)
        self.double.sheet_wanted.connect(self.open_first)
        left.addWidget(self.double)
        self._tally_card = Card(theme, "本题结果", " ")
        self._chart = ChartView(theme)
        self._rate = label("", "well", wrap=True)
        self._tally_card.body.addWidget(self._chart)
        self._tally_card.body.addWidget(self._rate)
        right.addWidget(self._tally_card)
        self._list_card = Card(theme, "已录答卷", "Enter 打开")
        self.list = SheetList(theme)
        fills(self.list, theme.px(120))
        self._list_card.body.addWidget(self.list, 1)
        right.addWidget(self._list_card, 1)
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self._show_tally)
        self.form.moved.connect(self._on_moved)
        self.form.told.connect(self._say)
        self.form.submitted.connect(self._on_submitted)
        self.list.opened.connect(self.open_number)

    def _build_head(self) -> None:
        theme = self._context.theme
        head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setSpacing(theme.px(10))
        who = QHBoxLayout()
        who.setSpacing(theme.px(10))
        head.addLayout(who)
        self.turned.connect(
            lambda narrow: head.setDirection(
                QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
            )
        )
        self.number = LineInput()
        self.rename = link("改编号", self._begin_rename)
        role(self.rename, "foot")
        self.rename.setToolTip("编号录错了：改正本份答卷的编号，两遍录入一起改")
        self._renaming = ""
        self.typist = LineInput()
        self.typist.setPlaceholderText("姓名")
        for words, line, width in (("答卷编号", self.number, 110), ("录入员", self.typist, 100)):
            cell = QVBoxLayout()
            cell.setSpacing(theme.px(3))
            caption = label(words, "small")
            caption.setBuddy(line)
            top = QHBoxLayout()
            top.addWidget(caption)
            top.addStretch(1)
            if line is self.number:
                top.addWidget(self.rename)
            line.setAccessibleName(words)
            line.setFixedWidth(theme.px(width))
            cell.addLayout(top)
            cell.addWidget(line)
            cell.addStretch(1)
            who.addLayout(cell)
        self.reason = LineInput()
        self.reason.setAccessibleName("同一人复录的理由")
        self._reason_cell = QWidget()
        inner = QVBoxLayout(self._reason_cell)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(theme.px(3))
        inner.addWidget(label("本人复录须写理由", "small"))
        inner.addWidget(self.reason)
        inner.addStretch(1)
        who.addWidget(self._reason_cell)
        self.reason.textEdited.connect(lambda _: self._take_typist())
        self.reason.returnPressed.connect(self._on_typist_entered)
        self.details = EntityForm(
            self._context,
            Sheet,
            ("evidence", "evidence_page", "void_reason"),
            columns=3,
            options={"evidence": self._scans},
        )
        head.addWidget(self.details, 1)
        self.scan = link("查看↗", self._show_scan)
        head.addWidget(self.scan, 0, Qt.AlignmentFlag.AlignBottom)
        self.card.body.addLayout(head)
        self.legend = label("", "soft", wrap=True)
        self.legend.setMinimumHeight(self.legend.fontMetrics().lineSpacing() * 2)
        self.legend.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.card.body.addWidget(self.legend)
        self.number.returnPressed.connect(self._on_number_entered)
        self.number.left.connect(self._end_rename)
        self.typist.returnPressed.connect(self._on_typist_entered)
        self.typist.left.connect(self._take_typist)
        self.typist.textEdited.connect(lambda _: self._take_typist())

    def _build_foot(self) -> None:
        theme = self._context.theme
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(10))
        self.told = label("", "soft", wrap=True)
        self.told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        foot.addWidget(self.told, 1)
        back = KeyButton(theme, "撤销", "Ctrl Z")
        back.clicked.connect(lambda: self._context.run_action("undo"))
        foot.addWidget(back)
        self.go = KeyButton(theme, "存本份并继续", "Enter", primary=True)
        self.go.clicked.connect(self.form.finish)
        foot.addWidget(self.go)
        self.card.body.addLayout(foot)

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def show_questionnaire(self, id_: str) -> None:
        """Type the sheets of another questionnaire; the same one is brought up to date."""
        typing = self.typing
        if typing is None or typing.questionnaire is None or typing.questionnaire.id != id_:
            self._pass = 1
            self._begin(id_)
        else:
            typing.reload()
            self._show_all()

    def _begin(self, id_: str, typist: str = "") -> None:
        session = self._context.session
        self.typing = SheetTyping(session, self._surveying, id_, self._pass, typist) if id_ else None
        if self.typing is not None and not typist and self._pass == 1:
            self.typing.typist = self._usual_typist(self.typing)
        self.typist.setText(self.typing.typist if self.typing is not None else "")
        self.reason.clear()
        self._submitted = 0
        self.form.marked = ()
        self._show_all()

    def show_pass(self, entry_pass: int) -> None:
        """Type the first or the second pass; the second by another person, whose name is asked for."""
        typing = self.typing
        if typing is None or entry_pass == self._pass:
            return
        self.form.flush()
        self._pass = entry_pass
        self._begin(typing.questionnaire.id if typing.questionnaire is not None else "")
        self.focus_first()

    def _usual_typist(self, typing: SheetTyping) -> str:
        last = max(typing.sheets().values(), key=lambda sheet: sheet.position, default=None)
        members = self._context.session.evaluation.listed(Member)
        return last.typist if last is not None else members[0].name if len(members) == 1 else ""

    def _show_all(self) -> None:
        self.form.show_typing(self.typing)
        self.list.show_typing(self.typing)
        asked = self.typing.questionnaire if self.typing is not None else None
        self.double.show_questionnaire(asked.id if asked is not None else "", self._pass)
        self._show_head()
        self._show_tally()
        if self.typing is not None and not self.typing.rows:
            self._say("这份问卷还没有题目，请先到“问卷设计”填写。")
        elif self.typing is not None and not self.typing.typist:
            self._say("请先填写录入员姓名，再按 Enter 开始。")

    def _show_head(self) -> None:
        typing = self.typing
        asked = typing.questionnaire if typing is not None else None
        self._show_number()
        if typing is None or asked is None:
            return
        sheets = typing.sheets()
        done = sum(1 for sheet in sheets.values() if sheet.state == SUBMITTED)
        of = f" / 发放 {asked.issued}" if asked.issued else ""
        named = "第二遍录入（复录）" if typing.second else "第一遍录入"
        self.card.title.setText(f"{named} · {asked.group or asked.title}")
        self._reason_cell.setVisible(typing.second)
        self.card.right.setText(f"{self._speed()}已录 {done} 份{of}")
        sheet = typing.sheet
        self.details.setEnabled(sheet is not None)
        shown = sheet.id if sheet is not None else ""
        if shown != self._shown:  # it follows the changes of one sheet itself
            self._shown = shown
            self.details.show_entity(shown)
        self.rename.setEnabled(sheet is not None)
        self.scan.setEnabled(sheet is not None and bool(sheet.evidence))
        self.go.setEnabled(bool(typing.rows))

    def _speed(self) -> str:
        """Sheets an hour since the first one was submitted here."""
        passed = monotonic() - self._started
        if self._submitted < 2 or passed < 1:
            return ""
        return f"本次每小时约 {round((self._submitted - 1) * 3600 / passed)} 份 · "

    def _show_number(self) -> None:
        number = self.typing.number if self.typing is not None else ""
        if self.number.text() != number:
            self.number.setText(number)

    def _show_tally(self) -> None:
        typing = self.typing
        row = None if typing is None else typing.row or (typing.rows[-1] if typing.rows else None)
        self._tally_card.setVisible(row is not None)
        if row is None:
            return
        question = self._context.session.evaluation.get(Question, row.question.id)
        if question is None:
            return
        result = tally(self._context.session.evaluation, question)
        self._tally_card.title.setText(f"第 {row.number} 题　{question.name or question.text}")
        self._tally_card.right.setText(result.base_name)
        self._chart.show_chart(tally_chart(result) if result.options else None)
        self._rate.setText(result.expression or "本题不计算比率。")

    def _on_moved(self) -> None:
        typing = self.typing
        if typing is None:
            return
        row = typing.row
        if row is None:
            self.legend.setText("本份已到末尾：Enter 存本份并继续，Backspace 返回上一题。")
        elif row.written:
            self.legend.setText(f"第 {row.number} 题　填写后按 Enter；空白即为未答。")
        else:
            named = "　".join(
                f"{key} {option.label}" for key, option in zip(row.keys, row.options, strict=False)
            )
            more = "　可多选，Enter 下一题" if row.several else ""
            more += "　其他项接着写内容，Enter 下一题" if row.words else ""
            self.legend.setText(f"第 {row.number} 题　{named}　0 未答　/ 看不清　+ 同上一份{more}")
        place = self.form.current_rect()
        margin = self._context.theme.px(40)
        self.area.ensureVisible(place.left(), place.bottom(), 0, margin)
        self.area.ensureVisible(place.left(), place.top(), 0, margin)
        self._follow.start()

    def _say(self, sentence: str) -> None:
        usual = "一键一题，自动进入下一题；全角数字与输入法不影响。"
        self.told.setText(sentence or usual)

    # ── doing ────────────────────────────────────────────────────────────────────────────────────

    def focus_first(self) -> None:
        """The keyboard goes to the name of the typist while there is none, else to the sheet."""
        if self.typing is not None and not self.typing.typist:
            self.typist.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.form.focus_current()

    def open_number(self, number: str) -> None:
        """Go to a sheet."""
        if self.typing is not None:
            self.form.flush()
            self.typing.open(number)
            self.form.marked = ()
            self._say("")
            if not self.form.mark():
                self.form.refresh()
                self.form.focus_current()
            self._show_head()

    def open_first(self, number: str) -> None:
        """Go to the first pass of a sheet, for the coordinator's decision or a correction."""
        self.show_pass(1)
        self.open_number(number)

    def turn(self, steps: int) -> None:
        """To the sheet before or after, by number."""
        if self.typing is None:
            return
        sheets = self.list.sheets.sheets
        place = next((n for n, sheet in enumerate(sheets) if sheet.number == self.typing.number), len(sheets))
        if 0 <= place + steps < len(sheets):
            self.open_number(sheets[place + steps].number)
        elif steps > 0:
            self.open_number(next_number(sheets[-1].number) if sheets else self.typing.number)

    def _begin_rename(self) -> None:
        """What is typed into the number now is the sheet's right number."""
        if self.typing is None or self.typing.sheet is None:
            return
        self._context.flush()
        self._renaming = self.typing.number
        self._say(f"把 {self._renaming} 改为正确的编号后按 Enter；离开此处即不改。")
        self.number.setFocus(Qt.FocusReason.OtherFocusReason)
        self.number.selectAll()

    def _end_rename(self) -> None:
        if self._renaming:
            self._renaming = ""
            self._say("")
        self._show_number()

    def _on_number_entered(self) -> None:
        typing = self.typing
        if typing is None:
            return
        asked = typing.questionnaire.id if typing.questionnaire else ""
        try:
            number = read_number(self.number.text(), asked)
            if self._renaming and number:
                former, self._renaming = self._renaming, ""
                try:
                    self._surveying.renumber(asked, former, number)
                except WorkbenchError:
                    self._renaming = former
                    raise
                self.open_number(number)
                self.list.refresh()
                self._say(f"已把 {former} 改为 {number}，可用 Ctrl Z 撤销。")
                return
        except WorkbenchError as error:
            self._say(str(error))
            self.number.selectAll()
            return
        if number:
            self.open_number(number)

    def _on_typist_entered(self) -> None:
        self._take_typist()
        if self.typing is not None and self.typing.typist:
            self._say("" if self.typing.number else NOTHING_WAITS)
            self.form.focus_current()

    def _take_typist(self) -> None:
        typing = self.typing
        if typing is None or self.typist.composing or self.reason.composing:
            return
        typing.typist = self.typist.text().strip()
        typing.same_person_reason = self.reason.text().strip()
        if typing.second and typing.typist and not typing.answers:
            typing.open(typing.following())  # what waits depends on who types
            self.form.refresh()
            self._show_number()

    def _on_submitted(self) -> None:
        if not self._submitted:
            self._started = monotonic()
        self._submitted += 1
        self._show_head()
        self.list.follow()
        self.double.follow()

    def _scans(self) -> list[tuple[str, str]]:
        items = sorted(self._context.session.evaluation.listed(Evidence), key=lambda one: one.number)
        return [(one.id, f"佐证-{one.number:03} {one.title}") for one in items]

    def _show_scan(self) -> None:
        sheet = self.typing.sheet if self.typing is not None else None
        if sheet is not None and sheet.evidence:
            self._context.navigate(Address("evidence", sheet.evidence))

    def flush(self) -> None:
        """Save what is being typed."""
        self.form.flush()

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Ctrl+Enter submits the sheet as it stands; Alt+↑ and Alt+↓ turn to the sheets around it."""
        return {
            "finish_indicator": self.form.finish,
            "previous_indicator": lambda: self.turn(-1),
            "next_indicator": lambda: self.turn(1),
        }

    def update_for(self, changed: Changed) -> None:
        """Follow the session: one's own answers, a step that was taken back, questions that changed."""
        typing = self.typing
        if typing is None:
            return
        if changed.touches("question", "option") or typing.questionnaire is None:
            self.show_questionnaire(typing.questionnaire.id if typing.questionnaire else "")
            return
        if not changed.touches("sheet", "questionnaire"):
            return
        self.list.follow()
        self._follow.start()
        if not typing.busy:
            self.double.follow()
        if typing.busy:
            if typing.sheet is not None and not self.details.isEnabled():
                self._show_head()
            return
        self._follow_others(changed, typing)

    def _follow_others(self, changed: Changed, typing: SheetTyping) -> None:
        """A step was taken back or done again: show the sheet that it was about, and the question."""
        for change in changed.changes:
            sheet = change.after or change.before
            if not isinstance(sheet, Sheet) or sheet.entry_pass != typing.entry_pass:
                continue
            if sheet.number != typing.number and not typing.answers:
                typing.open(sheet.number)
        before = dict(typing.answers)
        typing.reload()
        differing = [
            n
            for n, row in enumerate(typing.rows)
            if before.get(row.question.id) != typing.answers.get(row.question.id)
        ]
        if differing:
            typing.place = differing[0]
        self.form.refresh()
        self._show_head()
