"""``review``: recompute a score sheet that somebody else made, list what does not hold, write the 复核意见表."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.cli.commands import exit_code
from workbench.cli.desk import Desk
from workbench.cli.findings import figures_lines, finding_json
from workbench.domain.checks import Severity
from workbench.domain.outside.review import Remark, summary
from workbench.services.outside_sheets import Reviewed


def review(desk: Desk, words: Namespace) -> int:
    """Review a score sheet and, if given, its report; the exit code tells the worst finding as ``check`` does."""
    report = Path(words.report).expanduser() if words.report else None
    reviewed = desk.parts.outside.read(Path(words.file).expanduser(), report)
    written = [
        desk.parts.outside.write(reviewed, Path(name).expanduser()) for name in words.out if name.strip()
    ]
    if words.json:
        desk.say_json(_json(reviewed, written))
    else:
        desk.say(*_lines(reviewed))
        desk.say(*(str(path) for path in written))
    worst = reviewed.review.worst
    return exit_code(worst.name.lower() if worst is not None else "", words.fail_on)


def _lines(reviewed: Reviewed) -> Iterator[str]:
    review = reviewed.review
    yield from summary(review)
    for remark in review.remarks:
        finding = remark.finding
        more = f"（另有 {len(remark.more)} 处）" if remark.more else ""
        yield f"{remark.number}. {finding.code} {finding.severity.label}　{remark.at.words}{more}"
        yield f"    {finding.message}"
        quote = " ".join(remark.at.quote.split())
        if quote:
            yield f"    原文：{quote[:80]}{'…' if len(quote) > 80 else ''}"
        yield from figures_lines(finding)
    if review.unread:
        yield "没读懂的部分："
        for one in review.unread:
            text = f"“{' '.join(one.text.split())}”" if one.text.strip() else ""
            yield f"  · {one.place}{text}：{one.why}"


def _json(reviewed: Reviewed, written: list[Path]) -> dict[str, Any]:
    review = reviewed.review
    return {
        "files": list(review.outside.files),
        "title": review.outside.title,
        "indicators": len(review.outside.leaves),
        "printed_total": f"{review.printed_total:f}" if review.printed_total is not None else None,
        "total": f"{review.scores.total:f}",
        "grade": review.scores.grade.name if review.scores.grade is not None else None,
        "errors": review.count(Severity.ERROR),
        "warnings": review.count(Severity.WARNING),
        "notices": review.count(Severity.NOTICE),
        "findings": [_remark(remark) for remark in review.remarks],
        "unread": [{"place": one.place, "text": one.text, "why": one.why} for one in review.unread],
        "written": [str(path) for path in written],
    }


def _remark(remark: Remark) -> dict[str, Any]:
    at = remark.at
    return {
        "number": remark.number,
        **finding_json(remark.finding),
        "file": at.file,
        "table": at.table or None,
        "cell": at.cell or None,
        "page": at.page or None,
        "paragraph": at.paragraph or None,
        "place": at.words,
        "quote": at.quote,
        "confidence": remark.confidence,
        "more": [other.words for other in remark.more],
    }
