"""Zip packages from a stick or a share, looked over before anything of them is unfolded."""

from __future__ import annotations

import shutil
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from workbench import files
from workbench.errors import WorkbenchError
from workbench.store.sealed import Opener, SealedReader

_LINK, _KIND = 0o120000, 0o170000
#: Below so many bytes anything may unfold; above, no more than so many times the package's own size.
_FREELY, _RATIO = 64 << 20, 200


@contextmanager
def unfolded(
    path: Path,
    where: Path,
    noun: str,
    *,
    most_bytes: int,
    most_entries: int,
    opener: Opener | None = None,
) -> Iterator[Path]:
    """A fresh folder in ``where`` with the content of a package, gone again afterwards.

    ``opener`` opens a sealed one, whose content no other user of the machine gets to see. ``noun`` names the kind of package in sentences. Raises :class:`WorkbenchError` for a file that
    is damaged, too large (``most_bytes`` unfolded, ``most_entries``), or leads outside the folder.
    """
    fresh = files.beside(where / path.name)
    with files.told(path, f"读取{noun}"), gone(fresh):
        try:
            with (
                SealedReader(path, opener) if opener is not None else path.open("rb") as file,
                zipfile.ZipFile(file) as archive,
            ):
                look_over(archive, path, where, noun, most_bytes=most_bytes, most_entries=most_entries)
                fresh.mkdir(mode=0o777 if opener is None else 0o700, parents=True)
                archive.extractall(fresh)
        except (
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            RuntimeError,
            EOFError,
            ValueError,
        ) as error:
            raise WorkbenchError(
                "bad-package", f"“{path.name}”不是完整的{noun}。", "请检查文件是否复制完整。"
            ) from error
        yield fresh


@contextmanager
def gone(folder: Path) -> Iterator[None]:
    """Whatever happens, the folder is not there afterwards."""
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def look_over(
    archive: zipfile.ZipFile, path: Path, where: Path, noun: str, *, most_bytes: int, most_entries: int
) -> None:
    """Refuse bombs, links, names that lead elsewhere, and names that one disk takes for the same."""
    entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    packed = path.stat().st_size
    overlaps = sum(entry.compress_size for entry in entries) > packed
    if len(entries) > most_entries or size > most_bytes or overlaps or size > max(_FREELY, _RATIO * packed):
        raise WorkbenchError("archive-too-large", f"“{path.name}”展开后过大。", "请确认文件来源。")
    place = next(folder for folder in (where, *where.parents) if folder.exists())
    if size > shutil.disk_usage(place).free:
        raise WorkbenchError("disk-full", f"磁盘空间不够展开“{path.name}”。", "请清理磁盘后重试。")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        linked = (entry.external_attr >> 16) & _KIND == _LINK
        outside = ".." in PurePosixPath(name).parts or name.startswith("/") or any(c in name for c in "\\:")
        same = unicodedata.normalize("NFC", name).casefold().rstrip("/")
        if (
            linked
            or outside
            or same in seen
            or any(files.unfit(part) for part in name.rstrip("/").split("/"))
        ):
            raise WorkbenchError(
                "archive-hostile", f"“{path.name}”里有不允许的路径：{name[:60]}。", f"请确认{noun}的来源。"
            )
        seen.add(same)
