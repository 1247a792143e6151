"""The pictures of evidence that are printed: whole photos at print size, and marked regions cut out of pages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

from workbench.domain.evaluation import Evidence
from workbench.domain.regions import Region
from workbench.exporters.document import ACROSS
from workbench.exporters.report_data import Seen, Sights
from workbench.services.jobs import Progress, silent
from workbench.services.pictures import LARGE, Pictures, Wish
from workbench.services.session import Session
from workbench.store.evaluations import EvaluationStore

#: What is shown around a region, as a share of the page, so that letters at its edge are whole.
_MARGIN = 0.01


class PicturesForPaper:
    """Gives the pictures of each open evaluation; its drawing processes end with the session."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._known: WeakKeyDictionary[Session, Sights] = WeakKeyDictionary()

    def __call__(self, session: Session) -> Sights | None:
        """The pictures of an evaluation; nothing when its files are not at hand."""
        if not isinstance(session.memory, EvaluationStore):
            return None
        known = self._known.get(session)
        if known is None:
            pictures = Pictures(session.memory.vault(), self._cache)
            session.when_closed(pictures.close)
            known = self._known[session] = sights_of(pictures)
        return known


def sights_of(pictures: Pictures) -> Sights:
    """What ``pictures`` draws, as paper wants it."""

    def region(item: Evidence, place: Region) -> Seen:
        page = (place.left, place.top, place.width, place.height) == (0, 0, 1, 1)
        wish = Wish(item.sha256, item.media_type, ACROSS if page else LARGE, place.page)
        picture = pictures.make(wish, whole=True)
        if picture.path is None or (picture.drawn.pages and place.page > picture.drawn.pages):
            return None
        if page:
            return picture.path  # hundreds of photos are read one after the other, never held together
        return _cut(picture.path.read_bytes(), place)

    def whole(items: Sequence[Evidence], edge: int, progress: Progress = silent) -> Sequence[Seen]:
        wishes = [Wish(item.sha256, item.media_type, edge) for item in items]
        return [picture.path for picture in pictures.make_all(wishes, progress)]

    return Sights(region, whole)


def _cut(page: bytes, place: Region) -> bytes:
    """A region of a page that was drawn by ourselves: no hostile file is decoded here."""
    from PIL import Image

    with Image.open(io.BytesIO(page)) as image:
        box = (
            round(max(place.left - _MARGIN, 0) * image.width),
            round(max(place.top - _MARGIN, 0) * image.height),
            round(min(place.left + place.width + _MARGIN, 1) * image.width),
            round(min(place.top + place.height + _MARGIN, 1) * image.height),
        )
        out = io.BytesIO()
        image.crop(box).save(out, "JPEG", quality=88)
    return out.getvalue()
