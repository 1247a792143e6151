"""Field records on paper: 资料清单 with receipt columns, 座谈记录, 现场记录 with photos, 抽样表.

The blocks are the same as annexes of the report and as documents of their own. While nothing is
recorded an annex is left out; a document then has the empty form, to be filled in by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from workbench.domain.amounts import exact, show, show_money, show_percent, show_plain
from workbench.domain.entities_records import (
    SIGNED,
    DocumentRequest,
    Exchange,
    Fact,
    Interview,
    Sampling,
    SiteRecord,
)
from workbench.domain.evaluation import Evaluation, Evidence
from workbench.domain.evidence_use import evidence_label
from workbench.domain.records import coverage, evidence_at, exchanges_of, facts_of, indicators_of, items_of
from workbench.exporters.document import (
    BESIDE,
    Absent,
    Align,
    Block,
    Cell,
    Column,
    Content,
    Figure,
    Heading,
    LandscapeSection,
    Paragraph,
    PhotoGrid,
    Picture,
    Row,
    Table,
    Text,
    cells,
    content,
)
from workbench.exporters.report_data import ReportData
from workbench.exporters.report_words import paragraphs

_REQUEST_HEAD = (
    "类别 序号 资料名称 起止时间 证明内容 应交日期 状态 原件或复印件 份数 收到日期 提供人签字 接收人签字 备注"
)
#: Two lines of a cell, free for handwriting.
_ROOM = "　\n　\n"
#: Rows of an empty form.
_EMPTY_ROWS = 8


def _day(value: date | None) -> str:
    return "" if value is None else f"{value.year}.{value.month}.{value.day}"


def _said(label: str, text: str) -> Paragraph:
    """``label`` in bold, then the text."""
    return Paragraph((Text(f"{label}　", bold=True), Text(text)), indent=False)


# ── 资料清单 ──────────────────────────────────────────────────────────────────────────────────────


def requests(data: ReportData) -> list[Block]:
    """The list to hand to the unit, landscape, with columns to receipt by hand; nothing while there is none."""
    rows = data.evaluation.listed(DocumentRequest)
    return [LandscapeSection((request_table(rows), *receipt()))] if rows else []


def request_table(requests: Sequence[DocumentRequest]) -> Table:
    """One row for each item, its class spanning the rows of the class; empty rows for an empty list."""
    ordered = sorted(requests, key=lambda request: _classes(requests).index(request.category))
    rows: list[Row] = []
    for number, request in enumerate(ordered, start=1):
        line = [Cell(content(text)) for text in _request_cells(number, request)]
        if number == 1 or ordered[number - 2].category != request.category:
            same = sum(1 for other in ordered if other.category == request.category)
            line.insert(0, Cell(content(request.category or "其他"), row_span=same, align=Align.CENTER))
        rows.append(tuple(line))
    centre = Align.CENTER
    return Table(
        columns=(
            Column(1, centre, label=True),
            Column(0.6, centre),
            Column(3.4),
            Column(1.5, centre),
            Column(2.6),
            Column(1.65, centre),
            Column(1.1, centre),
            Column(1.1, centre),
            Column(0.6, centre),
            Column(1.65, centre),
            Column(1.2, centre),
            Column(1.2, centre),
            Column(2.2),
        ),
        header=(cells(*_REQUEST_HEAD.split(), bold=True),),
        rows=tuple(rows) or tuple(cells(*[""] * 13) for _ in range(_EMPTY_ROWS)),
        small=True,
    )


def _classes(requests: Sequence[DocumentRequest]) -> list[str]:
    return list(dict.fromkeys(request.category for request in requests))


def _request_cells(number: int, request: DocumentRequest) -> tuple[str, ...]:
    """Names stand as printed words; the columns for signatures stay free for the hand."""
    copy = f"{request.copy}\n已盖章" if request.certified and request.copy == "复印件" else request.copy
    return (
        str(number),
        request.name,
        request.period,
        request.proves.strip(),
        _day(request.due),
        "" if request.status == "未收" else request.status,
        copy,
        "" if request.copies is None else str(request.copies),
        _day(request.received),
        request.from_whom,
        request.to_whom,
        request.note.strip(),
    )


def receipt() -> tuple[Block, ...]:
    """What is asked of the unit, and where both sides sign."""
    return (
        Paragraph(
            content(
                "说明：请在应交日期前提供，复印件注明“与原件相符”并加盖公章；没有的写“缺失”，与项目无关的写“不适用”，"
                "并在备注中说明。提供单位对资料的真实性、完整性负责。"
            ),
            indent=False,
        ),
        signatures(*((label, "") for label in ("提供单位（盖章）", "经办人", "日期", "接收人", "日期"))),
    )


# ── 座谈记录 ──────────────────────────────────────────────────────────────────────────────────────


def interviews(data: ReportData) -> list[Block]:
    """Every interview; nothing while there is none, or where nobody's words are to be handed out."""
    if data.private:
        return []
    return [
        block for talk in data.evaluation.listed(Interview) for block in interview_blocks(data, talk, level=3)
    ]


