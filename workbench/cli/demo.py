"""The whole job without a window: sample evaluation, checks, score sheet, report, papers, pictures."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from workbench import files, paths, preflight
from workbench.cli.desk import Desk
from workbench.cli.findings import findings_lines
from workbench.cli.paper import written_file
from workbench.cli.showing import overview_lines, tree_lines
from workbench.domain.checks import Finding
from workbench.errors import WorkbenchError
from workbench.services.checking import Checking
from workbench.services.parts import Parts, Services, assemble
from workbench.services.session import Session

SAMPLE = "qixia"
#: What the picture of the scoring page shows: a rate from the questionnaire with its deduction.
SHOWN = "D11"
EVALUATIONS, PICTURES, FINDINGS = "示例评价", "窗口", "核验.txt"


def demo(desk: Desk, words: Namespace) -> int:
    """Do the main job on the sample evaluation and say where everything is; 3 when Qt lacks libraries.

    A second run uses the same evaluation, unless somebody has changed it (then a fresh one is made
    beside), and writes the files anew.
    """
    out = Path(words.out).expanduser().absolute()
    # The person's own evaluations are neither touched nor seen on the pictures.
    desk = Desk(assemble(paths.find_paths(), data=out / EVALUATIONS))
    folder = _sample_folder(desk.parts)
    session = desk.parts.catalog.open(folder)
    try:
        checking = desk.parts.checking(session)
        desk.say(*overview_lines(session.evaluation, session.scores), f"核验：{checking.counts}")
        desk.say("", f"评价　{folder}")
        for key, path in write_all(desk, session, out, checking.findings).items():
            desk.say(f"{desk.parts.exporting.kind(key).label}　{path}")
        desk.say(f"核验　{_write_findings(session, checking, out / FINDINGS)}")
    finally:
        session.close()
    # Nobody needs to see these windows, even where there is a display.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        drawn = draw(desk, folder, out / PICTURES)
    except MissingLibraries as missing:
        desk.hint(f"没有画窗口图片：{missing.what}")
        return preflight.EXIT_MISSING_LIBRARIES
    desk.say(*(f"窗口　{path}" for path in drawn))
    return 0


def write_all(desk: Desk, session: Session, out: Path, findings: Sequence[Finding]) -> dict[str, Path]:
    """Write every kind of file into a folder, named by its kind; key of the exporter → file."""
    return {
        exporter.key: written_file(
            desk, session, exporter.key, out / f"{exporter.label}{exporter.suffix}", findings
        ).path
        for exporter in desk.parts.exporting.kinds()
    }


class MissingLibraries(WorkbenchError):
    """Qt can't be loaded on this machine; ``what`` names the packages."""


def _sample_folder(parts: Parts) -> Path:
    """An evaluation that is exactly the sample: one from an earlier run, or a new one."""
    for listed in parts.catalog.list_evaluations():
        if not listed.fault and not listed.is_open and _is_untouched(parts, listed.folder):
            return listed.folder
    return parts.samples.create(SAMPLE, parts.catalog)


def _is_untouched(parts: Parts, folder: Path) -> bool:
    session = parts.catalog.open(folder)
    try:
        return parts.samples.is_fresh(SAMPLE, session, parts.catalog)
    finally:
        session.close()


def _write_findings(session: Session, checking: Checking, path: Path) -> Path:
    lines = [*overview_lines(session.evaluation, session.scores), ""]
    lines += [*tree_lines(session.evaluation.form, session.scores), ""]
    lines += findings_lines(checking)
    with files.told(path, "写核验结果"):
        files.write_beside(path, ("\n".join(lines) + "\n").encode("utf-8"))
    return path


def draw(desk: Desk, evaluation: Path, folder: Path) -> list[Path]:
    """Open the window on an evaluation and keep a picture of each page; raises :class:`MissingLibraries`."""
    ready = preflight.prepare_qt()
    if ready.missing:
        raise MissingLibraries("missing-libraries", ready.message, "")
    from workbench.ui.page_pictures import draw_pages
    from workbench.ui.start_page import StartPage

    parts = desk.parts

    def enter() -> tuple[Session, Services]:
        session = parts.catalog.open(evaluation)
        return session, parts.services_for(session)

    return draw_pages(
        enter,
        parts.resources / "fonts",
        folder,
        version=paths.program_version(),
        indicator=SHOWN,
        start=lambda theme, alerts: StartPage(theme, alerts, parts.catalog, parts.samples, lambda _: None),
    )
