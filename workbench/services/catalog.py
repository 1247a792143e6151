"""Find and compile forms; list, open, create, copy and restore evaluations."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import tempfile
import tomllib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from workbench import files
from workbench.domain.evaluation import Entity, Evaluation, kind_of
from workbench.domain.form import Form
from workbench.domain.scoring import Scores, compute_scores
from workbench.errors import Fault, InputRefused, WorkbenchError
from workbench.services.presets import presets
from workbench.services.session import Session
from workbench.store import backups, creation, recovery
from workbench.store.backups import Backup
from workbench.store.creation import BACKUPS, DATABASE, EVIDENCE
from workbench.store.database import Damaged
from workbench.store.evaluations import SAFELY, EvaluationStore, Keeping
from workbench.store.locked_file import DataKey
from workbench.store.locking import KEY_FILE, is_locked, locked_error, unlock
from workbench.store.places import synced_warning
from workbench.store.recovery import Outlook, Recovered
from workbench.store.sealed import Opener

__all__ = [
    "MENDABLE",
    "OWN_FORMS",
    "SUMMARY",
    "Backup",
    "Catalog",
    "CompileForm",
    "DataKey",
    "EvaluationListing",
    "FormListing",
    "Outlook",
    "Recovered",
    "read_form",
]

#: Indicator systems of the user's own, beside the evaluations.
OWN_FORMS = "指标体系"
#: What the list shows of an evaluation, so that listing opens none; made anew whenever it is stale.
SUMMARY = creation.SUMMARY

#: Codes of errors that going back to a backup may mend.
MENDABLE = frozenset({"damaged", "not-found"})

_LARGEST_FORM = 5_000_000
_COPYINGS = 3
#: What a cut left unfinished so long ago belongs to no other window.
_ABANDONED_SECONDS = 24 * 3600
_log = logging.getLogger(__name__)

CompileForm = Callable[[Mapping[str, Any]], Form]


@dataclass(frozen=True, slots=True)
class FormListing:
    """One indicator system as listed; a broken one has faults and no form."""

    id: str
    title: str
    path: Path
    form: Form | None
    faults: tuple[Fault, ...] = ()
    own: bool = False
    """From the user's own folder."""


@dataclass(frozen=True, slots=True)
class EvaluationListing:
    """One evaluation as listed; ``fault`` says in words why it cannot be opened, if so."""

    folder: Path
    project: str
    year: str = ""
    form_title: str = ""
    total: Decimal | None = None
    """The total in points, nothing while no indicator is scored."""
    grade: str = ""
    complete: bool = False
    opened: datetime | None = None
    is_open: bool = False
    fault: str = ""
    damaged: bool = False
    """Whether the fault is one that a backup can mend."""
    locked: bool = False
    """Whether it has a password."""
    id: str = ""
    """Of the evaluation itself: copies of a folder have the same; empty where it can't be read."""
    twins: tuple[str, ...] = ()
    """Folders that hold the same evaluation: edits in one never come to the other."""

    @property
    def twin_sentence(self) -> str:
        """What a person should know of the copies, empty where there is none."""
        names = "、".join(f"“{name}”" for name in self.twins)
        own = self.folder.name
        return f"“{own}”与{names}是同一项评价的不同副本，改动不会互相带过去" if names else ""


