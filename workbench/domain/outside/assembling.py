"""What somebody else printed → an evaluation, so that the same checks run on it as on our own.

A printed score stands as the input that gives it where the standard can be carried out, else as an
override; a printed rate stands beside the answers or amounts that it should come from. Every entity
remembers the cell or paragraph that it came from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from workbench.domain.amounts import MONEY_UNITS, exact, show_percent, show_plain
from workbench.domain.compiler import compile_form
from workbench.domain.evaluation import (
    Deduction,
    Entity,
    Entry,
    Evaluation,
    FundLine,
    Input,
    Option,
    Overview,
    Paragraph,
    Question,
    Questionnaire,
    Target,
    input_id,
    kind_of,
)
from workbench.domain.form import Form, Indicator
from workbench.domain.outside import in_text
from workbench.domain.outside.sheet import PLAIN_STAGE, Asked, At, Line, Outside, Said
from workbench.domain.prose import numbers_in
from workbench.domain.rules.measure import MeasuredRule
from workbench.domain.scoring import compute_scores
from workbench.domain.sources import FUND_COLUMNS, Sources
from workbench.errors import InputRefused

#: Shares without a known number of sheets count as so many answers.
_UNKNOWN_BASE = 10_000
NO_REASON_COLUMN = "（来稿没有扣分原因一列）"


@dataclass
class Assembled:
    """The evaluation, and where each entity stands in the outside files (by kind and id, or with a field)."""

    evaluation: Evaluation
    places: dict[tuple[str, ...], At] = field(default_factory=dict)
    counting: str = PLAIN_STAGE
    """The round whose scores count."""
    bands_at: At | None = None
    """Where the bands are spelt out; nothing if the national ones were taken."""


def assemble(outside: Outside, fund_names: Mapping[str, tuple[str, ...]]) -> Assembled:
    """Build the evaluation; raises :class:`InputRefused` when no indicator can be scored."""
    return _Assembler(outside, fund_names).build()


class _Assembler:
    def __init__(self, outside: Outside, fund_names: Mapping[str, tuple[str, ...]]) -> None:
        self._outside, self._fund_names = outside, fund_names
        self._tables: dict[str, dict[str, Entity]] = {}
        self._places: dict[tuple[str, ...], At] = {}
        self._counting = counting_stage(outside)
        self._all_texts = [*outside.texts, *(line.basis for line in outside.lines if line.basis)]

    def build(self) -> Assembled:
        found, bands_at = in_text.bands(self._outside.texts)
        raw = dict(self._outside.form)
        if found and Decimal(found[0]["lower"]) < Decimal(raw["total"]):
            raw["bands"] = found
        else:
            bands_at = None
        form = _compiled(raw)
        self._overview()
        self._reached()
        self._targets()
        self._satisfaction()
        self._funds()
        self._surveys(form)
        for leaf in form.leaves:
            self._inputs(leaf, self._line(leaf.id))
        self._texts()
        evaluation = Evaluation("outside", form, self._tables)
        self._scores(evaluation)
        return Assembled(Evaluation("outside", form, self._tables), self._places, self._counting, bands_at)

    def _put(self, entity: Entity, place: At | None = None, **fields: At | None) -> None:
        kind = kind_of(entity)
        self._tables.setdefault(kind, {})[entity.id] = entity
        if place is not None:
            self._places[kind, entity.id] = place
        for name, at in fields.items():
            if at is not None:
                self._places[kind, entity.id, name] = at

    def _line(self, id_: str) -> Line:
        return next(line for line in self._outside.lines if line.id == id_)

    # what the report says about the whole

    def _overview(self) -> None:
        values: dict[str, Any] = {}
        places: dict[str, At | None] = {}
        for name, (told, at) in in_text.dates(self._outside.texts).items():
            values[name], places[name] = told, at
        for content, said in self._outside.labels.items():
            table, _, name = content.partition(".")
            if table != "overview" or name not in Overview.__dataclass_fields__:
                continue
            day = in_text.day_of(said.text)
            if name in {"base_date", "project_start", "project_end", "actual_end", "evaluation_start",
                        "evaluation_end", "report_date"}:  # fmt: skip
                if day is not None and name not in values:
                    values[name], places[name] = day, said.at
            elif name in {"project", "year", "evaluated_unit", "department", "commissioner", "agency"}:
                values[name], places[name] = plain_text(said.text), said.at
        unit = next((row.unit for row in self._outside.funds), "万元")
        self._put(Overview(fund_unit=unit, **values), None, **places)

    def _reached(self) -> None:
        """Rates of completion that a form states by name."""
        for content, said in self._outside.labels.items():
            kind, _, name = content.partition(".")
            found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*[%％]?\s*", said.text)
            if kind == "reached" and found is not None:
                target = Target(id=f"reached-{name}", name=name, unit="%", actual=Decimal(found[1]))
                self._put(target, said.at)

    def _targets(self) -> None:
        """What each line was to reach and did, where both are plain figures of one unit."""
        for number, line in enumerate(self._outside.leaves, 1):
            if line.target is None or line.actual is None:
                continue
            goal, reached = _goal(line.target.text), _goal(line.actual.text)
            if goal is None or reached is None or goal[2] != reached[2]:
                continue
            target = Target(
                id=f"target-{line.id}",
                position=number,
                name=line.name,
                operator=goal[0] or "≥",
                value=goal[1],
                unit=goal[2],
                actual=reached[1],
                indicator=line.id,
            )
            self._put(target, line.actual.at)

    def _satisfaction(self) -> None:
        """Rates of satisfaction that the report names, when they differ."""
        found: dict[Fraction, tuple[str, Said]] = {}
        for said in self._outside.texts:
            for number in numbers_in(said.text):
                clause = re.split(r"[，,。；;：:]", said.text[: number.start])[-1]
                name = re.search(r"([\u4e00-\u9fff]{0,14}?满意[率度])(?:为|达)?\s*$", clause)
                goal = re.search(r"目标|要求|不低于|全省|全国|[应需]达", clause)
                above = said.text[number.end :].lstrip().startswith(("以上", "及以上"))
                if number.kind == "percent" and name is not None and not goal and not above:
                    found.setdefault(number.value, (name[1], said))
        if len(found) < 2:
            return
        for place, (value, (called, said)) in enumerate(found.items(), 1):
            target = Target(
                id=f"satisfaction-{place}",
                position=1_000 + place,
                name=called,
                unit="%",
                actual=in_text.decimal_of(value * 100),
            )
            self._put(target, said.at)

    def _funds(self) -> None:
        unit = next((row.unit for row in self._outside.funds), "万元")
        factor = exact(MONEY_UNITS[unit])
        parts = [row for row in self._outside.funds if not row.total]
        if not parts and self._outside.funds:
            parts = [replace(row, total=False) for row in self._outside.funds[-1:]]
        for number, row in enumerate(parts, 1):
            own = exact(MONEY_UNITS[row.unit])
            amounts: dict[str, Any] = {
                column: in_text.decimal_of(exact(stated.value) * own / factor)
                for column, stated in row.amounts.items()
                if column in FUND_COLUMNS
            }
            fund = FundLine(id=f"fund-{number}", position=number, year=row.year, item=row.item, **amounts)
            self._put(fund, row.at, **{column: stated.at for column, stated in row.amounts.items()})
        told = in_text.amounts(self._all_texts, self._fund_names)
        named: dict[str, Any] = {
            column: in_text.decimal_of(one.value / factor)
            for column, one in told.items()
            if column in FUND_COLUMNS
        }
        if not named or len(parts) > 1:
            return
        only = self._tables.get("fund_line", {}).get("fund-1")
        line = only if isinstance(only, FundLine) else FundLine(id="fund-1", position=1, item="正文所载")
        # The table goes before the text; what it has no column for is taken from the text.
        fresh = {column: value for column, value in named.items() if getattr(line, column) is None}
        places = {column: told[column].at for column in fresh}
        first = self._places.get(("fund_line", line.id)) or next(iter(told.values())).at
        self._put(replace(line, **fresh), first, **places)

    # questionnaires

    def _surveys(self, form: Form) -> None:
        told = in_text.sheets(self._outside.texts)
        if not self._outside.asked:
            return
        numbers = {column: int(one.value) for column, one in told.items() if one.value.denominator == 1}
        base = numbers.get("valid") or numbers.get("returned")
        sheet = Questionnaire(
            id="survey",
            title="来稿问卷",
            issued=numbers.get("issued"),
            returned=numbers.get("returned"),
            valid=base,
        )
        self._put(sheet, next((one.at for one in told.values()), self._outside.asked[0].text.at))
        seen: list[tuple[object, ...]] = []
        for number, asked in enumerate(self._outside.asked, 1):
            figures = [one.value if one else None for one in (*asked.counts, *asked.shares, asked.rate)]
            same = (re.sub(r"[\s？?]", "", asked.text.text), asked.labels, figures)
            if same not in seen:  # the report prints the same table once more
                seen.append(same)
                self._question(number, asked, base, form)

    def _question(self, number: int, asked: Asked, base: int | None, form: Form) -> None:
        id_ = f"question-{number}"
        name = asked.name or _named_by(asked, form)
        weights = asked.weights or self._weights(asked, name, form)
        own = int(asked.base.value) if asked.base is not None else None
        counted = bool(asked.counts)
        rate = asked.rate
        self._put(
            Question(
                id=id_,
                position=number,
                questionnaire="survey",
                text=plain_text(asked.text.text),
                name=name,
                base=None if counted else own or base or _UNKNOWN_BASE,
                stated_rate=rate.value if rate is not None else None,
            ),
            asked.text.at,
            stated_rate=rate.at if rate is not None else None,
        )
        for place, label in enumerate(asked.labels):
            count = asked.counts[place] if counted else None
            share = asked.shares[place] if asked.shares and not counted else None
            whole = count is not None and count.value == count.value.to_integral_value()
            at = count.at if count is not None else share.at if share is not None else None
            self._put(
                Option(
                    id=f"{id_}-{place + 1}",
                    position=place + 1,
                    question=id_,
                    label=label,
                    weight=weights[place] if place < len(weights) else None,
                    count=int(count.value) if count is not None and whole else None,
                    share=share.value if share is not None else None,
                ),
                at,
            )

    def _weights(self, asked: Asked, name: str, form: Form) -> tuple[Decimal | None, ...]:
        """From the standard of the indicator of that name, else from the report's sentence about it."""
        own = [leaf.criterion for leaf in form.leaves if name and leaf.name == name and leaf.criterion]
        labels = [said.text for said in self._outside.texts if asked.labels[0] in said.text]
        return in_text.weights(asked.labels, [*own, *labels])

    # what goes into the standards

    def _inputs(self, leaf: Indicator, line: Line) -> None:
        rule = leaf.rule
        if not isinstance(rule, MeasuredRule):
            return
        near = [said for said in (line.basis, line.reasons) if said is not None]
        stated = in_text.rate_of(leaf.name, near) or in_text.rate_of(leaf.name, self._outside.texts)
        if not rule.divides:
            self._rate(leaf, stated)
        elif stated is not None:
            self._division(leaf, rule, stated)

    def _rate(self, leaf: Indicator, stated: in_text.Told | None) -> None:
        question = next(
            (
                entity
                for entity in self._tables.get("question", {}).values()
                if isinstance(entity, Question) and entity.name == leaf.name
            ),
            None,
        )
        if question is not None:
            rate = question.stated_rate
            if rate is None and stated is not None:
                rate = in_text.decimal_of(stated.value)
            at = self._places.get(("question", question.id, "stated_rate")) or (stated.at if stated else None)
            self._put(
                Input(
                    id=input_id(leaf.id, "rate"),
                    indicator=leaf.id,
                    key="rate",
                    value=f"{show_plain(rate * 100)}%" if rate is not None else "",
                    source=f"survey:{question.id}",
                    manual=rate is not None,
                ),
                at,
            )
        elif stated is not None:
            self._put(self._typed(leaf, "rate", f"{show_plain(stated.value * 100)}%"), stated.at)

    @staticmethod
    def _typed(leaf: Indicator, key: str, value: str, source: str = "") -> Input:
        return Input(
            id=input_id(leaf.id, key), indicator=leaf.id, key=key, value=value, source=source, manual=True
        )

    def _division(self, leaf: Indicator, rule: MeasuredRule, stated: in_text.Told) -> None:
        """A printed rate over named amounts: the amounts that give it, or the bare rate if none are known."""
        sources = Sources(Evaluation("outside", _EMPTY_FORM, self._tables))
        specs = {spec.key: spec.source for spec in rule.inputs()}
        top, bottom = specs.get("numerator", ""), specs.get("denominator", "")
        values = {
            column: total
            for column in FUND_COLUMNS
            if (total := sources.fund_total(column)) is not None and total
        }
        over = values.get(top.removeprefix("fund:"))
        under = values.get(bottom.removeprefix("fund:"))
        if over is None or under is None:
            if over is not None or under is not None:
                return  # one amount is known and the other not: the rate can't be recomputed
            self._put(self._typed(leaf, "numerator", show_plain(stated.value * 100), "manual"), stated.at)
            self._put(self._typed(leaf, "denominator", "100", "manual"), stated.at)
            return
        if _prints(over / under, stated.value):
            return
        for column, value in values.items():
            if column != bottom.removeprefix("fund:") and _prints(over / value, stated.value):
                self._put(
                    Input(
                        id=input_id(leaf.id, "denominator"),
                        indicator=leaf.id,
                        key="denominator",
                        source=f"fund:{column}",
                    ),
                    stated.at,
                )
                return

    # scores

    def _scores(self, evaluation: Evaluation) -> None:
        computed = compute_scores(evaluation)
        for line in self._outside.leaves:
            stated = line.scores.get(self._counting)
            score = stated.value if stated is not None else None
            known = computed[line.id].computed
            self._put(
                Entry(
                    id=line.id,
                    override=score if known is None or known != score else None,
                    basis=plain_text(line.basis.text) if line.basis is not None else "",
                ),
                stated.at if stated is not None else line.at,
                basis=line.basis.at if line.basis is not None else None,
            )
            self._deduction(line, score)

    def _deduction(self, line: Line, score: Decimal | None) -> None:
        full = line.points.value if line.points is not None else None
        if score is None or full is None or score >= full:
            return
        said = line.reasons or line.basis
        reason = plain_text(said.text) if said is not None else ""
        if not reason and not self._outside.reason_column:
            reason = NO_REASON_COLUMN
        at = said.at if said is not None else line.scores[self._counting].at
        self._put(
            Deduction(id=f"deduction-{line.id}", indicator=line.id, points=full - score, reason=reason), at
        )

    # texts

    def _texts(self) -> None:
        for number, said in enumerate(self._outside.texts, 1):
            self._put(Paragraph(id=f"text-{number}", text=plain_text(said.text)), said.at)


