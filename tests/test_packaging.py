"""What the packages and the program must say alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.cli import parser
from workbench.cli.words import Parser
from workbench.installs import SETUP, Install
from workbench.paths import DATA_FOLDER_NAME

NSI = (ROOT / "packaging" / "windows" / "installer.nsi").read_text("utf-8")
NOTE = (ROOT / "docs" / "IT部署说明.md").read_text("utf-8")
POWERSHELL = ROOT / "tools" / "build_windows.ps1"


def test_the_installer_knows_the_programs_names() -> None:
    assert f'!define TITLE "{DATA_FOLDER_NAME}"' in NSI
    assert '!define DATA "$DOCUMENTS\\${TITLE}"' in NSI
    windows = Install(SETUP, Path(), "1.0", "windows", "x86_64")
    assert f'!define EXE "{windows.executable}"' in NSI
    assert 'WriteUninstaller "$INSTDIR\\uninstall.exe"' in NSI, "by it the program knows how it was installed"


def test_the_uninstaller_deletes_only_what_was_installed() -> None:
    section = NSI[NSI.index('Section "Uninstall"') :]
    assert re.findall(r'RMDir /r "([^"]+)"', section) == [
        "$INSTDIR\\_internal",
        "$INSTDIR\\.new",
        "$INSTDIR\\.old",
        "$LOCALAPPDATA\\workbench\\Cache",
    ]
    assert "${DATA}" in section, "the data goes to the recycle bin, and only when asked for"
    assert "$RemoveData == 1" in section[: section.index("${DATA}")]


def test_every_switch_of_the_installer_is_explained() -> None:
    switches = set(re.findall(r'\$\{GetOptions\} \$R0 "(/\w+)', NSI))
    assert switches == {"/DEFAULTS", "/NODESKTOP", "/NOTEST", "/REMOVEDATA"}
    assert all(switch in NOTE for switch in switches)


def test_powershell_reads_the_script_as_it_is_written() -> None:
    assert POWERSHELL.read_bytes().startswith(b"\xef\xbb\xbf"), (
        "without it, Windows reads Chinese as mojibake"
    )


@pytest.mark.parametrize(
    "script", ["tools/build_linux.sh", "tools/build_windows.ps1", ".github/workflows/windows.yml"]
)
def test_a_build_names_only_files_that_are_there(script: str) -> None:
    text = (ROOT / script).read_text("utf-8-sig").replace("\\", "/")
    named = set(re.findall(r"(?<!\w)(?:tools|packaging|resources)/[\w./]+\.\w+", text))
    assert named, script
    assert not [name for name in sorted(named) if not (ROOT / name).is_file()]


def test_the_note_names_only_commands_that_there_are() -> None:
    for words in re.findall(r"workbench (defaults \w+|update|new)\b", NOTE):
        made = parser()
        for word in words.split():
            found = [action for action in made._actions if isinstance(action.choices, dict)]
            assert word in found[0].choices, words
            inner = found[0].choices[word]
            assert isinstance(inner, Parser)
            made = inner
