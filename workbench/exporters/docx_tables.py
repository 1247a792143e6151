"""Tables as Word holds them: widths in the grid, merged cells, header rows that come again on every page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.exporters.document import Row, grid
from workbench.exporters.docx_xml import BORDERS, Marks, Para, twips
from workbench.exporters.pdf_tables import MUCH, SMALL
from workbench.exporters.table_layout import Block, LaidCell, TableLayout


def table_xml(layout: TableLayout, marks: Marks, ids: Mapping[str, str], height: float) -> str:
    """The table of a layout; ``height`` is that of the type area, in points."""
    return _Writer(layout, marks, ids, height).xml()


class _Writer:
    """Writes one table."""

    def __init__(self, layout: TableLayout, marks: Marks, ids: Mapping[str, str], height: float) -> None:
        self._layout = layout
        self._marks = marks
        self._height = height
        self._together = False
        self._widths = [twips(width) for width in layout.widths]
        small = layout.table.small
        self._text = ids["TableSmall" if small else "TableText"]
        self._head = ids["TableSmallHead" if small else "TableHead"]

    def xml(self) -> str:
        table, layout = self._layout.table, self._layout
        pad_x, pad_y = twips(layout.measure.pad_x), twips(layout.measure.pad_y)
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in self._widths)
        whole = layout.header.height + layout.body.height
        self._together = whole <= self._height * SMALL
        rows = [
            *self._rows(layout.header, table.header, header=True),
            *self._rows(layout.body, table.rows, header=False),
        ]
        return (
            '<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/>'
            f'<w:tblW w:w="{sum(self._widths)}" w:type="dxa"/><w:jc w:val="center"/>{BORDERS}'
            f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="{pad_y}" w:type="dxa"/>'
            f'<w:left w:w="{pad_x}" w:type="dxa"/><w:bottom w:w="{pad_y}" w:type="dxa"/>'
            f'<w:right w:w="{pad_x}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            f"<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
        )

    def _rows(self, block: Block, rows: tuple[Row, ...], *, header: bool) -> Iterator[str]:
        widths = self._widths
        texts = {(placed.row, placed.col): placed.cell for placed in grid(rows, len(widths))}
        for row in range(len(rows)):
            cells: list[str] = []
            col = 0
            while col < len(widths):
                laid = block.owner[row, col]
                cell = texts[laid.row, laid.col]
                content = self._marks.said(cell.runs) if row == laid.row else ""
                style = self._head if header or cell.bold else self._text
                keep = header or (self._together and row < len(rows) - 1)
                para = Para(style, content, laid.style.align, keep=keep)
                cells.append(_cell(laid, row, sum(widths[col : col + laid.cols]), para))
                col += laid.cols
            marks = "<w:cantSplit/>" if block.heights[row] <= self._height * MUCH else ""
            # A header that leaves no room for a row would be printed again and again.
            if header and self._layout.table.repeat_header and block.height <= self._height / 2:
                marks += "<w:tblHeader/>"
            yield f"<w:tr>{f'<w:trPr>{marks}</w:trPr>' if marks else ''}{''.join(cells)}</w:tr>"


def _cell(laid: LaidCell, row: int, width: int, para: Para) -> str:
    across = f'<w:gridSpan w:val="{laid.cols}"/>' if laid.cols > 1 else ""
    down = ""
    if laid.rows > 1:
        down = '<w:vMerge w:val="restart"/>' if row == laid.row else "<w:vMerge/>"
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{across}{down}<w:vAlign w:val="center"/></w:tcPr>'
        f"{para.xml()}</w:tc>"
    )


def plain_table_xml(widths: list[float], rows: list[list[Para]], *, keep: bool = True) -> str:
    """A table without rules that sets paragraphs beside each other; widths in points."""
    columns = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width in widths)
    lines = []
    for row in rows:
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/></w:tcPr>{para.xml()}</w:tc>'
            for width, para in zip(widths, row, strict=True)
        )
        lines.append(f"<w:tr>{'<w:trPr><w:cantSplit/></w:trPr>' if keep else ''}{cells}</w:tr>")
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(twips(width) for width in widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )
