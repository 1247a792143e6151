"""Draws the pictures of the help: the real screens, on the sample evaluation, without a display.

    python tools/help_pictures.py [name …]

Writes palette PNGs into resources/help/pictures; pages of the help name them. Nothing of the person's own
evaluations and settings is seen or touched.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget  # noqa: E402

from workbench.app import Front  # noqa: E402
from workbench.domain.evaluation import Evidence, Link  # noqa: E402
from workbench.domain.form_edits import Raw, put_param, put_rule  # noqa: E402
from workbench.paths import find_paths  # noqa: E402
from workbench.services.editing import Address  # noqa: E402
from workbench.services.moving import Moving  # noqa: E402
from workbench.ui.evidence_viewer import show_viewer  # noqa: E402
from workbench.ui.form_page import FormPage  # noqa: E402
from workbench.ui.outside_window import OutsideWindow  # noqa: E402
from workbench.ui.page_pictures import HEIGHT, WIDTH  # noqa: E402
from workbench.ui.pages import PAGES  # noqa: E402
from workbench.ui.records_page import RecordsPage  # noqa: E402
from workbench.ui.scoring_page import ScoringPage  # noqa: E402
from workbench.ui.settings_dialog import SettingsDialog  # noqa: E402
from workbench.ui.shortcuts_dialog import ShortcutsDialog  # noqa: E402
from workbench.ui.survey_page import RESULTS, SurveyPage  # noqa: E402
from workbench.ui.upkeep_card import UpkeepCard  # noqa: E402
from workbench.ui.workplace import Workplace  # noqa: E402

TARGET = ROOT / "resources" / "help" / "pictures"
#: A larger file would make every package larger for nothing.
MOST_BYTES = 80_000
#: Colours of a picture; text on plain grounds needs few.
COLOURS = (128, 64, 32)
SAMPLE, PRINTED = "qixia", "qixia-printed"
#: An indicator with a questionnaire behind it; the contract that proves a deduction.
INDICATOR, CONTRACT = "D11", "e-contract"
#: Workers and timers have been quiet for so long (ms), looked at so often.
_QUIET, _MOST_LOOKS = 150, 60
_DRAWN = 2500


class Screens:
    """One evaluation is open all the time: the sample as it is shipped."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._window = front.window
        self._window.resize(WIDTH, HEIGHT)
        self._window.show()

    def all(self) -> Mapping[str, Callable[[], QWidget]]:
        """Name of the picture → what brings the screen about; in an order in which none disturbs the next."""
        found: dict[str, Callable[[], QWidget]] = {"start": self._start, "outside": self._outside}
        for page in PAGES:
            found[page.key] = lambda key=page.key: self._page(key)  # type: ignore[misc]
        return found | {
            "derivation": self._derivation,
            "interviews": lambda: self._records("interview"),
            "site": lambda: self._records("site_record"),
            "region": self._region,
            "results": self._results,
            "template": self._template,
            "formula": self._formula,
            "shortcuts": lambda: self._dialog(
                ShortcutsDialog(self._front.theme, self._window.actions_book, self._window)
            ),
            "settings": lambda: self._dialog(
                SettingsDialog(self._front.theme, self._front.settings, self._window)
            ),
            "upkeep": self._upkeep,
            "about": self._about,
        }

    @property
    def _place(self) -> Workplace:
        if self._window.workplace is None:
            self._front.start.open_sample(SAMPLE)
        assert self._window.workplace is not None  # noqa: S101 - the sample can always be opened
        return self._window.workplace

    def _still(self, widget: QWidget, quiet: int = _QUIET) -> QWidget:
        """The widget once nothing moves any more; what child processes draw comes after ``quiet`` ms."""
        for _ in range(_MOST_LOOKS):
            loop = QEventLoop()
            QTimer.singleShot(quiet, loop.quit)
            loop.exec()
            if not self._front.tasks.running:
                break
        self._lay_out(widget)
        return widget

    def _lay_out(self, widget: QWidget) -> None:
        """Without a display rows whose words wrap learn their height only when they are given room anew."""
        size = widget.size()
        for wide in (size.width() - 40, size.width()):
            widget.resize(wide, size.height())
            QApplication.processEvents()

    def _upkeep(self) -> QWidget:
        front = self._front
        card = UpkeepCard(
            front.theme,
            front.alerts,
            front.tasks,
            front.parts.firm,
            front.parts.updating,
            Moving(front.catalog, front.settings),
        )
        dialog = SettingsDialog(front.theme, front.settings, self._window)
        dialog.add(card)
        return self._dialog(dialog)

    def _dialog(self, dialog: QDialog) -> QWidget:
        dialog.setModal(False)
        dialog.show()
        return self._still(dialog)

    def _start(self) -> QWidget:
        self._front.start.open_sample(SAMPLE)
        self._window.leave_session()
        return self._still(self._window)

    def _page(self, key: str) -> QWidget:
        kinds = next(page.kinds for page in PAGES if page.key == key)
        if "indicator" in kinds:
            self._place.navigate(Address("indicator", INDICATOR))
        elif key == "evidence":
            self._place.navigate(Address("evidence", self._contract().id))
        else:
            self._place.show_page(key)
        return self._still(
            self._window, _DRAWN if key in {"scoring", "evidence", "export", "records"} else _QUIET
        )

    def _contract(self) -> Evidence:
        table = self._place.context.session.evaluation.table(Evidence).values()
        return next(item for item in table if item.number == 1)

    def _derivation(self) -> QWidget:
        self._page("scoring")
        page = self._place.page("scoring")
        assert isinstance(page, ScoringPage)  # noqa: S101 - see the table of pages
        page.show_derivation()
        return self._still(next(child for child in page.findChildren(QDialog) if child.isVisible()))

    def _records(self, kind: str) -> QWidget:
        self._place.navigate(Address(kind, self._first(kind)))
        assert isinstance(self._place.page("records"), RecordsPage)  # noqa: S101
        return self._still(self._window)

    def _first(self, kind: str) -> str:
        return next(iter(self._place.context.session.evaluation.tables[kind]))

    def _region(self) -> QWidget:
        self._page("evidence")
        item = self._contract()
        links = self._place.context.session.evaluation.table(Link).values()
        link = next(one for one in links if one.from_id == item.id and one.place)
        viewer = show_viewer(self._place.context, self._window, item, place=link.place, link_id=link.id)
        assert viewer is not None  # noqa: S101 - the window has its services
        return self._still(viewer, _DRAWN)

    def _results(self) -> QWidget:
        for dialog in self._window.findChildren(QDialog):
            dialog.close()
        self._place.show_page("survey")
        page = self._place.page("survey")
        assert isinstance(page, SurveyPage)  # noqa: S101
        page.show_tab(RESULTS)
        return self._still(self._window)

    def _form(self) -> FormPage:
        self._place.show_page("form")
        page = self._place.page("form")
        assert isinstance(page, FormPage)  # noqa: S101
        return page

    def _template(self) -> QWidget:
        self._form().show_part("体系与模板")
        return self._still(self._window)

    def _formula(self) -> QWidget:
        page = self._form()
        page.show_part("指标")
        named = {"name": "知晓率", "value_kind": "比率", "source": "survey:aware"}

        def written(raw: Raw) -> Raw:
            formula = put_param(
                put_rule(raw, INDICATOR, "formula"), INDICATOR, "expression", "min(10, 知晓率 ÷ 96% × 10)"
            )
            return put_param(formula, INDICATOR, "variables", [named])

        page.editing.edit(written, "换计分方式", None)
        page.go_to(INDICATOR)
        return self._still(self._window)

    def _outside(self) -> QWidget:
        parts = self._front.parts
        folder = Path(parts.catalog.data) / ".来稿"
        folder.mkdir()
        made = parts.samples.create(PRINTED, parts.catalog, parent=folder)
        session = parts.catalog.open(made)
        try:
            sheet = folder / "来稿评分表.xlsx"
            parts.exporting.export(session, "score-sheet", sheet)
        finally:
            session.close()
        window = OutsideWindow(
            self._front.theme, self._front.alerts, self._front.tasks, parts.outside, self._window
        )
        window.show()
        window.set_files(sheet, None)
        window.run()
        return self._still(window)

    def _about(self) -> QWidget:
        shown = self._front.guide.show_about()
        facts = shown.facts
        usual = {facts[name]: text for name, text in _USUAL_FACTS.items()}
        for found in shown.findChildren(QLabel):
            found.setText(usual.get(found.text(), found.text()))
        shown.resize(900, 560)
        return self._still(shown)


