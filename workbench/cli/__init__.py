"""The command line: the same services without a window, for scripts and help desks."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench import paths
from workbench.cli import (
    archive,
    bureau,
    commands,
    defaults,
    demo,
    forms,
    paper,
    password,
    review,
    self_test,
    surveys,
    tables,
    update,
)
from workbench.cli.desk import Desk
from workbench.cli.words import EXIT_USAGE, Parser
from workbench.errors import InputRefused, WorkbenchError
from workbench.services import logs
from workbench.services.diagnosis import Diagnosis
from workbench.services.parts import assemble, local_now
from workbench.store import scratch

#: How the program is called: an installed one has its own name.
PROGRAM = "workbench" if getattr(sys, "frozen", False) else "python -m workbench"
EXIT_DONE = 0
EXIT_MISTAKE = 4
EXIT_BUG = 70
EXIT_INTERRUPTED = 130

#: Exit codes as the help tells them.
EXIT_CODES = """\
退出码：
  0    完成
  1    check：有未放行的错误级发现；review：有错误；self-test：不合格
  2    参数有误
  3    缺少系统图形库
  4    不能照办：找不到、打不开、内容有误、磁盘不可写等，一行说明原因和办法
  5    程序不完整，缺少模块
  70   程序内部错误，详情写入日志
  130  被中断（Ctrl+C）"""

Command = Callable[[Desk, Namespace], int]
_log = logging.getLogger(__name__)


def parser() -> Parser:
    """Every command with its arguments."""
    top = Parser(PROGRAM, "现场评价工作台的命令行。不带参数则打开窗口。", EXIT_CODES)
    top.add_argument("--version", action="version", version=paths.program_version(), help="显示版本号")
    added = top.add_subparsers(title="命令", metavar="命令", dest="command", required=True)

    def add(name: str, run: Command, about: str) -> Parser:
        made: Parser = added.add_parser(name, help=about, description=about, prog=f"{PROGRAM} {name}")
        made.set_defaults(run=run)
        return made

    made = add("forms", commands.forms, "列出指标体系和其中的问题；从 Excel 导入、导出到 Excel")
    _json(made)
    _tables(made)

    made = add("new", commands.new, "按指标体系新建评价，输出其文件夹")
    made.add_argument("name", metavar="项目名称")
    made.add_argument("--form", required=True, metavar="编号", help="指标体系编号，见 forms")
    made.add_argument("--year", default="", metavar="年度", help="评价年度")
    made.add_argument("--at", default="", metavar="目录", help="建在哪个目录，不写为数据文件夹")

    made = add("list", commands.list_evaluations, "列出数据文件夹中的评价")
    _json(made)

    made = add("show", commands.show_evaluation, "显示得分、扣分和计算过程")
    _folder(made)
    made.add_argument(
        "--indicator", default="", metavar="指标", help="只看一个指标（编号或名称），列出计算过程"
    )
    made.add_argument(
        "--derivation",
        action="store_true",
        help="列出每个指标的计分推导：标准、取数、计算、取整、对总分的影响",
    )
    _json(made)

    made = add("check", commands.check, "核验，列出发现；有未放行的错误则退出码为 1")
    _folder(made)
    _json(made)
    _fail_on(made)

    made = add("set", commands.set_value, "填写一个计分项，或改定得分等，并显示新的得分")
    _folder(made)
    made.add_argument("indicator", metavar="指标", help="编号或名称")
    made.add_argument(
        "key",
        metavar="项",
        help=f"计分项的键（如 p1、rate、count），或 {'、'.join(commands.ENTRY_KEYS)}，或轮次（自评、复核、征求意见后）的得分",
    )
    made.add_argument("value", metavar="值", help="如 符合、3.5、86.5%%；写 '' 清空")
    made.add_argument("--manual", action="store_true", help="该项另有取数来源时，以填写值为准")
    made.add_argument("--reason", default="", metavar="理由", help="改定得分、各轮得分的理由")

    _form(add("form", forms.show, "一项评价的指标体系：显示、与原体系比较、改分值"))

    made = add("export", paper.export, "导出评分表、评价报告等，输出写好的文件")
    _folder(made)
    made.add_argument("--xlsx", default="", metavar="文件", help="评分表（Excel）")
    made.add_argument("--pdf", default="", metavar="文件", help="评价报告（PDF）")
    made.add_argument("--docx", default="", metavar="文件", help="评价报告（Word）")
    made.add_argument(
        "--base",
        default="",
        metavar="文件",
        help="Word 文件的底稿（.docx，取其页眉页脚和样式），代替设置中的",
    )
    made.add_argument("--stages", default="", metavar="文件", help="各轮得分表（Excel）")
    made.add_argument("--derivation", default="", metavar="文件", help="计分推导（PDF）")
    made.add_argument("--papers", default="", metavar="文件", help="工作底稿（Excel，改后可再导入）")
    made.add_argument("--checks", default="", metavar="文件", help="核验意见（PDF）")
    made.add_argument("--checks-xlsx", default="", metavar="文件", help="核验意见表（Excel）")
    made.add_argument("--sheets", default="", metavar="文件", help="纸质调查问卷（PDF）")
    made.add_argument(
        "--numbers", default="", metavar="起-止", help="问卷的编号，如 1-200；不写则印一份不编号的"
    )
    made.add_argument("--questionnaire", default="", metavar="问卷", help="哪份问卷；只有一份时不必写")
    made.add_argument("--prefix", default="", metavar="前缀", help="问卷编号的前缀，如 GZ")
    made.add_argument(
        "--only",
        default="",
        metavar="种类",
        help="与 --out 同用，只导出这些种类，逗号分开，如 request-list,interviews,indicator-papers",
    )
    made.add_argument("--out", default="", metavar="目录", help="写到哪个目录；只写目录则导出全部")
    made.add_argument(
        "--layout", default="", metavar="样式", help="评分表样式，如 five_columns，代替指标体系自带的"
    )
    made.add_argument("--lock", action="store_true", help="锁住评分表的公式（没有密码，可随时撤销保护）")
    made.add_argument("--without-empty", action="store_true", help="评分表后没有内容的附表不印")
    made.add_argument(
        "--name", default="", metavar="写法", help="与 --out 同用，文件名的写法，如 '{项目}{年度}_{文件}'"
    )
    _private(made)

    made = add("archive", archive.archive, "写移交归档包：报告、评分表、佐证、评价数据和浏览器里能看的目录")
    _folder(made, "open-")
    made.add_argument("path", metavar="归档包", help="新文件夹；以 .zip 结尾则写压缩包，以 .wbx 结尾则加密")
    _password(made)
    _private(made)

    made = add("verify", archive.verify, "核对归档包；与写出时不同则退出码为 1")
    made.add_argument("path", metavar="归档包", help="文件夹、.zip 或 .wbx")
    _opening(made)

    made = add("reopen", archive.reopen, "由归档包重新建立评价，输出其文件夹")
    made.add_argument("path", metavar="归档包", help="文件夹、.zip 或 .wbx")
    made.add_argument("--out", default="", metavar="文件夹", help="建成哪个文件夹，不写为数据文件夹中同名的")
    _opening(made)

    _passwords(add("password", password.set_password, "评价的密码：设置、更改、取消"))

    _firm_key(add("firm-key", archive.new_firm_key, "机构恢复密钥：忘记密码时打开加密的归档包"))

    _bureau(add("bureau", bureau.fill, "财政局表样：绑定空白表、填写、核对"))

    _defaults(
        add("defaults", defaults.export, "本单位资料：自己的体系、提纲、清单、核验、表样和设置，一个文件带走")
    )

    _surveys(add("survey", surveys.show, "问卷：导入答卷文件、录入进度、结果和计算过程"))

    made = add("import", paper.import_papers, "导入改过的工作底稿，作为可撤销的一步")
    _folder(made)
    made.add_argument("file", metavar="底稿", help="由 export --papers 导出的 Excel 文件")
    made.add_argument("--preview", action="store_true", help="只说会改什么，不写入")

    made = add(
        "review",
        review.review,
        "复核外来的评分表：重算并列出问题和所在单元格，文件不改动；有错误则退出码为 1",
    )
    made.add_argument("file", metavar="评分表", help=".xlsx 或 .docx")
    made.add_argument(
        "report", nargs="?", default="", metavar="报告", help="报告正文：.docx、.txt 或带文字的 .pdf"
    )
    made.add_argument(
        "--out",
        action="append",
        default=[],
        metavar="文件",
        help="写出复核意见表：.pdf、.docx 或 .xlsx，可重复",
    )
    _json(made)
    _fail_on(made)

    made = add("history", commands.history, "列出修改记录：何时、何人、由什么改为什么")
    _folder(made)
    made.add_argument("--indicator", default="", metavar="指标", help="只看一个指标（编号或名称）")
    _json(made)

    made = add("sample", commands.sample, "列出示例，或建立一个示例评价并输出其文件夹")
    made.add_argument("key", nargs="?", default="", metavar="示例", help="示例的键；不写则列出全部")
    made.add_argument("--out", default="", metavar="目录", help="建在哪个目录，不写为数据文件夹")

    made = add("demo", demo.demo, "不用窗口完成整个示例：建立、核验、导出、画出每一页")
    made.add_argument("--out", default="out", metavar="目录", help="写到哪个目录，不写为 out")

    made = add("update", update.update, "用 U 盘或共享文件夹里的更新包更新程序：核对签名、自检，通过才换用")
    made.add_argument("file", nargs="?", default="", metavar="更新包", help="发布者给的更新包")
    made.add_argument("--check", action="store_true", help="只核对签名和适用的机器，不更新")
    made.add_argument("--back", action="store_true", help="退回前一版本（免安装版）")

    made = add("diagnose", diagnose, "写诊断包：日志、版本、设置，不含评价内容和姓名，看过再发送")
    made.add_argument("--out", default="诊断包.zip", metavar="文件", help="写到哪个 .zip，不写为当前目录")

    made = add("self-test", self_test.self_test, "自检：全部体系、示例、导出和窗口；不合格则退出码为 1")
    made.add_argument("folder", nargs="?", default="", metavar="目录", help="结果写到哪里，不写为缓存文件夹")
    return top


def _surveys(made: Parser) -> None:
    """``survey import``, ``survey show`` and ``survey results``."""
    added = made.add_subparsers(title="命令", metavar="命令", dest="part", required=True)

    def add(name: str, run: Command, about: str) -> Parser:
        inner: Parser = added.add_parser(name, help=about, description=about, prog=f"{PROGRAM} survey {name}")
        inner.set_defaults(run=run)
        _folder(inner)
        return inner

    inner = add("import", surveys.import_file, "导入问卷星、腾讯问卷等导出的答卷，作为可撤销的一步")
    inner.add_argument("file", metavar="文件", help="导出的 .xlsx 或 .csv 文件")
    inner.add_argument("--questionnaire", default="", metavar="问卷", help="导入到哪份问卷；只有一份可不写")
    inner.add_argument("--new", default="", metavar="名称", help="按此文件新建一份问卷，权重留待设定")
    inner.add_argument("--sheet", default="", metavar="表", help="工作簿中的哪张表，不写取第一张有数据的")
    inner.add_argument("--preview", action="store_true", help="只说各列如何理解、有哪些问题，不写入")
    inner.add_argument("--unclear", action="store_true", help="不是选项的答案记为无法辨认，不计入比率")
    inner.add_argument("--first-only", action="store_true", help="编号重复的答卷只取第一份")

    _json(add("show", surveys.show, "显示各份问卷的数据来源、份数、录入进度和差错率"))

    inner = add("results", surveys.results, "显示各题结果和计算过程、综合满意度、定稿后的改动")
    inner.add_argument("--questionnaire", default="", metavar="问卷", help="只看一份问卷")
    _json(inner)


def _tables(made: Parser) -> None:
    """``forms import`` and ``forms export``; ``forms`` alone lists."""
    added = made.add_subparsers(title="命令", metavar="命令", dest="table")

    def add(name: str, run: Command, about: str) -> Parser:
        inner: Parser = added.add_parser(name, help=about, description=about, prog=f"{PROGRAM} forms {name}")
        inner.set_defaults(run=run)
        return inner

    inner = add("import", tables.import_table, "把 Excel 指标表存为自己的指标体系，列出各项标准如何理解")
    inner.add_argument("file", metavar="文件", help="指标表（.xlsx、.docx）")
    inner.add_argument("--preview", action="store_true", help="只看如何理解，不保存")
    inner.add_argument("--id", default="", metavar="编号", help="指标体系编号，不写取文件名或模板所写")
    inner.add_argument("--replace", action="store_true", help="替换自己的同编号指标体系")
    inner.add_argument("--out", default="", metavar="目录", help="存到哪个目录，不写为数据文件夹")
    _json(inner)

    inner = add("export", tables.export_table, "把指标体系写成 Excel 模板，改好后可再导入")
    inner.add_argument("id", metavar="编号", help="指标体系编号，见 forms")
    inner.add_argument("file", metavar="文件", help="写到哪个 .xlsx 文件")


def _form(made: Parser) -> None:
    """``form show``, ``form compare`` and ``form set-points``."""
    added = made.add_subparsers(title="命令", metavar="命令", dest="table", required=True)

    def add(name: str, run: Command, about: str) -> Parser:
        inner: Parser = added.add_parser(name, help=about, description=about, prog=f"{PROGRAM} form {name}")
        inner.set_defaults(run=run)
        _folder(inner)
        return inner

    add("show", forms.show, "列出各级指标、分值和合计；有草稿时显示草稿")
    add("compare", forms.compare, "逐条列出与评价建立时的指标体系有何不同")
    inner = add("set-points", forms.set_points, "改分值，列出对已评得分的影响；加 --apply 才应用")
    inner.add_argument("points", nargs="+", metavar="指标=分值", help="如 D11=12 D12=8")
    inner.add_argument("--spread", action="store_true", help="再按比例分配，使各级合计相符")
    inner.add_argument("--apply", action="store_true", help="应用到本评价，作为可撤销的一步")
    inner.add_argument("--reason", default="", metavar="理由", help="修改理由，应用时必填")


def _bureau(made: Parser) -> None:
    """``bureau bind``, ``bureau fill`` and ``bureau compare``."""
    added = made.add_subparsers(title="命令", metavar="命令", dest="table", required=True)

    def add(name: str, run: Command, about: str) -> Parser:
        inner: Parser = added.add_parser(name, help=about, description=about, prog=f"{PROGRAM} bureau {name}")
        inner.set_defaults(run=run)
        return inner

    inner = add("bind", bureau.bind, "认出空白表各格填什么，存为表样")
    inner.add_argument("file", metavar="空白表", help="财政局发来的 .xlsx")
    inner.add_argument("--form", required=True, metavar="编号", help="指标体系编号，见 forms")
    inner.add_argument("--title", default="", metavar="名称", help="表样名称，不写取文件名")
    inner.add_argument("--preview", action="store_true", help="只看如何绑定，不保存")

    inner = add("fill", bureau.fill, "把评价填进表样，其余部分与空白表逐部件相同")
    _folder(inner)
    inner.add_argument("title", metavar="表样")
    inner.add_argument("file", metavar="文件", help="写到哪个 .xlsx 文件")

    inner = add("compare", bureau.compare, "核对填好的表与空白表；绑定以外有不同则退出码为 1")
    inner.add_argument("title", metavar="表样")
    inner.add_argument("file", metavar="文件", help="填好的 .xlsx")


def _defaults(made: Parser) -> None:
    """``defaults export`` and ``defaults import``."""
    added = made.add_subparsers(title="命令", metavar="命令", dest="part", required=True)

    def add(name: str, run: Command, about: str) -> Parser:
        inner: Parser = added.add_parser(
            name, help=about, description=about, prog=f"{PROGRAM} defaults {name}"
        )
        inner.set_defaults(run=run)
        inner.add_argument("file", metavar="文件", help="本单位资料（.wbfirm）")
        return inner

    inner = add("export", defaults.export, "把这台机器上本单位自己的资料写成一个文件")
    inner.add_argument("--firm", default="", metavar="名称", help="单位名称，读入时显示")
    inner = add("import", defaults.take_in, "读入本单位资料，被替换的原文件另存；有问题则一项也不读入")
    inner.add_argument("--preview", action="store_true", help="只说会带来什么，不读入")


def _passwords(made: Parser) -> None:
    """``password set``, ``password change`` and ``password remove``."""
    added = made.add_subparsers(title="命令", metavar="命令", dest="part", required=True)

    def add(name: str, run: Command, about: str) -> Parser:
        inner: Parser = added.add_parser(
            name, help=about, description=about, prog=f"{PROGRAM} password {name}"
        )
        inner.set_defaults(run=run)
        _folder(inner)
        return inner

    def new(inner: Parser) -> None:
        inner.add_argument(
            "--new-password-file",
            default="",
            metavar="文件",
            help="新密码在这个文件的第一行；不写则在终端输入两遍",
        )

    new(add("set", password.set_password, "给评价设密码：数据、佐证和备份都加密，中途断电也不丢失"))
    new(add("change", password.change_password, "改密码"))
    add("remove", password.remove_password, "取消密码，全部改回不加密")


def _firm_key(made: Parser) -> None:
    """``firm-key new`` and ``firm-key use``."""
    added = made.add_subparsers(title="命令", metavar="命令", dest="part", required=True)

    def add(name: str, run: Command, about: str) -> Parser:
        inner: Parser = added.add_parser(
            name, help=about, description=about, prog=f"{PROGRAM} firm-key {name}"
        )
        inner.set_defaults(run=run)
        return inner

    inner = add("new", archive.new_firm_key, "生成一对密钥：私钥由机构保管，公钥发给各台电脑")
    inner.add_argument("--out", default=".", metavar="目录", help="写到哪个目录，不写为当前目录")
    _password(inner)

    inner = add("use", archive.use_firm_key, "把公钥填入本机的设置")
    inner.add_argument("file", metavar="公钥文件")


def _private(made: Parser) -> None:
    made.add_argument(
        "--private", action="store_true", help="不含受访者明细：开放题答案、答卷、录入员、座谈记录都不写出"
    )


def _password(made: Parser) -> None:
    made.add_argument(
        "--password-file", default="", metavar="文件", help="密码在这个文件的第一行；不写则在终端输入"
    )


def _opening(made: Parser) -> None:
    _password(made)
    made.add_argument("--firm-key", default="", metavar="私钥", help="忘记密码时，用机构恢复密钥的私钥打开")


def _folder(made: Parser, prefix: str = "") -> None:
    """The evaluation, and what opens one with a password; ``prefix`` where the usual option means another password."""
    made.add_argument("folder", metavar="文件夹", help="评价的文件夹，或它在数据文件夹中的名称")
    made.add_argument(
        f"--{prefix}password-file",
        dest="unlock_file",
        default="",
        metavar="文件",
        help="设有密码的评价：密码在这个文件的第一行；不写则在终端输入",
    )
    made.add_argument(
        f"--{prefix}firm-key",
        dest="unlock_key",
        default="",
        metavar="私钥",
        help="忘记评价的密码时，用机构恢复密钥的私钥打开",
    )


def _fail_on(made: Parser) -> None:
    made.add_argument(
        "--fail-on",
        choices=tuple(commands.EXIT_BY),
        default="error",
        help="最重到哪一级就以非零退出：error 错误 1，warning 警告 3，notice 提示 4；默认只看错误",
    )


def _json(made: Parser) -> None:
    made.add_argument("--json", action="store_true", help="输出 JSON（数字写成文字，不失精度）")


def diagnose(desk: Desk, words: Namespace) -> int:
    """Write the package for maintainers and say where it is."""
    about = f"现场评价工作台 {paths.program_version()}"
    diagnosis = Diagnosis(paths.find_paths().logs, desk.parts.settings, about)
    desk.say(str(diagnosis.write(Path(words.out).expanduser().absolute(), local_now())))
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a person's mistake is told in one Chinese line."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        asked = parser().parse_args(words)
    except SystemExit as end:  # argparse has said everything
        return end.code if isinstance(end.code, int) else EXIT_USAGE
    if any(not _is_text(word) for word in words):
        _tell("参数有误：含有无法识别的字符，请检查终端的编码。")
        return EXIT_USAGE
    found = paths.find_paths()
    with logs.kept(found.logs) as log:
        scratch.sweep()
        return _guarded(lambda: int(asked.run(_desk(found, asked), asked)), log)


def _desk(found: paths.Paths, asked: Namespace) -> Desk:
    return Desk(
        assemble(found, install=paths.find_install()),
        getattr(asked, "unlock_file", ""),
        getattr(asked, "unlock_key", ""),
    )


def _guarded(run: Callable[[], int], log: Path | None) -> int:
    try:
        code = run()
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except InputRefused as error:
        _tell(f"错误：{error.what}", *(f"  · {fault}" for fault in error.faults), error.remedy)
        return EXIT_MISTAKE
    except WorkbenchError as error:
        _tell(f"错误：{error}")
        return EXIT_MISTAKE
    except KeyboardInterrupt:
        _tell("已中断。")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough; nothing may be written any more.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except Exception as error:  # noqa: BLE001 - a front door: a bug becomes a sentence and a log line
        _log.exception("bug")
        where = f"详情见日志：{log}" if log is not None else "日志无法写入"
        _tell(f"程序内部错误（{type(error).__name__}），已保存的内容不受影响。{where}。请告诉软件维护人员。")
        return EXIT_BUG


def _is_text(word: str) -> bool:
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _tell(*lines: str) -> None:
    if sys.stderr is not None:
        for line in filter(None, lines):
            print(line, file=sys.stderr)
