"""The bureau's sentence (评分标准) → an executable rule, where it can mean only one thing.

Each reader below knows one way of writing a standard. A sentence that two of them read, or that
says more about points than the reader understood, stays a text that the evaluator judges by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workbench.importers.sentence_text import Item, flat, items_of, unwrapped


@dataclass(frozen=True, slots=True)
class Standard:
    """What is known of one indicator when its sentence is read."""

    text: str
    name: str
    points: Decimal
    target: str = ""
    """The table's own target column, as written."""
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Understood:
    """The rule as form files hold it, or nothing and the reason in Chinese."""

    rule: dict[str, Any] | None
    reason: str = ""


class _Unsure(Exception):
    """The sentence is of this kind, but one part of it can't be carried out; the message says which."""


#: Longer texts are no one rule, and every reader's work stays short.
_LONGEST = 3_000
_NUMBER = r"\d+(?:\.\d+)?"
_UNITS = r"次|起|家|例|个|处|项|人|件|笔|条|份|户|宗"
_AS_NAMED = (
    r"(?:权重|分值|指标分值|该指标分值|本指标分值|标准分|标准分值|指标权重|该项分值|满分|权重分|权重分值)"
)
#: What may follow a calculation without changing it.
_CAP = re.compile(
    rf"(?:超过|高于|大于)(?P<over>{_NUMBER})分(?:的)?,?(?:按|以|计)?(?P<cap>{_NUMBER})分(?:计|计算|计分)?"
    rf"|最高(?:得|不超过)?(?P<most>{_NUMBER})分|扣完为止|满分为止|不超过满分|最高得满分|最多得满分"
)


def understand(standard: Standard) -> Understood:
    """Read a standard; the reason names what is missing when it can't be carried out."""
    if not standard.text.strip():
        return Understood(None, "没有评价标准")
    if len(standard.text) > _LONGEST:
        return Understood(None, f"评价标准超过 {_LONGEST} 字")
    text = flat(unwrapped(standard.text))
    found: list[dict[str, Any]] = []
    reasons: list[str] = []
    for read in _READERS:
        try:
            rule = read(text, standard)
        except _Unsure as error:
            reasons.append(str(error))
            continue
        if rule is not None:
            found.append(rule)
    if reasons:
        return Understood(None, reasons[0])
    if len(found) == 1:
        return Understood(found[0])
    if found:
        return Understood(None, "同时写了几种计分办法，不能确定用哪一种")
    return Understood(None, _why_not(text))


def _why_not(text: str) -> str:
    if items_of(text):
        return "要点没有写分值，也没有写如何分配"
    if "酌情" in text:
        return "写的是酌情给分或扣分"
    if re.search(r"扣|得分|分", text):
        return "这种写法没有识别为计分规则"
    return "没有写怎样计分"


# —— 评价要点 ——


def _points(text: str, _: Standard) -> dict[str, Any] | None:
    items = items_of(text)
    if not items:
        return None
    marked = [item for item in items if item.marks]
    if marked:
        if len(marked) < len(items):
            bare = next(item for item in items if not item.marks)
            raise _Unsure(f"要点“{_short(bare.text)}”没有写分值")
        _nothing_else(items)
        return {"kind": "points", "points": [{"text": item.text, "marks": item.marks} for item in items]}
    if len(items) < 2:
        return None
    _nothing_else(items)
    rest = text
    each = re.search(
        rf"(?:每(?:个|一|1)?(?:项|个|条|要点|要素|小项|个要点|符合(?:1|一)[项条个点])+|各)"
        rf"(?:要点|要素)?(?:各?[得占计为]|分值为?)?({_NUMBER})分",
        rest,
    )
    if each:
        return {"kind": "points", "points": [{"text": item.text, "marks": each[1]} for item in items]}
    if re.search(r"(?:要点|各项|要素|以上)[^。;]{0,8}(?:平均|均分|等分|分值相等|分值相同|权重相同)", rest):
        return {"kind": "points", "points": [{"text": item.text} for item in items]}
    share = re.search(rf"(?:每|各)[^。;]{{0,12}}?(?:分值|权重)的({_NUMBER})%", rest)
    if share and Decimal(share[1]) * len(items) == 100:
        return {"kind": "points", "points": [{"text": item.text} for item in items]}
    fraction = re.search(r"(?:每|各)[^。;]{0,12}?(?:占|得)[^。;]{0,6}?1/(\d{1,2})", rest)
    if fraction and int(fraction[1]) == len(items):
        return {"kind": "points", "points": [{"text": item.text} for item in items]}
    return None


