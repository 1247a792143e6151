"""抽样: the whole, how it was drawn from, what was drawn, and how much of the money that is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.domain.amounts import NotANumber, parse_number, show_money, show_percent
from workbench.domain.entities_records import SampledItem, Sampling
from workbench.domain.evaluation import Evaluation
from workbench.domain.records import coverage
from workbench.errors import WorkbenchError
from workbench.services.editing import Address
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.entity_table import EntityTable
from workbench.ui.inputs import LineInput
from workbench.ui.record_part import RecordPart
from workbench.ui.widgets import Card, label, link


def coverage_words(evaluation: Evaluation, sampling: Sampling) -> str:
    """How much was drawn, in one line: ``抽取 6 / 48，12.50%；金额 30.00 / 89.00 万元，33.71%``."""
    found = coverage(evaluation, sampling)
    unit = evaluation.overview.fund_unit
    drawn = "—" if found.drawn is None else str(found.drawn)
    whole = "—" if sampling.population is None else str(sampling.population)
    words = f"抽取 {drawn} / {whole}"
    if found.share is not None:
        words += f"，{show_percent(found.share)}"
    if found.money is not None:
        words += f"；金额 {show_money(found.money, unit)}"
        if sampling.population_money is not None:
            words += f" / {show_money(sampling.population_money, unit)}"
        if found.money_share is not None:
            words += f"，{show_percent(found.money_share)}"
    return words


class SamplingPart(RecordPart):
    """The samplings, the items of the chosen one, and drawing by a seed."""

    title = "抽样"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        card = Card(theme, "抽样")
        self.table = EntityTable(
            context,
            Sampling,
            ("title", "counted", "method", "population", "population_money", "drawn", "drawn_money"),
            most_rows=4,
            hint="还没有抽样。按 Ctrl N 新增，写明总体，再抽取或列出抽中的对象。",
        )
        self.table.set_least("title", "抽样名称抽样名称")
        card.body.addWidget(self.table)
        self.column.addWidget(card)
        self.list = Card(theme, "抽中的对象", " ")
        self.list.body.addWidget(self._drawing())
        self._said = label("", "fault", wrap=True)
        self._said.hide()
        self.list.body.addWidget(self._said)
        self.items = EntityTable(
            context,
            SampledItem,
            ("number", "name", "money", "place", "result"),
            where=lambda item: item.sampling == self.table.current_id(),
            defaults=lambda: {"sampling": self.table.current_id()},
            most_rows=9,
            hint="还没有列出抽中的对象。按种子抽取，或按 Ctrl N 逐个列出。",
        )
        self.items.set_width("number", "总体中编号")
        self.list.body.addWidget(self.items)
        self.column.addWidget(self.list)
        self.detail = Card(theme, "规则与说明")
        self.form = EntityForm(context, Sampling, ("rule", "note"), columns=1)
        self.detail.body.addWidget(self.form)
        self.column.addWidget(self.detail)
        self.finish(self.table)

    def _drawing(self) -> QWidget:
        theme = self.context.theme
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        self.number = LineInput(numeric=True)
        self.number.setAccessibleName("抽取数量")
        self.number.setFixedWidth(theme.px(60))
        self.seed = LineInput()
        self.seed.setAccessibleName("种子")
        self.seed.setPlaceholderText("任意文字，同一种子抽出同样的号")
        self.seed.returnPressed.connect(self.draw)
        self.number.returnPressed.connect(lambda: self.seed.setFocus(Qt.FocusReason.OtherFocusReason))
        row.addWidget(label("从总体中抽取", "soft"))
        row.addWidget(self.number)
        row.addWidget(label("个，种子", "soft"))
        row.addWidget(self.seed, 1)
        row.addWidget(link("抽取", self.draw))
        return holder

    def draw(self) -> None:
        """Draw by the seed; one Ctrl+Z takes it back."""
        recording = self.context.services.recording
        self.context.flush()
        sampling = self.context.session.evaluation.get(Sampling, self.table.current_id())
        if recording is None or sampling is None:
            return
        try:
            wanted = parse_number(self.number.text())
            drawn = recording.draw(
                sampling, int(wanted) if wanted == wanted.to_integral_value() else 0, self.seed.text()
            )
        except NotANumber as error:
            self._say(f"抽取数量：{error}")
        except WorkbenchError as error:
            self._say(f"{error.what}{error.remedy}")
        else:
            self._say("" if drawn else "按这个种子抽出的号都已列出，没有新增。")

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def show_record(self) -> None:
        """The chosen sampling with how much it covers."""
        evaluation = self.context.session.evaluation
        sampling = evaluation.get(Sampling, self.table.current_id())
        for widget in (self.list, self.detail):
            widget.setVisible(sampling is not None)
        if sampling is None:
            return
        self.items.reload()
        self.list.right.setText(coverage_words(evaluation, sampling))
        self.form.show_entity(sampling.id)

    def tables(self) -> Sequence[EntityTable]:
        """The samplings, then the items of the chosen one."""
        return [self.table, self.items] if self.table.current_id() else [self.table]

    def show_place(self, place: Address) -> None:
        """Choose a sampling, or an item of one."""
        if place.kind == "sampled_item":
            item = self.context.session.evaluation.get(SampledItem, place.id)
            if item is not None and self.table.show_row(item.sampling):
                self.items.show_row(item.id, place.field)
                self.ensure_visible(self.items)
            return
        super().show_place(place)
        if self.form.focus_field(place.field):
            self.ensure_visible(self.form.editors[place.field])
