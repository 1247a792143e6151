"""The library of questionnaires: every file can be taken over, broken ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.domain.entities_survey import SHEETS
from workbench.domain.evaluation import Option, Question, Questionnaire
from workbench.errors import WorkbenchError
from workbench.services.session import Session
from workbench.services.survey_library import SurveyLibrary

LIBRARY = SurveyLibrary(ROOT / "resources")
READY = LIBRARY.questionnaires()


def test_every_set_of_weights_falls() -> None:
    sets = LIBRARY.weight_sets()
    assert {"100-80-60-30-0", "100-75-50-25-0", "100-80-60-40-20"} <= {one.key for one in sets}
    assert all(list(one.weights) == sorted(one.weights, reverse=True) for one in sets)
    assert all(len(one.weights) == 3 for one in LIBRARY.weight_sets(3))


@pytest.mark.parametrize("key", [one.key for one in READY])
def test_every_questionnaire_can_be_taken_over(key: str) -> None:
    entities = LIBRARY.entities(key, Session.new_id, project="热线项目")
    asked = entities[0]
    assert isinstance(asked, Questionnaire)
    assert asked.way == SHEETS
    assert "热线项目" in asked.introduction
    questions = [e for e in entities if isinstance(e, Question)]
    options = [e for e in entities if isinstance(e, Option)]
    assert any(q.role == "满意度" for q in questions)
    for question in questions:
        mine = [o for o in options if o.question == question.id]
        assert bool(mine) == (question.kind in {"单选", "多选", "量表"})
        weights = [o.weight for o in mine if o.weight is not None]
        assert weights == sorted(weights, reverse=True)
        if weights:
            assert all(o.weight is not None or o.no_answer for o in mine)
    ids = {e.id for e in entities}
    skips = [q.skip_if.replace(":", " ").split() for q in questions if q.skip_if]
    assert all(id_ in ids for skip in skips for id_ in skip)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "不能读取"),
        ('[[question]]\nkind = "填空"\n', "第 1 题的题型"),
        ('[[question]]\noptions = ["好", "差"]\nweights = "100-60-0"\n', "第 1 题有 2 档，权重有 3 档"),
        ("[[question]]\nskip_if = { question = 2, options = [] }\n", "应指前面的题目"),
        (
            '[[question]]\noptions = ["好"]\n[[question]]\nskip_if = { question = 1, options = ["坏"] }\n',
            "没有选项“坏”",
        ),
    ],
)
def test_a_broken_file_is_named_with_its_question(tmp_path: Path, text: str, said: str) -> None:
    folder = tmp_path / "surveys"
    folder.mkdir()
    (folder / "weights.toml").write_bytes((ROOT / "resources" / "surveys" / "weights.toml").read_bytes())
    (folder / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"own\.toml") as refused:
        SurveyLibrary(tmp_path).entities("own", Session.new_id)
    assert said in str(refused.value)
