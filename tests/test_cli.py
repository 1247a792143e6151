"""The command line as scripts and help desks use it: words in, lines and exit codes out."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.exporters.paper import page_texts
from tests.helpers import ROOT, LogWatch
from workbench import cli
from workbench.cli.columns import columns, width
from workbench.cli.demo import _sample_folder
from workbench.domain.entities_records import DocumentRequest, Interview
from workbench.exporters import EXPORTERS
from workbench.paths import find_paths, program_version
from workbench.services.parts import assemble
from workbench.ui.pages import PAGES

QIXIA = "12345 政务服务热线购买服务 · 2022（按计票重算）"


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "数据 文件夹"
    monkeypatch.setenv("WORKBENCH_DATA", str(folder))
    return folder


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str) -> Answer:
        code = cli.main(list(words))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture
def qixia(run: Run, data: Path) -> str:
    answer = run("sample", "qixia")
    assert answer.lines == [str(data / QIXIA)]
    return str(data / QIXIA)


# words


def test_help_is_chinese_and_tells_the_exit_codes(run: Run) -> None:
    answer = run("--help")
    assert answer.code == 0
    assert answer.out.startswith("用法：")
    for english in ("usage", "options", "optional", "positional", "show this"):
        assert english not in answer.out
    for code in ("0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "70 ", "130 "):
        assert f"\n  {code}" in answer.out


@pytest.mark.parametrize(
    "command",
    ["forms", "new", "list", "show", "check", "set", "export", "import", "history", "sample", "demo"],
)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    answer = run(command, "--help")
    assert answer.code == 0
    assert answer.out.startswith(f"用法：python -m workbench {command}")
    assert "显示本帮助" in answer.out


def test_version_is_the_projects(run: Run) -> None:
    assert run("--version").out == f"{program_version()}\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "缺少参数：命令"),
        (["飞"], "不能是"),
        (["new", "项目"], "缺少参数：--form"),
        (["new", "项目", "--form"], "--form 后面要跟一个值"),
        (["show"], "缺少参数：文件夹"),
        (["show", "x", "--xml"], "不认识的参数：--xml"),
        (["show", "坏\udcff"], "无法识别的字符"),
    ],
)
def test_wrong_words_are_told_in_chinese(run: Run, words: Sequence[str], told: str) -> None:
    answer = run(*words)
    assert answer.code == 2
    assert told in answer.err
    assert answer.out == ""


# forms and evaluations


def test_forms_are_listed_with_their_faults(run: Run, data: Path) -> None:
    answer = run("forms")
    assert answer.code == 0
    at = next(n for n, line in enumerate(answer.lines) if line.startswith("qixia-2022"))
    assert "16 项指标，100 分" in answer.lines[at]
    assert "最多得 4 分，达不到分值 6 分" in answer.lines[at + 1]
    own = data / "指标体系"
    own.mkdir(parents=True)
    (own / "坏.toml").write_text("total = [", encoding="utf-8")
    listed = {form["id"]: form for form in run("forms", "--json").json}
    assert listed["changde-2021"]["usable"]
    assert not listed["坏"]["usable"]
    assert listed["坏"]["faults"]


def test_a_new_evaluation_is_listed_and_shown_unscored(run: Run, tmp_path: Path) -> None:
    answer = run("new", "某 项目", "--form", "qixia-2022", "--year", "2023")
    assert Path(answer.out.strip()).name == "某 项目"
    assert [line.split() for line in run("list").lines][1] == ["—", "未评完", "某", "项目", "某", "项目"]
    shown = run("show", "某 项目", "--json").json
    assert (shown["project"], shown["year"], shown["total"], shown["grade"]) == (
        "某 项目",
        "2023",
        None,
        None,
    )
    elsewhere = run("new", "另一个", "--form", "qixia-2022", "--at", str(tmp_path / "U 盘"))
    assert elsewhere.out.strip() == str(tmp_path / "U 盘" / "另一个")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["new", "项目", "--form", "没有"], "没有编号为“没有”的指标体系"),
        (["new", "  ", "--form", "qixia-2022"], "请填写项目名称"),
        (["show", "不存在"], "文件夹中没有评价数据"),
        (["check", "不存在"], "文件夹中没有评价数据"),
        (["history", "不存在"], "文件夹中没有评价数据"),
        (["sample", "没有"], "现有的示例：changde"),
    ],
)
def test_a_persons_mistake_is_one_chinese_sentence(run: Run, words: Sequence[str], told: str) -> None:
    answer = run(*words)
    assert answer.code == 4
    assert told in answer.err
    assert answer.out == ""


def test_a_damaged_evaluation_is_told(run: Run, data: Path) -> None:
    (data / "坏").mkdir(parents=True)
    (data / "坏" / "evaluation.db").write_bytes(b"\x00" * 100)
    answer = run("show", "坏")
    assert answer.code == 4
    assert answer.err.startswith("错误：")
    assert "坏" in run("list").out


def test_samples_are_listed_by_key(run: Run) -> None:
    keys = [line.split("　")[0] for line in run("sample").lines[::2]]
    assert keys == ["changde", "panjin", "qixia", "qixia-printed", "shenzhen", "yiyang"]


# show


def test_the_tree_shows_points_scores_and_deductions(run: Run, qixia: str) -> None:
    lines = run("show", qixia).lines
    assert lines[2] == "得分：92.47 / 100 分　等级：优"
    rows = {cells[0]: cells[1:] for line in lines[5:] if (cells := line.split())}
    assert [rows[root][2] for root in "ABCD"] == ["17.50", "16.80", "30.00", "28.17"]
    assert rows["D11"] == ["公众知晓率", "10", "9.01", "0.99", "90.10%"]
    assert rows["B12"][-1] == "已改定"


def test_an_indicator_shows_how_its_score_comes_about(run: Run, qixia: str) -> None:
    out = run("show", qixia, "--indicator", "公众知晓率").out
    assert "86.50% ÷ 96.00% × 10 = 9.010416… → 9.01" in out
    assert "扣 0.99 分：问卷显示公众知晓率低于年度目标 96%。" in out
    assert "公众知晓率为 86.50%" in out


def test_json_holds_exact_numbers_as_text(run: Run, qixia: str) -> None:
    shown = run("show", qixia, "--json").json
    assert shown["total"] == "92.47"
    leaf = next(one for one in shown["indicators"] if one["id"] == "B11")
    assert (leaf["score"], leaf["deducted"]) == ("0.80", "3.20")
    assert [line["points"] for line in leaf["deductions"]] == ["3.2"]
    assert any("20.00%" in line for line in leaf["derivation"])
    assert run("show", qixia, "--indicator", "B11", "--json").json == leaf


def test_an_unknown_indicator_names_those_there_are(run: Run, qixia: str) -> None:
    answer = run("show", qixia, "--indicator", "没有")
    assert answer.code == 4
    assert "D11 公众知晓率" in answer.err


# set


def test_setting_an_input_scores_and_is_in_the_journal(run: Run, qixia: str) -> None:
    answer = run("set", qixia, "A21", "p3", "１。５")
    assert answer.out == "决策 › 绩效目标 › 绩效目标合理性：4.00 / 4 分，总分 92.97\n"
    assert run("show", qixia, "--json").json["total"] == "92.97"
    told = run("history", qixia, "--indicator", "A21").lines
    assert "修改计分项　决策 › 绩效目标 › 绩效目标合理性（p3）" in told[0]
    assert told[1:] == ["    填写值：1 → 1.5"]
    assert run("history", qixia, "--indicator", "A11").out == ""


def test_a_linked_input_counts_as_typed_only_when_asked(run: Run, qixia: str) -> None:
    first = run("set", qixia, "D11", "rate", "85%")
    assert "总分 92.47" in first.out
    assert "加 --manual 以填写值为准" in first.err
    second = run("set", qixia, "D11", "rate", "85%", "--manual")
    assert "8.85 / 10 分，总分 92.31" in second.out
    back = run("set", qixia, "D11", "rate", "")
    assert "总分 92.47" in back.out


def test_a_stage_is_set_told_and_written(run: Run, qixia: str, tmp_path: Path) -> None:
    refused = run("set", qixia, "D11", "复核", "11")
    assert refused.code == 4
    assert "不能超过" in refused.err
    assert run("set", qixia, "D11", "复核", "８.５", "--reason", "复核会意见").code == 0
    told = run("show", qixia, "--derivation", "--indicator", "D11")
    assert "　复核 8.50（-0.51）：复核会意见" in told.lines
    assert any(line.startswith("若本项得满分，总分为") for line in told.lines)
    every = run("show", qixia, "--derivation")
    assert sum(line.startswith("评分标准（") for line in every.lines) == 16
    sheet, pages = tmp_path / "各轮.xlsx", tmp_path / "推导.pdf"
    assert run("export", qixia, "--stages", str(sheet), "--derivation", str(pages)).code == 0
    assert sheet.is_file()
    assert pages.read_bytes().startswith(b"%PDF")


def test_an_override_needs_its_reason(run: Run, qixia: str) -> None:
    refused = run("set", qixia, "A11", "override", "3")
    assert refused.code == 4
    assert "理由" in refused.err
    taken = run("set", qixia, "A11", "override", "3", "--reason", "材料不全")
    assert "3.00 / 4 分" in taken.out
    leaf = run("show", qixia, "--indicator", "A11", "--json").json
    assert (leaf["override"], leaf["override_reason"]) == ("3", "材料不全")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["A11", "p1", "很好"], "不是数字"),
        (["A11", "p1", "1e999"], "科学记数法"),
        (["A11", "p1", "NaN"], "不是数字"),
        (["A11", "p1", "-1"], "不能为负数"),
        (["A11", "p1", "3"], "不能超过本要点的 2 分"),
        (["A11", "p9", "1"], "没有计分项“p9”"),
        (["A11", "override", "5", "--reason", "试"], "不能超过本项分值 4 分"),
        (["过程", "p1", "1"], "没有指标“过程”"),
    ],
)
def test_a_bad_value_is_told_and_nothing_written(
    run: Run, qixia: str, words: Sequence[str], told: str
) -> None:
    answer = run("set", qixia, *words)
    assert answer.code == 4
    assert told in answer.err
    assert run("history", qixia, "--json").json == []


# check


def test_findings_of_error_level_are_an_exit_code(run: Run, data: Path) -> None:
    folder = run("sample", "qixia-printed").out.strip()
    answer = run("check", folder)
    assert answer.code == 1
    assert "86.50%" in answer.out
    assert "总分 92.31 → 92.47" in answer.out
    found = run("check", folder, "--json").json
    errors = {(one["code"], one["total_after"]) for one in found["findings"] if one["severity"] == "error"}
    assert {("K10", "92.47"), ("K08", "91.91"), ("K07", "90.31")} <= errors


def test_warnings_alone_are_no_failure(run: Run) -> None:
    answer = run("check", run("sample", "changde").out.strip())
    assert answer.code == 0
    assert answer.lines[-1].startswith("0 错误")


# export


def test_files_are_written_where_they_were_asked_for(run: Run, qixia: str, tmp_path: Path) -> None:
    sheet, report, word = (tmp_path / name for name in ("评分 表.xlsx", "报告.pdf", "报告.docx"))
    answer = run("export", qixia, "--xlsx", str(sheet), "--pdf", str(report), "--docx", str(word))
    assert (answer.code, answer.lines) == (0, [str(sheet), str(report), str(word)])
    assert zipfile.is_zipfile(word)
    with zipfile.ZipFile(sheet) as parts:
        assert "92.47" in "".join(
            parts.read(name).decode("utf-8") for name in parts.namelist() if name.endswith(".xml")
        )
    assert report.read_bytes().startswith(b"%PDF-")


def test_a_folder_for_exports_may_be_relative(
    run: Run, qixia: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("export", qixia, "--xlsx", "评分表.xlsx", "--out", "交付")
    assert answer.lines == [str(tmp_path / "交付" / "评分表.xlsx")]
    assert run("export", qixia, "--out", "全部").code == 0
    assert len(list((tmp_path / "全部").iterdir())) == len(EXPORTERS)


def test_a_folder_alone_takes_every_kind(run: Run, qixia: str, tmp_path: Path) -> None:
    answer = run("export", qixia, "--out", str(tmp_path / "交付"))
    assert answer.code == 0
    assert {Path(line).name for line in answer.lines} == {path.name for path in (tmp_path / "交付").iterdir()}
    assert len(answer.lines) == len(EXPORTERS)


def test_chosen_kinds_go_into_a_folder(run: Run, qixia: str, tmp_path: Path) -> None:
    answer = run(
        "export", qixia, "--only", "request-list，indicator-papers-docx", "--out", str(tmp_path / "交付")
    )
    assert answer.code == 0
    assert sorted(Path(line).suffix for line in answer.lines) == [".docx", ".pdf"]
    assert "资料清单" in answer.lines[0]
    wrong = run("export", qixia, "--only", "receipts", "--out", str(tmp_path / "无"))
    assert wrong.code != 0
    assert "receipts" in wrong.err
    assert not (tmp_path / "无").exists()


def test_records_are_counted_where_there_are_any(run: Run) -> None:
    panjin = run("sample", "panjin").lines[0]  # a sample without records
    assert not any(line.startswith("记录：") for line in run("show", panjin).lines)
    assert set(run("show", panjin, "--json").json["records"].values()) == {0}
    with contextlib.closing(assemble(find_paths()).catalog.open(Path(panjin))) as opened:
        opened.put_all(
            [
                DocumentRequest(id="r1", name="管理办法", status="已收"),
                DocumentRequest(id="r2", name="可研报告", status="缺失"),
                DocumentRequest(id="r3", name="资产账", status="不适用"),
                Interview(id="t", title="进点座谈"),
            ]
        )
    assert "记录：资料清单 2（已收 1，缺失 1）　座谈 1　现场 0　抽样 0" in run("show", panjin).lines
    assert run("show", panjin, "--json").json["records"]["document_request"] == 3


def test_numbered_sheets_of_a_questionnaire_are_printed(run: Run, qixia: str, tmp_path: Path) -> None:
    target = tmp_path / "问卷.pdf"
    answer = run("export", qixia, "--sheets", str(target), "--numbers", "7-9", "--prefix", "GZ")
    assert (answer.code, answer.lines) == (0, [str(target)])
    numbers = [line for page in page_texts(target.read_bytes()) for line in page.split() if "GZ-" in line]
    assert numbers == ["GZ-007", "GZ-008", "GZ-009"]
    wrong = run("export", qixia, "--sheets", str(target), "--numbers", "一到九")
    assert (wrong.code, "1-200" in wrong.err) == (4, True)
    other = run("export", qixia, "--sheets", str(target), "--numbers", "1", "--questionnaire", "没有")
    assert (other.code, "社会调查问卷" in other.err) == (4, True)


def test_nothing_to_export_is_told(run: Run, qixia: str) -> None:
    answer = run("export", qixia)
    assert answer.code == 4
    assert "--out" in answer.err


def test_a_target_that_cannot_be_written_is_told(run: Run, qixia: str, tmp_path: Path) -> None:
    (tmp_path / "占用").write_text("", encoding="utf-8")
    answer = run("export", qixia, "--xlsx", str(tmp_path / "占用" / "表.xlsx"))
    assert answer.code == 4
    assert answer.err.startswith("错误：导出“评分表”")


# import


@pytest.fixture
def papers(run: Run, qixia: str, tmp_path: Path) -> Path:
    path = tmp_path / "工作 底稿.xlsx"
    assert run("export", qixia, "--papers", str(path)).lines == [str(path)]
    return path


def _edit(papers: Path, old: str, new: str) -> None:
    book = openpyxl.load_workbook(papers)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == old]
    assert cells
    for cell in cells:
        cell.value = new
    book.save(papers)


def test_untouched_papers_change_nothing(run: Run, qixia: str, papers: Path) -> None:
    answer = run("import", qixia, str(papers))
    assert (answer.code, answer.out) == (0, "底稿与当前评价一致，没有需要导入的内容。\n")
    assert run("history", qixia, "--json").json == []


def test_edited_papers_are_previewed_then_imported(run: Run, qixia: str, papers: Path) -> None:
    _edit(papers, "付款申请提交较晚，审批环节多。", "付款申请提交较晚。")
    preview = run("import", qixia, str(papers), "--preview")
    assert "修改 1 项" in preview.out
    assert run("history", qixia, "--json").json == []
    done = run("import", qixia, str(papers))
    assert done.lines[-1] == "已导入，总分 92.47。"
    changes = [change for one in run("history", qixia, "--json").json for change in one["changes"]]
    assert changes == [
        {"field": "原因分析", "before": "付款申请提交较晚，审批环节多。", "after": "付款申请提交较晚。"}
    ]


def test_faulty_papers_are_refused_cell_by_cell(run: Run, qixia: str, papers: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(papers)
    sheet = book["扣分"]
    column = next(cell.column for cell in sheet[1] if str(cell.value).startswith("扣分"))
    sheet.cell(2, column).value = "半分"
    book.save(papers)
    answer = run("import", qixia, str(papers))
    assert answer.code == 4
    assert "扣分" in answer.err
    assert "半分" in answer.err
    assert run("history", qixia, "--json").json == []
    (tmp_path / "空.xlsx").write_bytes(b"")
    assert run("import", qixia, str(tmp_path / "空.xlsx")).code == 4
    assert run("import", qixia, str(tmp_path / "没有.xlsx")).code == 4


# demo


def test_the_whole_job_without_a_display(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "结果 文件夹"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "demo", "--out", str(out)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "得分：92.47 / 100 分　等级：优" in done.stdout
    named = [Path(line.split("　", 1)[1]) for line in done.stdout.split("\n\n", 1)[1].splitlines()]
    assert all(path.exists() for path in named)
    pictures = [path for path in named if path.suffix == ".png"]
    assert [path.stem.partition("-")[2] for path in pictures][-len(PAGES) :] == [page.label for page in PAGES]
    assert pictures[0].name == "0-开始.png"
    for picture in pictures:
        head = picture.read_bytes()[:24]
        assert struct.unpack(">II", head[16:24]) == (1366, 768)
    assert "92.47" in (out / "核验.txt").read_text(encoding="utf-8")


def test_a_second_demo_keeps_to_the_same_evaluation_until_somebody_changes_it(
    run: Run, tmp_path: Path
) -> None:
    parts = assemble(find_paths(), data=tmp_path)
    first = _sample_folder(parts)
    assert _sample_folder(parts) == first
    assert run("set", str(first), "A21", "p3", "1.5").code == 0
    second = _sample_folder(parts)
    assert second != first
    assert _sample_folder(parts) == second
    assert run("show", str(first), "--json").json["total"] == "92.97"


# self-test


def test_the_self_test_passes_and_leaves_its_result_and_files(run: Run, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "自检 结果"
    answer = run("self-test", str(out))
    result = (out / "result.txt").read_text(encoding="utf-8")
    assert answer.code == 0, result
    assert result.splitlines() == answer.lines
    assert answer.lines[-1].startswith("自检通过")
    assert "92.47 分（优）" in result
    assert f"窗口 {len(PAGES) + 1} 页" in result
    for exporter in EXPORTERS.values():
        assert (out / "qixia" / f"{exporter.label}{exporter.suffix}").is_file()
    assert [path.name for path in out.glob("*.wbx")] == ["加密归档包.wbx"]
    assert not list(out.glob(".self-test-*")), "the evaluations of the self-test are gone"
    assert not [path for path in data.glob("*") if not path.name.startswith(".")]


def test_the_self_test_fails_when_a_sample_comes_to_another_total(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources = tmp_path / "resources"
    shutil.copytree(ROOT / "resources", resources, symlinks=True)
    sample = resources / "samples" / "changde.toml"
    stated = sample.read_text(encoding="utf-8")
    sample.write_text(stated.replace('total = "89.00"', 'total = "90.00"'), encoding="utf-8")
    for other in ("panjin", "qixia", "qixia-printed"):
        (resources / "samples" / f"{other}.toml").unlink()
    found = dataclasses.replace(find_paths(), resources=resources)
    monkeypatch.setattr("workbench.paths.find_paths", lambda: found)
    answer = run("self-test", str(tmp_path / "out"))
    assert answer.code == 1
    assert any("得分应为 90.00（良），算出 89.00（良）" in line for line in answer.lines)
    assert answer.lines[-1].startswith("自检未通过")


# the front door itself


def test_an_evaluation_open_elsewhere_is_told(run: Run, qixia: str) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, qixia],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        read = run("show", qixia)
        written = run("set", qixia, "D11", "override", "1", "--reason", "试")
        holder.communicate("\n")
    assert read.code == 0
    assert "92.47" in read.out
    assert "正在另一窗口编辑，以下是刚才保存的内容" in read.err
    assert written.code == 4
    assert "打开" in written.err
    assert run("set", qixia, "D11", "override", "1", "--reason", "试").code == 0


_HOLD = """
import sys
from workbench.paths import find_paths
from workbench.services.parts import assemble
from pathlib import Path
session = assemble(find_paths()).catalog.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
session.close()
"""


def test_a_bug_is_one_line_and_a_log(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch, log_watch: LogWatch
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("of ours")

    log_watch.expect("bug")
    monkeypatch.setattr("workbench.services.catalog.Catalog.list_forms", broken)
    answer = run("forms")
    assert answer.code == 70
    log = data / ".logs" / "workbench.log"
    assert str(log) in answer.err
    assert answer.err.count("\n") == 1
    told = log.read_text(encoding="utf-8")
    assert "tests/test_cli.py" in told
    assert "RuntimeError\n" in told
    assert "of ours" not in told.replace('raise RuntimeError("of ours")', ""), "messages may hold contents"
    assert logging.getLogger("workbench").level == logging.NOTSET


def test_being_interrupted_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.services.catalog.Catalog.list_forms", stopped)
    answer = run("forms")
    assert (answer.code, answer.err) == (130, "已中断。\n")


def test_a_reader_that_has_seen_enough_is_no_error(data: Path, qixia: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "show", qixia],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_a_place_for_the_log_the_work_is_done(run: Run, data: Path) -> None:
    data.mkdir()
    (data / ".logs").write_text("a file in the way", encoding="utf-8")
    assert run("forms").code == 0


def test_columns_count_places_not_characters() -> None:
    assert width("得分 9.01") == 9
    assert columns([("一级", "1"), ("a", "100")], right=(1,)) == ["一级    1", "a     100"]


# sealed archives


def test_a_sealed_archive_by_words(run: Run, qixia: str, data: Path, tmp_path: Path) -> None:
    phrase, other = tmp_path / "密码.txt", tmp_path / "别的.txt"
    phrase.write_text("一句记得住的话！\n", "utf-8")
    other.write_text("另一句记得住的话\r\n", "utf-8")
    made = run("firm-key", "new", "--out", str(tmp_path / "保险柜"), "--password-file", str(other))
    assert made.code == 0
    assert run("firm-key", "use", str(tmp_path / "保险柜" / "机构恢复密钥-公钥.txt")).code == 0
    assert run("firm-key", "use", str(phrase)).code == 4
    path = str(tmp_path / "包.wbx")
    assert run("archive", qixia, path, "--password-file", str(phrase)).code == 0
    wrong = run("verify", path, "--password-file", str(other))
    assert (wrong.code, wrong.err.count("\n")) == (4, 1)
    assert "密码不对" in wrong.err
    assert run("verify", path, "--password-file", str(phrase)).lines == ["归档包与写出时一致。"]
    key = str(tmp_path / "保险柜" / "机构恢复密钥-私钥.wbkey")
    again = run(
        "reopen", path, "--firm-key", key, "--password-file", str(other), "--out", str(tmp_path / "回来")
    )
    assert again.lines == [str(tmp_path / "回来")]
    assert "92.47" in run("show", str(tmp_path / "回来")).out


def test_layout_locks_and_names_of_exported_files(qixia: str, run: Run, tmp_path: Path) -> None:
    out = str(tmp_path / "交付")
    how = ("--layout", "five_columns", "--lock", "--without-empty", "--name", "{文件}_{年度}")
    assert run("export", qixia, "--only", "score-sheet", "--out", out, *how).code == 0
    book = openpyxl.load_workbook(tmp_path / "交付" / "评分表_2022.xlsx")
    assert book["评分表"].protection.sheet
    answer = run("export", qixia, "--only", "score-sheet", "--out", out, "--name", "{项目}")
    assert answer.code == 4
    assert "同名" in answer.err
