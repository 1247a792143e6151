"""Every file of a package is somebody's, under a licence that lets us ship it."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT

_spec = importlib.util.spec_from_file_location("components_tool", ROOT / "tools" / "components.py")
assert _spec is not None
assert _spec.loader is not None
tool = importlib.util.module_from_spec(_spec)
sys.modules["components_tool"] = tool  # its dataclass looks there
_spec.loader.exec_module(tool)
COMPONENTS = tool.read_components()


def bundle(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def test_a_file_that_is_nobodys_stops_the_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = bundle(
        tmp_path,
        "workbench",
        "_internal/libQt6Core.so.6",
        "_internal/PySide6/QtCore.abi3.so",
        "_internal/pi_heif.libs/libheif-7a3e919c.so.1.23.0",
        "_internal/libwinpthread-1-1be1ab29.dll",
        "_internal/resources/help/start.md",
    )
    assert tool.main([str(known)]) == 0
    bundle(tmp_path, "_internal/libx265.so.199")
    assert tool.main([str(tmp_path)]) == 1
    assert "_internal/libx265.so.199" in capsys.readouterr().out


def test_an_empty_folder_is_no_package(tmp_path: Path) -> None:
    assert tool.main([str(tmp_path)]) == 1


def test_the_first_that_fits_counts() -> None:
    def of(name: str) -> str:
        found = tool.component_of(name, COMPONENTS)
        assert found is not None
        return str(found.name)

    assert of("_internal/resources/fonts/NotoSansSC-Regular.ttf").startswith("字体")
    assert of("_internal/PySide6/Qt/lib/libicudata.so.73") == "ICU"
    assert of("_internal/PySide6/MSVCP140.dll").startswith("Microsoft")
    assert of("_internal/pillow.libs/libtiff-20b7e810.so.6.3.0") == "libtiff"


@pytest.mark.parametrize("script", ["tools/build_linux.sh", "tools/build_windows.ps1"])
def test_both_builds_judge_what_they_made(script: str) -> None:
    text = (ROOT / script).read_text("utf-8-sig").replace("\\", "/")
    assert "tools/components.py dist/workbench" in text


def test_nothing_under_the_gpl_without_an_exception() -> None:
    for one in COMPONENTS:
        for stated in re.split("；", one.licence):
            if re.search(r"(?<!L)GPL", stated):
                assert "例外" in stated or "AFL" in stated, one.name


def test_the_licence_list_names_every_component() -> None:
    listed = (ROOT / "THIRD_PARTY_LICENSES.md").read_text("utf-8")
    assert [one.name for one in COMPONENTS if f"| {one.name} | {one.licence} |" not in listed] == []
