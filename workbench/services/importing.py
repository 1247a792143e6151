"""Import of working papers: first what would change, then all of it as one step that can be undone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from workbench.domain.changes import Change
from workbench.domain.entities_review import SignOff
from workbench.domain.evaluation import Entity, Evaluation, Evidence, Overview, kind_of
from workbench.domain.form import Form
from workbench.domain.form_json import form_text
from workbench.domain.papers import PAPER_SHEETS, SYSTEM_FIELDS, described
from workbench.errors import WorkbenchError
from workbench.importers.working_papers import Papers, read_working_papers
from workbench.services.guarded import guarded
from workbench.services.jobs import Progress, silent
from workbench.services.session import Session

__all__ = ["Importing", "KindChanges", "Papers", "Preview"]

_LABEL = "导入工作底稿"


@runtime_checkable
class BacksUp(Protocol):
    """A store that can make a backup before a large change."""

    def back_up(self, reason: str = ...) -> object:
        """Make a backup now."""


@dataclass(frozen=True, slots=True)
class KindChanges:
    """What would change in one sheet."""

    title: str
    added: int
    changed: int
    removed: int
    removed_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do. It holds for the state of the evaluation that it was made against."""

    path: Path
    changes: tuple[Change, ...]
    kinds: tuple[KindChanges, ...]
    notices: tuple[str, ...]
    base: Evaluation

    @property
    def added(self) -> int:
        """How many entities are new."""
        return sum(kind.added for kind in self.kinds)

    @property
    def changed(self) -> int:
        """How many entities differ."""
        return sum(kind.changed for kind in self.kinds)

    @property
    def removed(self) -> int:
        """How many entities are gone."""
        return sum(kind.removed for kind in self.kinds)

    def sentence(self) -> str:
        """The whole in one Chinese sentence."""
        if not self.changes:
            return "底稿与当前评价一致，没有需要导入的内容。"
        parts = [
            f"{kind.title}（增 {kind.added}、改 {kind.changed}、删 {kind.removed}）" for kind in self.kinds
        ]
        return f"将新增 {self.added} 项、修改 {self.changed} 项、删除 {self.removed} 项：{'，'.join(parts)}。"


class Importing:
    """Reads working papers against an open evaluation; ``compile_form`` turns raw data into a form."""

    def __init__(self, compile_form: Callable[[Mapping[str, Any]], Form]) -> None:
        self._compile = compile_form

    def read(self, path: Path, progress: Progress = silent) -> Papers:
        """Read a workbook by itself, in a child process, for a new evaluation of its form.

        Raises :class:`InputRefused` with every fault, :class:`WorkbenchError` for other files.
        """
        return guarded(read_working_papers, path, Session.new_id, self._compile, progress=progress)

    def preview(self, session: Session, path: Path) -> Preview:
        """What importing the workbook would change; nothing is written.

        Raises as :meth:`read`, and when the workbook belongs to another evaluation or form.
        """
        return self.compare(session, path, self.read(path))

    def compare(self, session: Session, path: Path, papers: Papers) -> Preview:
        """What taking in papers that were read (on any thread) would change. On the session's thread."""
        evaluation = session.evaluation
        if papers.evaluation != evaluation.id:
            raise WorkbenchError(
                "other-evaluation",
                f"“{path.name}”是另一项评价的工作底稿。",
                "请打开那项评价后再导入，或用它新建评价。",
            )
        if form_text(papers.form_raw) != form_text(evaluation.form.raw):
            raise WorkbenchError(
                "other-form",
                f"“{path.name}”导出后，本评价的指标体系已改变。",
                "请重新导出工作底稿，把改动填入新文件。",
            )
        held = (item.number for item in evaluation.table(Evidence).values())
        highest = max(session.memory.highest("evidence", "number"), *held, 0)
        return _compared(path, papers, evaluation, highest)

    def apply(self, session: Session, preview: Preview) -> None:
        """Carry out a preview as one step, after a backup where the store makes them."""
        if session.evaluation is not preview.base:
            raise WorkbenchError("stale-preview", "预览之后评价又有改动，没有导入。", "请重新预览后再导入。")
        if not preview.changes:
            return
        if isinstance(session.memory, BacksUp):
            session.memory.back_up()
        session.change(preview.changes, label=_LABEL)


def _compared(path: Path, papers: Papers, evaluation: Evaluation, highest: int) -> Preview:
    changes: list[Change] = []
    kinds: list[KindChanges] = []
    notices = list(papers.notices)
    for sheet in PAPER_SHEETS:
        if sheet.kind not in papers.tables:
            continue
        before: Mapping[str, Entity] = evaluation.tables.get(sheet.kind, {})
        after = {
            id_: _kept(entity, before.get(id_), notices) for id_, entity in papers.tables[sheet.kind].items()
        }
        if sheet.vertical and not before and set(after.values()) == {Overview()}:
            continue  # an overview that was never put reads as an empty one
        added = [Change(None, _unsigned(entity)) for id_, entity in after.items() if id_ not in before]
        changed = [
            Change(before[id_], entity)
            for id_, entity in after.items()
            if id_ in before and before[id_] != entity
        ]
        removed = [Change(entity, None) for id_, entity in before.items() if id_ not in after]
        if sheet.kind == "evidence":
            added = _numbered(added, highest)
        changes += [*added, *changed, *removed]
        if added or changed or removed:
            names = tuple(described(e) for id_, e in before.items() if id_ not in after)
            kinds.append(KindChanges(sheet.title, len(added), len(changed), len(removed), names))
    return Preview(path, tuple(changes), tuple(kinds), tuple(notices), evaluation)


def _kept(entity: Entity, before: Entity | None, notices: list[str]) -> Entity:
    """The entity with what the program records left as it was."""
    own = SYSTEM_FIELDS.get(kind_of(entity), ())
    if before is None or all(getattr(entity, name) == getattr(before, name) for name in own):
        return entity
    what = f"佐证“{described(before)}”的文件信息" if isinstance(entity, Evidence) else "复核签署的校验值"
    notices.append(f"{what}由程序记录，其改动没有导入。")
    kept: Entity = dataclasses.replace(entity, **{name: getattr(before, name) for name in own})
    return kept


def _unsigned(entity: Entity) -> Entity:
    """A sign-off that was typed into a sheet vouches for nothing that was seen here."""
    if not isinstance(entity, SignOff):
        return entity
    return dataclasses.replace(entity, content="", step=None)


def _numbered(added: list[Change], highest: int) -> list[Change]:
    """New evidence without a number gets the next ones; a number that was ever given is not given again."""
    stated = [change.after.number for change in added if isinstance(change.after, Evidence)]
    highest = max([highest, *stated])
    found = []
    for change in added:
        entity = change.after
        if isinstance(entity, Evidence) and not entity.number:
            highest += 1
            entity = dataclasses.replace(entity, number=highest)
        found.append(Change(None, entity))
    return found
