"""The report as a document: chapters of an outline, filled with generated parts and human text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from workbench.domain.evaluation import AFTER, ALONE, INSTEAD, Overview, Problem
from workbench.domain.evaluation import Paragraph as HumanText
from workbench.domain.fields import specs_of
from workbench.errors import WorkbenchError
from workbench.exporters.annexes import ANNEXES
from workbench.exporters.document import (
    Annex,
    Block,
    Contents,
    Cover,
    Document,
    Heading,
    Inline,
    ListItems,
    Metadata,
    Paragraph,
    Reference,
    Text,
    content,
)
from workbench.exporters.outlines import Outline, Part
from workbench.exporters.report_data import ReportData
from workbench.exporters.report_parts import BUILDERS
from workbench.exporters.report_words import for_annexes, paragraphs
from workbench.exporters.title_lines import in_lines


def build_report(data: ReportData, outline: Outline) -> Document:
    """The report of one frozen state in the order of an outline; unknown parts are refused by name."""
    overview = data.evaluation.overview
    blocks: list[Block] = [Contents(levels=outline.contents_levels)]
    annexes: list[Annex] = []
    for annex in outline.annexes:
        if annex.key not in ANNEXES:
            raise _unknown(annex.key)
        if body := ANNEXES[annex.key](data):
            annexes.append(Annex(annex.title, tuple(body), annex.key))
    keys = {annex.key for annex in annexes}
    built = [(part, for_annexes(_part(data, part), keys)) for part in outline.parts]
    for number, (part, body) in enumerate(built):
        if body or part.keep or _has_below(built, number):
            blocks.append(Heading(part.level, part.heading, numbered=part.numbered))
            blocks.extend(body if body or not part.keep else [Paragraph(content("无。"))])
    blocks += annexes
    blocks = known_references(blocks)
    facts = (
        ("被评价单位", overview.evaluated_unit),
        ("主管部门", overview.department),
        ("委托部门", overview.commissioner),
        ("评价机构", overview.agency),
        ("主评人", overview.lead),
    )
    when = overview.report_date
    foot = (f"{when.year} 年 {when.month} 月 {when.day} 日",) if when is not None else ()
    return Document(
        title="\n".join(words for words in (_title(data), outline.title) if words),
        blocks=tuple(blocks),
        cover=Cover(
            subtitle=(f"（{overview.year} 年度）",) if overview.year else (),
            facts=tuple((label, value) for label, value in facts if value),
            foot=foot,
        ),
        header=f"{overview.project}{outline.title}",
        footer=data.seal,
        metadata=Metadata(author=overview.agency, subject=outline.title, created=data.made),
    )


#: The most full-width characters that a line of the cover's title takes in either typography.
_TITLE_LINE = 16.0


def _title(data: ReportData) -> str:
    """The project's name in lines for the cover, cut between words that its own texts know."""
    overview, form = data.evaluation.overview, data.evaluation.form
    known = [str(getattr(overview, field.name)) for field in specs_of(Overview) if field.kind == "text"]
    known += [text for one in form.indicators for text in (one.name, one.explanation, one.criterion)]
    known += [
        words for problem in data.evaluation.listed(Problem) for words in (problem.title, problem.description)
    ]
    return in_lines(overview.project, "\n".join(known), _TITLE_LINE)


#: What a sentence says where its table or annex is not part of this report.
_INSTEAD_OF = {"score_table": "评分表", "survey": "问卷统计", "level1": "得分表", "deductions": "扣分明细"}


def known_references(blocks: list[Block]) -> list[Block]:
    """References to what an outline leaves out become plain words."""
    keys = {key for block in _every(blocks) if (key := getattr(block, "key", ""))}
    return [
        replace(block, runs=tuple(_said(run, keys) for run in block.runs))
        if isinstance(block, Paragraph)
        else block
        for block in blocks
    ]


def _said(run: Inline, keys: set[str]) -> Inline:
    if isinstance(run, Reference) and run.key not in keys:
        return Text(_INSTEAD_OF.get(run.key, "附表"), run.bold)
    return run


def _every(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        yield from _every(getattr(block, "blocks", ()))


def _part(data: ReportData, part: Part) -> list[Block]:
    human = data.evaluation.get(HumanText, part.key) if part.key else None
    own = paragraphs(human.text) if human is not None else []
    if human is None or not own:
        return generated(data, part)
    made = [] if human.mode == ALONE else generated(data, part)
    if human.mode == INSTEAD:
        made = [block for block in made if not isinstance(block, Heading | Paragraph | ListItems)]
    return made + own if human.mode == AFTER else own + made


def generated(data: ReportData, part: Part) -> list[Block]:
    """What the program writes under a heading, without the human text."""
    blocks: list[Block] = []
    for name in part.build:
        if name not in BUILDERS:
            raise _unknown(name)
        blocks += BUILDERS[name](data)
    return blocks


def _has_below(built: list[tuple[Part, list[Block]]], number: int) -> bool:
    """Whether a heading without own text has something under it before the next of its level."""
    level = built[number][0].level
    for part, body in built[number + 1 :]:
        if part.level <= level:
            return False
        if body or part.keep:
            return True
    return False


def _unknown(name: str) -> WorkbenchError:
    return WorkbenchError(
        "bad-outline", f"报告提纲中的“{name}”不是程序认识的内容。", "请按提纲说明改正，或改用程序自带的提纲。"
    )
