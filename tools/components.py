"""Which component each file of a package belongs to, from ``packaging/components.toml``.

``python tools/components.py dist/workbench`` names every file that belongs to none and then ends with 1;
with ``--list`` it counts the files of each component.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "packaging" / "components.toml"
_INNER = "_internal/"


@dataclass(frozen=True, slots=True)
class Component:
    """Something with a licence of its own, and the patterns of its files."""

    name: str
    licence: str
    files: tuple[str, ...]


def read_components(path: Path = TABLE) -> tuple[Component, ...]:
    """The table, in its order."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))["component"]
    return tuple(Component(one["name"], one["licence"], tuple(one["files"])) for one in raw)


def component_of(name: str, components: Iterable[Component]) -> Component | None:
    """The first component that a file (its path below the program, with slashes) belongs to."""
    plain = name.removeprefix(_INNER)
    for one in components:
        if any(fnmatchcase(plain, pattern) for pattern in one.files):
            return one
    return None


def files_of(bundle: Path) -> list[str]:
    """Every file of a folder of the program."""
    return sorted(path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if not path.is_dir())


def main(words: list[str]) -> int:
    """Judge one folder."""
    components = read_components()
    names = files_of(Path(words[0]))
    found = {name: component_of(name, components) for name in names}
    if "--list" in words:
        for component, count in Counter(one.name for one in found.values() if one is not None).most_common():
            print(f"{count:6}  {component}")
    strange = [name for name, one in found.items() if one is None]
    for name in strange:
        print(f"不知道属于哪个组件：{name}")
    print(f"{len(names)} 个文件，{len(strange)} 个不知来历（packaging/components.toml）。")
    return 1 if strange or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
