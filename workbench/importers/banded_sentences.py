"""Sentences with bands and thresholds: 90% 以上得 10 分, 达到得满分否则不得分, 定性三档."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from workbench.importers.counted_sentences import FAULT
from workbench.importers.measured_sentences import STEP
from workbench.importers.sentence_base import NUMBER, Standard, Unsure, short
from workbench.importers.sentence_text import items_of

_PAID = rf"(?:的|时)?,?(?:得|计|为|:)?(?:(?P<points>{NUMBER})分|(?P<full>满分)|(?P<zero>不得分|0分|不计分)|(?:权重|分值)的(?P<share>{NUMBER})%|(?P<part>{NUMBER})%的?(?:权重|分值)分?)"
_BAND = re.compile(
    rf"(?:(?:≥|>=|达到|不低于|大于等于|大于或等于|高于)?(?P<only>{NUMBER})%(?:\((?P<in1>不?含)\))?(?:及)?(?:以上)?"
    rf"|(?P<low>{NUMBER})%(?:\((?P<in2>不?含)\))?(?:-|~|至|—|–|到)(?P<high>{NUMBER})%(?:\((?P<in3>不?含)\))?(?:之间)?"
    rf"|(?:低于|<|不足|小于)?(?P<below>{NUMBER})%(?:\((?P<in4>不?含)\))?(?:以下)?)" + _PAID
)


def read_bands(text: str, standard: Standard) -> dict[str, Any] | None:
    """90% 以上得 10 分；80%–90% 得 8 分 …: bands that join without a gap, in either order."""
    if STEP.search(text) or FAULT.search(text) or "得分=" in text:
        return None
    clauses = [clause for clause in re.split(r"[;。\n]|(?<=分),", text) if re.search(r"\d%", clause)]
    read = [(clause, _band(clause)) for clause in clauses]
    known = [band for _, band in read if band is not None]
    if len(known) < 2:
        return None
    for clause in re.split(r"[;。\n]", text):
        if (
            clause
            and not re.search(r"\d%", clause)
            and re.search(rf"得(?:满|{NUMBER})分|不得分|扣|否决", clause)
        ):
            raise Unsure(f"“{short(clause)}”不在各档之内")
    if len(known) < len(read):
        clause = next(clause for clause, band in read if band is None)
        raise Unsure(f"分档“{short(clause)}”没有识别")
    known.sort(key=lambda band: -1 if band[0] is None else band[0], reverse=True)
    bands: list[dict[str, str]] = []
    otherwise = ""
    upper: Decimal | None = None
    for low, high, paid in known:
        if high is not None and upper is not None and high != upper:
            raise Unsure("各档首尾不相接")
        if low is None:
            if high is not None and upper is not None and high != upper:
                raise Unsure("各档首尾不相接")
            otherwise = paid
            continue
        bands.append({"limit": f"{low}%", "points": paid.replace("满", str(standard.points))})
        upper = low
    rule: dict[str, Any] = {"kind": "bands", "rate": standard.name, "band": bands}
    if otherwise not in {"", "0"}:
        rule["otherwise"] = otherwise
    return rule


def _band(clause: str) -> tuple[Decimal | None, Decimal | None, str] | None:
    """Lower limit, upper limit, points; limits that a half-open band can't hold give nothing."""
    found = _BAND.search(clause)
    share = (found["share"] or found["part"]) if found else None
    if found is None or len(re.findall(r"\d%", clause)) > (2 if found["low"] else 1) + bool(share):
        return None
    paid = found["points"] or ("满" if found["full"] else "0" if found["zero"] else f"{share}%")
    whole = found[0]
    if found["low"]:
        low, high = sorted((Decimal(found["low"]), Decimal(found["high"])))
        closed = found["in2"] if Decimal(found["low"]) == low else found["in3"]
        other = found["in3"] if Decimal(found["low"]) == low else found["in2"]
        if closed == "不含" or (other == "含" and high < 100):
            raise Unsure("分档的界限包含上限而不含下限，与“从下限起算”不同")
        return low, None if high >= 100 else high, paid
    number = Decimal(found["only"] or found["below"])
    if re.search(r"低于|<(?!=)|不足|小于|以下", whole):
        return None, number, paid
    if re.search(r"高于|不含", whole):
        raise Unsure("分档的下限不含本数，与“从下限起算”不同")
    if re.search(r"≥|>=|达到|不低于|大于|以上", whole):
        return number, None, paid
    return None


def read_threshold(text: str, standard: Standard) -> dict[str, Any] | None:
    """达到 85% 得满分，否则不得分, or one condition in words that gives all or nothing."""
    if STEP.search(text) or FAULT.search(text) or "得分=" in text or items_of(text):
        return None
    otherwise = rf"(?:否则|未达到|达不到|未完成|不符合|没有|未达标|反之)[^。;]{{0,8}}(?:不得分|得0分|0分|得(?P<unmet>{NUMBER})分)"
    percent = re.search(
        rf"(?P<sign>达到|≥|>=|不低于|大于等于)(?P<target>{NUMBER}%)(?:及?以上)?[^。;]{{0,6}}?得(?:满分|(?P<met>{NUMBER})分)[,;。]?{otherwise}",
        text,
    )
    if percent:
        if re.search(rf"扣|否决|得(?:满|{NUMBER})分|不得分", text[: percent.start()] + text[percent.end() :]):
            raise Unsure("达标与否之外另有计分办法")
        rule: dict[str, Any] = {"kind": "threshold", "rate": standard.name}
        if percent["target"] != "100%":
            rule["target"] = percent["target"]
        if percent["met"] and Decimal(percent["met"]) != standard.points:
            rule["met"] = percent["met"]
        if percent["unmet"]:
            rule["unmet"] = percent["unmet"]
        return rule
    if re.search(r"\d%|按比例", text):
        return None
    plain = re.search(rf"(?P<what>[^。;\n]{{2,60}}?)(?:的)?,?得(?:满分|{NUMBER}分)[,;。]{otherwise}", text)
    if plain and len(re.findall(r"得(?:满|\d)", text)) == 1 and not plain["unmet"]:
        what = re.sub(r"^评价要点:?", "", plain["what"].strip(" ,"))
        return {"kind": "points", "points": [{"text": what, "marks": str(standard.points)}]} if what else None
    return None


def read_qualitative(text: str, _: Standard) -> dict[str, Any] | None:
    """The state's three levels 100–80–60–0."""
    spans = {
        tuple(sorted((int(a), int(b))))
        for a, b in re.findall(r"(\d{1,3})%(?:\(含\))?(?:-|~|至|—|–)(\d{1,3})%", text)
    }
    return (
        {"kind": "qualitative"}
        if spans == {(80, 100), (60, 80), (0, 60)} and "得" not in text.replace("得分", "")
        else None
    )
