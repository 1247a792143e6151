"""A PDF file while it is being drawn: pages of drawing orders, faces, pictures, bookmarks, metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from workbench.errors import WorkbenchError
from workbench.exporters.document import Metadata
from workbench.exporters.fonts import FontUse, Role
from workbench.exporters.linebreak import one_line
from workbench.exporters.lines import Line
from workbench.exporters.pdf_fonts import EmbeddedFace
from workbench.exporters.pdf_images import Raster
from workbench.exporters.truetype import Face, FontUnusable
from workbench.exporters.typesetting import Typesetter

# The em square of a Chinese face stands 0.88 above and 0.12 below the baseline.
ASCENT = 0.88
# Spacing that takes more than this part of the size narrows marks; less of it is tracking.
_NARROWED = 0.05


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place that the outline, the contents and links can lead to."""

    key: str
    label: str
    title: str
    level: int
    annex: int = 0
    listed: bool = True


@dataclass(slots=True)
class Page:
    """One page: its size, its drawing orders, and what can be jumped from and to. Lengths from top left."""

    width: float
    height: float
    landscape: bool = False
    orders: list[str] = field(default_factory=list)
    links: list[tuple[float, float, float, float, str]] = field(default_factory=list)
    bookmarks: list[tuple[Bookmark, float]] = field(default_factory=list)
    number: int = 0
    ground: tuple[str, ...] = ()
    """Drawing orders below the page's own; pages that hold the same object share them in the file."""

    def rules(
        self, lines: Sequence[tuple[float, float, float, float]], weight: float, grey: float = 0.0
    ) -> None:
        """Draw straight lines of one weight."""
        top = self.height
        path = " ".join(f"{_n(x1)} {_n(top - y1)} m {_n(x2)} {_n(top - y2)} l" for x1, y1, x2, y2 in lines)
        if path:
            self.orders.append(f"q {_n(weight)} w {_n(grey)} G {path} S Q")

    def dots(self, x1: float, x2: float, y: float) -> None:
        """Draw a dotted leader, as dots and not as text."""
        if x2 > x1:
            line = f"{_n(x1)} {_n(self.height - y)} m {_n(x2)} {_n(self.height - y)} l S"
            # Dots stand at fixed places of the page, so that those of neighbouring lines stand in columns.
            self.orders.append(f"q 1 J 0.9 w 0.25 G [0 4] {_n(-(x1 % 4) % 4)} d {line} Q")

    def box(
        self, x: float, y: float, width: float, height: float, fill: tuple[float, float, float] | None
    ) -> None:
        """Fill a rectangle, or outline it thinly when no colour is given."""
        place = f"{_n(x)} {_n(self.height - y - height)} {_n(width)} {_n(height)} re"
        if fill is None:
            self.orders.append(f"q 0.5 w 0.6 G {place} S Q")
        else:
            self.orders.append(f"q {_n(fill[0], 3)} {_n(fill[1], 3)} {_n(fill[2], 3)} rg {place} f Q")

    def fills(self, boxes: Sequence[tuple[float, float, float, float]]) -> None:
        """Fill rectangles (x, y, width, height) in black, as one shape."""
        path = " ".join(
            f"{_n(x, 3)} {_n(self.height - y - height, 3)} {_n(width, 3)} {_n(height, 3)} re"
            for x, y, width, height in boxes
        )
        if path:
            self.orders.append(f"q 0 g {path} f Q")


@dataclass(frozen=True, slots=True)
class PlacedRaster:
    """A picture in the file: the name drawing orders call it by, and its size upright."""

    name: str
    raster: Raster


