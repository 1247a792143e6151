"""What a front door builds once and hands on: settings, catalog, samples and the other services."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from workbench.domain.compiler import compile_form
from workbench.installs import UNKNOWN, Install
from workbench.services.archiving import Archiving
from workbench.services.attaching import Attaching
from workbench.services.authoring import Authoring
from workbench.services.bureau_forms import BureauForms
from workbench.services.catalog import Catalog
from workbench.services.chapters import Chapters
from workbench.services.checking import Checking, load_limits
from workbench.services.cutting import PicturesForPaper
from workbench.services.evidence_files import EvidenceFiles
from workbench.services.exporting import Exporting
from workbench.services.firm_defaults import FirmDefaults
from workbench.services.firm_rooms import (
    OWN_LAYOUTS,
    OWN_LISTS,
    OWN_OUTLINES,
    OWN_PROFILES,
    OWN_SURVEYS,
    base_path,
)
from workbench.services.importing import Importing
from workbench.services.outside_sheets import OutsideSheets
from workbench.services.own_checks import load_own_checks, own_check_folders
from workbench.services.passwords import Passwords
from workbench.services.pictures import Pictures
from workbench.services.previewing import Previewing
from workbench.services.recording import Recording
from workbench.services.redacting import Redacting
from workbench.services.reviewing import Reviewing
from workbench.services.safekeeping import Safekeeping
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.services.settings import Settings
from workbench.services.survey_files import SurveyFiles
from workbench.services.survey_library import SurveyLibrary
from workbench.services.surveying import Surveying
from workbench.services.updating import Updating
from workbench.services.watching import Watching
from workbench.store.evaluations import SAFELY, EvaluationStore, Keeping
from workbench.store.locked_file import DataKey


class Folders(Protocol):
    """The folders of one run, as :func:`workbench.paths.find_paths` finds them."""

    @property
    def forms(self) -> Path:
        """The indicator systems that the program carries."""

    @property
    def resources(self) -> Path:
        """Layouts, outlines, samples, fonts."""

    @property
    def data(self) -> Path:
        """The evaluations, unless the settings name another folder."""

    @property
    def settings(self) -> Path:
        """The file of the user's settings."""

    @property
    def cache(self) -> Path:
        """What can be made again: thumbnails and previews."""


