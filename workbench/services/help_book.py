"""The offline help: pages of Markdown in ``resources/help``, completed from the program's own tables, and searched.

A page may hold marks that are filled in when the book is read, so that it can't name what is gone:
``{key:finish_indicator}`` the key of an action, ``{action:finish_indicator}`` its words,
``{page:scoring}`` a link to another page of the help; a line ``{{rules}}``, ``{{checks}}``, ``{{keys}}`` or
``{{settings}}`` stands for a list made from the registry of that name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.services import help_lists

CONTENTS = "contents.toml"
MARK = re.compile(r"\{(key|action|page):([\w-]+)\}")
_LIST = re.compile(r"^\{\{(\w+)\}\}$", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,3}) (.+)$")
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EXCERPT = 46


@dataclass(frozen=True, slots=True)
class Shown:
    """What an action is called and the keys it has, as the window shows them."""

    name: str
    words: str
    keys: tuple[str, ...]
    group: str


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One page, complete: its key, title, the group it is listed in, its Markdown."""

    key: str
    title: str
    group: str
    text: str

    @property
    def pictures(self) -> tuple[str, ...]:
        """The files of its pictures, below the folder of the help."""
        return tuple(_PICTURE.findall(self.text))


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where searched words stand: page, the heading above (empty at the top), some words around."""

    page: HelpPage
    heading: str
    excerpt: str


class HelpBook:
    """Every page of the help, read once. ``faults`` says which marks name what does not exist."""

    def __init__(self, folder: Path, actions: Iterable[Shown]) -> None:
        """Read the pages that ``contents.toml`` lists; ``actions`` are those of the window."""
        self.folder = folder
        self.faults: list[str] = []
        self._actions = {one.name: one for one in actions}
        contents = tomllib.loads((folder / CONTENTS).read_text(encoding="utf-8"))
        texts = {
            key: (str(group["title"]), (folder / f"{key}.md").read_text(encoding="utf-8"))
            for group in contents["group"]
            for key in group["pages"]
        }
        self._titles = {key: _title(text) for key, (_, text) in texts.items()}
        self.pages = tuple(
            HelpPage(key, self._titles[key], group, self._filled(key, text))
            for key, (group, text) in texts.items()
        )
        self._by_key = {page.key: page for page in self.pages}

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __getitem__(self, key: str) -> HelpPage:
        return self._by_key[key]

    def find(self, words: str) -> list[Hit]:
        """Where every one of the words stands together: titles first, then headings, then paragraphs."""
        parts = [part.casefold() for part in words.split()]
        if not parts:
            return []
        found: list[tuple[int, int, Hit]] = []
        for order, page in enumerate(self.pages):
            seen = set()
            for heading, line in _lines(page.text):
                whole = f"{page.title} {heading} {line}".casefold()
                if heading in seen or not all(part in whole for part in parts):
                    continue
                seen.add(heading)
                in_title = all(part in page.title.casefold() for part in parts)
                rank = 0 if in_title else 1 if all(part in heading.casefold() for part in parts) else 2
                found.append((rank, order, Hit(page, heading, _excerpt(line, parts))))
                if in_title:
                    break
        return [hit for _, _, hit in sorted(found, key=lambda one: one[:2])]

    def _filled(self, key: str, text: str) -> str:
        lists: Mapping[str, Callable[[], str]] = {
            "rules": lambda: help_lists.rules(self.folder),
            "checks": lambda: help_lists.checks(self.folder),
            "keys": self._keys,
            "settings": help_lists.settings,
        }

        def listed(found: re.Match[str]) -> str:
            if found[1] not in lists:
                self.faults.append(f"{key}：没有名为“{found[1]}”的清单")
                return ""
            return lists[found[1]]()

        return MARK.sub(lambda found: self._mark(key, found[1], found[2]), _LIST.sub(listed, text))

    def _mark(self, key: str, kind: str, name: str) -> str:
        if kind == "page":
            if name in self._titles:
                return f"[{self._titles[name]}]({name})"
            self.faults.append(f"{key}：没有名为“{name}”的页")
            return ""
        action = self._actions.get(name)
        if action is None or (kind == "key" and not action.keys):
            self.faults.append(f"{key}：没有名为“{name}”的操作，或它没有快捷键")
            return ""
        return f"`{action.keys[0]}`" if kind == "key" else action.words

    def _keys(self) -> str:
        groups: dict[str, list[Shown]] = {}
        for action in self._actions.values():
            if action.keys:
                groups.setdefault(action.group, []).append(action)
        return "\n\n".join(_keys_of(group, actions) for group, actions in groups.items())


def _keys_of(group: str, actions: Sequence[Shown]) -> str:
    rows = [f"| {one.words} | {'、'.join(f'`{key}`' for key in one.keys)} |" for one in actions]
    return "\n".join([f"## {group}", "", "| 操作 | 按键 |", "| --- | --- |", *rows])


def _title(text: str) -> str:
    return text.lstrip().partition("\n")[0].removeprefix("# ").strip()


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Every line with the heading above it, without the signs of Markdown."""
    heading = ""
    for line in text.splitlines():
        if found := _HEADING.match(line):
            heading = found[2] if len(found[1]) > 1 else ""
            yield heading, ""
        elif line.strip() and not line.startswith(("![", "| ---")):
            yield heading, _plain(line)


def _plain(line: str) -> str:
    return _LINK.sub(r"\1", line).strip("|>*- ").replace("`", "").replace("**", "").replace(" | ", "　")


def _excerpt(line: str, parts: Sequence[str]) -> str:
    at = min((line.casefold().find(part) for part in parts if part in line.casefold()), default=0)
    start = max(at - _EXCERPT // 3, 0)
    cut = line[start : start + _EXCERPT]
    return f"{'…' if start else ''}{cut}{'…' if start + _EXCERPT < len(line) else ''}"
