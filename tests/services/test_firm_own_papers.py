"""A firm's own layouts, questionnaires and base document travel with its defaults and are used where they arrive."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document

from tests.helpers import ROOT
from workbench.errors import InputRefused
from workbench.exporters.layouts import Layouts
from workbench.paths import find_paths
from workbench.services.firm_defaults import NEW
from workbench.services.firm_rooms import OWN_BASES, OWN_LAYOUTS, OWN_SURVEYS
from workbench.services.parts import Parts, assemble
from workbench.services.survey_library import SurveyLibrary

LAYOUT = (ROOT / "resources" / "layouts" / "five_columns.toml").read_text("utf-8")
SURVEY = (ROOT / "resources" / "surveys" / "served-units.toml").read_text("utf-8")


def at(data: Path) -> Parts:
    data.mkdir(exist_ok=True)
    return assemble(find_paths({"WORKBENCH_DATA": str(data)}))


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Parts:
    parts = at(tmp_path / "质控部")
    data = parts.catalog.data
    put(data / OWN_LAYOUTS / "five_columns.toml", LAYOUT.replace('title = "', 'title = "某咨询　', 1))
    put(data / OWN_LAYOUTS / "本单位五列.toml", LAYOUT)
    put(data / OWN_SURVEYS / "本单位问卷.toml", SURVEY.replace("服务对象（单位）满意度", "某咨询满意度", 1))
    put(
        data / OWN_SURVEYS / "weights.toml",
        '[[set]]\nkey = "own"\ntitle = "本单位"\nweights = [100, 70, 0]\n',
    )
    Document().save(str(tmp_path / "公文 底稿.docx"))
    parts.settings.put("base_document", str(tmp_path / "公文 底稿.docx"))
    return parts


def test_they_arrive_and_are_used(office: Parts, tmp_path: Path) -> None:
    package = tmp_path / "本单位.wbfirm"
    office.firm.export(package, "某咨询")
    laptop = at(tmp_path / "笔记本")
    preview = laptop.firm.preview(package)
    assert {(item.kind, item.title) for item in preview.items} == {
        ("评分表样式", Layouts(office.catalog.data / OWN_LAYOUTS).load("five_columns").title),
        ("评分表样式", Layouts(ROOT / "resources" / "layouts").load("five_columns").title),
        ("问卷库", "某咨询满意度问卷"),
        ("问卷库", "选项权重 1 套"),
        ("Word 报告底稿", "公文 底稿"),
    }
    assert {item.effect for item in preview.items} == {NEW}
    assert preview.setting_lines == [f"Word 报告底稿：{OWN_BASES}/公文 底稿.docx"]
    laptop.firm.take_in(package)

    data = laptop.catalog.data
    layouts = Layouts(ROOT / "resources" / "layouts", data / OWN_LAYOUTS)
    assert layouts.load("five_columns").title.startswith("某咨询　")
    assert "本单位五列" in layouts.names()
    library = SurveyLibrary(ROOT / "resources", data / OWN_SURVEYS)
    assert "某咨询满意度问卷" in [one.title for one in library.questionnaires()]
    assert library.weight_set("own").title == "本单位"
    assert library.weight_sets()[0].key != "own", "the program's own are there too"
    assert laptop.exporting._kit().base_document == data / OWN_BASES / "公文 底稿.docx"
    assert (data / OWN_BASES / "公文 底稿.docx").read_bytes() == (tmp_path / "公文 底稿.docx").read_bytes()

    onward = tmp_path / "再转.wbfirm"
    laptop.firm.export(onward, "某咨询")
    assert onward.read_bytes()[:2] == b"PK"
    assert len(laptop.firm.preview(onward).items) == len(preview.items), "the base document is listed once"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (f"{OWN_LAYOUTS}/坏的.toml", 'title = "没有列"'),
        (f"{OWN_SURVEYS}/坏的.toml", '[[question]]\nkind = "猜谜"\n'),
        (f"{OWN_SURVEYS}/weights.toml", '[[set]]\nkey = "x"\n'),
        (f"{OWN_BASES}/坏的.docx", "不是 Word 文件"),
    ],
)
def test_one_that_can_not_be_used_is_named(office: Parts, tmp_path: Path, name: str, text: str) -> None:
    put(office.catalog.data / name, text)
    with pytest.raises(InputRefused) as refused:
        office.firm.export(tmp_path / "本单位.wbfirm")
    assert name in {fault.place for fault in refused.value.faults}
    assert not (tmp_path / "本单位.wbfirm").exists()


def test_a_base_document_that_is_gone_is_told(office: Parts, tmp_path: Path) -> None:
    (tmp_path / "公文 底稿.docx").unlink()
    with pytest.raises(InputRefused) as refused:
        office.firm.export(tmp_path / "本单位.wbfirm")
    assert refused.value.faults[0].place == "Word 报告底稿"
