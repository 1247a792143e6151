"""Field records of the open evaluation: the usual list of documents, the outline of a talk, samples drawn."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from workbench.domain.changes import Change
from workbench.domain.entities_records import (
    REQUEST_STATES,
    SIGNED,
    DocumentRequest,
    Exchange,
    SampledItem,
    Sampling,
)
from workbench.domain.evaluation import Entity, Evidence, Link
from workbench.domain.records import (
    drawn_numbers,
    exchanges_of,
    indicators_named,
    items_of,
    overdue_requests,
)
from workbench.errors import WorkbenchError
from workbench.services.session import Session

DEFAULT = "default.toml"
#: A firm's own lists in place of the program's.
OWN_REQUESTS, OWN_TOPICS = "资料清单.toml", "座谈提纲.toml"
#: More numbers than this are no sample that a person can work through.
MOST_DRAWN = 2000


@dataclass(frozen=True, slots=True)
class ListedRequest:
    """One item of a list of documents as its file says it; ``indicators`` are words to find indicators by."""

    category: str
    name: str
    proves: str
    period: str
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of an interview with its questions."""

    name: str
    questions: tuple[str, ...]


class Recording:
    """What can be done with the records of a session's evaluation. ``today`` is the day on this machine."""

    def __init__(
        self,
        session: Session,
        resources: Path,
        today: Callable[[], date],
        person: Callable[[], str] = str,
        own: Path | None = None,
    ) -> None:
        """``own`` is the folder of the firm's own lists."""
        self._own = own
        self._session = session
        self._resources = resources
        self._person = person
        self.today = today

    def overdue(self) -> list[DocumentRequest]:
        """What should have come before today."""
        return overdue_requests(self._session.evaluation, self.today())

    def usual_requests(self) -> list[ListedRequest]:
        """The usual list of documents; raises :class:`WorkbenchError` for a file that can't be read."""
        return read_requests(self._file(OWN_REQUESTS, "requests"))

    def outline(self) -> list[Topic]:
        """The usual outline of an interview; raises :class:`WorkbenchError` for a file that can't be read."""
        return read_topics(self._file(OWN_TOPICS, "interviews"))

    def _file(self, own: str, room: str) -> Path:
        """The firm's own list where it has one, otherwise the program's."""
        path = self._own / own if self._own is not None else None
        return path if path is not None and path.is_file() else self._resources / room / DEFAULT

    def apply_usual_requests(self) -> int:
        """Add the usual list, tied to the indicators of this form, as one step; returns how many are new.

        What the list has already under the same name is left as it is.
        """
        session = self._session
        form, rows = session.evaluation.form, session.evaluation.table(DocumentRequest).values()
        known = {row.name for row in rows}
        position = max((row.position for row in rows), default=0)
        made: list[Entity] = []
        added = 0
        for item in self.usual_requests():
            if item.name in known:
                continue
            added += 1
            request = DocumentRequest(
                id=session.new_id(),
                position=position + added,
                category=item.category,
                name=item.name,
                period=self._period(item.period),
                proves=item.proves,
            )
            made.append(request)
            made += [
                Link(
                    id=session.new_id(),
                    from_kind="document_request",
                    from_id=request.id,
                    to_kind="indicator",
                    to_id=indicator,
                )
                for indicator in indicators_named(form, item.indicators)
            ]
        session.put_all(made, label=f"套用默认资料清单 {added} 项")
        return added

    def _period(self, pattern: str) -> str:
        """``{近三年}`` and ``{年度}`` as years; left out while the year is not known."""
        year = self._session.evaluation.overview.year.strip().removesuffix("年度").removesuffix("年")
        if "{" not in pattern:
            return pattern
        if not (year.isdecimal() and len(year) == 4):
            return ""
        last = int(year)
        return pattern.replace("{近三年}", f"{last - 2}—{last} 年").replace("{年度}", f"{last} 年")

    def set_status(self, requests: Sequence[DocumentRequest], status: str) -> int:
        """Set the state of requests as one step; 已收 is dated today, any other state takes the date away."""
        if status not in REQUEST_STATES:
            raise ValueError(status)
        changed = [self._in_state(request, status) for request in requests]
        label = f"{requests[0].name[:20]}：{status}" if len(requests) == 1 else f"{len(requests)} 项{status}"
        return self._session.put_all(changed, label=label)

    def _in_state(self, request: DocumentRequest, status: str) -> DocumentRequest:
        if status != "已收":
            return dataclasses.replace(request, status=status, received=None)
        return dataclasses.replace(
            request,
            status=status,
            received=request.received or self.today(),
            to_whom=request.to_whom or self._person(),
        )

    def set_due(self, due: date) -> int:
        """Give every open request without a due date this one, as one step; returns how many."""
        waiting = [
            dataclasses.replace(request, due=due)
            for request in self._session.evaluation.listed(DocumentRequest)
            if request.status == "未收" and request.due is None
        ]
        return self._session.put_all(waiting, label=f"应交日期 {due}，{len(waiting)} 项")

    def add_outline(self, interview: str) -> int:
        """Add the questions of the usual outline to an interview, as one step; those it has are left out."""
        session = self._session
        lines = exchanges_of(session.evaluation, interview)
        known = {line.question for line in lines}
        position = max((line.position for line in lines), default=0)
        fresh = [
            (topic.name, question)
            for topic in self.outline()
            for question in topic.questions
            if question not in known
        ]
        made = [
            Exchange(
                id=session.new_id(),
                position=position + number,
                interview=interview,
                topic=topic,
                question=question,
            )
            for number, (topic, question) in enumerate(fresh, start=1)
        ]
        session.put_all(made, label=f"套用座谈提纲 {len(made)} 问")
        return len(made)

    def draw(self, sampling: Sampling, count: int, seed: str) -> int:
        """Draw ``count`` of the population by a seed as one step, and write down how; returns how many.

        Items drawn before stay; raises :class:`WorkbenchError` when the population is not known.
        """
        population = sampling.population
        if not population:
            raise WorkbenchError("no-population", "还没有填写总体数量。", "请先填写总体数量再抽取。")
        if not 0 < count <= min(population, MOST_DRAWN):
            most = min(population, MOST_DRAWN)
            raise WorkbenchError("bad-sample", f"抽取数量应在 1 到 {most} 之间。", "请改正抽取数量。")
        if not seed.strip():
            raise WorkbenchError("no-seed", "还没有填写种子。", "种子可以是任意文字，如立项文号或日期。")
        session = self._session
        items = items_of(session.evaluation, sampling.id)
        known = {item.number for item in items}
        position = max((item.position for item in items), default=0)
        numbers = [n for n in drawn_numbers(population, count, seed.strip()) if str(n) not in known]
        made: list[Entity] = [
            SampledItem(
                id=session.new_id(),
                position=position + place,
                sampling=sampling.id,
                name=f"第 {number} 号",
                number=str(number),
            )
            for place, number in enumerate(numbers, start=1)
        ]
        how = f"从 1 到 {population} 号中按种子“{seed.strip()}”抽取 {count} 个（SHA-256 次序）。"
        rule = sampling.rule if how in sampling.rule else "\n".join(t for t in (sampling.rule, how) if t)
        made.append(dataclasses.replace(sampling, rule=rule, method=sampling.method or "随机抽样"))
        session.put_all(made, label=f"抽取 {len(numbers)} 个")
        return len(numbers)

    def mark_signed(self, item: Evidence, kind: str, id_: str, *, signed: bool) -> None:
        """Say that an item of a record is its signed sheet, or that it is not."""
        changes = [
            Change(link, dataclasses.replace(link, note=SIGNED if signed else ""))
            for link in self._session.evaluation.links(
                from_kind="evidence", from_id=item.id, to_kind=kind, to_id=id_
            )
            if (link.note == SIGNED) != signed
        ]
        self._session.change(changes, label="签字确认页" if signed else "取消签字确认页")


