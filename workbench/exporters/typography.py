"""How printed pages look: paper, margins and styles, as named profiles."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.errors import WorkbenchError
from workbench.exporters.document import Align
from workbench.exporters.fonts import Role
from workbench.exporters.lines import Style

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)


@dataclass(frozen=True, slots=True)
class Frame:
    """The type area of a page: its upper left corner and size, in points from the upper left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Typography:
    """One profile: where text stands on upright and turned pages, and how each kind of text is set."""

    upright: Frame
    turned: Frame
    body: Style
    headings: tuple[Style, Style, Style, Style]
    bold_headings: frozenset[int]
    title: Style
    cover_title: Style
    cover_line: Style
    annex_label: Style
    annex_title: Style
    caption: Style
    photo_caption: Style
    table: Style
    table_small: Style
    table_head: Role
    note: Style
    contents: Style
    contents_title: Style
    running: Style
    page_number: Style
    number_drop: float  # from the foot of the type area to the page number
    word_leading: float  # the whole points between lines that firms ask for in a word processor


def _gongwen() -> Typography:
    """GB/T 9704: A4, 22 lines of 28 characters of 3号 (16 pt) on 156 × 225 mm."""
    upright = Frame(28 * MM, 37 * MM, 156 * MM, 225 * MM)
    turned = Frame(37 * MM, 28 * MM, 225 * MM, 156 * MM)
    leading = upright.height / 22
    # 28 characters of 16 pt are a little wider than 156 mm: each gives up a fifth of a point.
    tracking = upright.width / 28 - 16
    body = Style(Role.BODY, 16, leading, Align.JUSTIFY, 2, tracking)
    song = Style(Role.SONG, 10.5, 15.5, Align.LEFT, bold_role=Role.HEADING)
    centred = Align.CENTER
    return Typography(
        upright=upright,
        turned=turned,
        body=body,
        headings=(
            Style(Role.HEADING, 16, leading, Align.LEFT, 2, tracking),
            Style(Role.KAI, 16, leading, Align.LEFT, 2, tracking),
            Style(Role.BODY, 16, leading, Align.LEFT, 2, tracking),
            Style(Role.BODY, 16, leading, Align.LEFT, 2, tracking),
        ),
        bold_headings=frozenset({3}),
        title=Style(Role.TITLE, 22, 34, centred),
        cover_title=Style(Role.TITLE, 26, 42, centred),
        cover_line=Style(Role.BODY, 16, leading, Align.LEFT),
        annex_label=Style(Role.HEADING, 16, leading, Align.LEFT),
        annex_title=Style(Role.TITLE, 20, 32, centred),
        caption=Style(Role.HEADING, 12, 20, centred),
        photo_caption=Style(Role.SONG, 10.5, 15, centred),
        table=song,
        table_small=Style(Role.SONG, 9, 13, Align.LEFT, bold_role=Role.HEADING),
        table_head=Role.HEADING,
        note=Style(Role.SONG, 9, 14, Align.JUSTIFY),
        contents=Style(Role.BODY, 14, 27, Align.LEFT),
        contents_title=Style(Role.TITLE, 22, 34, centred),
        running=Style(Role.KAI, 10.5, 14, centred),
        page_number=Style(Role.SONG, 14, 16, centred),
        number_drop=7 * MM,
        word_leading=30,
    )


def _working_paper() -> Typography:
    """Forms and working papers: 五号 (10.5 pt) 宋体, single spacing, 25 mm margins."""
    upright = Frame(25 * MM, 25 * MM, 160 * MM, 245 * MM)
    turned = Frame(25 * MM, 25 * MM, 247 * MM, 158 * MM)
    body = Style(Role.SONG, 10.5, 18, Align.JUSTIFY, 2, 0.0, Role.HEADING)
    heading = Style(Role.HEADING, 12, 22, Align.LEFT)
    centred = Align.CENTER
    return Typography(
        upright=upright,
        turned=turned,
        body=body,
        headings=(
            heading,
            Style(Role.HEADING, 10.5, 20, Align.LEFT),
            Style(Role.SONG, 10.5, 18, Align.LEFT, 2, 0.0, Role.HEADING),
            Style(Role.SONG, 10.5, 18, Align.LEFT, 2, 0.0, Role.HEADING),
        ),
        bold_headings=frozenset({3}),
        title=Style(Role.TITLE, 18, 28, centred),
        cover_title=Style(Role.TITLE, 24, 38, centred),
        cover_line=Style(Role.SONG, 14, 26, Align.LEFT),
        annex_label=Style(Role.HEADING, 12, 20, Align.LEFT),
        annex_title=Style(Role.TITLE, 16, 26, centred),
        caption=Style(Role.HEADING, 10.5, 18, centred),
        photo_caption=Style(Role.SONG, 9, 13, centred),
        table=Style(Role.SONG, 10.5, 15.5, Align.LEFT, bold_role=Role.HEADING),
        table_small=Style(Role.SONG, 9, 13, Align.LEFT, bold_role=Role.HEADING),
        table_head=Role.HEADING,
        note=Style(Role.SONG, 9, 14, Align.JUSTIFY),
        contents=Style(Role.SONG, 10.5, 20, Align.LEFT),
        contents_title=Style(Role.TITLE, 16, 26, centred),
        running=Style(Role.SONG, 9, 12, centred),
        page_number=Style(Role.SONG, 10.5, 12, centred),
        number_drop=6 * MM,
        word_leading=18,
    )


TYPOGRAPHIES: dict[str, Typography] = {"gongwen": _gongwen(), "working-paper": _working_paper()}


def typography_of(name: str) -> Typography:
    """Return a profile by its name; raise :class:`WorkbenchError` that names the known ones."""
    typography = TYPOGRAPHIES.get(name)
    if typography is None:
        raise WorkbenchError(
            "unknown-typography", f"没有名为“{name}”的版式。", f"可用的版式：{'、'.join(TYPOGRAPHIES)}。"
        )
    return typography
