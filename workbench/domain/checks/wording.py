"""Checks of wording: dates that do not exist, numbers of annexes and figures, residue, unknown markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from workbench.domain.checks.base import check
from workbench.domain.checks.finding import Finding, Place
from workbench.domain.checks.view import View
from workbench.domain.checks.written import FILLED, TEXTS, Written, filled_texts, typed_texts
from workbench.domain.evaluation import Entry

_MISSING_DAY = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
_SHORT_DAY = re.compile(r"(?<!\d)(?<!年)(\d{1,2})\s?月\s?(\d{1,2})\s?日")


@check("K16", TEXTS)
def dates_in_text_exist(view: View) -> Iterator[Finding]:
    """11月31日 and the like."""
    yield from view.each("K16 days", typed_texts(view), _missing_days)


def _missing_days(written: Written) -> Iterator[Finding]:
    if "日" in written.text:
        days = [tuple(int(part) for part in found.groups()) for found in _MISSING_DAY.finditer(written.text)]
        days += [
            (2024, *(int(part) for part in found.groups())) for found in _SHORT_DAY.finditer(written.text)
        ]
        for year, month, day in days:
            try:
                date(year, month, day)
            except ValueError:
                yield written.spot("K16", f"{month}-{day}").warning(
                    f"没有 {month} 月 {day} 日这一天。",
                    expected="存在的日期",
                    found=f"{month} 月 {day} 日",
                    remedy="请核对日期。",
                )


_ANNEX = re.compile(r"([^\s，。；;、（(《》:：]{2,20})\s?[（(]\s?附件\s?(\d{1,2})\s?[)）]")
_LEAD = re.compile(r"^(?:根据|依据|参照|详见|见|和|与|及)+")
_FIGURE = re.compile(r"(?m)^\s*(图|表)\s?(\d{1,2})\s+([^\s，。（(]{2,30})")


@check("K20", TEXTS)
def annex_numbers_are_unambiguous(view: View) -> Iterator[Finding]:
    """One annex number for different things; one figure number with two captions."""
    annexes: dict[str, dict[str, Written]] = {}
    captions: dict[str, dict[str, Written]] = {}
    for written, kind, number, name in view.each("K20", [*_sources(view), *typed_texts(view)], _cited):
        (annexes if kind == "附件" else captions).setdefault(kind + number, {}).setdefault(name, written)
    for number, cited in annexes.items():
        names = {  # 烟台市热线考核 and 收集到的烟台市热线考核情况 are one thing
            name: written
            for name, written in cited.items()
            if not any(name != other and other in name for other in cited)
        }
        if len(names) > 1:
            last = list(names.values())[-1]
            yield last.spot("K20", number).warning(
                f"“{number[:2]} {number[2:]}”指了 {len(names)} 样东西：{'、'.join(names)}。",
                expected="一个编号一份附件",
                found=f"{len(names)} 样",
                remedy="请按佐证编号引用，附件编号由程序生成。",
            )
    for number, names in captions.items():
        if len(names) > 1:
            last = list(names.values())[-1]
            yield last.spot("K20", number).warning(
                f"“{number[0]} {number[1:]}”有 {len(names)} 个：{'、'.join(names)}。",
                expected="编号不重复",
                found=f"{len(names)} 个",
                remedy="请重新编号。",
            )


def _sources(view: View) -> Iterator[Written]:
    """The sources that entries name, which are no text of the report but cite annexes too."""
    for entry in view.evaluation.table(Entry).values():
        if "附件" in entry.basis_source and view.form.get(entry.id):
            where = f"{view.form.place(entry.id)} › 依据来源"
            place = Place("scoring", "entry", entry.id, "basis_source")
            yield Written(place, where, entry.basis_source, indicator=entry.id)


def _cited(written: Written) -> Iterator[tuple[Written, str, str, str]]:
    for found in _ANNEX.finditer(written.text):
        yield written, "附件", found[2], _LEAD.sub("", found[1])
    for found in _FIGURE.finditer(written.text):
        yield written, found[1], found[2], found[3]


_ANNOUNCED = re.compile(r"(?m)^\s*附件\s?(\d{1,2})[\s:：.、]+([^\s.…（(\d][^\n.…\t]{3,28})")
_LISTED = re.compile(r"(?m)^[ \t]*附件\s?[:：][ \t]*\n((?:.*\n){1,40}?)(?=\s*附件|\Z)")
_LIST_LINE = re.compile(r"(?m)^[-·•*\s]*(\d{1,2})\s?[.、．]\s*([^\n]{4,30}?)\s*$")


@check("K20", TEXTS)
def annexes_keep_their_numbers(view: View) -> Iterator[Finding]:
    """The same annex under two numbers: in the contents and in the list at the end."""
    yield from view.each("K20 numbers", typed_texts(view), renumbered)


def renumbered(written: Written) -> Iterator[Finding]:
    """The annexes of one text that have several numbers."""
    if "附件" not in written.text:
        return
    numbers: dict[str, list[str]] = {}
    for found in _ANNOUNCED.finditer(written.text):
        numbers.setdefault(_bare(found[2]), []).append(found[1])
    for block in _LISTED.finditer(written.text):
        for found in _LIST_LINE.finditer(block[1]):
            numbers.setdefault(_bare(found[2]), []).append(found[1])
    moved = {name: sorted(set(n), key=int) for name, n in numbers.items() if len(set(n)) > 1}
    if moved:
        first, several = next(iter(moved.items()))
        yield written.spot("K20", "moved").warning(
            f"附件编号前后不一：“{first}”既是附件 {several[0]}，又是附件 {several[1]}"
            + (f"，共 {len(moved)} 份。" if len(moved) > 1 else "。"),
            detail="；".join(f"{name}：{'、'.join(n)}" for name, n in moved.items()) + "。",
            expected="一份附件一个编号",
            found=f"{len(moved)} 份不一致",
            remedy="请统一目录与文末的附件清单。",
        )


@check("K20", TEXTS)
def announced_annexes_are_printed(view: View) -> Iterator[Finding]:
    """Annexes that a text announces and the report does not print; only asked where the outline is known."""
    printed = tuple(_bare(title) for title in view.limits.annexes)
    if not printed:
        return

    def missing(written: Written) -> Iterator[Finding]:
        if "附件" not in written.text:
            return
        named = {_bare(found[2]): found[1] for found in _ANNOUNCED.finditer(written.text)}
        for block in _LISTED.finditer(written.text):
            named |= {_bare(found[2]): found[1] for found in _LIST_LINE.finditer(block[1])}
        absent = [
            (number, name)
            for name, number in named.items()
            if not any(name in title or title in name for title in printed)
        ]
        if absent:
            listed = "、".join(f"附件 {number} {name}" for number, name in absent)
            yield written.spot("K20", "absent").notice(
                f"文字列出的附件有 {len(absent)} 份不随报告印出：{listed}。",
                detail=f"报告印出的附件：{'、'.join(view.limits.annexes)}。",
                expected="列出的附件都在",
                found=f"缺 {len(absent)} 份",
                remedy="请另行装订这些附件，或在文字里删去。",
            )

    yield from view.each("K20 announced", typed_texts(view), missing)


def _bare(title: str) -> str:
    return re.sub(r"[\s.…·]", "", title)


_PAPER = re.compile(
    r"《([^《》]{4,60})》[^（(《》。，；]{0,8}[（(]\s?([^（）()《》]{2,12}[〔\[［]\d{4}[〕\]］]\s?\d+\s?号)"
)


@check("K26", TEXTS)
def papers_keep_their_titles(view: View) -> Iterator[Finding]:
    """One paper (by its number) quoted with two titles."""
    titles: dict[str, dict[str, Written]] = {}
    for written, number, title in view.each("K26 papers", typed_texts(view), _papers):
        titles.setdefault(number, {}).setdefault(title, written)
    for number, found in titles.items():
        names = [name for name in found if not any(name != other and name in other for other in found)]
        if len(names) > 1:
            yield (
                found[names[-1]]
                .spot("K26", f"paper-{number}")
                .notice(
                    f"{number}的标题有 {len(names)} 种写法：{'、'.join(f'《{name}》' for name in names)}。",
                    expected="一个标题",
                    found=f"{len(names)} 种",
                    remedy="请核对文件原文。",
                )
            )


def _papers(written: Written) -> Iterator[tuple[Written, str, str]]:
    for found in _PAPER.finditer(written.text):
        number = re.sub(r"\s", "", found[2]).translate(str.maketrans("[］［]", "〔〕〔〕"))
        yield written, number, re.sub(r"\s", "", found[1])


_BROKEN = re.compile(r"(?<![\d.])\d{1,3}\.\d[ \u00a0\u3000]\d(?![\d.%])")
_DOUBLE = re.compile(r"([。，；、])\1")


@check("K26", TEXTS)
def no_residue_is_left(view: View) -> Iterator[Finding]:
    """Placeholders, other projects' names, words of other kinds of reports, broken numbers, doubled marks."""
    limits, overview = view.limits, view.evaluation.overview
    own = " ".join(
        (
            overview.project,
            overview.evaluated_unit,
            overview.department,
            overview.commissioner,
            overview.agency,
        )
    )
    words = (
        [(word, "模板占位文字") for word in limits.placeholders]
        + [(name, "其他项目的名称") for name in limits.other_names if name and name not in own]
        + [(word, "其他类型报告的用语") for word in limits.residue]
        + [(paper, "已被取代的文件") for paper in limits.outdated]
    )
    pattern = re.compile("|".join(re.escape(word) for word, _ in words if word) or r"(?!)")

    def residue(written: Written) -> Iterator[Finding]:
        text = written.text
        hits = set(pattern.findall(text))
        for word, kind in words:
            if word in hits or (hits and word and word in text):
                yield written.spot("K26", word).notice(
                    f"文字里有“{word}”，是{kind}。",
                    expected="本项目的内容",
                    found=_around(text, word),
                    remedy="请核对并改正。",
                )
        broken = _BROKEN.search(text)
        if broken:
            yield written.spot("K26", "broken").notice(
                f"“{broken[0]}”像是断开的数字。",
                expected=re.sub(r"\s", "", broken[0]),
                found=broken[0],
                remedy="请删去数字中间的空格。",
            )
        doubled = _DOUBLE.search(text)
        if doubled:
            yield written.spot("K26", "doubled").notice(
                f"标点“{doubled[0]}”重复。",
                expected=doubled[1],
                found=_around(text, doubled[0]),
                remedy="请删去多余的标点。",
            )

    yield from view.each("K26", typed_texts(view), residue, overview)


