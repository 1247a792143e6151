"""The walls of the house, kept by a machine."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import grimp
import pytest
from importlinter.cli import lint_imports

from tests.helpers import ROOT


@dataclass(frozen=True)
class Wall:
    """What may be imported, directly, only by the named modules and those inside them."""

    libraries: tuple[str, ...]
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        return f"{'+'.join(self.libraries)} only in {'+'.join(self.allowed)}"


@dataclass(frozen=True)
class Ban:
    """What one floor never imports, directly."""

    floor: str
    libraries: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.floor} without {'+'.join(self.libraries)}"


DOORS = ("workbench.app", "workbench.cli", "workbench.__main__")
WALLS = (
    Wall(("PySide6", "shiboken6"), ("workbench.ui", "workbench.app")),
    Wall(("sqlite3", "sqlite_utils"), ("workbench.store",)),
    Wall(("openpyxl", "reportlab", "docx"), ("workbench.exporters", "workbench.importers")),
    Wall(("cryptography",), ("workbench.store",)),
    Wall(("workbench.paths", "workbench.preflight"), DOORS),
)
BANS = (
    Ban("workbench.domain", ("os", "io", "pathlib", "time", "random", "threading", "logging")),
    Ban("workbench.ui", ("workbench.store", "workbench.exporters", "workbench.importers")),
)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("workbench", include_external_packages=True, cache_dir=None)


def _inside(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _imports(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    return sorted(
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    )


def test_imports_point_down(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])  # the linter adds to it
    # The linter sets up logging for itself, which would silence every logger that is there already.
    monkeypatch.setattr("logging.config.dictConfig", lambda _: None)
    status = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out


@pytest.mark.parametrize("wall", WALLS, ids=str)
def test_libraries_stay_behind_their_wall(wall: Wall, graph: grimp.ImportGraph) -> None:
    through = [
        f"{importer} imports {imported}"
        for importer, imported in _imports(graph)
        if _inside(imported, wall.libraries) and not _inside(importer, (*wall.allowed, *wall.libraries))
    ]
    assert not through


@pytest.mark.parametrize("ban", BANS, ids=str)
def test_floors_stay_pure(ban: Ban, graph: grimp.ImportGraph) -> None:
    banned = [
        f"{importer} imports {imported}"
        for importer, imported in _imports(graph)
        if _inside(importer, (ban.floor,)) and _inside(imported, ban.libraries)
    ]
    assert not banned


def test_the_walls_see_an_import() -> None:
    graph = grimp.ImportGraph()
    graph.add_import(importer="workbench.ui.page", imported="sqlite3")
    graph.add_import(importer="workbench.domain.form", imported="os")
    with pytest.raises(AssertionError, match=r"workbench\.ui\.page imports sqlite3"):
        test_libraries_stay_behind_their_wall(WALLS[1], graph)
    with pytest.raises(AssertionError, match=r"workbench\.domain\.form imports os"):
        test_floors_stay_pure(BANS[0], graph)
