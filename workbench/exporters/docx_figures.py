"""Pictures and charts for Word: at print size, upright, with their words for those who cannot see them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from workbench.domain.charts import spoken
from workbench.exporters import charts
from workbench.exporters.document import Figure, Metadata, PhotoGrid, Picture
from workbench.exporters.docx_file import DocxFile
from workbench.exporters.docx_tables import plain_table_xml
from workbench.exporters.docx_xml import Marks, Para, attribute, caption, counted, run
from workbench.exporters.pdf_file import Page, PdfFile
from workbench.exporters.pdf_images import PictureUnreadable, Raster, load, orientation_of
from workbench.exporters.typesetting import Typesetter
from workbench.exporters.typography import Frame

_EMU = 12_700  # English metric units in a point
_TALLEST = 0.62  # of the type area, as in print
_PHOTO_SHAPE = 0.75
_GUTTER = 12.0
_DOTS = 240  # of a chart, per inch


class FigureWriter:
    """Turns figures into paragraphs; ``tick`` is called before each picture."""

    def __init__(self, file: DocxFile, setter: Typesetter, marks: Marks, tick: Callable[[], None]) -> None:
        self._file = file
        self._marks = marks
        self._setter = setter
        self._tick = tick
        self._count = 0
        self._stored: dict[object, tuple[str, float]] = {}
        self.unreadable: list[str] = []

    def figure(self, figure: Figure, label: str, frame: Frame) -> list[Para]:
        """One figure standing alone, its caption below; a chart taller than a page comes in parts."""
        width = frame.width * min(1.0, max(0.05, figure.share))
        content = self._body(figure, label, width, frame.height * _TALLEST)
        found = [Para(self._file.ids["Picture"], one, keep=bool(figure.caption)) for one in content]
        if figure.caption:
            found.append(Para(self._file.ids["Caption"], self._caption(label, figure)))
        return found

    def _caption(self, label: str, figure: Figure) -> str:
        return caption(self._marks.numbered(figure.key, counted(label)), figure.caption)

    def photos(self, photos: PhotoGrid, labels: tuple[str, ...], frame: Frame) -> str:
        """Several figures beside each other, each above its caption."""
        across = max(1, photos.per_row)
        outer = frame.width / across
        width = (frame.width - _GUTTER * (across - 1)) / across
        rows: list[list[Para]] = []
        for start in range(0, len(photos.figures), across):
            bodies, captions = [], []
            for n in range(start, start + across):
                if n < len(photos.figures):
                    figure = photos.figures[n]
                    content = "".join(self._body(figure, labels[n], width, width * _PHOTO_SHAPE))
                    words = self._caption(labels[n], figure) if figure.caption else ""
                else:
                    content = words = ""
                bodies.append(Para(self._file.ids["Picture"], content, keep=True))
                captions.append(Para(self._file.ids["PhotoCaption"], words))
            rows += [bodies, captions]
        return plain_table_xml([outer] * across, rows) if rows else ""

    def _body(self, figure: Figure, label: str, width: float, most: float) -> list[str]:
        """The drawings of a figure; what cannot be read is said in its place."""
        name = f"{label}　{figure.caption}".strip("　")
        if isinstance(figure.body, Picture):
            return [self._picture(figure.body, name or figure.body.name, width, most)]
        told = f"{name}：{spoken(figure.body)}"
        found = []
        for part in charts.draw(figure.body, width, self._setter).parts(most):
            identifier = self._file.picture(self._painted(part), "png")
            found.append(self._drawing(identifier, part.width, part.height, told))
        return found

    def _picture(self, picture: Picture, told: str, width: float, most: float) -> str:
        self._tick()
        stored = self._stored.get(picture.source)
        if stored is None:
            try:
                raster = load(picture, width)
            except PictureUnreadable as fault:
                name = picture.name or (
                    picture.source.name if not isinstance(picture.source, bytes) else "图片"
                )
                self.unreadable.append(f"{name}：{fault}")
                return run(f"〔{name}：{fault}〕")
            stored = self._file.picture(*_upright(raster)), raster.aspect
            self._stored[picture.source] = stored
        identifier, aspect = stored
        shown = min(width, most / aspect)
        return self._drawing(identifier, shown, shown * aspect, told)

    def _painted(self, drawing: charts.Drawing) -> bytes:
        """A chart as PNG: drawn to a page of its size by the PDF writer, then looked at."""
        import pypdfium2

        file = PdfFile(self._setter)
        page = Page(drawing.width, drawing.height)
        for patch in drawing.patches:
            page.box(patch.x, patch.y, patch.width, patch.height, charts.fill_of(patch))
        for words in drawing.words:
            file.text(page, words.line, words.x, words.y, charts.grey_of(words))
        pdf = pypdfium2.PdfDocument(file.data([page], "", Metadata(), 0))
        try:
            sheet = pdf[0]
            image = sheet.render(scale=_DOTS / 72).to_pil().convert("RGB")
            sheet.close()
        finally:
            pdf.close()
        out = BytesIO()
        image.save(out, "PNG", optimize=True)
        return out.getvalue()

    def _drawing(self, identifier: str, width: float, height: float, told: str) -> str:
        self._count += 1
        extent = f'cx="{round(width * _EMU)}" cy="{round(height * _EMU)}"'
        named = f'id="{self._count}" name="图片 {self._count}" descr={attribute(told)}'
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
            f"<wp:docPr {named}/>"
            '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
            '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
            f"<pic:pic><pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>"
            f'<pic:blipFill><a:blip r:embed="{identifier}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing></w:r>"
        )


def _upright(raster: Raster) -> tuple[bytes, str]:
    """The bytes and kind of a picture as it is seen: Word does not turn what a camera held sideways."""
    from PIL import Image

    turn = orientation_of(raster)
    if raster.jpeg and turn == 1:
        return raster.data, "jpeg"
    mode = "L" if raster.grey else "RGB"
    if raster.jpeg:
        image = Image.open(BytesIO(raster.data)).convert(mode)
    else:
        image = Image.frombytes(mode, (raster.width, raster.height), raster.data)
    turns = Image.Transpose
    methods = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_270,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_90,
    }
    if turn in methods:
        image = image.transpose(methods[turn])
    out = BytesIO()
    if raster.jpeg:
        image.save(out, "JPEG", quality=90)
        return out.getvalue(), "jpeg"
    image.save(out, "PNG")
    return out.getvalue(), "png"
