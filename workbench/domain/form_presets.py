"""What a new evaluation of a form starts with: questionnaires and targets."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from workbench.domain.evaluation import CHOICE_KINDS, OPERATORS, QUESTION_KINDS, QUESTION_ROLES
from workbench.domain.raw_reader import RawReader
from workbench.domain.rules.params import show_percent_plain


def compile_questionnaires(reader: RawReader, raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each questionnaire with its questions and options, as plain data; faults go to the reader."""
    codes: set[str] = set()
    for number, entry in reader.entries(raw, "questionnaire", "问卷"):
        place = f"问卷 {number}"
        questions = [
            _question(reader, question, f"{place} › 第 {position} 题", codes)
            for position, question in reader.entries(entry, "question", place)
        ]
        yield {
            "title": reader.text(entry, "title", "问卷名称", place=place, required=True),
            "group": reader.text(entry, "group", "调查对象", place=place),
            "introduction": reader.text(entry, "introduction", "卷首语", place=place),
            "question": questions,
        }


def _question(reader: RawReader, entry: Mapping[str, Any], place: str, codes: set[str]) -> dict[str, Any]:
    code = reader.text(entry, "code", "代号", place=place)
    if code in codes:
        reader.refuse(place, f"代号“{code}”已被别的题目使用。", "每题的代号不能重复。")
    elif code:
        codes.add(code)
    options = []
    for position, option in reader.entries(entry, "option", place):
        where = f"{place} › 选项 {position}"
        said = {"label": reader.text(option, "label", "选项文字", place=where, required=True)}
        if "weight" in option and (weight := _weight(reader, option["weight"], where)) is not None:
            said["weight"] = weight
        options.append(said)
    question = {
        "code": code,
        "text": reader.text(entry, "text", "题目", place=place, required=True),
        "name": reader.text(entry, "name", "结果名称", place=place),
        "kind": reader.one_of(entry, "kind", "题型", QUESTION_KINDS, place),
        "role": reader.one_of(entry, "role", "用途", QUESTION_ROLES, place),
        "option": options,
    }
    if question["kind"] in CHOICE_KINDS and not options:
        reader.note(place, "是选择题，却没有选项。", "请写选项，或把题型改为文字。")
    return question


def _weight(reader: RawReader, value: Any, place: str) -> str | None:
    weight = reader.number(value, place, "权重（weight）")
    if weight is None:
        return None
    if not (isinstance(value, str) and value.strip().endswith(("%", "％"))):
        weight = weight.scaleb(-2)
    if weight > 1:
        reader.refuse(place, f"权重 {show_percent_plain(weight)} 超过 100%。", "请写 0% 至 100%。")
        return None
    return show_percent_plain(weight)


def compile_targets(
    reader: RawReader, raw: Mapping[str, Any], indicators: Container[str]
) -> Iterator[dict[str, Any]]:
    """Each target, as plain data; ``indicators`` are the ids that it may belong to."""
    for number, entry in reader.entries(raw, "target", "绩效目标"):
        place = f"绩效目标第 {number} 条"
        target = {
            "level1": reader.text(entry, "level1", "一级指标", place=place),
            "level2": reader.text(entry, "level2", "二级指标", place=place),
            "name": reader.text(entry, "name", "目标名称", place=place, required=True),
            "operator": reader.one_of(entry, "operator", "比较", OPERATORS, place),
            "unit": reader.text(entry, "unit", "计量单位", place=place),
            "indicator": reader.text(entry, "indicator", "对应评价指标", place=place),
        }
        if "value" in entry and (value := reader.number(entry["value"], place, "指标值")) is not None:
            target["value"] = f"{value:f}"
        if target["indicator"] and target["indicator"] not in indicators:
            reader.note(place, f"对应的评价指标“{target['indicator']}”不存在。", "请改为已有指标的编号。")
        yield target
