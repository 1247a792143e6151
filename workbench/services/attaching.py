"""Attaching evidence: files come in off the GUI thread, then one step numbers and links them."""

from __future__ import annotations

import dataclasses
import io
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.domain.changes import removing
from workbench.domain.evaluation import Evidence, Link
from workbench.domain.evidence_index import filed_under, index_of, indicators_of_items, scheme_fault
from workbench.domain.evidence_use import Use, evidence_label, uses_of
from workbench.domain.exif import EXIF_BYTES, taken_at, taken_where
from workbench.domain.fields import Value
from workbench.domain.media import may_open
from workbench.domain.regions import Region, region_of
from workbench.errors import Fault, WorkbenchError
from workbench.files import safe_name, told
from workbench.services.dropped_files import clean_name, clean_title, files_below
from workbench.services.jobs import Progress
from workbench.services.session import Session
from workbench.store.evidence import Damage, Vault
from workbench.store.incoming import Incoming, StoredFile
from workbench.store.scratch import Room

#: What an item may be linked to: kind and id.
Target = tuple[str, str]

#: Bytes that should be free where copies are opened.
_COPIES = 256 << 20

WECHAT_NOTE = "微信图，无拍摄时间"

_WECHAT = re.compile(r"(mmexport\d{6,}|wx_camera_\d+|微信图片|微信截图|wechat)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is in the vault now: what it is, what it was called, when the photo was taken."""

    stored: StoredFile
    file_name: str
    taken: str = ""
    place: str = ""
    """Where the photo was taken, as the camera said it."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What one drop, choice or paste brought into the vault, and what stayed out and why."""

    arrivals: tuple[Arrival, ...]
    refused: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachReport:
    """What became of an intake: new items, items that were there before, refused files."""

    added: tuple[Evidence, ...]
    known: tuple[Evidence, ...]
    refused: tuple[Fault, ...]
    linked: int
    """How many links are new."""
    note: str = ""

    @property
    def items(self) -> tuple[Evidence, ...]:
        """New and known items by number."""
        return tuple(sorted((*self.added, *self.known), key=lambda item: item.number))

    def __str__(self) -> str:
        parts = []
        if self.added:
            parts.append(f"新增 {len(self.added)} 件（{_numbers(self.added)}）")
        if self.known:
            parts.append(f"{len(self.known)} 件内容与已有的{_numbers(self.known)}相同，未重复存入")
        if self.refused:
            parts.append(f"{len(self.refused)} 个文件未存入")
        return "；".join(parts or ["没有可存入的文件"]) + f"。{self.note}"


@dataclass(frozen=True, slots=True)
class EvidenceDamage:
    """An item whose file is missing or no longer what was stored."""

    evidence: Evidence
    damage: Damage

    def __str__(self) -> str:
        what = "文件缺失" if self.damage.missing else "文件内容已改变"
        if self.damage.reason:
            what = f"文件读不出（{self.damage.reason}）"
        return f"{evidence_label(self.evidence)} {self.evidence.title}：{what}。"


class Attaching:
    """Evidence of the open evaluation. ``take_in``, ``verify_files`` and ``copy_to_open`` may run in any thread."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault
        self._copies: Room | None = None
        vault.sweep()

    @property
    def vault(self) -> Vault:
        """Where the files are."""
        return self._vault

    def take_in(self, paths: Iterable[Path], progress: Progress) -> Intake:
        """Copy files, and all files of folders, into the vault. Touches no entity."""
        files: list[Incoming] = []
        refused: list[Fault] = []
        for found in files_below(paths):
            if isinstance(found, Fault):
                refused.append(found)
            else:
                files.append(Incoming(found, clean_name(found.name)))
        return self._store(files, refused, progress)

    def take_in_bytes(self, data: bytes, name: str, progress: Progress) -> Intake:
        """Store a pasted picture, as PNG or whatever ``data`` is."""
        return self._store([Incoming(data, clean_name(name))], [], progress)

    def take_in_named(self, path: Path, name: str, progress: Progress) -> Intake:
        """Store a file that the program made, under a name of its own."""
        return self._store([Incoming(path, clean_name(name))], [], progress)

    def numbered(self, arrival: Arrival, by: str = "") -> Evidence | None:
        """The item that an arrival becomes, not put yet; nothing when its content is an item already."""
        held = self._session.evaluation.table(Evidence).values()
        if any(item.sha256 == arrival.stored.sha256 for item in held):
            return None
        return self._new_item(arrival, self._highest_number() + 1, by)

    def _store(self, files: Sequence[Incoming], refused: list[Fault], progress: Progress) -> Intake:
        arrivals: list[Arrival] = []
        for file, answer in zip(files, self._vault.add_all(files, progress), strict=True):
            if isinstance(answer, Fault):
                refused.append(answer)
            else:
                arrivals.append(Arrival(answer, file.name, *self._taken(answer)))
        return Intake(tuple(arrivals), tuple(refused))

    def _taken(self, stored: StoredFile) -> tuple[str, str]:
        """When and where a photo was taken; nothing of what it does not say."""
        if not stored.media_type.startswith("image/"):
            return "", ""
        try:
            file = self._vault.open(stored.sha256)
            if file is None:
                return "", ""
            with io.BufferedReader(file) as buffered:
                head = buffered.read(EXIF_BYTES)
        except OSError:
            return "", ""
        return taken_at(head), taken_where(head)

    def settle(self, intake: Intake, to: Target | None = None, *, by: str = "") -> AttachReport:
        """Number the new items and link all to the target, in one step. On the GUI thread."""
        evaluation = self._session.evaluation
        note = ""
        if to is not None and not self._exists(to):
            to, note = None, "原定的位置已被删除，材料已存入、未关联。"
        by_content = {item.sha256: item for item in evaluation.table(Evidence).values()}
        linked = (
            {link.from_id for link in evaluation.links(from_kind="evidence", to_kind=to[0], to_id=to[1])}
            if to is not None
            else set()
        )
        number = self._highest_number()
        added: list[Evidence] = []
        known: dict[str, Evidence] = {}
        links: list[Link] = []
        for arrival in intake.arrivals:
            item = by_content.get(arrival.stored.sha256)
            if item is None:
                number += 1
                item = self._new_item(arrival, number, by)
                by_content[item.sha256] = item
                added.append(item)
            elif item not in added:
                known[item.id] = item
            if to is not None and item.id not in linked:
                linked.add(item.id)
                links.append(self._link(item, to))
        if to is not None:
            waiting = {item.id: item for item in (*added, *known.values())}
            fresh = self._indexed([waiting[link.from_id] for link in links], to)
            added = [fresh.pop(item.id, item) for item in added]
            known.update(fresh)
            changed = list(fresh.values())
        else:
            changed = []
        self._session.put_all(
            [*added, *changed, *links], label=f"存入佐证 {len(added)} 件" if added else "关联佐证"
        )
        return AttachReport(tuple(added), tuple(known.values()), intake.refused, len(links), note)

    def attach(self, paths: Iterable[Path], to: Target | None, progress: Progress) -> AttachReport:
        """Both halves at once, for whoever has no window to keep alive."""
        return self.settle(self.take_in(paths, progress), to)

    def _highest_number(self) -> int:
        held = (item.number for item in self._session.evaluation.table(Evidence).values())
        return max(self._session.memory.highest("evidence", "number"), *held, 0)

    def _new_item(self, arrival: Arrival, number: int, by: str) -> Evidence:
        picture = arrival.stored.media_type.startswith("image/")
        wechat = picture and not arrival.taken and _WECHAT.match(arrival.file_name)
        return Evidence(
            id=self._session.new_id(),
            number=number,
            title=clean_title(arrival.file_name),
            by=by,
            note=WECHAT_NOTE if wechat else "",
            file_name=arrival.file_name,
            sha256=arrival.stored.sha256,
            size=arrival.stored.size,
            media_type=arrival.stored.media_type,
            taken=arrival.taken,
            taken_place=arrival.place,
        )

    def _link(self, item: Evidence, to: Target, place: str = "") -> Link:
        return Link(
            id=self._session.new_id(),
            from_kind="evidence",
            from_id=item.id,
            to_kind=to[0],
            to_id=to[1],
            place=place,
        )

    def _exists(self, to: Target) -> bool:
        kind, id_ = to
        if kind == "indicator":
            return self._session.evaluation.form.get(id_) is not None
        return id_ in self._session.evaluation.tables.get(kind, {})

    def link(self, items: Iterable[Evidence], to: Target) -> int:
        """Link items that are here already; returns how many links are new."""
        have = {
            link.from_id
            for link in self._session.evaluation.links(from_kind="evidence", to_kind=to[0], to_id=to[1])
        }
        wanted = [item for item in items if item.id not in have]
        fresh = [self._link(item, to) for item in wanted]
        self._session.put_all([*self._indexed(wanted, to).values(), *fresh], label="关联佐证")
        return len(fresh)

    def _indexed(self, items: Iterable[Evidence], to: Target) -> dict[str, Evidence]:
        """The items that have no index yet, with the one that their place under the target gives them."""
        indicator = filed_under(self._session.evaluation, *to)
        wanted = [item for item in items if not item.index] if indicator else []
        return self._give_indexes([(item, indicator) for item in wanted])

    def _give_indexes(self, wanted: Sequence[tuple[Evidence, str]]) -> dict[str, Evidence]:
        if not wanted:
            return {}
        evaluation = self._session.evaluation
        taken = self._session.memory.ever("evidence", "index")
        taken |= {item.index for item in evaluation.table(Evidence).values()}
        overview = evaluation.overview
        given: dict[str, Evidence] = {}
        for item, indicator in wanted:
            index = index_of(
                overview.index_scheme,
                indicator=indicator,
                number=item.number,
                year=overview.year,
                taken=taken,
            )
            taken.add(index)
            given[item.id] = dataclasses.replace(item, index=index)
        return given

    def give_indexes(self) -> int:
        """Give every linked item that has no index one, as one step; returns how many."""
        evaluation = self._session.evaluation
        places = indicators_of_items(evaluation)
        items = sorted(evaluation.table(Evidence).values(), key=lambda item: item.number)
        wanted = [(item, places[item.id]) for item in items if not item.index and item.id in places]
        return self._session.put_all(self._give_indexes(wanted).values(), label="补编索引号")

    def put_index_scheme(self, scheme: str) -> str:
        """Change how indexes are made from now on; returns a hint instead when it can't be used."""
        fault = scheme_fault(scheme.strip())
        if not fault:
            overview = dataclasses.replace(self._session.evaluation.overview, index_scheme=scheme.strip())
            self._session.put(overview, label="更改索引号编法")
        return fault

    def mark(self, item: Evidence, region: Region, to: Target, note: str = "") -> Link:
        """Say that a region of an item proves something; a plain link between the two takes it over."""
        evaluation = self._session.evaluation
        plain = next(
            (
                link
                for link in evaluation.links(
                    from_kind="evidence", from_id=item.id, to_kind=to[0], to_id=to[1]
                )
                if region_of(link.place) is None
            ),
            None,
        )
        made = plain or self._link(item, to)
        marked = dataclasses.replace(made, place=region.place, note=note or made.note)
        indexed = self._indexed([evaluation.table(Evidence).get(item.id, item)], to) if plain is None else {}
        self._session.put_all([*indexed.values(), marked], label=f"框选 {evidence_label(item)}")
        return marked

    def move_mark(self, link: Link, region: Region) -> None:
        """Put a region elsewhere; one that is gone by now is left alone."""
        held = self._session.evaluation.get(Link, link.id)
        if held is not None:
            self._session.put(dataclasses.replace(held, place=region.place), label="调整框选")

    def note_mark(self, link: Link, note: str) -> None:
        """Say what a region proves."""
        held = self._session.evaluation.get(Link, link.id)
        if held is not None:
            self._session.put(dataclasses.replace(held, note=note), label="说明框选内容")

    def retarget_mark(self, link: Link, to: Target) -> None:
        """Have a region prove something else."""
        held = self._session.evaluation.get(Link, link.id)
        if held is not None:
            self._session.put(
                dataclasses.replace(held, to_kind=to[0], to_id=to[1]), label="改框选所证明的内容"
            )

    def unmark(self, link: Link) -> None:
        """Take a region away; the item stays tied to what it proved."""
        held = self._session.evaluation.get(Link, link.id)
        if held is None:
            return
        others = [
            other
            for other in self._session.evaluation.links(
                from_kind="evidence", from_id=held.from_id, to_kind=held.to_kind, to_id=held.to_id
            )
            if other.id != held.id
        ]
        if others:
            self._session.remove(held, label="删除框选")
        else:
            self._session.put(dataclasses.replace(held, place=""), label="删除框选")

    def detach(self, item: Evidence, to: Target) -> None:
        """Remove the links of an item to one place; from an indicator also those to its deduction lines."""
        places = {to}
        if to[0] == "indicator":
            places |= {("deduction", line.id) for line in self._session.evaluation.deductions(to[1])}
        gone = [use.link for use in self.where_used(item) if (use.kind, use.id) in places]
        changes = [change for link in gone for change in removing(self._session.evaluation, link)]
        self._session.change(changes, label=f"取消关联 {evidence_label(item)}")

    def where_used(self, item: Evidence) -> list[Use]:
        """What the item is linked to."""
        return uses_of(self._session.evaluation, item.id)

    def remove(self, items: Sequence[Evidence]) -> None:
        """Take items and their links out of the evaluation as one step; their files stay in the vault."""
        changes = [c for item in items for c in removing(self._session.evaluation, item)]
        label = f"删除 {evidence_label(items[0])}" if len(items) == 1 else f"删除佐证 {len(items)} 件"
        self._session.change(changes, label=label)

    def edit(self, items: Sequence[Evidence], field: str, value: Value, *, origin: object = None) -> int:
        """Set one described field of one or many items as one step; returns how many differed."""
        given: dict[str, Any] = {field: value}
        changed = [dataclasses.replace(item, **given) for item in items]
        if len(changed) == 1:
            return int(self._session.put(changed[0], origin=origin))
        return self._session.put_all(changed, label=f"批量修改佐证 {len(changed)} 件", origin=origin)

    def note_damage(self, found: Mapping[str, str]) -> list[Evidence]:
        """Write what is wrong with files into the notes of their items (by id), as one step; returns those."""
        table = self._session.evaluation.table(Evidence)
        told = {id_: words for id_, words in found.items() if id_ in table and words not in table[id_].note}
        noted = [
            dataclasses.replace(table[id_], note="；".join(part for part in (table[id_].note, words) if part))
            for id_, words in told.items()
        ]
        self._session.put_all(noted, label="标明不完整的文件")
        return noted

    def verify_files(self, items: Sequence[Evidence], progress: Progress) -> list[EvidenceDamage]:
        """Read the files of the items again; one line for each that is missing or changed."""
        found = {damage.sha256: damage for damage in self._vault.verify([i.sha256 for i in items], progress)}
        return [EvidenceDamage(item, found[item.sha256]) for item in items if item.sha256 in found]

    def copies(self) -> Path:
        """Where copies to open lie until the evaluation is closed: for this user alone."""
        if self._copies is None:
            with told(Path(tempfile.gettempdir()), "打开佐证材料"):
                self._copies = Room(_COPIES, private=self._vault.key is not None)
            self._session.when_closed(self._copies.close)
        return self._copies.folder

    def copy_to_open(self, item: Evidence, folder: Path) -> Path:
        """A copy under a readable name for the system's own program, which may write to it: the kept file
        never leaves the vault. Raises :class:`WorkbenchError` when the file is missing or is a program.
        """
        name = f"{evidence_label(item)} {item.title}"
        if not may_open(item.media_type):
            raise WorkbenchError(
                "not-opened",
                f"{name} 是程序或快捷方式，不在此打开。",
                "如确有需要，请到评价文件夹的 evidence 中取出后自行处理。",
            )
        if not self._vault.has(item.sha256):
            raise WorkbenchError(
                "evidence-missing", f"{name} 的文件不在评价文件夹中。", "请从备份中找回，或重新存入同一文件。"
            )
        extension = self._vault.extension_of(item.sha256)
        copy = folder / item.sha256[:12] / f"{safe_name(name, '佐证')}{extension}"
        with told(copy, "打开佐证材料"):
            copy.parent.mkdir(parents=True, exist_ok=True)
            self._vault.copy_to(item.sha256, copy)
        return copy


def _numbers(items: Sequence[Evidence]) -> str:
    first = evidence_label(items[0])
    return (
        first
        if len(items) == 1
        else f"{first} 等"
        if len(items) > 2
        else f"{first}、{evidence_label(items[1])}"
    )
