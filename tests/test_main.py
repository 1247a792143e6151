import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from workbench import __main__ as front
from workbench.preflight import Readiness

Entered = list[tuple[str, list[str]]]


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Entered:
    """Stand-ins for both front doors that note how they were entered."""
    entered: Entered = []
    for name, code in (("workbench.cli", 7), ("workbench.app", 8)):
        module = ModuleType(name)
        module.main = _note(entered, name, code)
        monkeypatch.setitem(sys.modules, name, module)
    return entered


def _note(entered: Entered, name: str, code: int) -> Callable[..., int]:
    def main(words: tuple[str, ...] = ()) -> int:
        entered.append((name, list(words)))
        return code

    return main


def _machine(monkeypatch: pytest.MonkeyPatch, *, display: bool, missing: tuple[str, ...] = ()) -> None:
    monkeypatch.setattr("workbench.preflight.prepare_qt", lambda: Readiness(display, missing))


def _missing(name: str) -> Callable[[str], ModuleType]:
    def import_module(_door: str) -> ModuleType:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    return import_module


def test_words_go_to_the_command_line(doors: Entered) -> None:
    assert front.main(["show", "--json"]) == 7
    assert doors == [("workbench.cli", ["show", "--json"])]


@pytest.mark.parametrize("words", [["本单位.wbfirm"], ["--open", "本单位.wbfirm"]])
def test_a_file_opens_the_window(
    monkeypatch: pytest.MonkeyPatch, doors: Entered, tmp_path: Path, words: list[str]
) -> None:
    _machine(monkeypatch, display=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "数据"))
    (tmp_path / "本单位.wbfirm").write_bytes(b"")
    assert front.main(words) == 8
    assert doors == [("workbench.app", ["本单位.wbfirm"])]


def test_a_folder_named_like_a_command_is_a_command_unless_the_system_opens_it(
    monkeypatch: pytest.MonkeyPatch, doors: Entered, tmp_path: Path
) -> None:
    _machine(monkeypatch, display=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "数据"))
    (tmp_path / "demo").mkdir()
    assert front.main(["demo"]) == 7
    assert front.main(["--open", "demo"]) == 8
    assert front.main(["不存在.wbx"]) == 7, "the command line says what is wrong"
    assert front.main(["--open"]) == 8
    assert doors[-1] == ("workbench.app", [])


def test_a_window_that_is_open_takes_the_files(
    monkeypatch: pytest.MonkeyPatch, doors: Entered, tmp_path: Path
) -> None:
    monkeypatch.setattr("workbench.services.handover.ring", lambda _address, _paths: True)
    assert front.main(["--open", str(tmp_path)]) == 0
    assert doors == []


def test_a_file_without_a_display_is_told(
    monkeypatch: pytest.MonkeyPatch, doors: Entered, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _machine(monkeypatch, display=False)
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "数据"))
    assert front.main(["--open", "a.wbx"]) == 4
    assert doors == []
    assert "reopen" in capsys.readouterr().err


def test_the_self_test_may_be_asked_for_as_a_flag(doors: Entered) -> None:
    assert front.main(["--self-test", "结果"]) == 7
    assert doors == [("workbench.cli", ["self-test", "结果"])]


def test_no_words_and_a_display_open_the_window(monkeypatch: pytest.MonkeyPatch, doors: Entered) -> None:
    _machine(monkeypatch, display=True)
    assert front.main([]) == 8
    assert doors == [("workbench.app", [])]


def test_no_display_does_the_same_job_without_a_window(
    monkeypatch: pytest.MonkeyPatch, doors: Entered, capsys: pytest.CaptureFixture[str]
) -> None:
    _machine(monkeypatch, display=False)
    assert front.main([]) == 7
    assert doors == [("workbench.cli", ["demo", "--out", "out"])]
    said = capsys.readouterr().err
    assert said.startswith("没有可用的图形显示")
    assert said.count("\n") == 1


def test_missing_libraries_are_named_before_qt_is_touched(
    monkeypatch: pytest.MonkeyPatch, doors: Entered, capsys: pytest.CaptureFixture[str]
) -> None:
    _machine(monkeypatch, display=True, missing=("libgl1",))
    assert front.main([]) == 3
    assert doors == []
    assert capsys.readouterr().err.endswith("libgl1\n")


def test_an_incomplete_program_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(front, "import_module", _missing("workbench.cli"))
    assert front.main(["show"]) == 5
    assert capsys.readouterr().err == "程序不完整：缺少模块 workbench.cli。请重新获取完整的程序后再运行。\n"


def test_a_missing_library_is_not_called_an_incomplete_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "import_module", _missing("openpyxl"))
    with pytest.raises(ModuleNotFoundError, match="openpyxl"):
        front.main(["show"])


def test_a_windowed_program_without_a_terminal_stays_silent(
    monkeypatch: pytest.MonkeyPatch, doors: Entered
) -> None:
    _machine(monkeypatch, display=False)
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)
    assert front.main([]) == 7
    assert doors[0][0] == "workbench.cli"
