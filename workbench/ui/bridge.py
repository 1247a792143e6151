"""Session callbacks as Qt signals. The bridge must outlive the pages: the window owns it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, Signal

from workbench.services.session import Changed, Session


class SessionBridge(QObject):
    """The open session, its changes as a signal, and when the last one became durable."""

    changed = Signal(object)
    """:class:`workbench.services.session.Changed`, after the change is on the disk."""
    form_changed = Signal(object)
    """The same, instead of ``changed``, when another form is in force: whoever shows indicators begins anew."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.saved_at: datetime | None = None
        self.disposed = False
        self._form = session.evaluation.form
        self._unsubscribe = session.subscribe(self._on_changed)

    def _on_changed(self, changed: Changed) -> None:
        self.saved_at = datetime.now().astimezone()
        form = self.session.evaluation.form
        if form is self._form:
            self.changed.emit(changed)
            return
        self._form = form
        self.form_changed.emit(changed)

    def dispose(self) -> None:
        """Hear nothing more from the session; what ends later in the background must not write to it."""
        self.disposed = True
        self._unsubscribe()
