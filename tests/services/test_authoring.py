"""Tables become the user's own systems, whole or not at all; systems go out and come back."""

from __future__ import annotations

import errno
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from tests.helpers import ROOT
from tests.importers.tables import HEADER, ROWS, book
from workbench import files
from workbench.domain.compiler import compile_form
from workbench.errors import InputRefused, WorkbenchError
from workbench.services.authoring import Authoring
from workbench.services.catalog import OWN_FORMS, Catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(
        ROOT / "forms",
        tmp_path / "数据",
        compile_form=compile_form,
        clock=lambda: 0.0,
        now=lambda: datetime(2022, 11, 14, tzinfo=UTC),
    )


@pytest.fixture
def authoring(catalog: Catalog) -> Authoring:
    return Authoring(catalog, ROOT / "resources")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return book(tmp_path / "本市热线.xlsx", [["某市热线绩效评价指标体系（2023年）"], HEADER, *ROWS])


def test_a_table_becomes_an_own_system_to_evaluate_by(
    authoring: Authoring, catalog: Catalog, table: Path
) -> None:
    taken = authoring.take_over(table)
    assert taken.path == catalog.data / OWN_FORMS / "本市热线.toml"
    assert not taken.renamed
    listing = next(one for one in catalog.list_forms() if one.id == "本市热线")
    assert listing.own
    assert listing.title == "某市热线绩效评价指标体系（2023年）"
    assert catalog.form("本市热线") == taken.form
    folder = catalog.create_evaluation("试评", "本市热线")
    session = catalog.open(folder)
    assert session.evaluation.form == taken.form
    session.close()


def test_a_preview_writes_nothing(authoring: Authoring, catalog: Catalog, table: Path) -> None:
    assert len(authoring.preview(table).readings) == 4
    assert not catalog.data.exists()


def test_a_taken_id_is_not_overwritten(authoring: Authoring, catalog: Catalog, table: Path) -> None:
    first = authoring.take_over(table)
    again = authoring.take_over(table)
    assert (again.form.id, again.renamed) == ("本市热线-2", True)
    shipped = authoring.take_over(table, form_id="qixia-2022", replacing=True)
    assert shipped.form.id == "qixia-2022-2"
    before = first.path.read_bytes()
    replaced = authoring.take_over(table, form_id="本市热线", replacing=True)
    assert replaced.path == first.path
    assert first.path.read_bytes() == before
    assert len([one for one in catalog.list_forms() if one.own]) == 3


def test_a_refused_table_leaves_what_is_there(authoring: Authoring, catalog: Catalog, table: Path) -> None:
    taken = authoring.take_over(table)
    before = taken.path.read_bytes()
    rows = [HEADER, *ROWS, ["合计", "", "", 90]]
    with pytest.raises(InputRefused):
        authoring.take_over(book(table, rows), replacing=True)
    assert taken.path.read_bytes() == before
    assert [path.name for path in (catalog.data / OWN_FORMS).iterdir()] == ["本市热线.toml"]


def test_a_full_disk_keeps_the_old_system(
    authoring: Authoring, catalog: Catalog, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = authoring.take_over(table)
    before = taken.path.read_bytes()

    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(files, "write_beside", full)
    with pytest.raises(WorkbenchError, match="保存指标体系时磁盘已满"):
        authoring.take_over(table, replacing=True)
    assert taken.path.read_bytes() == before


def test_export_adapt_import(authoring: Authoring, catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "出" / "栖霞.xlsx"
    form = authoring.export("qixia-2022", path)
    assert authoring.preview(path).form == form
    made = openpyxl.load_workbook(path)
    sheet = made["指标体系"]
    header = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == "B12")
    row[header.index("系数（分）")].value = 6
    made["总体"]["B3"].value = "qixia-2024"
    made.save(path)
    taken = authoring.take_over(path)
    assert taken.form.id == "qixia-2024"
    assert not taken.form.faults  # the factor was the one fault of the printed table
    assert taken.reading is not None
    assert taken.reading.template


def test_export_leaves_the_old_file_when_it_fails(authoring: Authoring, tmp_path: Path) -> None:
    path = tmp_path / "栖霞.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(WorkbenchError, match="没有编号为“无此体系”的指标体系"):
        authoring.export("无此体系", path)
    assert path.read_bytes() == b"old"
    folder = tmp_path / "同名.xlsx"
    folder.mkdir()
    with pytest.raises(WorkbenchError, match="同名文件夹"):
        authoring.export("qixia-2022", folder)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["同名.xlsx", "栖霞.xlsx"]


def test_every_own_system_reads_back_from_its_file(
    authoring: Authoring, catalog: Catalog, tmp_path: Path
) -> None:
    for listing in [one for one in catalog.list_forms() if not one.own]:
        assert listing.form is not None
        saved = authoring.save(listing.form, form_id=f"own-{listing.id}")
        assert catalog.form(f"own-{listing.id}") == saved.form
        assert saved.form.indicators == listing.form.indicators
