"""Cells of a bureau's own workbook and what of an evaluation goes into them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Binding:
    """One cell that is filled: its sheet, row and column (from 1), what goes in, what already stands before it."""

    sheet: str
    row: int
    column: int
    content: str
    """``overview.project``, ``total``, ``fund.spent``, ``score@D11``, ``problem.title@1`` …"""
    prefix: str = ""
    """Text of the blank that stays in front, such as ``项目名称：``."""

    @property
    def place(self) -> tuple[int, int]:
        """Row and column."""
        return self.row, self.column

    @property
    def address(self) -> str:
        """``E12``."""
        letters, column = "", self.column
        while column:
            column, rest = divmod(column - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{letters}{self.row}"
