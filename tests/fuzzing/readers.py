"""Every reader of what comes from outside, with valid examples and the ways in which it may refuse."""

from __future__ import annotations

import functools
import json
import shutil
import struct
import tempfile
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path

from tests.helpers import ROOT
from workbench.domain.answers import plan_of, unpack
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import ENTITIES, Evaluation
from workbench.domain.exif import taken_at, taken_where
from workbench.domain.fields import BadValue, parse_value, show_value, specs_of
from workbench.domain.form_json import form_raw, form_text
from workbench.domain.formula import Formula
from workbench.domain.formula_terms import FormulaFault, Value
from workbench.domain.media import SNIFF_BYTES, sniff
from workbench.domain.own_checks import read_own_checks
from workbench.domain.regions import region_of
from workbench.domain.sources import place_of_source
from workbench.errors import WorkbenchError
from workbench.exporters.bureau_forms import read_bureau_form
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
from workbench.services.export_log import FILE as LOG_FILE
from workbench.services.export_log import ExportLog
from workbench.services.parts import Parts, assemble
from workbench.services.rendering import Job, draw
from workbench.services.session import Session
from workbench.services.settings import Settings
from workbench.services.survey_files import preview_of

#: Longest that a reader may take over a small file, in seconds.
SLOW = 8

_FORMS = ROOT / "forms"
_RESOURCES = ROOT / "resources"


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
    """A sample evaluation and what was exported of it: examples that every reader takes."""
    place = Path(tempfile.mkdtemp(prefix="fuzz-"))
    parts = assemble(find_paths({"WORKBENCH_DATA": str(place)}))
    session = parts.catalog.open(parts.samples.create("qixia", parts.catalog))
    for kind in parts.exporting.kinds():
        parts.exporting.job(session, kind.key, place / "out" / f"{kind.key}{kind.suffix}").run()
    parts.authoring.export(session.evaluation.form.id, place / "out" / "form.xlsx")
    parts.archiving.job(session, place / "out" / "归档.zip", kinds=["checks-workbook"], zipped=True).run()
    return parts, session, place / "out"


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
    open_outside(workplace()[2] / "score-sheet.xlsx", path, _words())  # type: ignore[arg-type]


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


def _typed(text: str) -> None:
    for entity_type in ENTITIES.values():
        for field in specs_of(entity_type):
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


def _photos() -> list[bytes]:
    from PIL import Image

    found = []
    picture = Image.effect_noise((64, 48), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0132] = "2022:11:24 10:12:30"
    exif.get_ifd(0x8769)[0x9003] = "2022:11:24 10:12:30"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        out = BytesIO()
        picture.save(out, kind, exif=exif)
        found.append(out.getvalue())
    return found


def _tiff() -> list[bytes]:
    """The bare block, so that every change falls into it."""
    entry = struct.Struct("<HHII")
    head = b"II*\0" + struct.pack("<IH", 8, 3)
    head += entry.pack(0x0132, 2, 20, 80) + entry.pack(0x8769, 4, 1, 60) + entry.pack(0x8825, 4, 1, 110)
    body = head.ljust(60, b"\0") + struct.pack("<H", 1) + entry.pack(0x9003, 2, 20, 80)
    body = body.ljust(80, b"\0") + b"2022:11:24 10:12:30\0"
    body = body.ljust(110, b"\0") + struct.pack("<H", 4)
    body += entry.pack(1, 2, 2, ord("N")) + entry.pack(2, 5, 3, 170)
    body += entry.pack(3, 2, 2, ord("E")) + entry.pack(4, 5, 3, 194)
    body = body.ljust(170, b"\0") + struct.pack("<12I", 31, 1, 13, 1, 49, 1, 121, 1, 28, 1, 25, 1)
    return [
        b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 8) + b"Exif\0\0" + body + b"\xff\xd9",
        *_photos()[:1],
    ]


def _standards() -> list[bytes]:
    return [
        leaf.criterion.encode()
        for path in sorted(_FORMS.glob("*.toml"))
        for leaf in compile_form(read_form(path)).leaves
        if leaf.criterion
    ][:150]


def _understand(text: str) -> None:
    understand(Standard(text, "公众知晓率", Decimal(4), "≥95%"))


def _text(read: Callable[[str], object]) -> Callable[[bytes, Path], object]:
    return lambda data, _: read(data.decode("utf-8", "replace"))


