"""Tab follows what is seen, in the order of the layouts.

Qt chains parts in the order they were made, so that a field made later (another indicator's inputs, a
row of boxes) would come last in the window. The holders of pages walk their layouts instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLayout, QScrollArea, QWidget


def tab_stops(root: QWidget) -> Iterator[QWidget]:
    """Everything visible below ``root`` that the Tab key stops at, in the order it is laid out."""
    if isinstance(root, QScrollArea):
        content = root.widget()
        if content is not None:
            yield from tab_stops(content)
    layout = root.layout()
    if layout is not None:
        yield from _stops_in(layout)


def _stops_in(layout: QLayout) -> Iterator[QWidget]:
    for item in (layout.itemAt(number) for number in range(layout.count())):
        if item is None:
            continue
        widget: QWidget | None = item.widget()
        inner: QLayout | None = item.layout()
        if widget is not None and widget.isVisible():
            if widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                yield widget
            yield from tab_stops(widget)
        elif inner is not None:
            yield from _stops_in(inner)


def focus_step(root: QWidget, *, forward: bool) -> bool:
    """Move the keyboard to the next stop below ``root``, or the one before; round at the ends."""
    stops = list(tab_stops(root))
    if not stops:
        return False
    focused = at = QApplication.focusWidget()
    while at is not None and at not in stops:
        at = at.parentWidget()
    if at is None and focused is not None and root.isAncestorOf(focused):
        to = _nearest(focused, stops)
    elif at is None:
        to = stops[0 if forward else -1]
    else:
        to = stops[(stops.index(at) + (1 if forward else -1)) % len(stops)]
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    to.setFocus(reason)
    bring_into_view(to)
    return True


def _nearest(gone: QWidget, stops: list[QWidget]) -> QWidget:
    """The stop beside a widget that can't be one any more.

    Qt asks for the next one when what had the keyboard is hidden (a link whose row is drawn anew, the
    button of work that is done); the keyboard stays in its card then, not at the window's first button.
    """
    middle = gone.mapToGlobal(gone.rect().center())
    holder = gone.parentWidget()
    while holder is not None:
        inside = [stop for stop in stops if holder.isAncestorOf(stop)]
        if inside:
            return min(
                inside, key=lambda stop: (stop.mapToGlobal(stop.rect().center()) - middle).manhattanLength()
            )
        holder = holder.parentWidget()
    return stops[0]


def bring_into_view(widget: QWidget) -> None:
    """Scroll whatever holds the widget until it is seen."""
    holder = widget.parentWidget()
    while holder is not None:
        if isinstance(holder, QScrollArea):
            holder.ensureWidgetVisible(widget)
        holder = holder.parentWidget()
