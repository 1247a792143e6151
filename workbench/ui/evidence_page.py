"""佐证材料: all evidence of the evaluation, found, described, looked at, checked and imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.evaluation import EVIDENCE_KINDS, Evidence
from workbench.domain.evidence_use import evidence_label, provables
from workbench.services.attaching import AttachReport, EvidenceDamage, Target
from workbench.services.editing import Address
from workbench.services.session import Changed
from workbench.ui.context import Context
from workbench.ui.evidence_form import EvidenceForm
from workbench.ui.evidence_intake import EvidenceDrop, IntakeStrip, intake_of
from workbench.ui.evidence_model import Filter
from workbench.ui.evidence_table import EvidenceTable
from workbench.ui.folder_watch import WatchStrip, watch_of
from workbench.ui.inputs import ComboInput, LineInput
from workbench.ui.page import Page
from workbench.ui.preview_panel import PreviewPanel
from workbench.ui.search_palette import Find, SearchPalette
from workbench.ui.tasks import Task
from workbench.ui.theme import role
from workbench.ui.widgets import Card, KeyButton, clear, empty, label, link, scrolled

_MOST_USES = 12


class EvidencePage(Page):
    """Left the list with its filters, right the chosen items: preview, fields, where they are used."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._sides: tuple[QWidget, ...] = ()
        self._attaching = context.services.attaching
        self._intake = intake_of(context)
        self._checking: Task | None = None
        self.table = EvidenceTable(context)
        self.preview = PreviewPanel(context)
        self.form = EvidenceForm(context, self._attaching)
        self.strip = IntakeStrip(context, self._intake)
        self.watch = watch_of(context)
        self.watch_strip = WatchStrip(context, self.watch)
        self.count = label("", "soft")
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._halves.setContentsMargins(0, 0, 0, 0)
        self._halves.setSpacing(0)
        self._sides = (self._left(), self._right())
        for side, stretch in zip(self._sides, (5, 3), strict=True):
            self._halves.addWidget(side, stretch)
        EvidenceDrop(context, self, lambda: None)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self.table)
        paste.setContext(Qt.ShortcutContext.WidgetShortcut)
        paste.activated.connect(self.paste)
        self.table.chosen_changed.connect(self._on_chosen)
        self.table.open_requested.connect(self.preview.open_file)
        self.table.remove_requested.connect(self.remove_chosen)
        self.table.items.counted.connect(self._on_counted)
        if self._intake is not None:
            self._intake.settled.connect(self._on_settled)

    def minimumSizeHint(self) -> QSize:
        """The wider half: where both do not fit beside each other, they stand one below the other."""
        return QSize(max(self._widths()), self.context.theme.px(300))

    def _widths(self) -> list[int]:
        return [max(side.minimumSizeHint().width(), side.minimumWidth()) for side in self._sides]

    def event(self, event: QEvent) -> bool:
        """Large text on a small screen puts what is chosen below the list, whenever sizes are known anew."""
        done = super().event(event)
        if self._sides and event.type() in {QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.LayoutRequest}:
            beside = sum(self._widths()) <= self.width()
            way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
            if self._halves.direction() != way:
                self._halves.setDirection(way)
        return done

    def _left(self) -> QWidget:
        theme = self.context.theme
        self.search = QLineEdit()
        self.search.setPlaceholderText("按编号、名称、来源、备注查找")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._filter())
        self.kinds = ComboInput()
        self.kinds.setAccessibleName("类别")
        for words, kind in (("全部类别", None), *((kind, kind) for kind in EVIDENCE_KINDS), ("未分类", "")):
            self.kinds.addItem(words, kind)
        self.kinds.currentIndexChanged.connect(lambda _: self._filter())
        self.unused = QPushButton("只看未使用")
        self.unused.setCheckable(True)
        role(self.unused, "toggle")
        self.unused.toggled.connect(lambda _: self._filter())
        self.add_button = KeyButton(theme, "添加文件", "Ctrl O", primary=True)
        self.add_button.clicked.connect(lambda _=False: self.attach_files())
        self.folder_button = QPushButton("导入文件夹…")
        self.folder_button.clicked.connect(lambda _=False: self.import_folder())
        self.watch_button = QPushButton("监视…")
        self.watch_button.setToolTip("手机数据线、扫描仪的文件夹：新来的文件自动存入，原处文件不动")
        self.watch_button.clicked.connect(lambda _=False: self.watch_folder())
        self.check_button = QPushButton("核对文件")
        self.check_button.setToolTip("逐个读出已存的文件，找出缺失或被改动的")
        self.check_button.clicked.connect(lambda _=False: self.check_files())
        self.remove_button = QPushButton("删除")
        self.remove_button.clicked.connect(lambda _=False: self.remove_chosen())
        for button in (self.add_button, self.folder_button, self.watch_button, self.check_button):
            button.setEnabled(self._attaching is not None)
        finding = QHBoxLayout()
        finding.setSpacing(theme.px(8))
        finding.addWidget(self.search, 1)
        finding.addWidget(self.kinds)
        finding.addWidget(self.unused)
        doing = QHBoxLayout()
        doing.setSpacing(theme.px(8))
        for button in (
            self.add_button,
            self.folder_button,
            self.watch_button,
            self.check_button,
            self.remove_button,
        ):
            doing.addWidget(button)
        doing.addStretch(1)
        finding.addWidget(self.count)
        self._nothing = empty(
            theme, "还没有佐证材料。把照片、扫描件、表格或整个文件夹拖到这里，或按 Ctrl+O 选择文件。"
        )
        self._stack = QStackedLayout()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.px(16), theme.px(14), theme.px(8), theme.px(12))
        column.setSpacing(theme.px(8))
        column.addLayout(doing)
        column.addLayout(finding)
        column.addWidget(self.strip)
        column.addWidget(self.watch_strip)
        column.addLayout(self._stack, 1)
        return holder

    def _right(self) -> QWidget:
        theme = self.context.theme
        self.fields = Card(theme, "说明", " ")
        self.fields.body.addWidget(self.form)
        self.uses = Card(theme, "用于")
        self._uses = QGridLayout()
        self._uses.setSpacing(theme.px(4))
        self.link_button = link("＋ 用于指标、扣分、问题或记录…", self.choose_target)
        self.uses.body.addLayout(self._uses)
        self.uses.body.addWidget(self.link_button, 0, Qt.AlignmentFlag.AlignLeft)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.px(8), theme.px(14), theme.px(14), theme.px(12))
        column.setSpacing(theme.px(10))
        self.preview.view.setMinimumHeight(theme.px(190))
        column.addWidget(self.preview, 1)
        column.addWidget(self.uses)
        column.addWidget(self.fields)
        column.addWidget(self._numbering())
        area = scrolled(inner)
        area.setMinimumWidth(theme.px(330))
        area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        return area

    def _numbering(self) -> Card:
        """How indexes are made, and making them up for what was linked before."""
        card = Card(self.context.theme, "索引号编法", " ")
        self.scheme = LineInput()
        self.scheme.setAccessibleName("索引号编法")
        self.scheme.setToolTip("{指标} 指标编号　{序} 该指标下的序号　{佐证号}　{年度}；{序:2} 为两位")
        self.scheme.editingFinished.connect(self._put_scheme)
        self.scheme_hint = label("", "fault", wrap=True)
        self.scheme_hint.hide()
        self.index_button = QPushButton("补编未编的")
        self.index_button.setToolTip("给已关联指标而没有索引号的佐证编号；用过的号不再用")
        self.index_button.clicked.connect(lambda _=False: self.give_indexes())
        self.index_button.setEnabled(self._attaching is not None)
        row = QHBoxLayout()
        row.addWidget(self.scheme, 1)
        row.addWidget(self.index_button)
        card.body.addLayout(row)
        card.body.addWidget(self.scheme_hint)
        return card

    def _put_scheme(self) -> None:
        fault = self._attaching.put_index_scheme(self.scheme.text()) if self._attaching is not None else ""
        self.scheme_hint.setText(fault)
        self.scheme_hint.setVisible(bool(fault))

    def give_indexes(self) -> None:
        """Give what is linked and has no index one."""
        if self._attaching is not None:
            self._put_scheme()
            self.strip.say(f"补编索引号 {self._attaching.give_indexes()} 件。")

    # What the page shows.

    def reload(self) -> None:
        """Show the evidence as it stands."""
        if not self.scheme.hasFocus():
            self.scheme.setText(self.context.session.evaluation.overview.index_scheme)
        self.table.items.load(self.context.session.evaluation)
        self._on_chosen()

    def update_for(self, changed: Changed) -> None:
        """Only evidence and what it is linked to are shown here."""
        if changed.touches("evidence", "link", "deduction", "problem", "overview"):
            self.reload()

    def show_place(self, place: Address) -> None:
        """Choose an item, lifting the filter if it hides it, and put the cursor into the field."""
        if place.id and self.table.items.place_of(place.id) is None:
            self.search.clear()
            self.kinds.setCurrentIndex(0)
            self.unused.setChecked(False)
        self.table.choose([place.id] if place.id else [])
        if place.field:
            self.form.focus_field(place.field)
        else:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def actions_here(self) -> Mapping[str, Callable[[], None]]:
        """Files in by their keys."""
        if self._intake is None:
            return {}
        return {"attach_files": self.attach_files, "paste_evidence": self.paste}

    def _filter(self) -> None:
        kind = self.kinds.currentData()
        self.table.items.show_only(Filter(self.search.text(), kind, self.unused.isChecked()))

    def _on_counted(self, shown: int, total: int) -> None:
        self.count.setText(f"共 {total} 件" if shown == total else f"{shown} / {total} 件")
        self._stack.setCurrentWidget(self.table if total else self._nothing)

    def _on_chosen(self) -> None:
        items = self.table.chosen()
        self.form.show_items(items)
        self.remove_button.setEnabled(bool(items) and self._attaching is not None)
        self.fields.title.setText(f"说明（{len(items)} 件一起修改）" if len(items) > 1 else "说明")
        told = [items[0].taken[:16], items[0].taken_place] if len(items) == 1 else []
        self.fields.right.setText("　".join(part for part in told if part))
        current = self.table.currentIndex()
        at = current.row() if current.isValid() else -1
        shown = self.table.items.rows[at].item if 0 <= at < len(self.table.items.rows) else None
        if shown not in items:
            shown = items[0] if items else None
        self.preview.show_item(shown)
        self.preview.show_marks()
        self._show_uses(items)

    def _show_uses(self, items: list[Evidence]) -> None:
        clear(self._uses)
        self.link_button.setVisible(bool(items) and self._attaching is not None)
        if self._attaching is None or len(items) != 1:
            words = f"已选 {len(items)} 件。" if items else "选中一件佐证，查看它用在哪里。"
            self._uses.addWidget(label(words, "soft"), 0, 0)
            return
        uses = self._attaching.where_used(items[0])
        for n, use in enumerate(uses[:_MOST_USES]):
            go = link(use.label, partial(self.context.navigate, Address(use.kind, use.id)))
            off = link("×", partial(self._attaching.detach, items[0], (use.kind, use.id)))
            off.setAccessibleName(f"取消用于{use.label}")
            off.setToolTip("取消关联，材料仍在")
            self._uses.addWidget(go, n, 0, Qt.AlignmentFlag.AlignLeft)
            self._uses.addWidget(off, n, 1)
        if not uses:
            self._uses.addWidget(label("尚未用于任何指标、扣分或问题。", "soft"), 0, 0)
        elif len(uses) > _MOST_USES:
            self._uses.addWidget(label(f"……另有 {len(uses) - _MOST_USES} 处", "soft"), _MOST_USES, 0)
        self._uses.setColumnStretch(0, 1)

    # What a person does here.

    def attach_files(self) -> None:
        """Choose files to take in; what they prove is said afterwards."""
        if self._intake is not None:
            self._intake.choose(None)

    def import_folder(self) -> None:
        """Choose a folder, all files of which come in."""
        if self._intake is not None:
            self._intake.choose_folder(None)

    def watch_folder(self) -> None:
        """Choose a folder whose new files come in by themselves."""
        folder = self.context.alerts.choose_folder("选择要监视的文件夹")
        if folder is not None and self.watch is not None:
            self.watch.start(folder)

    def paste(self) -> None:
        """Take in what the clipboard holds."""
        if self._intake is not None:
            self._intake.paste(None)

    def remove_chosen(self) -> None:
        """Take the chosen items out; those in use only after asking."""
        items = self.table.chosen()
        if not items or self._attaching is None:
            return
        self.flush()
        uses = [use.label for item in items for use in self._attaching.where_used(item)]
        if uses:
            listed = "；".join(dict.fromkeys(uses[:6])) + ("……" if len(uses) > 6 else "")
            what = evidence_label(items[0]) if len(items) == 1 else f"这 {len(items)} 件佐证"
            if not self.context.alerts.ask(
                f"{what}正用于 {len(uses)} 处，仍要删除吗？",
                f"{listed}。\n删除后可以撤销，文件保留在评价文件夹中。",
                yes="删除",
            ):
                return
        self._attaching.remove(items)

    def choose_target(self) -> None:
        """Find an indicator, deduction, problem or record that the chosen items prove."""
        finds = [
            Find(each.words, each.beside, partial(self._link_to, (each.kind, each.id)))
            for each in provables(self.context.session.evaluation)
        ]
        SearchPalette(self.context.theme, finds, self).open()

    def _link_to(self, to: Target) -> None:
        if self._attaching is not None:
            self._attaching.link(self.table.chosen(), to)

    def check_files(self) -> None:
        """Read every file again in the background; a second press stops it."""
        if self._checking is not None:
            self._checking.cancel()
            return
        attaching = self._attaching
        if attaching is None:
            return
        items = list(self.context.session.evaluation.table(Evidence).values())
        self.check_button.setText("停止核对")
        self._checking = self.context.tasks.run(
            lambda progress: attaching.verify_files(items, progress),
            partial(self._on_checked, items),
            progress=self.strip.show_progress,
            cancelled=partial(self.strip.say, "核对已停止。"),
        )
        self._checking.over.connect(self._on_check_over)

    def _on_check_over(self, _: Task) -> None:
        self._checking = None
        self.check_button.setText("核对文件")

    def _on_checked(self, items: list[Evidence], found: list[EvidenceDamage]) -> None:
        total, checking = len(items), self.context.services.checking
        if checking is not None:
            checking.files_were_read([item.sha256 for item in items], [one.damage for one in found])
        if not found:
            self.strip.say(f"{total} 件佐证的文件均完好。")
            return
        self.strip.say(f"{len(found)} 件佐证的文件缺失或被改动。")
        lines = [f"· {line}" for line in found[:20]]
        if len(found) > 20:
            lines.append(f"……另有 {len(found) - 20} 件")
        self.context.alerts.warn(
            f"{total} 件佐证中有 {len(found)} 件的文件缺失或被改动。",
            "\n".join([*lines, "请从备份中找回，或重新存入同一文件。"]),
        )
        self.show_place(Address("evidence", found[0].evidence.id))

    def _on_settled(self, report: AttachReport) -> None:
        if self.isVisible():
            self.table.choose([item.id for item in report.items])