def interview_blocks(data: ReportData, talk: Interview, *, level: int) -> list[Block]:
    """One interview: facts, questions and answers by topic, confirmation, papers."""
    evaluation = data.evaluation
    blocks: list[Block] = [
        Heading(level, talk.title or "座谈记录", numbered=False),
        _facts(
            ("时间", _when(talk)),
            ("地点", talk.place),
            ("主持人", talk.host),
            ("记录人", talk.recorder),
            ("单位参加人员", _persons(talk.unit_persons)),
            ("评价组参加人员", _persons(talk.team_persons)),
            ("座谈议题", talk.topics.strip()),
        ),
    ]
    lines = exchanges_of(evaluation, talk.id)
    blocks += _exchanges(evaluation, lines) if lines else _empty_exchanges()
    blocks += _about(evaluation, "interview", talk.id)
    blocks += paragraphs(talk.note)
    blocks.append(_confirmed(talk.confirmed_by, talk.confirmed_on))
    return blocks + papers(data, "interview", talk.id)


def _when(talk: Interview) -> str:
    times = "—".join(part for part in (talk.begins, talk.ends) if part)
    day = "" if talk.held is None else f"{talk.held.year} 年 {talk.held.month} 月 {talk.held.day} 日"
    return f"{day} {times}".strip()


def _persons(text: str) -> str:
    return "、".join(line.strip() for line in text.splitlines() if line.strip())


def _facts(*facts: tuple[str, str]) -> Table:
    return Table(
        columns=(Column(1.1, Align.CENTER, label=True), Column(4)),
        rows=tuple((Cell(content(label), bold=True), Cell(content(text))) for label, text in facts),
    )


def _exchanges(evaluation: Evaluation, lines: Sequence[Exchange]) -> list[Block]:
    blocks: list[Block] = []
    topic = ""
    for number, line in enumerate(lines, start=1):
        if line.topic.strip() and line.topic != topic:
            topic = line.topic
            blocks.append(Paragraph((Text(topic, bold=True),), keep=True))
        indicator = evaluation.form.get(line.indicator)
        about = f"（涉及指标：{indicator.name}）" if indicator is not None else ""
        who = f"（{line.answered_by}）" if line.answered_by.strip() else ""
        blocks.append(Paragraph((Text(f"问 {number}：", bold=True), Text(line.question.strip() + about))))
        answer = line.answer.strip() or "（未答）"
        blocks.append(Paragraph((Text(f"答{who}：", bold=True), Text(answer))))
    return blocks


def _empty_exchanges() -> list[Block]:
    """Room to write by hand."""
    pair = (cells("问", _ROOM), cells("答", _ROOM * 2))
    return [Table(columns=(Column(0.3, Align.CENTER), Column(5)), rows=pair * 5)]


def _about(evaluation: Evaluation, kind: str, id_: str) -> list[Block]:
    names = [evaluation.form[i].name for i in indicators_of(evaluation, kind, id_)]
    return [_said("涉及指标", "、".join(names))] if names else []


