"""A firm's own things in one file: whole, judged, taken in by one step, what was there kept aside."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.errors import InputRefused, WorkbenchError
from workbench.services.checking import load_limits
from workbench.services.firm_defaults import ASIDE, NEW, REPLACED, SAME, FirmDefaults
from workbench.services.firm_rooms import OWN_LISTS, OWN_OUTLINES, OWN_PROFILES
from workbench.services.recording import OWN_REQUESTS, read_requests
from workbench.services.settings import Settings

PAGE = "本单位资料.json"


def firm_at(data: Path) -> FirmDefaults:
    data.mkdir(exist_ok=True)
    settings = Settings(data / ".settings.json")
    return FirmDefaults(data, ROOT / "resources", settings, lambda: datetime(2026, 11, 20, 9, 30, tzinfo=UTC))


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return an_office(tmp_path)


def an_office(tmp_path: Path) -> Path:
    """A data folder with one thing of nearly every kind."""
    data = tmp_path / "质控部"
    (data / "指标体系").mkdir(parents=True)
    form = min((ROOT / "forms").glob("*.toml"))
    shutil.copyfile(form, data / "指标体系" / form.name)
    (data / OWN_OUTLINES).mkdir()
    shutil.copyfile(ROOT / "resources" / "outlines" / "annex3.toml", data / OWN_OUTLINES / "annex3.toml")
    put(data / OWN_PROFILES / "national.toml", '[checks]\nreview_levels = ["自查", "合伙人签发"]\n')
    put(data / OWN_LISTS / OWN_REQUESTS, '[[request]]\nname = "审计报告"\ncategory = "财务"\n')
    put(
        data / "own_checks" / "firm.toml",
        '[[check]]\ncode = "Z01"\ntitle = "总分"\ncondition = "总分 ≤ 100"\nmessage = "超过满分。"\n',
    )
    return data


@pytest.fixture
def package(office: Path, tmp_path: Path) -> Path:
    firm = firm_at(office)
    Settings(office / ".settings.json").put_all({"backup_minutes": 15, "evaluator": "质控"})
    firm = firm_at(office)
    firm.export(tmp_path / "本单位.zip", "某咨询")
    return tmp_path / "本单位.zip"


@pytest.fixture
def altered(package: Path, tmp_path: Path) -> Callable[..., Path]:
    """The package with other files, and with a page that lists them or not."""

    def make(extra: dict[str, str], *, listed: bool = True) -> Path:
        path = tmp_path / "改过.zip"
        with zipfile.ZipFile(package) as old, zipfile.ZipFile(path, "w") as new:
            page = json.loads(old.read(PAGE))
            for name in old.namelist():
                if name != PAGE and name not in extra:
                    new.writestr(name, old.read(name))
            for name, text in extra.items():
                if listed:
                    page["files"][name] = hashlib.sha256(text.encode()).hexdigest()
                new.writestr(name, text)
            new.writestr(PAGE, json.dumps(page))
        return path

    return make


def test_everything_of_the_firm_arrives_on_another_machine(
    office: Path, package: Path, tmp_path: Path
) -> None:
    laptop = tmp_path / "笔记本 甲"
    firm = firm_at(laptop)
    preview = firm.preview(package)
    assert preview.firm == "某咨询"
    assert {item.kind for item in preview.items} == {
        "指标体系",
        "报告提纲",
        "核验限值与复核级次",
        "清单",
        "本机构核验",
    }
    assert {item.effect for item in preview.items} == {NEW}
    assert preview.setting_lines == ["自动备份间隔（分钟）：15"]
    assert [path.name for path in laptop.iterdir()] == [], "a preview writes nothing"

    taken = firm.take_in(package)
    assert taken.aside is None
    for _room, name, thing in firm_at(office).listed():
        assert (laptop / name).read_bytes() == thing.read_bytes()
    assert Settings(laptop / ".settings.json").number("backup_minutes") == 15
    assert Settings(laptop / ".settings.json").text("evaluator") == "", "a person's name is nobody else's"
    assert load_limits(ROOT / "resources", own=laptop / OWN_PROFILES).review_levels == ("自查", "合伙人签发")
    assert [one.name for one in read_requests(laptop / OWN_LISTS / OWN_REQUESTS)] == ["审计报告"]

    again = firm_at(laptop).take_in(package)
    assert {item.effect for item in again.content.items} == {SAME}
    assert again.aside is None
    assert sorted(path.name for path in laptop.iterdir()) == sorted(
        [".settings.json", *{name.partition("/")[0] for _, name, _ in firm.listed()}]
    )


def test_the_same_things_make_the_same_file(office: Path, package: Path, tmp_path: Path) -> None:
    firm_at(office).export(tmp_path / "再一次.zip", "某咨询")
    assert (tmp_path / "再一次.zip").read_bytes() == package.read_bytes()


def test_what_is_replaced_is_kept_aside_and_a_persons_choice_stays(package: Path, tmp_path: Path) -> None:
    laptop = tmp_path / "笔记本"
    mine = '[[request]]\nname = "我的清单"\n'
    put(laptop / OWN_LISTS / OWN_REQUESTS, mine)
    put(laptop / OWN_LISTS / "我的.txt", "别动")
    Settings(laptop / ".settings.json").put("backup_minutes", 120)
    taken = firm_at(laptop).take_in(package)
    [replaced] = [item for item in taken.content.items if item.effect == REPLACED]
    assert replaced.name == f"{OWN_LISTS}/{OWN_REQUESTS}"
    assert taken.aside is not None
    assert taken.aside.parent.name == ASIDE
    assert (taken.aside / replaced.name).read_text("utf-8") == mine
    assert str(taken.aside) in taken.sentence()
    assert (laptop / OWN_LISTS / "我的.txt").read_text("utf-8") == "别动"
    assert Settings(laptop / ".settings.json").number("backup_minutes") == 120


def test_nothing_is_taken_in_when_the_last_step_fails(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = tmp_path / "笔记本"
    put(laptop / OWN_LISTS / OWN_REQUESTS, '[[request]]\nname = "我的清单"\n')

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Settings, "take_firm", full)
    with pytest.raises(WorkbenchError, match="磁盘已满"):
        firm_at(laptop).take_in(package)
    kept = [path.relative_to(laptop).as_posix() for path in laptop.rglob("*") if path.is_file()]
    assert kept == [f"{OWN_LISTS}/{OWN_REQUESTS}"]
    assert "我的清单" in (laptop / OWN_LISTS / OWN_REQUESTS).read_text("utf-8")


def test_what_was_cut_off_half_way_is_taken_back_at_the_next_start(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = tmp_path / "笔记本"
    put(laptop / OWN_LISTS / OWN_REQUESTS, '[[request]]\nname = "我的清单"\n')

    class Cut(BaseException):
        """The process is gone: nothing after it happens."""

    def cut(*_: object) -> None:
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(Settings, "take_firm", cut)
        patched.setattr(FirmDefaults, "_take_back", cut)
        with pytest.raises(Cut):
            firm_at(laptop).take_in(package)
    assert "我的清单" not in (laptop / OWN_LISTS / OWN_REQUESTS).read_text("utf-8"), "it was half way"
    again = firm_at(laptop)
    kept = [path.relative_to(laptop).as_posix() for path in laptop.rglob("*") if path.is_file()]
    assert [name for name in kept if not name.startswith(".~")] == [f"{OWN_LISTS}/{OWN_REQUESTS}"]
    assert "我的清单" in (laptop / OWN_LISTS / OWN_REQUESTS).read_text("utf-8")
    again.take_in(package)
    assert "我的清单" not in (laptop / OWN_LISTS / OWN_REQUESTS).read_text("utf-8")


def test_every_thing_that_can_not_be_used_is_named(altered: Callable[..., Path], tmp_path: Path) -> None:
    laptop = tmp_path / "笔记本"
    bad = altered(
        {
            "指标体系/坏的.toml": "title = 1",
            "提纲/坏的.toml": "x",
            "限值/坏的.toml": '[checks]\nboundary = "远"\n',
            "清单/座谈提纲.toml": "",
            "own_checks/坏的.toml": "[[check]]\ncode = 1\n",
        }
    )
    with pytest.raises(InputRefused) as refused:
        firm_at(laptop).take_in(bad)
    assert {fault.place for fault in refused.value.faults} == {
        "指标体系/坏的.toml",
        "提纲/坏的.toml",
        "限值/坏的.toml",
        "清单/座谈提纲.toml",
        "own_checks/坏的.toml",
    }
    assert list(laptop.iterdir()) == []


@pytest.mark.parametrize(
    ("extra", "listed", "said"),
    [
        ({"../外面.toml": "x"}, True, "不允许的路径"),
        ({"C:/外面.toml": "x"}, True, "不允许的路径"),
        ({"清单\\外面.toml": "x"}, True, "不允许的路径"),
        ({"own_checks/FIRM.toml": "x"}, True, "不允许的路径"),
        ({"清单/资料清单.toml": "换过"}, False, "与目录页不符"),
        ({"own_checks/多的.toml": ""}, False, "与目录页不符"),
        ({"程序.exe": "x"}, True, "不能读入"),
    ],
)
def test_a_strangers_package_is_refused(
    altered: Callable[..., Path], tmp_path: Path, extra: dict[str, str], said: str, *, listed: bool
) -> None:
    laptop = tmp_path / "笔记本"
    with pytest.raises(WorkbenchError, match=said):
        firm_at(laptop).take_in(altered(extra, listed=listed))
    assert list(laptop.iterdir()) == []
    assert not (tmp_path / "外面.toml").exists()


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    firm = firm_at(tmp_path / "笔记本")
    put(tmp_path / "a.zip", "不是压缩包")
    with pytest.raises(WorkbenchError, match="不是完整的本单位资料"):
        firm.preview(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("x.txt", "x")
    with pytest.raises(WorkbenchError, match="不是本单位资料"):
        firm.preview(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr(PAGE, '{"format": 2}')
    with pytest.raises(WorkbenchError, match="先更新程序"):
        firm.preview(tmp_path / "c.zip")
    with pytest.raises(WorkbenchError, match="找不到"):
        firm.preview(tmp_path / "没有.zip")
    with pytest.raises(WorkbenchError, match="还没有本单位自己的"):
        firm.export(tmp_path / "空.zip")


def test_what_the_firm_sets_counts_until_a_person_chooses(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    settings = Settings(path)
    settings.take_firm({"backup_minutes": 30, "second_copy": "Z:/备份", "evaluator": "不归单位管"})
    assert (settings.number("backup_minutes"), settings.text("second_copy")) == (30, "Z:/备份")
    settings.put("theme", "深色")
    assert Settings(path).number("backup_minutes") == 30
    settings.take_firm({"backup_minutes": 45})
    assert (settings.number("backup_minutes"), settings.text("second_copy")) == (45, "")
    settings.put("backup_minutes", 60)
    settings.take_firm({"backup_minutes": 20})
    assert settings.number("backup_minutes") == Settings(path).number("backup_minutes") == 60
    assert Settings(path).text("evaluator") == ""
