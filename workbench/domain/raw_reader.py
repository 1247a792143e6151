"""Raw data read with care: every wrong value becomes a fault with its place, none stops the reading."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workbench.domain.rules.params import BadParam, number_of
from workbench.errors import Fault

MAX_TEXT = 20_000


class RawReader:
    """Reads plain values and collects what is wrong with them."""

    def __init__(self) -> None:
        self.fatal: list[Fault] = []
        """What prevents scoring."""
        self.notes: list[Fault] = []
        """What does not prevent it."""

    def refuse(self, place: str, what: str, remedy: str = "") -> None:
        """A fault that prevents scoring."""
        self.fatal.append(Fault(place, what, remedy))

    def note(self, place: str, what: str, remedy: str = "") -> None:
        """A fault that does not."""
        self.notes.append(Fault(place, what, remedy, fatal=False))

    def text(
        self, raw: Mapping[str, Any], key: str, label: str, *, place: str = "", required: bool = False
    ) -> str:
        """A text without blanks around; empty after a fault."""
        value = raw.get(key, "")
        where = place or label
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            self.refuse(where, f"{label}（{key}）应为文字。", "请加引号写成文字。")
            return ""
        text = str(value).strip()
        if len(text) > MAX_TEXT:
            self.refuse(where, f"{label}超过 {MAX_TEXT} 字。", "请精简。")
            return ""
        if required and not text:
            self.refuse(where, f"没有写{label}（{key}）。", "请补上。")
        return text

    def entries(self, raw: Mapping[str, Any], key: str, place: str) -> list[tuple[int, Mapping[str, Any]]]:
        """The tables of an array with their numbers from 1; what is not a table is refused."""
        value = raw.get(key, [])
        if not isinstance(value, list | tuple):
            self.refuse(place, f"{key} 应为若干条的列表。", f"请写成 [[{key}]]。")
            return []
        found = []
        for number, entry in enumerate(value, 1):
            if isinstance(entry, Mapping):
                found.append((number, entry))
            else:
                self.refuse(f"{place}第 {number} 条", "不是一组数据。", f"请写成 [[{key}]]。")
        return found

    def number(self, value: Any, place: str, label: str) -> Decimal | None:
        """A number that is not negative; nothing after a fault."""
        try:
            number = number_of(value)
        except BadParam as error:
            self.refuse(place, f"{label}{error}。" if not str(error).endswith("。") else f"{label}{error}")
            return None
        if number < 0:
            self.refuse(place, f"{label}为负数（{number}）。", "请改为不小于 0 的数字。")
            return None
        return number

    def one_of(
        self, entry: Mapping[str, Any], key: str, label: str, choices: tuple[str, ...], place: str
    ) -> str:
        """One of the choices; the first where nothing is said, and after a fault."""
        value = self.text(entry, key, label, place=place) or choices[0]
        if value not in choices:
            self.refuse(place, f"{label}（{key}）“{value}”不对。", f"只能是：{'、'.join(choices)}。")
            return choices[0]
        return value
