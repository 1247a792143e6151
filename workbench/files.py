"""Files written beside and swapped in, so that a cut at any moment leaves the old or the new one whole."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import secrets
import shutil
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import WorkbenchError

#: Marks what was being written; whatever still bears it after a crash is rubbish and may go.
UNFINISHED = ".~"
#: A virus scanner may hold a fresh file for a moment (Windows errors 5, 32 and 33).
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
#: What :func:`beside` gives, now and in version 0.2.0.
_LEFT = re.compile(
    rf"{re.escape(UNFINISHED)}.+\.(?:(?P<machine>[0-9a-f]{{4}})(?P<process>[0-9a-f]{{1,8}})-)?[0-9a-f]{{8}}",
    re.DOTALL,
)
#: Seconds without a change after which nobody writes there any more; the second for a process that still lives.
_STILL, _STUCK = 3_600, 86_400
#: Characters of a name that :func:`safe_name` keeps.
SAFE_LENGTH = 60
#: Bytes of a name that file systems take.
_LONGEST_NAME = 255
_WINDOWS = os.name == "nt"
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_NO_SPACE = frozenset(
    code for code in (errno.ENOSPC, getattr(errno, "EDQUOT", None), errno.EFBIG) if code is not None
)
#: A stick or a share that went away while it was used; errors of Windows by their own numbers.
_GONE = frozenset(
    code
    for name in (
        "ENODEV",
        "ENXIO",
        "ESTALE",
        "ENOTCONN",
        "EHOSTDOWN",
        "EHOSTUNREACH",
        "ETIMEDOUT",
        "ENETUNREACH",
    )
    if (code := getattr(errno, name, None)) is not None
)
_GONE_ON_WINDOWS = frozenset({3, 15, 21, 53, 55, 59, 64, 67, 121, 433, 1167, 1231})
_OPEN_ON_WINDOWS = frozenset({32, 33})


def safe_name(text: str, fallback: str = "未命名评价") -> str:
    """A file name that Windows, Linux and a FAT stick take, as near to ``text`` as they allow."""
    name = _FORBIDDEN.sub("", text.encode("utf-8", "ignore").decode("utf-8")).strip().lstrip(".~")
    name = name[:SAFE_LENGTH].rstrip(". ")
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
    """A fresh name in the same folder for what will become ``path``; it says which process of which machine writes."""
    return path.with_name(f"{UNFINISHED}{path.name}.{_machine()}{os.getpid():x}-{secrets.token_hex(4)}")


def _machine() -> str:
    """Four digits that tell this machine from others that write to the same share."""
    return f"{zlib.crc32(platform.node().encode('utf-8', 'replace')) & 0xFFFF:04x}"


def clear_abandoned(folder: Path, now: float | None = None) -> None:
    """Remove from a person's folder what a killed run left unfinished there, and nothing else.

    Only whole names that :func:`beside` gives are looked at. What a process of this machine wrote that lives
    no more goes at once, what one wrote that lives after a day without a change, anything else after an hour
    (``now`` in epoch seconds).
    """
    now = time.time() if now is None else now
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{UNFINISHED}*"):
            found = _LEFT.fullmatch(path.name)
            if found is None or path.is_symlink():
                continue
            with contextlib.suppress(OSError):
                lives = _lives(found["machine"], found["process"])
                if lives is not False and now - _changed(path) < (_STILL if lives is None else _STUCK):
                    continue
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def _lives(machine: str | None, process: str | None) -> bool | None:
    """Whether the process that wrote something lives; None where nobody here can say."""
    if _WINDOWS or machine != _machine() or process is None:
        return None  # Windows has no harmless question; there what is open can't be removed
    try:
        os.kill(int(process, 16), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _changed(path: Path) -> float:
    """When anything below a path was written last."""
    inside = path.rglob("*") if path.is_dir() else ()
    return max(float(one.lstat().st_mtime) for one in (path, *inside))


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
    own = getattr(error, "winerror", None)
    if own in _OPEN_ON_WINDOWS:
        return WorkbenchError(
            "file-open",
            f"{doing}时文件正被其他程序打开：{place}。",
            "请在 Excel、WPS 或 Word 中关闭它后重试，或换一个文件夹。",
        )
    if error.errno in _GONE or own in _GONE_ON_WINDOWS:
        error = FileNotFoundError(errno.ENOENT, "")
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
