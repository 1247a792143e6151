"""Small valid examples: the fewer bytes, the more of their changes meet something that is read."""

from __future__ import annotations

import functools
import struct
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import tomli_w

from tests.fuzzing.packages import parts_of, zipped
from tests.helpers import ROOT
from workbench.domain.compiler import compile_form
from workbench.services.catalog import read_form

FORMS = ROOT / "forms"
RESOURCES = ROOT / "resources"

Rows = Sequence[Sequence[str | int | float]]

_OFFICE = "http://schemas.openxmlformats.org"
_TYPES = f"{_OFFICE}/officeDocument/2006/relationships"
_RELATIONS = f'xmlns="{_OFFICE}/package/2006/relationships"'
_SHEET = f'xmlns="{_OFFICE}/spreadsheetml/2006/main" xmlns:r="{_TYPES}"'
_WORD = f'xmlns:w="{_OFFICE}/wordprocessingml/2006/main"'

SCORES: Rows = (
    ("一级指标", "二级指标", "三级指标", "分值", "评价标准", "得分", "扣分原因"),
    (
        "决策（40分）",
        "项目立项",
        "立项依据充分性",
        40,
        "①有依据；②程序规范。每项20分。",
        35,
        "依据不全，扣5分",
    ),
    ("产出（60分）", "产出数量", "资金到位率", 60, "得分=到位率/目标值×分值，到位率95%。", 58.5, ""),
    ("合计", "", "", 100, "", 93.5, ""),
)
INDICATORS: Rows = (
    ("一级指标", "二级指标", "三级指标", "分值", "评价标准"),
    ("决策", "项目立项", "立项依据充分性", 40, "1.有依据；(20分)2.程序规范。(20分)"),
    ("产出", "产出数量", "资金到位率", 60, "得分=(实际到位资金/预算资金)×100%×60分"),
)
ANSWERS: Rows = (
    ("序号", "提交答卷时间", "1、您的性别？", "2、您满意吗？", "3、知道(多选)|A.知道", "您的建议"),
    (1, "2022/11/14 9:01", "男", "非常满意", 1, "很好"),
    (2, "2022/11/14 9:02", "女", "不满意", 0, "(空)"),
)
SAID = (
    "一、项目基本情况",
    "项目预算 71.6 万元，实际到位 7.1 万元，资金到位率 9.9%。",
    "指标体系包括 2 个一级指标，满分为 100 分，综合得分 93.5 分，评级为“优”。",
)


def workbook(sheets: Mapping[str, Rows], merges: Sequence[str] = ()) -> bytes:
    """A workbook of five parts, a third of its texts shared, one number formatted as a date."""
    shared: list[str] = []
    parts = {
        "_rels/.rels": _related({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f"<workbook {_SHEET}><sheets>"
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in enumerate(sheets, 1)
        )
        + "</sheets></workbook>",
    }
    targets = {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n, _ in enumerate(sheets, 1)}
    targets |= {"rId98": ("styles", "styles.xml"), "rId99": ("sharedStrings", "sharedStrings.xml")}
    parts["xl/_rels/workbook.xml.rels"] = _related(targets)
    for number, rows in enumerate(sheets.values(), 1):
        lines = "".join(
            f'<row r="{r}">{"".join(_cell(r, c, value, shared) for c, value in enumerate(row) if value != "")}</row>'
            for r, row in enumerate(rows, 1)
        )
        joined = "".join(f'<mergeCell ref="{area}"/>' for area in merges)
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f"<worksheet {_SHEET}><sheetData>{lines}</sheetData><mergeCells>{joined}</mergeCells></worksheet>"
        )
    parts["xl/styles.xml"] = (
        f'<styleSheet {_SHEET}><numFmts><numFmt numFmtId="170" formatCode="yyyy-mm-dd"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="10"/></cellXfs></styleSheet>'
    )
    texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
    parts["xl/sharedStrings.xml"] = f"<sst {_SHEET}>{texts}</sst>"
    return zipped([(name, text.encode()) for name, text in parts.items()])


