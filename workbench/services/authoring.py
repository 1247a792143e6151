"""Indicator systems written in Excel or Word: look at one, take it over as one's own, give one out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench import files
from workbench.domain.compiler import compile_form
from workbench.domain.form import Form
from workbench.domain.form_raw import form_to_raw
from workbench.errors import WorkbenchError
from workbench.exporters.indicator_table import write_indicator_table
from workbench.importers.indicator_columns import IndicatorColumns, load_columns
from workbench.importers.indicator_table import TableReading, read_indicator_table
from workbench.services.catalog import OWN_FORMS, Catalog
from workbench.services.guarded import guarded
from workbench.services.jobs import Progress, silent

__all__ = ["Authoring", "TableReading", "TakenOver"]

_LONGEST_ID = 60


@dataclass(frozen=True, slots=True)
class TakenOver:
    """An indicator system that is now the user's own."""

    form: Form
    path: Path
    reading: TableReading | None = None
    renamed: bool = False
    """Its id was taken, so it has another."""


class Authoring:
    """Reads, saves and writes indicator systems; nothing is half taken over."""

    def __init__(self, catalog: Catalog, resources: Path) -> None:
        self._catalog = catalog
        self._resources = resources

    def preview(self, path: Path, progress: Progress = silent) -> TableReading:
        """How the table would be read, in a child process; nothing is written.

        Raises :class:`InputRefused` with every fault, :class:`WorkbenchError` for any other file.
        """
        return guarded(read_indicator_table, path, self._columns(), progress=progress)

    def take_over(
        self, path: Path, *, form_id: str = "", folder: Path | None = None, replacing: bool = False
    ) -> TakenOver:
        """Read a table and save it as the user's own system; see :meth:`save` and :meth:`preview`."""
        reading = self.preview(path)
        saved = self.save(reading.form, form_id=form_id, folder=folder, replacing=replacing)
        return TakenOver(saved.form, saved.path, reading, saved.renamed)

    def save(
        self, form: Form, *, form_id: str = "", folder: Path | None = None, replacing: bool = False
    ) -> TakenOver:
        """Save a system under its id (or ``form_id``) among the user's own, or in ``folder``.

        With an id that another system has it gets a free one, unless it is the user's own and
        ``replacing`` says that it is to be replaced. Written beside and swapped in; raises
        :class:`WorkbenchError` when the folder can't be written.
        """
        wanted = files.safe_name(form_id or form.id, "指标体系")
        target = folder or self._catalog.data / OWN_FORMS
        id_ = self._free_id(wanted, target, replacing=replacing)
        raw = {**form_to_raw(form), "id": id_}
        kept = compile_form(raw)
        path = target / f"{id_}.toml"
        with files.told(path, "保存指标体系"):
            target.mkdir(parents=True, exist_ok=True)
            files.write_beside(path, _toml(raw))
        return TakenOver(kept, path, renamed=id_ != wanted)

    def export(self, form_id: str, path: Path) -> Form:
        """Write a system of the catalog as a workbook of the template; an older file is swapped out whole."""
        form = self._catalog.form(form_id)
        self.write(form, path)
        return form

    def write(self, form: Form, path: Path) -> None:
        """Write a system as a workbook that imports to an equal one; read back before it is swapped in."""
        doing = "导出指标体系"
        with files.told(path, doing):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise WorkbenchError("is-folder", f"{doing}时发现同名文件夹：{path}。", "请换一个文件名。")
            fresh = files.beside(path)
            try:
                write_indicator_table(form, fresh)
                self._read_back(form, fresh)
                files.fsync_file(fresh)
                files.swap(fresh, path)
            except BaseException:
                fresh.unlink(missing_ok=True)
                raise

    def _read_back(self, form: Form, path: Path) -> None:
        if read_indicator_table(path, self._columns()).form != form:
            raise WorkbenchError(
                "export-differs",
                f"导出的工作簿读回后与“{form.title}”不同，没有写出。",
                "名称或文字里可能含有工作簿容不下的字符，请检查后重试。",
            )

    def _columns(self) -> IndicatorColumns:
        return load_columns(self._resources / "indicator_columns.toml")

    def _free_id(self, wanted: str, folder: Path, *, replacing: bool) -> str:
        taken = {
            key
            for one in self._catalog.list_forms()
            if not (replacing and one.own and one.path.parent == folder)
            for key in (one.id, one.path.stem)
        }
        if not replacing and folder.is_dir():
            taken |= {path.stem for path in folder.glob("*.toml")}
        id_, number = wanted, 1
        while id_ in taken:
            number += 1
            id_ = f"{wanted[:_LONGEST_ID]}-{number}"
        return id_


def _toml(raw: dict[str, object]) -> bytes:
    import tomli_w

    return tomli_w.dumps(raw, multiline_strings=False).encode()
