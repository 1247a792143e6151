"""Checks of what is used twice in words: one amount deducted several times, one sentence proving several indicators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from workbench.domain.checks.base import check
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Deduction, Entry
from workbench.domain.prose import numbers_in, sentences


@check("K18", ("deduction", "entry"))
def facts_are_not_used_twice(view: View) -> Iterator[Finding]:
    """The same amount as the reason of deductions of several indicators; one sentence as the basis of two."""
    amounts: dict[Fraction, dict[str, str]] = {}
    for line in view.evaluation.table(Deduction).values():
        for number in numbers_in(line.reason):
            if number.kind == "money" and line.points and view.form.get(line.indicator):
                amounts.setdefault(number.value, {}).setdefault(line.indicator, number.text)
    for about in amounts.values():
        if len(about) < 2:
            continue
        first, text = next(iter(about.items()))
        names = "、".join(view.form[i].name for i in about)
        yield view.at_indicator("K18", first, part=f"amount-{text}").notice(
            f"同一金额 {text} 在 {len(about)} 个指标扣分：{names}。",
            expected="同一事实只扣一次",
            found=f"{len(about)} 次",
            remedy="请确认不是同一事实重复扣分。",
        )
    said: dict[str, list[str]] = {}
    for entry in view.evaluation.table(Entry).values():
        if view.form.get(entry.id) is None:
            continue
        for sentence in sentences(entry.basis):
            figures = [n for n in numbers_in(sentence) if n.kind in {"money", "count"}]
            if len(sentence) >= 10 and figures and "{" not in sentence:
                said.setdefault(re.sub(r"\s", "", sentence), []).append(entry.id)
    for sentence, ids in said.items():
        if len(ids) > 1:
            names = "、".join(view.form[i].name for i in ids)
            yield view.at_indicator("K18", ids[0], "entry", field="basis", part="twice").notice(
                f"同一句依据用在 {len(ids)} 个指标：{names}。",
                detail=f"原文：{sentence}。",
                expected="各有其据",
                found=f"{len(ids)} 处",
                remedy="请核对这一事实到底证明哪个指标。",
            )
