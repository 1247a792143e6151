"""A BagIt bag (RFC 8493) written file by file, each hashed while it is copied, and looked over again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath

from workbench.errors import WorkbenchError
from workbench.exporters.kit import Progress

_BLOCK = 1 << 20
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data"


class Bag:
    """A bag under construction in an empty folder; :meth:`close` writes manifests and tags."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: dict[str, str] = {}
        """SHA-256 by path below the bag."""
        self.bytes = 0

    def add(self, source: Path, name: str, progress: Progress | None = None) -> str:
        """Copy a file to ``data/name``, durably; returns its SHA-256. ``OSError`` passes."""
        path = self._place(name)
        digest = hashlib.sha256()
        with source.open("rb") as origin, path.open("xb") as copy:
            while block := origin.read(_BLOCK):
                digest.update(block)
                copy.write(block)
                self.bytes += len(block)
                if progress is not None:
                    progress(0, 0, name)
            copy.flush()
            os.fsync(copy.fileno())
        return self._told(name, digest.hexdigest())

    def put(self, content: bytes, name: str) -> str:
        """Write bytes to ``data/name``."""
        path = self._place(name)
        path.write_bytes(content)
        self.bytes += len(content)
        return self._told(name, hashlib.sha256(content).hexdigest())

    def taken_in(self, name: str) -> str:
        """Enter a file that was written to its place by somebody else."""
        path = self._place(name)
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                self.bytes += len(block)
        return self._told(name, digest.hexdigest())

    def place(self, name: str) -> Path:
        """Where ``data/name`` is."""
        return self.folder / PAYLOAD / PurePosixPath(name)

    def _place(self, name: str) -> Path:
        path = self.place(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _told(self, name: str, digest: str) -> str:
        self.manifest[f"{PAYLOAD}/{name}"] = digest
        return digest

    def close(self, info: Mapping[str, str], made: datetime) -> None:
        """Write ``bagit.txt``, ``bag-info.txt`` and the manifests."""
        # Without Payload-Oxum: a sum that is off would stop the checking before any file is named.
        tags = {**info, "Bagging-Date": made.date().isoformat()}
        written = {
            "bagit.txt": _BAGIT,
            "bag-info.txt": "".join(f"{key}: {_line(value)}\n" for key, value in tags.items()).encode(),
            "manifest-sha256.txt": _manifest(self.manifest),
        }
        tag_digests = {name: hashlib.sha256(content).hexdigest() for name, content in written.items()}
        for name, content in {**written, "tagmanifest-sha256.txt": _manifest(tag_digests)}.items():
            (self.folder / name).write_bytes(content)


def _manifest(digests: Mapping[str, str]) -> bytes:
    """RFC 8493 2.1.3: ``%``, line feed and carriage return of a path are percent-encoded."""
    return "".join(
        f"{digest}  {name.replace('%', '%25').replace(chr(10), '%0A').replace(chr(13), '%0D')}\n"
        for name, digest in sorted(digests.items())
    ).encode()


def _line(value: str) -> str:
    return " ".join(value.split())


def bag_faults(folder: Path) -> list[str]:
    """What is wrong with a bag, in words, none when every file is as it was written.

    Raises :class:`WorkbenchError` when the folder is no bag.
    """
    import bagit

    try:
        bag = bagit.Bag(str(folder))
    except (bagit.BagError, OSError, UnicodeDecodeError) as error:
        raise WorkbenchError(
            "no-bag",
            f"“{folder.name}”不是归档包（{error}）。",
            "请选择含有 bagit.txt 的文件夹；压缩包请先解压。",
        ) from error
    try:
        bag.validate()
    except bagit.BagValidationError as error:
        return [_fault(detail) for detail in error.details] or [f"清单不完整：{error}。"]
    except (bagit.BagError, OSError, UnicodeDecodeError) as error:
        return [f"清单读不懂：{error}。"]
    return []


def _fault(detail: object) -> str:
    import bagit

    if isinstance(detail, bagit.ChecksumMismatch):
        if detail.found is None:
            return f"文件缺失：{detail.path}。"
        return f"文件内容变了：{detail.path}（应为 {detail.expected[:12]}…，现为 {detail.found[:12]}…）。"
    if isinstance(detail, bagit.FileMissing):
        return f"文件缺失：{detail.path}。"
    if isinstance(detail, bagit.UnexpectedFile):
        return f"清单以外的文件：{detail.path}。"
    return f"{detail}。"