class PdfFile:
    """Collects pages and everything they share, then writes them through reportlab."""

    def __init__(self, setter: Typesetter) -> None:
        self.setter = setter
        self._faces: dict[int, EmbeddedFace] = {}
        self._uses: dict[tuple[Role, int], FontUse] = {}
        self._rasters: list[PlacedRaster] = []

    @property
    def uses(self) -> tuple[FontUse, ...]:
        """Which faces were used for which roles."""
        return tuple(self._uses.values())

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────

    def text(self, page: Page, line: Line, x: float, y: float, grey: float = 0.0) -> None:
        """Draw a set line with the top of its characters at ``y``."""
        if not line.glyphs:
            return
        size = line.size
        usual = _usual_gap(line, size)
        orders = [f"BT {_n(x + line.x)} {_n(page.height - y - ASCENT * size)} Td"]
        if grey:
            orders.append(f"{_n(grey)} g")
        if usual:
            orders.append(f"{_n(usual, 4)} Tc")
        # One showing order for each face: readers of the file look for line ends only between orders.
        shown = ""
        face_now, stroked = "", False
        for part in line.glyphs:
            face = self._embedded(part.face, part.role)
            if face.name != face_now or part.stroke is not stroked:
                if shown:
                    orders.append(f"[<{shown}>] TJ")
                    shown = ""
                if part.stroke is not stroked:
                    # The face has no bold sister: its outlines are drawn with a thin pen as well.
                    orders.append(f"2 Tr {_n(size * 0.025, 3)} w" if part.stroke else "0 Tr")
                    stroked = part.stroke
                orders.append(f"/{face.name} {_n(size)} Tf")
                face_now = face.name
            if part.gap == usual:
                shown += face.encode(part.text, part.drawn)
            elif part.gap < -_NARROWED * size:
                codes = face.encode_narrowed(part.text, round(-part.gap / size * 1000))
                shown += _apart(codes, usual / size * 1000)
            else:
                shown += _apart(face.encode(part.text, part.drawn), (usual - part.gap) / size * 1000)
        orders.append(f"[<{shown}>] TJ")
        if stroked:
            orders.append("0 Tr")
        if usual:
            orders.append("0 Tc")
        orders.append("0 g ET" if grey else "ET")
        page.orders.append(" ".join(orders).replace("<>", ""))

    def _embedded(self, face: Face, role: Role) -> EmbeddedFace:
        use = (role, id(face))
        if use not in self._uses:
            self._uses[use] = self.setter.fonts.use_of(role, face)
        embedded = self._faces.get(id(face))
        if embedded is None:
            order = len(self._faces)
            embedded = self._faces[id(face)] = EmbeddedFace(face, f"F{order + 1}", order)
        return embedded

    def add_raster(self, raster: Raster) -> PlacedRaster:
        """Take a picture into the file once; it can then be drawn any number of times."""
        placed = PlacedRaster(f"P{len(self._rasters) + 1}", raster)
        self._rasters.append(placed)
        return placed

    def picture(self, page: Page, placed: PlacedRaster, x: float, y: float, width: float) -> None:
        """Draw a picture upright with its upper left corner at a place, turned as its camera said."""
        height = width * placed.raster.aspect
        bottom = page.height - y - height
        a, b, c, d, e, f = placed.raster.turn
        matrix = (a * width, b * height, c * width, d * height, e * width + x, f * height + bottom)
        page.orders.append(f"q {' '.join(_n(value, 3) for value in matrix)} cm /{placed.name} Do Q")

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def data(self, pages: Sequence[Page], title: str, metadata: Metadata, front: int) -> bytes:
        """Return the finished file; ``front`` pages at the beginning carry no number."""
        from reportlab.pdfbase.pdfdoc import PDFDocument

        document: Any = PDFDocument(compression=1, invariant=1, pdfVersion=(1, 5), lang="zh-CN")
        _describe(document, title, metadata)
        shared = self._resources(document)
        targets: dict[str, Any] = {}
        grounds: dict[int, Any] = {}
        for page in pages:
            if page.ground and id(page.ground) not in grounds:
                grounds[id(page.ground)] = document.Reference(_stream(page.ground))
            self._add_page(document, page, shared, targets, grounds.get(id(page.ground)))
        _add_outline(document, pages, targets)
        _add_labels(document, len(pages), front)
        finished: bytes = document.GetPDFData(_Targets(targets))
        return finished

    def _resources(self, document: Any) -> Any:
        from reportlab.pdfbase.pdfdoc import PDFDictionary

        try:
            fonts = {
                face.name: document.Reference(face.pdf_object(document)) for face in self._faces.values()
            }
        except FontUnusable as fault:
            raise WorkbenchError("font-unusable", f"{fault}。", "请把它移出字体文件夹后重试。") from fault
        pictures = {
            placed.name: document.Reference(_picture_object(placed.raster)) for placed in self._rasters
        }
        entries = {"Font": PDFDictionary(fonts)}
        if pictures:
            entries["XObject"] = PDFDictionary(pictures)
        return document.Reference(PDFDictionary(entries))

    def _add_page(self, document: Any, page: Page, shared: Any, targets: dict[str, Any], ground: Any) -> None:
        from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFPage

        content = _stream(page.orders)
        document.updateSignature(content.content)
        made: Any = PDFPage()
        made.MediaBox = PDFArray([0, 0, round(page.width, 2), round(page.height, 2)])
        made.Contents = content if ground is None else PDFArray([ground, document.Reference(content)])
        made.Resources = shared
        made.Annots = [
            PDFDictionary(
                {
                    "Type": "/Annot",
                    "Subtype": "/Link",
                    "Border": "[0 0 0]",
                    "Rect": PDFArray([x1, page.height - y2, x2, page.height - y1]),
                    "Dest": targets.setdefault(key, PDFArray([])),
                }
            )
            for x1, y1, x2, y2, key in page.links
        ]
        reference = document.thisPageRef()
        document.addPage(made)
        for bookmark, y in page.bookmarks:
            target = targets.setdefault(bookmark.key, PDFArray([]))
            target.sequence[:] = [reference, PDFName("XYZ"), 0, round(page.height - y, 2), "null"]


