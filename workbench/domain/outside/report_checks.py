"""Checks of a report's text against its score sheet that need the order of paragraphs: problems, analysis, numbering, lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from workbench.domain.amounts import show_plain
from workbench.domain.checks.finding import Place, Spot
from workbench.domain.checks.wording import renumbered
from workbench.domain.checks.written import Written
from workbench.domain.outside.assembling import Assembled
from workbench.domain.outside.printed import Placed
from workbench.domain.outside.sheet import At, Outside, Said

_HEADING = re.compile(r"\s*(?P<number>[一二三四五六七八九十]{1,3})、\s*(?P<title>[^。；]{2,24})")
_PROBLEMS = re.compile(r"存在的?(?:主要)?问题|主要问题|问题及原因")
_AFTER = re.compile(r"建议|经验|附件|其他需要说明")
_LACK = re.compile(r"不[^断仅但得]|未|缺|低|滞后|不足|欠|较差|薄弱|有待|重复")
_UNNUMBERED = re.compile(r"\s*(?:有关|相关|意见和?|对策|改进)?建议\s*|\s*(?:存在的)?(?:主要)?问题\s*")
_COUNTED = re.compile(r"(?<!\d)(?P<number>\d{1,3})\s*个\s*[:：]\s*(?P<list>[^。；;\n]{6,600})")
_ASKED = re.compile(r"\s*\d{1,2}\s*[、.．]\s*(?P<text>[^？?]{4,60}[？?])")
_DIGITS = "零一二三四五六七八九"


def report_checks(outside: Outside, made: Assembled) -> Iterator[Placed]:
    """Every check of this room; silent without a report."""
    texts = [said for said in outside.texts if not said.at.row and said.at.file]
    yield from _problems_without_deduction(outside, made, texts)
    yield from _deductions_without_analysis(outside, made, texts)
    yield from _headings(texts)
    yield from _annexes(texts)
    yield from _lists(texts)
    yield from _questions(outside, texts)


def _spot(code: str, where: str, part: str) -> Spot:
    return Spot(code, Place("outside", "report", part), where, part=part)


def _number(text: str) -> int:
    """``十二`` → 12."""
    if text == "十":
        return 10
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS.find(text)
    return (_DIGITS.find(tens) if tens else 1) * 10 + (_DIGITS.find(ones) if ones else 0)


def _lost(outside: Outside, made: Assembled) -> dict[str, Decimal]:
    """What each scored indicator lost, by name; names that recur are left out."""
    found: dict[str, Decimal] = {}
    names = [line.name for line in outside.leaves]
    for line in outside.leaves:
        score = line.scores.get(made.counting)
        if score is not None and line.points is not None and names.count(line.name) == 1:
            found[line.name] = line.points.value - score.value
    return found


def _problem_section(texts: list[Said]) -> Iterator[Said]:
    inside = False
    for said in texts:
        heading = _HEADING.match(said.text)
        title = heading["title"] if heading else said.text if len(said.text) <= 12 else ""
        if title and _PROBLEMS.search(title):
            inside = True
        elif (
            title and (heading is not None or _UNNUMBERED.fullmatch(said.text)) and _AFTER.search(title)
        ) or heading is not None:
            inside = False
        elif inside:
            yield said


def _problems_without_deduction(outside: Outside, made: Assembled, texts: list[Said]) -> Iterator[Placed]:
    """A problem that names indicators which all have their full marks (a second-level name counts for its leaves)."""
    lost = _lost(outside, made)
    groups = {
        line.name: [lost[leaf] for leaf in _leaves_of(outside, line.id) if leaf in lost]
        for line in outside.lines
        if not line.leaf and len(line.name) >= 4
    }
    told: set[tuple[str, ...]] = set()
    for said in _problem_section(texts):
        if not _LACK.search(said.text):
            continue
        named = [name for name in lost if len(name) >= 4 and name in said.text]
        full = [name for name in named if lost[name] == 0]
        if not named:
            above = [name for name, marks in groups.items() if name in said.text and marks]
            full = above if above and all(mark == 0 for name in above for mark in groups[name]) else []
            named = above
        if not full or (len(full) < len(named) and len(full) < 2) or tuple(full) in told:
            continue
        told.add(tuple(full))
        listed = "、".join(full)
        yield Placed(
            _spot("K05", "存在的问题", f"full-{said.at.paragraph}").notice(
                f"正文把“{listed}”列为问题，评分表里却没有为此扣分。",
                expected="问题有相应的扣分，或写明不扣分的理由",
                found="满分",
                remedy="请核对是否漏扣，或说明理由。",
            ),
            said.at,
        )


def _leaves_of(outside: Outside, id_: str) -> list[str]:
    parents: dict[str, str] = {raw["id"]: raw.get("parent", "") for raw in outside.form["indicator"]}

    def below(leaf: str) -> bool:
        now = parents.get(leaf, "")
        while now and now != id_:
            now = parents.get(now, "")
        return now == id_

    return [line.name for line in outside.leaves if below(line.id)]


def _deductions_without_analysis(outside: Outside, made: Assembled, texts: list[Said]) -> Iterator[Placed]:
    """An indicator that lost points and that the report, which goes through the others, never analyses."""
    prose = [said.text for said in texts if "\t" not in said.text and not said.at.table]
    lost = _lost(outside, made)
    spoken = {name: sum(1 for text in prose if name in text or _stem(name) in text) for name in lost}
    if len(prose) < 8 or sum(1 for times in spoken.values() if times) * 3 < len(spoken) * 2:
        return
    for line in outside.leaves:
        points = lost.get(line.name)
        if points and not spoken[line.name]:
            stated = line.scores[made.counting]
            yield Placed(
                _spot("K05", line.name, f"silent-{line.id}").notice(
                    f"“{line.name}”扣了 {show_plain(points)} 分，正文没有分析。",
                    expected="正文写明扣分的事实和原因",
                    found="没有提到",
                    remedy="请在指标分析中补写。",
                ),
                stated.at,
            )


def _stem(name: str) -> str:
    return name.removesuffix("性")


def _headings(texts: list[Said]) -> Iterator[Placed]:
    """一、二、三、… without gaps; a chapter among them that has lost its number."""
    last = 0
    for said in texts:
        heading = _HEADING.match(said.text)
        if heading is None:
            if last >= 3 and _UNNUMBERED.fullmatch(said.text):
                yield Placed(
                    _spot("K20", "标题", f"unnumbered-{said.at.paragraph}").notice(
                        f"标题“{said.text.strip()}”没有编号，上一章是第 {last} 章。",
                        expected=f"第 {last + 1} 章",
                        found="没有编号",
                        remedy="请补上编号。",
                    ),
                    said.at,
                )
            continue
        number = _number(heading["number"])
        if number > 1 and last and number not in {last + 1, last} and number > last:
            yield Placed(
                _spot("K20", "标题", f"gap-{said.at.paragraph}").notice(
                    f"标题编号从第 {last} 章跳到第 {number} 章。",
                    expected=f"第 {last + 1} 章",
                    found=f"第 {number} 章",
                    remedy="请核对标题编号。",
                ),
                said.at,
            )
        last = number


def _annexes(texts: list[Said]) -> Iterator[Placed]:
    """The same annex under two numbers, in the contents and in the list at the end."""
    whole = "\n".join(said.text for said in texts) + "\n"
    for finding in renumbered(Written(Place("outside", "report", "annexes"), "附件", whole)):
        first = next((said.at for said in reversed(texts) if said.text.strip().startswith("附件")), At())
        yield Placed(finding, first)


def _lists(texts: list[Said]) -> Iterator[Placed]:
    """``20 个：甲、乙、丙`` with another number of names; what stands in brackets is no name of its own."""
    for said in texts:
        for found in _COUNTED.finditer(said.text):
            names = [one for one in re.sub(r"[（(].*?[)）]", "", found["list"]).split("、") if one.strip()]
            number = int(found["number"])
            if len(names) >= 4 and len(names) != number and abs(len(names) - number) <= max(3, number // 4):
                yield Placed(
                    _spot("K19", "正文", f"list-{said.at.paragraph}").notice(
                        f"文字写 {number} 个，列出的是 {len(names)} 个。",
                        expected=f"{len(names)} 个",
                        found=f"{number} 个",
                        remedy="请核对个数或补全名单。",
                    ),
                    said.at,
                )


def _questions(outside: Outside, texts: list[Said]) -> Iterator[Placed]:
    """A question of the statistics that the printed questionnaire doesn't ask."""
    asked = {
        _plain(found["text"]): found["text"]
        for said in texts
        if (found := _ASKED.match(said.text)) is not None
    }
    if len(asked) < 2:
        return
    known = [_plain(one.text.text) in asked for one in outside.asked]
    if not any(known):
        return  # another way of writing questions: nothing can be said
    for one, there in zip(outside.asked, known, strict=True):
        if not there:
            yield Placed(
                _spot("K11", "问卷统计", f"question-{one.text.at.cell}").warning(
                    f"统计的题目“{one.text.text}”，问卷上没有这一题。",
                    detail="问卷上的题目：" + "；".join(asked.values()),
                    expected="问卷上的题目",
                    found=one.text.text,
                    remedy="请核对是否沿用了其他项目的统计表。",
                ),
                one.text.at,
            )


def _plain(text: str) -> str:
    return re.sub(r"[\s？?。.：:]", "", text)
