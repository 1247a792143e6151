from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.paths import Paths, find_paths, program_version


def test_a_checkout_reads_its_own_forms_and_resources() -> None:
    paths = find_paths({})
    assert paths.forms == ROOT / "forms"
    assert (paths.resources / "fonts" / "NotoSansSC-Regular.ttf").is_file()


def test_a_frozen_program_reads_beside_its_libraries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path / "_internal"), raising=False)
    paths = find_paths({})
    assert paths.forms == tmp_path / "_internal" / "forms"
    assert paths.resources == tmp_path / "_internal" / "resources"


def test_evaluations_are_kept_among_the_documents() -> None:
    paths = find_paths({})
    assert paths.data.name == "现场评价工作台"
    assert paths.data.is_absolute()
    assert ROOT not in paths.data.parents


def test_a_chosen_data_folder_takes_logs_and_cache_along(tmp_path: Path) -> None:
    chosen = tmp_path / "现场 评价"
    paths = find_paths({"WORKBENCH_DATA": f" {chosen} "})
    assert paths == Paths(
        ROOT / "forms",
        ROOT / "resources",
        chosen,
        logs=chosen / ".logs",
        cache=chosen / ".cache",
        settings=chosen / ".settings.json",
    )
    assert not chosen.exists(), "finding folders must not create them"


def test_a_chosen_data_folder_may_be_relative_or_in_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert find_paths({"WORKBENCH_DATA": "评价"}).data == tmp_path / "评价"
    assert find_paths({"WORKBENCH_DATA": "~/评价"}).data == tmp_path / "评价"


def test_a_blank_choice_is_no_choice() -> None:
    assert find_paths({"WORKBENCH_DATA": " "}) == find_paths({})


def test_a_program_carried_on_a_stick_keeps_its_data_beside_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "workbench"))
    (tmp_path / "portable").touch()
    assert find_paths({}).data != tmp_path / "现场评价工作台", "only a frozen program looks beside itself"
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert find_paths({}).data == tmp_path / "现场评价工作台"
    assert find_paths({}).settings == tmp_path / "现场评价工作台" / ".settings.json"
    assert find_paths({"WORKBENCH_DATA": str(tmp_path / "别处")}).data == tmp_path / "别处"
    (tmp_path / "portable").unlink()
    assert tmp_path not in find_paths({}).data.parents


def test_the_version_is_that_of_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "9.8.7"\n', encoding="utf-8")
    assert program_version()[0].isdigit()
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert program_version() == "9.8.7"
