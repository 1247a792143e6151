"""The power is cut: of what was not forced to the disk, any part may be lost, in any order, in halves.

An operation runs with the shim writing down every change to its files. From that record the disk is built as
it may be after a cut at any moment: whatever was forced is there, of the rest of each file a random part (a
write may be torn), names as of some moment between the last time their folder was forced and the cut.
"""

from __future__ import annotations

import random
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.endurance.trials import Result, Worker
from tests.endurance.worker import SAID

_HEAD = struct.Struct("<cqII")
_SECTOR = 512


@dataclass(frozen=True)
class Happened:
    """One change: ``w`` write, ``t`` length, ``c`` create, ``m`` folder, ``r`` rename, ``u`` remove, ``s``/``S`` forced."""

    kind: str
    offset: int
    path: str
    data: bytes


def record_of(path: Path) -> list[Happened]:
    """The record that the shim wrote."""
    data = path.read_bytes()
    found, at = [], 0
    while at + _HEAD.size <= len(data):
        kind, offset, long, much = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        name = data[at : at + long].decode("utf-8", "surrogateescape")
        found.append(Happened(kind.decode(), offset, name, data[at + long : at + long + much]))
        at += long + much
    return found


@dataclass
class _File:
    """Contents as forced to the disk, and what came after."""

    forced: bytes = b""
    pending: list[Happened] = field(default_factory=list)

    def seen(self) -> bytes:
        return _with(self.forced, self.pending)

    def after_cut(self, chance: random.Random) -> bytes:
        """What is there after a cut: any of the pending changes, some of them torn at a sector."""
        if chance.random() < 0.2:
            return self.forced
        kept = []
        for one in self.pending:
            what = chance.random()
            if what < 0.4:
                continue
            if what < 0.55 and one.kind == "w" and len(one.data) > _SECTOR:
                torn = chance.randrange(1, len(one.data) // _SECTOR + 1) * _SECTOR
                kept.append(Happened("w", one.offset, one.path, one.data[:torn]))
            else:
                kept.append(one)
        if chance.random() < 0.3:
            chance.shuffle(kept)
        return _with(self.forced, kept)


def _with(data: bytes, changes: list[Happened]) -> bytes:
    made = bytearray(data)
    for one in changes:
        if one.kind == "w":
            made.extend(b"\0" * (one.offset - len(made)))
            made[one.offset : one.offset + len(one.data)] = one.data
        else:
            del made[one.offset :]
            made.extend(b"\0" * (one.offset - len(made)))
    return bytes(made)


class Disk:
    """Files by number, names by path; names change in order and are forced with their folder."""

    def __init__(self, place: Path) -> None:
        self._files: list[_File] = []
        self._forced_names: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._pending: list[Happened] = []
        self._folders = {str(place)}
        for path in place.rglob("*"):
            if path.is_dir():
                self._folders.add(str(path))
            else:
                self._names[str(path)] = len(self._files)
                self._files.append(_File(path.read_bytes()))
        self._forced_names = dict(self._names)

    def happen(self, one: Happened) -> None:
        """Take one change over."""
        if one.kind == "s":
            if one.path in self._names:
                # A file system keeps the name of a file that it forces, and all name changes before it.
                self._force(self._files[self._names[one.path]])
            self._force_names()
        elif one.kind == "S":
            for file in self._files:
                self._force(file)
            self._force_names()
        elif one.kind in "wtf":
            number = self._names.get(one.path)
            if number is not None and one.kind != "f":
                self._files[number].pending.append(one)
        elif one.kind == "m":
            self._folders.add(one.path)
        else:
            self._pending.append(one)
            if one.kind == "c":
                self._files.append(_File())
                self._names[one.path] = len(self._files) - 1
                self._pending[-1] = Happened("c", len(self._files) - 1, one.path, b"")
            else:
                _renamed(self._names, one)

    @staticmethod
    def _force(file: _File) -> None:
        file.forced = file.seen()
        file.pending.clear()

    def _force_names(self) -> None:
        for one in self._pending:
            _renamed(self._forced_names, one)
        self._pending.clear()

    def after_cut(self, place: Path, onto: Path, chance: random.Random) -> None:
        """Write the disk as it may be after a cut now, below ``onto`` instead of ``place``."""
        names = dict(self._forced_names)
        for one in self._pending[: chance.randrange(len(self._pending) + 1)]:
            _renamed(names, one)
        for folder in self._folders:
            (onto / Path(folder).relative_to(place)).mkdir(parents=True, exist_ok=True)
        for path, number in names.items():
            target = onto / Path(path).relative_to(place)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self._files[number].after_cut(chance))


def _renamed(names: dict[str, int], one: Happened) -> None:
    if one.kind == "c":
        names[one.path] = one.offset
    elif one.kind == "u":
        names.pop(one.path, None)
    elif one.kind == "r":
        to = one.data.decode("utf-8", "surrogateescape")
        for path in [path for path in names if path == one.path or path.startswith(f"{one.path}/")]:
            names[to + path[len(one.path) :]] = names.pop(path)


def cuts(
    record: list[Happened], said: str, count: int, chance: random.Random
) -> Iterator[tuple[int, list[str]]]:
    """Moments to cut at, each with what had been said by then; half of them just after something was said."""
    after = [number + 1 for number, one in enumerate(record) if one.path == said and one.kind == "w"]
    for _ in range(count):
        often = after and chance.random() < 0.5
        moment = chance.choice(after) if often else chance.randrange(len(record) + 1)
        heard = b"".join(one.data for one in record[:moment] if one.path == said and one.kind == "w")
        yield moment, heard.decode("utf-8", "replace").split("\n")[:-1]


def cut_power(server: Worker, name: str, count: int, *, seed: int = 0, forgets: bool = False) -> Result:
    """Cut the power ``count`` times during one operation.

    ``forgets`` makes a disk that forces nothing whatever it is told: a proof that the trial bites.
    """
    result = Result(f"{name}{' on a lying disk' if forgets else ''}")
    chance = random.Random(seed)
    with server.copy_of(name) as place:
        before = place.with_name(f"{place.name} before")
        shutil.copytree(place, before, symlinks=True)
        log = place.with_name(f"{place.name}.record")
        server.ask("act", operation=name, place=str(place), seed=seed, watch=str(log))
        record = record_of(log)
        log.unlink()
        shutil.rmtree(place)
        before.rename(place)
        for moment, said in cuts(record, str(place / SAID), count, chance):
            disk = Disk(place)
            for one in record[:moment]:
                if one.path != str(place / SAID) and not (forgets and one.kind in "sS"):
                    disk.happen(one)
            onto = place.with_name(f"{place.name} cut")
            disk.after_cut(place, onto, chance)
            fault = server.ask("look", operation=name, place=str(onto), said=said, seed=seed)["fault"]
            shutil.rmtree(onto)
            result.trials += 1
            result.acknowledged += len(said)
            if fault:
                result.wrong.append(f"{name}, cut after {moment} of {len(record)} changes: {fault}")
    result.name += f" ({len(record)} changes)"
    return result