#: What the window of 关于 says on somebody's machine; that of the machine that draws is nobody's business.
_USUAL_FACTS = {
    "系统": "Linux",
    "数据文件夹": "/home/pingjia/文档/现场评价工作台",
    "程序文件夹": "/opt/apps/org.workbench.evaluation/files/_internal",
}


def main(wanted: list[str]) -> int:
    """Draw the named pictures, or all of them; 1 when one is too large."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_DATA"] = folder
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        return draw(wanted)


def draw(wanted: list[str]) -> int:
    """Open the program as a person would, and keep a picture of each screen."""
    app = QApplication(["workbench"])
    front = Front(app, find_paths())
    screens = Screens(front)
    TARGET.mkdir(parents=True, exist_ok=True)
    too_large = []
    for name, show in screens.all().items():
        if wanted and name not in wanted:
            continue
        size = keep(show(), TARGET / f"{name}.png")
        print(f"{name}.png　{size // 1024} KB")
        if size > MOST_BYTES:
            too_large.append(name)
    front.window.close()
    front.tasks.stop_all()
    if too_large:
        print(f"超过 {MOST_BYTES // 1000} KB：{'、'.join(too_large)}")
    return 1 if too_large else 0


def keep(widget: QWidget, path: Path) -> int:
    """Save a picture of a widget with as many colours as the size allows; the size in bytes."""
    widget.grab().save(str(path), "PNG")
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    for colours in COLOURS:
        picture.quantize(colours, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            break
    return path.stat().st_size


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