def _nothing_else(items: list[Item]) -> None:
    for item in items:
        if re.search(rf"扣{_NUMBER}|每.{{0,14}}扣|得分=", item.rest + item.text):
            raise _Unsure(f"要点“{_short(item.text)}”里另有扣分办法")


# —— 按次扣分 ——

_FAULT = re.compile(
    rf"(?:每(?:出现|发现|发生|有|存在|查出|(?P<lacks>缺少?|遗漏|漏))|(?:出现|发现|发生)每)(?P<number>{_NUMBER}|一|壹)?\s*(?P<unit>{_UNITS})"
    rf"(?P<fault>[^,。;]*?),?(?:则|就)?(?:扣减?|减)(?P<per>除)?(?P<share>{_NUMBER})(?P<sign>分|%)"
)
_MOST = re.compile(rf"(?:最多|最高|累计最多|上限)扣(?:减|完)?(?:至)?({_NUMBER})分")
_SUFFIX = re.compile(r"(?:的)?(?:情况|情形|现象|行为|问题)?(?:的)?$")


def _per_fault(text: str, _: Standard) -> dict[str, Any] | None:
    found = list(_FAULT.finditer(text))
    share = re.search(
        rf"每(?:出现|发现|发生)[^。;]{{0,30}}扣[^。;]{{0,4}}(?:权重|分值)(?:分)?的({_NUMBER})%", text
    )
    if share and not found:
        head = re.search(rf"每(?:出现|发现|发生)(?:一|1)?({_UNITS})([^,。;]*?),?扣", text)
        if head is None:
            return None
        return _fault_rule(_fault_name(head[2], text, head.start()), f"{share[1]}%", head[1], text)
    if not found:
        return None
    if any(match["number"] not in {None, "1", "一", "壹"} for match in found):
        raise _Unsure("每几次扣一次分，次数不是 1")
    if len(re.findall(r"扣", text)) > len(found) + len(re.findall(r"扣完|扣至|[多高]扣|扣分上限", text)):
        raise _Unsure("除按次扣分外另有扣分办法")
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
        raise _Unsure("有几种扣分情形，又写了最多扣几分，不能确定限的是哪一种")
    return {"kind": "reverse_deduction", "items": items}


def _fault_rule(name: str, per: str, unit: str, text: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"kind": "per_fault", "fault": name, "per": per}
    if unit != "次":
        rule["unit"] = unit
    if most := _MOST.search(text):
        rule["cap"] = most[1]
    if re.search(rf"(?:前|以内|超过)\s*(?:{_NUMBER})\s*(?:{_UNITS})", text):
        raise _Unsure("写了免扣或起扣的次数")
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


# —— 得分 = … ——

_SCORE = re.compile(r"(?:指标|本项|该项|实际|评价)?得分=(?P<body>[^\n;。]*)")
_MULTIPLY = r"[*xX]"


def _ratio(text: str, standard: Standard) -> dict[str, Any] | None:
    said = list(_SCORE.finditer(text))
    if not said:
        return None
    if len(said) > 1:
        raise _Unsure("写了几个得分公式")
    body = said[0]["body"].strip()
    linear = re.fullmatch(
        rf"\(([^()+*/-]+)-60%\)/(?:\(1(?:00%)?-60%\)|40%){_MULTIPLY}(?:({_NUMBER})分?|{_AS_NAMED})[,;]?", body
    )
    if linear:
        return {"kind": "linear101", **_measured(linear[1], text, standard)}
    found = re.match(
        rf"(?P<over>.+?){_MULTIPLY}(?P<factor>{_NUMBER}分|{_AS_NAMED}|{_NUMBER}(?=$|[,(]))", body
    )
    if found is None:
        raise _Unsure("得分公式没有识别")
    rest = (body[found.end() :] + text[said[0].end() :].split("\n", 1)[0]).strip(" ,.。;")
    over = re.sub(rf"{_MULTIPLY}100%$", "", found["over"].strip())
    rule: dict[str, Any] = {"kind": "ratio"}
    target = re.fullmatch(rf"(?P<rate>[^()+*/%]+)/\(?(?P<target>{_NUMBER}%)\)?", over)
    if target:
        rule |= _measured(target["rate"], text, standard)
        if target["target"] != "100%":
            rule["target"] = target["target"]
    else:
        rule |= _measured(over, text, standard)
    factor = found["factor"]
    if re.match(r"\d", factor):
        rule["factor"] = factor.removesuffix("分")
    _after(rest, rule, standard.points)
    return rule


