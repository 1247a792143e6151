"""设置: one editor for each shown row of the settings table; each change is kept at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMargins, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.fields import BadValue, show_value
from workbench.errors import WorkbenchError
from workbench.services.settings import BY_KEY, SETTINGS, Settings
from workbench.ui.fields import FieldEditor, editor_for, flush_fields
from workbench.ui.theme import Theme
from workbench.ui.widgets import label, link, rule, scrolled

_MOST_OF_SCREEN = 0.9


class SettingsDialog(QDialog):
    """Esc closes; what was typed is kept before. ``kept`` names the setting that changed."""

    kept = Signal(str)

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        parent: QWidget,
        diagnose: Callable[[], str] | None = None,
    ) -> None:
        """``diagnose`` writes the package for maintainers and gives what to tell."""
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("设置")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(theme.px(560))
        self._content = QWidget()
        self._content.installEventFilter(self)
        frame = QVBoxLayout(self)
        frame.setContentsMargins(0, 0, 0, 0)
        self._area = scrolled(self._content)
        frame.addWidget(self._area)
        outer = QVBoxLayout(self._content)
        outer.setContentsMargins(theme.px(18), theme.px(14), theme.px(18), theme.px(18))
        outer.setSpacing(theme.px(12))
        outer.addWidget(label("设置", "title"))
        outer.addWidget(label("修改随即保存。数据文件夹在下次启动时生效。", "soft", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(14))
        grid.setVerticalSpacing(theme.px(9))
        grid.setColumnStretch(1, 1)
        outer.addLayout(grid)
        self.editors: dict[str, FieldEditor] = {}
        for row, setting in enumerate(one for one in SETTINGS if one.shown):
            editor = editor_for(setting.spec, self._save)
            editor.rebind(setting.key, show_value(settings[setting.key], setting.spec))
            caption = label(setting.label)
            caption.setBuddy(editor.input)
            grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(editor, row, 1)
            self.editors[setting.key] = editor
        if diagnose is not None:
            outer.addWidget(rule())
            foot = QHBoxLayout()
            self.diagnosed = label("日志、版本和设置，不含评价内容和姓名", "soft", wrap=True)
            self.diagnose = link("诊断包…", lambda: self._on_diagnose(diagnose))
            foot.addWidget(self.diagnose)
            foot.addWidget(self.diagnosed, 1)
            outer.addLayout(foot)

    def _on_diagnose(self, diagnose: Callable[[], str]) -> None:
        self.diagnosed.setText(diagnose() or self.diagnosed.text())

    def add(self, card: QWidget) -> None:
        """Put what is done rather than set below the settings."""
        layout = self._content.layout()
        assert layout is not None  # noqa: S101 - made by the constructor
        layout.addWidget(card)

    def reveal(self, card: QWidget) -> None:
        """Scroll to a card once everything has its place."""
        QTimer.singleShot(0, card, lambda: self._area.ensureWidgetVisible(card))

    def sizeHint(self) -> QSize:
        """As high as its content, as far as the screen is; the rest is scrolled to."""
        wanted = self._content.sizeHint().grownBy(QMargins(0, 0, 2, 2))
        screen = self.screen().availableSize()
        return wanted.expandedTo(self.minimumSize()).boundedTo(screen * _MOST_OF_SCREEN)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt would use two thirds of the screen at most."""
        self._grow()
        super().showEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What a card has to say may need more room."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            QTimer.singleShot(0, self, self._grow)
        return super().eventFilter(watched, event)

    def _grow(self) -> None:
        self.resize(self.size().expandedTo(self.sizeHint()))

    def _save(self, address: object, text: str, _: object) -> str:
        """Keep one setting; a hint instead when it can't be."""
        key = str(address)
        try:
            self._settings.put(key, BY_KEY[key].parse(text))
        except BadValue as error:
            return str(error)
        except WorkbenchError as error:
            return str(error)
        self.kept.emit(key)
        return ""

    def done(self, result: int) -> None:
        """Keep what is being typed, then close."""
        flush_fields(self)
        super().done(result)
