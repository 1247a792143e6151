"""What the program is called, whose it is, and which files are its own: ``resources/product.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

PAGE = "product.toml"


@dataclass(frozen=True, slots=True)
class FileKind:
    """Files that the system opens with the program."""

    key: str
    suffix: str
    """Without the point."""
    mime: str
    label: str
    """What a person calls such a file."""
    first: str = ""
    """What it begins with; empty for a zip, which begins like every zip."""


@dataclass(frozen=True, slots=True)
class Product:
    """One build of the program."""

    title: str
    summary: str
    app_id: str
    publisher: str
    maintainer: str
    files: tuple[FileKind, ...]

    def kind(self, key: str) -> FileKind:
        """The kind of file with a key; raises ``KeyError``."""
        return {one.key: one for one in self.files}[key]


def read_product(resources: Path) -> Product:
    """The product that the resources of this copy describe."""
    raw = tomllib.loads((resources / PAGE).read_text(encoding="utf-8"))
    return Product(**raw["product"], files=tuple(FileKind(**one) for one in raw["file"]))
