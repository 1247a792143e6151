"""The table of pages. One row makes a page known to navigation, keys, search and jumps.

How a page is added
-------------------
1. Write one module ``workbench/ui/evidence_page.py`` with one class::

       class EvidencePage(Page):                      # workbench.ui.page.Page
           def __init__(self, context: Context) -> None:
               super().__init__(context)              # build the widgets here, once
           def reload(self) -> None: ...              # fill them from self.context.session
           def update_for(self, changed: Changed) -> None: ...   # optional: repaint only what changed
           def show_place(self, place: Address) -> None: ...     # optional: go to an entity, put the cursor there
           def actions_here(self): return {"add_row": self._add} # optional: doers for the table in actions.py

   ``context`` (:mod:`workbench.ui.context`) holds ``session``, ``bridge``, ``theme``, ``alerts``,
   ``tasks``, ``services``, ``navigate(Address)``, ``flush()``, ``run_action(name)``. Write through
   ``context.session.put/put_all/remove`` or :func:`workbench.services.editing.put_text`; never through
   anything else. Fields come from :func:`workbench.ui.fields.editor_for` or, for several fields of one
   entity, :class:`workbench.ui.entity_form.EntityForm`; lists of entities from
   :class:`workbench.ui.entity_table.EntityTable`; cards, labels, notices and buttons from
   :mod:`workbench.ui.widgets` (lengths as ``context.theme.px(12)``, colours only as ``role`` names of
   :mod:`workbench.ui.theme`).
2. Add one row to :data:`PAGES`: key, label, group (a hairline is drawn between groups), the class as
   ``"module:Class"`` (imported when the page is first seen, so that start-up stays quick), the kinds
   of entity it shows (``navigate`` finds the page by them), and a count from :mod:`workbench.ui.counts`.
3. If the page needs a service, add one field to ``Services`` in :mod:`workbench.services.parts` and build
   it in ``services_for`` there: window, command line and page pictures then have it alike.

A page is created when first seen, reloaded when seen after changes, and hears changes while visible.
Everything typed is saved before another page is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from workbench.ui.context import Context
from workbench.ui.counts import (
    Count,
    evidence,
    findings,
    opinions,
    problems,
    records,
    scored,
    valid_sheets,
)
from workbench.ui.page import Page


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One step of the work."""

    key: str
    label: str
    group: int
    factory: str
    """``module:Class`` below ``workbench.ui``; called with the context."""
    kinds: tuple[str, ...] = ()
    """Kinds of entity this page shows; ``navigate`` comes here for them."""
    count: Callable[[Context], Count] | None = None

    def make(self, context: Context) -> Page:
        """Import the page's module and build the page."""
        module, _, name = self.factory.partition(":")
        made = getattr(import_module(f"workbench.ui.{module}"), name)(context)
        return cast("Page", made)


PAGES: tuple[PageSpec, ...] = (
    PageSpec("overview", "概况", 1, "overview_page:OverviewPage", ("overview", "member")),
    PageSpec(
        "targets_funds",
        "目标与资金",
        1,
        "targets_funds_page:TargetsFundsPage",
        ("target", "fund_line", "stated_rate"),
    ),
    PageSpec("form", "指标体系", 1, "form_page:FormPage", ("form_revision",)),
    PageSpec(
        "scoring",
        "指标评分",
        2,
        "scoring_page:ScoringPage",
        ("indicator", "entry", "input", "mark", "deduction"),
        scored,
    ),
    PageSpec(
        "records",
        "资料与记录",
        2,
        "records_page:RecordsPage",
        (
            "document_request",
            "interview",
            "exchange",
            "site_record",
            "fact",
            "sampling",
            "sampled_item",
        ),
        records,
    ),
    PageSpec("evidence", "佐证材料", 2, "evidence_page:EvidencePage", ("evidence",), evidence),
    PageSpec(
        "survey",
        "问卷调查",
        2,
        "survey_page:SurveyPage",
        ("questionnaire", "question", "option", "sheet"),
        valid_sheets,
    ),
    PageSpec("problems", "问题与建议", 2, "problems_page:ProblemsPage", ("problem", "advice"), problems),
    PageSpec(
        "review",
        "意见与复核",
        3,
        "review_page:ReviewPage",
        ("opinion", "review_note", "sign_off"),
        opinions,
    ),
    PageSpec("report_text", "报告正文", 3, "report_text_page:ReportTextPage", ("paragraph",)),
    PageSpec("checks", "核验", 3, "checks_page:ChecksPage", ("waiver",), findings),
    PageSpec("export", "报告与导出", 3, "export_page:ExportPage"),
)


def page_of(kind: str) -> str:
    """The key of the page that shows a kind of entity; ``""`` when none does."""
    return next((page.key for page in PAGES if kind in page.kinds), "")