class Catalog:
    """The indicator systems and the evaluations of this user."""

    def __init__(
        self,
        forms: Path,
        data: Path,
        *,
        compile_form: CompileForm,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        author: Callable[[], str] = lambda: "",
        keeping: Keeping = SAFELY,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """``clock`` counts seconds from anywhere and never goes back; ``now`` is the laptop's time
        with its zone; ``author`` names who edits, for the journal; ``keeping`` says what opening an
        evaluation does for its safety; ``environ`` may tell where a cloud service synchronises.
        """
        self._forms = forms
        self._data = data
        self._compile = compile_form
        self._clock = clock
        self._now = now
        self._author = author
        self._keeping = keeping
        self._environ = environ
        self._open: dict[Path, Session] = {}
        self._keys: dict[Path, DataKey] = {}

    @property
    def data(self) -> Path:
        """The folder that holds the evaluations; it may not exist yet."""
        return self._data

    @property
    def clock(self) -> Callable[[], float]:
        """Counts seconds from anywhere and never goes back."""
        return self._clock

    # indicator systems

    def list_forms(self) -> list[FormListing]:
        """Every indicator system by the name of its file; a broken file is listed with its faults."""
        found = [self._form_listing(path, own=False) for path in sorted(self._forms.glob("*.toml"))]
        own = sorted((self._data / OWN_FORMS).glob("*.toml"))
        return found + [self._form_listing(path, own=True) for path in own]

    def form(self, form_id: str) -> Form:
        """The compiled indicator system with this id; raises :class:`InputRefused` with its faults."""
        for listing in self.list_forms():
            if form_id in {listing.id, listing.path.stem}:
                if listing.form is None:
                    raise InputRefused(f"指标体系“{listing.title}”不能使用。", listing.faults)
                return listing.form
        raise WorkbenchError("no-form", f"没有编号为“{form_id}”的指标体系。", "请从列表中选择一个。")

    def _form_listing(self, path: Path, *, own: bool) -> FormListing:
        raw: Mapping[str, Any] = {}
        try:
            raw = read_form(path)
            form = self._compile(raw)
        except InputRefused as error:
            id_, title = raw.get("id"), raw.get("title")
            return FormListing(
                id_ if isinstance(id_, str) and id_ else path.stem,
                title if isinstance(title, str) and title else path.name,
                path,
                None,
                error.faults,
                own,
            )
        return FormListing(form.id, form.title, path, form, form.faults, own)

    # evaluations

    def list_evaluations(self, elsewhere: Iterable[Path] = ()) -> list[EvaluationListing]:
        """The evaluations of the data folder and of the folders ``elsewhere``, last opened first."""
        try:
            here = [path for path in sorted(self._data.iterdir()) if self._is_evaluation(path)]
        except OSError:
            here = []
        folders = dict.fromkeys([*here, *(path for path in elsewhere if self._is_evaluation(path))])
        listed = _with_twins([self._listing(folder) for folder in folders])
        return sorted(listed, key=lambda one: one.opened.timestamp() if one.opened else 0.0, reverse=True)

    @staticmethod
    def _is_evaluation(folder: Path) -> bool:
        if folder.name.startswith(files.UNFINISHED):
            return False
        # Without its database it is still listed, so that a backup can bring it back.
        return (folder / DATABASE).is_file() or any((folder / BACKUPS).glob("*.db"))

    def create_evaluation(
        self,
        name: str,
        form_id: str,
        *,
        year: str = "",
        parent: Path | None = None,
        fill: Callable[[Evaluation], Iterable[Entity]] = lambda _: (),
    ) -> Path:
        """Create an evaluation of a project from a form and return its folder.

        ``parent`` is the folder to create it in, otherwise the data folder. The evaluation starts with
        the form's questionnaires and targets, and keeps its own copy of the form. ``fill`` may give
        more entities to start with (a sample's), fitted to the evaluation as it would start; those with
        a known id take the place of the form's.
        """
        project = " ".join(name.split())
        if not project:
            raise WorkbenchError("no-name", "请填写项目名称。")
        form = self.form(form_id)
        files.sweep(self._data, self._now().timestamp() - _ABANDONED_SECONDS)
        folder = files.free_name(parent or self._data, files.safe_name(project))
        id_ = uuid.uuid4().hex
        entities = {(kind_of(e), e.id): e for e in presets(form, id_, project=project, year=year.strip())}
        start = Evaluation(id_, form, _tables(entities.values()))
        entities |= {(kind_of(entity), entity.id): entity for entity in fill(start)}
        creation.create(folder, id_, form.raw, entities.values(), now=self._now, author=self._author)
        return folder

    def is_open(self, folder: Path) -> bool:
        """Whether an evaluation is open in this program; its database must not be touched then."""
        return folder.absolute() in self._open

    # passwords

    def is_locked(self, folder: Path) -> bool:
        """Whether an evaluation has a password."""
        return is_locked(folder)

    def key_of(self, folder: Path) -> DataKey | None:
        """The key that was found for a locked evaluation, nothing while there is none."""
        return self._keys.get(folder.absolute())

    def unlock(self, folder: Path, opener: Opener) -> DataKey:
        """The key of a locked evaluation; give it to :meth:`hold`. In any thread, takes half a second.

        Raises :class:`WorkbenchError` (see :func:`workbench.store.locking.unlock`).
        """
        return unlock(folder, opener)

    def hold(self, folder: Path, key: DataKey) -> None:
        """Keep the key of a locked evaluation in memory until it is closed, or :meth:`forget` is called."""
        self._keys[folder.absolute()] = key

    def forget(self, folder: Path) -> None:
        """Lock an evaluation that is not open again."""
        if folder.absolute() not in self._open:
            self._keys.pop(folder.absolute(), None)

    def open(self, folder: Path) -> Session:
        """Open an evaluation for editing; raises :class:`WorkbenchError` (see :meth:`EvaluationStore.open`).

        A locked one needs :meth:`hold` before.
        """
        folder = folder.absolute()
        store = EvaluationStore.open(
            folder, now=self._now, author=self._author, keeping=self._keeping, key=self.key_of(folder)
        )
        try:
            session = Session(store.load(self._compile), store, self._clock)
        except BaseException:
            store.close()
            raise
        opened = self._now()

        def closed() -> None:
            self._open.pop(folder, None)
            self._keys.pop(folder, None)
            self._write_summary(folder, session.evaluation, session.scores, opened)

        self._open[folder] = session
        self._write_summary(folder, session.evaluation, session.scores, opened)
        session.when_closed(closed)
        return session

    def look(self, folder: Path) -> tuple[Session, str]:
        """Open an evaluation only to read it, also while another window edits it or its disk can't be written.

        Returns the session and a sentence when it is a copy of what is saved (else empty); what is done
        to a copy is lost when it is closed. Raises as :meth:`open`.
        """
        try:
            return self.open(folder), ""
        except WorkbenchError as error:
            if error.code not in {"already-open", "read-only"}:
                raise
            reason = "正在另一窗口编辑" if error.code == "already-open" else "所在的磁盘只读"
        with files.told(folder, "读取评价"):
            for left in range(_COPYINGS - 1, -1, -1):
                place = Path(tempfile.mkdtemp(prefix="workbench-"))
                try:
                    store = self._copied(folder.absolute(), place)
                except Damaged:  # copied in the middle of a save; a real damage stays
                    shutil.rmtree(place, ignore_errors=True)
                    if not left:
                        raise
                else:
                    break
        session = Session(store.load(self._compile), store, self._clock)
        session.when_closed(lambda: shutil.rmtree(place, ignore_errors=True))
        return session, f"“{folder.name}”{reason}，以下是刚才保存的内容。"

    def _copied(self, folder: Path, place: Path) -> EvaluationStore:
        """A store on a copy of the database with its log; evidence is looked up where it is."""
        for name in (DATABASE, f"{DATABASE}-wal", KEY_FILE):
            if (folder / name).is_file():
                shutil.copyfile(folder / name, place / name)
        with contextlib.suppress(OSError):  # without the right to make links, pictures are told missing
            (place / EVIDENCE).symlink_to(folder / EVIDENCE, target_is_directory=True)
        return EvaluationStore.open(place, now=self._now, author=self._author, key=self.key_of(folder))

    def warning(self, folder: Path) -> str:
        """The sentence to show when a cloud service synchronises the folder while we write; else empty."""
        return synced_warning(folder.absolute(), self._environ)

    def copy(self, folder: Path, name: str) -> Path:
        """Copy an evaluation that is not open, with its evidence and history; returns the new folder."""
        target = files.free_name(self._data, files.safe_name(name))
        store = EvaluationStore.open(folder, now=self._now, author=self._author, key=self.key_of(folder))
        try:
            store.copy_to(target)
        finally:
            store.close()
        return target

    def backups(self, folder: Path) -> list[Backup]:
        """The backups of an evaluation, the one that knows most first."""
        return backups.listed(folder / BACKUPS)

    def outlook(self, folder: Path) -> Outlook:
        """The backups of an evaluation that is not open, and what going back to each would lose."""
        return recovery.outlook(folder, self._key_for(folder))

    def restore(self, folder: Path, backup: Backup) -> Recovered:
        """Go back to a backup of an evaluation that is not open; the present state is kept aside."""
        return recovery.restore(folder, backup, self._now(), self._key_for(folder))

    def recover(self, folder: Path) -> Recovered:
        """Bring a damaged evaluation back as far as its journal or a backup vouch for it."""
        return recovery.recover(folder, self._now(), self._key_for(folder))

    def _key_for(self, folder: Path) -> DataKey | None:
        """The key that a locked evaluation needs; raises :class:`WorkbenchError` while it is not held."""
        key = self.key_of(folder)
        if key is None and is_locked(folder):
            raise locked_error(folder)
        return key

    # what the list shows

    def _listing(self, folder: Path) -> EvaluationListing:
        session = self._open.get(folder.absolute())
        summary = _read_summary(folder)
        if session is not None:
            opened = _moment(summary.get("opened"))
            fresh = _summary(session.evaluation, session.scores, opened)
            return replace(_as_listing(folder, fresh, is_open=True), locked=self.key_of(folder) is not None)
        if is_locked(folder):  # nothing but the name of the folder is told
            return EvaluationListing(folder, folder.name, opened=_touched(folder), locked=True)
        if summary and summary.get("stamp") == _stamp(folder) and "id" in summary:
            return _as_listing(folder, summary)
        try:
            store = EvaluationStore.open(folder, now=self._now, author=self._author)
        except WorkbenchError as error:
            elsewhere = error.code == "already-open"
            fault = "" if elsewhere else error.what
            return _as_listing(
                folder, summary, is_open=elsewhere, fault=fault, damaged=error.code in MENDABLE
            )
        try:
            evaluation = store.load(self._compile)
        except WorkbenchError as error:
            return _as_listing(folder, summary, fault=error.what, damaged=error.code in MENDABLE)
        finally:
            store.close()
        scores = compute_scores(evaluation)
        opened = _moment(summary.get("opened"))
        self._write_summary(folder, evaluation, scores, opened)
        return _as_listing(folder, _summary(evaluation, scores, opened))

    @staticmethod
    def _write_summary(folder: Path, evaluation: Evaluation, scores: Scores, opened: datetime | None) -> None:
        if is_locked(folder):
            return
        summary = {**_summary(evaluation, scores, opened), "stamp": _stamp(folder)}
        text = json.dumps(summary, ensure_ascii=False, indent=1)
        try:
            files.write_beside(folder / SUMMARY, text.encode("utf-8", "replace"))
        except OSError as error:
            # Only the list suffers: it opens the evaluation instead.
            _log.info("no summary written: %s", error)


def _tables(entities: Iterable[Entity]) -> dict[str, dict[str, Entity]]:
    tables: dict[str, dict[str, Entity]] = {}
    for entity in entities:
        tables.setdefault(kind_of(entity), {})[entity.id] = entity
    return tables


def read_form(path: Path) -> dict[str, Any]:
    """The raw indicator system in a file; raises :class:`InputRefused` naming what cannot be read."""
    what = f"不能读取指标体系“{path.name}”。"
    try:
        if path.stat().st_size > _LARGEST_FORM:
            raise InputRefused(what, (Fault(path.name, "文件过大。", "请确认它是指标体系文件。"),))
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        told = files.world_error(error, path, "读取指标体系")
        raise InputRefused(what, (Fault(path.name, told.what, told.remedy),)) from error
    except UnicodeDecodeError as error:
        remedy = "请用 UTF-8 编码另存后重试。"
        raise InputRefused(what, (Fault(path.name, "文件不是 UTF-8 文字。", remedy),)) from error
    except (ValueError, InvalidOperation, RecursionError) as error:
        fault = Fault(path.name, f"格式有误（{error}）。", "请按 TOML 格式改正。")
        raise InputRefused(what, (fault,)) from error


def _summary(evaluation: Evaluation, scores: Scores, opened: datetime | None) -> dict[str, Any]:
    return {
        "id": evaluation.id,
        "project": evaluation.overview.project,
        "year": evaluation.overview.year,
        "form": evaluation.form.title,
        "total": str(scores.total) if scores.scored else "",
        "grade": scores.grade.name if scores.scored and scores.grade else "",
        "complete": scores.complete,
        "opened": opened.isoformat(timespec="seconds") if opened else "",
    }


def _with_twins(listed: Sequence[EvaluationListing]) -> list[EvaluationListing]:
    folders: dict[str, list[str]] = {}
    for one in listed:
        folders.setdefault(one.id, []).append(one.folder.name)
    folders.pop("", None)
    return [
        replace(one, twins=tuple(name for name in folders.get(one.id, ()) if name != one.folder.name))
        for one in listed
    ]


def _stamp(folder: Path) -> list[int]:
    """Says that the database is as it was: empty while it is open, or was not closed."""
    try:
        if (folder / f"{DATABASE}-wal").exists():
            return []
        found = (folder / DATABASE).stat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns]


def _read_summary(folder: Path) -> Mapping[str, Any]:
    try:
        found = json.loads((folder / SUMMARY).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _touched(folder: Path) -> datetime | None:
    """When the database was last written, as the file system says it."""
    with contextlib.suppress(OSError):
        return datetime.fromtimestamp((folder / DATABASE).stat().st_mtime).astimezone()
    return None


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) and text else None
    except ValueError:
        return None
    return found


def _as_listing(
    folder: Path,
    summary: Mapping[str, Any],
    *,
    is_open: bool = False,
    fault: str = "",
    damaged: bool = False,
) -> EvaluationListing:
    def text(key: str) -> str:
        return str(summary.get(key) or "")

    try:
        total = Decimal(text("total")) if text("total") else None
    except InvalidOperation:
        total = None
    return EvaluationListing(
        folder=folder,
        project=text("project") or folder.name,
        year=text("year"),
        form_title=text("form"),
        total=total,
        grade=text("grade"),
        complete=summary.get("complete") is True,
        opened=_moment(summary.get("opened")),
        is_open=is_open,
        fault=fault,
        damaged=damaged,
        id=text("id"),
    )
