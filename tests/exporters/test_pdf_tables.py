from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exporters.paper import document, page_texts, para, printed, shipped_fonts, squeezed
from tests.exporters.test_report_pdf import prose
from workbench.exporters.document import Align, Cell, Column, Document, Row, Table, cells, content
from workbench.exporters.numbering import number
from workbench.exporters.report_pdf import render_pdf
from workbench.exporters.table_layout import TableLayout
from workbench.exporters.typesetting import Typesetter
from workbench.exporters.typography import TYPOGRAPHIES

HEAD = (cells("一级指标", "二级指标", "三级指标", "评价标准", "得分"),)
COLUMNS = (
    Column(1, Align.CENTER, label=True),
    Column(1, Align.CENTER, label=True),
    Column(1.4, Align.CENTER, label=True),
    Column(4),
    Column(0.8, Align.RIGHT),
)


def spanned(rows: int, first: int = 60, second: int = 12, length: int = 60) -> tuple[Row, ...]:
    """Rows with labels that span many rows, as a score table has them."""
    made: list[Row] = []
    for n in range(rows):
        row: list[Cell] = []
        if n % first == 0:
            row.append(Cell(content(f"决策{n // first + 1}"), row_span=min(first, rows - n)))
        if n % second == 0:
            row.append(Cell(content(f"立项{n // second + 1}"), row_span=min(second, rows - n)))
        made.append((*row, *cells(f"指标{n}号", f"甲{n}乙" + prose(n, length), f"{n / 7:.2f}")))
    return tuple(made)


def test_labels_that_span_pages_are_named_again_on_each() -> None:
    table = Table(COLUMNS, spanned(300), HEAD, caption="得分表", landscape=True, small=True)
    pages, summary = printed(document(table))
    assert summary.pages > 20
    for n, text in enumerate(pages):
        flat = squeezed(text)
        assert "一级指标" in flat, "the header stands on every page"
        assert "决策" in flat
        assert "立项" in flat
        if n:
            assert "续表1" in flat
    everything = squeezed("".join(pages))
    assert [n for n in range(300) if everything.count(f"甲{n}乙") != 1] == []
    assert [n for n in range(300) if f"指标{n}号" not in everything] == []
    # On each page after the first of its span, the label says that it goes on.
    for label, rows in [(f"决策{n + 1}", range(60 * n, 60 * n + 60)) for n in range(5)]:
        on = [text for text in map(squeezed, pages) if any(f"甲{row}乙" in text for row in rows)]
        assert f"{label}（续）" not in on[0]
        assert all(f"{label}（续）" in text for text in on[1:])


def test_a_row_taller_than_a_page_is_split_and_keeps_its_borders() -> None:
    tall = prose(7, 4000)
    table = Table(
        COLUMNS,
        (cells("决策", "立项", "充分性", tall, "4.00"), cells("过程", "资金", "到位率", "短", "3.00")),
        HEAD,
    )
    data, summary = render_pdf(document(para("前"), table), fonts=shipped_fonts())
    pages = page_texts(data)
    assert summary.pages >= 3
    flat = squeezed("".join(pages))
    # Words of other columns stand between the lines, so the long text is followed line by line.
    assert sum(flat.count(char) for char in "。") >= tall.count("。")
    for label in ("决策（续）", "立项（续）", "充分性（续）"):
        assert squeezed(pages[1]).count(label) == 1
    assert "3.00" in squeezed(pages[-1])


def test_a_long_text_in_a_spanning_cell_loses_nothing() -> None:
    long = prose(3, 3000)
    rows = ((Cell(content(long), row_span=3), *cells("一", "1")), cells("二", "2"), cells("三", "3"))
    pages, _ = printed(document(Table((Column(3), Column(1), Column(1)), rows, (cells("标准", "项", "分"),))))
    flat = squeezed("".join(pages))
    for words in ("一", "二", "三"):
        assert words in flat
    for start in range(0, len(long) - 8, 200):
        piece = squeezed(long[start : start + 4])
        assert piece in flat.replace("标准项分", "")


def test_a_total_does_not_go_on_a_page_by_itself() -> None:
    for rows in range(36, 48):
        table = Table(
            (Column(), Column()),
            (*(cells(f"第{n}行", "1") for n in range(rows)), cells("合计", "9", bold=True)),
            (cells("项", "分"),),
        )
        pages, _ = printed(document(table))
        last = squeezed(pages[-1])
        assert "合计" in last
        assert "行" in last


