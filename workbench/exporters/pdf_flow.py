"""Boxes filled into pages one below the other, kept together where a reader expects it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workbench.exporters.lines import Line, Style
from workbench.exporters.pdf_file import Bookmark, Page, PdfFile
from workbench.exporters.typography import A4, Frame, Typography

Paint = Callable[[Page, float, float], None]


@dataclass(frozen=True, slots=True)
class Box:
    """Something of a height that is painted at a place; ``keep`` binds it to what follows."""

    height: float
    paint: Paint | None = None
    before: float = 0.0
    keep: bool = False
    bookmark: Bookmark | None = None


class Flow:
    """Fills pages from top to bottom; a page begins only when something comes to stand on it."""

    def __init__(self, file: PdfFile, typography: Typography) -> None:
        self.file = file
        self.typography = typography
        self.pages: list[Page] = []
        self.landscape = False
        self.y = 0.0
        self._open = False
        self._gap = 0.0
        self._held: list[Box] = []

    @property
    def frame(self) -> Frame:
        """The type area of the page now being filled."""
        return self.typography.turned if self.landscape else self.typography.upright

    @property
    def page(self) -> Page:
        """The page now being filled, begun if need be."""
        if not self._open:
            width, height = (A4[1], A4[0]) if self.landscape else A4
            self.pages.append(Page(width, height, self.landscape))
            self.y = self.frame.y
            self._open = True
            self._gap = 0.0
        return self.pages[-1]

    @property
    def fresh(self) -> bool:
        """Nothing stands on the page yet."""
        return not self._open or self.y <= self.frame.y

    @property
    def room(self) -> float:
        """What is left of the type area below what stands there, with the gap asked for."""
        frame = self.frame
        if self.fresh:
            return frame.height
        return frame.y + frame.height - self.y - self._gap

    def turn(self, landscape: bool) -> None:
        """Go on upright or sideways; a page already begun the other way is ended."""
        if landscape != self.landscape:
            self._put_held()
            self.end_page()
            self.landscape = landscape

    def end_page(self) -> None:
        """Let whatever follows begin on a new page."""
        self._put_held()
        self._open = False
        self._gap = 0.0

    def space(self, height: float) -> None:
        """Leave a gap before what follows, unless that begins a page."""
        self._gap = max(self._gap, height)

    @property
    def held(self) -> float:
        """The height of what waits to be kept with what follows."""
        return sum(box.before + box.height for box in self._held)

    def reserve(self, height: float) -> None:
        """Begin a new page unless this much fits below what is held; then put what was held."""
        wanted = self.held + height
        if not self.fresh and wanted > self.room + 0.01:
            held, self._held = self._held, []
            self.end_page()
            self._held = held
        self._put_held()

    def settle(self) -> Page:
        """Return the page to draw on from ``y``, the gap asked for being left."""
        page = self.page
        if not self.fresh:
            self.y += self._gap
        self._gap = 0.0
        return page

    def place(self, boxes: Sequence[Box]) -> None:
        """Put boxes; those that end with ``keep`` wait for the next ones."""
        for box in boxes:
            self._held.append(box)
            if not box.keep:
                self.reserve(0.0)

    def finish(self) -> None:
        """Put what still waits."""
        self._put_held()

    def _put_held(self) -> None:
        held, self._held = self._held, []
        for box in held:
            self._put(box)

    def _put(self, box: Box) -> None:
        if not self.fresh:
            gap = max(self._gap, box.before)
            # What is bound together but longer than a page runs over; what is by itself has been measured.
            if self.y + gap + box.height > self.frame.y + self.frame.height + 0.01:
                self._open = False
            else:
                self.y += gap
        page = self.page
        self._gap = 0.0
        if box.bookmark is not None:
            page.bookmarks.append((box.bookmark, self.y))
        if box.paint is not None:
            box.paint(page, self.frame.x, self.y)
        self.y += box.height

    # ── boxes of text ────────────────────────────────────────────────────────────────────────────

    def line_box(self, line: Line, style: Style, grey: float = 0.0) -> Box:
        """Return a box of one line."""
        drop = (style.leading - line.size) / 2
        text = self.file.text

        def paint(page: Page, x: float, y: float) -> None:
            text(page, line, x, y + drop, grey)

        return Box(style.leading, paint)

    def paragraph(self, lines: Sequence[Line], style: Style, *, keep: bool = False) -> list[Box]:
        """Return the boxes of a paragraph: no line of it stands alone at the foot or head of a page."""
        boxes = [self.line_box(line, style) for line in lines]
        last = len(boxes) - 1
        return [
            replace(box, keep=keep or (last > 0 and n in {0, last - 1})) if (keep or n != last) else box
            for n, box in enumerate(boxes)
        ]