def _csv() -> list[bytes]:
    head = "序号,提交答卷时间,1、您的性别？,2、您对公园的满意度,3、您知道本项目吗(多选)|A.知道,您的建议\n"
    rows = "".join(
        f"{n},2022/11/14 9:0{n},男,非常满意,1,很好\n{n + 10},2022/11/14,女,不满意,0,(空)\n" for n in range(9)
    )
    return [
        (head + rows).encode(),
        (head + rows).encode("gb18030"),
        (head + rows).replace(",", "\t").encode("utf-16"),
    ]


def _own_checks() -> list[bytes]:
    """The examples that the folder's own description gives."""
    text = (_RESOURCES / "profiles" / "own_checks" / "README.md").read_text("utf-8")
    return [text[text.index("[[check]]") :].partition("```")[0].encode()]


def _answer_books() -> list[bytes]:
    import openpyxl

    book = openpyxl.Workbook()
    for line in _csv()[0].decode().splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
    out = BytesIO()
    book.save(out)
    return [out.getvalue()]


def _formulas() -> list[bytes]:
    return [
        text.encode()
        for text in (
            "如果(到位率 ≥ 80%, 分值 × 到位率 ÷ 目标值, 0)",
            "最小(分值, 四舍五入(实际 / 计划 × 分值, 2)) - 最大(0, 扣分)",
            "(完成数 - 90%) / (100% - 90%) * 5",
        )
    ]


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
        Reader("standard", "text", _standards, _text(_understand)),
        Reader(
            "answers",
            "text",
            lambda: [
                b'["1","q1","a","b"]\n["x","q2","c"]\n["v","q3"]\n\n1+*|2=\xe5\xbb\xba\\p',
                b'{"k":{"q1":["a","b"]}}',
            ],
            _text(_answers),
        ),
        Reader("exif", "bytes", _tiff, _exif),
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
        Reader("own-checks", "text", _own_checks, _text(lambda text: read_own_checks(text, "自定.toml"))),
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
            lambda: [
                p.read_bytes() for p in sorted(_FORMS.glob("*.toml"), key=lambda p: p.stat().st_size)[:3]
            ],
            _on_file("体系.toml", _form),
        ),
        Reader(
            "form-json",
            "text",
            lambda: [
                form_text(read_form(p)).encode()
                for p in sorted(_FORMS.glob("*.toml"), key=lambda p: p.stat().st_size)[:2]
            ],
            _text(_own_form),
            (WorkbenchError, ValueError, RecursionError),
        ),
        Reader("survey-csv", "text", _csv, _on_file("问卷.csv", _survey)),
        Reader("survey-xlsx", "package", _answer_books, _on_file("问卷.xlsx", _survey)),
        Reader(
            "xlsx",
            "package",
            _exported("checks-workbook.xlsx", "stage-sheet.xlsx"),
            _on_file("表.xlsx", _workbook),
        ),
        Reader(
            "docx",
            "package",
            _exported("excerpts-docx.docx", "request-list-docx.docx"),
            _on_file("文.docx", lambda path: word_grids(read_document(path))),
        ),
        Reader("indicator-xlsx", "package", _exported("form.xlsx"), _on_file("指标表.xlsx", _indicators)),
        Reader(
            "indicator-docx",
            "package",
            _exported("indicator-papers-docx.docx"),
            _on_file("指标表.docx", _indicators),
        ),
        Reader("working-papers", "package", _exported("working-papers.xlsx"), _on_file("底稿.xlsx", _papers)),
        Reader("bureau-blank", "package", _exported("score-sheet.xlsx"), _on_file("表样.xlsx", _blank)),
        Reader("outside", "package", _exported("score-sheet.xlsx"), _on_file("来稿.xlsx", _outside)),
        Reader(
            "outside-report",
            "package",
            _exported("excerpts-docx.docx"),
            _on_file("报告.docx", _outside_report),
        ),
        Reader(
            "pdf",
            "bytes",
            _exported("entry-report.pdf", "excerpts.pdf"),
            _on_file("报告.pdf", read_pdf_pages),
        ),
        Reader(
            "pdf-picture",
            "bytes",
            _exported("entry-report.pdf"),
            _on_file("x.pdf", _picture("application/pdf")),
            _IN_A_CHILD,
        ),
        Reader(
            "picture",
            "bytes",
            lambda: _photos()[:1],
            _on_file("x.jpg", _picture("image/jpeg")),
            _IN_A_CHILD,
        ),
        Reader("archive", "package", _exported("归档.zip"), _archive),
    )
}
__all__ = ["READERS", "SLOW", "Reader"]