def read_requests(path: Path) -> list[ListedRequest]:
    """A list of documents from its file; raises :class:`WorkbenchError` when it can't be read."""
    file = path.name
    return [
        ListedRequest(
            category=_text(file, item, "category"),
            name=_text(file, item, "name"),
            proves=_text(file, item, "proves"),
            period=_text(file, item, "period"),
            indicators=tuple(_words(file, item, "indicators")),
        )
        for item in _tables(path, "request")
    ]


def read_topics(path: Path) -> list[Topic]:
    """An outline of talks from its file; raises :class:`WorkbenchError` when it can't be read."""
    file = path.name
    return [
        Topic(_text(file, one, "name"), tuple(_words(file, one, "questions")))
        for one in _tables(path, "topic")
    ]


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _unusable(path.name, str(error)) from error


def _unusable(name: str, why: str) -> WorkbenchError:
    return WorkbenchError(
        "bad-list", f"清单文件“{name}”无法使用：{why}", "请改正此文件，或恢复程序自带的文件。"
    )


def _tables(path: Path, key: str) -> Iterable[Mapping[str, Any]]:
    found = _read(path).get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _unusable(path.name, f"“{key}”应写成 [[{key}]]。")
    return found


def _text(file: str, table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or (key == "name" and not value.strip()):
        raise _unusable(file, f"“{key}”应为文字。")
    return value.strip()


def _words(file: str, table: Mapping[str, Any], key: str) -> list[str]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise _unusable(file, f"“{key}”应为文字的列表。")
    return value
