"""调查问卷 on paper: every sheet has its own number and a code that says so; questions stay whole."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.exporters.paper import page_texts, squeezed, text_lines
from tests.exporters.qr_reading import codes
from tests.helpers import ROOT, session
from workbench.domain.evaluation import Entity, Option, Question, Questionnaire
from workbench.domain.sheet_numbers import SheetRange, code_of
from workbench.errors import WorkbenchError
from workbench.exporters.linebreak import NO_START
from workbench.services.exporting import Exporting
from workbench.services.jobs import Cancelled
from workbench.services.session import Session

MM = 72 / 25.4
#: The corner of a page in which the code stands, in points from its upper left.
CORNER = (170 * MM, 4 * MM, 25 * MM, 22 * MM)
LEVELS = ("非常满意", "比较满意", "一般", "不太满意", "非常不满意")
LONG = "增加人工座席数量，缩短等待接通的时间，特别是早晚高峰时段的等待时间（含节假日），避免市民反复拨打；"


def question(number: int, text: str, kind: str, *labels: str) -> list[Entity]:
    return [
        Question(id=f"q{number}", position=number, questionnaire="s1", text=text, kind=kind),
        *(
            Option(id=f"q{number}o{n}", position=n, question=f"q{number}", label=label)
            for n, label in enumerate(labels, start=1)
        ),
    ]


def asked(count: int = 8) -> Session:
    entities: list[Entity] = [
        Questionnaire(
            id="s1", position=1, title="12345 热线社会公众调查问卷", group="社会公众（拨打过热线的市民）",
            introduction="尊敬的市民：\n您好！为了对 12345 热线服务情况进行客观评价，特进行此次问卷调查。",
        ),
        *question(1, "您的年龄是？", "数字"),
    ]  # fmt: skip
    for number in range(2, count + 2):
        text = f"您对第 {number} 项服务（包括接听及时、用语文明、解答准确、记录完整、回访真实等）是否满意？"
        entities += question(number, text, "单选", *LEVELS)
    entities += question(count + 2, "最需要改进的是什么？", "多选", LONG, "加强回访", "其他（请注明）")
    entities += question(count + 3, "您还有哪些意见建议？", "文字")
    return session(*entities)


def printed(session: Session, path: Path, sheets: SheetRange | None) -> bytes:
    exporting = Exporting(ROOT / "resources", lambda: datetime(2022, 11, 24, tzinfo=UTC))
    job = exporting.job(session, "questionnaires", path / "问卷.pdf", sheets=sheets)
    return job.run().path.read_bytes()


def test_each_sheet_has_its_own_number_and_a_code_that_says_it(tmp_path: Path) -> None:
    data = printed(asked(2), tmp_path, SheetRange("s1", 96, 105, "GZ"))
    wanted = [f"GZ-{number:03}" for number in range(96, 106)]
    texts = page_texts(data)
    assert [re.findall(r"GZ-\d+", text) for text in texts] == [[number] for number in wanted]
    assert list(codes(data, CORNER)) == [code_of("s1", number) for number in wanted]


def test_a_chinese_prefix_is_read_from_the_code_as_well(tmp_path: Path) -> None:
    data = printed(asked(1), tmp_path, SheetRange("s1", 1, 2, "公众"))
    assert list(codes(data, CORNER)) == [code_of("s1", "公众-001"), code_of("s1", "公众-002")]


def test_a_sheet_of_two_pages_bears_its_number_on_both(tmp_path: Path) -> None:
    data = printed(asked(12), tmp_path, SheetRange("s1", 1, 3, "A"))
    read = list(codes(data, CORNER))
    assert read == [code_of("s1", f"A-{n:03}") for n in (1, 1, 2, 2, 3, 3)]
    texts = [squeezed(text) for text in page_texts(data)]
    assert all(f"第{n % 2 + 1}页，共2页" in text for n, text in enumerate(texts))


def test_on_both_sides_a_sheet_begins_on_a_new_leaf(tmp_path: Path) -> None:
    data = printed(asked(1), tmp_path, SheetRange("s1", 1, 2, "A", duplex=True))
    texts = [squeezed(text) for text in page_texts(data)]
    assert ["A-001" in texts[0], texts[1], "A-002" in texts[2], texts[3]] == [True, "", True, ""]


def test_every_question_stands_whole_on_one_page(tmp_path: Path) -> None:
    texts = [squeezed(text) for text in page_texts(printed(asked(30), tmp_path, SheetRange("s1", 1, 1)))]
    assert len(texts) == 3
    for number in range(2, 32):
        (page,) = [text for text in texts if f"第{number}项服务" in text]
        rest = page.split(f"第{number}项服务", 1)[1]
        assert all(level in rest for level in LEVELS), f"question {number} lost its options"
    assert all(f"{key}{label}" in texts[0] for key, label in enumerate(LEVELS, start=1))  # the keys to type


def test_no_line_begins_with_a_mark_that_may_not(tmp_path: Path) -> None:
    lines = list(text_lines(printed(asked(30), tmp_path, None)))
    assert len(lines) > 60
    assert not [line for line in lines if line[0] in NO_START]


def test_many_sheets_share_one_layout_in_the_file(tmp_path: Path) -> None:
    few = printed(asked(12), tmp_path, SheetRange("s1", 1, 10, "A"))
    many = printed(asked(12), tmp_path, SheetRange("s1", 1, 110, "A"))
    assert (len(many) - len(few)) / 100 < 4000  # bytes for a sheet of two pages


def test_without_a_range_each_questionnaire_is_printed_once_without_a_number(tmp_path: Path) -> None:
    (text,) = page_texts(printed(asked(2), tmp_path, None))
    assert "答卷编号" not in text
    assert "社会公众调查问卷" in squeezed(text)


def test_nothing_to_ask_is_said_and_no_file_is_left(tmp_path: Path) -> None:
    empty = session(Questionnaire(id="s1", title="空问卷"))
    with pytest.raises(WorkbenchError, match="还没有可打印的问卷题目"):
        printed(empty, tmp_path, SheetRange("s1", 1, 5))
    with pytest.raises(WorkbenchError, match="问卷已不存在"):
        printed(asked(1), tmp_path, SheetRange("gone", 1, 5))
    assert list(tmp_path.iterdir()) == []


def test_it_can_be_stopped(tmp_path: Path) -> None:
    exporting = Exporting(ROOT / "resources", lambda: datetime(2022, 11, 24, tzinfo=UTC))
    job = exporting.job(asked(1), "questionnaires", tmp_path / "a.pdf", sheets=SheetRange("s1", 1, 500))

    def stop(done: int, total: int, what: str) -> None:
        assert total == 500
        if done >= 40:
            raise Cancelled

    with pytest.raises(Cancelled):
        job.run(stop)
    assert list(tmp_path.iterdir()) == []


def test_the_same_job_gives_the_same_file(tmp_path: Path) -> None:
    once = printed(asked(3), tmp_path, SheetRange("s1", 1, 4))
    assert once == printed(asked(3), tmp_path, SheetRange("s1", 1, 4))
