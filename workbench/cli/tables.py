"""The commands for indicator systems in Excel: ``forms import`` and ``forms export``."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from workbench.cli.desk import Desk
from workbench.domain.amounts import show_plain
from workbench.importers.indicator_table import TableReading


def import_table(desk: Desk, words: Namespace) -> int:
    """Read an indicator table, say how each standard was understood, and save it unless it is a preview."""
    source = Path(words.file).expanduser()
    authoring = desk.parts.authoring
    if words.preview:
        reading = authoring.preview(source)
        saved = None
    else:
        folder = Path(words.out).expanduser() if words.out else None
        saved = authoring.take_over(source, form_id=words.id, folder=folder, replacing=words.replace)
        reading = saved.reading or authoring.preview(source)
    if words.json:
        desk.say_json(
            {"path": str(saved.path) if saved else None, "id": saved.form.id if saved else None}
            | _reading_json(reading)
        )
        return 0
    desk.say(*_reading_lines(reading))
    if saved is None:
        desk.hint("预览，没有保存。")
        return 0
    if saved.renamed:
        desk.hint(f"编号已被占用，改为“{saved.form.id}”。")
    desk.say(str(saved.path))
    return 0


def export_table(desk: Desk, words: Namespace) -> int:
    """Write an indicator system as a workbook of the template and say where it is."""
    path = Path(words.file).expanduser()
    desk.parts.authoring.export(words.id, path)
    desk.say(str(path))
    return 0


def _reading_lines(reading: TableReading) -> list[str]:
    form = reading.form
    judged = reading.judged
    lines = [
        f"{form.title}（“{reading.sheet}”表，{len(form.leaves)} 项指标，{show_plain(form.total)} 分）",
        f"计分方式：{len(reading.readings) - len(judged)} 项可以执行，{len(judged)} 项由评价人判断",
    ]
    for one in reading.readings:
        lines.append(f"{one.indicator}　{show_plain(one.points)} 分　{one.label}")
        lines.append(f"    {one.place}　未识别为规则：{one.reason}" if one.reason else f"    {one.sentence}")
    lines += [f"  · {notice}" for notice in reading.notices]
    return lines


def _reading_json(reading: TableReading) -> dict[str, object]:
    return {
        "title": reading.form.title,
        "sheet": reading.sheet,
        "template": reading.template,
        "full": show_plain(reading.form.total),
        "indicators": [
            {
                "place": one.place,
                "indicator": one.indicator,
                "points": show_plain(one.points),
                "rule": one.label,
                "sentence": one.sentence,
                "reason": one.reason or None,
            }
            for one in reading.readings
        ],
        "notices": [
            {"place": notice.place, "what": notice.what, "remedy": notice.remedy}
            for notice in reading.notices
        ],
    }
