"""What a firm has made its own, as one file: taken out on one machine, taken in on forty others.

The file is a zip: a folder for each room of :mod:`workbench.services.firm_rooms` and a page that
lists every file with its SHA-256. It is read with suspicion, judged whole, and taken in whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench import files
from workbench.domain.fields import BadValue, show_value
from workbench.errors import Fault, InputRefused, WorkbenchError
from workbench.services.firm_rooms import OWN_BASES, ROOMS, Room, base_document, base_path
from workbench.services.settings import BY_KEY, Settings
from workbench.services.unpacking import unfolded

NOUN = "本单位资料"
#: Files that were replaced lie here, in a folder for each time.
ASIDE = "换下的本单位资料"
#: What is being taken in at this moment; there after a cut only.
_PLAN = ".本单位资料读入中.json"
#: The page that lists what is in the file.
PAGE, _FORMAT = "本单位资料.json", 1
_MOST_BYTES, _MOST_ENTRIES, _LARGEST_PAGE = 200 << 20, 5_000, 1 << 20
#: Files of a zip bear no time, so that the same things make the same file.
_MOMENT = (1980, 1, 1, 0, 0, 0)
NEW, REPLACED, SAME = "新增", "替换", "相同"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a file of defaults: its kind, what it is called, and what taking it in does."""

    kind: str
    title: str
    name: str
    """Where it lies below the data folder."""
    effect: str

    def __str__(self) -> str:
        return f"{self.effect}　{self.kind}　{self.title}"


