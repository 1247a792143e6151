"""目标与资金: targets with what was reached, fund lines, totals and rates that name their denominator."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.domain.amounts import Rate, show_money, show_percent
from workbench.domain.entities_rates import StatedRate
from workbench.domain.evaluation import FundLine, Target
from workbench.domain.fields import spec_of
from workbench.domain.sources import FUND_COLUMNS, Sources
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.entity_table import EntityTable, actions_of
from workbench.ui.page import Page
from workbench.ui.widgets import Card, clear, label, scrolled

#: The rates below the fund table: name, numerator column, denominator column.
RATES = (
    ("资金到位率", "arrived", "budget"),
    ("预算执行率", "spent", "budget"),
    ("支出占到位", "spent", "arrived"),
    ("支出占应付", "spent", "due"),
    ("应付占预算", "due", "budget"),
)


def fund_rates(sources: Sources) -> list[tuple[str, Rate]]:
    """Every rate whose two totals are stated, with the names of both."""
    found = []
    for name, above, below in RATES:
        numerator, denominator = sources.fund_total(above), sources.fund_total(below)
        if numerator is not None and denominator is not None:
            names = spec_of(FundLine, above).label, spec_of(FundLine, below).label
            found.append((name, Rate(numerator, denominator, *names)))
    return found


class TargetsFundsPage(Page):
    """Targets with what is suggested for them, funds with what follows, stated rates."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(18), theme.px(14), theme.px(18), theme.px(18))
        column.setSpacing(theme.px(10))
        column.addWidget(label("目标与资金", "title"))

        card = Card(theme, "绩效目标", "F2 或直接输入即修改")
        self.targets = EntityTable(
            context,
            Target,
            ("level1", "level2", "name", "operator", "value", "unit", "actual", "indicator", "explanation"),
            options={"indicator": self._indicators},
            hint="还没有绩效目标。把目标申报表的指标值逐行录入，按 Ctrl N 新增。",
        )
        card.body.addWidget(self.targets)
        column.addWidget(card)

        self._fund_card = Card(theme, "资金", "金额单位：万元")
        self.funds = EntityTable(
            context,
            FundLine,
            (
                "year",
                "item",
                "initial",
                "budget",
                "arrived",
                "due",
                "spent",
                "contract",
                "stated_rate",
                "explanation",
            ),
            hint="还没有资金。按年度和项目逐行录入预算、到位、支出，按 Ctrl N 新增。",
        )
        self._fund_card.body.addWidget(self.funds)
        self._sums = QVBoxLayout()
        self._sums.setSpacing(theme.px(4))
        self._fund_card.body.addLayout(self._sums)
        column.addWidget(self._fund_card)
        card = Card(theme, "来稿比率", "逐条写明分子、分母，核对印出的比率")
        self.rates = EntityTable(
            context,
            StatedRate,
            (
                "name",
                "period",
                "numerator_name",
                "numerator",
                "denominator_name",
                "denominator",
                "rate",
                "source",
                "explanation",
            ),
            hint="还没有来稿比率。把总结、自评报告中印出的比率连同分子、分母登记在这里，按 Ctrl N 新增。",
        )
        card.body.addWidget(self.rates)
        column.addWidget(card)

        card = Card(theme, "目标修正建议", "填了建议的目标印入附件")
        self.suggestions = EntityTable(
            context,
            Target,
            ("name", "suggested", "suggestion_reason"),
            hint="还没有绩效目标。",
        )
        card.body.addWidget(self.suggestions)
        column.addWidget(card)
        column.addStretch(1)
        self._area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)

    def _indicators(self) -> list[tuple[str, str]]:
        return [(leaf.id, leaf.name) for leaf in self.context.session.evaluation.form.leaves]

    def reload(self) -> None:
        """Show both tables and the sums as they stand."""
        self.targets.reload()
        self.suggestions.reload()
        self.funds.reload()
        self.rates.reload()
        self._show_sums()

    def update_for(self, changed: Changed) -> None:
        """The tables hear changes themselves; the sums follow the funds."""
        if changed.touches("fund_line", "overview"):
            self._show_sums()

    def _show_sums(self) -> None:
        evaluation = self.context.session.evaluation
        unit = evaluation.overview.fund_unit
        self._fund_card.right.setText(f"金额单位：{unit}")
        sources = Sources(evaluation)
        clear(self._sums)
        totals = [
            f"{spec_of(FundLine, name).label} {show_money(total, unit)}"
            for name in FUND_COLUMNS
            if (total := sources.fund_total(name)) is not None
        ]
        if totals:
            self._sums.addWidget(label(f"合计　{'　'.join(totals)}", "bold", wrap=True))
        for name, rate in fund_rates(sources):
            shown = "分母为零，不能计算" if rate.value is None else show_percent(rate.value)
            figures = (
                f"{name} = {rate.numerator_name} {show_money(rate.numerator, unit)}"
                f" ÷ {rate.denominator_name} {show_money(rate.denominator, unit)} = {shown}"
            )
            self._sums.addWidget(label(figures, "soft", wrap=True))

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Row actions go to the table with the keyboard."""
        return actions_of(lambda: [self.targets, self.suggestions, self.funds, self.rates])

    def show_place(self, place: Address) -> None:
        """Put the cursor into a cell."""
        table = {"fund_line": self.funds, "stated_rate": self.rates}.get(place.kind, self.targets)
        if place.field in {"suggested", "suggestion_reason"}:
            table = self.suggestions
        table.show_row(place.id, place.field)
        self._area.ensureWidgetVisible(table)