@dataclass(frozen=True)
class Services:
    """What an evaluator can do with the open evaluation; one field per service."""

    attaching: Attaching | None = None
    """Evidence in and out; without it (an evaluation that is only looked at) nothing can be attached."""
    pictures: Pictures | None = None
    """Thumbnails and previews; without it items are shown by their kind in words."""
    redacting: Redacting | None = None
    """Redacted copies; without it none can be made."""
    watching: Watching | None = None
    """Which folder is watched for new files; without it none is remembered."""
    checking: Checking | None = None
    """The findings; without it none are shown."""
    exporting: Exporting | None = None
    """Files for people; without it nothing can be exported."""
    importing: Importing | None = None
    """Working papers back in."""
    surveying: Surveying | None = None
    """Questionnaires: ways in, sheets, double entry; without it they are only looked at."""
    survey_files: SurveyFiles | None = None
    """Answers from files of survey platforms."""
    recording: Recording | None = None
    """Requests, interviews, visits and samples; without it lists and outlines can't be applied."""
    chapters: Chapters | None = None
    """The chapters of the report; without it their texts can't be worked on."""
    previewing: Previewing | None = None
    """Exports as pages, before they are written; without it they are only written."""
    archiving: Archiving | None = None
    """Archives to be handed over; without it none can be made."""
    bureau: BureauForms | None = None
    """The bureau's own workbooks, kept with their bindings."""
    authoring: Authoring | None = None
    """Indicator systems from and to Excel, and the user's own; without it a form can only be edited."""
    reviewing: Reviewing | None = None
    """Sign-offs of the internal review."""
    settings: Settings | None = None
    """The user's settings; without them nothing is remembered beyond the evaluation."""
    folder: Path | None = None
    """Where the evaluation lies; exports go below it unless another folder is chosen."""
    key: DataKey | None = None
    """Of a locked evaluation: what is written about it beside it is locked too."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The services of one run, joined."""

    settings: Settings
    catalog: Catalog
    samples: Samples
    resources: Path
    cache: Path
    exporting: Exporting
    importing: Importing
    authoring: Authoring
    today: Callable[[], date]
    """The day on this machine."""
    bureau: BureauForms
    archiving: Archiving
    outside: OutsideSheets
    survey_memory: Path
    """Where it is remembered what the columns of survey files meant."""
    safekeeping: Safekeeping
    chapters: Chapters
    firm: FirmDefaults
    """What the firm has made its own, from and to one file."""
    updating: Updating
    """Newer versions of the program from a file."""
    passwords: Passwords
    """Passwords of evaluations."""

    def checking(self, session: Session) -> Checking:
        """The checks of an open evaluation, with the limits of its form's profile."""
        form = session.evaluation.form
        limits = load_limits(self.resources, form.profile, self.catalog.data / OWN_PROFILES)
        if not limits.annexes:
            limits = replace(limits, annexes=self.exporting.annex_titles(form.outline))
        own = load_own_checks(own_check_folders(self.resources, self.catalog.data))
        stored = session.memory
        files = EvidenceFiles(stored.vault()) if isinstance(stored, EvaluationStore) else None
        return Checking(session, limits, today=self.today(), own=own, files=files)

    def services_for(self, session: Session) -> Services:
        """What can be done with an open evaluation; its store is joined to the services here."""
        checking = self.checking(session)
        recording = Recording(
            session,
            self.resources,
            self.today,
            lambda: self.settings.text("evaluator").strip(),
            self.catalog.data / OWN_LISTS,
        )
        reviewing = Reviewing(session, checking.limits.review_levels, self.today)
        surveying = Surveying(
            session, self.today, SurveyLibrary(self.resources, self.catalog.data / OWN_SURVEYS)
        )
        survey_files = SurveyFiles(session, self.survey_memory)
        if not isinstance(session.memory, EvaluationStore):
            return Services(
                checking=checking,
                exporting=self.exporting,
                importing=self.importing,
                recording=recording,
                authoring=self.authoring,
                reviewing=reviewing,
                surveying=surveying,
                settings=self.settings,
                survey_files=survey_files,
            )
        vault = session.memory.vault()
        pictures = Pictures(vault, self.cache)
        session.when_closed(pictures.close)
        attaching = Attaching(session, vault)
        font = self.resources / "fonts" / "NotoSansSC-Regular.ttf"
        return Services(
            attaching=attaching,
            pictures=pictures,
            redacting=Redacting(session, attaching, pictures, font),
            watching=Watching(self.settings, session),
            checking=checking,
            exporting=self.exporting,
            importing=self.importing,
            recording=recording,
            reviewing=reviewing,
            bureau=self.bureau,
            authoring=self.authoring,
            archiving=self.archiving,
            surveying=surveying,
            survey_files=survey_files,
            previewing=Previewing(self.exporting, self.cache),
            chapters=self.chapters,
            settings=self.settings,
            folder=session.memory.folder,
            key=session.memory.key,
        )


def local_now() -> datetime:
    """The laptop's time with its zone."""
    return datetime.now().astimezone()


def assemble(
    folders: Folders,
    *,
    data: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = local_now,
    keeping: Keeping = SAFELY,
    install: Install = UNKNOWN,
) -> Parts:
    """Join the services for these folders; nothing is written yet.

    ``data`` is where the evaluations are, whatever folders and settings say.
    """
    settings = Settings(folders.settings)
    chosen = settings.text("data_folder").strip()
    usual = Path(chosen).expanduser() if chosen else folders.data
    catalog = Catalog(
        folders.forms,
        data or usual,
        compile_form=compile_form,
        clock=clock,
        now=now,
        author=lambda: settings.text("evaluator"),
        keeping=keeping,
    )
    exporting = Exporting(
        folders.resources,
        now,
        machine_fonts=True,
        sights=PicturesForPaper(folders.cache),
        author=lambda: settings.text("evaluator"),
        own=(data or usual) / OWN_OUTLINES,
        own_layouts=(data or usual) / OWN_LAYOUTS,
        base_document=lambda: str(base_path(settings.text("base_document"), data or usual) or ""),
        scheme=lambda: settings.text("name_scheme"),
    )
    return Parts(
        settings,
        catalog,
        Samples(folders.resources / "samples"),
        folders.resources,
        folders.cache,
        exporting,
        Importing(compile_form),
        Authoring(catalog, folders.resources),
        lambda: now().date(),
        BureauForms(data or usual, folders.resources),
        Archiving(exporting, now, firm_key=lambda: settings.text("firm_key"), scratch=data or usual),
        OutsideSheets(folders.resources, now),
        folders.settings.with_name(f"{folders.settings.stem}-survey-files.json"),
        Safekeeping(settings, now),
        Chapters(folders.resources, now, (data or usual) / OWN_OUTLINES),
        FirmDefaults(data or usual, folders.resources, settings, now),
        Updating(install, folders.resources, folders.cache),
        Passwords(catalog, folders.cache, lambda: settings.text("firm_key")),
    )
