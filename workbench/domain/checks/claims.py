"""Checks of what texts claim: numbered headings, lists that are counted, benefits nobody measures, whose voice speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.domain.amounts import show_plain
from workbench.domain.checks.base import SCORES, check
from workbench.domain.checks.deductions import NOTHING
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.view import View
from workbench.domain.checks.written import TEXTS, Written, typed_texts
from workbench.domain.evaluation import Paragraph, Problem, Target
from workbench.domain.prose import sentences

_DIGITS = "零一二三四五六七八九十"
#: Marks of headings by level: 一、 （一） 1. （1）
_MARKS = (
    re.compile(r"^\s*([一二三四五六七八九十]{1,3})、"),
    re.compile(r"^\s*[（(]([一二三四五六七八九十]{1,3})[）)]"),
    re.compile(r"^\s*(\d{1,2})[.．、](?!\d)"),
    re.compile(r"^\s*[（(](\d{1,2})[）)]"),
)
#: Chapters of 财预〔2020〕10号附件3; standing alone on a line between numbered ones, a number is missing.
_CHAPTERS = (
    "有关建议",
    "意见建议",
    "存在的问题",
    "主要经验及做法",
    "综合评价情况及评价结论",
    "绩效评价指标分析",
)


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text == "十":
        return 10
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _DIGITS.index(text[0])
    return (_DIGITS.index(tens[0]) if tens else 1) * 10 + (_DIGITS.index(ones[0]) if ones else 0)


@check("K20", TEXTS)
def headings_count_on(view: View) -> Iterator[Finding]:
    """Numbers of headings that skip one, begin again below themselves, or are missing altogether."""
    yield from view.each("K20 headings", typed_texts(view), _miscounted)


def _miscounted(written: Written) -> Iterator[Finding]:
    last = [0, 0, 0, 0]
    chapters = sum(1 for line in written.text.splitlines() if _MARKS[0].match(line))
    for line in written.text.splitlines():
        bare = line.strip().strip("：:。")
        if chapters >= 2 and bare in _CHAPTERS:
            yield written.spot("K20", f"unnumbered-{bare}").notice(
                f"标题“{bare}”没有编号，前后的标题都有。",
                expected="依次编号",
                found=bare,
                remedy="请补上编号；报告各章的编号由程序生成，不必手写。",
            )
            continue
        level = next((n for n, mark in enumerate(_MARKS) if mark.match(line)), None)
        if level is None:
            continue
        found = _MARKS[level].match(line)
        number = _number(found[1]) if found is not None else 0
        before, last[level] = last[level], number
        last[level + 1 :] = [0] * (3 - level)
        if before and number not in {before, before + 1}:
            again = number == 1
            yield written.spot("K20", f"heading-{level}-{before}-{number}").notice(
                f"第 {before} 项之后又从第 1 项编起，层次不清。"
                if again
                else f"编号从 {before} 跳到 {number}。",
                expected="下一层次换一种编号" if again else f"{before + 1}",
                found=line.strip()[:24],
                remedy="请按 一、（一）1.（1） 的层次依次编号。",
            )


_COUNTED_LIST = re.compile(
    r"(\d{1,3})\s*个\s*[：:，,（(]?\s*(?:分别为|分别是|包括|即|有)?\s*[：:]\s*([^。；;\n]{10,400})"
)


@check("K19", TEXTS)
def lists_have_as_many_as_they_say(view: View) -> Iterator[Finding]:
    """``科室 20 个：…`` followed by nineteen names."""
    yield from view.each("K19 lists", typed_texts(view), _uncounted)


def _uncounted(written: Written) -> Iterator[Finding]:
    for found in _COUNTED_LIST.finditer(written.text):
        said = int(found[1])
        named = [
            part for part in re.split(r"[、，,]", re.sub(r"[（(][^）)]*[）)]", "", found[2])) if part.strip()
        ]
        if len(named) >= 4 and said != len(named) and abs(said - len(named)) <= max(2, said // 5):
            yield written.spot("K19", f"list-{said}-{len(named)}").notice(
                f"文字写 {said} 个，后面列了 {len(named)} 个。",
                detail=f"原文：{found[0][:60]}…",
                expected=f"{said} 个",
                found=f"{len(named)} 个",
                remedy="请核对个数和名单。",
            )


_BENEFITS = ("经济效益", "社会效益", "生态效益")
_CLAIMS = re.compile(r"产生|取得|实现|带来|提高|创造")
_CAUTIOUS = re.compile(r"不|未|无|预计|预期|是否|应|要|指标|包括|分析|评价|考核|考察|反映")


@check("K17", (*TEXTS, "target"))
def claimed_benefits_are_measured(view: View) -> Iterator[Finding]:
    """``产生了经济效益`` where neither an indicator nor a target measures any."""
    known = " ".join(
        [*(i.name + "".join(i.tags) for i in view.form.indicators)]
        + [f"{t.level1}{t.level2}{t.name}" for t in view.evaluation.table(Target).values()]
    )
    unmeasured = [word for word in _BENEFITS if word not in known]
    if not unmeasured:
        return

    def claimed(written: Written) -> Iterator[Finding]:
        for sentence in sentences(written.text):
            if not _CLAIMS.search(sentence) or _CAUTIOUS.search(sentence):
                continue
            for word in unmeasured:
                if word in sentence:
                    yield written.spot("K17", f"claim-{word}").notice(
                        f"文字说有“{word}”，指标体系和绩效目标里都没有衡量它的内容。",
                        detail=f"原文：{sentence}。",
                        expected="有指标或数据支持",
                        found=sentence[:40],
                        remedy="请写明依据，或删去这一说法。",
                    )

    yield from view.each(
        "K17 benefits", typed_texts(view), claimed, view.stable("unmeasured", tuple(unmeasured))
    )


_OWN_VOICE = re.compile(r"我单位|我局|我办|我们将|自评为")


@check("K24", TEXTS)
def the_evaluator_speaks(view: View) -> Iterator[Finding]:
    """A finance or department evaluation whose text speaks as the evaluated unit."""
    mode = view.evaluation.overview.mode
    if mode == "单位自评":
        return

    def own_voice(written: Written) -> Iterator[Finding]:
        found = _OWN_VOICE.search(written.text)
        if found is not None:
            yield written.spot("K24", "voice").notice(
                f"评价类型是“{mode}”，文字却用了“{found[0]}”，像是被评价单位的口吻。",
                expected="评价方的表述",
                found=written.text[max(0, found.start() - 8) : found.end() + 12].replace("\n", " "),
                remedy="请核对文档类型，改为评价方的表述；引用原文的加引号。",
            )

    yield from view.each("K24 voice", typed_texts(view), own_voice, mode)


_LACK = re.compile(r"不|未|无|缺|低|滞后|欠|较差|薄弱|有待|偏|超|少|难|问题|但|仅|差(?!现象)")


@check("K05", ("problem",))
def problems_are_no_praise(view: View) -> Iterator[Finding]:
    """Praise in the list of problems: ``资金分配合理，突出了重点``."""
    for problem in view.evaluation.table(Problem).values():
        title = problem.title.strip()
        praise = next((word for word in view.limits.praise if word in title), None)
        if praise and title not in NOTHING and not _LACK.search(title):
            yield view.at(
                "K05", "problems", "problem", problem.id, title, field="title", part="praise"
            ).notice(
                f"问题清单里的“{title}”是肯定的说法（“{praise}”）。",
                expected="存在的不足",
                found=title,
                remedy="请移到主要经验及做法，或写明不足。",
            )


_ANALYSIS = "analysis"


@check("K03", (*SCORES, "paragraph"))
def deductions_are_analysed(view: View) -> Iterator[Finding]:
    """A written analysis that speaks of other indicators, but not of one that lost points without a basis."""
    written = view.evaluation.get(Paragraph, _ANALYSIS)
    text = written.text if written is not None else ""
    named = {leaf.indicator.id for leaf in view.leaves if leaf.indicator.name[:4] in text}
    if len(named) < 2:
        return
    for scored in view.leaves:
        silent = (
            scored.indicator.id not in named and not view.evaluation.entry(scored.indicator.id).basis.strip()
        )
        if silent and (scored.deducted or 0) > 0:
            yield view.at_indicator(
                "K03", scored.indicator.id, "entry", field="basis", part="analysis"
            ).notice(
                f"扣了 {show_plain(scored.deducted or 0)} 分，指标分析里没有写到，评价依据也是空的。",
                expected="写明扣分的分析",
                found="没有",
                remedy="请填写评价依据，或在指标分析里说明。",
            )
