"""Whatever people type into any field comes out of every kind of file whole, as text, or is named in a notice.

Every field of text of an evaluation gets a hostile text between two tokens of its own. A file that
prints the first token prints the second: nothing in between ended a cell, a paragraph or the file.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import zipfile
from collections import Counter
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from docx.oxml.ns import qn

from tests.exporters import ooxml
from tests.exporters.sample import MADE, RESOURCES, qixia, with_entities
from tests.exporters.test_records_paper import recorded
from workbench.domain.entities_review import Opinion, ReviewNote, SignOff
from workbench.domain.evaluation import ENTITIES, Deduction, Entity, Entry, Evaluation, Problem
from workbench.domain.fields import specs_of
from workbench.exporters import EXPORTERS
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import freeze
from workbench.services.exporting import ExportJob

HOSTILE = (
    "=1+1",
    '=HYPERLINK("http://a.example","点")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t制表符开头",
    "控制\x00字\x07符\x1b[31m",
    "表情😀👨‍👩‍👧🏳️‍🌈",
    "]]><w:p/>&amp;<![CDATA[",
    "_x000D__x0041_",
    "从右\u202e到左\u202c\u200f标记\u2066隔离\u2069",
    "{得分}{不存在}{{}",
    "行一\n行二\r\n行三\r行四\u2028行五",
    "。，、；：？！”’）》」】〕…—",
    "\ufeff\u200b零宽\ufffe\uffff",
    "䶮㛃𬭎",
    "'\"`\\/%00%n$(reboot)",
    "　全角空格　",
)
#: Fields that name or place something in the program: keys, codes, hashes, packed answers, texts read by rules.
TECHNICAL = {
    "link": {"from_kind", "from_id", "to_kind", "to_id", "place"},
    "input": {"key", "value", "source"},
    "question": {"code", "skip_if"},
    "questionnaire": {"columns", "number_prefix"},
    "evidence": {"sha256", "media_type", "taken", "file_name"},
    "overview": {"outline", "index_scheme", "year"},
    "waiver": {"code"},
    "form_revision": {"raw"},
    "interview": {"kind"},
}
KINDS_OF_TEXT = {"text", "line", "open_choice"}


def poisoned(evaluation: Evaluation) -> tuple[Evaluation, int]:
    """The evaluation with hostile words in every field of text, and how many fields there are."""
    count = 0
    changed: list[Entity] = []
    for kind, entity_type in ENTITIES.items():
        for entity in evaluation.table(entity_type).values():
            fields: dict[str, str] = {}
            for spec in specs_of(entity_type):
                if spec.kind not in KINDS_OF_TEXT or spec.name in TECHNICAL.get(kind, ()):
                    continue
                bad = HOSTILE[count % len(HOSTILE)]
                fields[spec.name] = f"{bad}q{count}a{bad}q{count}z"
                count += 1
            changed.append(dataclasses.replace(entity, **fields))
    return with_entities(evaluation, changed), count


def full() -> Evaluation:
    """The sample with records and opinions of every kind."""
    evaluation = with_entities(qixia(), [e for t in ENTITIES.values() for e in recorded().table(t).values()])
    leaf = evaluation.form.leaves[0].id
    return with_entities(
        evaluation,
        [
            Opinion(id="o1", indicator=leaf, text="x", reply="x"),
            ReviewNote(id="n1", level="项目组自查", text="x"),
            SignOff(id="s1", level="项目组自查", by="x"),
        ],
    )


@pytest.fixture(scope="module")
def bad() -> Evaluation:
    evaluation, count = poisoned(full())
    assert count > 400
    return evaluation


def texts_of(path: Path) -> str:
    """All words of a file, without blanks."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        found = []
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":  # none of them ours: a formula holds no token
                        assert not re.search(r"q\d+[az]", str(cell.value)), cell.value
                    elif cell.value is not None:
                        found.append(str(cell.value))
        words = "\n".join(found)
    elif path.suffix == ".docx":
        word = docx.Document(str(path))
        words = "".join(node.text or "" for node in word.element.body.iter(qn("w:t")))
    else:
        pdf = pypdfium2.PdfDocument(path)
        words = "".join(page.get_textpage().get_text_range() for page in pdf)
    return "".join(words.split())


def well_formed(path: Path) -> None:
    if path.suffix == ".pdf":
        return
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    assert ooxml.faults(path) == []


@pytest.mark.parametrize("kind", list(EXPORTERS))
def test_hostile_texts_come_out_whole(kind: str, bad: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / f"文件{EXPORTERS[kind].suffix}"
    done = ExportJob(EXPORTERS[kind], freeze(bad, made=MADE), path, Kit(RESOURCES)).run()
    well_formed(path)
    words = texts_of(path)
    begun = Counter(re.findall(r"q(\d+)a", words))
    ended = Counter(re.findall(r"q(\d+)z", words))
    # Working papers name what a tie leads to by its first words; the whole stands in the row of its own.
    labels = kind == "working-papers"
    torn = {
        n: (begun[n], ended[n]) for n in begun | ended if begun[n] != ended[n] and not (labels and ended[n])
    }
    # A row that goes on over a page may part a token: its halves then stand on two pages, nothing is lost.
    assert len(torn) <= page_breaks(path), (kind, torn, done.notices[:5])


def page_breaks(path: Path) -> int:
    """How often a PDF turns the page; 0 for other files."""
    if path.suffix != ".pdf":
        return 0
    with contextlib.closing(pypdfium2.PdfDocument(path)) as pdf:
        return len(pdf) - 1


@pytest.mark.parametrize("kind", ["score-sheet", "stage-sheet", "working-papers", "report", "report-docx"])
def test_a_text_longer_than_a_cell_comes_out_whole(kind: str, tmp_path: Path) -> None:
    base = qixia()
    leaf = base.form.leaves[0].id
    long = "长" * 32_768
    evaluation = with_entities(
        base,
        [
            dataclasses.replace(base.table(Entry)[leaf], basis=f"q1a{long}q1z"),
            dataclasses.replace(base.listed(Deduction)[0], reason=f"q2a{long}q2z"),
            dataclasses.replace(base.listed(Problem)[0], description=f"q3a{long}q3z"),
        ],
    )
    path = tmp_path / f"文件{EXPORTERS[kind].suffix}"
    done = ExportJob(EXPORTERS[kind], freeze(evaluation, made=MADE), path, Kit(RESOURCES)).run()
    well_formed(path)
    words = texts_of(path)
    for n in (1, 2, 3):
        start = words.find(f"q{n}a")
        if start < 0:
            continue
        assert f"q{n}z" in words
        if path.suffix != ".xlsx":  # a sheet says where the whole stands
            assert words[start + 3 :].lstrip("长").startswith(f"q{n}z") or words.count("长") >= 32_768
    if path.suffix == ".xlsx":
        assert words.count("长") >= 32_768
        assert any("超过一个单元格的上限" in notice for notice in done.notices)
