"""Backups by the hour and the second copy: complete, openable, never in the way, never inside the data."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import Evidence
from workbench.errors import WorkbenchError
from workbench.services.attaching import Attaching
from workbench.services.catalog import Catalog
from workbench.services.parts import local_now
from workbench.services.safekeeping import Safekeeping
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.services.settings import Settings
from workbench.store.evaluations import BRIEFLY
from workbench.store.evidence import Vault


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
def safekeeping(tmp_path: Path) -> Safekeeping:
    settings = Settings(tmp_path / "设置.json")
    settings.put("second_copy", str(tmp_path / "U 盘"))
    (tmp_path / "U 盘").mkdir()
    return Safekeeping(settings, local_now)


def test_the_second_copy_opens_with_the_same_score(
    session: Session, safekeeping: Safekeeping, catalog: Catalog, tmp_path: Path
) -> None:
    session.put(replace(session.evaluation.overview, project="改过的名称"))
    job = safekeeping.copy_job(session)
    assert job is not None
    assert job.run().new_files == len(session.evaluation.listed(Evidence))
    assert job.run().new_files == 0, "what is there is not copied again"
    shutil.copytree(job.target, tmp_path / "数据" / "取回")
    again = catalog.open(tmp_path / "数据" / "取回")
    assert again.evaluation.overview.project == "改过的名称"
    assert again.scores.total == session.scores.total
    assert (
        Vault(tmp_path / "数据" / "取回" / "evidence").verify(
            [one.sha256 for one in again.evaluation.listed(Evidence)], lambda *_: None
        )
        == []
    )
    again.close()


def test_new_evidence_follows_and_nothing_is_deleted(
    session: Session, safekeeping: Safekeeping, tmp_path: Path
) -> None:
    job = safekeeping.copy_job(session)
    assert job is not None
    job.run()
    photo = tmp_path / "新照片.txt"
    photo.write_text("现场说明", "utf-8")
    attaching = Attaching(session, Vault(session.memory.evidence_folder))
    intake = attaching.take_in([photo], lambda *_: None)
    session.put_all([one for arrival in intake.arrivals if (one := attaching.numbered(arrival))])
    later = safekeeping.copy_job(session)
    assert later is not None
    assert later.run().new_files == 1
    kept = sorted(path.name for path in (later.target / "evidence").rglob("*.*"))
    assert len(kept) == len(session.evaluation.listed(Evidence))


def test_a_stick_that_is_away_is_said_and_the_data_stay(
    session: Session, safekeeping: Safekeeping, tmp_path: Path
) -> None:
    job = safekeeping.copy_job(session)
    assert job is not None
    (tmp_path / "U 盘").rmdir()
    with pytest.raises(WorkbenchError, match="第二份的位置不在"):
        job.run()
    assert not (tmp_path / "U 盘").exists()


def test_a_place_among_the_evaluations_is_refused(session: Session, catalog: Catalog, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "设置.json")
    assert Safekeeping(settings, local_now).copy_job(session) is None
    settings.put("second_copy", str(catalog.data / "备份"))
    with pytest.raises(WorkbenchError, match="不能放在数据文件夹里"):
        Safekeeping(settings, local_now).copy_job(session)


def test_an_evaluation_that_is_open_can_be_looked_at(session: Session, catalog: Catalog) -> None:
    session.put(replace(session.evaluation.overview, project="刚刚改的"))
    copy, told = catalog.look(session.memory.folder)
    assert "正在另一窗口编辑" in told
    assert copy.evaluation.overview.project == "刚刚改的"
    assert copy.scores.total == session.scores.total
    place = copy.memory.folder
    assert sorted(path.name for path in (place / "evidence").glob("??/*")) == sorted(
        path.name for path in (session.memory.folder / "evidence").glob("??/*")
    )
    copy.put(replace(copy.evaluation.overview, project="副本里改的"))
    copy.close()
    assert not place.exists()
    assert session.evaluation.overview.project == "刚刚改的"
    assert list((session.memory.folder / "evidence").glob("??/*")), "what the copy looked at stays"


def test_what_another_evaluation_of_the_same_name_has_saved_is_left_alone(
    session: Session, safekeeping: Safekeeping, catalog: Catalog, tmp_path: Path
) -> None:
    """Two colleagues, one share, both at work on the sample; and a copy of one of them that went its own way."""
    job = safekeeping.copy_job(session)
    assert job is not None
    job.run()
    first = tmp_path / "U 盘" / session.memory.folder.name  # type: ignore[attr-defined]
    kept = (first / "evaluation.db").read_bytes()
    other = Catalog(
        ROOT / "forms",
        tmp_path / "别人",
        compile_form=compile_form,
        clock=lambda: 0.0,
        now=local_now,
        keeping=BRIEFLY,
    )
    theirs = other.open(Samples(ROOT / "resources" / "samples").create("qixia", other))
    assert theirs.memory.folder.name == first.name  # type: ignore[attr-defined]
    for session_, expected in ((theirs, f"{first.name}（2）"), (session, first.name)):
        for number in range(2):
            session_.put(replace(session_.evaluation.overview, remarks=f"改过 {number}"))
            job = safekeeping.copy_job(session_)
            assert job is not None
            assert job.target.name == expected
            job.run()
        if session_ is theirs:
            assert (first / "evaluation.db").read_bytes() == kept
    theirs.close()


def test_going_back_leaves_the_second_copy_of_what_was_left(
    session: Session, safekeeping: Safekeeping, catalog: Catalog, tmp_path: Path
) -> None:
    folder = session.memory.folder  # type: ignore[attr-defined]
    session.memory.back_up()  # type: ignore[attr-defined]
    session.put(replace(session.evaluation.overview, remarks="后来退回"))
    job = safekeeping.copy_job(session)
    assert job is not None
    job.run()
    session.close()
    catalog.restore(folder, catalog.backups(folder)[-1])
    again = catalog.open(folder)
    job = safekeeping.copy_job(again)
    assert job is not None
    assert job.target.name == f"{folder.name}（2）", "the copy knows more than the evaluation does now"
    job.run()
    shutil.copytree(job.target, tmp_path / "取回")
    found = catalog.open(tmp_path / "取回")
    assert found.evaluation.overview.remarks != "后来退回"
    found.close()
    again.close()
