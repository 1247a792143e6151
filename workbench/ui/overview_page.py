"""概况: the project's facts, who evaluates, and the texts of the report's first chapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.domain.evaluation import Member, Overview
from workbench.domain.fields import specs_of
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.entity_form import EntityForm
from workbench.ui.entity_table import EntityTable, actions_of
from workbench.ui.page import Page
from workbench.ui.widgets import Card, label, scrolled

#: Groups of fields in the order of the work; what no group names comes last.
GROUPS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    (
        "项目与各方",
        3,
        (
            "project",
            "year",
            "mode",
            "evaluated_unit",
            "department",
            "commissioner",
            "agency",
            "lead",
            "fund_source",
            "fund_unit",
            "counting_stage",
        ),
    ),
    (
        "日期",
        3,
        (
            "project_start",
            "project_end",
            "actual_end",
            "tender_date",
            "contract_date",
            "base_date",
            "evaluation_start",
            "evaluation_end",
            "report_date",
        ),
    ),
    ("项目情况", 1, ("unit_profile", "background", "content", "organisation", "overall_target")),
    (
        "评价工作",
        1,
        ("purpose", "scope", "basis", "principles", "process", "achievements", "experience", "remarks"),
    ),
)


#: Chosen where it matters: on the page of the report's text, on the page of evidence.
_ELSEWHERE = {"outline", "index_scheme"}


def grouped() -> list[tuple[str, int, tuple[str, ...]]]:
    """The groups, with a last one for fields that none of them names."""
    named = {name for _, _, names in GROUPS for name in names}
    rest = tuple(f.name for f in specs_of(Overview) if f.name not in named | _ELSEWHERE)
    return [*GROUPS, *([("其他", 2, rest)] if rest else [])]


class OverviewPage(Page):
    """One card per group of fields, and the members of the evaluation team."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        self.forms: list[EntityForm] = []
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(18), theme.px(14), theme.px(18), theme.px(18))
        column.setSpacing(theme.px(10))
        column.addWidget(label("概况", "title"))
        for title, columns, names in grouped():
            card = Card(theme, title)
            form = EntityForm(context, Overview, names, columns=columns)
            self.forms.append(form)
            card.body.addWidget(form)
            column.addWidget(card)
            if title == "日期":
                column.addWidget(self._team(context))
        column.addStretch(1)
        self._area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)

    def _team(self, context: Context) -> Card:
        card = Card(context.theme, "评价组")
        self.team = EntityTable(
            context,
            Member,
            ("name", "organisation", "speciality", "title", "duty"),
            most_rows=8,
            hint="还没有评价组成员，按 Ctrl N 新增一行。",
        )
        card.body.addWidget(self.team)
        return card

    def reload(self) -> None:
        """Show the overview as it stands."""
        for form in self.forms:
            form.show_entity("overview")
        self.team.reload()

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Row actions go to the team."""
        return actions_of(lambda: [self.team])

    def update_for(self, changed: Changed) -> None:
        """The forms and the table hear changes themselves."""

    def show_place(self, place: Address) -> None:
        """Put the cursor into a field of the overview, or into the team."""
        if place.kind == "member":
            self.team.show_row(place.id, place.field)
            self._area.ensureWidgetVisible(self.team)
            return
        for form in self.forms:
            if form.focus_field(place.field):
                self._area.ensureWidgetVisible(form.editors[place.field])
                return
