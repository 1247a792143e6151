"""Files and folders as they are dropped or chosen: which of their files are taken, and what each is called."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from workbench.domain.media import extension_of
from workbench.errors import Fault

#: Folders are read to this many files; more is nearly always a whole disk chosen by mistake.
MOST_FILES = 20_000

_TITLE_LENGTH = 120
_NAME_LENGTH = 255
#: Control characters, and marks that turn the direction of writing (``发票exe.jpg`` for ``发票gpj.exe``).
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


def clean_name(name: str) -> str:
    """A file's own name as it may be kept: no folders, no unseen characters, at most 255 characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    cleaned = _UNSEEN.sub("", last).strip()
    if len(cleaned) > _NAME_LENGTH:
        ending = extension_of(cleaned)
        cleaned = cleaned[: _NAME_LENGTH - len(ending)] + ending
    return cleaned or "未命名"


def clean_title(file_name: str) -> str:
    """A title from a file name: without its ending, at most 120 characters."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", clean_name(file_name)).strip(" ._") or "未命名"
    return stem if len(stem) <= _TITLE_LENGTH else stem[: _TITLE_LENGTH - 1] + "…"


def files_below(paths: Iterable[Path]) -> Iterator[Path | Fault]:
    """The files to take, folders walked in the order a person counts; what can't be read as faults."""
    count = 0
    for path in paths:
        if not path.is_dir():
            found: Iterable[Path | Fault] = (path,)
        else:
            found = files_in(path)
        empty = True
        for file in found:
            empty = False
            count += 1
            if count > MOST_FILES:
                yield Fault(
                    str(path), f"文件超过 {MOST_FILES} 个，其余未存入。", "请分几次选择较小的文件夹。"
                )
                return
            yield file
        if empty:
            yield Fault(clean_name(path.name), "文件夹里没有文件。", "请检查是否选错了文件夹。")


def files_in(folder: Path) -> Iterator[Path | Fault]:
    """The files of a folder and those below it as a person counts them; what can't be opened as faults."""
    faults: list[Fault] = []

    def unreadable(error: OSError) -> None:
        faults.append(
            Fault(clean_name(str(error.filename)), "文件夹打不开，其中的文件未存入。", "请检查权限。")
        )

    for parent, folders, names in os.walk(folder, onerror=unreadable):  # links to folders are not followed
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=_counting)
        for name in sorted(names, key=_counting):
            if not name.startswith((".", "~$")) and name.lower() not in _SYSTEM_FILES:
                yield Path(parent, name)
    yield from faults


def _counting(name: str) -> list[tuple[int, str]]:
    """Sorts 照片2 before 照片10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() and len(part) < 19 else (-1, part) for part in parts]
