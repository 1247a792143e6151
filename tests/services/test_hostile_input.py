"""Hostile packages unfold nothing, and hostile text stays text in the database and in every file."""

from __future__ import annotations

import dataclasses
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.domain.evaluation import ENTITIES, Entity
from workbench.domain.fields import specs_of
from workbench.errors import WorkbenchError
from workbench.exporters.kit import Kit
from workbench.exporters.layouts import Layouts
from workbench.exporters.outlines import read_outline
from workbench.paths import find_paths
from workbench.services.parts import assemble
from workbench.services.unpacking import unfolded
from workbench.store.evaluations import BRIEFLY

NASTY = '=HYPERLINK("http://x","y")\'; DROP TABLE member; --<b>&amp;]]>\u202e\x07{得分}'
#: What the program itself writes there, or reads as a command of its own.
_OWN = {
    *(
        "sha256",
        "media_type",
        "columns",
        "skip_if",
        "index_scheme",
        "source",
        "key",
        "value",
        "raw",
        "figures",
    ),
    *("answers", "first_answers", "texts", "numbers", "voids", "content", "place", "from_kind", "from_id"),
    *(
        "to_kind",
        "to_id",
        "stage",
        "derived_from",
        "questionnaire",
        "owner",
        "number_prefix",
        "code",
        "base",
        "outline",
    ),
}


def _zip(
    path: Path, entries: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if change is not None:
                change(entry)
            archive.writestr(entry, content)
    return path


def _refused(path: Path, where: Path, most_bytes: int = 1 << 40) -> str:
    with (
        pytest.raises(WorkbenchError) as caught,
        unfolded(path, where, "归档包", most_bytes=most_bytes, most_entries=100),
    ):
        pass
    assert list(where.iterdir()) == []
    assert caught.value.remedy
    return caught.value.code


@pytest.fixture
def where(tmp_path: Path) -> Path:
    folder = tmp_path / "展开"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    "name",
    [
        *("../x", "a/../../x", "/x", "C:\\x", "c:x", "a\\..\\x", "\\\\server\\x", "x:stream"),
        *(
            "CON",
            "a/nul.txt",
            "LPT1.jpg",
            "com¹",
            "tail. ",
            "dot.",
            "a/ /b",
            "\u202egpj.exe",
            "a\u200bb",
            "a\tb",
        ),
        "长" * 90,
    ],
)
def test_names_that_lead_elsewhere_or_fit_no_system_are_refused(
    name: str, where: Path, tmp_path: Path
) -> None:
    assert _refused(_zip(tmp_path / "包.zip", {name: b"x"}), where) == "archive-hostile"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["包.zip", "展开"]


