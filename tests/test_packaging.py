"""What the packages and the program must say alike."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.cli import parser
from workbench.cli.words import Parser
from workbench.installs import SETUP, Install
from workbench.paths import DATA_FOLDER_NAME
from workbench.services.product import read_product
from workbench.ui.application import NAME

_spec = importlib.util.spec_from_file_location("product_tool", ROOT / "tools" / "product.py")
assert _spec is not None
assert _spec.loader is not None
product_tool = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(product_tool)
NSI = (ROOT / "packaging" / "windows" / "installer.nsi").read_text("utf-8")
NOTE = (ROOT / "docs" / "IT部署说明.md").read_text("utf-8")
PRODUCT = read_product(ROOT / "resources")
POWERSHELL = ROOT / "tools" / "build_windows.ps1"


def test_the_installer_knows_the_programs_names() -> None:
    assert f'!define TITLE "{DATA_FOLDER_NAME}"' in product_tool.nsh(PRODUCT)
    assert PRODUCT.title == NAME == DATA_FOLDER_NAME
    assert '!define DATA "$DOCUMENTS\\${TITLE}"' in NSI
    windows = Install(SETUP, Path(), "1.0", "windows", "x86_64")
    assert f'!define EXE "{windows.executable}"' in NSI
    assert 'WriteUninstaller "$INSTDIR\\uninstall.exe"' in NSI, "by it the program knows how it was installed"


def test_a_firms_own_words_reach_every_package(tmp_path: Path) -> None:
    own = {
        "WORKBENCH_APP_ID": "cn.example.evaluation",
        "WORKBENCH_PUBLISHER": "某咨询公司",
        "WORKBENCH_MAINTAINER": "信息部 <it@example.cn>",
    }
    made = product_tool.product(own)
    (tmp_path / "product.toml").write_text(product_tool.page(made), encoding="utf-8")
    assert read_product(tmp_path) == made
    assert (made.app_id, made.publisher, made.files) == ("cn.example.evaluation", "某咨询公司", PRODUCT.files)
    assert '!define PUBLISHER "某咨询公司"' in product_tool.nsh(made)
    assert "cn.example.evaluation-document" in product_tool.mime(made)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("WORKBENCH_APP_ID", "Evaluation"),
        ("WORKBENCH_APP_ID", "a.b/../c"),
        ("WORKBENCH_PUBLISHER", 'x" "y'),
        ("WORKBENCH_PUBLISHER", "$INSTDIR"),
        ("WORKBENCH_MAINTAINER", "信息部"),
    ],
)
def test_words_that_a_system_would_refuse_stop_the_build(variable: str, text: str) -> None:
    with pytest.raises(SystemExit, match=variable):
        product_tool.product({variable: text})


def test_files_are_tied_to_the_program_and_untied_again() -> None:
    text = product_tool.nsh(PRODUCT)
    put, drop = text.split("!macro un.Associate")
    for kind in PRODUCT.files:
        program = f"Workbench.{kind.key.capitalize()}"
        assert f'HKCU "Software\\Classes\\.{kind.suffix}" "" "{program}"' in put
        assert f'DeleteRegKey HKCU "Software\\Classes\\{program}"' in drop
    assert '--open "%1"' in put, "a file named like a command is still a file"
    assert "HKLM" not in text + NSI, "nothing that needs an administrator"
    assert NSI.count("!insertmacro un.Associate") == 2, "where it was asked for, and when it is uninstalled"
    entry = (ROOT / "packaging" / "linux" / "workbench.desktop").read_text("utf-8")
    assert "--open %f" in entry
    assert "MimeType=@TYPES@" in entry
    suffixes = {kind.suffix for kind in PRODUCT.files}
    assert suffixes == set(re.findall(r'pattern="\*\.(\w+)"', product_tool.mime(PRODUCT)))
    assert all(f"`.{suffix}`" in NOTE for suffix in suffixes)


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
    assert switches == {"/DEFAULTS", "/NODESKTOP", "/NOASSOC", "/NOTEST", "/REMOVEDATA"}
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


def test_no_printer_no_network_and_no_graphics_card_are_needed() -> None:
    imported = {
        name
        for module in (ROOT / "workbench").rglob("*.py")
        for name in re.findall(r"PySide6\.(Qt\w+)", module.read_text("utf-8"))
    }
    assert imported <= {"QtCore", "QtGui", "QtWidgets"}, "QtPrintSupport, QtNetwork, QtOpenGL would need them"
