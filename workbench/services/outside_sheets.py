"""复核外来评分表: read a score sheet that somebody else made, recompute it, write the 复核意见表.

The files are opened for reading only and closed again before anything is worked out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workbench import files
from workbench.domain.outside.review import Review, review
from workbench.errors import WorkbenchError
from workbench.exporters.review_paper import SUFFIXES, TITLE_TEXT, review_file
from workbench.importers.outside_file import open_outside
from workbench.importers.review_words import load_words
from workbench.importers.sheet_grid import Grid
from workbench.services.checking import NATIONAL, load_limits
from workbench.services.guarded import guarded
from workbench.services.jobs import Progress, silent


@dataclass(frozen=True)
class Reviewed:
    """One review with the files it is about and their tables, for whoever shows them."""

    path: Path
    report: Path | None
    grids: tuple[Grid, ...]
    review: Review


class OutsideSheets:
    """Reviews outside score sheets; nothing is kept and no file is changed."""

    def __init__(self, resources: Path, clock: Callable[[], datetime]) -> None:
        self._resources, self._clock = resources, clock

    def read(self, path: Path, report: Path | None = None, progress: Progress = silent) -> Reviewed:
        """Review a score sheet and, if given, its report.

        Raises :class:`WorkbenchError` with a sentence for a file that can't be read or holds no score
        table, and whatever ``progress`` raises to stop.
        """
        progress(0, 1, f"读取 {path.name}")
        words = load_words(self._resources)
        name = path.name if report is None else f"{path.name}”或“{report.name}"
        opened = guarded(open_outside, path, report, words, progress=progress, heard=True, name=name)
        progress(1, 2, "重算和核验")
        found = review(opened.outside, words.fund_names, load_limits(self._resources, NATIONAL))
        progress(2, 2, "完成")
        return Reviewed(path, report, tuple(opened.grids), found)

    @staticmethod
    def suggested(reviewed: Reviewed) -> Path:
        """Where the 复核意见表 would go: beside the score sheet, under a name of its own."""
        return reviewed.path.with_name(f"{reviewed.path.stem}_{TITLE_TEXT}.pdf")

    def write(self, reviewed: Reviewed, path: Path, progress: Progress = silent) -> Path:
        """Write the 复核意见表 as .pdf, .docx or .xlsx; an older file of that name stays whole until then.

        Raises :class:`WorkbenchError` for another suffix, for the reviewed files themselves, and when the
        disk refuses.
        """
        if path.suffix.lower() not in SUFFIXES:
            path = path.with_name(f"{path.name}.pdf")
        for source in (reviewed.path, reviewed.report):
            if source is not None and path.exists() and source.exists() and path.samefile(source):
                raise WorkbenchError(
                    "review-over-source", f"{path} 是被复核的文件，不能覆盖。", "请换一个文件名。"
                )
        with files.told(path, f"导出{TITLE_TEXT}"):
            path.parent.mkdir(parents=True, exist_ok=True)
            fonts = self._resources / "fonts"
            data = review_file(reviewed.review, path.suffix.lower(), fonts, self._clock(), progress)
            files.write_beside(path, data)
        return path


__all__ = ["Grid", "OutsideSheets", "Reviewed"]
