"""Small aids shared by tests."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from workbench.domain.amounts import show_plain
from workbench.domain.changes import Change, Step
from workbench.domain.evaluation import Entity, Evaluation, kind_of
from workbench.domain.form import Band, Form, Indicator, Rounding
from workbench.domain.rules.base import Given, InputSpec, Outcome, Rule
from workbench.services.session import Session

ROOT = Path(__file__).resolve().parent.parent
# Folders that tools make beside the sources (see .gitignore).
MADE_FOLDERS = {
    *(".git", ".venv", "build", "dist", "out", "__pycache__", ".benchmarks", ".hypothesis"),
    *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache"),
}


def source_files() -> Iterator[Path]:
    """Every file of the source tree, whether or not this is a git checkout."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in MADE_FOLDERS]
        yield from (Path(folder, name) for name in files)


class LogWatch(logging.Handler):
    """Hears warnings and errors of the program; each must have been announced by the test."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._heard: list[str] = []
        self._announced: list[str] = []

    def expect(self, fragment: str) -> None:
        """Announce a log line that contains ``fragment``; the test fails if it does not come."""
        self._announced.append(fragment)

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def complaints(self) -> list[str]:
        unexpected = [line for line in self._heard if not any(part in line for part in self._announced)]
        unheard = [part for part in self._announced if not any(part in line for line in self._heard)]
        return [f"unexpected log line: {line}" for line in unexpected] + [
            f"expected log line never came: {part}" for part in unheard
        ]


class MemoryStore:
    """A store that only remembers; it keeps everything it was told in ``recorded``."""

    def __init__(self) -> None:
        self.recorded: list[tuple[str, tuple[Change, ...]]] = []
        self.fails: Exception | None = None
        self.closed = False
        self._step = 0
        self._highest: dict[tuple[str, str], int] = {}

    def record(
        self, changes: Sequence[Change], *, step: int, action: str, target: int | None, label: str
    ) -> None:
        if self.fails is not None:
            raise self.fails
        self._step = max(self._step, step)
        self.recorded.append((action, tuple(changes)))
        for change in changes:
            for name in change.fields:
                value = getattr(change.after, name, None)
                if isinstance(value, int):
                    key = (change.kind, name)
                    self._highest[key] = max(self._highest.get(key, 0), value)

    def undoable(self) -> tuple[list[Step], list[Step]]:
        return [], []

    def next_step(self) -> int:
        return self._step + 1

    def highest(self, kind: str, field: str) -> int:
        return self._highest.get((kind, field), 0)

    def ever(self, kind: str, field: str) -> set[str]:
        held = {
            getattr(change.after, field, "")
            for _, changes in self.recorded
            for change in changes
            if change.kind == kind
        }
        return {text for text in held if text}

    def notices(self) -> list[str]:
        return []

    def close(self) -> None:
        self.closed = True


@dataclass(frozen=True)
class ShareRule(Rule):
    """Rate ÷ target × full mark, at most the full mark."""

    kind: ClassVar[str] = "test_share"
    label: ClassVar[str] = "比率法（封顶）"

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any], full_mark: Decimal) -> ShareRule:
        return cls(full_mark)

    def inputs(self) -> tuple[InputSpec, ...]:
        return (
            InputSpec("rate", "公众知晓率", "percent"),
            InputSpec("target", "目标值", "percent", default="96%"),
        )

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        rate, target = given["rate"].number, given["target"].number
        if rate is None or not target:
            return Outcome(None, missing=("公众知晓率",))
        exact = min(rate / target, Fraction(1)) * Fraction(self.full_mark)
        shown = f"{given['rate'].text} ÷ {given['target'].text} × {self.full_mark} = {show_plain(exact)}"
        return Outcome(exact, expression=shown)

    def maximum(self) -> Fraction:
        return Fraction(self.full_mark)

    def sentence(self) -> str:
        return "得分 = 公众知晓率 ÷ 目标值 × 分值，最高得满分。"


@dataclass(frozen=True)
class TwoPointsRule(Rule):
    """Two points, each worth half of the full mark."""

    kind: ClassVar[str] = "test_points"
    label: ClassVar[str] = "评价要点"

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any], full_mark: Decimal) -> TwoPointsRule:
        return cls(full_mark)

    def inputs(self) -> tuple[InputSpec, ...]:
        half = self.full_mark / 2
        return (
            InputSpec("p1", "立项符合法律法规和发展规划", "point", marks=half),
            InputSpec("p2", "立项按规定的程序申请设立", "point", marks=half),
        )

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        total = Fraction(0)
        missing = []
        for spec in self.inputs():
            found = given[spec.key]
            if found.number is not None:
                total += found.number
            elif found.value == "符合":
                total += Fraction(spec.marks or 0)
            elif found.value != "不符合":
                missing.append(spec.label)
        return Outcome(None, missing=tuple(missing)) if missing else Outcome(total)

    def maximum(self) -> Fraction:
        return Fraction(self.full_mark)

    def sentence(self) -> str:
        return "逐条符合得该条分值，合计为得分。"


@dataclass(frozen=True)
class LinesRule(Rule):
    """Full mark less the deduction lines."""

    kind: ClassVar[str] = "test_lines"
    label: ClassVar[str] = "扣分法"

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any], full_mark: Decimal) -> LinesRule:
        return cls(full_mark)

    def inputs(self) -> tuple[InputSpec, ...]:
        return ()

    def evaluate(self, given: Mapping[str, Given], deducted: Decimal) -> Outcome:
        return Outcome(max(Fraction(self.full_mark) - Fraction(deducted), Fraction(0)))

    def maximum(self) -> Fraction:
        return Fraction(self.full_mark)

    def sentence(self) -> str:
        return "满分减去各条扣分，扣完为止。"


def small_form() -> Form:
    """Two first-level indicators, three scored ones: points (4), deduction lines (6), a rate (10)."""
    four, six, ten = Decimal(4), Decimal(6), Decimal(10)
    return Form(
        id="small",
        title="小型指标体系",
        version="1",
        authority="测试",
        mode="财政评价",
        levels=("一级指标", "二级指标", "三级指标"),
        total=Decimal(20),
        bands=(
            Band("优", Decimal(18)),
            Band("良", Decimal(16)),
            Band("中", Decimal(12)),
            Band("差", Decimal(0)),
        ),
        rounding=Rounding(),
        indicators=(
            Indicator("A", "决策", 1, "", ten),
            Indicator("A1", "项目立项", 2, "A", ten),
            Indicator(
                "A11",
                "立项依据与流程",
                3,
                "A1",
                four,
                "反映立项是否合规",
                "①立项符合法律法规；②按规定的程序申请设立。每项2分。",
                TwoPointsRule(four),
                "立项文件",
                "资料收集",
            ),
            Indicator(
                "A12", "采购规范性", 3, "A1", six, "反映采购是否规范", "发现一处扣1分。", LinesRule(six)
            ),
            Indicator("B", "效益", 1, "", ten),
            Indicator("B1", "社会效益", 2, "B", ten),
            Indicator(
                "B11",
                "公众知晓率",
                3,
                "B1",
                ten,
                "反映群众对热线的了解程度",
                "得分=公众知晓率/目标值×分值。",
                ShareRule(ten),
            ),
        ),
    )


def session(*entities: Entity, form: Form | None = None, clock: Callable[[], float] | None = None) -> Session:
    """A session on a small evaluation that only remembers; ``memory`` is a :class:`MemoryStore`."""
    tables: dict[str, dict[str, Entity]] = {}
    for entity in entities:
        tables.setdefault(kind_of(entity), {})[entity.id] = entity
    return Session(Evaluation("test", form or small_form(), tables), MemoryStore(), clock or time.monotonic)
