"""不含受访者明细: nothing of what single respondents said, who they were, who typed, in any file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.domain.surveys import questionnaire, scale, sheets_of, value
from tests.exporters.paper import page_texts
from tests.helpers import ROOT
from workbench.domain.answers import Answer
from workbench.domain.compiler import compile_form
from workbench.domain.entities_records import Exchange, Interview
from workbench.domain.entities_survey import AnswerGroup, Sheet
from workbench.domain.evaluation import Evidence
from workbench.errors import WorkbenchError
from workbench.services.archiving import Archiving
from workbench.services.catalog import Catalog
from workbench.services.exporting import Exporting
from workbench.services.parts import local_now
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY

ANSWER, GROUPED, TYPIST, SPEAKER, NOTE = (
    "热线太慢马晓明",
    "电话打不通刘某",
    "录入员孙某",
    "座谈人钱某",
    "住址建设路",
)
MARKS = (ANSWER, GROUPED, TYPIST, SPEAKER, NOTE)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    catalog = Catalog(
        ROOT / "forms",
        tmp_path / "数据",
        compile_form=compile_form,
        clock=lambda: 0.0,
        now=local_now,
        keeping=BRIEFLY,
    )
    session = catalog.open(Samples(ROOT / "resources" / "samples").create("qixia", catalog))
    for entity in (questionnaire(), *scale("q", 1), *value("o", 2)):
        session.put(entity)
    scan = session.evaluation.listed(Evidence)[0]
    answered = [
        {"q": Answer(("q1",)), "o": Answer(text=ANSWER)},
        {"q": Answer(("q2",)), "o": Answer(text=GROUPED)},
    ]
    for entity in sheets_of(session.evaluation, answered):
        if isinstance(entity, Sheet):
            entity = replace(entity, typist=TYPIST, note=NOTE, evidence=scan.id)  # noqa: PLW2901
        session.put(entity)
    session.put(AnswerGroup(id="g", question="o", label="接通难", answers=GROUPED))
    session.put(Interview(id="i", title="座谈", unit_persons=SPEAKER))
    session.put(Exchange(id="e", interview="i", question="问", answer="答", answered_by=SPEAKER))
    yield session
    session.close()


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file with all the text in it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".pdf":
            yield path.name, "\n".join(page_texts(path.read_bytes())).replace("\n", "")
        elif path.suffix in {".xlsx", ".docx"}:
            with zipfile.ZipFile(path) as package:
                yield (
                    path.name,
                    "\n".join(package.read(name).decode("utf-8", "ignore") for name in package.namelist()),
                )
        elif path.is_file():
            yield path.name, path.read_bytes().decode("utf-8", "ignore")


def test_a_private_archive_holds_no_respondent(session: Session, tmp_path: Path) -> None:
    exporting = Exporting(ROOT / "resources", local_now)
    archiving = Archiving(exporting, local_now)
    kinds = [one.key for one in exporting.kinds() if not one.personal and not one.key.endswith("-docx")]
    done = archiving.job(session, tmp_path / "包", kinds=kinds, private=True).run()
    assert archiving.verify(done.path) == []
    found = {(name, mark) for name, text in texts(done.path) for mark in MARKS if mark in text}
    assert not found
    assert any("接通难" in text for _, text in texts(done.path)), "headings and their counts stay"
    assert not list(done.path.rglob("evaluation.db"))
    assert any("不能由此包重新打开" in notice for notice in done.notices)
    scan = session.evaluation.listed(Evidence)[0]
    assert any(f"佐证 {scan.number} 是答卷原件" in notice for notice in done.notices)
    with pytest.raises(WorkbenchError, match="没有评价数据"):
        archiving.reopen(done.path, tmp_path / "打开")


def test_the_usual_report_lists_what_was_said(session: Session, tmp_path: Path) -> None:
    """The marks would be found: what the other test does not find is left out, not unseen."""
    exporting = Exporting(ROOT / "resources", local_now)
    exporting.job(session, "report", tmp_path / "出" / "报告.pdf").run()
    exporting.job(session, "answers", tmp_path / "出" / "答卷.xlsx").run()
    exporting.job(session, "entry-report", tmp_path / "出" / "录入.pdf").run()
    exporting.job(session, "interviews", tmp_path / "出" / "座谈.pdf").run()
    seen = {mark for _, text in texts(tmp_path / "出") for mark in MARKS if mark in text}
    assert seen >= {ANSWER, GROUPED, SPEAKER}


@pytest.mark.parametrize("kind", ["answers", "entry-report", "working-papers", "interviews"])
def test_what_lists_respondents_is_refused(session: Session, tmp_path: Path, kind: str) -> None:
    exporting = Exporting(ROOT / "resources", local_now)
    with pytest.raises(WorkbenchError, match="不含受访者明细"):
        exporting.job(session, kind, tmp_path / "文件", private=True)
