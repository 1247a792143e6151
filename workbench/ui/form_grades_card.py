"""等级与取整: the bands of the form and how its scores are rounded; edits go into the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel

from workbench.domain.amounts import NotANumber, parse_number, show_plain
from workbench.domain.fields import FieldSpec
from workbench.domain.form_edits import CannotEdit
from workbench.domain.form_grades import (
    add_band,
    bands_of,
    move_band,
    put_rounding,
    remove_band,
    rename_band,
)
from workbench.services.form_editing import FormEditing
from workbench.ui.context import Context
from workbench.ui.fields import FieldEditor, editor_for
from workbench.ui.widgets import Card, clear, label, link

AT = {"indicator": "每个指标得分", "total": "只在总分"}
_NAME = FieldSpec("name", "等级名称", "line", required=True)
_LOWER = FieldSpec("lower", "下限（含）", "score", required=True)
_DIGITS = FieldSpec("digits", "小数位数", "count", required=True)
_AT = FieldSpec("at", "四舍五入", "choice", choices=tuple(AT.values()), required=True)


class FormGradesCard(Card):
    """One row for each band, the best first; the next better one ends it."""

    def __init__(self, context: Context, editing: FormEditing) -> None:
        super().__init__(context.theme, "等级与取整", "改动先进入草稿；各档含下限、不含上限")
        self._context, self._editing = context, editing
        self.editors: dict[tuple[int, str], FieldEditor] = {}
        self._ranges: list[QLabel] = []
        px = context.theme.px
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(px(8))
        self._grid.setVerticalSpacing(px(4))
        self._grid.setColumnStretch(2, 1)
        self.body.addLayout(self._grid)
        self.told = label("", "fault", wrap=True)
        self.told.hide()
        self.body.addWidget(self.told)
        self.add = link("＋ 添加等级", self._add)
        self.body.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        lines = QGridLayout()
        lines.setHorizontalSpacing(px(8))
        lines.setVerticalSpacing(px(5))
        lines.setColumnStretch(2, 1)
        self.digits = editor_for(_DIGITS, self._save_digits)
        self.at = editor_for(_AT, self._save_at)
        for line, editor in enumerate((self.at, self.digits)):
            caption = label(editor.field.label, "soft")
            caption.setBuddy(editor.input)
            lines.addWidget(caption, line, 0)
            lines.addWidget(editor, line, 1)
        self.body.addLayout(lines)

    def reload(self, origin: object = None) -> None:
        """Show bands and rounding of the draft; the field that is being typed in is left alone."""
        raw = self._editing.raw
        bands = bands_of(raw)
        if len(bands) != len(self._ranges):
            self._rebuild(len(bands))
        for (number, name), editor in self.editors.items():
            if editor is not origin:
                editor.show_text(_shown(bands[number], name))
        upper = str(raw.get("total", 100))
        for number, band in enumerate(bands):
            until = f"{upper} 分（含）" if number == 0 else f"{upper} 分"
            self._ranges[number].setText(f"{show_plain(parse_number(str(band['lower'])))} 至 {until}")
            upper = show_plain(parse_number(str(band["lower"])))
        rounding = {"digits": 2, "at": "indicator", **raw.get("rounding", {})}
        for editor, text in ((self.digits, str(rounding["digits"])), (self.at, AT[rounding["at"]])):
            if editor.address is None:
                editor.rebind(editor.field.name, text)
            elif editor is not origin:
                editor.show_text(text)

    def _rebuild(self, count: int) -> None:
        clear(self._grid)
        self.editors, self._ranges = {}, []
        bands = bands_of(self._editing.raw)
        for column, words in enumerate(("等级", "下限（含）", "范围") if count else ()):
            self._grid.addWidget(label(words, "small"), 0, column)
        for number in range(count):
            for column, field in enumerate((_NAME, _LOWER)):
                editor = editor_for(field, self._save_band)
                editor.rebind((number, field.name), _shown(bands[number], field.name))
                editor.input.setAccessibleName(f"第 {number + 1} 档{field.label}")
                editor.input.setMinimumWidth(self._context.theme.px(64))
                self._grid.addWidget(editor, number + 1, column, Qt.AlignmentFlag.AlignTop)
                self.editors[number, field.name] = editor
            told = label("", "soft", wrap=True)
            self._ranges.append(told)
            self._grid.addWidget(told, number + 1, 2)
            gone = link("删", partial(self._remove, number), plain=True)
            gone.setAccessibleName(f"删去第 {number + 1} 档")
            self._grid.addWidget(gone, number + 1, 3)

    def _edit(
        self, edited: Callable[[Mapping[str, Any]], Mapping[str, Any]], words: str, origin: object = None
    ) -> str:
        """Make one edit of the draft; what makes no sense is said, below the bands or to the field."""
        fault = ""
        try:
            self._editing.edit(edited, words, origin)
        except (CannotEdit, NotANumber) as error:
            fault = str(error)
        if origin is None:
            self.told.setText(fault)
            self.told.setVisible(bool(fault))
        return fault

    def _add(self) -> None:
        self._context.flush()
        if not self._edit(add_band, "添加等级"):
            first = self.editors.get((0, "name"))
            if first is not None:
                first.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, number: int) -> None:
        self._context.flush()
        self._edit(lambda raw: remove_band(raw, number), "删除等级")

    def _save_band(self, address: object, text: str, origin: object) -> str:
        number, name = address if isinstance(address, tuple) else (0, "")
        if name == "name":
            return self._edit(lambda raw: rename_band(raw, number, text), "修改等级名称", origin)
        return self._edit(lambda raw: move_band(raw, number, parse_number(text)), "修改等级下限", origin)

    def _save_digits(self, _: object, text: str, origin: object) -> str:
        said = text.strip()
        digits = int(said) if said.isascii() and said.isdigit() and len(said) < 3 else -1
        return self._edit(lambda raw: put_rounding(raw, digits=digits), "修改小数位数", origin)

    def _save_at(self, _: object, text: str, origin: object) -> str:
        at = next((key for key, words in AT.items() if words == text), "indicator")
        return self._edit(lambda raw: put_rounding(raw, at=at), "修改取整", origin)


def _shown(band: Mapping[str, Any], name: str) -> str:
    return show_plain(parse_number(str(band["lower"]))) if name == "lower" else str(band.get("name", ""))
