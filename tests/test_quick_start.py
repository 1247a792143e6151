"""Opening the program loads only what a start needs; libraries of paper and pictures come when used."""

import subprocess
import sys
from importlib.util import find_spec

from tests.helpers import ROOT

DOORS = ("workbench.__main__", "workbench.cli", "workbench.app")
HEAVY = (
    "openpyxl",
    "reportlab",
    "docx",
    "PIL",
    "pypdfium2",
    "pi_heif",
    "fontTools",
    "cryptography",
    "sqlcipher3",
    "sqlite_utils.cli",
    "pip",
    "numpy",
)
ASK = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*sorted(set(sys.argv[2:]) & sys.modules.keys()))
"""


def test_front_doors_load_no_heavy_library() -> None:
    loaded = {}
    for door in filter(find_spec, DOORS):
        run = subprocess.run(
            [sys.executable, "-c", ASK, door, *HEAVY],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        loaded[door] = run.stdout.split()
    assert loaded
    assert not {door: modules for door, modules in loaded.items() if modules}, (
        "import these where they are used"
    )
