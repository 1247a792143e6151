"""Checks of who evaluates: the lead evaluator, and independence from the evaluated unit."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.domain.checks.base import SCORES, check
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.view import View


@check("K24", SCORES)
def lead_is_named(view: View) -> Iterator[Finding]:
    """The lead evaluator signs (财监〔2021〕4号第七条); asked for once everything is scored."""
    overview = view.evaluation.overview
    if view.scores.complete and overview.mode != "单位自评" and not overview.lead.strip():
        yield view.at("K24", "overview", "overview", "overview", "主评人", field="lead").error(
            "没有填写主评人。",
            detail="主评人在报告上签名并负责（财监〔2021〕4号第七条、第十八条）。",
            expected="主评人姓名",
            found="空白",
            remedy="请在概况里填写主评人。",
        )


@check("K24", ("overview",))
def evaluator_is_not_the_evaluated(view: View) -> Iterator[Finding]:
    """A finance or department evaluation that the evaluated unit made of itself."""
    overview = view.evaluation.overview
    unit = overview.evaluated_unit.strip()
    if overview.mode == "单位自评" or not unit:
        return
    if unit == overview.agency.strip() or (
        overview.mode == "财政评价" and unit == overview.commissioner.strip()
    ):
        role = "评价机构" if unit == overview.agency.strip() else "委托方"
        yield view.at(
            "K24", "overview", "overview", "overview", role, field="mode", part="independence"
        ).notice(
            f"评价类型是“{overview.mode}”，{role}却就是被评价单位“{unit}”。",
            expected="单位自评，或另一评价主体",
            found=overview.mode,
            remedy="请核对评价类型和评价主体。",
        )
