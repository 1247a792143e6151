"""`python -m workbench`: with words the command line, without words the window."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from workbench import installs, paths, preflight

EXIT_INCOMPLETE = 5
HEADLESS_WORDS = ("demo", "--out", "out")
SELF_TEST_FLAG = "--self-test"


def main(argv: Sequence[str] | None = None) -> int:
    """Open the front door that the call asks for and the machine allows; return its exit code."""
    _never_fail_to_print()
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == [SELF_TEST_FLAG]:  # as installers and help desks know it from other programs
        words[0] = SELF_TEST_FLAG.lstrip("-")
    if words:
        return _enter("workbench.cli", words)
    ready = preflight.prepare_qt()
    if ready.missing:
        _say(ready.message)
        return preflight.EXIT_MISSING_LIBRARIES
    if ready.display:
        return _enter("workbench.app")
    _say("没有可用的图形显示，改为无界面运行：生成示例评价，结果写入 out 文件夹。")
    return _enter("workbench.cli", list(HEADLESS_WORDS))


def _enter(door: str, *arguments: list[str]) -> int:
    """Call ``main`` of a front door, imported by name so that one does not load the other."""
    try:
        module = import_module(door)
    except ModuleNotFoundError as error:
        if error.name != door:
            raise
        _say(f"程序不完整：缺少模块 {door}。请重新获取完整的程序后再运行。")
        return EXIT_INCOMPLETE
    return cast("Callable[..., int]", module.main)(*arguments)


def hand_over() -> int | None:
    """Let the newer version that an update has put beside this one do everything; its exit code, if there is one."""
    newer = installs.newer_program(Path(sys.executable), paths.program_version())
    if newer is None:
        return None
    call = [str(newer), *sys.argv[1:]]
    environ = installs.clean_environment(os.environ)
    try:
        if os.name == "posix":
            os.execve(newer, call, environ)  # noqa: S606 - the program itself, in a newer version
        return subprocess.call(call, env=environ)  # noqa: S603 - likewise
    except OSError as error:
        _say(f"新版本没有启动（{error.strerror}），改用原来的版本。")
        return None


def _say(text: str) -> None:
    """Tell the person at the terminal, if there is one: a windowed Windows program has none."""
    if sys.stderr is not None:
        print(text, file=sys.stderr)


def _never_fail_to_print() -> None:
    """Replace what a terminal cannot show instead of raising."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    if getattr(sys, "frozen", False):
        # a frozen program starts itself again as the child that draws previews
        import_module("multiprocessing").freeze_support()
    handed = hand_over()
    sys.exit(main() if handed is None else handed)
