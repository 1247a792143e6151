"""What a cell answers: an option by its label, number or letter, several of them, a number, a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.domain.amounts import NotANumber, parse_number
from workbench.domain.answers import Answer
from workbench.domain.asked import label_asks_words
from workbench.domain.evaluation import Option, Question
from workbench.importers.survey_columns import bare, option_text

#: How platforms and people write that nothing was answered.
BLANKS = frozenset(
    {"", "(空)", "（空）", "(跳过)", "（跳过）", "-3", "-2", "/", "-", "—", "——", "未答", "未作答"}
)
TICKED = frozenset({"1", "√", "✓", "✔", "☑", "是", "y", "yes", "true", "选中"})
NOT_TICKED = frozenset({"0", "否", "n", "no", "false", "未选中", "未选"})
_STRONG = re.compile(r"\s*[┋┆|\n;；]\s*")
_WEAK = re.compile(r"\s*([、,，/])\s*|\s{2,}")
_WRITTEN = re.compile(r"^(.*?)\s*[〖【\[](.*)[〗】\]]$", re.DOTALL)
_SHOWN = 30


class Impossible(ValueError):
    """A cell that answers nothing; the message is a Chinese clause without the cell's place."""


@dataclass(frozen=True, slots=True)
class _Labels:
    """How the options of a question may be written."""

    exact: dict[str, str]
    loose: dict[str, str]
    by_number: dict[str, str]
    words: str

    def find(self, text: str) -> str:
        """The id of an option, or nothing."""
        plain = text.strip()
        if plain in self.exact:
            return self.exact[plain]
        found = self.loose.get(bare(option_text(plain))) or self.loose.get(bare(plain))
        if found:
            return found
        number = plain.removesuffix(".0")
        return self.by_number.get(number.upper(), "")


class CellReader:
    """Reads the cells of one question. The same text is read once; ask :meth:`answer`."""

    def __init__(self, question: Question, options: Sequence[Option]) -> None:
        self._question = question
        loose: dict[str, str] = {}
        for option in options:
            loose.setdefault(bare(option_text(option.label)), option.id)
            loose.setdefault(bare(option.label), option.id)
        loose.pop("", None)
        numbers = {str(place): option.id for place, option in enumerate(options, start=1)}
        numbers |= {chr(64 + place): option.id for place, option in enumerate(options[:26], start=1)}
        self._labels = _Labels(
            {option.label.strip(): option.id for option in options},
            loose,
            numbers,
            "、".join(option.label for option in options),
        )
        self._known: dict[str, Answer | None] = {}

    def answer(self, text: str) -> Answer | None:
        """The answer of a cell, nothing for a blank one; raises :class:`Impossible`."""
        if text not in self._known:
            self._known[text] = self._read(text)
        return self._known[text]

    def _read(self, text: str) -> Answer | None:
        if text.strip() in BLANKS and text.strip() not in self._labels.exact:
            return None
        if text.startswith("#") and text.rstrip("!?").isupper():
            raise Impossible(f"单元格是错误值 {text[:_SHOWN]}")
        kind = self._question.kind
        if kind in {"单选", "量表"}:
            return self._one(text)
        if kind == "多选":
            return self._several(text)
        if kind == "数字":
            try:
                parse_number(text)
            except NotANumber as error:
                raise Impossible(f"“{text[:_SHOWN]}”不是数字") from error
        return Answer(text=text)

    def _one(self, text: str) -> Answer:
        found = self._labels.find(text)
        if found:
            return Answer((found,))
        worded = self._worded(text)
        if worded is not None:
            return Answer((worded[0],), worded[1])
        parts = [part for part in _STRONG.split(text) if part]
        if len(parts) > 1 and all(self._labels.find(part) for part in parts):
            raise Impossible(f"单选题有 {len(parts)} 个答案“{text[:_SHOWN]}”")
        raise Impossible(f"“{text[:_SHOWN]}”不是本题的选项（{self._labels.words[:60]}）")

    def _worded(self, text: str) -> tuple[str, str] | None:
        """An option with what was written beside it: ``其他〖增加座席〗``, ``其他：增加座席``."""
        written = _WRITTEN.match(text)
        if written and (found := self._labels.find(written[1])):
            return found, written[2].strip()
        label, sign, words = text.replace("：", ":", 1).partition(":")
        if sign and words.strip() and label_asks_words(label) and (found := self._labels.find(label)):
            return found, words.strip()
        return None

    def _several(self, text: str) -> Answer:
        chosen: list[str] = []
        said = ""
        for part in _STRONG.split(text):
            if not part:
                continue
            found = self._labels.find(part)
            worded = self._worded(part)
            if found:
                chosen.append(found)
            elif worded is not None:
                chosen.append(worded[0])
                said = worded[1]
            else:
                chosen += self._listed(part)
        return Answer(tuple(dict.fromkeys(chosen)), said)

    def _listed(self, text: str) -> list[str]:
        """Options with 、 or a comma between them, which may stand inside a label as well: longest first."""
        pieces = _WEAK.split(text)
        words, signs = pieces[::2], [sign or " " for sign in pieces[1::2]]
        found: list[str] = []
        start = 0
        while start < len(words):
            for end in range(len(words), start, -1):
                joined = words[start]
                for place in range(start + 1, end):
                    joined += signs[place - 1] + words[place]
                id_ = self._labels.find(joined)
                if id_:
                    found.append(id_)
                    start = end
                    break
            else:
                raise Impossible(f"“{words[start][:_SHOWN]}”不是本题的选项（{self._labels.words[:60]}）")
        return found


def ticked(text: str, label: str) -> bool | None:
    """Whether a column of one option is ticked in a cell; nothing for a blank one. Raises :class:`Impossible`."""
    plain = text.strip()
    if plain in BLANKS:
        return None
    folded = plain.casefold()
    if folded in TICKED or bare(option_text(plain)) == bare(option_text(label)):
        return True
    if folded in NOT_TICKED:
        return False
    written = _WRITTEN.match(plain)
    if written and bare(option_text(written[1])) == bare(option_text(label)):
        return True
    raise Impossible(f"“{plain[:_SHOWN]}”看不出是否勾选了“{label}”")
