"""The pictures of marked regions, cut out of evidence for what is printed."""

from __future__ import annotations

import io
from pathlib import Path
from weakref import WeakKeyDictionary

from workbench.domain.evaluation import Evidence
from workbench.domain.regions import Region
from workbench.exporters.document import Stored
from workbench.exporters.report_data import CutOut
from workbench.services.pictures import LARGE, Pictures, Wish
from workbench.services.session import Session
from workbench.store.evaluations import EvaluationStore

#: What is shown around a region, as a share of the page, so that letters at its edge are whole.
_MARGIN = 0.01


class CutOuts:
    """Gives the cutter of each open evaluation; its drawing processes end with the session."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._known: WeakKeyDictionary[Session, CutOut] = WeakKeyDictionary()

    def __call__(self, session: Session) -> CutOut | None:
        """The cutter of an evaluation; nothing when its files are not at hand."""
        if not isinstance(session.memory, EvaluationStore):
            return None
        known = self._known.get(session)
        if known is None:
            pictures = Pictures(session.memory.vault(), self._cache)
            session.when_closed(pictures.close)
            known = self._known[session] = cutter(pictures)
        return known


def cutter(pictures: Pictures) -> CutOut:
    """Cut out of pages drawn by ``pictures``."""

    def cut(item: Evidence, region: Region) -> bytes | Stored | None:
        picture = pictures.make(Wish(item.sha256, item.media_type, LARGE, region.page))
        if picture.path is None or (picture.drawn.pages and region.page > picture.drawn.pages):
            return None
        if (region.left, region.top, region.width, region.height) == (0, 0, 1, 1):
            return picture.path  # hundreds of photos are read one after the other, never held together
        from PIL import Image

        with Image.open(
            io.BytesIO(picture.path.read_bytes())
        ) as page:  # drawn by ourselves: no hostile file is decoded here
            box = (
                round(max(region.left - _MARGIN, 0) * page.width),
                round(max(region.top - _MARGIN, 0) * page.height),
                round(min(region.left + region.width + _MARGIN, 1) * page.width),
                round(min(region.top + region.height + _MARGIN, 1) * page.height),
            )
            out = io.BytesIO()
            page.crop(box).save(out, "JPEG", quality=88)
        return out.getvalue()

    return cut
