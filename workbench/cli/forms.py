"""The command ``form``: the indicator system of one evaluation, compared and re-weighted as in the window."""

from __future__ import annotations

from argparse import Namespace

from workbench.cli.desk import Desk, named
from workbench.domain.amounts import NotANumber, parse_number, show_plain
from workbench.domain.form_edits import CannotEdit, reweight, spread
from workbench.domain.form_outline import Outline, gap_text
from workbench.errors import WorkbenchError
from workbench.services.form_editing import FormEditing


def show(desk: Desk, words: Namespace) -> int:
    """The system as it stands, the draft where there is one, with its sums."""
    with desk.looked_at(words.folder) as session:
        editing = FormEditing(session)
        outline = editing.outline
        for line in outline.lines():
            gap = gap_text(line)
            points = "未写" if line.points is None else show_plain(line.points)
            desk.say(
                f"{'　' * (line.level - 1)}{line.id}　{line.name}　{points}{f'（{gap}）' if gap else ''}"
            )
        desk.say(outline.sum_text())
        if editing.draft is not None:
            desk.hint("这是未应用的草稿。")
    return 0


def compare(desk: Desk, words: Namespace) -> int:
    """What the system has otherwise than the one that the evaluation began with."""
    with desk.looked_at(words.folder) as session:
        found = FormEditing(session).against_original()
        desk.say(*(str(one) for one in found))
        if not found:
            desk.hint("与原体系相同。")
    return 0


def set_points(desk: Desk, words: Namespace) -> int:
    """Set the points of indicators, show what it does, and with ``--apply`` do it as one step."""
    with desk.opened(words.folder) as session:
        editing = FormEditing(session)
        form = session.evaluation.form
        raw = editing.raw
        try:
            for told in words.points:
                name, found, points = told.partition("=")
                if not found:
                    raise WorkbenchError("bad-points", f"“{told}”不是 指标=分值。", "如 D11=12。")
                indicator = named(form, name.strip(), form.indicators)
                raw = reweight(raw, indicator.id, parse_number(points))
            if words.spread:
                raw = spread(raw, "")
        except (CannotEdit, NotANumber) as error:
            raise WorkbenchError("bad-points", str(error)) from error
        editing.put(raw, "修改分值")
        desk.hint(Outline(raw).sum_text())
        effect = editing.effect()
        desk.say(effect.total_text(), *(f"{one.place}　{one}" for one in effect.scores))
        desk.say(*(f"将失去位置：{lost}" for lost in effect.lost), *effect.doubts)
        if not words.apply:
            desk.hint("已存为草稿，没有应用；加 --apply 和 --reason 应用。")
            return 0
        editing.put_reason(words.reason)
        editing.apply(effect)
        desk.hint("已应用到本评价。")
    return 0
