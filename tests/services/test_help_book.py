"""The offline help names only pages, actions and keys that there are; its lists are complete."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench.domain.checks import CATALOGUE, Severity
from workbench.domain.rules.base import rule_types
from workbench.services.help_book import HelpBook, Shown
from workbench.services.settings import SETTINGS
from workbench.ui.actions import ACTIONS, shown_keys
from workbench.ui.pages import PAGES

FOLDER = ROOT / "resources" / "help"
SHOWN = [
    Shown(spec.name, spec.text.removesuffix("…"), tuple(map(shown_keys, spec.keys)), spec.menu)
    for spec in ACTIONS
]
#: Keys that are not actions of the window: of tables, sheets, lists, and of the help itself.
OTHER_KEYS = {
    "Enter",
    "Tab",
    "Shift Tab",
    "Esc",
    "F2",
    "Ctrl F",
    "Alt ←",
    "Alt →",
    "Alt",
    "↑",
    "↓",
    "+",
    "/",
    "0",
}
_KEY = re.compile(r"`((?:Ctrl|Alt|Shift|F\d|Esc|Tab|Enter)[^`]*)`")


@pytest.fixture(scope="module")
def book() -> HelpBook:
    return HelpBook(FOLDER, SHOWN)


def test_nothing_is_named_that_does_not_exist(book: HelpBook) -> None:
    assert book.faults == []


def test_every_page_of_the_window_has_its_help(book: HelpBook) -> None:
    missing = [spec.key for spec in PAGES if spec.key not in book]
    assert missing == []
    assert {spec.key: book[spec.key].title for spec in PAGES} == {spec.key: spec.label for spec in PAGES}
    listed = {page.key for page in book.pages}
    assert {path.stem for path in FOLDER.glob("*.md")} == listed


def test_every_key_in_the_help_does_something(book: HelpBook) -> None:
    known = {key for shown in SHOWN for key in shown.keys} | OTHER_KEYS
    unknown = {(page.key, key) for page in book.pages for key in _KEY.findall(page.text)} - {
        (page.key, key) for page in book.pages for key in known
    }
    assert unknown == set()


def test_links_lead_to_pages(book: HelpBook) -> None:
    for page in book.pages:
        for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", page.text):
            assert target in book, (page.key, target)


def test_a_mark_that_names_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "contents.toml").write_text('[[group]]\ntitle = "一"\npages = ["a"]\n', encoding="utf-8")
    (tmp_path / "a.md").write_text("# 甲\n{key:gone} {page:none} {key:help}\n{{nothing}}\n", encoding="utf-8")
    book = HelpBook(tmp_path, SHOWN)
    assert len(book.faults) == 3
    assert "`F1`" in book["a"].text


def test_every_kind_of_rule_has_an_example_that_gives_points(book: HelpBook) -> None:
    rows = tomllib.loads((FOLDER / "rule_examples.toml").read_text(encoding="utf-8"))["rule"]
    assert [row["kind"] for row in rows] == list(dict.fromkeys(row["kind"] for row in rows))
    assert {row["kind"] for row in rows} == set(rule_types())
    text = book["rules"].text
    for rule_type in rule_types().values():
        assert f"## {rule_type.label}（{rule_type.kind}）" in text
    assert "得 **—** 分" not in text
    assert "86.50% ÷ 96.00% × 10 = 9.010416…" in text
    assert "得 **9.01** 分" in text


def test_every_check_is_explained_with_the_levels_it_has(book: HelpBook) -> None:
    rows = {
        row["code"]: row
        for row in tomllib.loads((FOLDER / "check_words.toml").read_text(encoding="utf-8"))["check"]
    }
    assert set(rows) == set(CATALOGUE)
    assert {code: set(row["levels"]) for code, row in rows.items()} == _levels()
    assert all(row["what"] and row["remedy"] and row["source"] for row in rows.values())
    for code, title in CATALOGUE.items():
        assert f"## {code}　{title}" in book["catalogue"].text


def _levels() -> dict[str, set[str]]:
    """The levels that the functions of each code can say, read from their source."""
    found: dict[str, set[str]] = {code: set() for code in CATALOGUE}
    labels = {"error": Severity.ERROR, "warning": Severity.WARNING, "notice": Severity.NOTICE}
    for path in (ROOT / "workbench" / "domain" / "checks").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for function in functions.values():
            for code in _codes(function):
                for node in _reached(function, functions):
                    if code in found and isinstance(node, ast.Attribute) and node.attr in labels:
                        found[code].add(labels[node.attr].label)
    return found


def _codes(function: ast.FunctionDef) -> Iterator[str]:
    """Of a check, and of a function that makes a spot of its own."""
    spots = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    named = [node for node in spots if isinstance(node.func, ast.Name) and node.func.id == "Spot"]
    for call in (*function.decorator_list, *named):
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)


def _reached(function: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> Iterator[ast.AST]:
    """The nodes of a function and of those of its module that it calls."""
    seen, waiting = set(), [function]
    while waiting:
        one = waiting.pop()
        seen.add(one.name)
        for node in ast.walk(one):
            yield node
            if isinstance(node, ast.Name) and node.id in functions and node.id not in seen:
                waiting.append(functions[node.id])


def test_every_shown_setting_is_explained(book: HelpBook) -> None:
    text = book["settings"].text
    for setting in SETTINGS:
        if setting.shown:
            assert f"| {setting.label} | " in text
            assert setting.hint or setting.choices, setting.key


def test_search_finds_titles_before_headings_before_text(book: HelpBook) -> None:
    hits = book.find("核验")
    assert [hit.page.key for hit in hits[:2]] == ["checks", "catalogue"]
    assert book.find("同步盘")[0].page.key == "questions"
    assert book.find("同步盘")[0].heading.startswith("能放在同步盘")
    (hit,) = book.find("盲录 差错率")
    assert (hit.page.key, hit.heading) == ("survey", "逐份录入")
    assert "盲录" in hit.excerpt
    assert book.find("   ") == []
    assert book.find("绝无此词") == []


def test_every_page_shows_a_picture_that_was_drawn_and_is_small(book: HelpBook) -> None:
    without = {page.key for page in book.pages if not page.pictures}
    assert without == {"questions"}
    named = {picture for page in book.pages for picture in page.pictures}
    drawn = {f"pictures/{path.name}" for path in (FOLDER / "pictures").glob("*.png")}
    assert named == drawn, "make help-pictures"
    large = {path.name for path in (FOLDER / "pictures").glob("*.png") if path.stat().st_size > 80_000}
    assert large == set()
