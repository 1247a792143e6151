"""Compare two folders of the program, e.g. the one for Linux and the one for Windows.

``python tools/compare_bundles.py dist/workbench win/workbench`` lists what only one of them has,
by kind, with sizes; libraries are matched by name without what each system adds to it. It ends
with 1 when a data file or a module of the program is on one side only. Needs PyInstaller.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

#: What a library's file name bears besides its name.
_ENDS = re.compile(r"(\.cp\d+-win_amd64|\.cpython-[\w-]+|\.abi3)?\.(pyd|so|dll|exe)([.\d]*)$", re.IGNORECASE)
_LIBRARY = re.compile(r"(\.(pyd|dll|exe)$|\.so([.\d]|$))", re.IGNORECASE)
#: Metadata and licences of packages that only one system needs.
_OF_SYSTEM = re.compile(
    r"^(licences/(system|pefile|pywin32-ctypes|colorama|altgraph|tzdata)/|licences/.*/LicenseRef-Qt-Commercial"
    r"|tzdata/|[\w.-]+\.dist-info/|base_library\.zip$)"
)
#: Modules of Python that belong to one system.
_OWN_MODULE = re.compile(r"^workbench(\.|$)")


@dataclass(frozen=True)
class Bundle:
    """What one folder holds: data files, libraries by plain name, modules; bytes by kind."""

    folder: Path
    data: frozenset[str]
    libraries: Mapping[str, str]
    modules: frozenset[str]
    sizes: Mapping[str, int]


def plain_name(path: str) -> str:
    """A library's name as both systems know it: ``libQt6Core.so.6`` and ``Qt6Core.dll`` are ``qt6core``."""
    folder, _, name = path.rpartition("/")
    name = _ENDS.sub("", name).lower()
    name = re.sub(r"^lib(?=qt6|q[a-z]|pyside6|shiboken6|pdfium|heif|de265)", "", name)
    name = re.sub(r"-[0-9a-f]{8,}$", "", name)
    # Qt's own folders are named alike but lie elsewhere.
    folder = "/".join(part for part in folder.split("/") if part not in {"Qt", "lib", "bin"})
    return f"{folder}/{name}".lstrip("/") if "/plugins/" in f"/{folder}/" else name


def read_bundle(folder: Path) -> Bundle:
    """Read the folder that PyInstaller made."""
    internal = folder / "_internal"
    data: set[str] = set()
    libraries: dict[str, str] = {}
    sizes = {"数据": 0, "库": 0, "模块": 0}
    for path in internal.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        name = path.relative_to(internal).as_posix()
        if _LIBRARY.search(name):
            libraries[plain_name(name)] = name
            sizes["库"] += path.stat().st_size
        else:
            sizes["数据"] += path.stat().st_size
            if not _OF_SYSTEM.search(name):
                data.add(name.replace("PySide6/Qt/", "PySide6/"))
    program = next(path for path in (folder / "workbench", folder / "workbench.exe") if path.is_file())
    sizes["模块"] = program.stat().st_size
    # only where packages are built is it installed
    readers = import_module("PyInstaller.archive.readers")
    modules = set(readers.CArchiveReader(str(program)).open_embedded_archive("PYZ.pyz").toc)
    return Bundle(folder, frozenset(data), libraries, frozenset(modules), sizes)


def _listed(title: str, one: Iterable[str], other: Iterable[str]) -> None:
    for sign, names in (("−", sorted(one)), ("+", sorted(other))):
        print(f"{title} {sign}{len(names)}：{'、'.join(names) or '无'}")


def main(words: list[str]) -> int:
    """Print the comparison of two folders."""
    left, right = (read_bundle(Path(word)) for word in words)
    for one in (left, right):
        total = sum(one.sizes.values())
        parts = "、".join(f"{kind} {size / 1e6:.1f} MB" for kind, size in one.sizes.items())
        counts = f"数据文件 {len(one.data)}、库 {len(one.libraries)}、模块 {len(one.modules)}"
        print(f"{one.folder}：{total / 1e6:.1f} MB（{parts}）；{counts}")
    print("− 只在前者，+ 只在后者")
    _listed("数据文件", left.data - right.data, right.data - left.data)
    only = (left.libraries.keys() - right.libraries.keys(), right.libraries.keys() - left.libraries.keys())
    _listed("库", (left.libraries[name] for name in only[0]), (right.libraries[name] for name in only[1]))
    _listed("模块", left.modules - right.modules, right.modules - left.modules)
    missing = [name for name in left.modules ^ right.modules if _OWN_MODULE.search(name)]
    wrong = sorted([*missing, *(left.data ^ right.data)])
    print(f"本程序的文件和模块{'有差别' if wrong else '相同'}。")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
