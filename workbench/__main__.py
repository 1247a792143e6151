"""`python -m workbench`: with words the command line, without words the window."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from workbench import installs, paths, preflight

EXIT_NO_DISPLAY = 4
EXIT_INCOMPLETE = 5
HEADLESS_WORDS = ("demo", "--out", "out")
SELF_TEST_FLAG = "--self-test"
#: The system starts the program with it and the file that was double-clicked.
OPEN_FLAG = "--open"
#: What the words of the command line look like; files that do must be opened with the flag.
_COMMAND = re.compile(r"[a-z][a-z-]*|-.*")


def main(argv: Sequence[str] | None = None) -> int:
    """Open the front door that the call asks for and the machine allows; return its exit code."""
    _never_fail_to_print()
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == [SELF_TEST_FLAG]:  # as installers and help desks know it from other programs
        words[0] = SELF_TEST_FLAG.lstrip("-")
    if words == [OPEN_FLAG]:  # a starter that was given no file
        words = []
    files = _files_in(words)
    if words and not files:
        return _enter("workbench.cli", words)
    if files and _handed_to_window(files):
        return 0
    ready = preflight.prepare_qt()
    if ready.missing:
        _say(ready.message)
        return preflight.EXIT_MISSING_LIBRARIES
    if ready.display:
        return _enter("workbench.app", *([files] if files else []))
    if files:
        _say(
            "没有可用的图形显示，不能打开窗口。命令行可用 reopen、defaults import、update、show 打开，见 --help。"
        )
        return EXIT_NO_DISPLAY
    _say("没有可用的图形显示，改为无界面运行：生成示例评价，结果写入 out 文件夹。")
    return _enter("workbench.cli", list(HEADLESS_WORDS))


def _files_in(words: list[str]) -> list[str]:
    """The files that the window shall open; none when the words are for the command line."""
    if words[:1] == [OPEN_FLAG]:
        return words[1:]
    named = [word for word in words if not _COMMAND.fullmatch(word) and Path(word).exists()]
    return named if len(named) == len(words) else []


def _handed_to_window(files: list[str]) -> bool:
    """Whether a window that is open already takes these files."""
    handover = import_module("workbench.services.handover")
    address = handover.address_of(paths.find_paths().settings)
    return cast("bool", handover.ring(address, [Path(one) for one in files]))


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
            # A file or pipe of Windows would get the code page of the machine, where Chinese is lost.
            piped = sys.platform == "win32" and not stream.isatty()
            stream.reconfigure(encoding="utf-8" if piped else None, errors="replace")


def keep_own_file() -> None:
    """While it runs, nobody writes or renames the file of the program: an installer sees by it that it runs.

    Windows does much of it by itself, Wine does not; and the programs that draw previews count too.
    """
    if sys.platform == "win32":
        import ctypes

        reading, others_may_read, existing = 0x80000000, 1, 3
        create = ctypes.windll.kernel32.CreateFileW
        create.restype = ctypes.c_void_p
        create(
            sys.executable, reading, others_may_read, None, existing, 0, None
        )  # open until the process ends


if __name__ == "__main__":
    if getattr(sys, "frozen", False):
        keep_own_file()
        # a frozen program starts itself again as the child that draws previews
        import_module("multiprocessing").freeze_support()
    handed = hand_over()
    sys.exit(main() if handed is None else handed)
