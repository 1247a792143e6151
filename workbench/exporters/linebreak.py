"""Where a line of Chinese text may end: 避头尾, numbers with their units, words and dashes kept whole."""

from __future__ import annotations

import re

# Characters that may not begin a line, and those that may not end one.
NO_START = frozenset("，。、；：！？）》〉」』】〕〗］｝”’…·・‧～‰％℃°′″¢々〻ー—％,.;:!?)]}%／/") - {"—"}
NO_END = frozenset("（《〈「『【〔〖［｛“‘￥＄¥$№([{") | {chr(0x2460 + n) for n in range(20)}

# Full-width marks whose ink leaves one half of the square blank: the half may be given up.
BLANK_RIGHT = frozenset("，。、；：）》〉」』】〕〗］｝”’")
BLANK_LEFT = frozenset("（《〈「『【〔〖［｛“‘")

_UNITS = (
    "个百分点|百分点|万亿元|万元|亿元|千元|百元|万人次|人次|万人|平方米|平方公里|立方米|公里|千米|千克|毫克|小时|分钟|"
    "工作日|个月|季度|年度|周年|年底|年末|年初|[%％‰℃°元角万亿千百个分年月日时天周次份人条项户家件名位米吨岁号页章节款倍处辆台套"
    "亩座张起批期升斤辈间所级类岗本册届轮步点村镇县区省市]"
)
_NUMBER = (
    r"(?:[第约近超达共]|附件|附表|[表图])?\s?(?:[+\-−±≈≥≤<>＝=≠￥¥$＜＞≧≦]\s?)*"
    r"\d+(?:(?:[.,:/\-−–×xX*~～]|—{1,2})\d+)*(?![A-Za-z0-9_])"
    rf"(?:\s?(?:{_UNITS}))?"
)
_DOCUMENT_NUMBER = r"[〔\[［]\d{4}[〕\]］]\s?第?\s?\d+\s?号"
_WORD = r"[A-Za-z0-9_@#&*/\\~^|\-\"'À-ɏ]+(?:[.,:;!?%()\[\]]+[A-Za-z0-9_@#&*/\\~^|\-\"'À-ɏ]+)*"
_OPEN = "[" + re.escape("".join(sorted(NO_END))) + "]"
_CLOSE = "[" + re.escape("".join(sorted(NO_START))) + "\u0300-\u036f\u20d0-\u20ff]"
_PLAIN = "[\u4e00-\u9fff](?<![第约近超达共附表图])"  # first, because nine characters of ten are such
_CORE = rf"(?:{_PLAIN}|{_DOCUMENT_NUMBER}|{_NUMBER}|{_WORD}|—+|…+|\.{{2,}}|[^\n])"
_CLUSTER = re.compile(
    rf"(?:(?:(?!{_DOCUMENT_NUMBER}){_OPEN}\s*)+(?:{_CORE})?|{_CORE})(?:\s*{_CLOSE})*[ \u3000]*"
)
_LOOSE_ENDS = frozenset("/.-_?&=+,;:%@#")

_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_NEWLINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the text as it can be set: control and direction marks gone, tabs and line ends simple."""
    if text.isprintable() and not _DROPPED.search(text):
        return text
    text = _NEWLINE.sub("\n", text).replace("\t", " ").replace("\u00a0", " ")
    return _SURROGATE.sub("\ufffd", _DROPPED.sub("", text))


def one_line(text: str) -> str:
    """Return a title without the line feeds that say how it is printed, as lists and file properties show it."""
    return clean(text).replace("\n", "")


def clusters(text: str) -> list[tuple[int, int]]:
    """Cut a text without line feeds into the pieces between which a line may end."""
    return [match.span() for match in _CLUSTER.finditer(text)]


_LATIN = "[!-~À-ɏ]+"
_OFFICE_CLUSTER = re.compile(
    rf"(?:[{re.escape('（《〈「『【〔〖［｛“‘￥＄¥([{')}]\s*)*(?:{_LATIN}|[^\n])(?:{_CLOSE})*[ \u3000]*"
)


def office_clusters(text: str) -> list[tuple[int, int]]:
    """The same as a word processor cuts: it knows Latin words and forbidden marks, not numbers with units."""
    return [match.span() for match in _OFFICE_CLUSTER.finditer(text)]


def cut(text: str, start: int, end: int, limit: int) -> int:
    """Choose where to cut a piece wider than a whole line: at most ``limit``, after a slash or a dot if any."""
    for place in range(limit, start + (limit - start) // 2, -1):
        if place < end and text[place - 1] in _LOOSE_ENDS and not text[place].isdigit():
            return place
    for place in range(limit, start, -1):
        if place < end and text[place] not in NO_START and text[place - 1] not in NO_END:
            return place
    return limit
