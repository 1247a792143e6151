"""Paper out and in: score sheet, report and working papers by the table of exporters; papers read again."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from workbench.cli.desk import Desk
from workbench.domain.checks import Finding
from workbench.domain.evaluation import Questionnaire
from workbench.domain.form import show_score
from workbench.domain.sheet_numbers import SheetRange
from workbench.errors import WorkbenchError
from workbench.services.export_choices import ExportChoices
from workbench.services.exporting import Exported
from workbench.services.file_names import scheme_fault
from workbench.services.session import Session

#: Option → key of the exporter.
EXPORT_OPTIONS = {
    "xlsx": "score-sheet",
    "pdf": "report",
    "docx": "report-docx",
    "derivation": "derivation",
    "stages": "stage-sheet",
    "papers": "working-papers",
    "sheets": "questionnaires",
    "checks": "checks-report",
    "checks_xlsx": "checks-workbook",
}
_NUMBERS = re.compile(r"(\d+)(?:-(\d+))?")


def export(desk: Desk, words: Namespace) -> int:
    """Write the files that were asked for and say where they are; with only a folder, all of them."""
    if words.name and (fault := scheme_fault(words.name)):
        raise WorkbenchError("bad-name", f"文件名的写法“{words.name}”不能用。", fault)
    kinds = [
        exporter.key
        for exporter in desk.parts.exporting.kinds()
        if not (words.private and exporter.personal and words.out)
    ]
    named = {
        key: Path(getattr(words, option)).expanduser()
        for option, key in EXPORT_OPTIONS.items()
        if getattr(words, option, "") and key in kinds
    }
    with desk.looked_at(words.folder) as session:
        if words.out:
            out = Path(words.out).expanduser().absolute()
            for key in _only(kinds, words.only) if words.only or not named else ():
                named[key] = out / desk.parts.exporting.file_name(session, key, words.name)
            named = {key: path if path.is_absolute() else out / path for key, path in named.items()}
        if not named:
            raise WorkbenchError(
                "no-file",
                "没有说要导出什么。",
                "请加 --xlsx、--pdf 等并写文件名，或用 --out 写目录，导出全部。",
            )
        findings = desk.parts.checking(session).findings
        how = ExportChoices(words.layout, words.lock or None, words.without_empty, words.private)
        base = Path(words.base).expanduser() if words.base else None
        for key, path in named.items():
            sheets = numbered(session, words) if key == "questionnaires" and words.numbers else None
            written = written_file(desk, session, key, path, findings, sheets=sheets, base=base, how=how)
            desk.say(str(written.path))
    return 0


def _only(kinds: Sequence[str], asked: str) -> list[str]:
    """The kinds of ``--only``, all when nothing is asked; raises :class:`WorkbenchError` for unknown ones."""
    wanted = [part.strip() for part in asked.replace("，", ",").split(",") if part.strip()]
    unknown = [key for key in wanted if key not in kinds]
    if unknown:
        raise WorkbenchError(
            "no-exporter", f"没有名为“{'、'.join(unknown)}”的导出种类。", f"可用：{'、'.join(kinds)}。"
        )
    return wanted or list(kinds)


def numbered(session: Session, words: Namespace) -> SheetRange:
    """The sheets that ``--numbers 1-200 --questionnaire 名称 --prefix GZ`` ask for; one questionnaire needs no name."""
    asked = session.evaluation.listed(Questionnaire)
    named = [q for q in asked if words.questionnaire in {"", q.title, q.group, q.id}]
    if len(named) != 1:
        titles = "、".join(q.title for q in asked) or "（无）"
        raise WorkbenchError(
            "which-questionnaire", "没有说清打印哪份问卷。", f"请用 --questionnaire 写名称：{titles}。"
        )
    found = _NUMBERS.fullmatch(words.numbers.strip())
    if found is None:
        raise WorkbenchError("bad-numbers", f"看不懂编号“{words.numbers}”。", "请写成 1-200 这样的起止编号。")
    return SheetRange(named[0].id, int(found[1]), int(found[2] or found[1]), words.prefix)


def written_file(
    desk: Desk,
    session: Session,
    key: str,
    path: Path,
    findings: Sequence[Finding],
    *,
    sheets: SheetRange | None = None,
    base: Path | None = None,
    how: ExportChoices = ExportChoices(),  # noqa: B008 - frozen
) -> Exported:
    """Write one file; what the exporter has to tell goes to the person."""
    written = desk.parts.exporting.job(
        session, key, path, findings=findings, sheets=sheets, base=base, **asdict(how)
    ).run()
    desk.hint(*(f"{written.path.name}：{notice}" for notice in written.notices))
    return written


def import_papers(desk: Desk, words: Namespace) -> int:
    """Say what working papers would change, and unless it is only a preview change it as one step."""
    importing = desk.parts.importing
    with desk.opened(words.folder) as session:
        preview = importing.preview(session, Path(words.file).expanduser())
        desk.say(preview.sentence())
        for kind in preview.kinds:
            desk.say(*(f"  删除{kind.title}：{name}" for name in kind.removed_names))
        desk.hint(*preview.notices)
        if words.preview:
            desk.hint("只是预览，没有写入。")
            return 0
        importing.apply(session, preview)
        if preview.changes:
            desk.say(f"已导入，总分 {show_score(session.evaluation.form, session.scores.total)}。")
    return 0