@dataclass(frozen=True, slots=True)
class Content:
    """What a file of defaults brings."""

    firm: str
    made: str
    items: tuple[Item, ...]
    settings: Mapping[str, str | int | bool]

    @property
    def setting_lines(self) -> list[str]:
        """Each setting in words."""
        return [
            f"{BY_KEY[key].label}：{show_value(value, BY_KEY[key].spec)}"
            for key, value in self.settings.items()
        ]

    def sentence(self) -> str:
        """How many things it brings, in one sentence."""
        counted = [
            f"{effect} {count} 项"
            for effect in (NEW, REPLACED, SAME)
            if (count := sum(item.effect == effect for item in self.items))
        ]
        if self.settings:
            counted.append(f"设置 {len(self.settings)} 项")
        return "、".join(counted) or "没有内容"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What was taken in; ``aside`` is the folder with what it replaced, if it replaced anything."""

    content: Content
    aside: Path | None

    def sentence(self) -> str:
        """What happened, for a person."""
        kept = f"，被替换的原文件在“{self.aside}”" if self.aside is not None else ""
        return f"已读入本单位资料：{self.content.sentence()}{kept}。"


@dataclass(frozen=True, slots=True)
class _Move:
    """One thing on its way: from where it was unfolded to its place, and what is there to where it is kept."""

    new: Path
    target: Path
    old: Path

    def do(self) -> None:
        if self.target.exists():
            self.old.parent.mkdir(parents=True, exist_ok=True)
            self.target.replace(self.old)
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.new.replace(self.target)

    def undo(self, *, replaced: bool) -> None:
        """Whatever of it was done; doing this again changes nothing more."""
        if self.target.exists() and (self.old.exists() or not replaced):
            self.new.parent.mkdir(parents=True, exist_ok=True)
            self.target.replace(self.new)
        if self.old.exists():
            self.old.replace(self.target)


class FirmDefaults:
    """Makes and takes in files of defaults; ``data`` is the data folder."""

    def __init__(self, data: Path, resources: Path, settings: Settings, now: Callable[[], datetime]) -> None:
        self._data = data
        self._resources = resources
        self._settings = settings
        self._now = now
        if (data / _PLAN).is_file():  # the last taking in was cut off
            with contextlib.suppress(OSError, WorkbenchError):  # on a disk that can't be written: next time
                self._take_back()

    def listed(self) -> list[tuple[Room, str, Path]]:
        """Everything of the firm's own here: room, name below the data folder, path."""
        return [(room, name, path) for room in ROOMS for name, path in room.things(self._data).items()]

    def export(self, path: Path, firm: str = "") -> Content:
        """Write everything of the firm's own to one file, whole or not at all.

        Raises :class:`InputRefused` naming each thing that could not be used where it is taken in,
        :class:`WorkbenchError` when there is nothing to write.
        """
        items = self._judged(self._data, lambda _name, _thing: NEW)
        settings = self._settings.chosen()
        taken_along, base = self._base_document(settings)
        items = (*items, *taken_along)
        if not items and not settings:
            raise WorkbenchError(
                "nothing-own",
                "这台机器上还没有本单位自己的指标体系、提纲、清单、核验、表样或设置。",
                "请先做好，再导出。",
            )
        content: dict[str, bytes] = {}
        with files.told(path, "导出本单位资料"):
            for _room, name, thing in self.listed():
                for file in sorted(thing.rglob("*")) if thing.is_dir() else [thing]:
                    if file.is_file() and not file.name.startswith("."):
                        inner = file.relative_to(thing).as_posix() if thing.is_dir() else ""
                        content[f"{name}/{inner}".rstrip("/")] = file.read_bytes()
            content |= {name: path.read_bytes() for name, path in base.items()}
            page = {
                "format": _FORMAT,
                "firm": firm,
                "made": self._now().isoformat(timespec="minutes"),
                "settings": settings,
                "files": {name: hashlib.sha256(data).hexdigest() for name, data in content.items()},
            }
            text = json.dumps(page, ensure_ascii=False, indent=1).encode()
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = files.beside(path)
            try:
                with zipfile.ZipFile(fresh, "x", zipfile.ZIP_DEFLATED) as archive:
                    for name, data in {PAGE: text, **content}.items():
                        entry = zipfile.ZipInfo(name, _MOMENT)
                        entry.compress_type = zipfile.ZIP_DEFLATED
                        archive.writestr(entry, data)
                files.fsync_file(fresh)
                files.swap(fresh, path)
            except BaseException:
                fresh.unlink(missing_ok=True)
                raise
        return Content(firm, str(page["made"]), items, settings)

    def _base_document(
        self, settings: dict[str, str | int | bool]
    ) -> tuple[tuple[Item, ...], dict[str, Path]]:
        """The base document of the settings that lies elsewhere on this machine: taken along, and named anew.

        Raises :class:`InputRefused` when it can't be used.
        """
        path = base_path(str(settings.get("base_document", "")), self._data)
        if path is None:
            return (), {}
        name = f"{OWN_BASES}/{path.name}"
        settings["base_document"] = name
        if (self._data / name).exists() and path.resolve() == (self._data / name).resolve():
            return (), {}
        try:
            title = base_document(path, self._resources)
        except WorkbenchError as error:
            raise InputRefused(
                "本单位资料里有不能使用的文件。", (Fault("Word 报告底稿", str(error)),)
            ) from error
        return (Item("Word 报告底稿", title, name, NEW),), {name: path}

    def preview(self, path: Path) -> Content:
        """What a file would bring; nothing is taken in.

        Raises :class:`InputRefused` with every fault, :class:`WorkbenchError` for a file of another kind.
        """
        with self._opened(path) as (_folder, content):
            return content

    def take_in(self, path: Path) -> TakenIn:
        """Take in everything of a file or nothing; what it replaces is kept aside. Raises as :meth:`preview`."""
        with self._opened(path) as (folder, content):
            changed = [item for item in content.items if item.effect != SAME]
            moment = self._now().strftime("%Y-%m-%d %H%M%S")
            aside = files.free_name(self._data / ASIDE, moment)
            moves = [_Move(folder / item.name, self._data / item.name, aside / item.name) for item in changed]
            with files.told(self._data, "读入本单位资料"):
                files.fsync_tree(folder)
                try:
                    self._plan(moves)
                    for move in moves:
                        move.do()
                    self._settings.take_firm(content.settings)
                    for place in {path.parent for move in moves for path in (move.target, move.old)}:
                        if place.exists():
                            files.fsync_folder(place)
                    (self._data / _PLAN).unlink()  # from now on it counts
                except BaseException:
                    self._take_back()
                    raise
                files.fsync_folder(self._data)
        return TakenIn(content, aside if aside.exists() else None)

    def _plan(self, moves: Sequence[_Move]) -> None:
        """Write down what is about to be moved, so that a cut in the middle can be taken back."""
        page = {
            "moves": [
                [str(path.relative_to(self._data)) for path in (one.new, one.target, one.old)]
                for one in moves
            ],
            "replaced": [one.target.exists() for one in moves],
            "settings": self._settings.firm(),
        }
        files.write_beside(self._data / _PLAN, json.dumps(page, ensure_ascii=False).encode())

    def _take_back(self) -> None:
        """Put everything back where it was before a taking in that did not come to its end; as often as it takes."""
        plan = self._data / _PLAN
        try:
            page = json.loads(plan.read_bytes())
        except (OSError, ValueError):
            return  # nothing was moved yet
        for names, replaced in zip(page["moves"], page["replaced"], strict=True):
            _Move(*map(self._data.joinpath, names)).undo(replaced=replaced)
        if self._settings.firm() != page["settings"]:
            self._settings.take_firm(page["settings"])
        plan.unlink()
        for folder in sorted((self._data / ASIDE).glob("**/"), reverse=True):
            with contextlib.suppress(OSError):
                folder.rmdir()  # those that are empty now

    @contextmanager
    def _opened(self, path: Path) -> Iterator[tuple[Path, Content]]:
        """The unfolded file, judged."""
        # Unfolded in the data folder: what is good is then only renamed, and a stick may be read-only.
        unfolding = unfolded(path, self._data, NOUN, most_bytes=_MOST_BYTES, most_entries=_MOST_ENTRIES)
        with unfolding as folder:
            page = _read_page(folder / PAGE, path)
            _check_files(folder, page["files"], path)

            def effect(name: str, thing: Path) -> str:
                kept = self._data / name
                return SAME if _digests(kept) == _digests(thing) else (REPLACED if kept.exists() else NEW)

            items = self._judged(folder, effect)
            used = {room.folder for room in ROOMS}
            strange = sorted(name for name in page["files"] if name.partition("/")[0] not in used)
            if strange:
                raise InputRefused(
                    f"“{path.name}”不能读入。",
                    tuple(Fault(name, "这一版程序不认识。", "请用较新的程序读入。") for name in strange),
                )
            settings = _settings(page["settings"], path)
            yield folder, Content(page["firm"], page["made"], items, settings)

    def _judged(self, data: Path, effect: Callable[[str, Path], str]) -> tuple[Item, ...]:
        items: list[Item] = []
        faults: list[Fault] = []
        for room in ROOMS:
            for name, thing in room.things(data).items():
                try:
                    title = room.judge(thing, self._resources)
                except InputRefused as error:
                    faults += [Fault(name, str(fault)) for fault in error.faults] or [Fault(name, error.what)]
                except (WorkbenchError, UnicodeDecodeError) as error:
                    faults.append(Fault(name, str(error)))
                else:
                    items.append(Item(room.label, title, name, effect(name, thing)))
        if faults:
            raise InputRefused("本单位资料里有不能使用的文件。", tuple(faults))
        return tuple(items)


