"""Sample evaluations: ready-made entities in resource files, put into a new evaluation in one step.

A sample file names its form and lists entities by kind, every field as a person would type it.
``ref`` gives an entity a name inside the file; fields that hold ids use these names. A file may
build on another one (``extends``): entities of the same ref or natural id replace its fields.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.domain.evaluation import (
    ENTITIES,
    KIND_LABELS,
    Entity,
    Evaluation,
    Question,
    input_id,
    mark_id,
)
from workbench.domain.fields import BadValue, parse_value, spec_of, specs_of
from workbench.domain.media import SNIFF_BYTES, sniff
from workbench.errors import Fault, InputRefused
from workbench.services.catalog import Catalog
from workbench.services.jobs import silent
from workbench.services.presets import preset_id
from workbench.services.session import Session
from workbench.store.creation import EVIDENCE
from workbench.store.evidence import Vault
from workbench.store.incoming import Incoming

#: How rows name the entities that the form brought along, so that they fill these and add no others.
_PRESET_NAMES: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, ...]]] = {
    "questionnaire": lambda row: ("questionnaire", str(row["title"])),
    "question": lambda row: (str(row["code"]),),
    "option": lambda row: (str(row["question"]), str(row["label"])),
    "target": lambda row: ("target", str(row["name"])),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample as listed: its key (the file's name), title, what it shows, and the form it uses."""

    key: str
    title: str
    about: str
    form: str
    total: str
    """The score it comes to, as it is shown; the self-test compares."""
    grade: str


class Samples:
    """The sample evaluations of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def listed(self) -> list[Sample]:
        """Every sample, in the order of the files' names."""
        return [self._head(key) for key in sorted(path.stem for path in self._folder.glob("*.toml"))]

    def _head(self, key: str) -> Sample:
        raw = self._raw(key)
        return Sample(
            key,
            raw["title"],
            raw.get("about", ""),
            raw["form"],
            str(raw.get("total", "")),
            raw.get("grade", ""),
        )

    def _raw(self, key: str) -> dict[str, Any]:
        path = self._folder / f"{key}.toml"
        if not path.is_file():
            known = "、".join(sorted(p.stem for p in self._folder.glob("*.toml")))
            raise InputRefused(f"没有名为“{key}”的示例。", (Fault("示例", f"现有的示例：{known}"),))
        raw = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        return _merged(self._raw(raw["extends"]), raw) if "extends" in raw else raw

    def create(self, key: str, catalog: Catalog, *, parent: Path | None = None) -> Path:
        """Create a new evaluation from a sample and return its folder; it appears whole or not at all."""
        head = self._head(key)
        folder = catalog.create_evaluation(
            head.title, head.form, parent=parent, fill=lambda evaluation: self.entities(key, evaluation)
        )
        files = [self._folder / row["file"] for row in _rows(self._raw(key), "evidence")]
        refused = [
            found
            for found in Vault(folder / EVIDENCE).add_all(
                [Incoming(path, path.name) for path in files], silent
            )
            if isinstance(found, Fault)
        ]
        if refused:
            raise InputRefused("示例已建立，但有佐证文件没有存入。", tuple(refused))
        return folder

    def is_fresh(self, key: str, session: Session, catalog: Catalog) -> bool:
        """Whether an evaluation is what the sample would be made of today, and nobody has worked on it."""
        evaluation = session.evaluation
        return (
            not session.can_undo
            and not session.can_redo
            and evaluation.form.id == self._head(key).form
            and evaluation.form.raw == catalog.form(evaluation.form.id).raw
            and all(evaluation.get(type(one), one.id) == one for one in self.entities(key, evaluation))
        )

    def entities(self, key: str, evaluation: Evaluation) -> list[Entity]:
        """The entities of a sample, fitted to a new evaluation that was made from its form."""
        return _Reader(evaluation, self._raw(key), self._folder).read()


#: The fields that name a row which has no ref.
_NATURAL = ("id", "indicator", "key", "stage", "from", "to", "title", "code", "name", "question", "label")


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = {**base, **{k: v for k, v in over.items() if k not in ENTITIES}}
    for kind in ENTITIES:
        if kind not in over:
            continue
        rows = {_natural_key(kind, row): row for row in _rows(base, kind)}
        for row in _rows(over, kind):
            key = _natural_key(kind, row)
            rows[key] = {**rows.get(key, {}), **row}
        merged[kind] = list(rows.values())
    return merged


