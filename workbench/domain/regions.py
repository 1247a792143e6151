"""Regions: a page and a rectangle of an evidence item that a link names as what proves its target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.domain.evaluation import Evaluation, Evidence, Link

#: A share is kept to this many decimals: a tenth of a pixel of a 10,000-pixel scan.
_DIGITS = 5
#: The smallest side of a region, as a share of the page: what is smaller was a slip of the hand.
SMALLEST = 0.004


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle on a page: the page from 1, then left, top, width, height as shares (0 to 1) of it.

    Shares refer to the page as it is seen, upright, whatever way the camera was held.
    """

    page: int
    left: float
    top: float
    width: float
    height: float

    @property
    def place(self) -> str:
        """As :attr:`workbench.domain.evaluation.Link.place` keeps it: ``3:0.1,0.2,0.3,0.05``."""
        shares = (self.left, self.top, self.width, self.height)
        return f"{self.page}:{','.join(_share(share) for share in shares)}"


def _share(value: float) -> str:
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".") or "0"


def region_of(place: str) -> Region | None:
    """The region that a link's place names; nothing when it names none or one outside of the page."""
    page, _, box = place.partition(":")
    try:
        number = int(page)
        left, top, width, height = (float(part) for part in box.split(","))
    except ValueError:
        return None
    inside = 0 <= left <= 1 and 0 <= top <= 1 and 0 < width <= 1 and 0 < height <= 1
    return Region(number, left, top, width, height) if number >= 1 and inside else None


def region_within(page: int, left: float, top: float, right: float, bottom: float) -> Region | None:
    """The region between two corners in any order, cut to the page; nothing when it is too small to see."""
    left, right = sorted((min(max(left, 0.0), 1.0), min(max(right, 0.0), 1.0)))
    top, bottom = sorted((min(max(top, 0.0), 1.0), min(max(bottom, 0.0), 1.0)))
    if right - left < SMALLEST or bottom - top < SMALLEST:
        return None
    return Region(page, left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True)
class Marked:
    """One region as the lists show it: the link that holds it, the item it is on, where."""

    link: Link
    evidence: Evidence
    region: Region


def regions_on(evaluation: Evaluation, evidence: str) -> list[Marked]:
    """The regions of one item by page and height on it."""
    return marked_by(evaluation, evaluation.links(from_kind="evidence", from_id=evidence))


def marked_by(evaluation: Evaluation, links: Iterable[Link]) -> list[Marked]:
    """The links that name a region on an item that exists, by the item's number, page and height."""
    table = evaluation.table(Evidence)
    found = [
        Marked(link, table[link.from_id], region)
        for link in links
        if link.from_id in table and (region := region_of(link.place)) is not None
    ]
    return sorted(found, key=lambda m: (m.evidence.number, m.region.page, m.region.top, m.region.left))
