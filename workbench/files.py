"""Files written beside and swapped in, so that a cut at any moment leaves the old or the new one whole."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import WorkbenchError

#: Marks what was being written; whatever still bears it after a crash is rubbish and may go.
UNFINISHED = ".~"
#: A virus scanner may hold a fresh file for a moment (Windows errors 5, 32 and 33).
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
_SAFE_LENGTH = 60
#: Bytes of a name that file systems take.
_LONGEST_NAME = 255
_WINDOWS = os.name == "nt"
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_NO_SPACE = frozenset(
    code for code in (errno.ENOSPC, getattr(errno, "EDQUOT", None), errno.EFBIG) if code is not None
)


def safe_name(text: str, fallback: str = "未命名评价") -> str:
    """A file name that Windows, Linux and a FAT stick take, as near to ``text`` as they allow."""
    name = _FORBIDDEN.sub("", text.encode("utf-8", "ignore").decode("utf-8")).strip().lstrip(".~")
    name = name[:_SAFE_LENGTH].rstrip(". ")
    if _RESERVED.fullmatch(name):
        name = f"{name}_"
    return name or fallback


def unfit(name: str) -> bool:
    """Whether a name is none that every system takes as it is: reserved, with marks nobody sees, ending in a dot."""
    return bool(
        not name
        or _FORBIDDEN.search(name)
        or _RESERVED.fullmatch(name)
        or name != name.rstrip(". ")
        or len(name.encode("utf-8", "replace")) > _LONGEST_NAME
    )


def free_name(folder: Path, name: str) -> Path:
    """``folder/name``, with （2）, （3） … behind it while something of that name exists."""
    candidate, number = folder / name, 1
    while candidate.exists():
        number += 1
        candidate = folder / f"{name}（{number}）"
    return candidate


def beside(path: Path) -> Path:
    """A fresh name in the same folder for what will become ``path``."""
    return path.with_name(f"{UNFINISHED}{path.name}.{secrets.token_hex(4)}")


def write_beside(path: Path, data: bytes) -> None:
    """Replace the file with ``data``; durable on return, unchanged on error (:class:`OSError`)."""
    fresh = beside(path)
    try:
        with fresh.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        swap(fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def swap(fresh: Path, path: Path) -> None:
    """Rename ``fresh`` over ``path``, durably; a scanner's short hold is waited out."""
    for wait in (*_WAITS, None):
        try:
            fresh.replace(path)
            break
        except PermissionError:
            if wait is None or not _WINDOWS:
                raise
            time.sleep(wait)
    fsync_folder(path.parent)


def discard(path: Path) -> None:
    """Remove a file that was being written, as far as a failing disk lets it be removed."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def sweep(folder: Path, before: float) -> None:
    """Remove what cuts left unfinished in a folder, if it was begun before that moment (epoch seconds)."""
    for path in folder.glob(f"{UNFINISHED}*"):
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime >= before:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def fsync_file(path: Path) -> None:
    """Force a closed file to the disk."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_folder(path: Path) -> None:
    """Force a folder's names to the disk; Windows has no such call and needs none."""
    if _WINDOWS:
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_tree(folder: Path) -> None:
    """Force everything below a folder to the disk, files first, and the folder itself."""
    below = sorted(folder.rglob("*"), reverse=True)
    for path in below:
        if path.is_file() and not path.is_symlink():
            fsync_file(path)
    for path in (*(path for path in below if path.is_dir()), folder):
        fsync_folder(path)


def world_error(error: OSError, place: Path, doing: str) -> WorkbenchError:
    """An error of the file system as a sentence; ``doing`` as in “保存设置”."""
    if error.errno in _NO_SPACE:
        return WorkbenchError(
            "disk-full",
            f"{doing}时磁盘已满：{place}。",
            "请清理磁盘空间后重试；此前已保存的内容不受影响。",
        )
    if error.errno == errno.EROFS or isinstance(error, PermissionError):
        return WorkbenchError(
            "read-only",
            f"{doing}时不能写入：{place}。",
            "该位置只读、没有权限，或文件正被其他程序打开。请关闭该文件，或换一个可写的文件夹后重试。",
        )
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return WorkbenchError(
            "not-found",
            f"{doing}时找不到：{place}。",
            "请检查它是否被移动、改名，或U盘是否已拔出。",
        )
    reason = error.strerror or type(error).__name__
    return WorkbenchError(
        "disk-error", f"{doing}时读写出错（{reason}）：{place}。", "请检查磁盘或U盘是否完好，然后重试。"
    )


@contextlib.contextmanager
def told(place: Path, doing: str) -> Iterator[None]:
    """Turn errors of the file system inside the block into sentences."""
    try:
        yield
    except OSError as error:
        raise world_error(error, place, doing) from error
