"""Pictures, photo grids and charts as boxes with their captions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbench.exporters import charts
from workbench.exporters.document import Figure, PhotoGrid, Picture, Text
from workbench.exporters.fonts import Role
from workbench.exporters.lines import Style
from workbench.exporters.pdf_file import Page, PdfFile, PlacedRaster
from workbench.exporters.pdf_flow import Box, Flow, Paint
from workbench.exporters.pdf_images import PictureUnreadable, load
from workbench.exporters.typography import Typography

_TALLEST = 0.62  # of the type area: a picture never fills a page so that its caption must leave it
_PHOTO_SHAPE = 0.75  # height of a photo's place in a grid for each unit of width
_GUTTER = 12.0
_LOST = Style(Role.SONG, 10.5, 15)
_LOST_SHAPE = 0.3


class FigurePrinter:
    """Makes boxes of figures; each picture goes into the file once. ``tick`` is called before each picture."""

    def __init__(self, file: PdfFile, typography: Typography, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._file = file
        self._typography = typography
        self._rasters: dict[object, PlacedRaster] = {}
        self.unreadable: list[str] = []

    def figure(self, figure: Figure, label: str, flow: Flow) -> list[Box]:
        """Return the boxes of one figure standing alone; a chart taller than a page is parted between bars."""
        width = flow.frame.width * min(1.0, max(0.05, figure.share))
        indent = (flow.frame.width - width) / 2
        if isinstance(figure.body, Picture):
            boxes = [self._picture(figure.body, width, flow.frame.height * _TALLEST, indent)]
        else:
            drawing = charts.draw(figure.body, width, self._file.setter)
            boxes = [self._drawing(part, indent) for part in drawing.parts(flow.frame.height * _TALLEST)]
        boxes[0] = replace(boxes[0], before=8)
        boxes[-1] = replace(boxes[-1], keep=bool(figure.caption))
        return [*boxes, *self.caption(figure, label, flow)]

    def photos(self, photos: PhotoGrid, labels: tuple[str, ...], flow: Flow) -> list[Box]:
        """Return a box for each row of photos, captions included."""
        across = max(1, photos.per_row)
        width = (flow.frame.width - _GUTTER * (across - 1)) / across
        style = self._typography.photo_caption
        boxes: list[Box] = []
        for start in range(0, len(photos.figures), across):
            row = photos.figures[start : start + across]
            bodies = [self._small(figure, width) for figure in row]
            height = max(body.height for body in bodies)
            parts: list[tuple[float, float, Box]] = []
            depth = 0.0
            for n, (figure, body) in enumerate(zip(row, bodies, strict=True)):
                x = n * (width + _GUTTER)
                parts.append((x, (height - body.height) / 2, body))
                words = f"{labels[start + n]}　{figure.caption}" if figure.caption else ""
                lines = self._file.setter.balanced((Text(words),), style, width)
                for m, line in enumerate(lines):
                    parts.append((x, height + 3 + m * style.leading, flow.line_box(line, style)))
                depth = max(depth, len(lines) * style.leading)
            boxes.append(Box(height + depth + 6, _row(parts), before=4))
        return boxes

    def caption(self, figure: Figure, label: str, flow: Flow) -> list[Box]:
        """Return the boxes of the caption below a figure."""
        if not figure.caption:
            return []
        style = self._typography.caption
        words = Text(f"{label}　{figure.caption}")
        lines = self._file.setter.balanced((words,), style, flow.frame.width)
        return flow.paragraph(lines, style)

    def _drawing(self, drawing: charts.Drawing, indent: float) -> Box:
        file = self._file

        def paint(page: Page, x: float, y: float) -> None:
            left = x + indent
            for patch in drawing.patches:
                page.box(left + patch.x, y + patch.y, patch.width, patch.height, charts.fill_of(patch))
            for words in drawing.words:
                file.text(page, words.line, left + words.x, y + words.y, charts.grey_of(words))

        return Box(drawing.height, paint)

    def _small(self, figure: Figure, width: float) -> Box:
        """Return the body of a figure within a grid."""
        if isinstance(figure.body, Picture):
            return self._picture(figure.body, width, width * _PHOTO_SHAPE, 0.0)
        return self._drawing(charts.draw(figure.body, width, self._file.setter), 0.0)

    def _picture(self, picture: Picture, width: float, most: float, indent: float) -> Box:
        self._tick()
        # A picture is known by its source, so that one shown twice is stored once.
        placed = self._rasters.get(picture.source)
        if placed is None:
            try:
                placed = self._file.add_raster(load(picture, width))
            except PictureUnreadable as fault:
                return self._lost(picture, str(fault), width, indent)
            self._rasters[picture.source] = placed
        shown = min(width, most / placed.raster.aspect)
        left = indent + (width - shown) / 2
        ready = placed

        def paint(page: Page, x: float, y: float) -> None:
            self._file.picture(page, ready, x + left, y, shown)

        return Box(shown * placed.raster.aspect, paint)

    def _lost(self, picture: Picture, fault: str, width: float, indent: float) -> Box:
        """Return an empty frame that says which picture is missing and why."""
        name = picture.name or (picture.source.name if not isinstance(picture.source, bytes) else "图片")
        self.unreadable.append(f"{name}：{fault}")
        height = width * _LOST_SHAPE
        lines = self._file.setter.balanced((Text(f"{name}：{fault}"),), _LOST, width - 16)

        def paint(page: Page, x: float, y: float) -> None:
            page.box(x + indent, y, width, height, None)
            top = y + (height - len(lines) * _LOST.leading) / 2
            for n, line in enumerate(lines):
                left = x + indent + (width - line.width) / 2 - line.x
                self._file.text(page, line, left, top + n * _LOST.leading, 0.35)

        return Box(height, paint)


def _row(parts: list[tuple[float, float, Box]]) -> Paint:
    """Paint boxes at places of their own within one row."""

    def paint(page: Page, x: float, y: float) -> None:
        for right, down, box in parts:
            if box.paint is not None:
                box.paint(page, x + right, y + down)

    return paint
