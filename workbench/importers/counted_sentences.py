"""Sentences that share points out or take them off: 评价要点, 每出现 1 次扣 1 分."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from workbench.importers.sentence_base import NUMBER, UNITS, Standard, Unsure, short
from workbench.importers.sentence_text import Item, items_of

# —— 评价要点 ——


def read_points(text: str, _: Standard) -> dict[str, Any] | None:
    """Numbered items with their points, or with equal shares where the text says so."""
    items = items_of(text)
    if not items:
        return None
    marked = [item for item in items if item.marks]
    if marked:
        if len(marked) < len(items):
            bare = next(item for item in items if not item.marks)
            raise Unsure(f"要点“{short(bare.text)}”没有写分值")
        _nothing_else(items, text)
        return {"kind": "points", "points": [{"text": item.text, "marks": item.marks} for item in items]}
    if len(items) < 2:
        return None
    _nothing_else(items, text)
    rest = text
    each = re.search(
        rf"(?:每(?:个|一|1)?(?:项|个|条|要点|要素|小项|个要点|符合(?:1|一)[项条个点])+|各)"
        rf"(?:要点|要素)?(?:各?[得占计为]|分值为?)?({NUMBER})分",
        rest,
    )
    if each:
        return {"kind": "points", "points": [{"text": item.text, "marks": each[1]} for item in items]}
    if re.search(r"(?:要点|各项|要素|以上)[^。;]{0,8}(?:平均|均分|等分|分值相等|分值相同|权重相同)", rest):
        return {"kind": "points", "points": [{"text": item.text} for item in items]}
    share = re.search(rf"(?:每|各)[^。;]{{0,12}}?(?:分值|权重)的({NUMBER})%", rest)
    if share and Decimal(share[1]) * len(items) == 100:
        return {"kind": "points", "points": [{"text": item.text} for item in items]}
    fraction = re.search(r"(?:每|各)[^。;]{0,12}?(?:占|得)[^。;]{0,6}?1/(\d{1,2})", rest)
    if fraction and int(fraction[1]) == len(items):
        return {"kind": "points", "points": [{"text": item.text} for item in items]}
    return None


def _nothing_else(items: list[Item], text: str) -> None:
    before = text[: max(text.find(items[0].text), 0)]
    for where, said in [
        ("开头", before),
        *((f"要点“{short(one.text)}”", one.rest + one.text) for one in items),
    ]:
        if re.search(rf"扣{NUMBER}|每.{{0,14}}扣|得分=|否决|(?:指标|本项|该项|全部|均)不?得(?:0)?分", said):
            raise Unsure(f"{where}里另有扣分或不得分的办法")


# —— 按次扣分 ——

FAULT = re.compile(
    rf"(?:每(?:出现|发现|发生|有|存在|查出|(?P<lacks>缺少?|遗漏|漏))|(?:出现|发现|发生)每)(?P<number>{NUMBER}|一|壹)?\s*(?P<unit>{UNITS})"
    rf"(?P<fault>[^,。;]*?),?(?:则|就)?(?:扣减?|减)(?P<per>除)?(?P<share>{NUMBER})(?P<sign>分|%)"
)
_MOST = re.compile(rf"(?:最多|最高|累计最多|上限)扣(?:减|完)?(?:至)?({NUMBER})分")
_SUFFIX = re.compile(r"(?:的)?(?:情况|情形|现象|行为|问题)?(?:的)?$")


def read_per_fault(text: str, _: Standard) -> dict[str, Any] | None:
    """每出现 1 次 … 扣 1 分; several kinds of fault become a list of deductions."""
    found = list(FAULT.finditer(text))
    share = re.search(
        rf"每(?:出现|发现|发生)[^。;]{{0,30}}扣[^。;]{{0,4}}(?:权重|分值)(?:分)?的({NUMBER})%", text
    )
    if share and not found:
        head = re.search(rf"每(?:出现|发现|发生)(?:一|1)?({UNITS})([^,。;]*?),?扣", text)
        if head is None:
            return None
        return _fault_rule(_fault_name(head[2], text, head.start()), f"{share[1]}%", head[1], text)
    if not found:
        return None
    if re.search(r"不得分|得0分|否决|得分=", text):
        raise Unsure("除按次扣分外另有不得分的办法")
    if any(match["number"] not in {None, "1", "一", "壹"} for match in found):
        raise Unsure("每几次扣一次分，次数不是 1")
    if len(re.findall(r"扣", text)) > len(found) + len(re.findall(r"扣完|扣至|[多高]扣|扣分上限", text)):
        raise Unsure("除按次扣分外另有扣分办法")
    if len(found) == 1:
        match = found[0]
        name = _fault_of(match, text)
        return _fault_rule(name, match["share"] + ("%" if match["sign"] == "%" else ""), match["unit"], text)
    items = [
        {
            "text": _fault_of(match, text),
            "per": match["share"] + ("%" if match["sign"] == "%" else ""),
        }
        for match in found
    ]
    if _MOST.search(text):
        raise Unsure("有几种扣分情形，又写了最多扣几分，不能确定限的是哪一种")
    return {"kind": "reverse_deduction", "items": items}


def _fault_rule(name: str, per: str, unit: str, text: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"kind": "per_fault", "fault": name, "per": per}
    if unit != "次":
        rule["unit"] = unit
    if most := _MOST.search(text):
        rule["cap"] = most[1]
    if re.search(rf"(?:前|以内|超过)\s*(?:{NUMBER})\s*(?:{UNITS})", text):
        raise Unsure("写了免扣或起扣的次数")
    return rule


def _fault_of(match: re.Match[str], text: str) -> str:
    if match["lacks"]:  # 每缺 1 人: the unit says what is lacking
        what = _SUFFIX.sub("", match["fault"].strip())
        return match["lacks"] + (what or f"的{match['unit']}数")
    return _fault_name(match["fault"], text, match.start())


def _fault_name(said: str, text: str, start: int) -> str:
    name = _SUFFIX.sub("", said.strip(" 的"))
    if not name:
        before = re.split(r"[,。;:\n]", text[:start].rstrip(" ,:的"))[-1]
        name = _SUFFIX.sub("", re.sub(r"^(?:\d+[.、]|[①-⑳])", "", before.strip()))
    return name or "不符合要求"
