"""报告与导出: what is handed over, written in the background; working papers back in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.errors import WorkbenchError
from workbench.services.export_log import ExportLog
from workbench.services.session import Changed
from workbench.ui.archive_card import ArchiveCard
from workbench.ui.bureau_card import BureauCard
from workbench.ui.context import Context
from workbench.ui.export_files_panel import ExportFilesPanel
from workbench.ui.import_card import ImportCard
from workbench.ui.page import Page
from workbench.ui.tabs import Tabs
from workbench.ui.theme import Theme
from workbench.ui.widgets import Card, clear, label, scrolled

#: Subfolder of the evaluation that files go to unless another is chosen.
FOLDER = "导出"
_TITLE_FROM = 640


class ExportPage(Page):
    """Files with their pages, the bureau's own forms, the archive, working papers, and what went out."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        services = context.services
        if services.exporting is None or services.folder is None:
            raise ValueError("the page of exports needs its service and the folder of the evaluation")
        self._log = ExportLog(services.folder, services.key)
        self.files = ExportFilesPanel(
            context,
            services.exporting,
            services.folder / FOLDER,
            previewing=services.previewing,
            log=self._log,
        )
        self.files.logged.connect(self._show_log)
        self.bureau: BureauCard | None = None
        self.archive: ArchiveCard | None = None
        self.papers: ImportCard | None = None
        head = QHBoxLayout()
        head.setSpacing(theme.px(4))
        self._title = label("报告与导出", "title")
        head.addWidget(self._title)
        head.addSpacing(theme.px(8))
        self.stack = QStackedWidget()
        target = lambda: self.files.folder  # noqa: E731 - the folder may be changed later
        parts: list[tuple[str, QWidget]] = [("文件与预览", self.files)]
        if services.bureau is not None:
            self.bureau = BureauCard(context, services.bureau, services.exporting, target)
            parts.append(("财政局表样", _alone(theme, self.bureau)))
        if services.archiving is not None:
            self.archive = ArchiveCard(context, services.archiving, target)
            parts.append(("移交归档包", _alone(theme, self.archive)))
        if services.importing is not None:
            self.papers = ImportCard(context, services.importing)
            parts.append(("导入底稿", _alone(theme, self.papers)))
        self._past = Card(theme, "导出记录", "何时、何人、导出了什么、当时还有哪些发现")
        self._lines = QVBoxLayout()
        self._past.body.addLayout(self._lines)
        parts.append(("导出记录", _alone(theme, self._past)))
        for _, part in parts:
            self.stack.addWidget(part)
        titles = {number: words for number, (words, _) in enumerate(parts)}
        self.tabs = Tabs(theme, titles, self.show_part, by_key=True)
        self.tabs.mark(0)
        head.addWidget(self.tabs)
        head.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.px(18), theme.px(10), theme.px(10), 0)
        outer.setSpacing(theme.px(8))
        outer.addLayout(head)
        outer.addWidget(self.stack, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """With large text the tabs need the room; the navigation says which page it is."""
        super().resizeEvent(event)
        self._title.setVisible(event.size().width() >= self.context.theme.px(_TITLE_FROM))

    def show_part(self, number: int) -> None:
        """Save what is being typed, then show another part."""
        self.context.flush()
        self.stack.setCurrentIndex(number)
        self.tabs.mark(number)

    def reload(self) -> None:
        """Fill every part."""
        self.files.reload()
        if self.bureau is not None:
            self.bureau.reload()
        self._show_log()

    def update_for(self, changed: Changed) -> None:
        """Notices and pages follow."""
        self.files.reload()

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Ctrl+E exports here."""
        return {**self.tabs.part_actions(), "export": self.export}

    def export(self) -> None:
        """Write the ticked files, whichever part is shown."""
        self.show_part(0)
        self.files.export()

    def _show_log(self) -> None:
        clear(self._lines)
        try:
            listed = self._log.listed()
        except WorkbenchError as error:
            self._lines.addWidget(label(str(error), "fault", wrap=True))
            return
        for one in listed:
            state = (
                f"错误 {one.errors}、警告 {one.warnings}" if one.errors or one.warnings else "没有错误和警告"
            )
            by = f"　{one.by}" if one.by else ""
            words = f"{one.at.replace('T', ' ')[:16]}{by}　{one.file}　总分 {one.total}　{state}　校验值 {one.sha256[:12]}"
            self._lines.addWidget(label(words, wrap=True))
        if not listed:
            self._lines.addWidget(label("还没有导出过。", "soft"))


def _alone(theme: Theme, card: QWidget) -> QWidget:
    """A card that has a part to itself."""
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, theme.px(10), theme.px(12))
    column.addWidget(card)
    column.addStretch(1)
    return scrolled(content)
