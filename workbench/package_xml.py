"""The XML inside an office file, read with suspicion: no DTD, a cap on every size, faults as sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from workbench.errors import WorkbenchError

#: Bytes taken from a part at once.
CHUNK = 64 * 1024
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read at most; anything beyond is refused with a sentence."""

    file_bytes: int = 64 * 2**20
    entries: int = 2_000
    part_bytes: int = 256 * 2**20
    total_bytes: int = 512 * 2**20
    text_chars: int = 40_000_000
    cells: int = 3_000_000
    rows: int = 200_000
    columns: int = 1_000
    """A filled cell further right than this is refused; empty ones are passed over."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of office file in the words that its faults are told with."""

    code: str
    noun: str
    suffix: str
    old: str
    program: str

    def unreadable(self, what: str, remedy: str = "") -> WorkbenchError:
        """The error for such a file that can't be read."""
        return WorkbenchError(
            self.code, what, remedy or f"请用{self.program}另存为新的 {self.suffix} 文件后重试。"
        )


WORKBOOK = FileKind("bad-workbook", "工作簿", ".xlsx", ".xls", "表格软件")
DOCUMENT = FileKind("bad-document", "Word 文档", ".docx", ".doc", "文字处理软件")


def unreadable(what: str, remedy: str = "") -> WorkbenchError:
    """The error for a workbook that can't be read."""
    return WORKBOOK.unreadable(what, remedy)


def plain_tag(tag: str) -> str:
    """A tag without its prefix."""
    return tag.rpartition(":")[2]


def whole(text: str | None) -> int:
    """A whole number of at most eight digits; -1 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else -1


def column(letters: str) -> int:
    """A column's letters as its number from 1: ``AB`` is 28."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def letters(column: int) -> str:
    """The letters of a column from 1: ``28`` is ``AB``."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def unescaped(text: str) -> str:
    """``_x000D_`` as Excel writes characters that XML can't hold → the character; unpaired halves stay out."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: _char(int(found[1], 16)), text)


def _char(code: int) -> str:
    return "\N{REPLACEMENT CHARACTER}" if 0xD800 <= code < 0xE000 else chr(code)


def guarded_parser(name: str, kind: FileKind = WORKBOOK) -> Any:
    """An XML parser that refuses every document type declaration, and so every entity."""
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = CHUNK
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> None:
        raise kind.unreadable(f"“{name}”含有不允许的内容（DTD），没有读取。")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def feed(parser: Any, data: bytes, final: bool, name: str, kind: FileKind = WORKBOOK) -> None:
    """Give the parser data; its errors become a sentence."""
    try:
        parser.Parse(data, final)
    except (expat.ExpatError, LookupError, ValueError) as error:  # or an encoding that nobody knows
        raise kind.unreadable(f"“{name}”的内容已损坏（{error}）。") from error
