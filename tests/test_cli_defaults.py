"""``defaults export`` and ``defaults import`` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_cli_tables import run


def test_out_on_one_machine_and_in_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "本单位.zip")
    office, laptop = tmp_path / "质控部", tmp_path / "笔记本"
    monkeypatch.setenv("WORKBENCH_DATA", str(office))
    code, _, err = run(capsys, "defaults", "export", file)
    assert (code, "还没有本单位自己的" in err) == (4, True)
    assert run(capsys, "forms", "export", "qixia-2022", str(tmp_path / "表.xlsx"))[0] == 0
    assert run(capsys, "forms", "import", str(tmp_path / "表.xlsx"), "--id", "own")[0] == 0
    code, out, _ = run(capsys, "defaults", "export", file, "--firm", "某咨询")
    assert (code, out.splitlines()[-1]) == (0, file)

    monkeypatch.setenv("WORKBENCH_DATA", str(laptop))
    code, out, err = run(capsys, "defaults", "import", file, "--preview")
    assert (code, "新增　指标体系" in out, "没有读入" in err) == (0, True, True)
    assert not (laptop / "指标体系").exists()
    code, out, _ = run(capsys, "defaults", "import", file)
    assert (code, out.splitlines()[-1]) == (0, "已读入本单位资料：新增 1 项。")
    assert "own" in run(capsys, "forms")[1]
    assert run(capsys, "defaults", "import", file)[1].splitlines()[-1] == "已读入本单位资料：相同 1 项。"


def test_what_runs_from_source_is_not_updated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "数据"))
    code, _, err = run(capsys, "update")
    assert (code, "没有写更新包" in err) == (4, True)
    code, _, err = run(capsys, "update", "--back")
    assert (code, "不能由程序自己退回" in err) == (4, True)
    (tmp_path / "x.update").write_bytes(b"x")
    code, _, err = run(capsys, "update", str(tmp_path / "x.update"), "--check")
    assert (code, "不是完整的更新包" in err) == (4, True)
