"""The library of ready questionnaires and of option weights: files in ``resources/surveys``, never code."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from workbench.domain.double_entry import skip_text
from workbench.domain.entities_survey import SHEETS
from workbench.domain.evaluation import (
    QUESTION_KINDS,
    QUESTION_ROLES,
    Entity,
    Option,
    Question,
    Questionnaire,
)
from workbench.errors import WorkbenchError

FOLDER = "surveys"
WEIGHTS = "weights.toml"


@dataclass(frozen=True, slots=True)
class WeightSet:
    """Option weights from the best answer down, as shares of one."""

    key: str
    title: str
    weights: tuple[Decimal, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReadyQuestionnaire:
    """One questionnaire of the library: its key, what it is called, whom it asks, how long it is."""

    key: str
    title: str
    group: str
    questions: int
    raw: Mapping[str, Any]
    path: Path


class SurveyLibrary:
    """Reads the library when asked; a broken file is named in a sentence, the others stay usable."""

    def __init__(self, resources: Path, own: Path | None = None) -> None:
        """``own`` is the folder with the firm's own; what is called alike there goes before."""
        self._folders = (resources / FOLDER,) if own is None else (resources / FOLDER, own)

    def weight_sets(self, options: int = 0) -> tuple[WeightSet, ...]:
        """Every set of weights, or those for so many options."""
        found: dict[str, WeightSet] = {}
        for folder in self._folders:
            if (path := folder / WEIGHTS).is_file() or folder == self._folders[0]:
                found |= {one.key: one for one in read_weights(path)}
        return tuple(one for one in found.values() if not options or len(one.weights) == options)

    def weight_set(self, key: str) -> WeightSet:
        """One set by its key; raises :class:`WorkbenchError` when there is none."""
        for one in self.weight_sets():
            if one.key == key:
                return one
        raise WorkbenchError("no-weights", f"没有名为“{key}”的权重。", f"请在 {WEIGHTS} 中补充。")

    def questionnaires(self) -> tuple[ReadyQuestionnaire, ...]:
        """Every ready questionnaire, by key."""
        paths = {
            path.name: path
            for folder in self._folders
            for path in folder.glob("*.toml")
            if path.name != WEIGHTS and not path.name.startswith(".")
        }
        found = []
        for _name, path in sorted(paths.items()):
            raw = _read(path)
            questions = raw.get("question", ())
            found.append(
                ReadyQuestionnaire(
                    path.stem,
                    str(raw.get("title", path.stem)),
                    str(raw.get("group", "")),
                    len(questions),
                    raw,
                    path,
                )
            )
        return tuple(found)

    def entities(
        self, key: str, new_id: Callable[[], str], *, project: str = "", position: int = 1
    ) -> list[Entity]:
        """The entities of one ready questionnaire, to be put together; its answers come from sheets.

        Raises :class:`WorkbenchError` for an unknown key and for a file that says something impossible.
        """
        ready = next((one for one in self.questionnaires() if one.key == key), None)
        if ready is None:
            raise WorkbenchError("no-questionnaire", f"问卷库中没有“{key}”。", "请从列表中选择。")
        return _Building(self, ready.path, ready.raw, new_id).entities(project, position)


class _Building:
    """Turns one file into entities; whatever it can't mean is refused by question."""

    def __init__(
        self, library: SurveyLibrary, path: Path, raw: Mapping[str, Any], new_id: Callable[[], str]
    ) -> None:
        self._library = library
        self._path = path
        self._raw = raw
        self._new_id = new_id
        self._by_place: dict[int, tuple[str, dict[str, str]]] = {}

    def entities(self, project: str, position: int) -> list[Entity]:
        asked = Questionnaire(
            id=self._new_id(),
            position=position,
            title=str(self._raw.get("title", "")),
            group=str(self._raw.get("group", "")),
            introduction=str(self._raw.get("introduction", "")).replace("{项目}", project or "本项目"),
            way=SHEETS,
        )
        found: list[Entity] = [asked]
        for place, raw in enumerate(self._raw.get("question", ()), start=1):
            found += self._question(asked.id, place, raw)
        return found

    def _question(self, questionnaire: str, place: int, raw: Mapping[str, Any]) -> list[Entity]:
        kind, role = str(raw.get("kind", "单选")), str(raw.get("role", "满意度"))
        if kind not in QUESTION_KINDS or role not in QUESTION_ROLES:
            raise _broken(self._path, f"第 {place} 题的题型或用途不对")
        labels = [str(label) for label in raw.get("options", ())]
        silent = {str(label) for label in raw.get("no_answer", ())}
        id_ = self._new_id()
        judged = [label for label in labels if label not in silent]
        weights: Mapping[str, Decimal] = {}
        if "weights" in raw:
            given = self._library.weight_set(str(raw["weights"])).weights
            if len(given) != len(judged):
                raise _broken(self._path, f"第 {place} 题有 {len(judged)} 档，权重有 {len(given)} 档")
            weights = dict(zip(judged, given, strict=True))
        options = [
            Option(
                id=self._new_id(),
                position=number,
                question=id_,
                label=label,
                weight=weights.get(label),
                no_answer=label in silent,
            )
            for number, label in enumerate(labels, start=1)
        ]
        question = Question(
            id=id_,
            position=place,
            questionnaire=questionnaire,
            code="",
            text=str(raw.get("text", "")),
            name=str(raw.get("name", "")),
            role=role,
            kind=kind,
            required=bool(raw.get("required", False)),
            skip_if=self._skip(place, raw.get("skip_if")),
        )
        self._by_place[place] = (id_, {option.label: option.id for option in options})
        return [question, *options]

    def _skip(self, place: int, said: object) -> str:
        if said is None:
            return ""
        if not isinstance(said, Mapping) or said.get("question") not in self._by_place:
            raise _broken(self._path, f"第 {place} 题的跳过条件应指前面的题目")
        asked, options = self._by_place[said["question"]]
        labels = [str(label) for label in said.get("options", ())]
        strange = [label for label in labels if label not in options]
        if strange or not labels:
            raise _broken(self._path, f"第 {place} 题的跳过条件里没有选项“{'、'.join(strange)}”")
        return skip_text(asked, (options[label] for label in labels))


def read_weights(path: Path) -> list[WeightSet]:
    """The sets of a file of weights; raises :class:`WorkbenchError` for one that can't be used."""
    found = []
    for raw in _read(path).get("set", ()):
        try:
            weights = tuple(Decimal(str(weight)) / 100 for weight in raw["weights"])
            found.append(WeightSet(str(raw["key"]), str(raw["title"]), weights, str(raw.get("note", ""))))
        except (KeyError, TypeError, InvalidOperation) as error:
            raise _broken(path, f"有一套权重写法不对（{error}）") from error
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError, ArithmeticError, RecursionError) as error:
        raise _broken(path, f"不能读取（{error}）") from error


def _broken(path: Path, what: str) -> WorkbenchError:
    return WorkbenchError("bad-survey-file", f"问卷库文件“{path.name}”{what}。", "请改正此文件。")