@pytest.mark.parametrize(
    "pair", [("ok.txt", "OK.TXT"), (unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é"))]
)
def test_names_that_one_disk_takes_for_the_same_are_refused(
    pair: tuple[str, str], where: Path, tmp_path: Path
) -> None:
    assert _refused(_zip(tmp_path / "包.zip", dict.fromkeys(pair, b"x")), where) == "archive-hostile"


def test_a_link_is_refused(where: Path, tmp_path: Path) -> None:
    def link(entry: zipfile.ZipInfo) -> None:
        entry.create_system = 3
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert _refused(_zip(tmp_path / "包.zip", {"x": b"/etc/passwd"}, link), where) == "archive-hostile"


def test_a_bomb_is_refused_by_its_ratio_before_anything_unfolds(where: Path, tmp_path: Path) -> None:
    path = _zip(tmp_path / "包.zip", {"x": b"\0" * (80 << 20)})
    assert path.stat().st_size < 100_000
    assert _refused(path, where) == "archive-too-large"


def test_too_many_entries_and_too_many_bytes_are_refused(where: Path, tmp_path: Path) -> None:
    many = _zip(tmp_path / "多.zip", {str(number): b"" for number in range(101)})
    assert _refused(many, where) == "archive-too-large"
    assert _refused(_zip(tmp_path / "大.zip", {"x": b"x" * 2000}), where, 1000) == "archive-too-large"


def test_entries_that_share_their_bytes_are_refused(where: Path, tmp_path: Path) -> None:
    path = _zip(tmp_path / "包.zip", {"a": bytes(range(256)) * 40})
    with zipfile.ZipFile(path, "a") as archive:
        (one,) = archive.infolist()
        for number in range(20):
            other = zipfile.ZipInfo(f"b{number}")
            for name in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(other, name, getattr(one, name))
            archive.filelist.append(other)
            archive.NameToInfo[other.filename] = other
        archive._didModify = True  # type: ignore[attr-defined]
    assert _refused(path, where) == "archive-too-large"


@pytest.mark.parametrize("cut", [10, 100, 1000])
def test_a_cut_or_changed_package_is_told(cut: int, where: Path, tmp_path: Path) -> None:
    path = _zip(tmp_path / "包.zip", {"a": bytes(range(256)) * 40, "b": b"y" * 999})
    data = bytearray(path.read_bytes())
    path.write_bytes(data[:-cut])
    assert _refused(path, where) == "bad-package"
    data[45] ^= 0xFF
    path.write_bytes(data)
    assert _refused(path, where) == "bad-package"


@pytest.mark.parametrize("key", ["../外面", "/etc/外面", "a/../../外面"])
def test_the_name_of_an_outline_or_a_layout_leads_out_of_no_folder(key: str, tmp_path: Path) -> None:
    for folder in ("outlines", "layouts"):
        (tmp_path / "resources" / folder).mkdir(parents=True)
    for place in (tmp_path, tmp_path / "resources"):
        (place / "外面.toml").write_text('title = "x"\npart = []\n', "utf-8")
    kit = Kit(tmp_path / "resources", own_outlines=tmp_path / "resources" / "outlines")
    assert kit.outline(key).parent == tmp_path / "resources" / "outlines"
    with pytest.raises(WorkbenchError):
        read_outline(kit.outline(key))
    with pytest.raises(WorkbenchError, match="没有名为"):
        Layouts(kit.layouts).load(key)


def test_hostile_text_in_every_field_stays_text(tmp_path: Path) -> None:
    parts = assemble(find_paths({"WORKBENCH_DATA": str(tmp_path)}), keeping=BRIEFLY)
    folder = parts.samples.create("qixia", parts.catalog)
    session = parts.catalog.open(folder)
    kinds = [kind for kind in parts.exporting.kinds() if kind.suffix == ".xlsx"]

    def formulas() -> dict[str, int]:
        counts = {}
        for kind in kinds:
            path = tmp_path / "out" / f"{kind.key}.xlsx"
            parts.exporting.job(session, kind.key, path, findings=parts.checking(session).findings).run()
            with zipfile.ZipFile(path) as book:
                cells = "".join(book.read(n).decode() for n in book.namelist() if "worksheets/sheet" in n)
            assert not re.search(r"<f[^>]*>[^<]*(?:HYPERLINK|DROP)", cells), f"{kind.key}: a live formula"
            counts[kind.key] = cells.count("<f>") + cells.count("<f ")
        return counts

    before = formulas()
    nasty: list[Entity] = []
    for kind, table in session.evaluation.tables.items():
        free = [
            spec.name
            for spec in specs_of(ENTITIES[kind])
            if spec.kind in {"text", "line"} and spec.name not in _OWN
        ]
        if kind not in {"link", "form_revision"}:
            nasty += [dataclasses.replace(one, **dict.fromkeys(free, NASTY)) for one in table.values()]
    assert session.put_all(nasty) > 50
    assert formulas().keys() == before.keys()
    for kind in parts.exporting.kinds():
        parts.exporting.job(session, kind.key, tmp_path / "out" / f"{kind.key}{kind.suffix}").run()
    tables = session.evaluation.tables
    session.close()
    session = parts.catalog.open(folder)
    assert session.evaluation.tables == tables
    session.close()
    assert not (ROOT / "x").exists()
