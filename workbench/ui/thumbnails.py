"""Pictures of evidence as pixmaps: asked for when painted, answered by a signal, the most recent kept."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from workbench.domain.evaluation import Evidence
from workbench.services.pictures import Picture, Pictures, Wish
from workbench.services.rendering import Drawn


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of a wish: a pixmap (null when there is none) and what was learnt of the file."""

    pixmap: QPixmap
    drawn: Drawn


class _Relay(QObject):
    """Brings answers from the drawing threads to the GUI thread; it outlives whoever asked."""

    arrived = Signal(object, object, object)

    def answer(self, wish: Wish, picture: Picture) -> None:
        """On a drawing thread: read the small picture there, hand it over."""
        image = QImage()
        if picture.path is not None:
            with contextlib.suppress(OSError):  # gone from the cache in the meantime: no picture
                image = QImage.fromData(picture.path.read_bytes())
        self.arrived.emit(wish, image, picture.drawn)


class Thumbnails(QObject):
    """At most ``most`` pixmaps of one size, of which the least recently seen go first."""

    ready = Signal(str)
    """The SHA-256 of a content whose picture can be had now."""

    def __init__(self, pictures: Pictures | None, edge: int, most: int, parent: QObject) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._edge = edge
        self._most = most
        self._shown: OrderedDict[Wish, Shown] = OrderedDict()
        self._asked: set[Wish] = set()
        self._relay = _Relay()
        self._relay.arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def wish(self, item: Evidence, page: int = 1) -> Wish:
        """What to ask for to see an item."""
        return Wish(item.sha256, item.media_type, self._edge, page)

    def shown(self, item: Evidence, page: int = 1) -> Shown | None:
        """The picture of an item; nothing while it is being drawn, which ``ready`` will end."""
        wish = self.wish(item, page)
        found = self._shown.get(wish)
        if found is not None:
            self._shown.move_to_end(wish)
        elif self._pictures is not None and item.sha256 and wish.drawable and wish not in self._asked:
            self._asked.add(wish)
            self._pictures.ask(wish, self._relay.answer)
        return found

    def keep_only(self, items: list[Evidence]) -> None:
        """Draw only what is seen; the rest is asked for again when it comes into view."""
        if self._pictures is not None and self._asked:
            visible = {self.wish(item) for item in items}
            self._pictures.keep_only(visible)
            self._asked &= visible

    def _on_arrived(self, wish: Wish, image: QImage, drawn: Drawn) -> None:
        self._asked.discard(wish)
        self._shown[wish] = Shown(QPixmap.fromImage(image), drawn)
        while len(self._shown) > self._most:
            self._shown.popitem(last=False)
        self.ready.emit(wish.sha256)
