"""The chapters of the open evaluation's report, with what the program writes and what a person added."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from workbench import files
from workbench.domain.narrative import bindings_of
from workbench.errors import WorkbenchError
from workbench.exporters.chapters import Chapter, chapters_of
from workbench.exporters.kit import Kit
from workbench.exporters.outlines import read_outline
from workbench.exporters.report_data import freeze
from workbench.exporters.report_file import outline_of
from workbench.services.session import Session

__all__ = ["Chapter", "Chapters"]


class Chapters:
    """Reads; texts are put through the session like any other."""

    def __init__(
        self, resources: Path, now: Callable[[], datetime], own_outlines: Path | None = None
    ) -> None:
        self._kit = Kit(resources, own_outlines=own_outlines)
        self._now = now

    def listed(self, session: Session) -> list[Chapter]:
        """Every chapter in the order of the outline; raises :class:`WorkbenchError` for a broken outline."""
        data = freeze(session.evaluation, session.scores, made=self._now())
        return chapters_of(data, outline_of(data.evaluation, self._kit))

    def outlines(self) -> dict[str, str]:
        """Every outline that can be chosen, by key, with what it is called; the firm's own ones go before."""
        found: dict[str, str] = {}
        own = self._kit.own_outlines
        for folder in (own, self._kit.resources / "outlines"):
            for path in sorted(folder.glob("*.toml")) if folder is not None else ():
                try:
                    label = read_outline(path).label
                except WorkbenchError as error:
                    label = f"{path.stem}（不能使用：{error}）"
                found.setdefault(path.stem, label if folder != own else f"{label}（本单位）")
        return found

    def save_own(self, key: str) -> Path:
        """A copy of an outline among the firm's own, to be edited; one that is there is left as it is.

        Raises :class:`WorkbenchError` when the folder can't be written.
        """
        own = self._kit.own_outlines
        if own is None:
            raise WorkbenchError(
                "no-own-outlines", "没有本单位提纲的文件夹。", "请先在设置中选择数据文件夹。"
            )
        path = own / f"{files.safe_name(key, '提纲')}.toml"
        with files.told(path, "另存提纲"):
            own.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                files.write_beside(path, self._kit.outline(key).read_bytes())
        return path

    def figures(self, session: Session) -> dict[str, str]:
        """The names that a chapter's text may bind, with their values as of now."""
        return bindings_of(session.evaluation, session.scores)
