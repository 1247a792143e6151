"""Readers of outside files neither crash nor hang on changed examples: the short form, and every case once found.

The long forms: ``python tools/fuzz.py all --seconds 3600``, ``python tools/fuzz_coverage.py all --seconds 300``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzzing.readers import READERS, workplace
from tests.fuzzing.running import fuzz, tried

CASES = sorted(Path(__file__).with_name("cases").glob("*/*"))
#: A package is unpacked and packed anew for each case.
HOW_MANY = {"text": 300, "bytes": 150, "package": 60}

#: Camera data alone is no picture; a head without the right password opens nothing.
NOT_OPENED = {"exif", "sealed-header"}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="hangs are caught by SIGALRM")


@pytest.fixture(scope="module", autouse=True)
def _made_outside_of_every_limit() -> None:
    """The evaluation that examples are exported from takes seconds, which are no reader's."""
    workplace()


@pytest.mark.parametrize("case", CASES, ids=[f"{path.parent.name}-{path.name}" for path in CASES])
def test_what_was_stumbled_over_once_is_read_or_refused(case: Path, tmp_path: Path) -> None:
    _, finding = tried(READERS[case.parent.name], case.read_bytes(), tmp_path)
    assert finding is None, finding.what


@pytest.mark.parametrize("name", READERS)
def test_examples_are_read(name: str, tmp_path: Path) -> None:
    for seed in READERS[name].seeds()[:5]:
        refused, finding = tried(READERS[name], seed, tmp_path)
        assert finding is None, finding.what
        assert not refused or name in NOT_OPENED


@pytest.mark.parametrize("name", READERS)
def test_changed_examples_are_read_or_refused(name: str) -> None:
    result = fuzz(READERS[name], HOW_MANY[READERS[name].kind], seconds=20)
    assert {where: finding.what for where, finding in result.found.items()} == {}
