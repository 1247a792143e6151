"""What is wrong with the files of evidence, as somebody who can see the disk has told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.domain.checks.finding import Finding
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Evidence
from workbench.domain.evidence_use import evidence_label


def file_findings(view: View, wrong: Mapping[str, str]) -> Iterator[Finding]:
    """An error for each item whose file is named in ``wrong``: content hash → what is the matter, in Chinese."""
    if not wrong:
        return
    for item in view.evaluation.table(Evidence).values():
        matter = wrong.get(item.sha256)
        if not item.sha256 or matter is None:
            continue
        label = evidence_label(item)
        uses = sum(1 for link in view.evaluation.links(from_kind="evidence", from_id=item.id))
        yield view.at("K04", "evidence", "evidence", item.id, f"{label} {item.title}", part="file").error(
            f"{label}“{item.title}”的文件{matter}。",
            detail=f"原文件名：{item.file_name or '未记录'}，存入时 {item.size} 字节，校验值 {item.sha256[:16]}…；"
            f"有 {uses} 处引用这件佐证。",
            expected="与存入时一致",
            found=matter,
            remedy="请从备份中找回，或重新存入同一文件。",
        )