def _confirmed(by: str, on: date | None) -> Table:
    return signatures(("确认以上记录无误", by), ("签字", ""), ("日期", _day(on)))


def signatures(*fields: tuple[str, str]) -> Table:
    """A row of labels, each with what is known beside it or with room to sign."""
    columns, row = [], []
    for label, text in fields:
        columns += [Column(1.1, Align.CENTER), Column(1.3, Align.CENTER)]
        row += [Cell(content(label)), Cell(content(text or _ROOM))]
    return Table(columns=tuple(columns), rows=(tuple(row),), small=True)


# ── 现场勘查、尽调记录 ────────────────────────────────────────────────────────────────────────────


def site_records(data: ReportData) -> list[Block]:
    """Every visit, then every sampling; nothing while there is none."""
    evaluation = data.evaluation
    blocks = [
        block
        for record in evaluation.listed(SiteRecord)
        for block in site_record_blocks(data, record, level=3)
    ]
    return blocks + samplings(data)


def site_record_blocks(data: ReportData, record: SiteRecord, *, level: int) -> list[Block]:
    """One visit: facts, what was seen, data found against data booked, sample, confirmation, photos."""
    evaluation = data.evaluation
    blocks: list[Block] = [
        Heading(level, record.title or "现场勘查记录", numbered=False),
        _facts(
            ("记录类型", record.kind),
            ("时间", _span(record.started, record.ended)),
            ("地点", record.place),
            ("单位参加人员", _persons(record.unit_persons)),
            ("评价组参加人员", _persons(record.team_persons)),
            ("查看范围", _range(evaluation, record)),
            ("现场情况", record.seen.strip() or _ROOM * 3),
            ("发现的问题", record.faults.strip() or _ROOM),
            ("意见建议", record.opinion.strip() or _ROOM),
        ),
        *paragraphs(record.note),
    ]
    if facts := facts_of(evaluation, record.id):
        blocks.append(_fact_table(facts))
    blocks += _about(evaluation, "site_record", record.id)
    blocks.append(_confirmed(record.confirmed_by, record.confirmed_on))
    return blocks + papers(data, "site_record", record.id)


def _span(first: date | None, last: date | None) -> str:
    return "—".join(dict.fromkeys(text for text in (_day(first), _day(last)) if text))


def _range(evaluation: Evaluation, record: SiteRecord) -> str:
    parts = []
    if record.population is not None or record.visited is not None:
        whole = "不明" if record.population is None else record.population
        seen = "不明" if record.visited is None else record.visited
        parts.append(f"{record.counted or '查看对象'}：共 {whole}，实际查看 {seen}")
    elif record.counted:
        parts.append(record.counted)
    sampling = evaluation.get(Sampling, record.sampling)
    if sampling is not None:
        parts.append(f"抽样依据：{sampling.title}（{_drawn(evaluation, sampling)}）")
    return "；".join(parts)


def _fact_table(facts: Sequence[Fact]) -> Table:
    digits = Column(1, Align.RIGHT)
    return Table(
        columns=(Column(2.4), digits, digits, digits, Column(0.8, Align.CENTER), Column(1.2, Align.CENTER), Column(2)),
        header=(cells("数据名称", "实查数", "账面数", "差异", "单位", "日期", "说明", bold=True),),
        rows=tuple(
            cells(
                fact.name,
                "" if fact.value is None else show_plain(exact(fact.value)),
                "" if fact.booked is None else show_plain(exact(fact.booked)),
                _difference(fact),
                fact.unit,
                _day(fact.observed),
                fact.note,
            )
            for fact in facts
        ),
        small=True,
    )  # fmt: skip


def _difference(fact: Fact) -> str:
    if fact.value is None or fact.booked is None:
        return ""
    return show_plain(exact(fact.value) - exact(fact.booked)) if fact.value != fact.booked else "相符"


# ── 抽样 ──────────────────────────────────────────────────────────────────────────────────────────


