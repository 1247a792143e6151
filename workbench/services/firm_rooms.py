"""Where in the data folder a firm's own things lie, and how each is judged before it comes in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.compiler import compile_form
from workbench.errors import Fault, InputRefused, WorkbenchError
from workbench.exporters.bureau_forms import read_bureau_form
from workbench.exporters.layouts import Layouts
from workbench.exporters.outlines import read_outline
from workbench.importers.workbooks import read_workbook
from workbench.services import bureau_forms, own_checks
from workbench.services.catalog import OWN_FORMS, read_form
from workbench.services.checking import NATIONAL, PROFILES, load_limits
from workbench.services.exporting import use_base
from workbench.services.guarded import guarded
from workbench.services.own_checks import load_own_checks
from workbench.services.recording import OWN_REQUESTS, OWN_TOPICS, read_requests, read_topics
from workbench.services.survey_library import WEIGHTS, SurveyLibrary, read_weights

#: Folders of the data folder: outlines of reports, limits of the checks, lists of documents and of questions.
OWN_OUTLINES, OWN_PROFILES, OWN_LISTS = "提纲", "限值", "清单"
#: Layouts of score sheets, questionnaires with their weights, the .docx that Word reports are written on.
OWN_LAYOUTS, OWN_SURVEYS, OWN_BASES = "评分表样式", "问卷库", "Word底稿"


@dataclass(frozen=True, slots=True)
class Room:
    """One kind of thing that a firm has of its own."""

    label: str
    folder: str
    pattern: str
    """Which files of the folder belong to it; each thing is a file, or the folder that the file lies in."""
    judge: Callable[[Path, Path], str]
    """What the file at a path is called, with the program's resources at hand; raises :class:`WorkbenchError`."""
    named: frozenset[str] = frozenset()
    """The only names of files that are used, where not every name is."""

    @property
    def whole_folders(self) -> bool:
        """Whether a thing is a folder."""
        return "/" in self.pattern

    def things(self, data: Path) -> Mapping[str, Path]:
        """Name below ``data`` → path of every thing that lies there."""
        found = sorted((data / self.folder).glob(self.pattern))
        files = [path for path in found if not path.name.startswith(".") and path.is_file()]
        things = [path.parent if self.whole_folders else path for path in files]
        return {
            thing.relative_to(data).as_posix(): thing
            for thing in things
            if not self.named or thing.name in self.named
        }


def _form(path: Path, _resources: Path) -> str:
    return compile_form(read_form(path)).title


def _outline(path: Path, _resources: Path) -> str:
    return read_outline(path).label


def _layout(path: Path, _resources: Path) -> str:
    return Layouts(path.parent).load(path.stem).title or path.stem


def _survey(path: Path, resources: Path) -> str:
    library = SurveyLibrary(resources, path.parent)
    if path.name == WEIGHTS:
        return f"选项权重 {len(read_weights(path))} 套"
    library.entities(path.stem, lambda: "0")
    return next(one.title for one in library.questionnaires() if one.key == path.stem)


def base_document(path: Path, resources: Path) -> str:
    """Judge a .docx that Word reports shall be written on; what it is called."""
    guarded(use_base, path, resources / "fonts")
    return path.stem


def base_path(said: str, data: Path) -> Path | None:
    """Where the base document of the settings lies: a relative path counts from the data folder."""
    said = said.strip()
    return data / Path(said).expanduser() if said else None


def _profile(path: Path, resources: Path) -> str:
    load_limits(resources, path.stem, path.parent)
    program = resources / PROFILES / path.name
    return (
        "国家办法" if path.stem == NATIONAL else path.stem + ("" if program.is_file() else "（本单位另立）")
    )


def _list(path: Path, _resources: Path) -> str:
    count = len(read_requests(path) if path.name == OWN_REQUESTS else read_topics(path))
    if not count:
        raise WorkbenchError("empty-list", f"“{path.name}”里一项也没有。", "请补上，或不要放这个文件。")
    return f"{path.stem} {count} 项"


def _checks(path: Path, _resources: Path) -> str:
    found = load_own_checks([path.parent])
    faults = tuple(fault for fault in found.faults if fault.place.startswith(path.name))
    if faults:
        raise InputRefused(f"“{path.name}”不能使用。", faults)
    return path.stem


def _bureau_form(folder: Path, _resources: Path) -> str:
    form = read_bureau_form(folder / bureau_forms.BINDINGS)
    blank = form.blank
    if not blank.is_file() or hashlib.sha256(blank.read_bytes()).hexdigest() != form.sha256:
        raise InputRefused(
            f"表样“{form.title}”不能使用。", (Fault(blank.name, "空白表缺失，或与绑定时的不同。"),)
        )
    guarded(_sheets, blank)
    return form.title


def _sheets(blank: Path) -> int:
    return len(read_workbook(blank).sheets)


ROOMS: tuple[Room, ...] = (
    Room("指标体系", OWN_FORMS, "*.toml", _form),
    Room("报告提纲", OWN_OUTLINES, "*.toml", _outline),
    Room("评分表样式", OWN_LAYOUTS, "*.toml", _layout),
    Room("问卷库", OWN_SURVEYS, "*.toml", _survey),
    Room("Word 报告底稿", OWN_BASES, "*.docx", base_document),
    Room("核验限值与复核级次", OWN_PROFILES, "*.toml", _profile),
    Room("清单", OWN_LISTS, "*.toml", _list, frozenset({OWN_REQUESTS, OWN_TOPICS})),
    Room("本机构核验", own_checks.FOLDER, "*.toml", _checks),
    Room("财政局表样", bureau_forms.FOLDER, f"[!.]*/{bureau_forms.BINDINGS}", _bureau_form),
)
