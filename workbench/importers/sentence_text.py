"""A standard's text made comparable: wrapped lines joined, half width, its numbered items parted."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WIDE = {
    **dict(zip("０１２３４５６７８９", "0123456789", strict=True)),
    **dict(zip("（）％，；：．＝／＋－～＞＜﹪　", "()%,;:.=/+-~><% ", strict=True)),
    **dict.fromkeys("×✕✖＊·", "*"),
    **dict.fromkeys("÷∕", "/"),
    **dict.fromkeys("≧⩾", "≥"),
    **dict.fromkeys("≦⩽", "≤"),
    "\xa0": " ",
    "、": "、",
}
_HALF = str.maketrans(_WIDE)
_NUMBERING = r"(?:[①-⑳]|[(（]\d{1,2}[)）]|\d{1,2}[.．、)）](?!\d)|[(（][一二三四五六七八九十]{1,2}[)）])"
_STARTS = re.compile(rf"\s*{_NUMBERING}")
_ENDED = re.compile(r"(?:[。；;：:！？]|分[)）]|[)）])\s*$")
_MARKS = re.compile(
    r"[,，;。\s]*(?:[(\[【]\s*(?:得|计|占|共|满分)?\s*(?P<a>\d+(?:\.\d+)?)\s*分\s*[)\]】]"
    r"|[,，](?:得|计|占|为)\s*(?P<b>\d+(?:\.\d+)?)\s*分)(?P<after>.*)$",
    re.DOTALL,
)
_OTHERWISE = re.compile(
    r"^[,，;；。\s]*(?:(?:否则|不符合|没有|反之|未做到)[^,，;。]{0,6}(?:不得分|得?0分))?[\s,;；。.]*$"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One 评价要点: its text, its points as written (or nothing), and what follows the points."""

    text: str
    marks: str
    rest: str


def unwrapped(text: str) -> str:
    """Line breaks that Word put inside a sentence are taken out; those that part items stay."""
    lines = [re.sub(r"[ \t\u3000\xa0]+", " ", line).strip() for line in text.split("\n")]
    found: list[str] = []
    for line in filter(None, lines):
        goes_on = bool(found) and not _ENDED.search(found[-1]) and not _STARTS.match(line)
        if goes_on and not re.match(r"[^,，。;；]{0,12}[:：=＝]", line):
            found[-1] += line
        else:
            found.append(line)
    return "\n".join(found)


def flat(text: str) -> str:
    """Half width, one sign for each meaning, no blanks between Chinese and digits."""
    half = text.translate(_HALF)
    half = re.sub(r"(?<=[^A-Za-z0-9\n]) +| +(?=[^A-Za-z0-9\n])", "", half)
    half = re.sub(r"(?<=\d) +(?=\d)|(?<=\d) +(?=\.)|(?<=\.) +(?=\d)", "", half)
    return half.replace("得分为:", "得分=").replace("得分为=", "得分=").replace("得分:", "得分=")


def items_of(text: str) -> list[Item]:
    """The numbered items of a flat text, or the one unnumbered item behind 评价要点 that has points."""
    marks = [m for m in re.finditer(_NUMBERING, text) if _opens(text, m.start())]
    starts = _consecutive(marks)
    if not starts:
        body = re.sub(r"^评价要点:?(?:\([^)]*\))?", "", text).strip()
        single = _item(body) if body else None
        alone = single is not None and single.marks and len(re.findall(r"\d分", body)) == 1
        return [single] if single is not None and alone else []
    ends = [m.start() for m in starts[1:]] + [len(text)]
    return [_item(text[m.end() : end]) for m, end in zip(starts, ends, strict=True)]


def _opens(text: str, at: int) -> bool:
    return at == 0 or "①" <= text[at] <= "⑳" or text[at - 1] in "\n;:。,) "


def _consecutive(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    """The marks that count 1, 2, 3 … from the first."""
    found: list[re.Match[str]] = []
    for mark in marks:
        if _value(mark[0]) == len(found) + 1:
            found.append(mark)
    return found


def _value(mark: str) -> int:
    digits = re.sub(r"\D", "", mark)
    if digits:
        return int(digits)
    if "①" <= mark[0] <= "⑳":
        return ord(mark[0]) - ord("①") + 1
    inner = mark.strip("()（）")
    return {c: n for n, c in enumerate("一二三四五六七八九十", 1)}.get(inner, 0)


def _item(text: str) -> Item:
    text = text.strip()
    found = _MARKS.search(text)
    if found is None:
        return Item(_stated(re.split(r"[。\n]", text, maxsplit=1)[0]), "", "")
    rest = "" if _OTHERWISE.match(found["after"]) else found["after"]
    return Item(_stated(text[: found.start()]), found["a"] or found["b"], rest)


def _stated(text: str) -> str:
    """An item as a statement that is met or not: full width again, without 是否 and the last stop."""
    plain = text.strip().removesuffix("要点").strip().rstrip(";。.,:").replace("\n", "")
    plain = re.sub(r"^是否(?:已经|已)?|是否", "", plain, count=1) if "是否" in plain else plain
    return re.sub(r"(?<=[\u4e00-\u9fff)）\"”])[,](?=\S)", "，", plain).replace(";", "；").strip()
