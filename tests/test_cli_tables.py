"""``forms import`` and ``forms export`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.importers.tables import HEADER, ROWS, book
from workbench import cli


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "数据"
    monkeypatch.setenv("WORKBENCH_DATA", str(folder))
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.main(list(words))
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


def test_export_then_import(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "栖霞.xlsx"
    assert run(capsys, "forms", "export", "qixia-2022", str(path)) == (0, f"{path}\n", "")
    code, out, err = run(capsys, "forms", "import", str(path))
    assert code == 0
    assert out.splitlines()[-1] == str(data / "指标体系" / "qixia-2022-2.toml")
    assert "编号已被占用，改为“qixia-2022-2”" in err
    assert "按评分标准最多得 4 分，达不到分值 6 分" in out
    assert "qixia-2022-2" in run(capsys, "forms")[1]


def test_a_preview_lists_what_is_left_to_judgement(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [HEADER, *ROWS[:3], ["效益", "满意度", "群众满意度", 30, "综合评价"]]
    path = book(tmp_path / "表.xlsx", rows)
    code, out, err = run(capsys, "forms", "import", "--preview", str(path))
    assert code == 0
    assert "计分方式：3 项可以执行，1 项由评价人判断" in out
    assert "“评分表”表 E5　未识别为规则：没有写怎样计分" in out
    assert "预览，没有保存。" in err
    assert not (data / "指标体系").exists()
    told = json.loads(run(capsys, "forms", "import", "--preview", "--json", str(path))[1])
    assert told["path"] is None
    assert [one["rule"] for one in told["indicators"]] == ["评价要点", "比率法", "按次扣分", "评价人判断"]


def test_out_id_and_replace(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = book(tmp_path / "表.xlsx", [HEADER, *ROWS])
    words = ("forms", "import", str(path), "--out", str(tmp_path / "存"), "--id", "甲市")
    assert run(capsys, *words)[1].splitlines()[-1] == str(tmp_path / "存" / "甲市.toml")
    assert run(capsys, *words)[1].splitlines()[-1] == str(tmp_path / "存" / "甲市-2.toml")
    assert run(capsys, *words, "--replace")[1].splitlines()[-1] == str(tmp_path / "存" / "甲市.toml")
    assert not (data / "指标体系").exists()


def test_a_broken_table_is_refused_with_every_cell(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [HEADER, *(list(row) for row in ROWS)]
    rows[1][3], rows[2][3] = "二十", -1
    code, out, err = run(capsys, "forms", "import", str(book(tmp_path / "表.xlsx", rows)))
    assert (code, out) == (4, "")
    assert "“表.xlsx”有 2 处问题，没有导入。" in err
    assert "“评分表”表 D2：分值“二十”不是一个数字。" in err
    assert "“评分表”表 D3：分值为负数（-1）。" in err
    assert not (data / "指标体系").exists()


@pytest.mark.parametrize("name", ["import", "export"])
def test_help_is_chinese(name: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "forms", name, "--help")
    assert code == 0
    assert out.startswith(f"用法：python -m workbench forms {name}")
    assert "options" not in out
