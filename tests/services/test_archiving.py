"""移交归档包: whole, verified, readable without the program, and opened again with the same score."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.helpers import ROOT
from tests.services import hostile_readers
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Evidence, Overview
from workbench.errors import WorkbenchError
from workbench.exporters.bag import bag_faults
from workbench.services import archiving as archiving_module
from workbench.services import firm_keys
from workbench.services.archiving import Archiving
from workbench.services.catalog import Catalog
from workbench.services.exporting import Exporting
from workbench.services.jobs import Cancelled
from workbench.services.parts import local_now
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY

PHRASE = "一句记得住的话 2022"


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(
        ROOT / "forms",
        tmp_path / "数据",
        compile_form=compile_form,
        clock=lambda: 0.0,
        now=local_now,
        keeping=BRIEFLY,
    )


@pytest.fixture
def session(catalog: Catalog) -> Iterator[Session]:
    session = catalog.open(Samples(ROOT / "resources" / "samples").create("qixia", catalog))
    yield session
    session.close()


@pytest.fixture
def archiving() -> Archiving:
    return Archiving(Exporting(ROOT / "resources", local_now), local_now)


def _summed(bag: Path, manifest: str) -> set[str]:
    """What ``sha256sum -c`` would look at, each found as listed."""
    listed = dict(reversed(line.split("  ", 1)) for line in (bag / manifest).read_text("utf-8").splitlines())
    assert {name: hashlib.sha256((bag / name).read_bytes()).hexdigest() for name in listed} == listed
    return set(listed)


def test_an_archive_is_a_valid_bag_and_opens_again(
    session: Session, archiving: Archiving, catalog: Catalog, tmp_path: Path
) -> None:
    done = archiving.job(session, tmp_path / "移交 归档包", kinds=["score-sheet", "report"]).run()
    assert _summed(done.path, "manifest-sha256.txt") == {
        path.relative_to(done.path).as_posix() for path in (done.path / "data").rglob("*") if path.is_file()
    }
    assert _summed(done.path, "tagmanifest-sha256.txt") == {
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
    }
    assert archiving.verify(done.path) == []
    assert session.memory.head in (done.path / "bag-info.txt").read_text("utf-8")

    page = (done.path / "data" / "index.html").read_text("utf-8")
    links = {unquote(found) for found in re.findall(r'href="([^"]+)"', page)}
    evidence = session.evaluation.listed(Evidence)
    assert len(links) == 2 + len(evidence), "both files and every evidence item are linked"
    assert all((done.path / "data" / link).is_file() for link in links)
    assert "http" not in page.replace("http-equiv", "")
    for leaf in session.evaluation.form.leaves:
        assert leaf.name in page
    assert "92.47 分" in page

    folder = archiving.reopen(done.path, catalog.data / "重新打开")
    again = catalog.open(folder)
    assert again.scores.total == session.scores.total
    assert again.evaluation.tables == session.evaluation.tables
    assert [path.read_bytes() for path in sorted((folder / "evidence").glob("??/*"))] == [
        path.read_bytes() for path in sorted((session.memory.folder / "evidence").glob("??/*"))
    ]
    again.close()


def test_a_zip_says_the_same(
    session: Session, archiving: Archiving, catalog: Catalog, tmp_path: Path
) -> None:
    done = archiving.job(session, tmp_path / "包", kinds=["score-sheet"], zipped=True).run()
    assert done.path == tmp_path / "包.zip"
    assert archiving.verify(done.path) == []
    archiving.reopen(done.path, tmp_path / "从压缩包")
    again = catalog.open(tmp_path / "从压缩包")
    assert again.scores.total == session.scores.total
    again.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["从压缩包", "包.zip", "数据"]


def test_every_change_is_named(session: Session, archiving: Archiving, tmp_path: Path) -> None:
    done = archiving.job(session, tmp_path / "包", kinds=["score-sheet"]).run()
    page = done.path / "data" / "index.html"
    page.write_bytes(page.read_bytes().replace(b"92.47", b"95.47"))
    [photo, *_] = sorted((done.path / "data" / "佐证").rglob("*.*"))
    photo.unlink()
    (done.path / "data" / "多出的.txt").write_text("x", "utf-8")
    said = "\n".join(archiving.verify(done.path))
    assert f"文件缺失：data/{photo.relative_to(done.path / 'data').as_posix()}" in said
    assert "清单以外的文件：data/多出的.txt" in said
    (done.path / "data" / "多出的.txt").unlink()
    photo.write_bytes(b"x")
    said = "\n".join(archiving.verify(done.path))
    assert "文件内容变了：data/index.html" in said
    with pytest.raises(WorkbenchError, match="已改动或损坏"):
        archiving.reopen(done.path, tmp_path / "不打开")
    assert not (tmp_path / "不打开").exists()


def test_what_is_withheld_or_missing_is_told(session: Session, archiving: Archiving, tmp_path: Path) -> None:
    first, second, *_ = session.evaluation.listed(Evidence)
    session.put(replace(first, withheld=True))
    session.put(replace(second, sha256="0" * 64))
    done = archiving.job(session, tmp_path / "包", kinds=["score-sheet"]).run()
    assert any("不外发" in notice for notice in done.notices)
    assert any("缺失" in notice for notice in done.notices)
    assert not list((done.path / "data" / "佐证").rglob(f"{first.number:03d} *"))


def test_nothing_stays_when_it_is_cancelled_or_refused(
    session: Session, archiving: Archiving, tmp_path: Path
) -> None:
    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("佐证"):
            raise Cancelled

    session.put(replace(session.evaluation.overview, project="=1+1 <script>alert(1)</script>"))
    with pytest.raises(Cancelled):
        archiving.job(session, tmp_path / "包", kinds=["score-sheet"]).run(stop)
    assert [path.name for path in tmp_path.iterdir()] == ["数据"]
    done = archiving.job(session, tmp_path / "包", kinds=["score-sheet"]).run()
    assert "<script>alert" not in (done.path / "data" / "index.html").read_text("utf-8")
    with pytest.raises(WorkbenchError, match="已有同名"):
        archiving.job(session, tmp_path / "包")
    assert session.evaluation.get(Overview, "overview") is not None


@pytest.mark.parametrize("name", ["../../逃出.txt", "/绝对.txt", "C:\\x.txt"])
def test_a_hostile_zip_writes_nothing(archiving: Archiving, tmp_path: Path, name: str) -> None:
    path = tmp_path / "恶意.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(WorkbenchError):
        archiving.verify(path)
    assert [one.name for one in tmp_path.iterdir()] == ["恶意.zip"]


def test_the_bag_of_a_stranger_is_read_by_the_same_rules(tmp_path: Path) -> None:
    bag = tmp_path / "包"
    (bag / "data").mkdir(parents=True)
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n", "utf-8")
    with pytest.raises(WorkbenchError, match="不是归档包"):
        bag_faults(bag)
    content = "报告\n".encode()
    (bag / "data" / "100%.txt").write_bytes(content)
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    (bag / "manifest-md5.txt").write_text(f"{md5.upper()} *data/100%25.txt\n", "utf-8")
    assert bag_faults(bag) == []
    outside = tmp_path / "别的.txt"
    outside.write_bytes(content)
    (bag / "manifest-md5.txt").write_text(
        f"{md5} data/100%25.txt\n{md5} data/../../别的.txt\n{md5} {outside}\n", "utf-8"
    )
    (bag / "manifest-shake_128.txt").write_text(f"{md5} data/100%25.txt\n", "utf-8")
    assert bag_faults(bag) == [
        "清单读不懂：“data/../../别的.txt”不在归档包内。",
        f"清单读不懂：“{outside}”不在归档包内。",
        "清单读不懂：manifest-shake_128.txt。",
    ]


def test_a_sealed_archive_says_the_same_and_leaves_nothing_in_clear(
    session: Session, archiving: Archiving, catalog: Catalog, tmp_path: Path
) -> None:
    stick = tmp_path / "U 盘"
    seen: set[str] = set()

    def watch(done: int, total: int, what: str) -> None:
        seen.update(path.name.partition(".wbx")[0] for path in stick.rglob("*"))

    project = session.evaluation.overview.project
    job = archiving.job(session, stick / "包", kinds=["score-sheet"], password=PHRASE)
    done = job.run(watch)
    assert done.path == stick / "包.wbx"
    assert seen <= {".~包"}, "only the sealed file itself was ever there"
    assert PHRASE not in repr(job)
    assert project.encode() not in done.path.read_bytes()
    with pytest.raises(WorkbenchError, match="已加密"):
        archiving.verify(done.path)
    with pytest.raises(WorkbenchError, match="密码不对"):
        archiving.verify(done.path, archiving.opener("别的密码别的密码"))
    assert archiving.verify(done.path, archiving.opener(PHRASE)) == []
    archiving.reopen(done.path, tmp_path / "打开", archiving.opener(PHRASE))
    again = catalog.open(tmp_path / "打开")
    assert again.evaluation.tables == session.evaluation.tables
    again.close()
    assert [path.name for path in stick.iterdir()] == ["包.wbx"]
    assert not [path for path in catalog.data.iterdir() if path.name.startswith(".~")]


def test_a_forgotten_password_has_the_firms_key(session: Session, tmp_path: Path) -> None:
    made = firm_keys.make(tmp_path / "保险柜", "密钥自己的一个密码")
    archiving = Archiving(
        Exporting(ROOT / "resources", local_now), local_now, firm_key=lambda: made.line, scratch=tmp_path
    )
    done = archiving.job(session, tmp_path / "包", kinds=["score-sheet"], password=PHRASE).run()
    assert archiving.verify(done.path, archiving.opener("密钥自己的一个密码", made.private)) == []
    with pytest.raises(WorkbenchError, match="密码不对，打不开“机构恢复密钥"):
        archiving.opener(PHRASE, made.private)
    with pytest.raises(WorkbenchError, match="不覆盖"):
        firm_keys.make(tmp_path / "保险柜", "密钥自己的一个密码")
    other = firm_keys.make(tmp_path / "另一家", "密钥自己的一个密码")
    with pytest.raises(WorkbenchError, match="打不开“包"):
        archiving.verify(done.path, archiving.opener("密钥自己的一个密码", other.private))


@pytest.mark.parametrize("line", ["x", "WBXPUB1-", "WBXPUB1-AAAA", "WBXPUB1-" + "A" * 48])
def test_a_garbled_public_key_stops_the_sealing(session: Session, tmp_path: Path, line: str) -> None:
    archiving = Archiving(Exporting(ROOT / "resources", local_now), local_now, firm_key=lambda: line)
    with pytest.raises(WorkbenchError, match="公钥不完整"):
        archiving.job(session, tmp_path / "包", kinds=["score-sheet"], password=PHRASE)
    assert [one.name for one in tmp_path.iterdir()] == ["数据"]


def test_tampering_with_a_sealed_archive_is_named(
    session: Session, archiving: Archiving, tmp_path: Path
) -> None:
    done = archiving.job(session, tmp_path / "包", kinds=["score-sheet"], password=PHRASE).run()
    whole = bytearray(done.path.read_bytes())
    whole[len(whole) // 2] ^= 1
    done.path.write_bytes(whole)
    with pytest.raises(WorkbenchError, match=r"已损坏或被改动：第 \d+ 段（共 \d+ 段"):
        archiving.verify(done.path, archiving.opener(PHRASE))
    with pytest.raises(WorkbenchError, match="密码至少 8 个字符"):
        archiving.job(session, tmp_path / "另一包", kinds=["score-sheet"], password="短", sealed=True)  # noqa: S106
    assert sorted(one.name for one in tmp_path.iterdir()) == ["包.wbx", "数据"]


def test_a_database_that_kills_its_reader_makes_no_evaluation(
    session: Session,
    archiving: Archiving,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    done = archiving.job(session, tmp_path / "包", kinds=["score-sheet"], zipped=True).run()
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(archiving_module, "_entities", hostile_readers.crashes)
    with pytest.raises(WorkbenchError, match=r"归档包“包\.zip”里的评价数据不能用") as told:
        archiving.reopen(done.path, tmp_path / "打开")
    assert told.value.code == "reader-died"
    assert sorted(tmp_path.iterdir()) == before
    capfd.readouterr()
