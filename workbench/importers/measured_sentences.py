"""Sentences that score a rate: 得分 = …, 按完成比例, 每低 1 个百分点扣 0.5 分."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from workbench.importers.sentence_base import NUMBER, Standard, Unsure, short
from workbench.importers.sentence_text import flat

AS_NAMED = (
    r"(?:权重|分值|指标分值|该指标分值|本指标分值|标准分|标准分值|指标权重|该项分值|满分|权重分|权重分值)"
)
#: What may follow a calculation without changing it.
_CAP = re.compile(
    rf"(?:超过|高于|大于)(?P<over>{NUMBER})分(?:的)?,?(?:按|以|计)?(?P<cap>{NUMBER})分(?:计|计算|计分)?"
    rf"|最高(?:得|不超过)?(?P<most>{NUMBER})分|扣完为止|满分为止|不超过满分|最高得满分|最多得满分"
)

# —— 得分 = … ——

_SCORE = re.compile(r"(?:指标|本项|该项|实际|评价)?得分=(?P<body>[^\n;。]*)")
_MULTIPLY = r"[*xX]"


def read_ratio(text: str, standard: Standard) -> dict[str, Any] | None:
    """得分 = 比率 ÷ 目标 × 分, with a cap, less when over, or the form of 财预〔2021〕101号."""
    said = list(_SCORE.finditer(text))
    if not said:
        return None
    if len(said) > 1:
        raise Unsure("写了几个得分公式")
    body = said[0]["body"].strip()
    linear = re.fullmatch(
        rf"\(([^()+*/-]+)-60%\)/(?:\(1(?:00%)?-60%\)|40%){_MULTIPLY}(?:({NUMBER})分?|{AS_NAMED})[,;]?", body
    )
    if linear:
        return {"kind": "linear101", **_measured(linear[1], text, standard)}
    found = re.match(rf"(?P<over>.+?){_MULTIPLY}(?P<factor>{NUMBER}分|{AS_NAMED}|{NUMBER}(?=$|[,(]))", body)
    if found is None:
        raise Unsure("得分公式没有识别")
    rest = (body[found.end() :] + text[said[0].end() :]).strip(" ,.。;\n")
    if re.search(rf"扣|不得分|否决|得(?:满|{NUMBER})分", text[: said[0].start()]):
        raise Unsure("得分公式之外另有计分办法")
    over = re.sub(rf"{_MULTIPLY}100%$", "", found["over"].strip())
    rule: dict[str, Any] = {"kind": "ratio"}
    target = re.fullmatch(rf"(?P<rate>[^()+*/%]+)/\(?(?P<target>{NUMBER}%)\)?", over)
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
            raise Unsure("超过的分数与计入的分数不同")
        if Decimal(cap) != Decimal(str(rule.get("factor", full_mark))):
            rule["cap"] = cap
    rest = _CAP.sub("", rest)
    if re.search(r"(?:超标|超出|超过)[^。;]*按(?:相应)?比例扣(?:分|减)?", rest):
        rule["over"] = "按比例扣减"
        rest = re.sub(r"[^,。;\n]*(?:超标|超出|超过)[^。;]*按(?:相应)?比例扣(?:分|减)?", "", rest)
    if re.search(rf"扣|得分|不得|否则|否决|低于|高于|得(?:满|{NUMBER})分", rest):
        raise Unsure("得分公式之外另有计分办法")


_PLAIN_DIVISION = re.compile(r"\(?(?P<over>[^()+*/=%]{1,30})/(?P<under>[^()+*/=%]{1,30})\)?")


def _measured(said: str, text: str, standard: Standard) -> dict[str, Any]:
    """What is measured: a rate by its name, or a division of two named amounts."""
    said = said.strip()
    division = _PLAIN_DIVISION.fullmatch(said)
    if division is None and re.search(r"[+*/=]|\d-|-\d", said):
        raise Unsure("得分公式里的算式没有识别")
    if division is not None:
        return {"rate": standard.name, **_division(division, standard)}
    name = said.strip("()")
    defined = re.search(rf"(?:^|[\n。;:,]){re.escape(name)}=(?P<body>[^\n。;]+)", text)
    if defined:
        body = re.sub(rf"{_MULTIPLY}100%[,;.]?$", "", defined["body"].strip())
        division = _PLAIN_DIVISION.fullmatch(body)
        if division is not None and not re.fullmatch(NUMBER, division["under"].strip()):
            return {"rate": name, **_division(division, standard)}
    return {"rate": name}


def _division(division: re.Match[str], standard: Standard) -> dict[str, str]:
    parts: dict[str, str] = {}
    for key, said in (("numerator", division["over"]), ("denominator", division["under"])):
        name = said.strip()
        if re.fullmatch(NUMBER, name):
            raise Unsure("得分公式的分子或分母是固定数")
        parts[key] = name
        if source := standard.sources.get(name):
            parts[f"{key}_source"] = source
    return parts


# —— 按完成比例 ——


def read_completion(text: str, standard: Standard) -> dict[str, Any] | None:
    """达到目标得满分，未达到的按完成比例计分."""
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
        rf"(?:≥|>=|≤|<=|=|不低于|不少于|达到)?({NUMBER})(%)?([^\d%]{{0,8}})(?:以上)?",
        flat(standard.target).strip(),
    )
    if column:
        if column[2]:
            return {} if column[1] == "100" else {"target": f"{column[1]}%"}
        unit = column[3].removesuffix("以上").removesuffix("及")
        return {"value_kind": "数值", "target": column[1], **({"unit": unit} if unit else {})}
    if standard.target.strip():
        raise Unsure(f"目标值“{short(standard.target)}”不是一个数")
    said = set(re.findall(rf"(?:达到|≥|>=|不低于|大于等于|目标值?为?)({NUMBER})%", text))
    if len(said) > 1:
        raise Unsure("写了几个目标值")
    return {"target": f"{said.pop()}%"} if said - {"100"} else {}


# —— 阶梯扣分 ——

STEP = re.compile(
    rf"每(?P<word>低于?|降低|减少|下降|少|差|超出?|超过|高于?|增加|多|延迟|逾期|推迟)(?:目标值?)?(?P<step>{NUMBER}|一)(?:个)?(?P<unit>百分点|%|天|日|秒|分钟|小时|元|人|元/通)"
    rf",?扣(?:减)?(?P<own>(?:权重|分值|权重分|指标分值|该项分值)的?)?(?P<per>{NUMBER})(?P<sign>分|%)(?P<of>的?(?:权重|分值))?"
)
_TO_ZERO = r"扣完为止|扣至0分(?:为止)?|直至扣完"
_UP = {"超", "超出", "超过", "高", "高于", "增加", "多", "延迟", "逾期", "推迟"}


def read_steps(text: str, standard: Standard) -> dict[str, Any] | None:
    """达到 95% 得满分，每低 1 个百分点扣 0.5 分; without a target nobody knows where it begins."""
    found = list(STEP.finditer(text))
    if not found:
        return None
    if len(found) > 1:
        raise Unsure("写了几种阶梯扣分")
    step = found[0]
    up = step["word"] in _UP
    width = "1" if step["step"] == "一" else step["step"]
    rule: dict[str, Any] = {"kind": "steps", "rate": standard.name}
    rest = text[: step.start()] + text[step.end() :]
    if step["unit"] in {"百分点", "%"}:
        rule["step"] = f"{width}%"
        target = _met(rest) or _column_percent(standard.target)
        if target is None:
            raise Unsure("阶梯扣分没有写从多少起扣（目标值）")
        if target != "100%":
            rule["target"] = target
    else:
        column = re.fullmatch(
            rf"[^\d]{{0,4}}({NUMBER})({re.escape(step['unit'])})[^\d]{{0,2}}", flat(standard.target).strip()
        )
        inside = re.search(rf"(?:达到|不超过|不低于|≤|≥|控制在)({NUMBER}){re.escape(step['unit'])}", rest)
        limit = column or inside
        if limit is None:
            raise Unsure("阶梯扣分没有写从多少起扣（目标值）")
        rule |= {"value_kind": "数值", "unit": step["unit"], "step": width, "target": limit[1]}
    if up:
        rule["direction"] = "每高"
    percent = step["sign"] == "%" or bool(step["own"])
    rule["per"] = step["per"] + ("%" if percent else "")
    if re.search(r"不足(?:1|一)[^,。;]{0,6}(?:的)?,?按(?:1|一)", rest):
        rule["whole"] = "不足一档按一档"
    beyond = re.search(rf"(?:低于|<|不足)({NUMBER}%)(?:的)?,?(?:不得分|得0分|不计分)", rest)
    if beyond and not up:
        rule["zero_beyond"] = beyond[1]
        rest = rest.replace(beyond[0], "")
    if re.search(_TO_ZERO, rest):
        rule["least"] = "0"
        rest = re.sub(_TO_ZERO, "", rest)
    if re.search(rf"扣|不得分|得{NUMBER}分(?!,?每)", re.sub(rf"得{standard.points}分", "", rest)):
        raise Unsure("阶梯扣分之外另有计分办法")
    return rule


def _met(text: str) -> str | None:
    """``达到 95% 得满分`` → ``95%``."""
    found = re.search(
        rf"(?:达到|≥|>=|不低于|大于等于|大于或等于|为|=|在)?({NUMBER}%)(?:\(含\))?(?:及)?(?:以上)?(?:的|时)?(?:,|及以上)?"
        rf"(?:,)?(?:得|计|为)?(?:满分|{NUMBER}分)",
        text,
    )
    return found[1] if found else None


def _column_percent(target: str) -> str | None:
    found = re.fullmatch(rf"(?:≥|>=|≤|<=|=|不低于|达到)?({NUMBER}%)(?:及?以上)?", flat(target).strip())
    return found[1] if found else None
