"""What a front door builds once and hands on: settings, catalog, samples and the other services."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from workbench.domain.compiler import compile_form
from workbench.services.catalog import Catalog
from workbench.services.checking import Checking, load_limits
from workbench.services.samples import Samples
from workbench.services.session import Session
from workbench.services.settings import Settings
from workbench.store.evaluations import SAFELY, Keeping


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


@dataclass(frozen=True, slots=True)
class Parts:
    """The services of one run, joined."""

    settings: Settings
    catalog: Catalog
    samples: Samples
    resources: Path
    now: Callable[[], datetime]

    def checking(self, session: Session) -> Checking:
        """The checks of an open evaluation, with the limits of its form's profile."""
        return Checking(session, load_limits(self.resources, session.evaluation.form.profile))


def local_now() -> datetime:
    """The laptop's time with its zone."""
    return datetime.now().astimezone()


def assemble(
    folders: Folders,
    *,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = local_now,
    keeping: Keeping = SAFELY,
) -> Parts:
    """Join the services for these folders; nothing is written yet."""
    settings = Settings(folders.settings)
    chosen = settings.text("data_folder").strip()
    catalog = Catalog(
        folders.forms,
        Path(chosen).expanduser() if chosen else folders.data,
        compile_form=compile_form,
        clock=clock,
        now=now,
        author=lambda: settings.text("evaluator"),
        keeping=keeping,
    )
    return Parts(settings, catalog, Samples(folders.resources / "samples"), folders.resources, now)
