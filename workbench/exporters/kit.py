"""What every exporter is handed, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.domain.sheet_numbers import SheetRange
from workbench.exporters.bureau_forms import BureauForm
from workbench.exporters.report_data import ReportData

#: Called with how many steps are done, of how many, and what is being done (Chinese); may raise to stop.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Kit:
    """Where exporters find what they need besides the data."""

    resources: Path
    """The folder with ``layouts/``, ``outlines/`` and ``fonts/``."""
    layout: str = ""
    """A layout other than the one of the form."""
    machine_fonts: bool = False
    """Whether faces that this machine has (仿宋, 楷体 …) go before the bundled ones; off, every machine prints alike."""
    base_document: Path | None = None
    """A firm's own .docx whose styles, margins, head and foot a Word report takes over."""
    bureau: BureauForm | None = None
    """The bureau's own workbook with its bindings, for the exporter that fills it."""

    sheets: SheetRange | None = None
    """Which questionnaire is printed as numbered sheets; without it every questionnaire once, unnumbered."""

    only: str = ""
    """The id of the one indicator that is wanted; empty for all."""

    locked: bool | None = None
    """Whether the formulas of a score sheet are locked; None leaves it to the layout."""

    without_empty: bool = False
    """Whether sheets beside the score table that have nothing to say are left out."""

    own_outlines: Path | None = None
    """The firm's own outlines; one of the same name goes before the program's."""

    own_layouts: Path | None = None
    """The firm's own layouts of score sheets, likewise."""

    def outline(self, key: str) -> Path:
        """The file of a report's outline; ``key`` may come from outside and never leads out of the folders."""
        name = f"{Path(key).name}.toml"
        own = self.own_outlines / name if self.own_outlines is not None else None
        return own if own is not None and own.is_file() else self.resources / "outlines" / name

    @property
    def layouts(self) -> Path:
        """The folder of the score sheets' layouts."""
        return self.resources / "layouts"

    @property
    def fonts(self) -> Path:
        """The folder of the bundled fonts."""
        return self.resources / "fonts"


@dataclass(frozen=True, slots=True)
class Written:
    """What an exporter has to say about its file: notices for the person, cells for reading it back."""

    notices: tuple[str, ...] = ()
    cells: Mapping[str, Mapping[tuple[int, int], str]] = field(default_factory=dict)
    """Expected text or number by sheet name and (row, column) from 1; empty for other files than workbooks."""


#: Writes one file: data, the path to write to, the kit, progress. Raises ``OSError`` and ``WorkbenchError``.
Write = Callable[[ReportData, Path, Kit, Progress], Written]


@dataclass(frozen=True, slots=True)
class Exporter:
    """One kind of file: its key for the command line, Chinese label, suffix with the dot, and writer."""

    key: str
    label: str
    suffix: str
    write: Write
    usual: bool = False
    """Whether most people want it each time: ticked when the list of files is first shown."""
    personal: bool = False
    """Whether it lists what single respondents said, or who typed and spoke: left out where that is asked."""
    based: bool = False
    """Whether it is written on the firm's base document where there is one."""
    group: str = "资料与记录"
    """The heading that it stands under in the list of files."""

    @property
    def document(self) -> str:
        """What it is called without the kind of file: ``评价报告`` of ``评价报告（Word）``."""
        return self.label.removesuffix("（Word）")
