"""Every reader of what comes from outside, with valid examples and the ways in which it may refuse."""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import shutil
import tempfile
import uuid
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path

from tests.fuzzing import seeds
from tests.fuzzing.packages import parts_of, zipped
from workbench.domain.answers import plan_of, unpack
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import ENTITIES, Deduction, Evaluation, FundLine
from workbench.domain.exif import taken_at, taken_where
from workbench.domain.fields import BadValue, FieldSpec, parse_value, show_value, specs_of
from workbench.domain.form_json import form_raw, form_text
from workbench.domain.formula import Formula
from workbench.domain.formula_terms import FormulaFault, Value
from workbench.domain.media import SNIFF_BYTES, sniff
from workbench.domain.own_checks import read_own_checks
from workbench.domain.regions import region_of
from workbench.domain.sources import place_of_source
from workbench.errors import WorkbenchError
from workbench.exporters.bureau_forms import read_bureau_form
from workbench.exporters.outlines import read_outline
from workbench.exporters.report_docx import try_base
from workbench.importers.answer_table import read_survey_table
from workbench.importers.bureau_blank import load_bureau_columns, recognise
from workbench.importers.indicator_columns import load_columns
from workbench.importers.indicator_table import read_indicator_table
from workbench.importers.outside_file import open_outside
from workbench.importers.pdf_text import read_pdf_pages
from workbench.importers.review_words import load_words
from workbench.importers.rule_sentences import understand
from workbench.importers.sentence_base import Standard
from workbench.importers.survey_columns import read_memory
from workbench.importers.survey_design import drafted
from workbench.importers.word_document import read_document
from workbench.importers.word_tables import word_grids
from workbench.importers.workbooks import read_workbook
from workbench.importers.working_papers import read_working_papers
from workbench.paths import find_paths
from workbench.services.catalog import read_form
from workbench.services.checking import load_limits
from workbench.services.export_log import FILE as LOG_FILE
from workbench.services.export_log import ExportLog
from workbench.services.parts import Parts, assemble, local_now
from workbench.services.recording import read_requests, read_topics
from workbench.services.rendering import Job, draw
from workbench.services.session import Session
from workbench.services.settings import Settings
from workbench.services.survey_files import preview_of
from workbench.services.updating import _release
from workbench.store.creation import DATABASE
from workbench.store.evaluations import BRIEFLY, EvaluationStore
from workbench.store.sealed import _MAGIC, Opener, SealedReader, SealedWriter

#: Longest that a reader may take over a small file, in seconds.
SLOW = 8

_RESOURCES = seeds.RESOURCES


@dataclass(frozen=True)
class Reader:
    """What is read, how its examples may be changed, and what it says instead of reading on."""

    name: str
    kind: str
    """``text``, ``bytes`` or ``package`` (a zip whose parts are changed)."""
    seeds: Callable[[], list[bytes]]
    read: Callable[[bytes, Path], object]
    """Reads the bytes; may write into the empty folder and leaves it as it was."""
    refusals: tuple[type[Exception], ...] = (WorkbenchError,)


