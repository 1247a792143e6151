"""Reads the shipped form files as the program does: exact decimals, no floats."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.helpers import ROOT
from workbench.domain.compiler import compile_form
from workbench.domain.form import Form

FORMS = ROOT / "forms"
FILES = sorted(FORMS.glob("*.toml"))


def read_raw(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def read_form(name: str) -> Form:
    return compile_form(read_raw(FORMS / f"{name}.toml"))