def _after(rest: str, rule: dict[str, Any], full_mark: Decimal) -> None:
    """What follows a calculation: a cap, or less when over; anything else about points is too much."""
    capped = _CAP.search(rest)
    cap: str | None = (capped["cap"] or capped["most"]) if capped else None
    if capped and cap:
        if capped["over"] and Decimal(capped["over"]) != Decimal(cap):
            raise _Unsure("超过的分数与计入的分数不同")
        if Decimal(cap) != Decimal(str(rule.get("factor", full_mark))):
            rule["cap"] = cap
    rest = _CAP.sub("", rest)
    if re.search(r"(?:超标|超出|超过)[^。;]*按(?:相应)?比例扣(?:分|减)?", rest):
        rule["over"] = "按比例扣减"
        rest = re.sub(r"[^,。;]*(?:超标|超出|超过)[^。;]*按(?:相应)?比例扣(?:分|减)?", "", rest)
    if re.search(r"扣|得分|不得|否则|低于|高于", rest):
        raise _Unsure("得分公式之外另有计分办法")


_PLAIN_DIVISION = re.compile(r"\(?(?P<over>[^()+*/=%]{1,30})/(?P<under>[^()+*/=%]{1,30})\)?")


def _measured(said: str, text: str, standard: Standard) -> dict[str, Any]:
    """What is measured: a rate by its name, or a division of two named amounts."""
    said = said.strip()
    division = _PLAIN_DIVISION.fullmatch(said)
    if division is None and re.search(r"[+*/=]|\d-|-\d", said):
        raise _Unsure("得分公式里的算式没有识别")
    if division is not None:
        return {"rate": standard.name, **_division(division, standard)}
    name = said.strip("()")
    defined = re.search(rf"(?:^|[\n。;:,]){re.escape(name)}=(?P<body>[^\n。;]+)", text)
    if defined:
        body = re.sub(rf"{_MULTIPLY}100%[,;.]?$", "", defined["body"].strip())
        division = _PLAIN_DIVISION.fullmatch(body)
        if division is not None and not re.fullmatch(_NUMBER, division["under"].strip()):
            return {"rate": name, **_division(division, standard)}
    return {"rate": name}


def _division(division: re.Match[str], standard: Standard) -> dict[str, str]:
    parts: dict[str, str] = {}
    for key, said in (("numerator", division["over"]), ("denominator", division["under"])):
        name = said.strip()
        if re.fullmatch(_NUMBER, name):
            raise _Unsure("得分公式的分子或分母是固定数")
        parts[key] = name
        if source := standard.sources.get(name):
            parts[f"{key}_source"] = source
    return parts


# —— 按完成比例 ——


def _completion(text: str, standard: Standard) -> dict[str, Any] | None:
    said = re.search(
        r"(?:按|根据)(?:照)?(?:实际)?(?:完成|达标|执行|实现|相应)?(?:率|比例|情况的比例)(?:\S{0,8})?(?:计分|得分|计算得分|赋分|给分|计算)",
        text,
    )
    if said is None or "得分=" in text or re.search(r"扣|不得分", text):
        return None
    if not re.search(r"满分|未达到|未完成|达到", text):
        return None
    target = _target_of(text, standard)
    # What is typed in is a rate, unless the target has a unit of its own.
    plain = "value_kind" in target or standard.name.endswith(("率", "度", "比例"))
    return {"kind": "ratio", "rate": standard.name if plain else f"{standard.name}完成率", **target}


def _target_of(text: str, standard: Standard) -> dict[str, str]:
    """The target: the table's own column, else the only percentage that the sentence calls for."""
    column = re.fullmatch(
        rf"(?:≥|>=|≤|<=|=|不低于|不少于|达到)?({_NUMBER})(%)?([^\d%]{{0,8}})(?:以上)?",
        flat(standard.target).strip(),
    )
    if column:
        if column[2]:
            return {} if column[1] == "100" else {"target": f"{column[1]}%"}
        unit = column[3].removesuffix("以上").removesuffix("及")
        return {"value_kind": "数值", "target": column[1], **({"unit": unit} if unit else {})}
    if standard.target.strip():
        raise _Unsure(f"目标值“{_short(standard.target)}”不是一个数")
    said = set(re.findall(rf"(?:达到|≥|>=|不低于|大于等于|目标值?为?)({_NUMBER})%", text))
    if len(said) > 1:
        raise _Unsure("写了几个目标值")
    return {"target": f"{said.pop()}%"} if said - {"100"} else {}


