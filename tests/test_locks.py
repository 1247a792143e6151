"""What is installed is pinned, hashed and named without a place to fetch it from."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.helpers import ROOT, source_files

RUNTIME = ROOT / "requirements.lock.txt"
DEVELOPMENT = ROOT / "requirements-dev.lock.txt"
BUILD = ROOT / "requirements-build.lock.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Written in parts, so that this file does not name them either.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        *(("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("npmmirror", "com")),
        *(("deb", "debian", "org"), ("tsinghua", "edu"), ("mirrors", "aliyun"), ("anaconda", "org")),
    )
)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(lock: Path) -> dict[tuple[str, str], str]:
    """(name, marker) → version of each entry of a lock."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    pins = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        entry = re.fullmatch(
            r"([\w.-]+)==(\S+?)\s*(?:;\s*(.*?))?\s*((?:--hash=sha256:[0-9a-f]{64}\s*)+)", line
        )
        assert entry, f"{lock.name}: not a pinned, hashed entry: {line[:80]}"
        pins[_normal(entry[1]), entry[3] or ""] = entry[2]
    return pins


def _names(lock: Path) -> set[str]:
    return {name for name, _marker in _pins(lock)}


def _declared(requirements: list[str]) -> set[str]:
    return {
        _normal(re.split(r"[^\w.-]", requirement, maxsplit=1)[0].rstrip("=<>"))
        for requirement in requirements
    }


def _imported(folder: str) -> set[str]:
    """The top-level names imported by the modules of a folder."""
    found = set()
    for module in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_bytes())):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT, BUILD], ids=lambda lock: lock.name)
def test_a_lock_names_no_place_to_fetch_from(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.findall(r"://|--[a-z-]*index|--find-links|--trusted-host| @ ", text)


def test_everything_declared_is_locked() -> None:
    dependencies = _declared(PROJECT["project"]["dependencies"])
    assert "pyside6-essentials" in dependencies
    assert dependencies <= _names(RUNTIME)
    assert _declared(PROJECT["dependency-groups"]["dev"]) <= _names(DEVELOPMENT)


def test_tests_run_with_what_is_shipped() -> None:
    assert _pins(RUNTIME).items() <= _pins(DEVELOPMENT).items()


def test_packages_are_built_from_what_is_tested() -> None:
    assert _pins(RUNTIME).items() <= _pins(BUILD).items()
    assert "pyinstaller" in _names(BUILD)


@pytest.mark.parametrize(
    ("folder", "lock"), [("workbench", RUNTIME), ("tools", DEVELOPMENT), ("tests", DEVELOPMENT)]
)
def test_everything_imported_is_locked(folder: str, lock: Path) -> None:
    of = packages_distributions()
    own = {"workbench", "tests", *(path.stem for path in (ROOT / "tools").glob("*.py"))}
    unlocked = {
        name
        for name in _imported(folder) - sys.stdlib_module_names - own
        if not {_normal(distribution) for distribution in of.get(name, ())} & _names(lock)
    }
    assert not unlocked


def test_the_licence_list_knows_everything_locked() -> None:
    listed = (ROOT / "THIRD_PARTY_LICENSES.md").read_text(encoding="utf-8")
    rows = {
        _normal(name): versions.split("、")
        for name, versions in re.findall(r"^\| (\S+) \| (\S+) \|", listed, re.MULTILINE)
    }
    outdated = {
        f"{name} {version}"
        for (name, _marker), version in _pins(DEVELOPMENT).items()
        if version not in rows.get(name, ())
    }
    assert not outdated, "run: make licences"


def test_no_source_names_a_registry_host() -> None:
    naming = []
    for path in source_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # fonts, pictures
        naming += [f"{path.relative_to(ROOT)}: {host}" for host in REGISTRY_HOSTS if host in text]
    assert not naming


def test_the_version_is_written_in_one_place() -> None:
    version = re.compile(rf"(?<![\d.]){re.escape(PROJECT['project']['version'])}(?![\d.])|\b__version__\b")
    programs = [path for path in source_files() if path.suffix in {".py", ".spec", ".nsi", ".sh", ".iss"}]
    repeated = [
        str(path.relative_to(ROOT))
        for path in programs
        if path != Path(__file__) and version.search(path.read_text(encoding="utf-8"))
    ]
    assert not repeated
