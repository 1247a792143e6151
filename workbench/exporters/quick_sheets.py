"""A plain workbook written as a stream: ten thousand rows without holding them, texts shared.

For long tables of few distinct texts. Whatever needs merged cells, heights or print areas is written
by :mod:`workbench.exporters.sheet_paper`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from workbench.exporters.cell_text import Overflow, cleaned, escaped, looks_like_formula
from workbench.package_xml import letters

HEAD, CENTRE, LEFT = 1, 2, 3
#: The same looks for text that a spreadsheet would otherwise take for a formula.
_QUOTED = {CENTRE: 4, LEFT: 5}
#: Stands for the row's number in a cell that is used in many rows.
ROW = "\x00"
_ROWS_AT_ONCE = 500
_MOMENT = (2000, 1, 1, 0, 0, 0)
_LEVEL = 4
_NAME_LIMIT = 31
_OVERFLOW_SHEET = "续文"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TOP = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = f"""{_TOP}<styleSheet xmlns="{_MAIN}">
<fonts count="2"><font><sz val="10"/><name val="宋体"/><charset val="134"/></font><font><b/><sz val="10"/><name val="宋体"/></font></fonts>
<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFEDEDED"/></patternFill></fill></fills>
<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border>\
{"".join(f'<{side} style="thin"><color rgb="FF808080"/></{side}>' for side in ("left", "right", "top", "bottom"))}\
<diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="0" fontId="1" fillId="2" borderId="1" xfId="0" applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>\
<xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyAlignment="1"><alignment horizontal="center" vertical="center"/></xf>\
<xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyAlignment="1"><alignment horizontal="left" vertical="center"/></xf>\
<xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyAlignment="1" quotePrefix="1"><alignment horizontal="center" vertical="center"/></xf>\
<xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyAlignment="1" quotePrefix="1"><alignment horizontal="left" vertical="center"/></xf>\
</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


