from __future__ import annotations

import pytest

from workbench.exporters.document import (
    Annex,
    Block,
    Cell,
    Column,
    Document,
    Figure,
    Heading,
    LandscapeSection,
    ListItems,
    Marker,
    PageBreak,
    Paragraph,
    PhotoGrid,
    Picture,
    Reference,
    Table,
    Text,
    cells,
    content,
    grid,
)
from workbench.exporters.numbering import (
    BrokenReferenceError,
    Numbered,
    chinese_number,
    heading_label,
    marker_label,
    number,
)


def numbered(*blocks: Block) -> Numbered:
    return number(Document("标题", blocks))


def table(caption: str = "", key: str = "", *, landscape: bool = False) -> Table:
    return Table((Column(),), (cells("值"),), caption=caption, key=key, landscape=landscape)


@pytest.mark.parametrize(
    ("value", "said"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (100, "一百"), (101, "一百零一"), (110, "一百一十"), (219, "二百一十九"), (999, "九百九十九")],
)  # fmt: skip
def test_numbers_are_counted_in_chinese(value: int, said: str) -> None:
    assert chinese_number(value) == said


@pytest.mark.parametrize("value", [0, -1, 1000])
def test_uncountable_numbers_are_refused(value: int) -> None:
    with pytest.raises(ValueError, match="1 to 999"):
        chinese_number(value)


def test_headings_count_within_their_parent_and_start_again_in_annexes() -> None:
    made = numbered(
        Heading(1, "甲"),
        Heading(2, "乙"),
        Heading(3, "丙"),
        Heading(4, "丁"),
        Heading(3, "戊"),
        Heading(2, "己"),
        Heading(1, "前言", numbered=False),
        Heading(1, "庚"),
        Heading(2, "辛"),
        Annex("附", (Heading(1, "壬"),)),
    )
    labels = [item.label for item in made.items if isinstance(item.block, Heading)]
    assert labels == ["一、", "（一）", "1.", "（1）", "2.", "（二）", "", "二、", "（一）", "一、"]
    assert heading_label(1, 12) == "十二、"


def test_tables_figures_and_annexes_are_numbered_through_the_whole_document() -> None:
    picture = Picture(b"")
    made = numbered(
        table("甲", "a"),
        table(),
        LandscapeSection((table("乙", "b"), Figure(picture, "图甲", "f"))),
        PhotoGrid((Figure(picture, "图乙", "g"), Figure(picture), Figure(picture, "图丙"))),
        Annex("一号", (table("丙", "c"),), "x"),
        Annex("二号", (), "y"),
    )
    assert made.labels == {
        "a": "表 1", "b": "表 2", "f": "图 1", "g": "图 2", "c": "表 3", "x": "附件 1", "y": "附件 2",
    }  # fmt: skip
    assert [item.labels for item in made.items if item.labels] == [("图 2", "", "图 3")]
    assert [item.annex for item in made.items] == [0, 0, 0, 0, 0, 1, 1, 2]
    assert [item.landscape for item in made.items] == [False, False, True, True, False, False, False, False]


def test_references_print_the_number_they_name() -> None:
    runs = content("见", Reference("b", bold=True), "。")
    made = numbered(Paragraph(runs), table("甲", "a"), table("乙", "b"))
    assert made.resolve(runs) == (Text("见"), Text("表 2", bold=True), Text("。"))


def test_references_that_lead_nowhere_fail_with_all_of_them_named() -> None:
    with pytest.raises(BrokenReferenceError) as caught:
        numbered(
            Paragraph(content("见", Reference("无"))),
            ListItems((content(Reference("缺")),), Marker.DASH),
            Table((Column(),), ((Cell(content(Reference("没"))),),), note=content(Reference("无"))),
            table("甲", "a"),
            table("乙", "a"),
        )
    assert caught.value.unknown == ("无", "缺", "没")
    assert caught.value.twice == ("a",)
    assert "“无”" in str(caught.value)
    assert "“a”重复" in str(caught.value)


def test_a_reference_to_something_without_number_is_refused() -> None:
    with pytest.raises(BrokenReferenceError):
        numbered(Paragraph(content(Reference("a"))), table("", "a"))


def test_headings_turn_with_the_landscape_table_they_stand_above() -> None:
    made = numbered(
        Paragraph(content("文")), Heading(1, "甲"), Heading(2, "乙"), table("表", landscape=True), PageBreak()
    )
    assert [item.landscape for item in made.items] == [False, True, True, True, False]
    turned = numbered(Annex("附", (table(landscape=True),)))
    assert [item.landscape for item in turned.items] == [True, True]


def test_list_marks() -> None:
    assert [marker_label(marker, 3) for marker in Marker] == ["3.", "（3）", "③", "——"]
    assert marker_label(Marker.CIRCLED, 21) == "（21）"


def test_a_grid_places_spans_and_fills_what_rows_lack() -> None:
    placed = grid((cells(Cell(row_span=2), "乙"), cells("丁"), ()), 3)
    assert [(one.row, one.col) for one in placed] == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        (cells("甲", "乙", "丙"),),
        ((Cell(col_span=3),),),
        ((Cell(row_span=2),),),
        (cells("甲", Cell(row_span=2)), (Cell(col_span=2),)),
    ],
)
def test_cells_that_do_not_fit_are_refused(rows: tuple[tuple[Cell, ...], ...]) -> None:
    with pytest.raises(ValueError, match="row"):
        Table((Column(), Column()), rows)


def test_nonsense_is_refused_where_it_is_written() -> None:
    with pytest.raises(ValueError, match="level"):
        Heading(5, "深")
    with pytest.raises(ValueError, match="spans"):
        Cell(row_span=0)
    with pytest.raises(ValueError, match="column"):
        Table((), ())
    with pytest.raises(ValueError, match="shares"):
        Table((Column(-1),), ())
