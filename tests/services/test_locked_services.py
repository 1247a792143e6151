"""What is made of a locked evaluation, and what is written about it elsewhere: all of it works, none of it leaks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from workbench import cli
from workbench.domain.evaluation import Deduction, Evidence
from workbench.errors import WorkbenchError
from workbench.paths import find_paths
from workbench.services.album import FOLDER
from workbench.services.attaching import Attaching
from workbench.services.export_log import ExportLog
from workbench.services.jobs import silent
from workbench.services.parts import Parts, assemble
from workbench.services.pictures import THUMBNAIL, Pictures, Wish
from workbench.services.safekeeping import CopyJob
from workbench.services.session import Session
from workbench.store import sealed
from workbench.store.creation import BACKUPS, DATABASE, EXPORT_LOG, SUMMARY
from workbench.store.evidence import Vault
from workbench.store.sealed import Opener

PHRASE = "正确的 Horse 密码"
WORDS = "受访者王五说的话"


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "SCRYPT_N", 1 << 14)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return assemble(find_paths({"WORKBENCH_DATA": str(tmp_path / "数据")}))


@pytest.fixture
def folder(parts: Parts) -> Path:
    """An evaluation in clear with edits and evidence, closed."""
    made = parts.catalog.create_evaluation("栖霞 热线", "national-self", year="2022")
    session = parts.catalog.open(made)
    session.put(Deduction(id="d", indicator="D11", reason=WORDS))
    files = [
        (_picture("JPEG"), "一.jpg"),
        (_picture("PNG"), "二.png"),
        (_picture("TIFF"), "三.tif"),
        (_pdf(), "四.pdf"),
    ]
    attaching = Attaching(session, session.memory.vault())  # type: ignore[attr-defined]
    for data, name in files:
        attaching.settle(attaching.take_in_bytes(data, name, silent))
    session.close()
    return made


def _picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((300, 200), 90).convert("RGB").save(out, kind)
    return out.getvalue()


def _pdf() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 300)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


@pytest.fixture
def session(parts: Parts, folder: Path) -> Iterator[Session]:
    """The same with a password, open."""
    parts.passwords.lock(folder, PHRASE)
    opened = parts.catalog.open(folder)
    yield opened
    opened.close()


def leaks(*folders: Path, words: tuple[str, ...] = (WORDS,)) -> list[str]:
    return [
        path.name
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and any(word.encode() in path.read_bytes() for word in words)
    ]


def test_the_list_tells_the_name_of_the_folder_and_nothing_else(parts: Parts, folder: Path) -> None:
    (before,) = parts.catalog.list_evaluations()
    assert (before.project, before.year, before.locked) == ("栖霞 热线", "2022", False)
    other = folder.rename(folder.with_name("甲"))
    parts.passwords.lock(other, PHRASE)
    parts.catalog.open(other).close()
    assert not (other / SUMMARY).exists()
    (listed,) = parts.catalog.list_evaluations()
    assert (listed.project, listed.year, listed.form_title, listed.total) == ("甲", "", "", None)
    assert listed.locked
    assert listed.opened is not None
    assert leaks(other, words=("栖霞", WORDS)) == []


def test_pictures_are_drawn_and_kept_encrypted(
    parts: Parts, session: Session, tmp_path: Path, folder: Path
) -> None:
    cache = tmp_path / "缓存"
    vault = session.memory.vault()  # type: ignore[attr-defined]
    pictures = Pictures(vault, cache)
    try:
        for item in session.evaluation.listed(Evidence):
            made = pictures.make(Wish(item.sha256, item.media_type, THUMBNAIL))
            assert made.path is not None, (item.file_name, made.drawn)
            with Image.open(io.BytesIO(made.path.read_bytes())) as image:
                assert max(image.size) == THUMBNAIL
            again = pictures.make(Wish(item.sha256, item.media_type, THUMBNAIL))
            assert again.path == made.path
            assert not list(cache.rglob(f"*{item.sha256[:10]}*"))
    finally:
        pictures.close()
    held = [path for path in cache.rglob("*") if path.is_file()]
    assert len(held) == 8
    assert all(path.suffix == ".wbe" and path.read_bytes()[:8] == b"WBXFILE1" for path in held)


def test_pictures_drawn_before_are_forgotten(parts: Parts, folder: Path) -> None:
    session = parts.catalog.open(folder)
    services = parts.services_for(session)
    assert services.pictures is not None
    for item in session.evaluation.listed(Evidence):
        services.pictures.make(Wish(item.sha256, item.media_type, THUMBNAIL))
    session.close()
    assert list((parts.cache / FOLDER).rglob("*.jpg"))
    parts.passwords.lock(folder, PHRASE)
    assert not list((parts.cache / FOLDER).rglob("*.jpg"))
    assert not list((parts.cache / FOLDER).rglob("*.json"))


def test_a_preview_leaves_nothing_in_the_cache(parts: Parts, session: Session) -> None:
    previewing = parts.services_for(session).previewing
    assert previewing is not None
    preview = previewing.job(session, "score-sheet").run()
    assert isinstance(preview.path, bytes)
    assert preview.page(0, 400).startswith(b"\x89PNG")
    assert not [path for path in parts.cache.rglob("*") if path.suffix in {".pdf", ".xlsx"}]


def test_the_export_log_is_locked_and_goes_both_ways(parts: Parts, folder: Path, tmp_path: Path) -> None:
    written = tmp_path / f"{WORDS}.pdf"
    written.write_bytes(b"%PDF")
    session = parts.catalog.open(folder)
    parts.exporting.note(ExportLog(folder), session, "report", written)
    session.close()
    assert leaks(folder)
    parts.passwords.lock(folder, PHRASE)
    session = parts.catalog.open(folder)
    key = parts.services_for(session).key
    parts.exporting.note(ExportLog(folder, key), session, "report", written)
    assert [line.file for line in ExportLog(folder, key).listed()] == [written.name] * 2
    session.close()
    assert leaks(folder) == []
    parts.catalog.hold(folder, parts.catalog.unlock(folder, Opener(PHRASE)))
    parts.passwords.unlock(folder)
    assert [line.file for line in ExportLog(folder).listed()] == [written.name] * 2
    assert not (folder / f"{EXPORT_LOG}.wbe").exists()


def test_the_second_copy_is_locked_and_what_was_there_in_clear_goes(
    parts: Parts, folder: Path, tmp_path: Path
) -> None:
    stick = tmp_path / "U 盘"
    stick.mkdir()
    parts.settings.put("second_copy", str(stick))
    session = parts.catalog.open(folder)
    job = parts.safekeeping.copy_job(session)
    assert isinstance(job, CopyJob)
    job.run()
    session.close()
    assert leaks(stick)
    parts.passwords.lock(folder, PHRASE)
    session = parts.catalog.open(folder)
    session.put(Deduction(id="e", indicator="D11", reason=WORDS))
    job = parts.safekeeping.copy_job(session)
    assert job is not None
    job.run()
    items = session.evaluation.listed(Evidence)
    session.close()
    copy = stick / folder.name
    assert leaks(stick) == []
    assert not list(Vault(copy / "evidence").stored())
    key = parts.catalog.unlock(copy, Opener(PHRASE))
    assert Vault(copy / "evidence", key).verify([item.sha256 for item in items], silent) == []
    parts.catalog.hold(copy, key)
    again = parts.catalog.open(copy)
    assert again.evaluation.get(Deduction, "e") is not None
    again.close()
    parts.catalog.hold(folder, parts.catalog.unlock(folder, Opener(PHRASE)))
    parts.passwords.unlock(folder)
    session = parts.catalog.open(folder)
    job = parts.safekeeping.copy_job(session)
    assert job is not None
    job.run()
    session.close()
    assert not parts.catalog.is_locked(copy)
    assert not [path for path in copy.rglob("*") if path.suffix in {".wbe", ".key"}]
    again = parts.catalog.open(copy)
    assert Vault(copy / "evidence").verify([item.sha256 for item in items], silent) == []
    again.close()


def test_an_archive_and_exports_are_made_of_a_locked_evaluation(
    parts: Parts, session: Session, tmp_path: Path
) -> None:
    done = parts.archiving.job(session, tmp_path / "归档", kinds=["score-sheet"]).run()
    assert parts.archiving.verify(done.path) == []
    assert len(list((done.path / "data" / "佐证").rglob("*.*"))) == 4
    made = parts.exporting.job(session, "report", tmp_path / "报告.pdf").run()
    assert made.size > 10_000


def test_another_window_reads_what_is_saved(parts: Parts, session: Session, folder: Path) -> None:
    session.put(Deduction(id="f", indicator="D11", reason=WORDS))
    other = assemble(find_paths({"WORKBENCH_DATA": str(parts.catalog.data)}))
    with pytest.raises(WorkbenchError) as told:
        other.catalog.look(folder)
    assert told.value.code == "locked"
    other.catalog.hold(folder, other.catalog.unlock(folder, Opener(PHRASE)))
    copy, words = other.catalog.look(folder)
    assert "另一窗口" in words
    assert copy.evaluation.get(Deduction, "f") is not None
    copy.close()


def test_closing_forgets_the_key(parts: Parts, session: Session, folder: Path) -> None:
    assert parts.catalog.key_of(folder) is not None
    session.close()
    assert parts.catalog.key_of(folder) is None
    with pytest.raises(WorkbenchError) as told:
        parts.catalog.open(folder)
    assert told.value.code == "locked"
    for refused in (parts.catalog.outlook, parts.catalog.recover):
        with pytest.raises(WorkbenchError) as told:
            refused(folder)
        assert told.value.code == "locked"


def test_what_is_not_possible_is_said(parts: Parts, folder: Path) -> None:
    for wrong, code in ((lambda: parts.passwords.lock(folder, "短"), "short-password"),):
        with pytest.raises(WorkbenchError) as told:
            wrong()
        assert told.value.code == code
    with pytest.raises(WorkbenchError, match="没有设密码"):
        parts.passwords.change(folder, PHRASE)
    parts.passwords.lock(folder, PHRASE)
    with pytest.raises(WorkbenchError, match="已经设有密码"):
        parts.passwords.lock(folder, PHRASE)
    session = parts.catalog.open(folder)
    with pytest.raises(WorkbenchError) as told:
        parts.passwords.unlock(folder)
    assert told.value.code == "already-open"
    session.put(replace(session.evaluation.overview, remarks="还在"))
    session.close()


def test_files_of_the_persons_own_are_counted(parts: Parts, folder: Path) -> None:
    (folder / "导出").mkdir()
    (folder / "导出" / "报告.pdf").write_bytes(b"x")
    (notice,) = parts.passwords.lock(folder, PHRASE)
    assert "1 个没有加密的文件" in notice


def test_the_command_line(
    parts: Parts,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", str(parts.catalog.data))
    old, new = tmp_path / "旧", tmp_path / "新"
    old.write_text(f"{PHRASE}\n")
    new.write_text("另一句密码另一句\n")
    where = str(folder)
    assert cli.main(["password", "set", where, "--new-password-file", str(old)]) == 0
    assert "没有设置机构恢复公钥" in capsys.readouterr().err
    assert cli.main(["show", where, "--password-file", str(new)]) == cli.EXIT_MISTAKE
    assert "密码不对" in capsys.readouterr().err
    assert cli.main(["show", where, "--password-file", str(old)]) == 0
    both = ["--password-file", str(old), "--new-password-file", str(new)]
    assert cli.main(["password", "change", where, *both]) == 0
    archive = [
        "archive",
        where,
        str(tmp_path / "包.wbx"),
        "--open-password-file",
        "评价的",
        "--password-file",
        "包的",
    ]
    asked = cli.parser().parse_args(archive)
    assert (asked.unlock_file, asked.password_file) == ("评价的", "包的")
    assert cli.main(["password", "remove", where, "--password-file", str(old)]) == cli.EXIT_MISTAKE
    assert cli.main(["password", "remove", where, "--password-file", str(new)]) == 0
    assert cli.main(["show", where]) == 0
    assert (folder / DATABASE).read_bytes().startswith(b"SQLite")
    assert not (folder / BACKUPS / "evaluation.key").exists()
