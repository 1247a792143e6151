"""The indicator system as a tree: full marks, scores, and a sign with words for how far each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from workbench.domain.amounts import show_plain
from workbench.domain.evaluation import STAGES, Evaluation, Input, input_id
from workbench.domain.form import Form, Indicator, show_score
from workbench.domain.scoring import FIRST, IndicatorScore, Scores
from workbench.services.session import Session
from workbench.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
#: The four stages stand behind the name while they are shown, and give way to 得分 else.
COLUMNS = ("指标", "分值", "得分", "", "自评", "初评", "复核", "征求后")
STATE_COLUMN = 3
FIRST_STAGE_COLUMN = 4


@dataclass(frozen=True, slots=True)
class State:
    """How far an indicator is: a sign, its tone, and the words for it."""

    sign: str
    tone: str
    words: str


EMPTY = State("○", "soft", "未评")


def trouble(evaluation: Evaluation, scored: IndicatorScore) -> str:
    """What does not agree at an indicator, in one sentence; empty when all does."""
    for given in (scored.given or {}).values():
        if given.fault and (given.linked is not None or given.text):
            return given.fault
    if scored.overridden and not evaluation.entry(scored.indicator.id).override_reason.strip():
        return "改定了得分，还没有写理由。"
    if scored.score is None:
        return ""
    if scored.unexplained > 0:
        return f"扣 {show_plain(scored.deducted or 0)} 分，其中 {show_plain(scored.unexplained)} 分没有说明原因。"
    if scored.unexplained < 0:
        return f"扣分说明合计 {show_plain(scored.explained)} 分，多于实际扣分 {show_plain(scored.deducted or 0)} 分。"
    return ""


def touched(evaluation: Evaluation, indicator: Indicator) -> bool:
    """Something was said about the indicator."""
    entry = evaluation.entry(indicator.id)
    if entry.basis or entry.override is not None or evaluation.deductions(indicator.id):
        return True
    inputs = evaluation.table(Input)
    return any(
        said.value or said.source
        for spec in (indicator.rule.inputs() if indicator.rule is not None else ())
        if (said := inputs.get(input_id(indicator.id, spec.key))) is not None
    )


def leaf_state(evaluation: Evaluation, scored: IndicatorScore, error: str = "") -> State:
    """The state of a scored indicator."""
    found = trouble(evaluation, scored) or error
    if found:
        return State("!", "lost", found)
    if scored.done:
        return State("✓", "done", "已完成")
    if scored.score is None and scored.outcome is not None and scored.outcome.missing:
        if touched(evaluation, scored.indicator):
            return State("◐", "accent", f"还缺：{'、'.join(scored.outcome.missing)}")
        return EMPTY
    if touched(evaluation, scored.indicator):
        return State("◐", "accent", "在评，未点完成")
    return EMPTY


def group_state(scored: IndicatorScore, below: list[State]) -> State:
    """The state of a first-level indicator, from those of its scored ones."""
    troubled = sum(state.sign == "!" for state in below)
    if troubled:
        return State("!", "lost", f"{troubled} 项需要处理")
    if scored.done == scored.leaves:
        return State("●", "ink", "全部完成")
    if all(state == EMPTY for state in below):
        return EMPTY
    return State("◐", "accent", f"已完成 {scored.done}/{scored.leaves}")


@dataclass(frozen=True, slots=True)
class Row:
    """What one row shows."""

    full: str
    score: str
    lost: bool
    state: State | None
    stages: tuple[str, ...] = ()
    """The score of each stage, for scored indicators."""


def rows_of(evaluation: Evaluation, scores: Scores, errors: Mapping[str, str]) -> dict[str, Row]:
    """Every row of the tree as it stands; ``errors`` are what the checks found wrong, by indicator."""
    form = evaluation.form
    states = {
        leaf.id: leaf_state(evaluation, scores[leaf.id], errors.get(leaf.id, "")) for leaf in form.leaves
    }
    found: dict[str, Row] = {}
    for indicator in form.indicators:
        scored = scores[indicator.id]
        leaf = indicator.id in states
        state = states.get(indicator.id)
        if not leaf and indicator.level == 1:
            state = group_state(scored, [states[below.id] for below in form.leaves_below(indicator.id)])
        found[indicator.id] = Row(
            show_plain(indicator.full_mark),
            "" if scored.score is None else show_score(form, scored.score, indicator),
            leaf and bool(scored.deducted),
            state,
            _stage_texts(form, scored) if leaf else ("",) * len(STAGES),
        )
    return found


def _stage_texts(form: Form, scored: IndicatorScore) -> tuple[str, ...]:
    given = {**(scored.marks or {}), **({FIRST: scored.first} if scored.first is not None else {})}
    return tuple(show_score(form, given[s], scored.indicator) if s in given else "" for s in STAGES)


class IndicatorTreeModel(QAbstractItemModel):
    """Rows by :func:`rows_of`; :meth:`refresh` repaints only rows that differ."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._form: Form = session.evaluation.form
        self._numbers = {indicator.id: n for n, indicator in enumerate(self._form.indicators)}
        self._errors: Mapping[str, str] = {}
        self._rows = rows_of(session.evaluation, session.scores, self._errors)
        self.repainted: list[str] = []
        """The indicators that the last refresh repainted."""

    def refresh(self, errors: Mapping[str, str] | None = None) -> None:
        """Take the scores as they stand; ``errors`` says what the checks found, by indicator (none: as before)."""
        self._errors = self._errors if errors is None else errors
        fresh = rows_of(self._session.evaluation, self._session.scores, self._errors)
        self.repainted = [id_ for id_, row in fresh.items() if self._rows[id_] != row]
        self._rows = fresh
        for id_ in self.repainted:
            self.dataChanged.emit(self.index_of(id_), self.index_of(id_, len(COLUMNS) - 1))

    def indicator(self, index: Index) -> Indicator:
        """The indicator of a row."""
        return self._form.indicators[index.internalId()]

    def index_of(self, id_: str, column: int = 0) -> QModelIndex:
        """Where an indicator stands."""
        indicator = self._form.get(id_)
        if indicator is None:
            return QModelIndex()
        row = self._form.children(indicator.parent).index(indicator)
        return self.createIndex(row, column, self._numbers[id_])

    def state(self, id_: str) -> State | None:
        """The state of an indicator as shown."""
        return self._rows[id_].state

    def index(self, row: int, column: int, parent: Index = _ROOT) -> QModelIndex:
        """The index of a child."""
        children = self._form.children(self.indicator(parent).id if parent.isValid() else "")
        if not (0 <= row < len(children) and 0 <= column < len(COLUMNS)):
            return QModelIndex()
        return self.createIndex(row, column, self._numbers[children[row].id])

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        """The index of the indicator above."""
        above = self.indicator(index).parent if index.isValid() else ""
        return self.index_of(above) if above else QModelIndex()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many indicators are directly below."""
        if parent.column() > 0:
            return 0
        return len(self._form.children(self.indicator(parent).id if parent.isValid() else ""))

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Name, full mark, score, sign, and the stages."""
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Column names."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section not in {0, STATE_COLUMN}:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        if not index.isValid():
            return None
        indicator = self.indicator(index)
        row = self._rows[indicator.id]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            sign = row.state.sign if row.state is not None else ""
            return (indicator.name, row.full, row.score, sign, *row.stages)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            if column == STATE_COLUMN:
                return row.state.words if row.state is not None else None
            return indicator.name if column == 0 else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignLeft,
                Qt.AlignmentFlag.AlignRight,
                Qt.AlignmentFlag.AlignRight,
                Qt.AlignmentFlag.AlignHCenter,
                *(Qt.AlignmentFlag.AlignRight,) * len(STAGES),
            )[column]
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.FontRole and indicator.level == 1:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.colors.of(self._tone(indicator, row, column))
        if role == Qt.ItemDataRole.BackgroundRole and indicator.level == 1:
            return self._theme.colors.of("ground")
        return None

    def _tone(self, indicator: Indicator, row: Row, column: int) -> str:
        if column == STATE_COLUMN and row.state is not None:
            return row.state.tone
        if column == 2 and row.lost:
            return "lost"
        middle = indicator.level > 1 and bool(self._form.children(indicator.id))
        return "soft" if middle else "ink"

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every row can be chosen."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
