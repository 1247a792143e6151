"""The entities of one evaluation, frozen, each with its own id, and the evaluation that holds them.

What people said is here; what follows from it (scores, rates, grades, findings) is computed by
other rooms and never stored. Every field is described once by :func:`workbench.domain.fields.spec`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from workbench.domain.entities_form import FormRevision
from workbench.domain.entities_rates import StatedRate
from workbench.domain.entities_records import (
    DocumentRequest,
    Exchange,
    Fact,
    Interview,
    SampledItem,
    Sampling,
    SiteRecord,
)
from workbench.domain.entities_review import Opinion, ReviewNote, SignOff
from workbench.domain.entities_survey import (
    AGGREGATIONS,
    COUNTS,
    DOUBLE_ENTRY,
    NO_SECOND,
    POOLED,
    WAYS,
    AnswerGroup,
    Sheet,
    SheetBatch,
    SurveyResult,
)
from workbench.domain.fields import spec
from workbench.domain.form import Form

MODES = ("单位自评", "部门评价", "财政评价")
STAGES = ("自评", "初评", "复核", "征求意见后")
OPERATORS = ("≥", "≤", "=", "＞", "＜")
EVIDENCE_KINDS = ("正式资料", "工作资料", "原始凭证", "说明材料")  # 财预〔2021〕101号
COLLECTION_METHODS = ("资料收集", "现场尽调", "问卷调查", "座谈访谈", "数据核查", "公开信息")
QUESTION_ROLES = ("满意度", "信息", "其他")
QUESTION_KINDS = ("单选", "多选", "数字", "文字", "量表", "开放题")
#: Kinds of questions that are answered by choosing among options, one or several.
CHOICE_KINDS = ("单选", "多选", "量表")
FUND_UNITS = ("元", "万元", "亿元")
#: Where the human text of a chapter stands beside what the program writes.
BEFORE, AFTER, INSTEAD, ALONE = "放在前面", "放在后面", "代替生成的文字，表和图照印", "全部代替"
PARAGRAPH_MODES = (BEFORE, AFTER, INSTEAD, ALONE)
PROBLEM_CLASSES = ("绩效目标", "资金管理", "组织实施", "项目产出", "项目效益", "其他")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """概况: what is evaluated, by whom, when. One per evaluation, with the id ``overview``."""

    id: str = "overview"
    project: str = spec("项目名称", "line", required=True)
    year: str = spec("评价年度", "line")
    mode: str = spec("评价类型", "choice", choices=MODES, default="财政评价")
    evaluated_unit: str = spec("被评价单位", "line")
    department: str = spec("主管部门", "line")
    commissioner: str = spec("委托方", "line")
    agency: str = spec("评价机构", "line")
    lead: str = spec("主评人", "line")
    project_start: date | None = spec("项目开始日期", "date", default=None)
    project_end: date | None = spec("计划完成日期", "date", default=None)
    actual_end: date | None = spec("实际完成日期", "date", default=None)
    tender_date: date | None = spec("采购开标日期", "date", default=None)
    contract_date: date | None = spec("合同签订日期", "date", default=None)
    base_date: date | None = spec("评价基准日", "date", default=None)
    evaluation_start: date | None = spec("评价开始日期", "date", default=None)
    evaluation_end: date | None = spec("评价结束日期", "date", default=None)
    report_date: date | None = spec("报告日期", "date", default=None)
    fund_unit: str = spec("金额单位", "choice", choices=FUND_UNITS, default="万元")
    fund_source: str = spec("资金来源", "line", default="财政资金")
    counting_stage: str = spec("以哪一轮得分为准", "choice", choices=STAGES, default="初评")
    background: str = spec("立项背景")
    content: str = spec("主要内容及实施情况")
    organisation: str = spec("组织管理")
    overall_target: str = spec("总体绩效目标")
    purpose: str = spec("评价目的")
    scope: str = spec("评价对象和范围")
    basis: str = spec("评价依据", hint="每行一条")
    principles: str = spec("评价原则和方法")
    process: str = spec("评价工作过程")
    experience: str = spec("主要经验及做法")
    remarks: str = spec("其他需要说明的问题")
    index_scheme: str = spec("索引号编法", "line", later=True, default="{指标}-{序:2}")
    unit_profile: str = spec("单位基本情况", later=True, hint="职能、机构和变动情况")
    achievements: str = spec("主要绩效", later=True, hint="项目取得的主要成效")
    outline: str = spec("报告提纲", "line", later=True, hint="留空则用指标体系的提纲")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """评价组成员."""

    id: str
    position: int = spec("序号", "order", default=0)
    name: str = spec("姓名", "line", required=True)
    organisation: str = spec("单位", "line")
    speciality: str = spec("专业", "line")
    title: str = spec("职称", "line")
    duty: str = spec("分工", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """绩效目标的一项指标值: name, operator, value and unit as set, and what was reached."""

    id: str
    position: int = spec("序号", "order", default=0)
    level1: str = spec("一级指标", "line")
    level2: str = spec("二级指标", "line")
    name: str = spec("目标名称", "line", required=True)
    operator: str = spec("比较", "choice", choices=OPERATORS, default="≥")
    value: Decimal | None = spec("指标值", "number", default=None)
    unit: str = spec("计量单位", "line", hint="如 %、次、万元")
    actual: Decimal | None = spec("实际完成值", "number", default=None)
    indicator: str = spec("对应评价指标", "ref", refers="indicator")
    explanation: str = spec("偏差原因")
    suggested: str = spec("修正建议", "line", later=True, hint="建议改成的目标值或表述")
    suggestion_reason: str = spec("修正理由", later=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundLine:
    """资金的一行: a year and item with its amounts, all in the unit of the evaluation."""

    id: str
    position: int = spec("序号", "order", default=0)
    year: str = spec("年度", "line")
    item: str = spec("资金项目", "line", required=True)
    initial: Decimal | None = spec("年初预算", "money", default=None)
    budget: Decimal | None = spec("预算资金", "money", default=None)
    arrived: Decimal | None = spec("到位资金", "money", default=None)
    due: Decimal | None = spec("应付金额", "money", default=None)
    spent: Decimal | None = spec("实际支出", "money", default=None)
    contract: Decimal | None = spec("合同金额", "money", default=None)
    explanation: str = spec("说明")
    stated_rate: Decimal | None = spec(
        "来稿所载执行率", "percent", default=None, later=True, hint="报告或自评表印出的预算执行率"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is said about one indicator; its id is the indicator's id."""

    id: str
    override: Decimal | None = spec("改定得分", "score", unit="分", default=None)
    override_reason: str = spec("改定理由")
    basis: str = spec("评价依据", hint="可写 {得分} 等，数字随数据更新")
    basis_source: str = spec("依据来源", "line")
    collection_method: str = spec("证据收集方式", "open_choice", choices=COLLECTION_METHODS)
    no_evidence_reason: str = spec("无佐证的说明")
    done: bool = spec("已完成", "flag", default=False)
    owner: str = spec("负责人", "line", later=True, hint="由谁评这个指标")
    override_by: str = spec("改定人", "line", later=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of an indicator's rule; its id is ``indicator/key`` (:func:`input_id`).

    ``value`` is what a person typed (text as normalised), ``source`` a binding to a survey result,
    fund total or target (see :mod:`workbench.domain.sources`). With a source bound, the linked
    value counts unless ``manual`` is set; then the typed one counts and both are shown.
    """

    id: str
    indicator: str = spec("指标", "ref", refers="indicator", required=True)
    key: str = spec("计分项", "line", required=True)
    value: str = spec("填写值", "line")
    source: str = spec("取自", "line")
    manual: bool = spec("以填写值为准", "flag", default=False)
    note: str = spec("说明", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The score of one indicator at one stage other than 初评; its id is ``indicator/stage``."""

    id: str
    indicator: str = spec("指标", "ref", refers="indicator", required=True)
    stage: str = spec("轮次", "choice", choices=STAGES, required=True)
    score: Decimal | None = spec("得分", "score", unit="分", default=None)
    reason: str = spec("理由")
    by: str = spec("评分人", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """扣分: one line of points taken off an indicator, with its reason."""

    id: str
    position: int = spec("序号", "order", default=0)
    indicator: str = spec("指标", "ref", refers="indicator", required=True)
    points: Decimal | None = spec("扣分", "score", unit="分", default=None)
    reason: str = spec("扣分原因")
    basis: str = spec("扣分依据", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """佐证材料: one file kept under its content hash, with its running number."""

    id: str
    number: int = spec("佐证号", "order", default=0)
    title: str = spec("名称", "line", required=True)
    kind: str = spec("类别", "choice", choices=EVIDENCE_KINDS)
    source: str = spec("来源", "line")
    method: str = spec("收集方式", "open_choice", choices=COLLECTION_METHODS)
    page: str = spec("页码", "line")
    copy: str = spec("原件或复印件", "choice", choices=("原件", "复印件", "电子件"))
    obtained: date | None = spec("取得日期", "date", default=None)
    by: str = spec("收集人", "line")
    note: str = spec("备注")
    file_name: str = spec("原文件名", "line")
    sha256: str = spec("内容校验值", "line")
    size: int = spec("字节数", "count", default=0)
    media_type: str = spec("文件类型", "line")
    taken: str = spec("拍摄时间", "line")
    index: str = spec("索引号", "line", later=True, hint="关联指标时按编法自动编出，可改")
    derived_from: str = spec("由哪件佐证制成", "ref", refers="evidence", later=True)
    withheld: bool = spec("原件不外发", "flag", default=False, later=True)
    taken_place: str = spec("拍摄位置", "line", later=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A tie between two entities: evidence proves a deduction, a problem explains it, advice answers it.

    ``place`` may name a page and a rectangle of the evidence (``3:0.10,0.20,0.30,0.05``: page and
    left, top, width, height as shares of it).
    """

    id: str
    from_kind: str = spec("从类别", "line", required=True)
    from_id: str = spec("从", "line", required=True)
    to_kind: str = spec("到类别", "line", required=True)
    to_id: str = spec("到", "line", required=True)
    place: str = spec("位置", "line")
    note: str = spec("说明", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """问卷: one questionnaire for one group of respondents, with how many were issued and came back.

    ``way`` says how its answers come in. ``double_entry`` says which sheets a second person types
    again: every ``double_every``-th, or the share ``double_share`` drawn with ``double_seed``.
    ``columns`` is the plan of its packed answers (:mod:`workbench.domain.answers`).
    """

    id: str
    position: int = spec("序号", "order", default=0)
    title: str = spec("问卷名称", "line", required=True)
    group: str = spec("调查对象", "line")
    issued: int | None = spec("发放份数", "count", default=None, hint="网上发放、份数不明时留空")
    returned: int | None = spec("回收份数", "count", default=None)
    valid: int | None = spec("有效份数", "count", default=None)
    held: date | None = spec("调查日期", "date", default=None)
    place: str = spec("调查地点", "line")
    introduction: str = spec("卷首语")
    way: str = spec("数据来源", "choice", choices=WAYS, default=COUNTS, later=True)
    aggregation: str = spec("综合方法", "choice", choices=AGGREGATIONS, default=POOLED, later=True)
    double_entry: str = spec("二次录入", "choice", choices=DOUBLE_ENTRY, default=NO_SECOND, later=True)
    double_every: int | None = spec("每隔几份复录", "count", default=None, later=True)
    double_share: Decimal | None = spec("复录比例", "percent", default=None, later=True)
    double_seed: str = spec("抽样种子", "line", later=True)
    columns: str = spec("答案栏位", "text", later=True)
    number_prefix: str = spec("答卷编号前缀", "line", hint="如 GZ，编号即 GZ-001", later=True)
    printed_to: int | None = spec("已印到第几号", "count", default=None, later=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; its text exists here and nowhere else.

    ``stated_rate`` is a rate that somebody printed for it (as a share of one), kept to be compared.
    ``weight`` counts among the questions where their rates are weighted (λ). ``skip_if`` names when
    the question is passed over: ``question id:option id option id``.
    """

    id: str
    position: int = spec("序号", "order", default=0)
    questionnaire: str = spec("问卷", "ref", refers="questionnaire", required=True)
    code: str = spec("代号", "line")
    text: str = spec("题目", "line", required=True)
    name: str = spec("结果名称", "line", hint="如 公众知晓率")
    role: str = spec("用途", "choice", choices=QUESTION_ROLES, default="满意度")
    kind: str = spec("题型", "choice", choices=QUESTION_KINDS, default="单选")
    base: int | None = spec("本题有效份数", "count", default=None, hint="按百分比录入时的份数")
    stated_rate: Decimal | None = spec("来稿所载比率", "percent", default=None)
    weight: Decimal | None = spec("题目权重", "number", default=None, later=True)
    skip_if: str = spec("跳过条件", "line", later=True)
    required: bool = spec("必答", "flag", default=False, later=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer of a question: its label, weight, and how many chose it (or which share).

    ``no_answer``: whoever chose it gave no judgement (不清楚、拒答); counted, but not in the rate's base.
    """

    id: str
    position: int = spec("序号", "order", default=0)
    question: str = spec("题目", "ref", refers="question", required=True)
    label: str = spec("选项", "line", required=True)
    weight: Decimal | None = spec("权重", "percent", default=None)
    count: int | None = spec("人数", "count", default=None)
    share: Decimal | None = spec("占比", "percent", default=None)
    no_answer: bool = spec("视同未作答", "flag", default=False, later=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """问题清单的一行."""

    id: str
    position: int = spec("序号", "order", default=0)
    category: str = spec("问题分类", "open_choice", choices=PROBLEM_CLASSES)
    title: str = spec("问题", "line", required=True)
    description: str = spec("具体表现")
    cause: str = spec("原因分析")
    unit: str = spec("责任单位", "line")
    no_deduction_reason: str = spec("不扣分的理由")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """意见建议的一条."""

    id: str
    position: int = spec("序号", "order", default=0)
    title: str = spec("建议", "line", required=True)
    text: str = spec("具体内容")
    addressee: str = spec("建议对象", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Human text of one chapter of the report; its id is the chapter's key."""

    id: str
    text: str = spec("正文")
    mode: str = spec("与生成内容的关系", "choice", choices=PARAGRAPH_MODES, default=BEFORE, later=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A finding that a person lets stand, with the reason; kept and printed. Its id is the finding's key."""

    id: str
    code: str = spec("核验编号", "line", required=True)
    reason: str = spec("放行理由", required=True)
    by: str = spec("放行人", "line")


Entity = (
    Overview | Member | Target | FundLine | Entry | Input | Mark | Deduction | Evidence | Link
    | Questionnaire | Question | Option | Problem | Advice | Paragraph | Waiver
    | DocumentRequest | Interview | Exchange | SiteRecord | Fact | Sampling | SampledItem
    | FormRevision
    | StatedRate | Opinion | ReviewNote | SignOff
    | Sheet | SheetBatch | AnswerGroup | SurveyResult
)  # fmt: skip

#: Every kind of entity: its name in the store, the journal and the working papers, its class, what people call it.
_REGISTER: tuple[tuple[str, type[Any], str], ...] = (
    ("overview", Overview, "概况"),
    ("member", Member, "评价组"),
    ("target", Target, "绩效目标"),
    ("fund_line", FundLine, "资金"),
    ("entry", Entry, "指标评价"),
    ("input", Input, "计分项"),
    ("mark", Mark, "各轮得分"),
    ("deduction", Deduction, "扣分"),
    ("evidence", Evidence, "佐证材料"),
    ("link", Link, "关联"),
    ("questionnaire", Questionnaire, "问卷"),
    ("question", Question, "问卷题目"),
    ("option", Option, "问卷选项"),
    ("problem", Problem, "问题"),
    ("advice", Advice, "建议"),
    ("paragraph", Paragraph, "报告正文"),
    ("waiver", Waiver, "放行"),
    ("form_revision", FormRevision, "指标体系"),
    ("document_request", DocumentRequest, "资料清单"),
    ("interview", Interview, "座谈记录"),
    ("exchange", Exchange, "座谈问答"),
    ("site_record", SiteRecord, "现场记录"),
    ("fact", Fact, "现场数据"),
    ("sampling", Sampling, "抽样"),
    ("sampled_item", SampledItem, "抽样明细"),
    ("stated_rate", StatedRate, "来稿比率"),
    ("opinion", Opinion, "征求意见"),
    ("review_note", ReviewNote, "复核意见"),
    ("sign_off", SignOff, "复核签署"),
    ("sheet", Sheet, "答卷"),
    ("sheet_batch", SheetBatch, "导入的答卷"),
    ("answer_group", AnswerGroup, "开放题归类"),
    ("survey_result", SurveyResult, "问卷定稿结果"),
)
ENTITIES: Mapping[str, type[Any]] = types.MappingProxyType({kind: made for kind, made, _ in _REGISTER})
#: What a link may hang on has a label as well: an indicator, which is no entity of its own.
KIND_LABELS: Mapping[str, str] = types.MappingProxyType(
    {**{kind: label for kind, _, label in _REGISTER}, "indicator": "指标"}
)

_KINDS: dict[type, str] = {entity_type: kind for kind, entity_type in ENTITIES.items()}


def kind_of(entity: Entity) -> str:
    """The kind's name of an entity."""
    return _KINDS[type(entity)]


def kind_of_type(entity_type: type) -> str:
    """The kind's name of an entity class; ``KeyError`` for other classes."""
    return _KINDS[entity_type]


def input_id(indicator: str, key: str) -> str:
    """The id of one rule input of an indicator."""
    return f"{indicator}/{key}"


def mark_id(indicator: str, stage: str) -> str:
    """The id of one stage's score of an indicator."""
    return f"{indicator}/{stage}"


EntityT = TypeVar("EntityT", bound=Entity)
Table = Mapping[str, Entity]
_EMPTY: Table = types.MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation: its own copy of the form and everything that was said, by kind and id."""

    id: str
    form: Form
    """The form in force: the evaluation's first one, or its revision (:class:`FormRevision`)."""
    tables: Mapping[str, Table] = field(default_factory=dict)
    first_form: Form | None = None
    """The form that the evaluation began with, where a revision is in force."""

    @property
    def original_form(self) -> Form:
        """The form that the evaluation began with, whatever is in force now."""
        return self.first_form or self.form

    def table(self, entity_type: type[EntityT]) -> Mapping[str, EntityT]:
        """All entities of one class by id, in the order in which they were put."""
        return self.tables.get(kind_of_type(entity_type), _EMPTY)  # type: ignore[return-value]

    def get(self, entity_type: type[EntityT], id_: str) -> EntityT | None:
        """One entity, or nothing."""
        return self.table(entity_type).get(id_)

    def listed(self, entity_type: type[EntityT]) -> list[EntityT]:
        """All entities of one class by their position, ties in the order in which they were put."""
        return sorted(self.table(entity_type).values(), key=lambda e: getattr(e, "position", 0))

    @property
    def overview(self) -> Overview:
        """The overview; an empty one while none was put."""
        return self.get(Overview, "overview") or Overview()

    def entry(self, indicator: str) -> Entry:
        """What is said about an indicator; an empty entry while nothing is."""
        return self.get(Entry, indicator) or Entry(id=indicator)

    def deductions(self, indicator: str) -> list[Deduction]:
        """The deduction lines of an indicator in their order."""
        return [line for line in self.listed(Deduction) if line.indicator == indicator]

    def links(
        self, *, from_kind: str = "", from_id: str = "", to_kind: str = "", to_id: str = ""
    ) -> Iterator[Link]:
        """The links that match every given end."""
        for link in self.table(Link).values():
            if (
                (not from_kind or link.from_kind == from_kind)
                and (not from_id or link.from_id == from_id)
                and (not to_kind or link.to_kind == to_kind)
                and (not to_id or link.to_id == to_id)
            ):
                yield link
