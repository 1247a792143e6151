"""The bureau's own workbooks: recognise a blank, keep it with its bindings, fill it, compare it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench import files
from workbench.domain.bureau import Binding
from workbench.domain.form import Form
from workbench.errors import InputRefused, WorkbenchError
from workbench.exporters.bureau_forms import BureauForm, bindings_raw, content_labels, read_bureau_form
from workbench.exporters.conformance import differences
from workbench.importers.bureau_blank import Proposal, load_bureau_columns, recognise
from workbench.importers.indicator_columns import load_columns
from workbench.importers.sheet_grid import Grid
from workbench.importers.workbooks import read_workbook
from workbench.services.guarded import guarded
from workbench.services.jobs import Progress, silent

#: Subfolder of the data folder with the kept forms, each in a folder of its own.
FOLDER = "表样"
#: The file of a kept form that says which cell holds what.
BINDINGS = "表样.toml"
#: How much of a sheet is shown for binding, and so many empty rows and columns around its content.
_MOST_ROWS, _MOST_COLUMNS, _ROOM = 400, 40, 2

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class BureauListing:
    """One kept form; ``form`` is nothing while its bindings can't be read, ``fault`` says why."""

    title: str
    form: BureauForm | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class BlankSheet:
    """One sheet of a blank to look at: its texts and merged areas by row and column, from 1."""

    name: str
    rows: int
    columns: int
    texts: Mapping[Place, str]
    areas: tuple[tuple[int, int, int, int], ...]
    """First row, first column, last row, last column of each merged area."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A blank with the bindings proposed or kept so far; nothing of it is saved."""

    title: str
    blank: Path
    sheets: tuple[BlankSheet, ...]
    bindings: tuple[Binding, ...]
    unplaced: tuple[str, ...] = ()
    """Names of the indicators that no row of the blank names."""


class BureauForms:
    """Keeps blank forms with their bindings below the data folder; never changes a blank."""

    def __init__(self, data: Path, resources: Path) -> None:
        self._folder = data / FOLDER
        self._resources = resources

    def listed(self) -> list[BureauListing]:
        """Every kept form by its title."""
        found = []
        for path in sorted(self._folder.glob(f"[!.]*/{BINDINGS}")):
            try:
                found.append(BureauListing(path.parent.name, read_bureau_form(path)))
            except InputRefused as error:
                found.append(BureauListing(path.parent.name, None, str(error)))
        return found

    def form(self, title: str) -> BureauForm:
        """One kept form; raises :class:`WorkbenchError` when there is none or it can't be used."""
        path = self._folder / files.safe_name(title, "表样") / BINDINGS
        if not path.is_file():
            names = "、".join(one.title for one in self.listed()) or "还没有"
            raise WorkbenchError("no-bureau-form", f"没有名为“{title}”的财政局表样。", f"现有：{names}。")
        return read_bureau_form(path)

    def recognise(self, blank: Path, form: Form, progress: Progress = silent) -> Proposal:
        """What the cells of a blank seem to ask for; nothing is kept yet.

        Raises :class:`WorkbenchError` for a file that can't be read, or that is no .xlsx.
        """
        return guarded(
            recognise,
            blank,
            form,
            load_columns(self._resources / "indicator_columns.toml"),
            load_bureau_columns(self._resources / "bureau_columns.toml"),
            progress=progress,
        )

    def draft(self, blank: Path, form: Form, title: str = "", progress: Progress = silent) -> Draft:
        """A blank to be bound; with the bindings of the kept form of this title when there is one.

        Raises as :meth:`recognise`.
        """
        proposal = self.recognise(blank, form, progress)
        kept = next((one.form for one in self.listed() if one.title == title and one.form), None)
        return Draft(
            title or blank.stem,
            blank,
            tuple(_sheet(grid) for grid in proposal.grids),
            kept.bindings if kept is not None else proposal.bindings,
            () if kept is not None else tuple(leaf.name for leaf in proposal.unplaced),
        )

    def labels(self, form: Form) -> dict[str, str]:
        """Everything that a cell may be bound to, with its Chinese name."""
        return content_labels(form)

    def save(self, title: str, blank: Path, bindings: Sequence[Binding]) -> BureauForm:
        """Keep a copy of the blank with its bindings under a title; one of that title is replaced whole."""
        if not bindings:
            raise WorkbenchError("no-bindings", "还没有绑定任何单元格。", "请先选一格，再选要填的内容。")
        read_workbook(blank)
        folder = self._folder / files.safe_name(title, "表样")
        with files.told(folder, "保存表样"):
            import tomli_w

            content = blank.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            # Named by its content: a cut between the two files leaves the older pair whole.
            kept = folder / f"空白表.{digest[:8]}.xlsx"
            form = BureauForm(title, kept, digest, tuple(sorted(bindings)))
            folder.mkdir(parents=True, exist_ok=True)
            files.write_beside(form.blank, content)
            files.write_beside(folder / BINDINGS, tomli_w.dumps(bindings_raw(form)).encode())
        return form

    def remove(self, title: str) -> None:
        """Forget a form: its folder is set aside under another name, so that nothing is lost."""
        folder = self._folder / files.safe_name(title, "表样")
        with files.told(folder, "移除表样"):
            folder.rename(files.free_name(self._folder, f".已移除 {folder.name}"))

    def compare(self, form: BureauForm, filled: Path, progress: Progress = silent) -> list[str]:
        """What differs between the blank and a filled workbook besides the bound cells, in words."""
        bound: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for binding in form.bindings:
            bound[binding.sheet].append(binding.place)
        return guarded(_differences, filled, form.blank, dict(bound), progress=progress)


def _differences(filled: Path, blank: Path, bound: Mapping[str, Sequence[tuple[int, int]]]) -> list[str]:
    read_workbook(filled)
    return differences(blank, filled, bound)


def _sheet(grid: Grid) -> BlankSheet:
    columns = min(grid.last_column + _ROOM, _MOST_COLUMNS)
    rows = min(grid.last_row + _ROOM, _MOST_ROWS)
    places = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    areas = {grid.area(*place) for place in places}
    return BlankSheet(
        grid.name,
        rows,
        columns,
        {place: text for place in places if (text := _shown(grid, *place))},
        tuple(sorted(area for area in areas if area[:2] != area[2:])),
    )


def _shown(grid: Grid, row: int, column: int) -> str:
    cell = grid.cell(row, column)
    return "ƒ" if cell is not None and cell.formula else grid.text(row, column)
