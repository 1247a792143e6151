"""Checks of human text against the data: figures, grade, names and counts of indicators, praise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.domain.amounts import show_plain
from workbench.domain.checks.base import check
from workbench.domain.checks.dates import time_progress
from workbench.domain.checks.facts import facts_of
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.view import View
from workbench.domain.checks.written import FILLED, Written, filled_texts
from workbench.domain.prose import Compared, Facts, compare, percent_fact, sentences
from workbench.domain.scoring import IndicatorScore

_DIGIT = re.compile(r"\d")


@check("K19", FILLED)
def figures_in_text_are_those_of_the_data(view: View) -> Iterator[Finding]:
    """Every figure that a text names against the model."""
    facts = facts_of(view)

    def wrong(written: Written) -> Iterator[Finding]:
        said: dict[tuple[str, str], list[Compared]] = {}
        for compared in compare(written.text, facts, written.bound):
            if compared.status == "contradicted":
                said.setdefault((compared.name, compared.number.text), []).append(compared)
        for (name, figure), places in said.items():
            number, fact = places[0].number, places[0].nearest
            if fact is None:
                continue
            spot = written.spot("K19", f"{name}{fact.meaning}{figure}")
            quote = written.text[max(0, number.start - 16) : number.end].replace("\n", " ").strip()
            give = spot.error if number.kind == "points" else spot.warning
            often = f"（共 {len(places)} 处）" if len(places) > 1 else ""
            yield give(
                f"文字写“{name}”{figure}，数据为 {fact.shown}{often}。",
                detail=f"原文：…{quote}…。文字中的数字请用 {{名称}} 引用，数据变了文字随之更新。",
                expected=fact.shown,
                found=figure,
                remedy="请改正文字，或核对数据。",
            )

    numbered = [written for written in filled_texts(view) if _DIGIT.search(written.text)]
    yield from view.each("K19 figures", numbered, wrong, facts)


_GRADE = re.compile(
    r"(?:评价等级|评定等级|评级|等级|评定为|自评为)\s*(?:评定)?(?:为|是|：|:)?\s*[“\"「]?(优秀|良好|合格|不合格|优|良|中|差)(?![、，好秀]|等级|以上|和|或|[（(]含)"
)


@check("K19", FILLED)
def grade_in_text_is_the_grade(view: View) -> Iterator[Finding]:
    """The grade word of a text: one of the bands, and the one that the total has."""
    scores = view.scores
    names = [band.name for band in view.form.bands]
    if not names or not scores.complete or scores.grade is None:
        return
    grade = scores.grade.name

    def wrong(written: Written) -> Iterator[Finding]:
        for found in _GRADE.finditer(written.text):
            word = found[1]
            if word not in names:
                yield written.spot("K12", "word").warning(
                    f"文字写等级“{word}”，等级划分里没有这一档（{'、'.join(names)}）。",
                    expected=grade,
                    found=word,
                    remedy="请使用等级划分中的名称。",
                )
            elif word != grade:
                yield written.spot("K19", "grade").error(
                    f"文字写等级“{word}”，总分 {scores.total} 应为“{grade}”。",
                    expected=grade,
                    found=word,
                    remedy="请改正文字。",
                )

    yield from view.each("K19 grade", filled_texts(view), wrong, view.scores)


_COUNTED = re.compile(r"(\d+)\s*个\s*([一二三四]级指标)")
_ASPECTS = re.compile(
    r"(?:从|考察|考核|反映)\s*([^，。；\n]{4,60}?)\s*(?:\d+\s*个?\s*方面|两个?方面|三个?方面|几个?方面|[，。；\n]|$)"
)


@check("K19", FILLED)
def structure_in_text_is_the_table(view: View) -> Iterator[Finding]:
    """Counts of indicators, and names of the lower indicators, as texts list them."""
    form = view.form
    counts = {
        name: sum(1 for i in form.indicators if i.level == level) for level, name in enumerate(form.levels, 1)
    }

    def wrong(written: Written) -> Iterator[Finding]:
        for found in _COUNTED.finditer(written.text):
            number, name = int(found[1]), found[2]
            if name in counts and number != counts[name]:
                yield written.spot("K19", name).error(
                    f"文字写 {number} 个{name}，指标表有 {counts[name]} 个。",
                    expected=f"{counts[name]} 个",
                    found=f"{number} 个",
                    remedy="请改正文字。",
                )
        if "方面" in written.text or "考察" in written.text:
            yield from _aspects(view, written)

    yield from view.each("K19 structure", filled_texts(view), wrong)


def _aspects(view: View, written: Written) -> Iterator[Finding]:
    form = view.form
    for sentence in sentences(written.text):
        root = next((i for i in form.roots if re.search(rf"{re.escape(i.name)}\s*[:：（(]", sentence)), None)
        found = _ASPECTS.search(sentence)
        if root is None or found is None:
            continue
        known = {i.name for i in form.indicators if form.path(i.id)[0] is root}
        named = [part.strip() for part in re.split(r"[、和及与]", found[1]) if part.strip()]
        strange = [name for name in named if name not in known]
        if strange and len(strange) < len(named):
            children = "、".join(child.name for child in form.children(root.id))
            yield written.spot("K19", f"aspects-{root.id}").warning(
                f"文字说“{root.name}”包括“{'、'.join(strange)}”，指标表里是“{children}”。",
                expected=children,
                found="、".join(named),
                remedy="请按指标表改正文字。",
            )


@check("K19", FILLED)
def time_progress_in_text(view: View) -> Iterator[Finding]:
    """The completion rate by time, as the dates give it."""
    progress = time_progress(view.evaluation.overview)
    if progress is None:
        return
    names = ("实际完成率", "时间进度", "项目完成率")
    facts = Facts([percent_fact(name, progress) for name in names])
    for written in filled_texts(view):
        if not any(name in written.text for name in names):
            continue
        for compared in compare(written.text, facts, written.bound):
            if compared.status == "contradicted" and compared.nearest is not None:
                yield written.spot("K19", "progress").warning(
                    f"文字写“{compared.name}”{compared.number.text}，按项目起止日期和基准日为 {compared.nearest.shown}。",
                    expected=compared.nearest.shown,
                    found=compared.number.text,
                    remedy="请写明完成率的口径，或按日期改正。",
                )


_NAMED = re.compile(
    r"(?P<stem>.{2,})(?P<praise>合规|健全|有效|合理|明确|科学|充分|规范|及时|完整|匹配)(?:性|率)"
)


@check("K03", FILLED)
def praise_does_not_stand_against_a_deduction(view: View) -> Iterator[Finding]:
    """``使用合规`` in a text while points were taken off the very indicator for it."""
    deducted = [scored for scored in view.leaves if (scored.deducted or 0) > 0]
    own = {scored.indicator.id: scored for scored in deducted}
    named = [
        (scored, found["stem"][-2:], found["praise"])
        for scored in deducted
        if (found := _NAMED.fullmatch(scored.indicator.name)) is not None
    ]
    for written in filled_texts(view):
        if written.place.kind == "entry" and written.indicator in own:
            yield from _praise_of_its_own(view, written, own[written.indicator])
        elif written.place.kind == "paragraph":
            for scored, stem, word in named:
                yield from _praise_elsewhere(view, written, scored, stem + word)


def _praise_of_its_own(view: View, written: Written, scored: IndicatorScore) -> Iterator[Finding]:
    said = written.text.replace(
        scored.indicator.name, ""
    )  # 有效工作时长 names what is measured, it is no praise
    clear = next((word for word in view.limits.praise if word in said), None)
    if clear is None or any(word in written.text for word in view.limits.doubt):
        return
    yield written.spot("K03", "praise").warning(
        f"依据写“{clear}”，本指标却扣了 {show_plain(scored.deducted or 0)} 分。",
        detail=f"依据：{written.text}",
        expected="写明扣分的事实",
        found=clear,
        remedy="请使依据与扣分一致，或改正得分。",
    )


def _praise_elsewhere(view: View, written: Written, scored: IndicatorScore, words: str) -> Iterator[Finding]:
    stem, praise = words[:2], words[2:]
    for sentence in sentences(written.text):
        # 合规性 is the name of an indicator, 是否合规 a question: neither says that it is so.
        if "是否" in sentence or not re.search(rf"{re.escape(stem)}.{{0,3}}{praise}(?![性率])", sentence):
            continue
        if any(word in sentence.replace(praise, "") for word in view.limits.doubt):
            continue
        name = scored.indicator.name
        yield written.spot("K03", f"praise-{scored.indicator.id}").warning(
            f"正文写“{stem}{praise}”，指标“{name}”却扣了 {show_plain(scored.deducted or 0)} 分。",
            detail=f"原文：{sentence}。",
            expected="文字与扣分一致",
            found=sentence[:40],
            remedy="请改正文字，或改正得分。",
        )
