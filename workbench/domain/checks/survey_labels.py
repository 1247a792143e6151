"""Checks of the questions and labels of a questionnaire against what was asked and what standards name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workbench.domain.checks.base import SCORES, check
from workbench.domain.checks.finding import Finding
from workbench.domain.checks.survey_view import SURVEY, at_question, bound_questions
from workbench.domain.checks.view import View
from workbench.domain.evaluation import Option, Question

_COUNTED = re.compile(r"([一-鿿]+?)的人数")


@check("K11", SURVEY)
def questions_are_those_of_the_questionnaire(view: View) -> Iterator[Finding]:
    """Texts and labels against the questionnaire that the indicator system carries; no question twice."""
    asked = {
        str(question["code"]): question
        for sheet in view.form.questionnaires
        for question in sheet.get("question", ())
        if isinstance(question, Mapping) and question.get("code")
    }
    seen: dict[tuple[str, str], Question] = {}
    for question in view.evaluation.listed(Question):
        twin = seen.setdefault((question.questionnaire, _plain(question.text)), question)
        if twin is not question and question.text.strip():
            yield at_question(view, "K11", question, field="text", part="twice").warning(
                f"题目“{question.text}”在同一问卷里出现了两次。",
                expected="每题不同",
                found="重复",
                remedy="请改正或删去一题。",
            )
        original = asked.get(question.code)
        if original is None:
            continue
        text = str(original.get("text", ""))
        if text and _plain(text) != _plain(question.text):
            yield at_question(view, "K11", question, field="text").warning(
                f"统计的题目是“{question.text}”，问卷上是“{text}”。",
                expected=text,
                found=question.text,
                remedy="请核对是否沿用了其他项目的题目。",
            )
        labels = [str(option.get("label", "")) for option in original.get("option", ())]
        mine = [o.option.label for o in view.sources.tally(question).options]
        if labels and mine and [_plain(x) for x in labels] != [_plain(x) for x in mine]:
            yield at_question(view, "K11", question, part="labels").warning(
                f"统计的选项是“{'、'.join(mine)}”，问卷上是“{'、'.join(labels)}”。",
                expected="、".join(labels),
                found="、".join(mine),
                remedy="请使用问卷上的选项文字。",
            )


def _plain(text: str) -> str:
    return re.sub(r"[\s？?。.：:]", "", text)


@check("K11", SCORES)
def standards_use_the_labels_of_the_questionnaire(view: View) -> Iterator[Finding]:
    """Level words in the standard (…的人数) that the questionnaire does not have."""
    for scored, _, _, question in bound_questions(view):
        named = list(dict.fromkeys(_COUNTED.findall(scored.indicator.criterion)))
        labels = [option.label for option in view.evaluation.listed(Option) if option.question == question.id]
        strange = [word for word in named if word not in labels]
        if not labels or not strange or len(named) - len(strange) < 2:
            continue
        unused = [label for label in labels if label not in named]
        yield view.at_indicator("K11", scored.indicator.id, part="labels").notice(
            f"评分标准写“{'、'.join(strange)}”，问卷选项是“{'、'.join(unused or labels)}”。",
            expected="、".join(unused or labels),
            found="、".join(strange),
            remedy="请统一用语。",
        )
