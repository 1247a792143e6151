"""Every system goes out as a workbook and comes back the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.domain.rules.samples import SAMPLES
from tests.forms.reading import FILES, read_form, read_raw
from tests.importers.tables import NAMES, read
from workbench.domain.compiler import compile_form
from workbench.domain.form import Form
from workbench.domain.form_raw import form_to_raw
from workbench.domain.form_sheets import all_plain_labels
from workbench.domain.rules.base import rule_types
from workbench.domain.rules.params import params_of
from workbench.errors import WorkbenchError
from workbench.exporters.indicator_table import write_indicator_table


def back(form: Form, folder: Path) -> Form:
    path = folder / "体系.xlsx"
    write_indicator_table(form, path)
    found = read(path)
    assert found.template
    assert not found.judged
    return found.form


@pytest.mark.parametrize("source", FILES, ids=lambda path: path.stem)
def test_round_trip_of_every_form_is_exact(source: Path, tmp_path: Path) -> None:
    form = compile_form(read_raw(source))
    again = back(form, tmp_path)
    assert again == form
    assert form_to_raw(again) == form_to_raw(form)


def test_labels_of_one_kind_of_rule_are_distinct() -> None:
    for kind in rule_types().values():
        labels = [described.label for described in params_of(kind)]
        assert len(set(labels)) == len(labels), kind.kind


def test_every_parameter_has_a_header_of_its_own() -> None:
    names = NAMES.with_template((), all_plain_labels())
    for label in all_plain_labels():
        meaning = names.meaning(label)
        assert meaning is not None
        assert (meaning.key, meaning.label) in {("param", label), ("target", "")}
        assert meaning.key == "param" or label == "目标值"


def test_round_trip_of_every_kind_of_rule(tmp_path: Path) -> None:
    rules = [{"kind": kind, **data} for kind, (data, _) in SAMPLES.items()]
    form = compile_form(
        {
            "id": "每种",
            "title": "每种计分方式",
            "levels": ["维度", "要求（细项）"],
            "total": 10 * len(rules),
            "bands": [{"name": "合格", "lower": 0}],
            "indicator": [
                {"id": "无", "name": "-", "points": 10 * len(rules)},
                *(
                    {"id": f"x.{n}", "parent": "无", "name": f"合计（{n}）", "points": "10.0", "rule": rule}
                    for n, rule in enumerate(rules)
                ),
            ],
        }
    )
    again = back(form, tmp_path)
    assert again == form
    assert form_to_raw(again) == form_to_raw(form)


def awkward() -> dict[str, Any]:
    raw = form_to_raw(read_form("national-annex2"))
    first = next(entry for entry in raw["indicator"] if "rule" in entry)
    first |= {
        "name": "=1+1（14）",
        "points": raw_points(raw, first["id"]),
        "explanation": "一行\n二行 _x0041_ 😀",
        "criterion": "+cmd|' /C calc'!A0",
        "tags": ["决策", "带、顿号"],
    }
    raw["version"] = "2020.10"
    raw["rounding"] = {"digits": 0, "at": "total"}
    raw["questionnaire"] = [
        {"title": "问卷甲", "group": "", "introduction": "", "question": []},
        {
            "title": "问卷乙",
            "group": "公众",
            "introduction": "您好",
            "question": [
                {"code": "", "text": "意见？", "name": "", "kind": "文字", "role": "信息", "option": []},
                {
                    "code": "q2",
                    "text": "满意吗？",
                    "name": "满意度",
                    "kind": "单选",
                    "role": "满意度",
                    "option": [{"label": "满意", "weight": "100%"}, {"label": "没有权重"}],
                },
            ],
        },
    ]
    return raw


def raw_points(raw: dict[str, Any], id_: str) -> str:
    return next(str(entry["points"]) for entry in raw["indicator"] if entry["id"] == id_)


def test_awkward_texts_and_presets_survive(tmp_path: Path) -> None:
    form = compile_form(awkward())
    again = back(form, tmp_path)
    assert again == form
    assert form_to_raw(again) == form_to_raw(form)


def test_texts_are_never_formulas(tmp_path: Path) -> None:
    path = tmp_path / "体系.xlsx"
    write_indicator_table(compile_form(awkward()), path)
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_a_text_that_no_cell_holds_is_told(tmp_path: Path) -> None:
    form = read_form("qixia-2022")
    indicators = tuple(replace(one, criterion="😀" * 20_000) for one in form.indicators)
    with pytest.raises(WorkbenchError, match="“指标体系”表 G2 的文字超过一个单元格"):
        write_indicator_table(replace(form, indicators=indicators), tmp_path / "长.xlsx")


def test_the_guide_names_every_kind_of_rule(tmp_path: Path) -> None:
    path = tmp_path / "体系.xlsx"
    write_indicator_table(read_form("qixia-2022"), path)
    guide = openpyxl.load_workbook(path)["说明"]
    told = {str(row[0].value) for row in guide.iter_rows()}
    assert {f"计分方式：{kind.label}" for kind in rule_types().values()} <= told
