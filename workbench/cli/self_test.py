"""Whether this copy of the program works on this machine: every form, every sample, every kind of file.

Packages are judged by it after they are built and after they are installed. It does what the demo
does, by the demo's own functions, and then compares what came out with what it should be.
"""

from __future__ import annotations

import dataclasses
import logging
import platform
import tempfile
import time
import zipfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from workbench import files, paths, preflight
from workbench.cli.demo import SAMPLE, draw, write_all
from workbench.cli.desk import Desk
from workbench.domain.evaluation import Evidence
from workbench.domain.form import show_score
from workbench.errors import WorkbenchError
from workbench.exporters.kit import Kit
from workbench.exporters.report_file import outline_of
from workbench.importers.pdf_text import read_pdf_text
from workbench.importers.workbooks import read_workbook
from workbench.services.jobs import silent
from workbench.services.parts import assemble
from workbench.services.pictures import Wish
from workbench.services.samples import Sample
from workbench.services.session import Session

EXIT_FAILED = 1
RESULT, PICTURES = "result.txt", "窗口"
#: What an installed program is judged by; scripts look for the last line of ``result.txt``.
PASSED, FAILED = "自检通过", "自检未通过"
_THUMBNAIL_EDGE = 160
_ARCHIVE, _PASSWORD, _LOCKED = "加密归档包", "自检用的密码，不是谁的", "设密码的评价"
_log = logging.getLogger(__name__)


class _Wrong(Exception):
    """Something is not as it should be; the message is Chinese."""


class _Record:
    """The lines of the result; a step that fails does not stop the others."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.lines: list[str] = []
        self.failed = 0

    def step(self, name: str, run: Callable[[], str]) -> None:
        """Run one step; it returns what to say of it and raises when it failed."""
        started = time.monotonic()
        try:
            said, passed = run(), True
        except (_Wrong, WorkbenchError) as error:
            said, passed = str(error), False
        except Exception as error:  # noqa: BLE001 - a self-test tells whatever is broken, bugs included
            _log.exception("self-test: %s", name)
            said, passed = f"{type(error).__name__}: {error}", False
        self.failed += not passed
        self.say(f"{'通过' if passed else '失败'}　{name}　{said}（{time.monotonic() - started:.1f} 秒）")

    def say(self, line: str) -> None:
        """Tell one line at once and keep it."""
        self.lines.append(line)
        self._desk.say(line)


def self_test(desk: Desk, words: Namespace) -> int:
    """Try everything, write ``result.txt`` and the exported files; 0 when all is as it should be, else 1."""
    out = Path(words.folder).expanduser().absolute() if words.folder else desk.parts.cache / "self-test"
    with files.told(out, "写自检结果"):
        out.mkdir(parents=True, exist_ok=True)
    # Asked first, so that pictures are drawn by the same plugin as the person's window.
    ready = preflight.prepare_qt()
    record = _Record(desk)
    started = time.monotonic()
    record.say(f"现场评价工作台 {paths.program_version()}　Python {platform.python_version()}")
    record.say(f"{platform.platform()}　{'有图形显示' if ready.display else '没有图形显示，不显示窗口'}")
    with tempfile.TemporaryDirectory(prefix=".self-test-", dir=out) as evaluations:
        # The person's evaluations, settings and cache are neither used nor touched.
        rooms = Path(evaluations)
        folders = dataclasses.replace(
            paths.find_paths(), settings=rooms / "settings.json", cache=rooms / "cache"
        )
        desk = Desk(assemble(folders, data=rooms / "评价"))
        record.step("指标体系", lambda: _forms(desk))
        for sample in desk.parts.samples.listed():
            record.step(sample.title, lambda sample=sample: _sample(desk, sample, out))  # type: ignore[misc]
    record.say(
        f"{FAILED if record.failed else PASSED}　用时 {time.monotonic() - started:.1f} 秒　结果在 {out}"
    )
    with files.told(out / RESULT, "写自检结果"):
        files.write_beside(out / RESULT, ("\n".join(record.lines) + "\n").encode("utf-8"))
    return EXIT_FAILED if record.failed else 0


def _forms(desk: Desk) -> str:
    listed = [one for one in desk.parts.catalog.list_forms() if not one.own]
    unusable = [f"{one.id}：{'；'.join(map(str, one.faults))}" for one in listed if one.form is None]
    if unusable or not listed:
        raise _Wrong("；".join(unusable) or "没有找到指标体系")
    return f"{len(listed)} 个全部可用"


def _sample(desk: Desk, sample: Sample, out: Path) -> str:
    """Create, score, export and read back one sample; of the demo's sample, draw the window as well."""
    folder = desk.parts.samples.create(sample.key, desk.parts.catalog)
    session = desk.parts.catalog.open(folder)
    try:
        total = show_score(session.evaluation.form, session.scores.total)
        grade = session.scores.grade.name if session.scores.grade is not None else ""
        if (total, grade) != (sample.total, sample.grade):
            raise _Wrong(f"得分应为 {sample.total}（{sample.grade}），算出 {total}（{grade}）")
        said = [f"{total} 分（{grade}）"]
        said += _files(desk, session, out / sample.key, total)
        said += _evidence(desk, session)
        if sample.key == SAMPLE:
            said.append(_sealed(desk, session, out))
    finally:
        session.close()
    if sample.key == SAMPLE:
        said.append(_locked(desk, folder, total))
        said.append(_window(desk, folder, out / PICTURES))
    return "、".join(said)


