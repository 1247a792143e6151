"""The findings of the checks as text for a terminal, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.domain.checks import Finding
from workbench.services.checking import Checking


def findings_lines(checking: Checking) -> list[str]:
    """Every finding with its figures, effect and remedy, then how many there are."""
    return [*(line for finding in checking.findings for line in _lines(finding)), _sum(checking)]


def _lines(finding: Finding) -> Iterator[str]:
    waived = "（已放行）" if finding.waived else ""
    yield f"{finding.code} {finding.severity.label}{waived}　{finding.where}"
    yield f"    {finding.message}"
    yield from figures_lines(finding)
    if finding.waiver is not None:
        yield f"    放行理由：{finding.waiver.reason}"


def figures_lines(finding: Finding) -> Iterator[str]:
    """The figures of a finding, what it does to the score, what to do."""
    figures = [
        f"{word} {text}"
        for word, text in (("应为", finding.expected), ("现为", finding.found), ("相差", finding.difference))
        if text
    ]
    if figures:
        yield f"    {'，'.join(figures)}"
    if finding.effect is not None:
        yield f"    影响：{finding.effect}"
    if finding.remedy:
        yield f"    办法：{finding.remedy}"


def _sum(checking: Checking) -> str:
    waived = checking.counts.waived
    return f"{checking.counts}{f'，另有 {waived} 条已放行' if waived else ''}"


def findings_json(checking: Checking) -> dict[str, Any]:
    """The findings, worst first, and how many stand of each severity."""
    counts = checking.counts
    return {
        "errors": counts.errors,
        "warnings": counts.warnings,
        "notices": counts.notices,
        "waived": counts.waived,
        "worst": next((finding.severity.name.lower() for finding in checking.standing), None),
        "findings": [
            finding_json(finding)
            | {
                "place": {
                    "page": finding.place.page,
                    "kind": finding.place.kind or None,
                    "id": finding.place.id or None,
                    "field": finding.place.field or None,
                },
                "waived": finding.waived,
                "waiver_reason": finding.waiver.reason if finding.waiver is not None else None,
                "waived_by": finding.waiver.by or None if finding.waiver is not None else None,
            }
            for finding in checking.findings
        ],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding for programs; exact numbers as text."""
    return {
        "code": finding.code,
        "title": finding.title,
        "severity": finding.severity.name.lower(),
        "key": finding.key,
        "where": finding.where,
        "indicator": finding.indicator or None,
        "message": finding.message,
        "detail": finding.detail,
        "expected": finding.expected,
        "found": finding.found,
        "difference": finding.difference,
        "effect": str(finding.effect) if finding.effect is not None else None,
        "total_after": f"{finding.effect.total_after:f}" if finding.effect is not None else None,
        "remedy": finding.remedy,
    }
