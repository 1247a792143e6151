"""A BagIt bag (RFC 8493) written file by file, each hashed while it is copied, and looked over again."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from datetime import datetime
from io import RawIOBase
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

    def add(self, origin: RawIOBase, name: str, progress: Progress | None = None) -> str:
        """Copy an open file to ``data/name``, durably; returns its SHA-256. ``OSError`` passes."""
        path = self._place(name)
        digest = hashlib.sha256()
        with path.open("xb") as copy:
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

    Every manifest and tag manifest counts, whoever wrote the bag (RFC 8493, 3). Raises
    :class:`WorkbenchError` when the folder is no bag or can't be read.
    """
    try:
        declared = (folder / "bagit.txt").read_text(encoding="utf-8")
        manifests = sorted(folder.glob("manifest-*.txt"))
        if not declared.startswith("BagIt-Version:") or not manifests:
            raise _no_bag(folder, "没有归档声明或清单")
        return _read_faults(folder, manifests)
    except (OSError, UnicodeDecodeError) as error:
        raise _no_bag(folder, error) from error


def _no_bag(folder: Path, reason: object) -> WorkbenchError:
    return WorkbenchError(
        "no-bag",
        f"“{folder.name}”不是归档包（{reason}）。",
        "请选择含有 bagit.txt 的文件夹；压缩包请先解压。",
    )


def _read_faults(folder: Path, manifests: list[Path]) -> list[str]:
    faults: list[str] = []
    stored = {
        path.relative_to(folder).as_posix() for path in (folder / PAYLOAD).rglob("*") if not path.is_dir()
    }
    for manifest in (*manifests, *sorted(folder.glob("tagmanifest-*.txt"))):
        algorithm = manifest.stem.rpartition("-")[2]
        if algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):
            faults.append(f"清单读不懂：{manifest.name}。")
            continue
        listed: set[str] = set()
        for line in manifest.read_text(encoding="utf-8").splitlines():
            digest, _, name = line.strip().partition(" ")
            name = _decoded(name.lstrip(" *"))
            listed.add(name)
            faults += _file_faults(folder, name, digest.lower(), algorithm)
        if not manifest.name.startswith("tag"):
            faults += [f"清单以外的文件：{name}。" for name in sorted(stored - listed)]
    return list(dict.fromkeys(faults))


def _file_faults(folder: Path, name: str, expected: str, algorithm: str) -> list[str]:
    place = PurePosixPath(name)
    # A manifest is a stranger's: what lies outside the bag is neither read nor told about.
    if not name or place.is_absolute() or ".." in place.parts or "\\" in name or ":" in place.parts[0]:
        return [f"清单读不懂：“{name}”不在归档包内。"]
    path = folder / place
    if not path.is_file():
        return [f"文件缺失：{name}。"]
    with path.open("rb") as file:
        found = hashlib.file_digest(file, algorithm).hexdigest()
    if found == expected:
        return []
    return [f"文件内容变了：{name}（应为 {expected[:12]}…，现为 {found[:12]}…）。"]


def _decoded(name: str) -> str:
    """The inverse of what :func:`_manifest` does to a path."""
    return re.sub(r"%(0A|0D|25)", lambda found: chr(int(found[1], 16)), name, flags=re.IGNORECASE)
