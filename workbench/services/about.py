"""What this copy of the program is: versions, folders, licence texts, and whether it is whole."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from workbench import files
from workbench.errors import WorkbenchError
from workbench.services.jobs import Progress

#: Most of a licence text that is shown; the longest are some tens of thousands of characters.
_MOST_CHARS = 400_000
_LOOK_EVERY = 0.2
"""Seconds between looks at the child."""
_LONGEST = 900.0
_RESULT = "result.txt"
_OWN = {
    "THIRD_PARTY_LICENSES.md": "第三方软件与字体（清单）",
    "LICENSE": "本程序（MIT）",
    "LGPL-3.0.txt": "Qt、PySide6（LGPL-3.0）",
    "GPL-3.0.txt": "GPL-3.0（LGPL 所引用）",
    "OFL-NotoSansSC.txt": "字体 Noto Sans SC（OFL-1.1）",
    "OFL-NotoSerifSC.txt": "字体 Noto Serif SC（OFL-1.1）",
    "OFL-GongwenKai.txt": "字体 Gongwen Kai（OFL-1.1）",
}


@dataclass(frozen=True, slots=True)
class LicenceText:
    """One text that can be read offline: what it is about, and its file."""

    title: str
    path: Path

    def read(self) -> str:
        """The text; raises :class:`WorkbenchError` when it can't be read."""
        with files.told(self.path, "读取许可证"):
            return self.path.read_bytes()[: 4 * _MOST_CHARS].decode("utf-8", "replace")[:_MOST_CHARS]


def licence_texts(resources: Path) -> list[LicenceText]:
    """The list of third parties, our own licence, Qt's, the fonts', then those of every shipped package."""
    program = resources.parent
    gathered = program / "licences"
    places = [
        gathered / "THIRD_PARTY_LICENSES.md" if gathered.is_dir() else program / "THIRD_PARTY_LICENSES.md",
        program / "LICENSE",
        *(resources / "licences" / name for name in ("LGPL-3.0.txt", "GPL-3.0.txt", "SQLCipher.txt")),
        *sorted((resources / "fonts").glob("OFL-*.txt")),
    ]
    found = [LicenceText(_OWN.get(path.name, path.stem), path) for path in places if path.is_file()]
    inner = (path for path in gathered.rglob("*") if path.is_file() and path.parent != gathered)
    return found + [LicenceText(" › ".join(path.relative_to(gathered).parts), path) for path in sorted(inner)]


def check_whole(progress: Progress, *, cache: Path) -> str:
    """Have the program test itself in a process of its own; the lines of its result.

    The person's evaluations and settings are neither used nor touched. ``progress`` may cancel it.
    Raises :class:`WorkbenchError` when the test could not be carried out.
    """
    with files.told(cache, "建立自检文件夹"):
        cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="self-test-", dir=cache) as name:
        out = Path(name)
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        process = subprocess.Popen(  # noqa: S603 - the program itself
            [*_program(), "self-test", str(out)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).resolve().parents[2] if not getattr(sys, "frozen", False) else None,
            env=environment,
        )
        try:
            _wait(process, progress)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        result = out / _RESULT
        if not result.is_file():
            raise WorkbenchError(
                "no-self-test", "自检没有完成，程序可能缺少文件。", "请重新安装；安装不会动评价数据。"
            )
        return result.read_text(encoding="utf-8").replace(f"　结果在 {out}", "")


def _wait(process: subprocess.Popen[bytes], progress: Progress) -> None:
    waited = 0.0
    while waited < _LONGEST:
        progress(0, 0, f"正在检查，已 {waited:.0f} 秒")
        try:
            process.wait(_LOOK_EVERY)
        except subprocess.TimeoutExpired:
            waited += _LOOK_EVERY
        else:
            return


def _program() -> list[str]:
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "workbench"]
