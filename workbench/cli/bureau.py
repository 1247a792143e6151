"""The commands for a bureau's own workbook: bind a blank, fill it, compare a filled one."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from workbench.cli.desk import Desk


def bind(desk: Desk, words: Namespace) -> int:
    """Recognise a blank for an indicator system, say what goes where, and keep it unless it is a preview."""
    blank = Path(words.file).expanduser()
    forms = desk.parts.bureau
    form = desk.parts.catalog.form(words.form)
    draft, labels = forms.draft(blank, form, words.title), forms.labels(form)
    for one in draft.bindings:
        desk.say(f"“{one.sheet}”表 {one.address}　{one.prefix}{labels.get(one.content, one.content)}")
    if draft.unplaced:
        desk.hint(f"表中没有找到这些指标的行：{'、'.join(draft.unplaced)}。")
    if words.preview:
        desk.hint("预览，没有保存。")
        return 0
    kept = forms.save(draft.title, blank, draft.bindings)
    desk.say(f"已保存表样“{kept.title}”，绑定 {len(kept.bindings)} 格。")
    return 0


def fill(desk: Desk, words: Namespace) -> int:
    """Fill a kept form from an evaluation and say where the file is."""
    form = desk.parts.bureau.form(words.title)
    with desk.looked_at(words.folder) as session:
        findings = desk.parts.checking(session).findings
        job = desk.parts.exporting.bureau_job(session, form, Path(words.file).expanduser(), findings=findings)
        written = job.run()
    desk.hint(*(f"{written.path.name}：{notice}" for notice in written.notices))
    desk.say(str(written.path))
    return 0


def compare(desk: Desk, words: Namespace) -> int:
    """Say what a filled workbook changed besides the bound cells; exit code 1 when it did."""
    forms = desk.parts.bureau
    found = forms.compare(forms.form(words.title), Path(words.file).expanduser())
    desk.say(*(found or ["除绑定的单元格外，与空白表完全一致。"]))
    return 1 if found else 0
