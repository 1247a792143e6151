"""Photos as paper prints them: copies at print size, drawn once, never trusted when damaged."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
import pytest
from PIL import Image

from tests.exporters.sample import MADE, RESOURCES, scored_by_hand, small_form, with_entities
from tests.exporters.samples import photo
from workbench.domain.evaluation import Evidence, Link
from workbench.domain.regions import Region
from workbench.exporters import EXPORTERS
from workbench.exporters.document import ACROSS, BESIDE
from workbench.exporters.kit import Kit
from workbench.exporters.report_data import ReportData, freeze
from workbench.services.cutting import sights_of
from workbench.services.jobs import Cancelled, silent
from workbench.services.pictures import THUMBNAIL, Pictures, Wish, _Child
from workbench.services.rendering import Drawn
from workbench.store.evidence import Vault
from workbench.store.incoming import StoredFile
from workbench.store.locked_file import DataKey

COUNT = 5


@pytest.fixture
def vault(tmp_path: Path, request: pytest.FixtureRequest) -> Vault:
    return Vault(
        tmp_path / "evidence", DataKey.fresh() if getattr(request, "param", "open") == "locked" else None
    )


@pytest.fixture
def pictures(vault: Vault, tmp_path: Path) -> Iterator[Pictures]:
    made = Pictures(vault, tmp_path / "cache", time_limit=30)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shots() -> list[bytes]:
    return [photo(n, 2000, 1500) for n in range(COUNT)]


def items(vault: Vault, shots: list[bytes]) -> list[Evidence]:
    found = []
    for number, shot in enumerate(shots, start=1):
        stored = vault.add(shot, "a.jpg", silent)
        assert isinstance(stored, StoredFile)
        found.append(
            Evidence(
                id=f"e{number}",
                number=number,
                title=f"现场 {number}",
                media_type="image/jpeg",
                sha256=stored.sha256,
                size=stored.size,
            )
        )
    return found


def frozen(evidence: list[Evidence], pictures: Pictures) -> ReportData:
    form = replace(small_form(1, 2), outline="annex3")
    links = [
        Link(id=f"l{n}", from_kind="evidence", from_id=item.id, to_kind="indicator", to_id="g0l0")
        for n, item in enumerate(evidence)
    ]
    evaluation = with_entities(scored_by_hand(form), [*evidence, *links])
    return freeze(evaluation, made=MADE, sights=sights_of(pictures))


def printed(data: ReportData, folder: Path, kind: str = "report") -> bytes:
    path = folder / f"a{EXPORTERS[kind].suffix}"
    EXPORTERS[kind].write(data, path, Kit(RESOURCES), silent)
    return path.read_bytes()


def never(*_: object) -> None:
    raise AssertionError("drawn again")


@pytest.mark.parametrize("vault", ["open", "locked"], indirect=True)
def test_paper_is_the_same_with_copies_and_without_and_when_they_are_damaged(
    vault: Vault, pictures: Pictures, shots: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = items(vault, shots)
    assert pictures.damaged(evidence, silent) == {}
    with monkeypatch.context() as drawing:
        drawing.setattr(_Child, "draw", never)
        first, word = (
            printed(frozen(evidence, pictures), tmp_path),
            printed(frozen(evidence, pictures), tmp_path, "report-docx"),
        )
        assert pictures.make(Wish(evidence[0].sha256, "image/jpeg", THUMBNAIL)).path is not None
    copies = sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert len(copies) == 4 * COUNT, "a picture and a note for each size"
    for path in copies:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
    assert printed(frozen(evidence, pictures), tmp_path) == first
    shutil.rmtree(tmp_path / "cache")
    assert printed(frozen(evidence, pictures), tmp_path) == first
    assert printed(frozen(evidence, pictures), tmp_path, "report-docx") == word


def test_photos_go_into_the_files_as_they_were_copied(
    vault: Vault, pictures: Pictures, shots: list[bytes], tmp_path: Path
) -> None:
    evidence = items(vault, shots)
    data = frozen(evidence, pictures)
    paper = printed(data, tmp_path)
    copies = [
        seen.read_bytes()
        for seen in sights_of(pictures).whole(evidence, BESIDE)
        if not isinstance(seen, bytes | None)
    ]
    assert len(copies) == COUNT
    assert all(copy in paper for copy in copies)
    printed(data, tmp_path, "report-docx")
    with ZipFile(tmp_path / "a.docx") as word:
        assert {word.read(name) for name in word.namelist() if name.endswith(".jpeg")} == set(copies)
    sizes = {
        thing.get_px_size() for page in pypdfium2.PdfDocument(paper) for thing in page.get_objects(filter=[3])
    }
    assert sizes == {(BESIDE, BESIDE * 3 // 4)}


def test_grey_stays_grey_and_a_whole_page_is_as_wide_as_paper(vault: Vault, pictures: Pictures) -> None:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((3000, 2000)).save(out, "JPEG")
    [item] = items(vault, [out.getvalue()])
    [seen] = sights_of(pictures).whole([item], BESIDE)
    assert seen is not None
    assert not isinstance(seen, bytes)
    copy = Image.open(io.BytesIO(seen.read_bytes()))
    assert (copy.mode, copy.size) == ("L", (BESIDE, 600))
    page = sights_of(pictures).region(item, Region(1, 0, 0, 1, 1))
    assert page is not None
    assert not isinstance(page, bytes)
    assert Image.open(io.BytesIO(page.read_bytes())).size == (ACROSS, 933)
    cut = sights_of(pictures).region(item, Region(1, 0.1, 0.1, 0.5, 0.2))
    assert isinstance(cut, bytes)


def test_drawing_can_be_stopped_and_goes_on_where_it_was(
    vault: Vault, pictures: Pictures, shots: list[bytes]
) -> None:
    evidence = items(vault, shots)
    said: list[str] = []

    def stop(done: int, _total: int, doing: str) -> None:
        said.append(doing)
        if done == 2:
            raise Cancelled

    sights = sights_of(pictures)
    with pytest.raises(Cancelled):
        sights.whole(evidence, BESIDE, stop)
    assert said == ["正在准备第 1 幅图片", "正在准备第 2 幅图片", "正在准备第 3 幅图片"]
    heard: list[int] = []
    assert None not in sights.whole(evidence, BESIDE, lambda done, *_: heard.append(done))
    assert heard[0] >= 2, "what was drawn before the stop is kept"
    assert heard[-1] == COUNT


def test_what_cannot_be_drawn_leaves_its_place_empty(
    vault: Vault, pictures: Pictures, shots: list[bytes]
) -> None:
    evidence = items(vault, [shots[0], b"\xff\xd8\xff" + b"rubbish" * 9, shots[1]])
    gone = replace(evidence[0], id="x", sha256="0" * 64)
    seen = sights_of(pictures).whole([*evidence, gone, evidence[0]], BESIDE)
    assert [one is None for one in seen] == [False, True, False, True, False]


def test_a_photo_that_is_gone_is_told_in_its_place_and_in_a_notice(
    vault: Vault, pictures: Pictures, shots: list[bytes], tmp_path: Path
) -> None:
    evidence = items(vault, shots[:2])
    gone = replace(evidence[1], sha256="0" * 64, title="丢失的照片")
    path = tmp_path / "a.pdf"
    written = EXPORTERS["report"].write(frozen([evidence[0], gone], pictures), path, Kit(RESOURCES), silent)
    assert [notice for notice in written.notices if "丢失的照片" in notice and "没有印出" in notice]
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))
    assert "丢失的照片：文件不存在或无法读取" in "".join(text.split())


def test_what_failed_for_the_moment_is_tried_again(
    vault: Vault, pictures: Pictures, shots: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    [item] = items(vault, shots[:1])
    with monkeypatch.context() as busy:
        busy.setattr(_Child, "draw", lambda *_: Drawn(False, reason="没有画完。", passing=True))
        assert sights_of(pictures).whole([item], BESIDE) == [None]
        shown = Wish(item.sha256, item.media_type, THUMBNAIL)
        assert pictures.make(shown).drawn.reason == "没有画完。"
    assert sights_of(pictures).whole([item], BESIDE) != [None]
    assert pictures.make(shown).drawn.reason == "没有画完。", (
        "a list that is scrolled does not try again and again"
    )