def _rows(raw: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    found = raw.get(kind, [])
    return [found] if isinstance(found, dict) else list(found)


def _natural_key(kind: str, row: Mapping[str, Any]) -> tuple[object, ...]:
    if kind == "overview":
        return ("overview",)
    if "ref" in row:
        return (row["ref"],)
    return tuple(row.get(name) for name in _NATURAL)


class _Reader:
    """Turns the rows of one sample file into entities of one evaluation."""

    def __init__(self, evaluation: Evaluation, raw: Mapping[str, Any], folder: Path) -> None:
        self._evaluation = evaluation
        self._folder = folder
        self._raw = raw
        self._faults: list[Fault] = []

    def read(self) -> list[Entity]:
        found = [
            entity
            for kind in ENTITIES
            for position, row in enumerate(_rows(self._raw, kind), start=1)
            if (entity := self._entity(kind, row, position)) is not None
        ]
        if self._faults:
            raise InputRefused("示例文件有误，没有建立示例。", tuple(self._faults))
        return found

    def _entity(self, kind: str, row: Mapping[str, Any], position: int) -> Entity | None:
        entity_type = ENTITIES[kind]
        place = f"{KIND_LABELS[kind]}第 {position} 项"
        values: dict[str, Any] = {}
        if any(spec.name == "position" for spec in specs_of(entity_type)):
            values["position"] = position
        if kind == "evidence":
            values |= self._file(str(row["file"]), position)
        for name, text in self._fields(kind, row).items():
            try:
                field = spec_of(entity_type, name)
            except KeyError:
                self._faults.append(Fault(place, f"没有名为“{name}”的字段。"))
                continue
            if field.kind == "ref" or (kind == "link" and name in {"from_id", "to_id"}):
                values[name] = self._id(str(text))
                continue
            try:
                values[name] = parse_value(_as_text(text), field)
            except BadValue as error:
                self._faults.append(Fault(f"{place}“{field.label}”", str(error)))
        existing = self._evaluation.get(entity_type, self._entity_id(kind, row))
        if existing is not None:
            kept = {spec.name: getattr(existing, spec.name) for spec in specs_of(entity_type)}
            values = {**kept, **values, **({"position": kept["position"]} if "position" in kept else {})}
        entity: Entity = entity_type(id=self._entity_id(kind, row), **values)
        return entity

    def _file(self, name: str, number: int) -> dict[str, Any]:
        """What an evidence item says of its file; the file itself goes into the vault."""
        data = (self._folder / name).read_bytes()
        media = sniff(data[:SNIFF_BYTES], data[-SNIFF_BYTES:], name).media_type
        return {
            "number": number,
            "file_name": Path(name).name,
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "media_type": media,
        }

    def _fields(self, kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
        fields = {name: text for name, text in row.items() if name not in {"id", "ref", "from", "to", "file"}}
        for end in ("from", "to"):
            if kind == "link" and end in row:
                fields[f"{end}_kind"], _, fields[f"{end}_id"] = str(row[end]).partition(":")
        return fields

    def _indicator(self, name: str) -> str | None:
        form = self._evaluation.form
        named = [indicator.id for indicator in form.leaves if indicator.name == name]
        if form.get(name) is not None:
            return name
        return named[0] if len(named) == 1 else None

    def _entity_id(self, kind: str, row: Mapping[str, Any]) -> str:
        if kind == "overview":
            return "overview"
        if kind == "input":
            return input_id(self._id(row["indicator"]), row["key"])
        if kind == "mark":
            return mark_id(self._id(row["indicator"]), row["stage"])
        if kind == "entry":
            return self._id(row["id"])
        if kind == "paragraph":
            return str(row["id"])
        if "ref" in row:
            return self._id(str(row["ref"]))
        if kind in _PRESET_NAMES:
            return preset_id(self._evaluation.id, *_PRESET_NAMES[kind](row))
        return preset_id(self._evaluation.id, kind, *(str(part) for part in _natural_key(kind, row)))

    def _id(self, name: str) -> str:
        """Indicators are known by id or name, questions of the form by code; other names become ids."""
        if (indicator := self._indicator(name)) is not None:
            return indicator
        for question in self._evaluation.table(Question).values():
            if question.code and question.code == name:
                return question.id
        return preset_id(self._evaluation.id, name)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