def _digests(thing: Path) -> dict[str, str]:
    """SHA-256 of a file, or of every file in a folder, by name; empty when it is not there."""
    found = [thing] if thing.is_file() else sorted(path for path in thing.rglob("*") if path.is_file())
    return {
        path.relative_to(thing).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found
    }


def _refused(path: Path, why: str, remedy: str = "请重新复制一份，或重新导出。") -> WorkbenchError:
    return WorkbenchError("bad-defaults", f"“{path.name}”{why}", remedy)


def _read_page(page: Path, path: Path) -> dict[str, Any]:
    if not page.is_file() or page.stat().st_size > _LARGEST_PAGE:
        raise _refused(path, "不是本单位资料。", "请选择由“导出本单位资料”得到的文件。")
    try:
        raw = json.loads(page.read_bytes())
        if raw["format"] != _FORMAT:
            raise _refused(path, "是较新的程序导出的。", "请先更新程序。")
        return {
            "firm": str(raw.get("firm", "")),
            "made": str(raw.get("made", "")),
            "files": {str(name): str(digest) for name, digest in raw["files"].items()},
            "settings": dict(raw.get("settings", {})),
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _refused(path, "的目录页读不懂。") from error


def _check_files(folder: Path, listed: Mapping[str, str], path: Path) -> None:
    """Every file as listed and none besides."""
    found = {name: digest for name, digest in _digests(folder).items() if name != PAGE}
    differing = sorted({name for name, digest in listed.items() if found.get(name) != digest})
    differing += sorted(found.keys() - listed.keys())
    if differing:
        raise _refused(path, f"里这些文件与目录页不符：{'、'.join(differing[:5])}。")


def _settings(raw: Mapping[str, Any], path: Path) -> dict[str, str | int | bool]:
    found: dict[str, str | int | bool] = {}
    for key, value in raw.items():
        setting = BY_KEY.get(key)
        if setting is None or not setting.firm:
            continue  # a newer program's, or a person's own
        if type(value) is not type(setting.default):
            raise _refused(path, f"里的设置“{setting.label}”写法不对。")
        try:
            found[key] = setting.parse(show_value(value, setting.spec))
        except BadValue as error:
            raise _refused(path, f"里的设置不能使用：{error}") from error
    return found