# —— 阶梯扣分 ——

_STEP = re.compile(
    rf"每(?P<word>低于?|降低|减少|下降|少|差|超出?|超过|高于?|增加|多|延迟|逾期|推迟)(?:目标值?)?(?P<step>{_NUMBER}|一)(?:个)?(?P<unit>百分点|%|天|日|秒|分钟|小时|元|人|元/通)"
    rf",?扣(?:减)?(?P<own>(?:权重|分值|权重分|指标分值|该项分值)的?)?(?P<per>{_NUMBER})(?P<sign>分|%)(?P<of>的?(?:权重|分值))?"
)
_TO_ZERO = r"扣完为止|扣至0分(?:为止)?|直至扣完"
_UP = {"超", "超出", "超过", "高", "高于", "增加", "多", "延迟", "逾期", "推迟"}


def _steps(text: str, standard: Standard) -> dict[str, Any] | None:
    found = list(_STEP.finditer(text))
    if not found:
        return None
    if len(found) > 1:
        raise _Unsure("写了几种阶梯扣分")
    step = found[0]
    up = step["word"] in _UP
    width = "1" if step["step"] == "一" else step["step"]
    rule: dict[str, Any] = {"kind": "steps", "rate": standard.name}
    rest = text[: step.start()] + text[step.end() :]
    if step["unit"] in {"百分点", "%"}:
        rule["step"] = f"{width}%"
        target = _met(rest) or _column_percent(standard.target)
        if target is None:
            raise _Unsure("阶梯扣分没有写从多少起扣（目标值）")
        if target != "100%":
            rule["target"] = target
    else:
        column = re.fullmatch(
            rf"[^\d]{{0,4}}({_NUMBER})({re.escape(step['unit'])})[^\d]{{0,2}}", flat(standard.target).strip()
        )
        inside = re.search(rf"(?:达到|不超过|不低于|≤|≥|控制在)({_NUMBER}){re.escape(step['unit'])}", rest)
        limit = column or inside
        if limit is None:
            raise _Unsure("阶梯扣分没有写从多少起扣（目标值）")
        rule |= {"value_kind": "数值", "unit": step["unit"], "step": width, "target": limit[1]}
    if up:
        rule["direction"] = "每高"
    percent = step["sign"] == "%" or bool(step["own"])
    rule["per"] = step["per"] + ("%" if percent else "")
    if re.search(r"不足(?:1|一)[^,。;]{0,6}(?:的)?,?按(?:1|一)", rest):
        rule["whole"] = "不足一档按一档"
    beyond = re.search(rf"(?:低于|<|不足)({_NUMBER}%)(?:的)?,?(?:不得分|得0分|不计分)", rest)
    if beyond and not up:
        rule["zero_beyond"] = beyond[1]
        rest = rest.replace(beyond[0], "")
    if re.search(_TO_ZERO, rest):
        rule["least"] = "0"
        rest = re.sub(_TO_ZERO, "", rest)
    if re.search(rf"扣|不得分|得{_NUMBER}分(?!,?每)", re.sub(rf"得{standard.points}分", "", rest)):
        raise _Unsure("阶梯扣分之外另有计分办法")
    return rule


def _met(text: str) -> str | None:
    """``达到 95% 得满分`` → ``95%``."""
    found = re.search(
        rf"(?:达到|≥|>=|不低于|大于等于|大于或等于|为|=|在)?({_NUMBER}%)(?:\(含\))?(?:及)?(?:以上)?(?:的|时)?(?:,|及以上)?"
        rf"(?:,)?(?:得|计|为)?(?:满分|{_NUMBER}分)",
        text,
    )
    return found[1] if found else None


def _column_percent(target: str) -> str | None:
    found = re.fullmatch(rf"(?:≥|>=|≤|<=|=|不低于|达到)?({_NUMBER}%)(?:及?以上)?", flat(target).strip())
    return found[1] if found else None


# —— 分档、达标、定性 ——

