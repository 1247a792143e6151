"""Write THIRD_PARTY_LICENSES.md from the lock files and the metadata of what is installed.

Run it as ``make licences`` after a change of the locks; a test fails while the file is out of date.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(Path(__file__).resolve().parent))

from components import read_components  # noqa: E402

TARGET = ROOT / "THIRD_PARTY_LICENSES.md"

# Where the metadata is absent on this platform, or says less than the licence text does.
KNOWN = {
    "click-default-group": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "defusedxml": "PSF-2.0",
    "pi-heif": "BSD-3-Clause（轮子内含 libheif、libde265，LGPL-3.0，动态链接；不含 x265）",
    "pypdfium2": "BSD-3-Clause、Apache-2.0（内含 PDFium 及其依赖，各有许可证）",
    "reportlab": "BSD-3-Clause",
    "sqlcipher3": "Zlib（轮子内含 SQLCipher，BSD-3-Clause；SQLite，公有领域；OpenSSL，Apache-2.0）",
}
HEAD = """\
# 第三方软件与字体

本程序自身以 MIT 许可证发布（见 `LICENSE`）。下列第三方作品各按自己的许可证使用，许可证全文在安装包的
`licences` 文件夹（从源代码运行时在各软件包的 `*.dist-info` 文件夹）；字体的许可证全文在 `resources/fonts/`。
此文件由 `make licences` 根据锁文件和已安装软件包的元数据生成，请勿手改。

## Qt 与 PySide6（LGPL-3.0）

界面使用 Qt 6.8 与 PySide6（Qt for Python），按 GNU 宽通用公共许可证第 3 版（LGPL-3.0-only）使用：

- 程序以动态库方式使用 Qt 与 PySide6，没有修改它们；
- 使用者可以把它们换成自己修改或编译的兼容版本：从源代码运行时替换 `.venv` 中的软件包，
  打包版采用单文件夹形式，替换其中的动态库即可；不禁止为调试这种替换而进行的反向工程；
- 对应的源代码由 Qt 项目公开发布，版本号见下表；
- 再分发打包版时须一并附上 LGPL-3.0 与 GPL-3.0 的全文和本说明。

## 随程序附带的字体（OFL-1.1）

| 字体 | 许可证 | 全文 |
| --- | --- | --- |
| Noto Sans SC（Regular、Bold） | OFL-1.1 | `resources/fonts/OFL-NotoSansSC.txt` |
| Noto Serif SC（Regular、Light、Black） | OFL-1.1 | `resources/fonts/OFL-NotoSerifSC.txt` |
| Gongwen Kai（LXGW WenKai 的子集，已改名） | OFL-1.1 | `resources/fonts/OFL-GongwenKai.txt` |
"""
_COMPONENTS = """\
由 `packaging/components.toml` 列出；制作时逐个文件核对，有一个不知来历就不出包。有的只在 Linux 包或 Windows 包里。
LGPL 的各项都是单独的动态库，可以替换；没有一项是不带例外的 GPL。
"""


def locked(lock: str) -> dict[str, list[str]]:
    """Name → versions of a lock; one package may be pinned once per kind of machine."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE
    ):
        found.setdefault(name, []).append(version)
    return found


def licence(name: str) -> str:
    """The licence a package states of itself, shortest form first."""
    if name in KNOWN:
        return KNOWN[name]
    try:
        stated = metadata(name)
    except PackageNotFoundError:
        raise SystemExit(f"{name} 没有安装，无法读取许可证；请补入 tools/licences.py 的 KNOWN。") from None
    for field in ("License-Expression", "License"):
        text = (stated.get(field) or "").strip()
        if text and "\n" not in text:
            return text
    classified = [line for line in stated.get_all("Classifier", []) if line.startswith("License :: ")]
    if not classified:
        raise SystemExit(f"{name} 的元数据没有写明许可证；请补入 tools/licences.py 的 KNOWN。")
    return classified[0].rpartition(" :: ")[2]


def table(packages: dict[str, list[str]]) -> str:
    """A Markdown table of packages, versions and licences."""
    rows = [
        f"| {name} | {'、'.join(versions)} | {licence(name)} |" for name, versions in sorted(packages.items())
    ]
    return "\n".join(["| 软件包 | 版本 | 许可证 |", "| --- | --- | --- |", *rows]) + "\n"


def component_table() -> str:
    """A Markdown table of what packages hold besides Python packages, and of what these bring along."""
    rows = [f"| {one.name} | {one.licence} |" for one in read_components()]
    return "\n".join(["| 组件 | 许可证 |", "| --- | --- |", *rows]) + "\n"


def main() -> int:
    """Write the file anew."""
    runtime = locked("requirements.lock.txt")
    tools = {name: at for name, at in locked("requirements-dev.lock.txt").items() if name not in runtime}
    TARGET.write_text(
        f"{HEAD}\n## 安装包里的组件\n\n{_COMPONENTS}\n{component_table()}"
        f"\n## 程序运行时使用的软件包\n\n{table(runtime)}"
        f"\n## 只用于开发和测试的软件包（不随程序分发）\n\n{table(tools)}",
        encoding="utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
