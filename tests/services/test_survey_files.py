"""Exported questionnaires as platforms and people make them: read rightly, or refused by row and column."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.domain.surveys import questionnaire, scale, ticks, value
from tests.helpers import session
from workbench.domain.answers import plan_of as plan_of_text
from workbench.domain.answers import unpack
from workbench.domain.entities_survey import FILE, Sheet, SheetBatch
from workbench.domain.evaluation import Option, Question, Questionnaire
from workbench.domain.survey import as_counted, questions_of, tally
from workbench.errors import InputRefused, WorkbenchError
from workbench.importers.survey_columns import IGNORED, NUMBER, OPTION, QUESTION, question_text
from workbench.services.session import Session
from workbench.services.survey_files import SurveyFiles, SurveyPreview

HEADERS = ("序号", "提交答卷时间", "1、a？（单选题）", "2、可多选（多选题）", "3、请写")
ROWS = (
    (1, "2022/11/24 10:02:03", "非常满意", "甲┋丙", "增加座席"),
    (2, "2022/11/24 10:05:00", "一般", "乙", ""),
    (3, "2022/11/24 10:07:41", "", "", "(空)"),
    (4, "2022/11/24 10:09:12", "非常不满意", "甲┋乙┋丙", "无"),
)


def book(path: Path, *rows: Sequence[object], sheet: str = "答卷") -> Path:
    made = openpyxl.Workbook()
    page = made.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(list(row))
    made.save(path)
    return path


class Desk:
    """An evaluation with the questionnaire of the tests, and the service that imports into it."""

    def __init__(self, folder: Path) -> None:
        self.session: Session = session(
            questionnaire(way="直接计票"), *scale("a", 1), *ticks("b", 2, "甲乙丙"), *value("c", 3)
        )
        question = self.session.evaluation.table(Question)["c"]
        self.session.put(dataclasses.replace(question, text="请写"))
        self.files = SurveyFiles(self.session, folder / "mappings.json")

    def preview(self, path: Path) -> SurveyPreview:
        table = self.files.read(path)
        return self.files.preview(table, "w", self.files.propose(table, "w"))

    def counts(self, question: str) -> list[int]:
        evaluation = self.session.evaluation
        return [int(o.count or 0) for o in tally(evaluation, evaluation.table(Question)[question]).options]

    def texts(self) -> dict[str, str]:
        evaluation = self.session.evaluation
        plan = plan_of_text(evaluation.table(Questionnaire)["w"].columns)
        found = {}
        for batch in evaluation.listed(SheetBatch):
            for line in batch.texts.split("\n") if batch.texts else ():
                row, _, text = line.partition("|")
                answer = unpack(plan, f"{'.' * plan.width}|{text}")
                found[batch.numbers.split("\n")[int(row)]] = next(iter(answer.values())).text
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def imported(desk: Desk, path: Path) -> SurveyPreview:
    preview = desk.preview(path)
    assert not preview.faults
    desk.files.apply(preview)
    return preview


def as_expected(desk: Desk) -> None:
    assert desk.counts("a") == [1, 0, 1, 0, 1]
    assert desk.counts("b") == [2, 2, 2]
    asked = desk.session.evaluation.table(Questionnaire)["w"]
    assert asked.way == FILE
    counted = as_counted(desk.session.evaluation, asked)
    assert (counted.returned, counted.valid) == (4, 3)
    evaluation = desk.session.evaluation
    one = tally(evaluation, evaluation.table(Question)["b"])
    assert (one.share_base, one.blank) == (3, 0)
    assert desk.texts() == {"1": "增加座席", "4": "无"}


def csv_text(rows: Sequence[Sequence[object]], separator: str = ",") -> str:
    return "\r\n".join(separator.join(str(cell) for cell in row) for row in rows) + "\r\n"


@pytest.mark.parametrize(
    ("name", "encoding", "separator"),
    [
        ("bom.csv", "utf-8-sig", ","),
        ("plain.csv", "utf-8", ","),
        ("gbk.csv", "gbk", ","),
        ("unicode.txt", "utf-16", "\t"),
        ("semicolons.csv", "gb18030", ";"),
    ],
)
def test_text_files_in_every_encoding(
    desk: Desk, tmp_path: Path, name: str, encoding: str, separator: str
) -> None:
    path = tmp_path / name
    path.write_bytes(csv_text([HEADERS, *ROWS], separator).encode(encoding))
    imported(desk, path)
    as_expected(desk)


def test_a_workbook_with_a_merged_title_and_platform_columns(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "问卷星.xlsx"
    extra = [f"自定义字段{n}" for n in range(50)]
    book(
        path,
        ["12345 热线满意度调查（导出数据）"],
        ["导出时间：2022-11-24"],
        [*HEADERS, *extra],
        *([*row, *range(50)] for row in ROWS),
    )
    made = openpyxl.load_workbook(path)
    made.worksheets[0].merge_cells("A1:E1")
    made.save(path)
    preview = imported(desk, path)
    as_expected(desk)
    assert any("表头之前的 2 行" in notice for notice in preview.read.notices)
    assert [use.use for use in preview.mapping.columns[:6]] == [
        NUMBER,
        IGNORED,
        QUESTION,
        QUESTION,
        QUESTION,
        IGNORED,
    ]


def test_headers_in_two_rows_with_a_column_for_each_option(desk: Desk, tmp_path: Path) -> None:
    path = book(
        tmp_path / "腾讯问卷.xlsx",
        ["编号", "1.a？", "2.可多选", "", "", "3.请写"],
        ["", "", "甲", "乙", "丙", ""],
        [1, "1.非常满意", 1, 0, 1, "增加座席"],
        [2, "3.一般", 0, 1, 0, ""],
        [3, "", "", "", "", ""],
        [4, "5.非常不满意", "甲", "乙", "√", "无"],
    )
    preview = imported(desk, path)
    as_expected(desk)
    assert [use.use for use in preview.mapping.columns] == [
        NUMBER,
        QUESTION,
        OPTION,
        OPTION,
        OPTION,
        QUESTION,
    ]


def test_headers_that_name_question_and_option(desk: Desk, tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        ["序号", "Q1.a？", "Q2.可多选:甲", "Q2.可多选:乙", "Q2.可多选（丙）", "Q3.请写"],
        [1, "A", "是", "", "是", "增加座席"],
        [2, "C", "", "是", "", ""],
        [3, "", "", "", "", ""],
        [4, "E", "是", "是", "是", "无"],
    )
    imported(desk, path)
    as_expected(desk)


def test_option_numbers_are_taken_as_places_and_said_so(desk: Desk, tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        HEADERS,
        [1, "", 1, "1┋3", "增加座席"],
        [2, "", 3.0, "2", ""],
        [3, "", -3, "-3", ""],
        [4, "", 5, "1,2，3", "无"],
    )
    preview = imported(desk, path)
    as_expected(desk)
    assert any("按选项序号理解：1 为“非常满意”" in notice for notice in preview.read.notices)


def test_several_answers_with_signs_that_labels_hold_as_well(desk: Desk, tmp_path: Path) -> None:
    label = desk.session.evaluation.table(Option)["b2"]
    desk.session.put(dataclasses.replace(label, label="社区、村居"))
    path = book(
        tmp_path / "a.xlsx",
        HEADERS,
        [1, "", "非常满意", "甲、社区、村居、丙", ""],
        [2, "", "非常满意〖很好〗", "社区、村居;甲", ""],
        [3, "", "比 较 满 意 ", "丙〖其他〗", ""],
    )
    imported(desk, path)
    assert desk.counts("b") == [2, 2, 2]
    assert desk.counts("a") == [2, 1, 0, 0, 0]
    assert desk.texts() == {"2": "很好", "3": "其他"}


def test_dates_times_and_totals_do_not_disturb(desk: Desk, tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        HEADERS,
        *([row[0], datetime(2022, 11, 24, 10, 2), *row[2:]] for row in ROWS),  # noqa: DTZ001
        ["合计", "", 3, 3, 2],
    )
    preview = imported(desk, path)
    as_expected(desk)
    assert any("1 行合计" in notice for notice in preview.read.notices)


def test_impossible_answers_are_named_by_row_and_column_and_nothing_is_imported(
    desk: Desk, tmp_path: Path
) -> None:
    path = book(
        tmp_path / "a.xlsx",
        HEADERS,
        *ROWS,
        [5, "", "超满意", "甲┋丁", ""],
        [6, "", "一般┋非常满意", "", ""],
        [4, "", "#N/A", "", ""],
    )
    before = desk.session.evaluation
    preview = desk.preview(path)
    assert [fault.place for fault in preview.faults] == [
        "“答卷”表第 8 行 A 列",
        "“答卷”表第 6 行 C 列",
        "“答卷”表第 7 行 C 列",
        "“答卷”表第 8 行 C 列",
        "“答卷”表第 6 行 D 列",
    ]
    assert "与第 5 行相同" in preview.faults[0].what
    assert preview.faults[1].what.startswith("“超满意”不是本题的选项（非常满意、比较满意")
    assert "2 个答案" in preview.faults[2].what
    assert "错误值 #N/A" in preview.faults[3].what
    with pytest.raises(InputRefused) as refused:
        desk.files.apply(preview)
    assert len(refused.value.faults) == 5
    assert desk.session.evaluation is before
    with pytest.raises(InputRefused):
        desk.files.apply(preview, unclear=True)
    desk.files.apply(preview, unclear=True, first_only=True)
    assert desk.counts("a") == [1, 0, 1, 0, 1]
    found = tally(desk.session.evaluation, desk.session.evaluation.table(Question)["a"])
    assert (found.unclear, found.blank) == (2, 0)
    desk.session.undo()
    assert desk.session.evaluation.tables["sheet_batch"] == {}


def test_the_same_file_is_not_imported_twice_and_known_numbers_are_listed(desk: Desk, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", HEADERS, *ROWS)
    imported(desk, path)
    with pytest.raises(WorkbenchError) as refused:
        desk.preview(path)
    assert refused.value.code == "already-imported"
    more = book(tmp_path / "b.xlsx", HEADERS, ROWS[3], (5, "", "一般", "", "其他意见"))
    preview = desk.preview(more)
    assert [fault.what for fault in preview.faults] == ["答卷 4 已经导入过。"]
    desk.files.apply(preview, first_only=True)
    assert desk.counts("a") == [1, 0, 2, 0, 1]


def test_a_file_and_typed_answers_are_never_mixed(desk: Desk, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", HEADERS, *ROWS)
    desk.session.put(Sheet(id="s", questionnaire="w", number="001"))
    with pytest.raises(WorkbenchError) as refused:
        desk.preview(path)
    assert refused.value.code == "other-way"


def test_a_preview_of_another_state_is_not_carried_out(desk: Desk, tmp_path: Path) -> None:
    preview = desk.preview(book(tmp_path / "a.xlsx", HEADERS, *ROWS))
    desk.session.put(dataclasses.replace(desk.session.evaluation.table(Questionnaire)["w"], issued=9))
    with pytest.raises(WorkbenchError) as refused:
        desk.files.apply(preview)
    assert refused.value.code == "stale-preview"


def test_a_mapping_is_remembered_for_files_with_the_same_headers(desk: Desk, tmp_path: Path) -> None:
    strange = ("答题序号", "时间", "您觉得怎么样", "哪些", "意见")
    first = book(tmp_path / "a.xlsx", strange, *ROWS)
    table = desk.files.read(first)
    mapping = desk.files.propose(table, "w")
    assert not mapping.questions
    with pytest.raises(WorkbenchError) as refused:
        desk.files.preview(table, "w", mapping)
    assert refused.value.code == "nothing-mapped"
    for column, question in ((3, "a"), (4, "b"), (5, "c")):
        mapping = mapping.using(column, QUESTION, question)
    desk.files.apply(desk.files.preview(table, "w", mapping))
    as_expected(desk)
    again = Desk(tmp_path)
    table = again.files.read(book(tmp_path / "b.xlsx", strange, *ROWS, (9, "", "一般", "", "")))
    assert again.files.propose(table, "w").remembered
    again.files.apply(again.files.preview(table, "w", again.files.propose(table, "w")))
    assert again.counts("a") == [1, 0, 2, 0, 1]


def test_a_damaged_memory_is_no_memory(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "mappings.json").write_bytes(b"\xff{[1")
    imported(desk, book(tmp_path / "a.xlsx", HEADERS, *ROWS))
    as_expected(desk)


def test_a_questionnaire_is_made_from_the_file(tmp_path: Path) -> None:
    opened = session()
    files = SurveyFiles(opened, tmp_path / "m.json")
    words = ("2.比较满意", "1.非常满意", "4.不太满意", "3.一般")
    path = book(
        tmp_path / "热线问卷.xlsx",
        ["序号", "来源详情", "1、您对态度是否满意？（单选）", "2、来电事由", "3、改进方面（多选）", "4、来电次数", "5、建议", "6、总体", "7、途径:电视", "7、途径:网络"],
        *(
            [n, "微信", words[n % 4], ("咨询", "投诉")[n % 2], ("速度┋态度", "速度")[n % 2], n * 7, f"第{n}个人的想法比较长，各不相同", ("一般", "很满意", "不清楚", "较满意")[n % 4], n % 2, 1]
            for n in range(1, 25)
        ),
    )  # fmt: skip
    table = files.read(path)
    draft = files.draft(table)
    preview = files.preview_draft(table, draft)
    assert not preview.faults
    files.apply(preview)
    evaluation = opened.evaluation
    asked = next(iter(evaluation.table(Questionnaire).values()))
    assert asked.title == "热线问卷"
    found = [(q.text, q.kind, q.role) for q in questions_of(evaluation, asked)]
    assert found == [
        ("您对态度是否满意？", "量表", "满意度"),
        ("来电事由", "单选", "信息"),
        ("改进方面", "多选", "信息"),
        ("来电次数", "数字", "信息"),
        ("建议", "开放题", "信息"),
        ("总体", "量表", "满意度"),
        ("途径", "多选", "信息"),
    ]
    tallies = [tally(evaluation, q) for q in questions_of(evaluation, asked)]
    assert [o.option.label for o in tallies[0].options] == ["非常满意", "比较满意", "一般", "不太满意"]
    assert [int(o.count or 0) for o in tallies[0].options] == [6, 6, 6, 6]
    assert [(o.option.label, o.option.no_answer) for o in tallies[5].options][-1] == ("不清楚", True)
    assert [int(o.count or 0) for o in tallies[6].options] == [12, 24]
    assert all(o.option.weight is None for t in tallies for o in t.options)
    opened.undo()
    assert not opened.evaluation.table(Questionnaire)
    assert not opened.evaluation.table(SheetBatch)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.doc", b"x", "other-file"),
        ("a.csv", b"\x00\xff\x00\xfe\x81", "bad-csv"),
        ("a.csv", '序号,题\n1,"没有结束\n'.encode(), "bad-csv"),
        ("a.csv", "序号,题目\n".encode(), "no-rows"),
        ("a.csv", b"", "no-rows"),
        ("a.xlsx", b"not a workbook", "bad-workbook"),
        ("a.xlsx", b"", "bad-workbook"),
    ],
)
def test_other_files_are_refused_with_a_sentence(
    desk: Desk, tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(WorkbenchError) as refused:
        desk.files.read(path)
    assert refused.value.code == code
    assert refused.value.remedy


def test_a_missing_file_is_told(desk: Desk, tmp_path: Path) -> None:
    for name in ("a.csv", "a.xlsx"):
        with pytest.raises(WorkbenchError):
            desk.files.read(tmp_path / name)


def test_a_named_sheet_is_read_and_a_wrong_name_lists_the_others(desk: Desk, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ["说明"], sheet="封面")
    made = openpyxl.load_workbook(path)
    page = made.create_sheet("数据")
    for row in (HEADERS, *ROWS):
        page.append(list(row))
    made.save(path)
    assert desk.files.read(path).sheet == "数据"
    with pytest.raises(WorkbenchError, match="封面、数据"):
        desk.files.read(path, "答案")


def test_too_many_columns_are_refused(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(["题"] * 700) + "\n1\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match="过多"):
        desk.files.read(path)


def test_a_sheet_without_number_is_called_by_its_row(desk: Desk, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", HEADERS, ("", "", "一般", "", "好的"), (2, "", "一般", "", ""))
    imported(desk, path)
    assert desk.texts() == {"第2行": "好的"}


def test_sheets_that_agree_to_the_last_word_are_pointed_out(desk: Desk, tmp_path: Path) -> None:
    same = ("", "一般", "甲", "建议多增加几个接线座席")
    path = book(tmp_path / "a.xlsx", HEADERS, (1, *same), (2, *same))
    preview = imported(desk, path)
    assert any("第 3 行与第 2 行的答案（含文字）完全相同" in notice for notice in preview.read.notices)


def test_a_file_without_headers_is_pointed_out(desk: Desk, tmp_path: Path) -> None:
    table = desk.files.read(book(tmp_path / "a.xlsx", (1, "满意"), (2, "一般")))
    assert any("看上去像答案" in notice for notice in table.notices)


def test_an_import_stands_although_its_mapping_cannot_be_remembered(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "mappings.json").mkdir()
    imported(desk, book(tmp_path / "a.xlsx", HEADERS, *ROWS))
    as_expected(desk)


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("3、您是否满意？（单选题）", "您是否满意？"),
        ("第 3 题：您是否满意？", "您是否满意？"),
        ("第3、您是否满意？", "您是否满意？"),
        ("Q12 您是否满意？", "您是否满意？"),
        ("第 1 次拨打时是否接通？", "第 1 次拨打时是否接通？"),
        ("第3季度您是否满意？", "第3季度您是否满意？"),
    ],
)
def test_a_running_number_is_no_part_of_a_question_but_its_own_ordinals_are(header: str, text: str) -> None:
    assert question_text(header) == text
