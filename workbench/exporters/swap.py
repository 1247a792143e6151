"""A finished file put in the place of the old one in a single step: whole, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from workbench.errors import WorkbenchError


def write_beside_and_swap(path: Path, data: bytes) -> None:
    """Write ``~name`` beside ``path``, make it durable, and swap it in; the old file stays whole on failure."""
    beside = path.with_name(f"~{path.name}")
    try:
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise _explained(error, path) from error


def _sync_folder(folder: Path) -> None:
    """Make the new name durable where the system lets a folder be synced."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network and stick file systems refuse to sync a folder
            os.fsync(handle)
    finally:
        os.close(handle)


def _explained(error: OSError, path: Path) -> WorkbenchError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return WorkbenchError(
            "disk-full",
            f"磁盘空间不足，“{path.name}”没有写入 {path.parent}；原有文件未改动。",
            "请清理磁盘或换一个位置后重新导出。",
        )
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return WorkbenchError(
            "folder-missing",
            f"文件夹 {path.parent} 不存在，“{path.name}”没有写入。",
            "请检查移动磁盘是否已拔出，或换一个位置后重新导出。",
        )
    if isinstance(error, PermissionError | IsADirectoryError) or error.errno == errno.EROFS:
        return WorkbenchError(
            "file-in-use",
            f"无法写入“{path.name}”（{path.parent}）：文件正被其他程序打开，或没有写入权限；原有文件未改动。",
            "请关闭打开它的程序，或换一个位置后重新导出。",
        )
    return WorkbenchError(
        "write-failed",
        f"写入“{path.name}”（{path.parent}）时出错：{error.strerror or error}；原有文件未改动。",
        "请检查磁盘或换一个位置后重新导出。",
    )