def _files(desk: Desk, session: Session, out: Path, total: str) -> list[str]:
    """Write every kind of file and read it again as a stranger's."""
    written = write_all(desk, session, out, desk.parts.checking(session).findings)
    for key, path in written.items():
        _CHECKS.get(key, _holds_something)(desk, session, path, total)
    return [f"{path.suffix[1:]} {path.stat().st_size // 1024} KB" for path in written.values()]


def _total_is_in_a_cell(_desk: Desk, _session: Session, path: Path, total: str) -> None:
    book = read_workbook(path)
    plain = total.rstrip("0").rstrip(".")
    if not any(
        plain in cell.text
        for sheet in book.sheets
        for row in book.rows(sheet.name)
        for cell in row.cells.values()
    ):
        raise _Wrong(f"{path.name} 中没有总分 {total}")


def _total_is_in_the_text(desk: Desk, session: Session, path: Path, total: str) -> None:
    _states_the_total(desk, session, path, read_pdf_text(path), total)


def _total_is_in_the_document(desk: Desk, session: Session, path: Path, total: str) -> None:
    with zipfile.ZipFile(path) as archive:
        _states_the_total(desk, session, path, archive.read("word/document.xml").decode("utf-8"), total)


def _states_the_total(desk: Desk, session: Session, path: Path, text: str, total: str) -> None:
    """The total is in the report, or nowhere in it where its outline is one without scores."""
    wanted = outline_of(session.evaluation, Kit(desk.parts.resources)).states_scores
    if wanted and total not in text:
        raise _Wrong(f"{path.name} 的正文中没有总分 {total}")
    if not wanted and total in text:
        raise _Wrong(f"{path.name} 是不含得分的提纲，正文却有总分 {total}")


def _reads_back_unchanged(desk: Desk, session: Session, path: Path, _total: str) -> None:
    if (found := desk.parts.importing.preview(session, path)).changes:
        raise _Wrong(f"{path.name} 读回后与评价不同：{found.sentence()}")


def _holds_something(_desk: Desk, _session: Session, path: Path, _total: str) -> None:
    if not path.stat().st_size:
        raise _Wrong(f"{path.name} 是空文件")


#: Key of an exporter → how its file is judged; files of other kinds must only hold something.
_CHECKS: dict[str, Callable[[Desk, Session, Path, str], None]] = {
    "score-sheet": _total_is_in_a_cell,
    "report": _total_is_in_the_text,
    "report-docx": _total_is_in_the_document,
    "working-papers": _reads_back_unchanged,
}


def _evidence(desk: Desk, session: Session) -> list[str]:
    """Hash every stored file again, and have the child process draw the previews."""
    items = [item for item in session.evaluation.table(Evidence).values() if item.sha256]
    services = desk.parts.services_for(session)
    if services.attaching is None or (damaged := services.attaching.verify_files(items, silent)):
        raise _Wrong(f"{len(damaged)} 件佐证与存入时不同" if services.attaching else "佐证不能读取")
    pictures = services.pictures
    for item in items:
        wish = Wish(item.sha256, item.media_type, _THUMBNAIL_EDGE)
        if pictures is not None and wish.drawable and not (made := pictures.make(wish)).path:
            raise _Wrong(f"佐证“{item.file_name}”没有画出预览：{made.drawn.reason}")
    return [f"佐证 {len(items)} 件"] if items else []


def _sealed(desk: Desk, session: Session, out: Path) -> str:
    """Hand the evaluation over under a password and open what was written again."""
    for old in out.glob(f"{_ARCHIVE}*"):
        old.unlink()
    archiving = desk.parts.archiving
    done = archiving.job(session, out / _ARCHIVE, kinds=["score-sheet"], password=_PASSWORD).run()
    if faults := archiving.verify(done.path, archiving.opener(_PASSWORD)):
        raise _Wrong(f"加密归档包与写出时不同：{faults[0]}")
    return f"加密归档包 {done.path.stat().st_size // 1024} KB"


def _locked(desk: Desk, folder: Path, total: str) -> str:
    """Give a copy of the evaluation a password, work on it, and take the password away again."""
    copy = desk.parts.catalog.copy(folder, _LOCKED)
    desk.parts.passwords.lock(copy, _PASSWORD)
    if not desk.parts.catalog.is_locked(copy):
        raise _Wrong("评价没有加密")
    session = desk.parts.catalog.open(copy)
    try:
        if show_score(session.evaluation.form, session.scores.total) != total:
            raise _Wrong("加密的评价与原来不同")
        _evidence(desk, session)
    finally:
        session.close()
    desk.parts.catalog.hold(copy, desk.parts.catalog.unlock(copy, desk.parts.archiving.opener(_PASSWORD)))
    desk.parts.passwords.unlock(copy)
    desk.parts.catalog.open(copy).close()
    return "评价密码可用"


def _window(desk: Desk, folder: Path, out: Path) -> str:
    drawn = draw(desk, folder, out)
    empty = [path.name for path in drawn if not path.stat().st_size]
    if empty:
        raise _Wrong(f"窗口图片是空的：{'、'.join(empty)}")
    return f"窗口 {len(drawn)} 页"