_GOAL = re.compile(r"\s*(?P<sign>[≥≤=＝]?)\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[^\d\s]{0,6})\s*")


def _goal(text: str) -> tuple[str, Decimal, str] | None:
    """``≥95%`` → sign, figure, unit; nothing for several figures or words."""
    found = _GOAL.fullmatch(text.translate(str.maketrans("％＝", "%=")))
    return (found["sign"], Decimal(found["number"]), found["unit"]) if found is not None else None


def counting_stage(outside: Outside) -> str:
    """The last round that scores every indicator, else the one that scores most."""

    def scored(stage: str) -> int:
        return sum(1 for leaf in outside.leaves if stage in leaf.scores)

    whole = [stage for stage in outside.stages if scored(stage) == len(outside.leaves)]
    return whole[-1] if whole else max(outside.stages, key=scored, default=PLAIN_STAGE)


def plain_text(text: str) -> str:
    """A text without what our own texts would take for a bound figure."""
    return text.replace("{", "｛").replace("}", "｝")


def _prints(value: Fraction, stated: Fraction) -> bool:
    """Whether a rate prints like a stated one, to the hundredth of a percent at most."""
    shown = show_percent(stated)
    return show_percent(value) == shown or abs(value - stated) < Fraction(1, 20_000)


def _named_by(asked: Asked, form: Form) -> str:
    """The indicator that a question without a name of its own must be about: the one with that key word."""
    text = asked.text.text
    words = {
        leaf.name: re.sub(r"^(?:公众|群众|社会公众|服务对象|市民)|[率度]$", "", leaf.name)
        for leaf in form.leaves
    }
    found = [name for name, word in words.items() if len(word) >= 2 and word in text]
    return found[0] if len(found) == 1 else ""


def _compiled(raw: Mapping[str, Any]) -> Form:
    """The form; a standard that can't be carried out after all stays with judgement."""
    try:
        return compile_form(raw)
    except InputRefused:
        indicators = [
            {**one, "rule": {"kind": "judgement"}} if "rule" in one else one for one in raw["indicator"]
        ]
        return compile_form({**raw, "indicator": indicators})


_EMPTY_FORM = compile_form(
    {
        "id": "empty",
        "title": "空",
        "levels": ["一级指标"],
        "total": "1",
        "indicator": [{"id": "A", "name": "空", "points": "1", "rule": {"kind": "judgement"}}],
    }
)
