"""Settings are typed, survive, and never stop the program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.domain.fields import KINDS, BadValue
from workbench.errors import WorkbenchError
from workbench.services.settings import SETTINGS, Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "设置" / "settings.json"


def test_without_a_file_the_defaults_hold(path: Path) -> None:
    settings = Settings(path)
    assert settings.message == ""
    assert {s.key: settings[s.key] for s in SETTINGS} == {s.key: s.default for s in SETTINGS}
    assert not path.parent.exists()


def test_every_setting_has_an_editor_and_a_default_that_it_accepts() -> None:
    for setting in SETTINGS:
        assert setting.kind in KINDS
        assert setting.parse(str(setting.default)) == setting.default


def test_what_was_put_is_there_again(path: Path) -> None:
    settings = Settings(path)
    settings.put_all({"evaluator": " 评价员甲 ", "font_scale": 125, "theme": "深色"})
    again = Settings(path)
    assert (again.text("evaluator"), again.number("font_scale"), again["theme"]) == ("评价员甲", 125, "深色")
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize(("key", "value"), [("theme", "彩色"), ("font_scale", 500), ("font_scale", 10)])
def test_a_value_out_of_range_is_refused(path: Path, key: str, value: str | int) -> None:
    settings = Settings(path)
    with pytest.raises(BadValue):
        settings.put(key, value)
    assert settings[key] == Settings(path)[key]
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_kept_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    settings = Settings(path)
    assert "已损坏" in settings.message
    aside = path.with_name("settings-已损坏.json")
    assert aside.read_bytes() == content
    settings.put("theme", "浅色")
    assert Settings(path)["theme"] == "浅色"


def test_a_damaged_value_falls_back_and_the_others_stay(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"theme": 3, "evaluator": "乙", "font_scale": True}), encoding="utf-8")
    settings = Settings(path)
    assert (settings["theme"], settings["evaluator"], settings["font_scale"]) == ("跟随系统", "乙", 100)
    assert "外观、字号" in settings.message


def test_what_a_newer_program_has_set_stays(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"later": [1]}', encoding="utf-8")
    Settings(path).put("theme", "浅色")
    assert json.loads(path.read_text(encoding="utf-8")) == {"later": [1], "theme": "浅色"}


def test_a_default_can_be_chosen_again(path: Path) -> None:
    Settings(path).put("font_scale", 150)
    Settings(path).put("font_scale", 100)
    assert Settings(path)["font_scale"] == 100


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings(tmp_path / "file" / "settings.json")
    with pytest.raises(WorkbenchError):
        settings.put("theme", "浅色")
    assert settings["theme"] == "跟随系统"
