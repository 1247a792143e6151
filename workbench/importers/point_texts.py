"""Points as people write them: in a cell, or in brackets behind a name."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from workbench.domain.amounts import NotANumber, parse_number
from workbench.importers.sheet_rows import Cell

#: No indicator has more points than this; a larger number in brackets is a year or part of the name.
MOST_POINTS = 1000
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_BROKEN = re.compile(r"\d\s+[\d.]|\.\s+\d")
_WORDS = re.compile(r"(?:分值|权重|满分|共|计)?[:为]?(.*?)(?:分|points?)?", re.IGNORECASE | re.DOTALL)
_BRACKET = re.compile(
    r"(?P<name>.*\S)\s*[(\[【{〔]\s*(?:分值|权重|满分|共)?[::]?\s*(?P<number>\d[\d\s.]*?)\s*(?P<unit>分|%)?\s*(?:[)\]】}〕]|$)\s*",
    re.DOTALL,
)
_TRAILING = re.compile(r"(?P<name>.*\D)[\s,:-]*?(?P<number>\d+(?:\.\d+)?)\s*分", re.DOTALL)
_NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d{1,2}[、．]|\d{1,2}\.(?!\d))\s*"
)


class BadPoints(ValueError):
    """Points that can't be read: what is wrong and what to do, Chinese sentences."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


def read_points(cell: Cell) -> tuple[Decimal | None, bool]:
    """The points of a cell, and whether blanks inside the number were passed over (``8.8 5``).

    A percentage is a share of one (``20%`` is 0.2). Raises :class:`BadPoints`.
    """
    if cell.kind == "error":
        raise BadPoints(f"分值是错误值 {cell.text}。", "请改正公式，或直接填写分数。")
    if cell.kind == "formula":
        raise BadPoints(
            "分值是没有算出结果的公式。", "请用表格软件打开并保存一次，或直接填写分数，然后重新导入。"
        )
    if cell.kind == "date":
        raise BadPoints(f"分值被当作日期（{cell.text}）。", "请把单元格格式改为数值或文本后重新填写分数。")
    if cell.kind == "flag":
        raise BadPoints("分值是“是／否”。", "请填写分数。")
    text = unicodedata.normalize("NFKC", cell.text).strip()
    if text in {"", "-", "--", "—", "——", "/", "\\"}:
        return None, False
    found = _WORDS.fullmatch(_BLANKS.sub("", text).strip("()[]【】"))
    number = found[1] if found else ""
    try:
        value = parse_number(number)
    except NotANumber as error:
        shown = " ".join(cell.text.split())[:30]
        raise BadPoints(f"分值“{shown}”不是一个数字。", "请只写分数，如 4 或 3.5。") from error
    if value < 0:
        raise BadPoints(f"分值为负数（{number}）。", "请改为大于 0 的分数。")
    return value, bool(_BROKEN.search(text))


def is_share(cell: Cell) -> bool:
    """Whether the cell holds a percentage and so a share of the total, not points."""
    return cell.kind == "percent" or unicodedata.normalize("NFKC", cell.text).strip().endswith("%")


def named_points(text: str) -> tuple[str, Decimal | None]:
    """``资金管理（14）`` → the name and its points; without points in brackets the whole name.

    Brackets may be half or full width or left open at the end; ``决策20分`` counts too, and a
    percentage is read as points of 100.
    """
    half = unicodedata.normalize("NFKC", text)
    found = _BRACKET.fullmatch(half) or _TRAILING.fullmatch(half)
    if found is None:
        return tidy_name(text), None
    value = Decimal(_BLANKS.sub("", found["number"])) if _is_number(found["number"]) else None
    if value is None or value > MOST_POINTS:
        return tidy_name(text), None
    # NFKC may change lengths, so the name is cut from the text at its own last bracket or number.
    name = text
    for mark in "（(【[〔{":
        head, sep, tail = text.rpartition(mark)
        if sep and re.search(r"\d|[０-９]", tail):
            name = head
            break
    else:
        name = re.sub(r"[\s,，:：-]*[\d０-９]+(?:[.．][\d０-９]+)?\s*分\s*$", "", text)
    return tidy_name(name), value


def says_points(text: str) -> bool:
    """Whether the number behind a name is called points (``14分``) and can be nothing else."""
    return re.search(r"分\s*[)\]】}〕]?\s*$", unicodedata.normalize("NFKC", text)) is not None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d{1,6}(?:\.\d{1,4})?", _BLANKS.sub("", text)) is not None


def tidy_name(text: str) -> str:
    """A name without line breaks, blanks inside Chinese, and numbering in front (一、 1．)."""
    joined = re.sub(r"\s*\n\s*", "", text.strip())
    joined = re.sub(r"(?<=[\u2e80-\uffef])[ \t\u3000]+(?=[\u2e80-\uffef])", "", joined)
    return _NUMBERED.sub("", joined, count=1) if _NUMBERED.match(joined) else joined
