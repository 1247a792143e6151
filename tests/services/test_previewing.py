"""Every export as pages, before it is written; and the log of what was handed out."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.helpers import ROOT
from workbench.domain.compiler import compile_form
from workbench.services.catalog import Catalog
from workbench.services.checking import Checking, load_limits
from workbench.services.export_log import FILE, ExportLog
from workbench.services.exporting import Exporting
from workbench.services.parts import local_now
from workbench.services.previewing import Previewing
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.store.evaluations import BRIEFLY

EXPORTING = Exporting(ROOT / "resources", local_now, author=lambda: "评价员甲")


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
    yield session
    session.close()


@pytest.mark.parametrize("kind", [one.key for one in EXPORTING.kinds()])
def test_each_kind_has_pages_or_says_that_it_has_none(session: Session, tmp_path: Path, kind: str) -> None:
    previewing = Previewing(EXPORTING, tmp_path / "缓存")
    assert previewing.can_show(kind)
    preview = previewing.job(session, kind).run()
    assert preview.pages >= 1
    with Image.open(io.BytesIO(preview.page(preview.pages - 1, 300))) as page:
        assert page.width == 300
        assert page.convert("L").getextrema()[0] < 128, "something is printed on it"
    assert bool(preview.note) == (EXPORTING.kind(kind).suffix != ".pdf")
    previewing.clear()
    assert not preview.path.exists()


def test_a_workbook_shows_its_sums(session: Session, tmp_path: Path) -> None:
    import pypdfium2 as pdfium

    preview = Previewing(EXPORTING, tmp_path).job(session, "score-sheet").run()
    document = pdfium.PdfDocument(preview.path)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert "92.47" in text


def test_the_log_keeps_every_file_and_what_was_open(session: Session, tmp_path: Path) -> None:
    log = ExportLog(tmp_path)
    assert log.listed() == []
    findings = Checking(session, load_limits(ROOT / "resources")).findings
    for name in ("一.xlsx", "二.xlsx"):
        written = EXPORTING.export(session, "score-sheet", tmp_path / name)
        EXPORTING.note(log, session, "score-sheet", written.path, findings)
    newest, oldest = log.listed()
    assert (newest.file, oldest.file) == ("二.xlsx", "一.xlsx")
    assert newest.by == "评价员甲"
    assert newest.total == "92.47"
    assert newest.errors == 2
    assert newest.head == session.memory.head
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"at": "20')  # the power went
    EXPORTING.note(log, session, "score-sheet", tmp_path / "一.xlsx", findings)
    assert [one.file for one in log.listed()] == ["一.xlsx", "二.xlsx", "一.xlsx"]
    lines = (tmp_path / FILE).read_text("utf-8").splitlines()
    assert len(lines) == 4
    assert json.loads(lines[-1])["sha256"] == oldest.sha256
