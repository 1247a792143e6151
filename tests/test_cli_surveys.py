"""``survey import``, ``survey show`` and ``survey results``, as a person or a script calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.cli import main

ROWS = """序号,提交答卷时间,1、您对服务是否满意？（单选题）,2、改进方面（多选题）,3、来电次数,4、建议
1,2022/11/24,1.非常满意,速度┋态度,3,多派些人手来接听热线
2,2022/11/24,3.一般,速度,12,说话可以再客气一些
3,2022/11/24,1.非常满意,,5,
4,2022/11/24,2.比较满意,速度┋态度,12,
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "数据"))
    assert main(["new", "热线评价", "--form", "national-annex2"]) == 0
    return Path(capsys.readouterr().out.strip())


def export(path: Path, text: str = ROWS, encoding: str = "gbk") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_a_file_is_previewed_imported_and_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = export(tmp_path / "导出.csv")
    asked = ["survey", "import", str(folder), str(path), "--new", "来电群众问卷"]
    assert main([*asked, "--preview"]) == 0
    told = capsys.readouterr()
    assert "“导出.csv”有 4 份答卷，将导入 4 份（有效 4 份）。" in told.out
    assert "C 列“1、您对服务是否满意？（单选题）” → 题目“您对服务是否满意？”" in told.out
    assert "不导入 1 列：提交答卷时间" in told.out
    assert "没有写入" in told.err
    assert main(asked) == 0
    assert "已导入 4 份。" in capsys.readouterr().out

    assert main(["survey", "show", str(folder), "--json"]) == 0
    mine = next(one for one in json.loads(capsys.readouterr().out) if one["title"] == "来电群众问卷")
    assert (mine["way"], mine["valid"], mine["issued"]) == ("导入文件", 4, None)
    assert main(["survey", "show", str(folder)]) == 0
    assert "来电群众问卷（未写对象）　导入文件　发放 不明　回收 4　有效 4" in capsys.readouterr().out

    wanted = ["survey", "results", str(folder), "--questionnaire", "来电群众问卷"]
    assert main(wanted) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "   非常满意　2　50.00%" in lines
    assert "   占比的分母：作答 3 人（另有 1 份未答）" in lines
    assert "   4 个数，平均 8，中位数 8.5" in lines
    assert "   未归类 2 条，共 2 条" in lines
    assert main([*wanted, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert [o["count"] for o in found["questions"][1]["options"]] == ["3", "2"]
    assert found["questions"][1]["blank"] == 1


def test_impossible_answers_end_with_every_place(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = export(tmp_path / "a.csv")
    assert main(["survey", "import", str(folder), str(first), "--new", "来电群众问卷"]) == 0
    wrong = ROWS.replace("1,2022", "5,2022").replace("2.比较满意", "还行").split("\n")
    path = export(tmp_path / "b.csv", "\n".join([wrong[0], wrong[1], wrong[4], ""]))
    capsys.readouterr()
    asked = ["survey", "import", str(folder), str(path), "--questionnaire", "来电群众问卷"]
    assert main(asked) == 4
    told = capsys.readouterr().err
    assert "第 3 行 C 列：“还行”不是本题的选项（非常满意、比较满意、一般）。" in told
    assert "第 3 行 A 列：答卷 4 已经导入过。" in told
    assert main([*asked, "--unclear", "--first-only"]) == 0
    assert "已导入 1 份。" in capsys.readouterr().out


def test_a_questionnaire_has_to_be_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = export(tmp_path / "a.csv")
    assert main(["survey", "import", str(folder), str(path), "--questionnaire", "没有这份"]) == 4
    assert "--new" in capsys.readouterr().err


def test_results_of_typed_counts_show_their_derivation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "数据"))
    assert main(["sample", "qixia"]) == 0
    folder = capsys.readouterr().out.strip()
    assert main(["survey", "results", folder]) == 0
    told = capsys.readouterr().out
    assert "公众知晓率 = (10×100% + 8×80% + 1×60% + 1×30% + 0×0%) ÷ 20 = 86.50%" in told
    assert "95% 置信区间 65.7%–95.5%" in told
