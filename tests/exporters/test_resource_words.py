"""resources/README.md names everything that a layout, an outline or a report may ask for."""

from __future__ import annotations

import dataclasses
import re

import pytest

from tests.helpers import ROOT
from workbench.exporters.annexes import ANNEXES
from workbench.exporters.layout_shapes import HeadCell, Layout
from workbench.exporters.layouts import CONTENTS
from workbench.exporters.outlines import AnnexPart, Part
from workbench.exporters.report_parts import BUILDERS

TEXT = (ROOT / "resources" / "README.md").read_text(encoding="utf-8")
WORDS = frozenset(re.findall(r"`([^`]+)`", TEXT))


def plain(names: list[str]) -> list[str]:
    """Names as they are told: those of stages and of branches by their first word."""
    return sorted({f"{n.partition(':')[0]}:" if ":" in n else n for n in names})


@pytest.mark.parametrize(
    "names",
    [
        list(CONTENTS), list(BUILDERS), list(ANNEXES),
        *([field.name for field in dataclasses.fields(kind)] for kind in (HeadCell, Part, AnnexPart)),
    ],
)  # fmt: skip
def test_every_name_is_told(names: list[str]) -> None:
    firsts = {word.partition(":")[0] + ":" for word in WORDS if ":" in word}
    assert [name for name in plain(names) if name not in WORDS | firsts] == []


def test_every_key_of_a_layout_is_told() -> None:
    made = {"key", "columns", "level_widths"}  # the name of the file, and what ``[[column]]`` says
    assert {field.name for field in dataclasses.fields(Layout)} - made <= WORDS | {"head"}
    assert "[[head]]" in WORDS


def test_every_folder_and_table_of_words_is_told() -> None:
    held = [
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / "resources").iterdir()
        if path.name != "README.md"
    ]
    assert [name for name in held if name not in WORDS] == []
