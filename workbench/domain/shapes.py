"""What is drawn over a page of evidence: black boxes that hide, frames, arrows and words that point."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, replace

from workbench.domain.regions import SMALLEST, Region, region_within

#: Every kind of shape by its name in code, with the word for it.
SHAPE_KINDS: Mapping[str, str] = types.MappingProxyType(
    {"hide": "涂黑", "frame": "方框", "arrow": "箭头", "words": "文字"}
)
#: Height of a line of words, as a share of the longer side of the page.
WORDS_HEIGHT = 0.022


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape from a point to another, as shares (0 to 1) of the page as it is seen; an arrow points at the second.

    ``text`` is what ``words`` say, beginning at the first point.
    """

    kind: str
    page: int
    x: float
    y: float
    to_x: float
    to_y: float
    text: str = ""

    @property
    def region(self) -> Region | None:
        """The rectangle that it spans; nothing when it has none to speak of."""
        return region_within(self.page, self.x, self.y, self.to_x, self.to_y)

    @property
    def visible(self) -> bool:
        """Whether there is enough of it to be drawn: a rectangle, a line that leads somewhere, or words."""
        if self.kind == "words":
            return bool(self.text.strip())
        if self.kind == "arrow":
            return max(abs(self.to_x - self.x), abs(self.to_y - self.y)) >= SMALLEST
        return self.region is not None

    def pushed(self, across: float, down: float) -> Shape:
        """The shape moved by shares of the page, stopped by its edges."""
        across = min(max(across, -min(self.x, self.to_x)), 1 - max(self.x, self.to_x))
        down = min(max(down, -min(self.y, self.to_y)), 1 - max(self.y, self.to_y))
        return replace(
            self, x=self.x + across, y=self.y + down, to_x=self.to_x + across, to_y=self.to_y + down
        )

    def stretched(self, across: float, down: float) -> Shape:
        """The shape with its second point moved by shares of the page, kept on it."""
        return replace(
            self, to_x=min(max(self.to_x + across, 0.0), 1.0), to_y=min(max(self.to_y + down, 0.0), 1.0)
        )


def shape_of(region: Region, kind: str = "region") -> Shape:
    """A region as a shape, to be drawn and pushed about like the others."""
    right, lower = region.left + region.width, region.top + region.height
    return Shape(kind, region.page, region.left, region.top, right, lower)
