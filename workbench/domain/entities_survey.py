"""What belongs to a questionnaire besides its questions: sheets, imported batches, groups of open answers,
results that were signed off.

A paper sheet typed by hand is one :class:`Sheet` for each entry pass; a file brings :class:`SheetBatch`
entities of many sheets. Answers are packed as :mod:`workbench.domain.answers` describes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbench.domain.fields import spec

#: How the answers of one questionnaire come in; one way for each questionnaire, never mixed.
COUNTS, SHEETS, FILE = "直接计票", "逐份录入", "导入文件"
WAYS = (COUNTS, SHEETS, FILE)
#: How the rates of several questions become one.
POOLED, MEAN, WEIGHTED = "合并计算", "各题平均", "加权平均"
AGGREGATIONS = (POOLED, MEAN, WEIGHTED)
#: Which sheets a second person types again.
NO_SECOND, EVERY_SECOND, NTH_SECOND, RANDOM_SECOND = "不做", "全部", "每隔若干份", "随机抽取"
DOUBLE_ENTRY = (NO_SECOND, EVERY_SECOND, NTH_SECOND, RANDOM_SECOND)
#: Where one entry pass of one sheet stands.
IN_PROGRESS, SUBMITTED = "录入中", "已提交"
SHEET_STATES = (IN_PROGRESS, SUBMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """答卷: one entry pass of one paper sheet; both passes of a sheet share its number.

    ``first_answers`` is what was submitted first, kept once it was corrected: error rates compare it
    with the answers that hold in the end. A sheet with a ``void_reason`` came back but is not valid.
    """

    id: str
    position: int = spec("序号", "order", default=0)
    questionnaire: str = spec("问卷", "ref", refers="questionnaire", required=True)
    number: str = spec("答卷编号", "line", required=True)
    entry_pass: int = spec("录入遍次", "order", default=1)
    typist: str = spec("录入员", "line")
    answers: str = spec("答案", "text")
    first_answers: str = spec("首次提交的答案", "text")
    state: str = spec("录入状态", "choice", choices=SHEET_STATES, default=IN_PROGRESS)
    void_reason: str = spec("作废原因", "line")
    evidence: str = spec("原件", "ref", refers="evidence")
    evidence_page: str = spec("原件页码", "line")
    same_person_reason: str = spec("同一人复录的理由", "line")
    note: str = spec("说明", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetBatch:
    """导入的一批答卷: sheets of one file, their packed answers one to a line, all lines equally long.

    ``numbers`` has a sheet's number on each line; ``texts`` one line for each number or open text,
    ``voids`` one for each sheet that is not valid (row from 0, then what is said about it).
    """

    id: str
    position: int = spec("序号", "order", default=0)
    questionnaire: str = spec("问卷", "ref", refers="questionnaire", required=True)
    source: str = spec("来源文件", "line", required=True)
    sha256: str = spec("文件校验值", "line")
    numbers: str = spec("答卷编号", "text")
    answers: str = spec("答案", "text")
    texts: str = spec("文字答案", "text")
    voids: str = spec("作废", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGroup:
    """开放题答案的一组: a heading and the answers that a person put under it, one to a line."""

    id: str
    position: int = spec("序号", "order", default=0)
    question: str = spec("题目", "ref", refers="question", required=True)
    label: str = spec("归类", "line", required=True)
    answers: str = spec("所含答案", hint="每行一条，相同的答案只写一次")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyResult:
    """问卷定稿结果: the figures of one questionnaire as signed off; its id is the questionnaire's id.

    ``figures`` is JSON as :mod:`workbench.domain.survey_results` writes it: later edits show as differences.
    """

    id: str
    questionnaire: str = spec("问卷", "ref", refers="questionnaire", required=True)
    frozen: date | None = spec("定稿日期", "date", default=None)
    by: str = spec("定稿人", "line")
    note: str = spec("说明", "line")
    figures: str = spec("定稿数据", "text")