@functools.cache
def workplace() -> tuple[Parts, Session, Path]:
    """An evaluation by a small form with one of each record, and what was exported of it."""
    place = Path(tempfile.mkdtemp(prefix="fuzz-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    parts = assemble(find_paths({"WORKBENCH_DATA": str(place)}), keeping=BRIEFLY)
    form = parts.authoring.save(compile_form(seeds.small_raw()), form_id="small").form
    session = parts.catalog.open(parts.catalog.create_evaluation("小项目", form.id))
    session.put(Deduction(id="d1", indicator=form.leaves[0].id, points=Decimal("1.5"), reason="依据不全"))
    session.put(FundLine(id="f1", item="热线运行", budget=Decimal("71.6")))
    session.put(Deduction(id="d2", indicator=form.leaves[0].id, points=Decimal(2), reason="超时"))
    for kind in ("working-papers", "score-sheet"):
        parts.exporting.job(session, kind, place / "out" / f"{kind}.xlsx").run()
    parts.archiving.job(session, place / "out" / "归档.zip", kinds=["score-sheet"], zipped=True).run()
    (place / "来稿.xlsx").write_bytes(seeds.workbook({"得分表": seeds.SCORES}))
    session.memory.snapshot(place / "out" / "evaluation.db")  # type: ignore[attr-defined]
    return parts, session, place / "out"


def _sealed() -> bytes:
    """Two chunks under a key that is at hand, so that no case costs the half second of a password."""
    out = BytesIO()
    writer = SealedWriter(out, "bag+zip", "一句记得住的话 2022", b"")
    writer.write(bytes(range(256)) * 300)
    writer.finish()
    _KEYS.append(writer.key)
    return out.getvalue()


_KEYS: list[bytes] = []


def _exported(*names: str) -> Callable[[], list[bytes]]:
    return lambda: [(workplace()[2] / name).read_bytes() for name in names]


def _file(data: bytes, place: Path, name: str) -> Path:
    path = place / name
    path.write_bytes(data)
    return path


def _on_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def reading(data: bytes, place: Path) -> object:
        path = _file(data, place, name)
        try:
            return read(path)
        finally:
            path.unlink()

    return reading


def _workbook(path: Path) -> None:
    book = read_workbook(path)
    for sheet in book.sheets:
        book.merges(sheet.name)
        for row in book.rows(sheet.name):
            _ = [cell.text for cell in row.cells.values()]


@functools.cache
def _columns() -> object:
    return load_columns(_RESOURCES / "indicator_columns.toml")


@functools.cache
def _words() -> object:
    return load_words(_RESOURCES)


def _indicators(path: Path) -> None:
    read_indicator_table(path, _columns())  # type: ignore[arg-type]


def _outside(path: Path) -> None:
    open_outside(path, None, _words())  # type: ignore[arg-type]


def _outside_report(path: Path) -> None:
    open_outside(workplace()[2].with_name("来稿.xlsx"), path, _words())  # type: ignore[arg-type]


def _papers(path: Path) -> None:
    parts, session, _ = workplace()
    papers = read_working_papers(path, Session.new_id, compile_form)
    parts.importing.compare(session, path, papers)


def _blank(path: Path) -> None:
    names = load_bureau_columns(_RESOURCES / "bureau_columns.toml")
    recognise(path, workplace()[1].evaluation.form, _columns(), names)  # type: ignore[arg-type]


def _survey(path: Path) -> None:
    table = read_survey_table(path)
    draft = drafted(table, "问卷", lambda: uuid.uuid4().hex)
    tables: dict[str, dict[str, object]] = {}
    for entity in draft.entities:
        kind = next(name for name, type_ in ENTITIES.items() if type_ is type(entity))
        tables.setdefault(kind, {})[entity.id] = entity
    evaluation = Evaluation("x", workplace()[1].evaluation.form, tables)  # type: ignore[arg-type]
    preview_of(evaluation, table, draft.questionnaire.id, draft.mapping)


def _form(path: Path) -> None:
    form_text(compile_form(read_form(path)).raw)


def _own_form(text: str) -> None:
    compile_form(form_raw(text))


def _formula(text: str) -> None:
    formula = Formula(text)
    if not formula.faults(dict.fromkeys(formula.names, False)):
        formula.evaluate(
            {name: Value(Fraction(number + 1), "3") for number, name in enumerate(formula.names)}
        )
        formula.bounds({name: (Fraction(0), Fraction(9)) for name in formula.names})
        str(formula)


def _settings(path: Path) -> None:
    settings = Settings(path)
    path.touch()
    for aside in path.parent.glob("*已损坏*"):
        aside.unlink()
    assert settings.text("theme")


def _exif(data: bytes, _: Path) -> None:
    taken_at(data)
    taken_where(data)
    sniff(data[:SNIFF_BYTES], data[-SNIFF_BYTES:], "x.jpg")


@functools.cache
def _kinds_of_fields() -> tuple[FieldSpec, ...]:
    """One field for each way in which a text is judged."""
    found = {
        replace(field, name="", label=""): field
        for entity_type in ENTITIES.values()
        for field in specs_of(entity_type)
    }
    return tuple(found.values())


def _typed(text: str) -> None:
    for field in _kinds_of_fields():
        try:
            value = parse_value(text, field)
        except BadValue:
            continue
        show_value(value, field)
    region_of(text)
    place_of_source(text)


def _answers(text: str) -> None:
    plan, _, packed = text.partition("\n\n")
    unpack(plan_of(plan), packed)
    read_memory(text)


def _resummed(data: bytes) -> bytes:
    """An archive whose lists of sums are made anew, so that a change is met behind them."""
    try:
        parts = dict(parts_of(data))
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, OSError, RuntimeError):
        return data
    for manifest, listed in (("manifest-sha256.txt", "data/"), ("tagmanifest-sha256.txt", "")):
        for name in [name for name in parts if name.rpartition("/")[2] == manifest]:
            root = name.removesuffix(manifest)
            lines = "".join(
                f"{hashlib.sha256(content).hexdigest()}  {part.removeprefix(root)}\n"
                for part, content in parts.items()
                if part.startswith(root + listed)
                and (listed or "/" not in part.removeprefix(root))
                and not part.endswith("tagmanifest-sha256.txt")
            )
            parts[name] = lines.encode("utf-8", "replace")
    return zipped(list(parts.items()))


def _archive_within(data: bytes, place: Path) -> None:
    _archive(_resummed(data), place)


def _database(path: Path) -> None:
    folder = path.with_name("评价")
    folder.mkdir()
    try:
        path.rename(folder / DATABASE)
        store = EvaluationStore.open(folder, now=local_now, author=str)
        try:
            store.load(compile_form)
            store.history()
        finally:
            store.close()
    finally:
        path.touch()
        shutil.rmtree(folder)


def _opened_seal(path: Path) -> None:
    with SealedReader(path, _KEYS[-1]) as inside:
        inside.read()


def _seal_header(header: bytes, place: Path) -> None:
    """The head of a sealed file with a right sum over it, whatever it says."""
    start = _MAGIC + len(header).to_bytes(4, "big") + header
    path = _file(start + hashlib.sha256(start).digest() + bytes(80), place, "加密.wbx")
    try:
        SealedReader(path, Opener("别的话，不是密码")).close()
    finally:
        path.unlink()


def _seal_headers() -> list[bytes]:
    """With the cheapest key that a password may cost."""
    kept = {"kind": "password", "salt": "AAAAAAAAAAAAAAAAAAAAAA==", "n": 1 << 14, "r": 8, "p": 1}
    wrapped = {"key": "A" * 64}
    firm = {"kind": "firm", "id": "0" * 16, "enc": "A" * 43, **wrapped}
    return [
        json.dumps({"chunk": 65536, "content": "bag+zip", "recipients": [firm, {**kept, **wrapped}]}).encode()
    ]


def _outline(path: Path) -> None:
    read_outline(path)


def _limits(path: Path) -> None:
    load_limits(_RESOURCES, path.stem, path.parent)


def _base(path: Path) -> None:
    try_base(path, _RESOURCES / "fonts")


def _release_page(data: bytes, _: Path) -> None:
    _release(data, Path("更新.wbu"))


def _archive(data: bytes, place: Path) -> None:
    path = _file(data, place, "包.zip")
    archiving = workplace()[0].archiving
    try:
        archiving.verify(path)
        archiving.reopen(path, place / "重开")
    finally:
        path.unlink()
        shutil.rmtree(place / "重开", ignore_errors=True)


def _picture(media_type: str) -> Callable[[Path], object]:
    def reading(path: Path) -> object:
        target = path.with_name("小图.jpg")
        try:
            return draw(Job(str(path), media_type, 160, 1, str(target)))
        finally:
            for made in path.parent.glob("小图*"):
                made.unlink()

    return reading


def _log(path: Path) -> None:
    path.rename(path.with_name(LOG_FILE))
    try:
        ExportLog(path.parent).listed()
    finally:
        path.with_name(LOG_FILE).rename(path)


#: Decoders run in a child process, which answers for whatever they raise; hangs and crashes count.
_IN_A_CHILD: tuple[type[Exception], ...] = (Exception,)


def _understand(text: str) -> None:
    understand(Standard(text, "公众知晓率", Decimal(4), "≥95%"))


def _text(read: Callable[[str], object]) -> Callable[[bytes, Path], object]:
    return lambda data, _: read(data.decode("utf-8", "replace"))


def _formulas() -> list[bytes]:
    return [
        text.encode()
        for text in (
            "如果(到位率 ≥ 80%, 分值 × 到位率 ÷ 目标值, 0)",
            "最小(分值, 四舍五入(实际 / 计划 × 分值, 2)) - 最大(0, 扣分)",
            "(完成数 - 90%) / (100% - 90%) * 5",
        )
    ]


def _resource(name: str) -> Callable[[], list[bytes]]:
    return lambda: [(seeds.RESOURCES / name).read_bytes()]


def _head_of(name: str) -> Callable[[], list[bytes]]:
    """The first two tables of a list."""
    return lambda: [b"[[".join((seeds.RESOURCES / name).read_bytes().split(b"[[")[:3])]


def _release_pages() -> list[bytes]:
    page = {"format": 1, "version": "9.9.0", "system": "linux", "machine": "x86_64", "kind": "portable"}
    return [json.dumps({**page, "payload": "a.tar.gz", "sha256": "00", "size": 9, "notes": "改正"}).encode()]


READERS: Mapping[str, Reader] = {
    one.name: one
    for one in (
        Reader("formula", "text", _formulas, _text(_formula), (FormulaFault,)),
        Reader(
            "field",
            "text",
            lambda: [
                b"3.5",
                "2022年11月14日".encode(),
                b"98.5%",
                "1,234.5万元".encode(),
                b"3:0.1,0.2,0.3,0.05",
                b"survey:q1",
            ],
            _text(_typed),
        ),
        Reader("standard", "text", seeds.standards, _text(_understand)),
        Reader(
            "answers",
            "text",
            lambda: [
                b'["1","q1","a","b"]\n["x","q2","c"]\n["v","q3"]\n\n1+*|2=\xe5\xbb\xba\\p',
                b'{"k":{"q1":["a","b"]}}',
            ],
            _text(_answers),
        ),
        Reader("exif", "bytes", seeds.camera_data, _exif),
        Reader(
            "settings",
            "text",
            lambda: [
                json.dumps(
                    {"evaluator": "甲", "theme": "深色", "font_scale": 120, "stage_columns": True}
                ).encode()
            ],
            _on_file("设置.json", _settings),
        ),
        Reader(
            "export-log",
            "text",
            lambda: [
                b'{"at":"2022-11-14","by":"x","kind":"report","file":"a","size":1,"sha256":"00","total":"1","errors":0,"warnings":0,"head":""}\n'
            ],
            _on_file("记录.jsonl", _log),
        ),
        Reader(
            "own-checks", "text", seeds.own_checks, _text(lambda text: read_own_checks(text, "自定.toml"))
        ),
        Reader(
            "bureau-form",
            "text",
            lambda: [
                'title = "表"\nblank = "空白表.xlsx"\nsha256 = "00"\n[[cell]]\nsheet = "Sheet1"\ncell = "E12"\ncontent = "total"\nprefix = "共"\n'.encode()
            ],
            _on_file("表样.toml", read_bureau_form),
        ),
        Reader(
            "form-toml",
            "text",
            seeds.form_tomls,
            _on_file("体系.toml", _form),
        ),
        Reader(
            "form-json",
            "text",
            lambda: [form_text(seeds.small_raw()).encode()],
            _text(_own_form),
            (WorkbenchError, ValueError, RecursionError),
        ),
        Reader("survey-csv", "text", seeds.answer_tables, _on_file("问卷.csv", _survey)),
        Reader(
            "survey-xlsx",
            "package",
            lambda: [seeds.workbook({"Sheet1": seeds.ANSWERS})],
            _on_file("问卷.xlsx", _survey),
        ),
        Reader(
            "xlsx",
            "package",
            lambda: [
                seeds.workbook({"表": seeds.INDICATORS, "另一": seeds.ANSWERS}, ("A1:B2",)),
                *_exported("score-sheet.xlsx")(),
            ],
            _on_file("表.xlsx", _workbook),
        ),
        Reader(
            "docx",
            "package",
            lambda: [seeds.document(seeds.SAID, seeds.SCORES)],
            _on_file("文.docx", lambda path: word_grids(read_document(path))),
        ),
        Reader(
            "indicator-xlsx",
            "package",
            lambda: [seeds.workbook({"指标": seeds.INDICATORS}, ("A2:A2",))],
            _on_file("指标表.xlsx", _indicators),
        ),
        Reader(
            "indicator-docx",
            "package",
            lambda: [seeds.document(seeds.SAID, seeds.INDICATORS)],
            _on_file("指标表.docx", _indicators),
        ),
        Reader("working-papers", "package", _exported("working-papers.xlsx"), _on_file("底稿.xlsx", _papers)),
        Reader(
            "bureau-blank",
            "package",
            lambda: [seeds.workbook({"表": seeds.SCORES}, ("A1:A1",)), *_exported("score-sheet.xlsx")()],
            _on_file("表样.xlsx", _blank),
        ),
        Reader(
            "outside",
            "package",
            lambda: [seeds.workbook({"得分表": seeds.SCORES}, ("A5:C5",))],
            _on_file("来稿.xlsx", _outside),
        ),
        Reader(
            "outside-report",
            "package",
            lambda: [seeds.document(seeds.SAID, seeds.SCORES[:3])],
            _on_file("报告.docx", _outside_report),
        ),
        Reader(
            "word-base", "package", lambda: [seeds.word_base()], _on_file("底稿.docx", _base), _IN_A_CHILD
        ),
        Reader(
            "pdf",
            "bytes",
            lambda: [seeds.pdf()],
            _on_file("报告.pdf", read_pdf_pages),
        ),
        Reader(
            "pdf-picture",
            "bytes",
            lambda: [seeds.pdf()],
            _on_file("x.pdf", _picture("application/pdf")),
            _IN_A_CHILD,
        ),
        Reader(
            "picture",
            "bytes",
            lambda: seeds.photos()[:1],
            _on_file("x.jpg", _picture("image/jpeg")),
            _IN_A_CHILD,
        ),
        Reader("archive", "package", _exported("归档.zip"), _archive),
        Reader("archive-within", "package", _exported("归档.zip"), _archive_within),
        Reader("database", "bytes", _exported("evaluation.db"), _on_file(DATABASE, _database)),
        Reader("sealed", "bytes", lambda: [_sealed()], _on_file("加密.wbx", _opened_seal)),
        Reader("sealed-header", "text", _seal_headers, _seal_header),
        Reader("outline", "text", _resource("outlines/site_summary.toml"), _on_file("提纲.toml", _outline)),
        Reader("limits", "text", _resource("profiles/national.toml"), _on_file("本单位.toml", _limits)),
        Reader("requests", "text", _head_of("requests/default.toml"), _on_file("清单.toml", read_requests)),
        Reader("topics", "text", _head_of("interviews/default.toml"), _on_file("提纲.toml", read_topics)),
        Reader("update-page", "text", _release_pages, _release_page),
    )
}
__all__ = ["READERS", "SLOW", "Reader"]