_PAID = rf"(?:的|时)?,?(?:得|计|为|:)?(?:(?P<points>{_NUMBER})分|(?P<full>满分)|(?P<zero>不得分|0分|不计分)|(?:权重|分值)的(?P<share>{_NUMBER})%|(?P<part>{_NUMBER})%的?(?:权重|分值)分?)"
_BAND = re.compile(
    rf"(?:(?:≥|>=|达到|不低于|大于等于|大于或等于|高于)?(?P<only>{_NUMBER})%(?:\((?P<in1>不?含)\))?(?:及)?(?:以上)?"
    rf"|(?P<low>{_NUMBER})%(?:\((?P<in2>不?含)\))?(?:-|~|至|—|–|到)(?P<high>{_NUMBER})%(?:\((?P<in3>不?含)\))?(?:之间)?"
    rf"|(?:低于|<|不足|小于)?(?P<below>{_NUMBER})%(?:\((?P<in4>不?含)\))?(?:以下)?)" + _PAID
)


def _bands(text: str, standard: Standard) -> dict[str, Any] | None:
    if _STEP.search(text) or _FAULT.search(text) or "得分=" in text:
        return None
    clauses = [clause for clause in re.split(r"[;。\n]|(?<=分),", text) if re.search(r"\d%", clause)]
    read = [(clause, _band(clause)) for clause in clauses]
    known = [band for _, band in read if band is not None]
    if len(known) < 2:
        return None
    if len(known) < len(read):
        clause = next(clause for clause, band in read if band is None)
        raise _Unsure(f"分档“{_short(clause)}”没有识别")
    known.sort(key=lambda band: -1 if band[0] is None else band[0], reverse=True)
    bands: list[dict[str, str]] = []
    otherwise = ""
    upper: Decimal | None = None
    for low, high, paid in known:
        if high is not None and upper is not None and high != upper:
            raise _Unsure("各档首尾不相接")
        if low is None:
            if high is not None and upper is not None and high != upper:
                raise _Unsure("各档首尾不相接")
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
            raise _Unsure("分档的界限包含上限而不含下限，与“从下限起算”不同")
        return low, None if high >= 100 else high, paid
    number = Decimal(found["only"] or found["below"])
    if re.search(r"低于|<(?!=)|不足|小于|以下", whole):
        return None, number, paid
    if re.search(r"高于|不含", whole):
        raise _Unsure("分档的下限不含本数，与“从下限起算”不同")
    if re.search(r"≥|>=|达到|不低于|大于|以上", whole):
        return number, None, paid
    return None


def _threshold(text: str, standard: Standard) -> dict[str, Any] | None:
    if _STEP.search(text) or _FAULT.search(text) or "得分=" in text or items_of(text):
        return None
    otherwise = rf"(?:否则|未达到|达不到|未完成|不符合|没有|未达标|反之)[^。;]{{0,8}}(?:不得分|得0分|0分|得(?P<unmet>{_NUMBER})分)"
    percent = re.search(
        rf"(?P<sign>达到|≥|>=|不低于|大于等于)(?P<target>{_NUMBER}%)(?:及?以上)?[^。;]{{0,6}}?得(?:满分|(?P<met>{_NUMBER})分)[,;。]?{otherwise}",
        text,
    )
    if percent:
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
    plain = re.search(rf"(?P<what>[^。;\n]{{2,60}}?)(?:的)?,?得(?:满分|{_NUMBER}分)[,;。]{otherwise}", text)
    if plain and len(re.findall(r"得(?:满|\d)", text)) == 1 and not plain["unmet"]:
        what = re.sub(r"^评价要点:?", "", plain["what"].strip(" ,"))
        return {"kind": "points", "points": [{"text": what, "marks": str(standard.points)}]} if what else None
    return None


def _qualitative(text: str, _: Standard) -> dict[str, Any] | None:
    spans = {
        tuple(sorted((int(a), int(b))))
        for a, b in re.findall(r"(\d{1,3})%(?:\(含\))?(?:-|~|至|—|–)(\d{1,3})%", text)
    }
    return (
        {"kind": "qualitative"}
        if spans == {(80, 100), (60, 80), (0, 60)} and "得" not in text.replace("得分", "")
        else None
    )


_READERS: tuple[Callable[[str, Standard], dict[str, Any] | None], ...] = (
    _points,
    _per_fault,
    _ratio,
    _completion,
    _steps,
    _bands,
    _threshold,
    _qualitative,
)


def _short(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= 16 else f"{joined[:15]}…"
