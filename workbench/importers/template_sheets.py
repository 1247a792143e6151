"""The sheets of the template besides the table: 总体, 等级, 计分明细, 问卷, 绩效目标 → data of a form file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.form_sheets import (
    BAND_COLUMNS,
    BANDS,
    DETAIL_COLUMNS,
    DETAILS,
    DIGITS_LABEL,
    GENERAL,
    GENERAL_ROWS,
    LEVELS_LABEL,
    OPTION_COLUMNS,
    QUESTION_COLUMNS,
    QUESTIONNAIRE_COLUMNS,
    QUESTIONS,
    ROUNDING_LABEL,
    ROUNDING_WORDS,
    TARGET_COLUMNS,
    TARGETS,
    VERSION_LABEL,
)
from workbench.errors import Fault
from workbench.importers.indicator_columns import plain
from workbench.importers.sheet_grid import Grid


@dataclass
class Template:
    """What the sheets around the table say; ``places`` tells the cell of what the compiler names."""

    raw: dict[str, Any] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
    details: list[Detail] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Detail:
    """One row of 计分明细: indicator, list and values by the label of each parameter."""

    id: str
    list: str
    values: Mapping[str, str]
    place: str


def is_template(grids: Mapping[str, Grid]) -> bool:
    """Whether the workbook was made from our template."""
    grid = grids.get(GENERAL)
    return grid is not None and any(
        plain(grid.text(row, 1)) == plain(VERSION_LABEL) for row in sorted(grid.rows)[:5]
    )


def read_template(grids: Mapping[str, Grid]) -> Template:
    """Read the sheets that are there; what can't be read is listed with its cell."""
    found = Template()
    _general(grids[GENERAL], found)
    for name, read in ((BANDS, _bands), (DETAILS, _details), (QUESTIONS, _questions), (TARGETS, _targets)):
        if name in grids:
            read(grids[name], found)
    return found


def _general(grid: Grid, found: Template) -> None:
    labels = {plain(label): name for name, label, _ in GENERAL_ROWS}
    rounding: dict[str, Any] = {}
    words = {word: key for key, word in ROUNDING_WORDS.items()}
    for row in sorted(grid.rows):
        label, value = plain(grid.text(row, 1)), grid.text(row, 2)
        place = grid.place(row, 2)
        if label == plain(LEVELS_LABEL):
            found.levels = tuple(text for column, text in grid.filled(row).items() if column > 1)
            found.places["指标层级"] = place
        elif label == plain(DIGITS_LABEL) and value:
            rounding["digits"] = (
                int(value) if value.isascii() and value.isdigit() and len(value) < 3 else value
            )
            found.places["取整"] = place
        elif label == plain(ROUNDING_LABEL) and value:
            if value not in words:
                found.faults.append(
                    Fault(place, f"四舍五入位置“{value[:20]}”不对。", f"请写{'或'.join(words)}。")
                )
            rounding["at"] = words.get(value, "indicator")
        elif label in labels and value:
            found.raw[labels[label]] = value
            found.places[next(told for name, told, _ in GENERAL_ROWS if name == labels[label])] = place
    if rounding:
        found.raw["rounding"] = rounding
    if found.levels:
        found.raw["levels"] = list(found.levels)


def _columns(grid: Grid, columns: Sequence[tuple[str, str]], needed: str, found: Template) -> dict[str, int]:
    """The column of each key by the header in the first filled row; a missing needed one is a fault."""
    first = min(grid.rows, default=1)
    headers = {plain(text): column for column, text in grid.filled(first).items()}
    known = {key: headers[plain(label)] for key, label in columns if plain(label) in headers}
    if needed not in known and len(grid.rows) > 1:
        label = next(label for key, label in columns if key == needed)
        found.faults.append(
            Fault(f"“{grid.name}”表第 {first} 行", f"没有“{label}”列。", "请恢复模板的列名。")
        )
        return {}
    return known


def _below(grid: Grid) -> Iterator[int]:
    rows = [row for row in sorted(grid.rows) if grid.filled(row)]
    yield from rows[1:]


def _bands(grid: Grid, found: Template) -> None:
    columns = _columns(grid, BAND_COLUMNS, "name", found)
    bands = []
    for row in _below(grid) if columns else ():
        band = {key: text for key, column in columns.items() if (text := grid.text(row, column))}
        bands.append(band)
        place = grid.place(row, columns["name"])
        found.places[f"等级第 {len(bands)} 档"] = place
        found.places.setdefault(f"等级“{band.get('name', '')}”", place)
    found.places["等级"] = f"“{grid.name}”表"
    found.raw["bands"] = bands


def _details(grid: Grid, found: Template) -> None:
    columns = _columns(grid, DETAIL_COLUMNS, "id", found)
    if not columns:
        return
    first = min(grid.rows)
    own = set(columns.values())
    labels = {column: text for column, text in grid.filled(first).items() if column not in own}
    for row in _below(grid):
        values = {label: text for column, label in labels.items() if (text := grid.text(row, column))}
        name = grid.text(row, columns["list"]) if "list" in columns else ""
        found.details.append(
            Detail(grid.text(row, columns["id"]), name, values, grid.place(row, columns["id"]))
        )


def _questions(grid: Grid, found: Template) -> None:
    known = (*QUESTIONNAIRE_COLUMNS, *QUESTION_COLUMNS, *OPTION_COLUMNS)
    # 结果名称 and 问卷名称 differ, so one header row serves all three kinds of row.
    columns = _columns(
        grid, [(f"{n}:{key}", label) for n, (key, label) in enumerate(known)], "0:title", found
    )
    if not columns:
        return
    parts = (len(QUESTIONNAIRE_COLUMNS), len(QUESTIONNAIRE_COLUMNS) + len(QUESTION_COLUMNS), len(known))
    questionnaires: list[dict[str, Any]] = []
    for row in _below(grid):
        said: tuple[dict[str, str], ...] = ({}, {}, {})
        for number, (key, _) in enumerate(known):
            column = columns.get(f"{number}:{key}")
            text = grid.text(row, column) if column else ""
            if text:
                said[next(i for i, end in enumerate(parts) if number < end)][key] = text
        head, asked, option = said
        if head:
            questionnaires.append({**head, "question": []})
            found.places[f"问卷 {len(questionnaires)}"] = grid.place(row, 1)
        if (asked or option) and not questionnaires:
            found.faults.append(Fault(grid.place(row, 1), "题目前面没有问卷。", "请先写问卷名称。"))
            return
        if asked:
            questionnaires[-1]["question"].append({**asked, "option": []})
            count = len(questionnaires[-1]["question"])
            found.places[f"问卷 {len(questionnaires)} › 第 {count} 题"] = grid.place(
                row, columns.get("4:text", 1)
            )
        if option:
            if not questionnaires[-1]["question"]:
                found.faults.append(Fault(grid.place(row, 1), "选项前面没有题目。", "请先写题目。"))
                return
            questionnaires[-1]["question"][-1]["option"].append(option)
    found.raw["questionnaire"] = questionnaires


def _targets(grid: Grid, found: Template) -> None:
    columns = _columns(grid, TARGET_COLUMNS, "name", found)
    targets = []
    for row in _below(grid) if columns else ():
        targets.append({key: text for key, column in columns.items() if (text := grid.text(row, column))})
        found.places[f"绩效目标第 {len(targets)} 条"] = grid.place(row, columns["name"])
    found.raw["target"] = targets