def _stream(orders: Sequence[str]) -> Any:
    from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFStream, PDFZCompress

    return PDFStream(PDFDictionary(), "\n".join(orders).encode("ascii") or b" ", [PDFZCompress])


class _Targets:
    """Stands in for the canvas that reportlab's outline asks for destinations."""

    def __init__(self, targets: dict[str, Any]) -> None:
        self._targets = targets

    def _bookmarkReference(self, key: str) -> Any:
        return self._targets[key]


def _describe(document: Any, title: str, metadata: Metadata) -> None:
    from reportlab.pdfbase.pdfdoc import PDFDictionary

    document.setTitle(title)
    document.setAuthor(one_line(metadata.author))
    document.setSubject(one_line(metadata.subject))
    document.setKeywords(one_line("，".join(metadata.keywords)))
    document.setCreator("现场评价工作台")
    created = metadata.created
    if created is not None:
        stamp = document._timeStamp
        stamp.YMDhms = created.timetuple()[:6]
        offset = created.utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset is not None else 0
        stamp.dhh, stamp.dmm = int(minutes / 60), abs(minutes) % 60
    document.Catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})


def _add_outline(document: Any, pages: Sequence[Page], targets: dict[str, Any]) -> None:
    level = -1
    for page in pages:
        for bookmark, _ in page.bookmarks:
            if bookmark.key in targets:
                level = min(bookmark.level, level + 1)
                shown = bookmark.label + bookmark.title
                document.outline.addOutlineEntry(bookmark.key, level, shown, closed=level > 0)
    if level >= 0:
        document.Catalog.PageMode = "/UseOutlines"


def _add_labels(document: Any, pages: int, front: int) -> None:
    """Let viewers count pages as they are printed."""
    from reportlab.pdfbase.pdfdoc import PDFPageLabel, PDFPageLabels

    labels = PDFPageLabels()
    if front:
        labels.addPageLabel(0, PDFPageLabel(style="ROMAN_LOWER", start=1))
    if front < pages:
        labels.addPageLabel(front, PDFPageLabel(style="ARABIC", start=1))
    document.Catalog.PageLabels = labels


def _picture_object(raster: Raster) -> Any:
    from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFStream, PDFZCompress

    entries = {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": raster.width,
        "Height": raster.height,
        "ColorSpace": "/DeviceGray" if raster.grey else "/DeviceRGB",
        "BitsPerComponent": 8,
    }
    if raster.jpeg:
        entries["Filter"] = "/DCTDecode"
    return PDFStream(PDFDictionary(entries), raster.data, [PDFZCompress])


def _usual_gap(line: Line, size: float) -> float:
    """Return the spacing that most characters of a line have."""
    counts: dict[float, int] = {}
    for part in line.glyphs:
        if part.gap >= -_NARROWED * size:
            counts[part.gap] = counts.get(part.gap, 0) + len(part.text)
    return max(counts, key=lambda gap: counts[gap]) if counts else 0.0


def _apart(codes: str, less: float) -> str:
    """Return codes within a showing order, each followed by a move back by thousandths of the size."""
    move = _n(less, 1)
    return "".join(f"{codes[n : n + 4]}> {move} <" for n in range(0, len(codes), 4))


@lru_cache(maxsize=8192)  # places and sizes come again on every page
def _n(value: float, digits: int = 2) -> str:
    """Write a number as short as PDF allows."""
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in {"", "-0"} else text
