"""诊断包: what a maintainer needs to know, in a zip of plain texts that the person reads before sending it."""

from __future__ import annotations

import platform
import zipfile
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from workbench import files
from workbench.services.logs import LOG_FILE
from workbench.services.run_marks import CRASH_FILE
from workbench.services.settings import SETTINGS, Settings

LIBRARIES = (
    *("PySide6-Essentials", "openpyxl", "python-docx", "reportlab", "Pillow"),
    *("pypdfium2", "pi-heif", "sqlite-utils", "cryptography", "sqlcipher3"),
)
#: Kinds of settings whose values name nobody and nothing.
_HARMLESS = ("choice", "count", "flag")
_ABOUT = """诊断包
======
发送之前请打开每个文件看一遍，都是普通文本：

* 版本.txt  程序、系统和所用软件包的版本
* 设置.txt  外观、字号一类的设置；姓名、文件夹等只写是否填过
* 日志/     程序记下的事：发生了什么种类的错误、在程序的哪一行，没有评价内容，没有文件名

里面没有评价、佐证、问卷，也没有姓名和电话。
"""


class Diagnosis:
    """Knows the log folder and the settings."""

    def __init__(self, logs: Path, settings: Settings, about: str) -> None:
        """``about`` names the program with its version."""
        self._logs, self._settings, self._about = logs, settings, about

    def write(self, path: Path, now: datetime) -> Path:
        """Write the zip, replacing an older one of that name; raises :class:`WorkbenchError` of the disk."""
        if path.suffix.lower() != ".zip":
            path = path.with_name(f"{path.name}.zip")
        fresh = files.beside(path)
        with files.told(path, "写诊断包"):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with zipfile.ZipFile(fresh, "x", zipfile.ZIP_DEFLATED) as packed:
                    packed.writestr("说明.txt", _ABOUT)
                    packed.writestr("版本.txt", self._versions(now))
                    packed.writestr("设置.txt", self._set())
                    for log in sorted([*self._logs.glob(f"{LOG_FILE}*"), *self._logs.glob(CRASH_FILE)]):
                        packed.write(log, f"日志/{log.name}")
                files.fsync_file(fresh)
                files.swap(fresh, path)
            finally:
                fresh.unlink(missing_ok=True)
        return path

    def _versions(self, now: datetime) -> str:
        lines = [
            f"时间 {now:%Y-%m-%d %H:%M %z}",
            self._about,
            f"Python {platform.python_version()}",
            platform.platform(),
            platform.machine(),
            *(f"{name} {_version(name)}" for name in LIBRARIES),
        ]
        return "\n".join(lines) + "\n"

    def _set(self) -> str:
        lines = []
        for one in SETTINGS:
            value = self._settings[one.key]
            shown = str(value) if one.kind in _HARMLESS else "已填" if value else "未填"
            lines.append(f"{one.label}：{shown}")
        return "\n".join(lines) + "\n"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "—"
