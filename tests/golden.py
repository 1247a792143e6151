"""Golden files: what an export said when a person last looked at it, kept as text.

After looking at a change, ``GOLDEN=rewrite pytest …`` writes the new text.
"""

from __future__ import annotations

import os

from tests.helpers import ROOT


def assert_golden(name: str, text: str) -> None:
    """Compare ``text`` with ``tests/_reference/<name>``."""
    path = ROOT / "tests" / "_reference" / name
    if os.environ.get("GOLDEN") == "rewrite":
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{name} is missing; look at the export, then run with GOLDEN=rewrite"
    assert text == path.read_text(encoding="utf-8")