def _around(text: str, word: str) -> str:
    at = text.find(word)
    return text[max(0, at - 8) : at + len(word) + 8].replace("\n", " ")


@check("K26", FILLED)
def bound_names_exist(view: View) -> Iterator[Finding]:
    """``{名称}`` that nothing stands behind."""
    for written in filled_texts(view):
        for name in written.unknown:
            yield written.spot("K26", name).warning(
                f"文字引用了“{{{name}}}”，没有这个数据。",
                detail=f"可用的有：{'、'.join(written.known)}。",
                expected="已有的名称",
                found=f"{{{name}}}",
                remedy="请改为已有的名称，或先填写对应的数据。",
            )


_FAULT = re.compile(r"每出现\s*\d+\s*[次起件]\s*(.{2,14}?)(?:情况|情形|的)?[，,；;]")


@check("K26", ())
def standards_are_not_copied_from_another_indicator(view: View) -> Iterator[Finding]:
    """The very fault of another indicator (…未及时转办…) in the standard of one that measures something else."""
    named = [(leaf, found[1]) for leaf in view.form.leaves if (found := _FAULT.search(leaf.criterion))]
    for leaf, fault in named:
        word = fault[-2:]
        if word in leaf.name:
            continue
        original = next(
            (other for other, same in named if other is not leaf and same == fault and word in other.name),
            None,
        )
        if original is not None:
            yield view.at_indicator("K26", leaf.id, part="copied").notice(
                f"评分标准写“{fault}”，与“{original.name}”相同，像是照抄未改。",
                expected=f"与“{leaf.name}”相应的情形",
                found=fault,
                remedy="请核对评分标准。",
            )
