"""Where the commands work: the parts of this run, evaluations by folder or name, lines to say."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.cli.passwords import opening
from workbench.domain.form import Form, Indicator
from workbench.errors import WorkbenchError
from workbench.services.parts import Parts
from workbench.services.session import Session


@dataclass(frozen=True, slots=True)
class Desk:
    """What every command is given."""

    parts: Parts
    password_file: str = ""
    """Where the password of a locked evaluation is; without it, it is asked for."""
    firm_key: str = ""
    """The firm's private key, which opens a locked evaluation whose password is forgotten."""

    def say(self, *lines: str) -> None:
        """Print lines of the answer."""
        for line in lines:
            print(line)

    def hint(self, *lines: str) -> None:
        """Tell the person something that is not part of the answer."""
        for line in lines:
            if sys.stderr is not None:
                print(line, file=sys.stderr)

    def say_json(self, value: Any) -> None:
        """Print the answer for a program: UTF-8 JSON, exact numbers as text."""
        print(json.dumps(value, ensure_ascii=False, indent=1))

    def folder(self, text: str) -> Path:
        """The folder of an evaluation: a path, or its name in the data folder."""
        path = Path(text).expanduser()
        if path.is_file():
            return path.parent
        within = self.parts.catalog.data / text
        return within if not path.exists() and within.is_dir() else path

    def unlocked(self, text: str) -> Path:
        """The folder of an evaluation; the key of a locked one is held from now on. Raises :class:`WorkbenchError`."""
        folder, catalog = self.folder(text), self.parts.catalog
        if catalog.is_locked(folder) and catalog.key_of(folder) is None:
            catalog.hold(folder, catalog.unlock(folder, opening(self.password_file, self.firm_key)))
        return folder

    @contextlib.contextmanager
    def opened(self, text: str) -> Iterator[Session]:
        """Open an evaluation for one command; what the store has to tell goes to the person."""
        session = self.parts.catalog.open(self.unlocked(text))
        try:
            yield session
        finally:
            self.hint(*session.notices())
            session.close()

    @contextlib.contextmanager
    def looked_at(self, text: str) -> Iterator[Session]:
        """Open an evaluation for a command that only reads it, also while a window edits it."""
        session, told = self.parts.catalog.look(self.unlocked(text))
        try:
            self.hint(*([told] if told else []))
            yield session
        finally:
            session.close()


def named(form: Form, name: str, among: Iterable[Indicator]) -> Indicator:
    """The indicator with this id or name; raises :class:`WorkbenchError` for none and for several."""
    choices = list(among)
    found = [one for one in choices if one.id == name] or [one for one in choices if one.name == name]
    if len(found) == 1:
        return found[0]
    shown = "、".join(f"{one.id} {one.name}" for one in (found or choices))
    if found:
        raise WorkbenchError("ambiguous", f"有多个指标名为“{name}”。", f"请写编号：{shown}。")
    raise WorkbenchError("no-indicator", f"“{form.title}”中没有指标“{name}”。", f"可用的指标：{shown}。")
