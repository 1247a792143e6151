"""The sheets as a table: every answer in its column, read by others, and imported again without loss."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import openpyxl
import pytest

from tests.domain.scored import evaluation_of
from tests.domain.surveys import questionnaire, scale, sheets_of, ticks, value
from tests.exporters.sample import MADE, RESOURCES
from tests.helpers import session, small_form
from workbench.domain.answers import Answer
from workbench.domain.asked import options_of
from workbench.domain.changes import apply, putting
from workbench.domain.entities_survey import Sheet, SheetBatch
from workbench.domain.evaluation import Entity, Evaluation, Question, Questionnaire
from workbench.domain.survey import tally
from workbench.exporters.answer_workbook import write_answers
from workbench.exporters.kit import Kit, Written
from workbench.exporters.quick_sheets import LEFT, QuickBook
from workbench.exporters.report_data import freeze
from workbench.importers.survey_cells import CellReader
from workbench.services.survey_files import SurveyFiles

ASKED = (*scale("a", 1), *ticks("b", 2, "甲乙丙"), *value("n", 3, "数字"), *value("o", 4, "开放题"))
ANSWERS = (
    {"a": Answer(("a1",)), "b": Answer(("b1", "b3")), "n": Answer(text="12"), "o": Answer(text="=1+1")},
    {"a": Answer(("a5",), text="太慢"), "n": Answer(text="很多"), "o": Answer(text="好\n不错|真的\\")},
    {"a": Answer(unclear=True), "b": Answer(("b2",)), "o": Answer(text="\x07铃<&>")},
    {},
)


def put(evaluation: Evaluation, *entities: Entity) -> Evaluation:
    for entity in entities:
        change = putting(evaluation, entity)
        evaluation = apply(evaluation, [change] if change else [])
    return evaluation


def filled() -> Evaluation:
    state = evaluation_of(small_form(), [questionnaire(title="热线/问卷"), *ASKED])
    state = put(state, *sheets_of(state, ANSWERS))
    last = state.table(Sheet)["s4"]
    return put(state, dataclasses.replace(last, void_reason="整份空白"))


def write(evaluation: Evaluation, path: Path) -> Written:
    return write_answers(freeze(evaluation, made=MADE), path, Kit(RESOURCES), lambda *_: None)


def rows(path: Path) -> list[list[object]]:
    return [list(row) for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)]


def test_every_answer_stands_in_its_column(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    written = write(filled(), path)
    assert rows(path) == [
        ["答卷编号", "备注", "1、a？", "2、可多选（多选题）", "3、请写", "4、请写"],
        ["001", None, "非常满意", "甲┋丙", 12, "=1+1"],
        ["002", None, "非常不满意〖太慢〗", None, "很多", "好\n不错|真的\\"],
        ["003", None, "（无法辨认）", "乙", None, "�铃<&>"],
        ["004", "作废：整份空白", None, None, None, None],
    ]
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["热线 问卷"]
    assert book.worksheets[0].freeze_panes == "B2"
    formula = book.worksheets[0]["F2"]
    assert (formula.data_type, formula.quotePrefix) == ("s", True)
    assert written.notices == ("有 1 个无法写入表格的字符，以“�”代替。",)


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write(filled(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_was_exported_imports_with_the_same_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    state = evaluation_of(small_form(), [questionnaire(), *ASKED])
    question = state.table(Question)["o"]
    state = put(state, dataclasses.replace(question, text="您的建议"))
    several = [answers for answers in ANSWERS[:2] if answers] * 3
    state = put(state, *sheets_of(state, [{**a, "n": Answer(text="3")} for a in several]))
    write(state, path)
    opened = session(questionnaire(), *ASKED, dataclasses.replace(question, text="您的建议"))
    files = SurveyFiles(opened, tmp_path / "m.json")
    table = files.read(path)
    preview = files.preview(table, "w", files.propose(table, "w"))
    assert not preview.faults
    files.apply(preview)
    for id_ in ("a", "b"):
        before = tally(state, state.table(Question)[id_])
        after = tally(opened.evaluation, opened.evaluation.table(Question)[id_])
        assert [o.count for o in after.options] == [o.count for o in before.options]
        assert (after.base, after.blank, after.share_base) == (before.base, before.blank, before.share_base)
    again = tmp_path / "b.xlsx"
    write(opened.evaluation, again)
    assert rows(again) == rows(path)


def test_an_evaluation_without_sheets_says_so(tmp_path: Path) -> None:
    state = evaluation_of(small_form(), [questionnaire(way="直接计票"), *ASKED])
    written = write(state, tmp_path / "a.xlsx")
    assert rows(tmp_path / "a.xlsx") == [["本评价没有逐份录入或导入的答卷。"]]
    assert written.notices == ()
    typed = questionnaire(id="v", title="另一份", way="直接计票")
    assert write(put(filled(), typed), tmp_path / "b.xlsx").notices[0] == (
        "问卷“另一份”直接填写人数，没有逐份答卷。"
    )


def test_long_texts_go_on_in_another_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with QuickBook(path) as book:
        with book.sheet("表", (10,)) as page:
            page.row([book.cell(1, "长" * 40_000, LEFT)])
        with book.sheet("表", (10,)) as page:
            page.row([book.cell(1, "_x0041_", LEFT)])
    made = openpyxl.load_workbook(path)
    assert made.sheetnames == ["表", "表（2）", "续文"]
    pieces = [row[3] for row in made["续文"].iter_rows(min_row=2, values_only=True)]
    assert "".join(map(str, pieces)) == "长" * 40_000
    assert "续文" in str(made["表"]["A1"].value)
    assert book.notices == ("有 1 段文字过长，全文在“续文”表。",)


def test_a_batch_of_another_width_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    state = filled()
    asked = dataclasses.replace(state.table(Questionnaire)["w"], way="导入文件")
    batch = SheetBatch(
        id="z", questionnaire="w", source="x.csv", numbers="1\n2", answers="1\n\n3", texts="坏"
    )
    state = put(state, asked, batch)
    write(state, tmp_path / "a.xlsx")
    assert rows(tmp_path / "a.xlsx")[1:] == [
        ["1", None, "非常满意", None, None, None],
        ["2", None, None, None, None, None],
    ]


def test_an_unfinished_workbook_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(RuntimeError), QuickBook(path) as book, book.sheet("表", (10,)):
        raise RuntimeError
    path.unlink()


def test_words_beside_an_option_go_out_and_come_in_again(tmp_path: Path) -> None:
    one, several = scale("a", 1), ticks("b", 2, "甲乙丙")
    named = [
        dataclasses.replace(x, label="其他（请注明）") if x.id in {"a5", "b3"} else x
        for x in (*one, *several)
    ]
    state = evaluation_of(small_form(), [questionnaire(title="热线"), *named])
    state = put(
        state,
        *sheets_of(
            state, ({"a": Answer(("a5",), "太慢"), "b": Answer(("b1", "b3"), "邻居")}, {"b": Answer(("b2",))})
        ),
    )
    write(state, tmp_path / "a.xlsx")
    assert [row[2:] for row in rows(tmp_path / "a.xlsx")[1:]] == [
        ["其他（请注明）〖太慢〗", "甲┋其他（请注明）〖邻居〗"],
        [None, "乙"],
    ]
    question = state.table(Question)["b"]
    reader = CellReader(question, options_of(state, question))
    assert reader.answer("甲┋其他（请注明）〖邻居〗") == Answer(("b1", "b3"), "邻居")
    assert reader.answer("其他（请注明）：邻居") == Answer(("b3",), "邻居")