def samplings(data: ReportData) -> list[Block]:
    """Every sampling; nothing while there is none."""
    return [
        block
        for sampling in data.evaluation.listed(Sampling)
        for block in sampling_blocks(data, sampling, level=3)
    ]


def _drawn(evaluation: Evaluation, sampling: Sampling) -> str:
    found = coverage(evaluation, sampling)
    drawn = "未填" if found.drawn is None else str(found.drawn)
    share = f"，占 {show_percent(found.share)}" if found.share is not None else ""
    whole = "未填" if sampling.population is None else sampling.population
    return f"总体 {whole}，抽取 {drawn}{share}"


def sampling_blocks(data: ReportData, sampling: Sampling, *, level: int) -> list[Block]:
    """One sampling: whole, method and rule, how much was drawn, the items."""
    evaluation = data.evaluation
    unit = evaluation.overview.fund_unit
    found = coverage(evaluation, sampling)
    money = "" if found.money is None else f"抽取 {show_money(found.money, unit)}"
    if sampling.population_money is not None:
        money = f"总体 {show_money(exact(sampling.population_money), unit)}，{money or '抽取未填'}"
    if found.money_share is not None:
        money += f"，占 {show_percent(found.money_share)}"
    blocks: list[Block] = [
        Heading(level, sampling.title or "抽样表", numbered=False),
        _facts(
            ("抽样对象", sampling.counted),
            ("抽样方法", sampling.method),
            ("抽样规则", sampling.rule.strip()),
            ("数量", _drawn(evaluation, sampling)),
            ("金额", money),
        ),
    ]
    if items := items_of(evaluation, sampling.id):
        total = [item.money for item in items if item.money is not None]
        rows = [
            cells(
                str(number),
                item.number,
                item.name,
                "" if item.money is None else show(item.money),
                item.place,
                item.result,
            )
            for number, item in enumerate(items, start=1)
        ]
        if total:
            rows.append(cells("", "", "合计", show(sum(total)), "", "", bold=True))
        blocks.append(
            Table(
                columns=(
                    Column(0.6, Align.CENTER),
                    Column(0.9, Align.CENTER),
                    Column(2.2),
                    Column(1, Align.RIGHT),
                    Column(1.6),
                    Column(2.6),
                ),
                header=(
                    cells("序号", "总体编号", "抽中对象", f"金额（{unit}）", "地点", "核查结果", bold=True),
                ),
                rows=tuple(rows),
                small=True,
            )
        )
    return blocks + paragraphs(sampling.note) + papers(data, "sampling", sampling.id)


# ── papers and photos ─────────────────────────────────────────────────────────────────────────────


def papers(data: ReportData, kind: str, id_: str) -> list[Block]:
    """What belongs to a record: pictures with their captions where they are at hand, all of it by number."""
    found = evidence_at(data.evaluation, kind, id_)
    if not found:
        return []
    open_to_all = [item for item, _ in found if not item.withheld]
    seen = data.sights.whole(open_to_all, BESIDE) if data.sights is not None else [None] * len(open_to_all)
    pictures = {item.id: picture for item, picture in zip(open_to_all, seen, strict=True)}
    shown: list[Figure] = []
    words: list[str] = []
    for item, link in found:
        name = f"{evidence_label(item)} {item.title}"
        note = f"（{SIGNED}）" if link.note == SIGNED else ""
        words.append(name + note)
        picture = pictures.get(item.id)
        if picture is None and item.id in pictures and item.media_type.startswith("image/"):
            picture = Absent(item.title) if data.sights is not None else None
        if picture is not None:
            shown.append(Figure(Picture(picture, name), caption=_caption(item) + note))
    blocks: list[Block] = [_said("附件", "；".join(words))]
    return [*blocks, PhotoGrid(tuple(shown))] if shown else blocks


def _caption(item: Evidence) -> str:
    taken = f"，{item.taken[:16]}" if item.taken else ""
    return f"{item.title}（{evidence_label(item)}{taken}）"


def line_of(*parts: str) -> Content:
    """Words parted by wide blanks, empty ones left out."""
    return content("　".join(part for part in parts if part))
