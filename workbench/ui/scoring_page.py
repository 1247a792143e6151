"""指标评分: tree, editor and evidence together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout

from workbench.domain.evaluation import Deduction
from workbench.services.attaching import Target
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.derivation_panel import DerivationPanel
from workbench.ui.evidence_panel import EvidencePanel
from workbench.ui.indicator_editor import IndicatorEditor
from workbench.ui.indicator_tree_panel import IndicatorTreePanel
from workbench.ui.page import Page
from workbench.ui.widgets import rule

#: What the checks say follows a change after this pause (ms).
FINDINGS_MS = 60
#: From which width of the page on, for the base text, the columns beside the editor are shown.
EVIDENCE_FROM, TREE_FROM = 1145, 850
#: Width, for the base text, that the editor needs for a linked value with another one beside it.
EDITOR_NEEDS = 662


class ScoringPage(Page):
    """One indicator at a time is current: the tree shows where, the editor what."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.tree = IndicatorTreePanel(context)
        self.editor = IndicatorEditor(context, self.step)
        self.evidence = EvidencePanel(context)
        self.evidence.setFixedWidth(context.theme.px(228))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.tree, 3)
        row.addWidget(rule(vertical=True))
        row.addWidget(self.editor, 7)
        row.addWidget(rule(vertical=True))
        row.addWidget(self.evidence)
        self.tree.chosen.connect(self._on_chosen)
        self.tree.view.handed_on.connect(self._on_entered)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(FINDINGS_MS)
        self._later.timeout.connect(self.show_findings)
        self._derivation: DerivationPanel | None = None
        settings = context.services.settings
        self.tree.show_stages(shown=bool(settings is not None and settings["stage_columns"]))
        self._leaves = [leaf.id for leaf in context.session.evaluation.form.leaves]

    def minimumSizeHint(self) -> QSize:
        """Tree and evidence give way, so the editor alone decides."""
        return QSize(self.editor.minimumSizeHint().width(), self.context.theme.px(240))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On narrow screens the evidence goes first (it has a page of its own), then the tree (Ctrl+K finds)."""
        self._fit(event.size().width())
        super().resizeEvent(event)

    def _fit(self, width: int) -> None:
        px, more = self.context.theme.px, self.tree.stages_width
        for least, part in ((EVIDENCE_FROM, self.evidence), (TREE_FROM, self.tree)):
            part.setVisible(width >= px(least) + more)
        # Beside the editor the tree gives way first.
        self.editor.setMinimumWidth(px(EDITOR_NEEDS) if width >= px(TREE_FROM) + more else 0)

    @property
    def current(self) -> str:
        """The id of the current indicator, empty while the form has none."""
        return self.editor.indicator_id

    def place(self) -> Address | None:
        """The current indicator."""
        return Address("indicator", self.current) if self.current else None

    def reload(self) -> None:
        """Show the tree and the current indicator as they stand; the first unfinished one to begin with."""
        self.tree.model.refresh()
        if self.current:
            self.editor.show_indicator(self.current)
            self.evidence.show_indicator(self.current)
        elif self._leaves:
            scores = self.context.session.scores
            first = next((id_ for id_ in self._leaves if not scores[id_].done), self._leaves[0])
            self.tree.show_indicator(first)
            self._on_chosen(first)
        self._later.start()

    def show_findings(self) -> None:
        """Show what the checks say of the tree's rows and of the current indicator."""
        checking = self.context.services.checking
        if checking is None:
            return
        errors: dict[str, str] = {}
        for finding in checking.blocking:
            errors.setdefault(finding.indicator, f"{finding.code} {finding.message}")
        self.tree.model.refresh(errors)
        self.editor.show_findings([f for f in checking.of_indicator(self.current) if not f.waived])

    def update_for(self, changed: Changed) -> None:
        """Repaint the rows that differ, and the editor but for the field being typed in."""
        self.tree.model.refresh()
        self.editor.update_for(changed)
        self._later.start()

    def _on_chosen(self, id_: str) -> None:
        if id_ != self.current:
            self.editor.show_indicator(id_)
            self.evidence.show_indicator(id_)
            if self._derivation is not None and self._derivation.isVisible():
                self._derivation.show_indicator(id_)
            self._later.start()

    def _on_entered(self, typed: str) -> None:
        """Go on from the tree to the indicator's first input; a digit is typed there."""
        self.focus_first()
        focused = QApplication.focusWidget()
        if typed and focused is not None and self.editor.isAncestorOf(focused):
            key = Qt.Key(ord(typed)) if typed.isascii() else Qt.Key.Key_unknown
            press = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, typed)
            QApplication.sendEvent(focused, press)

    def focus_first(self) -> None:
        """The first input of the current indicator."""
        if self.current:
            self.editor.focus_first()
        else:
            super().focus_first()

    def show_derivation(self) -> None:
        """Open the derivation of the current indicator beside the work; it follows from then on."""
        if not self.current:
            return
        self.context.flush()
        if self._derivation is None:
            self._derivation = DerivationPanel(self.context, self)
        self._derivation.show_indicator(self.current)
        self._derivation.show()
        self._derivation.raise_()

    def toggle_stages(self) -> None:
        """List the scores of every stage in the tree, or only the one that counts; remembered."""
        wanted = not self.tree.stages_shown
        self.tree.show_stages(shown=wanted)
        self._fit(self.width())
        settings = self.context.services.settings
        if settings is not None:
            settings.put("stage_columns", wanted)

    def evidence_target(self) -> Target | None:
        """What files taken in now prove: the deduction line that the keyboard is in, or the indicator."""
        line = self.editor.deductions.focused_line()
        return ("deduction", line) if line else self.evidence.target()

    def go_to(self, id_: str) -> None:
        """Make an indicator the current one; what was typed is saved before."""
        self.context.flush()
        self.tree.show_indicator(id_)
        self._on_chosen(id_)

    def step(self, by: int) -> None:
        """Go to the next indicator (1) or the one before (-1); the cursor goes to its first input."""
        if self.current not in self._leaves:
            return
        to = self._leaves.index(self.current) + by
        if 0 <= to < len(self._leaves):
            self.go_to(self._leaves[to])
            self.editor.focus_first()

    def finish(self) -> None:
        """Mark the current indicator as done and go on to the next one that is not."""
        if not self.current or not self.editor.finish():
            return
        scores = self.context.session.scores
        at = self._leaves.index(self.current)
        following = self._leaves[at + 1 :] + self._leaves[:at]
        left = next((id_ for id_ in following if not scores[id_].done), "")
        if left:
            self.go_to(left)
            self.editor.focus_first()

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """The keys of scoring."""
        return {
            "previous_indicator": lambda: self.step(-1),
            "next_indicator": lambda: self.step(1),
            "finish_indicator": self.finish,
            "add_deduction": self.editor.deductions.add,
            "derivation": self.show_derivation,
            "stage_columns": self.toggle_stages,
            "attach_files": lambda: self.evidence.attach_files(self.evidence_target()),
            "paste_evidence": lambda: self.evidence.paste(self.evidence_target()),
            "remove_row": self.editor.deductions.remove_focused,
        }

    def show_place(self, place: Address) -> None:
        """Go to an indicator, and to the field of it that is named."""
        id_ = place.id.partition("/")[0]
        if place.kind == "deduction":
            line = self.context.session.evaluation.get(Deduction, place.id)
            id_ = line.indicator if line is not None else ""
        if self.context.session.evaluation.form.get(id_) is None:
            return
        below = list(self.context.session.evaluation.form.leaves_below(id_))
        self.go_to(below[0].id)
        self.editor.show_place(place)
        if not self.isAncestorOf(self.window().focusWidget()):
            self.tree.view.setFocus(Qt.FocusReason.OtherFocusReason)