def _cell(row: int, column: int, value: str | float, shared: list[str]) -> str:
    place = f"{chr(65 + column)}{row}"
    if not isinstance(value, str):
        return f'<c r="{place}" s="{row % 3}"><v>{value}</v></c>'
    if (row + column) % 3:
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    shared.append(value)
    return f'<c r="{place}" t="s"><v>{len(shared) - 1}</v></c>'


def document(paragraphs: Sequence[str], *tables: Rows) -> bytes:
    """A Word document of two parts: headings, paragraphs, tables, a merged cell, a numbered line."""
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    for rows in tables:
        body += "<w:tbl>" + "".join(f"<w:tr>{_word_cells(row)}</w:tr>" for row in rows) + "</w:tbl>"
    return zipped(
        [
            ("_rels/.rels", _related({"rId1": ("officeDocument", "word/document.xml")}).encode()),
            ("word/document.xml", f"<w:document {_WORD}><w:body>{body}</w:body></w:document>".encode()),
        ]
    )


def word_base() -> bytes:
    """A firm's base document as small as it gets: a style, a margin, a head."""
    import docx

    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "某某会计师事务所"
    out = BytesIO()
    made.save(out)
    return zipped(parts_of(out.getvalue()))


def _word_cells(row: Sequence[object]) -> str:
    properties = '<w:tcPr><w:gridSpan w:val="1"/><w:vMerge w:val="restart"/></w:tcPr>'
    return "".join(
        f"<w:tc>{properties}<w:p><w:r><w:t>{escape(str(value))}</w:t></w:r></w:p></w:tc>" for value in row
    )


def _related(targets: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{id_}" Type="{_TYPES}/{kind}" Target="{target}"/>'
        for id_, (kind, target) in targets.items()
    )
    return f"<Relationships {_RELATIONS}>{inner}</Relationships>"


@functools.cache
def small_raw() -> dict[str, Any]:
    """The first part of the smallest indicator system, blown up to the whole."""
    raw = dict(read_form(_smallest()))
    first, second, third = raw["indicator"][:3]
    raw |= {
        "target": [],
        "indicator": [first | {"points": 100}, second | {"points": 60}, third | {"points": 40}],
    }
    compile_form(raw)
    return raw


def _smallest() -> Path:
    return min(FORMS.glob("*.toml"), key=lambda path: path.stat().st_size)


def form_tomls() -> list[bytes]:
    """The smallest form as it is, and cut down to what a change has a good chance to meet."""
    return [_smallest().read_bytes(), *([tomli_w.dumps(small_raw()).encode()] * 4)]


def photos() -> list[bytes]:
    """A noisy little picture with the data of a camera, in four formats."""
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


def camera_data() -> list[bytes]:
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
        *photos()[:1],
    ]


def standards() -> list[bytes]:
    """Scoring standards of the forms that the program carries."""
    return [
        leaf.criterion.encode()
        for path in sorted(FORMS.glob("*.toml"))
        for leaf in compile_form(read_form(path)).leaves
        if leaf.criterion
    ][:150]


def answer_tables() -> list[bytes]:
    """Answers as text, in three encodings."""
    text = "\n".join(",".join(map(str, row)) for row in ANSWERS)
    return [text.encode(), text.encode("gb18030"), text.replace(",", "\t").encode("utf-16")]


def own_checks() -> list[bytes]:
    """The examples that the folder's own description gives."""
    text = (RESOURCES / "profiles" / "own_checks" / "README.md").read_text("utf-8")
    return [text[text.index("[[check]]") :].partition("```")[0].encode()]


def pdf() -> bytes:
    """Two words on one page, nothing packed, so that a change meets an object."""
    content = b"BT /F1 12 Tf 20 80 Td (score 92.31) Tj 0 -20 Td <7A7B> Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in places)
    return bytes(out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)
