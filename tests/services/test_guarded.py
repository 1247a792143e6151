"""Whatever a file does to its reader, the reader's process alone bears it, and a sentence names the file."""

from __future__ import annotations

import ctypes
import os
import pickle
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers import LogWatch
from tests.services import hostile_readers as hostile
from workbench import cli
from workbench.errors import InputRefused, WorkbenchError
from workbench.services import guarded as module
from workbench.services import outside_sheets
from workbench.services.guarded import guarded
from workbench.services.guarded_process import REFUSAL, RESULT, result_of
from workbench.services.jobs import Cancelled
from workbench.services.modesty import MEMORY, ExtendedLimits, limits_of

FILE = Path("来稿.xlsx")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")


def refused(reader: object, *arguments: object, **ways: object) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as told:
        guarded(reader, FILE, *arguments, **ways)  # type: ignore[arg-type]
    assert "来稿.xlsx" in told.value.what
    return told.value


def test_a_file_is_read_elsewhere_and_its_values_come_back() -> None:
    heard: list[tuple[int, int, str]] = []
    found = guarded(
        hostile.reads, FILE, Decimal("1.5"), progress=lambda *word: heard.append(word), heard=True
    )
    assert found == ("来稿.xlsx", Decimal("3.0"))
    assert (1, 2, "读一半") in heard


def test_one_child_reads_one_file_after_the_other() -> None:
    first = guarded(hostile.process_of, FILE)
    assert first != os.getpid()
    assert guarded(hostile.process_of, FILE) == first


def test_a_child_that_went_meanwhile_is_replaced() -> None:
    first = guarded(hostile.process_of, FILE)
    (child,) = module._resting[module.TIME_LIMIT, MEMORY]
    child._process.kill()  # type: ignore[union-attr]
    child._process.join()  # type: ignore[union-attr]
    assert guarded(hostile.process_of, FILE) != first


def test_refusals_come_back_word_by_word() -> None:
    with pytest.raises(InputRefused) as told:
        guarded(hostile.refuses, FILE)
    assert told.value.what == "“来稿.xlsx”不能使用。"
    (fault,) = told.value.faults
    assert (fault.place, fault.what, fault.remedy, fault.fatal) == ("B3", "不是数。", "请改。", False)
    with pytest.raises(WorkbenchError) as other:
        guarded(hostile.refuses_in_a_word, FILE)
    assert (other.value.code, other.value.what, other.value.remedy) == ("bad-workbook", "坏了。", "请换。")


@LINUX
def test_a_child_is_limited() -> None:
    assert guarded(hostile.limits, FILE) == (MEMORY, 0)


@LINUX
def test_a_bomb_meets_the_limit_of_memory() -> None:
    assert refused(hostile.eats_memory, memory=600_000_000).code == "too-large-to-read"


def test_an_endless_loop_is_ended() -> None:
    began = time.monotonic()
    assert refused(hostile.loops, time_limit=0.5).code == "takes-too-long"
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("reader", [hostile.crashes, hostile.aborts, hostile.goes])
def test_a_crash_is_told(reader: object, capfd: pytest.CaptureFixture[str]) -> None:
    assert refused(reader).code == "reader-died"
    assert guarded(hostile.process_of, FILE) != os.getpid(), "the next file is read as ever"
    capfd.readouterr()


def test_a_bug_is_told_in_words_and_logged_without_contents(log_watch: LogWatch) -> None:
    log_watch.expect("a reader failed")
    error = refused(hostile.stumbles)
    assert error.code == "not-understood"
    assert "李某某" not in str(error)


@pytest.mark.parametrize("reader", [hostile.brings_foreign])
def test_what_is_no_value_is_not_taken(reader: object) -> None:
    assert refused(reader).code == "reader-died"


def test_what_cannot_be_packed_is_a_bug(log_watch: LogWatch) -> None:
    log_watch.expect("a reader failed")
    assert refused(hostile.brings_a_function).code == "not-understood"


class _Calls:
    def __init__(self, call: object, *arguments: object) -> None:
        self._made = (call, arguments)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self._made


@pytest.mark.parametrize(
    "garbage",
    [
        RESULT + b"\x80\x05garbage",
        RESULT,
        b"",
        b"?what",
        REFUSAL + b"[1",
        REFUSAL + b'["a", [{"place": 1}]]',
        b"p[1]",
        RESULT + pickle.dumps(_Calls(os.getcwd)),
        RESULT + pickle.dumps(_Calls(getattr, "x", "upper")),
    ],
)
def test_garbage_from_a_child_is_no_answer(garbage: bytes) -> None:
    assert refused(hostile.babbles, garbage, heard=True).code == "reader-died"


def test_a_result_calls_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made"
    for call in (_Calls(subprocess.getoutput, f"touch {made}"), _Calls(eval, f"open({str(made)!r}, 'w')")):
        with pytest.raises(pickle.UnpicklingError):
            result_of(pickle.dumps(call))
    assert not made.exists()


def test_a_result_that_is_too_large_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RESULT", 1_000_000)
    assert refused(hostile.brings_too_much).code == "reader-died"


def test_whoever_stops_waits_no_longer() -> None:
    asked = 0

    def stop(_done: int, _total: int, _what: str) -> None:
        nonlocal asked
        asked += 1
        if asked > 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        guarded(hostile.loops, FILE, progress=stop)
    assert guarded(hostile.process_of, FILE)


def test_the_limits_of_windows_are_laid_out_as_it_reads_them() -> None:
    assert ctypes.sizeof(ExtendedLimits) == (144 if ctypes.sizeof(ctypes.c_void_p) == 8 else 112)
    assert (limits_of(7).process_memory, limits_of(7).basic.flags) == (7, 0x2500)


def test_the_command_line_says_it_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(outside_sheets, "open_outside", hostile.crashes)
    sheet = tmp_path / "来稿.xlsx"
    sheet.write_bytes(b"x")
    assert cli.main(["review", str(sheet)]) != 0
    assert "“来稿.xlsx”使读取程序意外中止" in "".join(capfd.readouterr())
