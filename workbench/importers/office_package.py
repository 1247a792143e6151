"""The zip package of an Excel or Word file, opened with suspicion: a cap on every size, no DTD, no password.

Files come from outside. One of 2 MB can unfold to a gigabyte, an XML declaration can define
entities without end. Parts stream by in pieces; nothing outside the package is ever opened.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from workbench.package_xml import (
    CHUNK,
    WORKBOOK,
    FileKind,
    Limits,
    feed,
    guarded_parser,
    plain_tag,
)

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


class Package:
    """One file on disk. It is opened anew for each use, read only, so nothing stays locked."""

    def __init__(self, path: Path, limits: Limits, kind: FileKind = WORKBOOK) -> None:
        """Look at the first bytes and the list of parts; raises :class:`WorkbenchError` with a sentence."""
        self.path, self.limits, self.kind = path, limits, kind
        self._read_bytes = 0
        self._check_start()
        with self.open() as archive:
            self._check_entries(archive)
            self.names = {entry.filename for entry in archive.infolist()}

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def open(self) -> zipfile.ZipFile:
        """The archive; the caller closes it."""
        try:
            return zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
            raise self.kind.unreadable(
                f"“{self.name}”不是完整的 {self.kind.suffix} {self.kind.noun}。"
            ) from error
        except OSError as error:
            raise self._world(error) from error

    def chunks(self, archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
        """The bytes of a part in pieces, as far as the limits allow."""
        try:
            source: IO[bytes]
            with archive.open(part) as source:
                size = 0
                while chunk := source.read(CHUNK):
                    size += len(chunk)
                    self._read_bytes += len(chunk)
                    if size > self.limits.part_bytes or self._read_bytes > 4 * self.limits.total_bytes:
                        raise self._too_large()
                    yield chunk
        except KeyError as error:
            raise self.kind.unreadable(f"“{self.name}”缺少部件 {part}，文件不完整。") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
            raise self.kind.unreadable(f"“{self.name}”已损坏，不能读完。") from error
        except OSError as error:
            raise self._world(error) from error

    def parse(
        self,
        archive: zipfile.ZipFile,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Stream a part through handlers; tags and attributes keep their prefixes."""
        parser = guarded_parser(self.name, self.kind)
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        for chunk in self.chunks(archive, part):
            feed(parser, chunk, False, self.name, self.kind)
        feed(parser, b"", True, self.name, self.kind)

    def main_part(self, archive: zipfile.ZipFile, usual: str) -> str:
        """The part that the package names as its document, else the ``usual`` one."""
        home = self.targets(archive, "_rels/.rels", "") if "_rels/.rels" in self.names else {}
        part = next((target for kind, target in home.values() if kind == "officeDocument"), usual)
        if part not in self.names:
            raise self.kind.unreadable(f"“{self.name}”不是 {self.kind.suffix} {self.kind.noun}。")
        return part

    def related(self, archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
        """The parts that ``part`` refers to: id → (kind, target inside the package)."""
        folder, _, leaf = part.rpartition("/")
        prefix = f"{folder}/" if folder else ""
        rels = f"{prefix}_rels/{leaf}.rels"
        return self.targets(archive, rels, prefix) if rels in self.names else {}

    def targets(self, archive: zipfile.ZipFile, part: str, prefix: str) -> dict[str, tuple[str, str]]:
        """The relationships in a part of relationships; what lies outside the package is passed over."""
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if plain_tag(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                target = target[1:] if target.startswith("/") else _joined(prefix, target)
                kind = attributes.get("Type", "").rpartition("/")[2]
                if target in self.names:
                    found[attributes.get("Id", "")] = (kind, target)

        self.parse(archive, part, start)
        return found

    def _check_start(self) -> None:
        kind, limits = self.kind, self.limits
        try:
            size = self.path.stat().st_size
            with self.path.open("rb") as file:
                start = file.read(8)
                whole = file.read(size) if start == _OLE and size < limits.file_bytes else b""
        except OSError as error:
            raise self._world(error) from error
        if size == 0:
            raise kind.unreadable(f"“{self.name}”是空文件（0 字节）。", "请检查文件是否复制完整。")
        if start == _OLE:
            if "EncryptedPackage".encode("utf-16-le") in whole:
                raise kind.unreadable(
                    f"“{self.name}”设有打开密码。", f"请在{kind.program}中取消密码另存后重试。"
                )
            raise kind.unreadable(f"“{self.name}”是旧版 {kind.old} 文件。")
        if size > limits.file_bytes:
            raise kind.unreadable(
                f"“{self.name}”有 {size // 2**20} MB，超过可导入的 {limits.file_bytes // 2**20} MB。"
            )

    def _check_entries(self, archive: zipfile.ZipFile) -> None:
        entries = archive.infolist()
        if len(entries) > self.limits.entries:
            raise self.kind.unreadable(f"“{self.name}”里的部件过多（{len(entries)} 个）。")
        if any(entry.flag_bits & 1 for entry in entries):
            raise self.kind.unreadable(f"“{self.name}”设有密码。", "请取消密码另存后重试。")
        if len({entry.filename for entry in entries}) < len(entries):
            raise self.kind.unreadable(f"“{self.name}”里有重名的部件，文件已损坏。")
        if sum(entry.file_size for entry in entries) > self.limits.total_bytes:
            raise self._too_large()

    def _too_large(self) -> Exception:
        return self.kind.unreadable(f"“{self.name}”展开后过大，可能已损坏或不是普通的{self.kind.noun}。")

    def _world(self, error: OSError) -> Exception:
        from workbench.files import world_error

        return world_error(error, self.path, f"读取{self.kind.noun}")


def _joined(prefix: str, target: str) -> str:
    parts: list[str] = []
    for part in (prefix + target).split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
