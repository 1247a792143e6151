"""A score sheet that somebody else made, and its report, read as a whole: what is what, and what stays unread.

The files are only ever opened for reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.domain.outside.sheet import (
    Asked,
    FundRow,
    Outside,
    Said,
    SummaryLine,
    Unread,
)
from workbench.errors import WorkbenchError
from workbench.importers.fund_table import fund_header, labelled, read_funds
from workbench.importers.report_text import TextGrid, document_texts, pictures, read_report, text_grids
from workbench.importers.review_words import SCORE, ReviewWords
from workbench.importers.score_table import ScoreTable, at, has_scores, read_score_table, score_header
from workbench.importers.sheet_grid import Grid, sheet_grid
from workbench.importers.survey_lists import list_header, read_survey_lists
from workbench.importers.survey_table import read_survey, survey_header
from workbench.importers.word_document import read_document
from workbench.importers.word_tables import word_grids
from workbench.importers.workbooks import read_workbook
from workbench.package_xml import Limits

_LIMITS = Limits(cells=300_000, rows=20_000)
SUFFIXES = (".xlsx", ".docx")


@dataclass
class Opened:
    """The tables of the files as grids, for whoever shows them, and what was read."""

    grids: list[Grid]
    outside: Outside


@dataclass
class _Found:
    tables: list[ScoreTable] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    funds: list[FundRow] = field(default_factory=list)
    labels: dict[str, Said] = field(default_factory=dict)
    texts: list[Said] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def open_outside(
    path: Path,
    report: Path | None,
    words: ReviewWords,
    each: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
) -> Opened:
    """Read a score sheet (.xlsx or .docx) and, if given, its report (.docx, .txt, .pdf).

    ``each`` is called before each table and may raise to stop.
    Raises :class:`WorkbenchError` with a sentence when a file can't be read or holds no score table.
    """
    found = _Found()
    grids = _grids(path, found)
    files = [path.name]
    for index, grid in enumerate(grids):
        each(index, len(grids), f"读取{grid.label}")
        if grid.hidden:
            found.unread.append(Unread(grid.label, "", "是隐藏的表，也已核对。"))
        _read_grid(grid, index, path.name, words, found)
    if report is not None:
        files.append(report.name)
        each(len(grids), len(grids), f"读取 {report.name}")
        before = len(grids)
        if report.suffix.lower() == ".docx":
            document = read_document(report)
            found.texts += document_texts(document)
            found.unread += pictures(document)
            grids += word_grids(document)
        else:
            texts, unread = read_report(report)
            found.texts += texts
            found.unread += unread
        if report.suffix.lower() == ".txt":
            grids += text_grids(report)
        for index, grid in enumerate(grids[before:], before):
            each(index, len(grids), f"读取{grid.label}")
            _read_grid(grid, index, report.name, words, found)
    if not found.tables:
        looked = "、".join(grid.label for grid in grids[:6]) or "没有表格"
        raise WorkbenchError(
            "no-score-table",
            f"“{path.name}”里没有找到评分表（看过：{looked}）。",
            "表头应有“一级指标、二级指标、三级指标”和“得分”等列名。",
        )
    return Opened(grids, _outside(found, tuple(files)))


def _grids(path: Path, found: _Found) -> list[Grid]:
    if path.suffix.lower() in {".docx", ".doc"}:
        document = read_document(path)
        found.texts += document_texts(document)
        found.unread += pictures(document)
        return list(word_grids(document))
    book = read_workbook(path, _LIMITS)
    return [sheet_grid(book, sheet) for sheet in book.sheets]


def _read_grid(grid: Grid, index: int, file: str, words: ReviewWords, found: _Found) -> None:
    in_report = any(said.at.file == file and not said.at.row for said in found.texts)
    for part in _parts(grid, words):
        header = score_header(part, words)
        read = False
        if header is not None and has_scores(header) and not _is_survey(part, words):
            table = read_score_table(part, header, words, index, file)
            table.in_text = isinstance(grid, TextGrid)
            if any(line.scores for line in table.lines):
                found.tables.append(table)
                if not isinstance(grid, TextGrid):  # a table in a text file is read once more as its lines
                    found.unread += table.unread
                if not in_report:
                    found.texts += table.around
                read = True
        if not read and _is_survey(part, words):
            lists = any(list_header(part, row, words) for row in part.rows)
            asked, unread = (read_survey_lists if lists else read_survey)(part, words, index, file)
            found.asked += asked
            found.unread += unread
            read = True
        above = part if header is None else _Window(part, [row for row in part.rows if row < header.first])
        source = above if read else part
        if any(fund_header(source, row, words) for row in source.rows):
            funds, unread = read_funds(source, words, index, file)
            found.funds += funds
            found.unread += unread
            read = True
        fields = list(labelled(above if read else part, words, index, file))
        for content, said in fields:
            found.labels.setdefault(content, said)
        if not read and not isinstance(grid, TextGrid):
            why = (
                "有指标而没有得分列"
                if header is not None
                else "栏目表"
                if fields
                else "没有识别为评分表、问卷统计表或资金表"
            )
            _leave(part, why, index, file, found, in_report=in_report)


def _leave(part: Grid, why: str, index: int, file: str, found: _Found, *, in_report: bool) -> None:
    """What is no table that is recomputed: its texts are still checked, and it is listed."""
    cells = [(row, column, text) for row in part.rows for column, text in part.filled(row).items()]
    if not in_report:
        lists = _deduction_columns(part)
        for row in sorted(part.rows):
            filled_cells = {c: text for c, text in part.filled(row).items() if c not in lists}
            if not filled_cells:
                continue
            text = "\t".join(filled_cells.values())
            if len(text) >= 4:  # a row is read as one text, so that a name stays with its figure
                place = at(part, row, max(filled_cells), index, file)
                found.texts.append(Said(text, replace(place, quote=text)))
    if not cells:
        return
    row, column, text = cells[0]
    filled = sum(1 for row in part.rows if len(part.filled(row)) > 1)
    if filled < 2:
        return  # a title or a note, not a table
    told = f"{why}（{len(cells)} 格），只核对了其中的文字。"
    found.unread.append(Unread(part.place(row, column), " ".join(text.split())[:30], told))


def _deduction_columns(part: Grid) -> set[int]:
    """Columns that list points taken off by name: single lines of a deduction, not points of the indicator."""
    header = next((row for row in sorted(part.rows) if len(part.filled(row)) > 2), 0)
    return {column for column, text in part.filled(header).items() if "扣分" in text}


def _is_survey(part: Grid, words: ReviewWords) -> bool:
    return any(
        survey_header(part, row, words) is not None or list_header(part, row, words) for row in part.rows
    )


def _parts(grid: Grid, words: ReviewWords) -> list[Grid]:
    """The tables of a sheet, parted by empty rows; what goes on under the same columns stays together."""
    rows = [row for row in sorted(grid.rows) if grid.filled(row)]
    blocks: list[list[int]] = []
    for row in rows:
        if (blocks and row == blocks[-1][-1] + 1) or (
            blocks
            and any(
                grid.area(inner, column)[2] >= row for inner in blocks[-1][-1:] for column in grid.rows[inner]
            )
        ):
            blocks[-1].append(row)
        else:
            blocks.append([row])
    joined: list[list[int]] = []
    for block in blocks:
        if joined and _goes_on(grid, joined[-1], block, words):
            joined[-1] += block
        else:
            joined.append(block)
    return [_window(grid, block) for block in joined]


def _goes_on(grid: Grid, before: list[int], block: list[int], words: ReviewWords) -> bool:
    """Whether rows behind an empty one still belong to the score table above."""
    upper = score_header(_window(grid, before), words)
    if upper is None:
        only = all(len(grid.filled(row)) == 1 for row in before)
        return only and score_header(_window(grid, block), words) is not None  # the title above its table
    lower = _window(grid, block)
    if score_header(lower, words) is not None:
        return False
    if _is_survey(lower, words) or any(fund_header(lower, row, words) for row in lower.rows):
        return False
    columns = {*upper.level_columns.values(), *upper.of(SCORE), *upper.of("points")}
    first = grid.filled(block[0])
    return len(first.keys() & columns) >= 2


def _window(grid: Grid, rows: list[int]) -> Grid:
    """Some rows of a grid, with their numbers and places."""
    return _Window(grid, rows)


class _Window(Grid):
    """Looks at some rows of another grid; cells keep their addresses."""

    def __init__(self, grid: Grid, rows: list[int]) -> None:
        areas = {grid.area(row, column) for row in rows for column in grid.rows.get(row, {})}
        self._whole = grid
        super().__init__(
            grid.name,
            {row: grid.rows[row] for row in rows},
            [area for area in areas if area[0] != area[2] or area[1] != area[3]],
            hidden=grid.hidden,
            caption=grid.caption,
            reach=(rows[-1] if rows else 0, grid.last_column),
        )

    @property
    def label(self) -> str:
        return self._whole.label

    def place(self, row: int, column: int) -> str:
        return self._whole.place(row, column)

    def cell_name(self, row: int, column: int) -> str:
        return self._whole.cell_name(row, column)


def _outside(found: _Found, files: tuple[str, ...]) -> Outside:
    main = max(found.tables, key=lambda table: (len(table.lines), sum(len(x.scores) for x in table.lines)))
    names = {line.name for line in main.lines}
    summaries: list[SummaryLine] = []
    unread = list(found.unread)
    for table in found.tables:
        if table is main:
            continue
        lines = [line for line in table.lines if line.scores]
        if lines and all(line.name in names for line in lines):
            for line in lines:
                stated = next(iter(line.scores.values()))
                summaries.append(SummaryLine(line.name, line.points, stated))
            summaries += [
                SummaryLine("", line.points, next(iter(line.scores.values())))
                for line in table.sums
                if not line.of and line.scores
            ]
        elif not table.in_text:
            first = table.lines[0]
            unread.append(
                Unread(first.at.words, first.name, "另一张评分表，指标与主表不同，没有核对；请单独复核。")
            )
    return Outside(
        files=files,
        title=main.title,
        form=main.form,
        lines=tuple(main.lines),
        sums=tuple(main.sums),
        summaries=tuple(summaries),
        asked=tuple(found.asked),
        funds=tuple(found.funds),
        labels=found.labels,
        texts=tuple(found.texts),
        reason_column=main.reason_column,
        unread=tuple(dict.fromkeys(unread)),
    )
