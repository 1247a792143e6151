"""二次录入: which sheets a second person types, how far that is, what both passes got wrong, and who decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.amounts import NotANumber, parse_number, show_percent, show_plain
from workbench.domain.answers import Answer, Answers
from workbench.domain.double_entry import ErrorRate, SheetStatus, Stage, plan_sentence
from workbench.domain.entities_survey import DOUBLE_ENTRY, NO_SECOND, NTH_SECOND, RANDOM_SECOND
from workbench.domain.evaluation import Option, Question, Questionnaire
from workbench.errors import WorkbenchError
from workbench.services.exporting import Exported
from workbench.services.surveying import Surveying
from workbench.ui.context import Context
from workbench.ui.inputs import ComboInput, LineInput
from workbench.ui.tabs import Tabs
from workbench.ui.widgets import Card, clear, label, link

#: Figures follow the typing after this pause, in milliseconds.
FOLLOW_MS = 400


class DoubleEntryCard(Card):
    """The rule, the progress of both passes, and the coordinator's view of sheets that differ.

    The view is opened by a person who decides; a typist never sees the other's answers elsewhere.
    """

    pass_wanted = Signal(int)
    sheet_wanted = Signal(str)

    def __init__(self, context: Context, surveying: Surveying) -> None:
        super().__init__(context.theme, "二次录入（另一人，盲录）", " ")
        self._context = context
        self._surveying = surveying
        self._id = ""
        self._filling = False
        theme = context.theme
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.passes = Tabs(theme, {1: "第一遍", 2: "第二遍"}, self._on_pass, look="toggle", spacing=8)
        row.addWidget(self.passes)
        row.addSpacing(theme.px(8))
        self.rule = ComboInput()
        self.rule.setAccessibleName("二次录入方案")
        for words in DOUBLE_ENTRY:
            self.rule.addItem(words)
        self.rule.currentIndexChanged.connect(self._on_rule)
        self.amount = LineInput(numeric=True)
        self.amount.setFixedWidth(theme.px(64))
        self.amount.returnPressed.connect(self._on_rule)
        self.amount.left.connect(self._on_rule)
        self._unit = label("", "soft")
        row.addWidget(self.rule)
        row.addWidget(self.amount)
        row.addWidget(self._unit)
        row.addStretch(1)
        self.body.addLayout(row)
        self.figures = label("", wrap=True)
        self.body.addWidget(self.figures)
        self.rates = label("", "soft", wrap=True)
        self.body.addWidget(self.rates)
        self.decide = link("协调人查看不一致", self._toggle_differences)
        self.report = link("生成录入质量报告…", self._write_report)
        links = QHBoxLayout()
        links.addWidget(self.decide)
        links.addWidget(self.report)
        links.addStretch(1)
        self.body.addLayout(links)
        self.differences = QWidget()
        self._rows = QVBoxLayout(self.differences)
        self._apart: tuple[str, list[SheetStatus]] = ("", [])
        self._asked_with: tuple[object, object] = (None, None)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(theme.px(6))
        self.body.addWidget(self.differences)
        self.differences.hide()
        self._fault = label("", "fault", wrap=True)
        self._fault.hide()
        self.body.addWidget(self._fault)
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self.refresh)

    @property
    def _asked(self) -> Questionnaire | None:
        return self._context.session.evaluation.get(Questionnaire, self._id)

    def show_questionnaire(self, id_: str, entry_pass: int) -> None:
        """Be about another questionnaire, or another pass."""
        if id_ != self._id:
            self.differences.hide()
        self._id = id_
        self.passes.mark(entry_pass)
        self.refresh()

    def follow(self) -> None:
        """Bring the figures up to date once typing rests."""
        self._follow.start()

    def refresh(self) -> None:
        """Show rule, progress and rates as they stand."""
        asked = self._asked
        self.setVisible(asked is not None)
        if asked is None:
            return
        self._filling = True
        self.rule.setCurrentIndex(max(self.rule.findText(asked.double_entry), 0))
        self._show_amount(asked)
        self._filling = False
        double = asked.double_entry != NO_SECOND
        self.right.setText(plan_sentence(asked) if double else "")
        progress = self._surveying.progress(self._id)
        self.passes.button(2).setEnabled(double)
        waiting = progress.count(Stage.FIRST_DONE)
        differ, faulty = progress.count(Stage.DIFFERENT), progress.count(Stage.FAULTY)
        parts = [f"首录有误 {faulty}"] if faulty else []
        if double:
            agreed = progress.second_done - differ
            parts = [f"待录 {waiting}", f"一致 {agreed}", f"不一致 {differ}", *parts]
        self.figures.setText("　　".join(parts))
        self.figures.setVisible(bool(parts))
        self.rates.setText(
            "　　".join(map(rate_words, self._surveying.error_rates(self._id))) if double else ""
        )
        self.rates.setVisible(double)
        self.report.setVisible(double and self._context.services.exporting is not None)
        self.decide.setVisible(differ > 0 or self.differences.isVisible())
        if self.differences.isVisible():
            self._show_differences()

    def _show_amount(self, asked: Questionnaire) -> None:
        shown = {
            NTH_SECOND: (str(asked.double_every or ""), "份抽 1 份"),
            RANDOM_SECOND: (
                "" if asked.double_share is None else f"{show_plain(asked.double_share * 100)}%",
                "（如 50%）",
            ),
        }.get(self.rule.currentText())
        self.amount.setVisible(shown is not None)
        self._unit.setVisible(shown is not None)
        if shown is not None:
            if not self.amount.hasFocus():
                self.amount.setText(shown[0])
            self._unit.setText(shown[1])

    def _on_pass(self, entry_pass: int) -> None:
        self.differences.hide()  # whoever types next does not find the other's answers open
        self.pass_wanted.emit(entry_pass)

    def _on_rule(self) -> None:
        asked = self._asked
        if self._filling or asked is None:
            return
        rule, text = self.rule.currentText(), self.amount.text().strip()
        if rule != asked.double_entry and rule in {NTH_SECOND, RANDOM_SECOND}:
            text = text or ("5" if rule == NTH_SECOND else "50%")
        try:
            number = parse_number(text) if text else None
            if rule == RANDOM_SECOND and number is not None and "%" not in text and number > 1:
                number /= 100  # 50 means 50 %
            self._surveying.set_double_entry(
                self._id,
                rule,
                every=int(number) if rule == NTH_SECOND and number is not None else None,
                share=number if rule == RANDOM_SECOND else None,
            )
        except (NotANumber, WorkbenchError) as error:
            self._say(str(error))
            return
        self._say("")
        self.refresh()

    def _say(self, sentence: str) -> None:
        self._fault.setText(sentence)
        self._fault.setVisible(bool(sentence))

    def _write_report(self) -> None:
        """Ask where to, and print what both passes got wrong."""
        exporting = self._context.services.exporting
        if exporting is None:
            return
        self._context.flush()
        name = exporting.file_name(self._context.session, "entry-report")
        suggested = (self._context.services.folder or Path()) / name
        path = self._context.alerts.choose_save("录入质量报告", suggested, "PDF (*.pdf)")
        if path is not None:
            job = exporting.job(self._context.session, "entry-report", path)
            self._context.tasks.run(job.run, self._on_written, failed=self._on_failed)

    def _on_written(self, written: Exported) -> None:
        self.rates.setText(f"{self.rates.text()}　　已生成 {written.path.name}")

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            raise error
        self._say(str(error))

    # ── the coordinator ──────────────────────────────────────────────────────────────────────────

    def _toggle_differences(self) -> None:
        self.differences.setVisible(not self.differences.isVisible())
        self.refresh()

    def _show_differences(self) -> None:
        apart = [s for s in self._surveying.statuses(self._id) if s.stage is Stage.DIFFERENT]
        evaluation = self._context.session.evaluation
        asked = evaluation.table(Question), evaluation.table(Option)  # replaced on change
        same = self._asked_with[0] is asked[0] and self._asked_with[1] is asked[1]
        if self._rows.count() and same and (self._id, apart) == self._apart:
            return  # the keyboard may be on one of the links
        self._apart, self._asked_with = (self._id, apart), asked
        clear(self._rows)
        for status in apart[:5]:
            self._rows.addWidget(self._difference(status))
        if len(apart) > 5:
            self._rows.addWidget(label(f"另有 {len(apart) - 5} 份，处理后依次列出。", "soft"))
        if not apart:
            self._rows.addWidget(label("没有不一致的答卷。", "soft"))

    def _difference(self, status: SheetStatus) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._context.theme.px(2))
        first, second = status.first, status.second
        if first is None or second is None:
            return holder
        one, other = self._surveying.answers(first), self._surveying.answers(second)
        column.addWidget(label(f"{status.number}　首录 {first.typist} · 复录 {second.typist}", "bold"))
        grid = QGridLayout()
        for row, id_ in enumerate(status.differing):
            question = self._context.session.evaluation.get(Question, id_)
            if question is not None:
                words = f"第 {question.position} 题 {question.text}"
                grid.addWidget(label(words, wrap=True), row, 0)
                grid.addWidget(label(f"首录：{self._words(one, id_)}"), row, 1)
                grid.addWidget(label(f"复录：{self._words(other, id_)}"), row, 2)
        grid.setColumnStretch(0, 1)
        column.addLayout(grid)
        acts = QHBoxLayout()
        choices: tuple[tuple[str, Callable[[], object]], ...] = (
            ("以首录为准", lambda: self._surveying.save(second, one)),
            ("以复录为准", lambda: self._surveying.save(first, other)),
            ("退回首录人", lambda: self._surveying.reopen(first)),
            ("退回复录人", lambda: self._surveying.reopen(second)),
            ("打开首录", lambda: self.sheet_wanted.emit(status.number)),
        )
        for words, doer in choices:
            acts.addWidget(link(words, partial(self._decided, doer)))
        acts.addStretch(1)
        column.addLayout(acts)
        return holder

    def _decided(self, doer: Callable[[], object]) -> None:
        try:
            doer()
        except WorkbenchError as error:
            self._say(str(error))
        self.refresh()

    def _words(self, answers: Answers, question: str) -> str:
        return answer_words(answers.get(question), self._context.session.evaluation.table(Option))


def answer_words(answer: Answer | None, options: Mapping[str, Option]) -> str:
    """An answer in the words of the paper: labels, text, 未答, 看不清."""
    if answer is None:
        return "未答"
    if answer.unclear:
        return "看不清"
    labels = "、".join(options[id_].label for id_ in answer.options if id_ in options)
    return "，".join(part for part in (labels, answer.text) if part) or "未答"


def rate_words(rate: ErrorRate) -> str:
    """How much one pass got wrong, in words: ``首录差错率 0.50%（1/200）``."""
    named = "首录" if rate.entry_pass == 1 else "复录"
    if rate.rate is None:
        return f"{named}差错率 —"
    return f"{named}差错率 {show_percent(rate.rate)}（{rate.wrong}/{rate.answers}）"
