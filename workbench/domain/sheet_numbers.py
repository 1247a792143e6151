"""Numbers of paper sheets: how they run on, which are printed, and the code that a scanner reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize
from zlib import crc32

from workbench.errors import WorkbenchError

#: More sheets than these are printed in several jobs.
MOST_SHEETS = 2000
#: Digits of a printed number, unless the last one needs more.
DIGITS = 3
#: The keys of a question's options, in their order; 0 is kept for "no answer".
OPTION_KEYS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RUNNING = re.compile(r"^(.*?)(\d+)(\D*)$", re.DOTALL)
_CODE = re.compile(r"^([0-9A-F]{8}):(.+)$")


@dataclass(frozen=True, slots=True)
class SheetRange:
    """Sheets of one questionnaire to be printed: numbers ``first`` to ``last``, ``prefix`` before each.

    ``duplex`` lets every sheet begin on a new leaf when both sides are printed. Raises
    :class:`~workbench.errors.WorkbenchError` for a range that is empty or too long for one job.
    """

    questionnaire: str
    first: int
    last: int
    prefix: str = ""
    duplex: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last:
            raise WorkbenchError(
                "sheet-range",
                f"答卷编号不能从 {self.first} 到 {self.last}。",
                "起始编号至少为 1，且不大于终止编号。",
            )
        if len(self) > MOST_SHEETS:
            raise WorkbenchError(
                "too-many-sheets",
                f"一次最多打印 {MOST_SHEETS} 份，这里是 {len(self)} 份。",
                "请分几次打印，编号接着上一次。",
            )

    def __len__(self) -> int:
        return self.last - self.first + 1

    @property
    def numbers(self) -> Iterator[str]:
        """The numbers as printed: ``GZ-001``, ``GZ-002`` …"""
        return (printed_number(self.prefix, n) for n in range(self.first, self.last + 1))


def printed_number(prefix: str, number: int) -> str:
    """A number as it stands on the sheet; a prefix is set apart by a stroke."""
    return f"{prefix}-{number:0{DIGITS}}" if prefix else f"{number:0{DIGITS}}"


def next_number(number: str) -> str:
    """The number that follows: its last digits one higher, as many of them; without digits, the same."""
    found = _RUNNING.match(number)
    if found is None:
        return number
    head, digits, tail = found.groups()
    return f"{head}{int(digits) + 1:0{len(digits)}}{tail}"


def number_key(number: str) -> tuple[str, int, str]:
    """By this numbers sort as people count: GZ-9 before GZ-10."""
    found = _RUNNING.match(number)
    return (number, 0, "") if found is None else (found[1], int(found[2]), found[3])


def code_of(questionnaire: str, number: str) -> str:
    """What the code on a sheet says: which questionnaire (a check sum of its id), and the number."""
    return f"{_tag(questionnaire)}:{number}"


def read_number(typed: str, questionnaire: str) -> str:
    """The number of a sheet, typed or scanned from its code; full-width signs are normalised.

    Raises :class:`~workbench.errors.WorkbenchError` when the code belongs to another questionnaire.
    """
    text = normalize("NFKC", typed).strip()
    found = _CODE.match(text)
    if found is None:
        return text
    if found[1] != _tag(questionnaire):
        raise WorkbenchError(
            "other-questionnaire",
            f"答卷 {found[2]} 属于另一份问卷。",
            "请换到那份问卷再录入，或改扫本问卷的答卷。",
        )
    return found[2]


def _tag(questionnaire: str) -> str:
    return f"{crc32(questionnaire.encode()):08X}"