class QuickBook:
    """Writes one workbook to ``path`` while it is open; texts are cleaned and never become formulas."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._sheets: list[str] = []
        self._texts: dict[str, int] = {}
        self._fitted: dict[int, str] = {}
        self._overflow = Overflow()
        self._replaced = 0

    def __enter__(self) -> QuickBook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            self._archive.close()

    @property
    def notices(self) -> tuple[str, ...]:
        """What the person should know about texts that a cell can't hold."""
        found = []
        if self._replaced:
            found.append(f"有 {self._replaced} 个无法写入表格的字符，以“�”代替。")
        if self._overflow.texts:
            found.append(f"有 {len(self._overflow.texts)} 段文字过长，全文在“{_OVERFLOW_SHEET}”表。")
        return tuple(found)

    def cell(self, column: int, text: str, style: int) -> str:
        """A cell with a text; :data:`ROW` stands for its row."""
        if not text:
            return f'<c r="{letters(column)}{ROW}" s="{style}"/>'
        if looks_like_formula(text):
            style = _QUOTED.get(style, style)
        return f'<c r="{letters(column)}{ROW}" s="{style}" t="s"><v>{self._shared(text, column)}</v></c>'

    def number(self, column: int, spelt: str) -> str:
        """A cell with a number in plain ASCII digits."""
        return f'<c r="{letters(column)}{ROW}" s="{CENTRE}"><v>{spelt}</v></c>'

    def _shared(self, text: str, column: int) -> int:
        number = self._texts.get(text)
        if number is None:
            whole, replaced = cleaned(text)
            self._replaced += replaced
            sheet = self._sheets[-1] if self._sheets else ""
            self._texts[text] = number = len(self._texts)
            fitted = self._overflow.fit(whole, f"“{sheet}”表 {letters(column)} 列")
            if fitted != text:
                self._fitted[number] = fitted
        return number

    @contextmanager
    def sheet(self, name: str, widths: Sequence[float], header_rows: int = 1) -> Iterator[QuickSheet]:
        """One sheet; its rows are written inside the ``with``."""
        self._sheets.append(self._free(name))
        with self._part(f"xl/worksheets/sheet{len(self._sheets)}.xml") as file:
            page = QuickSheet(file)
            columns = "".join(
                f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
                for n, width in enumerate(widths, start=1)
            )
            pane = (
                f'<pane xSplit="1" ySplit="{header_rows}" topLeftCell="B{header_rows + 1}" '
                'activePane="bottomRight" state="frozen"/>'
            )
            file.write(
                f'{_TOP}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}'
                f"</sheetView></sheetViews><cols>{columns}</cols><sheetData>".encode()
            )
            yield page
            page.flush()
            file.write(b"</sheetData></worksheet>")

    def _free(self, name: str) -> str:
        plain = "".join(" " if char in "[]:*?/\\" else char for char in cleaned(name)[0]).strip().strip("'")
        base = plain[:_NAME_LIMIT] or "表"
        taken = {one.casefold() for one in self._sheets}
        found, number = base, 1
        while found.casefold() in taken:
            number += 1
            ending = f"（{number}）"
            found = base[: _NAME_LIMIT - len(ending)] + ending
        return found

    @contextmanager
    def _part(self, name: str) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(name, _MOMENT)
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = _LEVEL  # type: ignore[attr-defined]
        with self._archive.open(info, "w") as file:
            yield file

    def _finish(self) -> None:
        if self._overflow.texts:
            self._write_overflow()
        with self._part("xl/sharedStrings.xml") as file:
            file.write(f'{_TOP}<sst xmlns="{_MAIN}" uniqueCount="{len(self._texts)}">'.encode())
            piece: list[str] = []
            for text, number in self._texts.items():
                shown = escape(escaped(self._fitted.get(number, text)))
                piece.append(f'<si><t xml:space="preserve">{shown}</t></si>')
                if len(piece) >= _ROWS_AT_ONCE:
                    file.write("".join(piece).encode())
                    piece.clear()
            file.write("".join(piece).encode())
            file.write(b"</sst>")
        sheets = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
            for n, name in enumerate(self._sheets, start=1)
        )
        count = len(self._sheets)
        kinds = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, count + 1)]
        kinds += [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
        ties = "".join(
            f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
            for n, (kind, target) in enumerate(kinds, start=1)
        )
        types = "".join(
            f'<Override PartName="/xl/{target}" ContentType="application/vnd.openxmlformats-officedocument.'
            f'spreadsheetml.{kind}+xml"/>'
            for kind, target in (*kinds, ("sheet.main", "workbook.xml"))
        )
        for name, text in (
            ("xl/styles.xml", _STYLES),
            (
                "xl/workbook.xml",
                f'{_TOP}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
            ),
            (
                "xl/_rels/workbook.xml.rels",
                f'{_TOP}<Relationships xmlns="{_PACKAGE}/relationships">{ties}</Relationships>',
            ),
            (
                "_rels/.rels",
                (
                    f'{_TOP}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
                    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
                ),
            ),
            (
                "[Content_Types].xml",
                (
                    f'{_TOP}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
                    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                    f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>'
                ),
            ),
        ):
            with self._part(name) as file:
                file.write(text.encode())

    def _write_overflow(self) -> None:
        with self.sheet(_OVERFLOW_SHEET, (8, 30, 8, 100)) as page:
            page.row([self.cell(n, t, HEAD) for n, t in enumerate(("号", "所在位置", "段", "文字"), start=1)])
            for number, place, pieces in list(self._overflow.texts):
                for part, piece in enumerate(pieces, start=1):
                    page.row(
                        [
                            self.number(1, str(number)),
                            self.cell(2, place, LEFT),
                            self.number(3, str(part)),
                            self.cell(4, piece, LEFT),
                        ]
                    )


class QuickSheet:
    """The rows of one sheet, written in stretches."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._waiting: list[str] = []
        self._number = 0

    def row(self, cells: Iterable[str], height: float = 0) -> None:
        """Write the next row; its number goes in where the cells have :data:`ROW`."""
        self._number += 1
        tall = f' ht="{height}" customHeight="1"' if height else ""
        number = str(self._number)
        self._waiting.append(f'<row r="{number}"{tall}>{"".join(cells).replace(ROW, number)}</row>')
        if len(self._waiting) >= _ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self._file.write("".join(self._waiting).encode())
        self._waiting.clear()
