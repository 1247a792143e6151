"""Every failure a user may be told: a code, where and what happened, what to do."""

from __future__ import annotations

from dataclasses import dataclass


class WorkbenchError(Exception):
    """A fault of the world or of the input, told to the user in one Chinese sentence.

    ``code`` names the kind of failure for help desks and exit codes, ``what`` says where and
    what happened, ``remedy`` says what to do next.
    """

    def __init__(self, code: str, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}{self.remedy}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one place in an outside input (a form, a workbook): place, what, remedy, all Chinese."""

    place: str
    what: str
    remedy: str = ""
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.place}：{self.what}{self.remedy}"


class InputRefused(WorkbenchError):
    """An outside input with every fault listed; nothing of it was taken over."""

    def __init__(self, what: str, faults: tuple[Fault, ...]) -> None:
        super().__init__("input-refused", what, "请按下列各条修改后重试；未写入任何内容。")
        self.faults = faults