def test_small_tables_are_not_cut() -> None:
    table = Table((Column(), Column()), tuple(cells(f"第{n}行", "1") for n in range(6)), (cells("项", "分"),))
    for lines in range(12, 22):
        pages, _ = printed(document(*(para("预" * 26) for _ in range(lines)), table))
        assert [text for text in pages if "第0行" in text] == [text for text in pages if "第5行" in text]


def test_a_header_without_rows_and_rows_without_header_are_printed() -> None:
    pages, _ = printed(
        document(Table((Column(), Column()), (), (cells("项", "分"),)), Table((Column(),), (cells("值"),)))
    )
    assert "项" in pages[0]
    assert "值" in pages[0]


def test_a_header_taller_than_the_page_does_not_hang() -> None:
    table = Table((Column(),), (cells("值"), cells("终")), (cells(prose(1, 6000)),))
    pages, _ = printed(document(table))
    assert "终" in pages[-1]


@pytest.mark.parametrize("repeat", [True, False])
def test_the_header_repeats_only_where_asked(repeat: bool) -> None:
    table = Table(
        (Column(), Column()),
        tuple(cells(f"{n}", "值") for n in range(100)),
        (cells("列甲", "列乙"),),
        repeat_header=repeat,
    )
    pages, _ = printed(document(table))
    assert [("列甲" in text) for text in pages] == [True, *([repeat] * (len(pages) - 1))]


_TEXTS = st.sampled_from(
    ["", "预算", "12.50", "预算执行率（%）", "很" * 60, "一\n二\n三", "\x00\x07", "A" * 40, "😀"]
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_table_ends_and_holds_all_its_cells(data: st.DataObject) -> None:
    columns = data.draw(st.integers(1, 6))
    rows: list[Row] = []
    covered: set[tuple[int, int]] = set()
    count = data.draw(st.integers(1, 25))
    marks = 0
    for row in range(count):
        made: list[Cell] = []
        col = 0
        while col < columns:
            if (row, col) in covered:
                col += 1
                continue
            free = 1
            while col + free < columns and (row, col + free) not in covered:
                free += 1
            across = data.draw(st.integers(1, free))
            down = data.draw(st.integers(1, min(count - row, 8)))
            covered |= {(row + r, col + c) for r in range(down) for c in range(across)}
            text = data.draw(_TEXTS) * data.draw(st.sampled_from([1, 1, 1, 12]))
            made.append(Cell(content(f"始{text}终"), down, across))
            marks += 1
            col += across
        rows.append(tuple(made))
    shares = data.draw(st.sampled_from([0.0, 1.0]))
    table = Table(tuple(Column(shares, label=n == 0) for n in range(columns)), tuple(rows))
    pages, _ = printed(document(para("前"), table))
    # A cell that goes on names itself again, with 续; apart from that each is printed once, to its end.
    flat = squeezed("".join(pages))
    again = flat.count("续")
    assert flat.count("始") - again <= marks <= flat.count("始")
    assert flat.count("终") - again <= marks <= flat.count("终")


def widths(table: Table, width: float = 440) -> list[float]:
    doc = Document("", (table,))
    return TableLayout(table, number(doc), Typesetter(shipped_fonts()), TYPOGRAPHIES["gongwen"], width).widths


def test_columns_take_their_shares_or_what_their_words_need() -> None:
    assert widths(Table((Column(1), Column(3)), (cells("甲", "乙"),))) == [110, 330]
    number_column, text_column, name = widths(
        Table(
            (Column(), Column(), Column()),
            (cells("1", prose(1, 200), "栖霞市民生服务中心"),),
            (cells("序号", "问题描述", "责任单位"),),
        )
    )
    assert number_column < 45
    assert text_column > 2 * name
    assert sum((number_column, text_column, name)) == pytest.approx(440)
    assert sum(
        widths(Table(tuple(Column() for _ in range(30)), (cells(*["很长的文字"] * 30),)))
    ) == pytest.approx(440)
    assert sum(widths(Table((Column(), Column()), ()))) == pytest.approx(440)
