"""Field records: what was asked for, said, seen and drawn – 资料清单、座谈、现场、抽样.

Ties run through :class:`workbench.domain.evaluation.Link`: a request, interview or record *to*
``indicator`` says what it is about; evidence *to* a request, interview, record or sampling is the
paper or photo that belongs to it. A link with the note :data:`SIGNED` is the sheet with signatures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workbench.domain.fields import spec

REQUEST_CLASSES = ("政策制度", "业务", "财务")
REQUEST_STATES = ("未收", "已收", "缺失", "不适用")
COPIES = ("原件", "复印件", "电子件")
RECORD_KINDS = ("现场勘查", "尽调", "实物盘点", "资料核查")
SAMPLE_UNITS = ("下级单位", "项目点", "受益户", "合同", "凭证", "资产")
SAMPLE_METHODS = ("随机抽样", "等距抽样", "分层抽样", "金额优先", "判断抽样", "全部查验")

#: The note of a link between evidence and a record: this item is the confirmed, signed sheet.
SIGNED = "签字确认页"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRequest:
    """资料清单的一项: what the unit is asked for, what it proves, and whether it came."""

    id: str
    position: int = spec("序号", "order", default=0)
    category: str = spec("类别", "open_choice", choices=REQUEST_CLASSES)
    name: str = spec("资料名称", "line", required=True)
    period: str = spec("起止时间", "line", hint="如 2020—2022 年")
    proves: str = spec("证明内容", hint="这项资料用来证明什么")
    status: str = spec("状态", "choice", choices=REQUEST_STATES, default="未收")
    due: date | None = spec("应交日期", "date", default=None)
    received: date | None = spec("收到日期", "date", default=None)
    from_whom: str = spec("提供人", "line")
    to_whom: str = spec("接收人", "line")
    copy: str = spec("原件或复印件", "choice", choices=COPIES)
    copies: int | None = spec("份数", "count", default=None)
    certified: bool = spec("复印件已注明与原件相符并盖章", "flag", default=False)
    note: str = spec("备注")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """座谈记录: where and when, who was there, what about, and who confirmed it."""

    id: str
    position: int = spec("序号", "order", default=0)
    title: str = spec("座谈名称", "line", required=True)
    place: str = spec("地点", "line")
    held: date | None = spec("日期", "date", default=None)
    begins: str = spec("开始时间", "time")
    ends: str = spec("结束时间", "time")
    host: str = spec("主持人", "line")
    recorder: str = spec("记录人", "line")
    unit_persons: str = spec("单位参加人员", hint="每行一人，写明职务")
    team_persons: str = spec("评价组参加人员", hint="每行一人")
    topics: str = spec("座谈议题")
    confirmed_by: str = spec("确认人", "line")
    confirmed_on: date | None = spec("确认日期", "date", default=None)
    note: str = spec("备注")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One question of an interview with its answer; ``indicator`` where it bears on one."""

    id: str
    position: int = spec("序号", "order", default=0)
    interview: str = spec("座谈", "ref", refers="interview", required=True)
    topic: str = spec("议题", "line")
    question: str = spec("问", required=True)
    answer: str = spec("答")
    answered_by: str = spec("答复人", "line")
    indicator: str = spec("涉及指标", "ref", refers="indicator")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecord:
    """现场勘查、尽调记录: where and when, who was there, what was seen, how much of the whole."""

    id: str
    position: int = spec("序号", "order", default=0)
    title: str = spec("记录名称", "line", required=True)
    kind: str = spec("记录类型", "open_choice", choices=RECORD_KINDS, default="现场勘查")
    place: str = spec("地点", "line")
    started: date | None = spec("开始日期", "date", default=None)
    ended: date | None = spec("结束日期", "date", default=None)
    unit_persons: str = spec("单位参加人员", hint="每行一人，写明职务")
    team_persons: str = spec("评价组参加人员", hint="每行一人")
    seen: str = spec("现场情况", hint="看到、清点、测量到什么")
    faults: str = spec("发现的问题")
    opinion: str = spec("意见建议")
    counted: str = spec("查看对象", "line", hint="如 乡镇、项目点、设备")
    population: int | None = spec("总数", "count", default=None)
    visited: int | None = spec("实际查看数", "count", default=None)
    sampling: str = spec("抽样依据", "ref", refers="sampling")
    confirmed_by: str = spec("确认人", "line")
    confirmed_on: date | None = spec("确认日期", "date", default=None)
    note: str = spec("备注")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One structured fact of a site record, found and as booked; inputs take it as ``record:<id>``."""

    id: str
    position: int = spec("序号", "order", default=0)
    record: str = spec("现场记录", "ref", refers="site_record", required=True)
    name: str = spec("数据名称", "line", required=True)
    value: Decimal | None = spec("实查数", "number", default=None)
    booked: Decimal | None = spec("账面数", "number", default=None, hint="台账或上报的数")
    unit: str = spec("计量单位", "line")
    observed: date | None = spec("日期", "date", default=None)
    note: str = spec("说明", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """抽样: the whole, how it was drawn from, and how much was drawn where no items are listed."""

    id: str
    position: int = spec("序号", "order", default=0)
    title: str = spec("抽样名称", "line", required=True)
    counted: str = spec("抽样对象", "open_choice", choices=SAMPLE_UNITS)
    method: str = spec("抽样方法", "open_choice", choices=SAMPLE_METHODS)
    rule: str = spec("抽样规则", hint="怎样抽取；随机抽样写明种子，便于重做")
    population: int | None = spec("总体数量", "count", default=None)
    population_money: Decimal | None = spec("总体金额", "money", default=None)
    drawn: int | None = spec("抽取数量", "count", default=None, hint="列有明细时自动计数")
    drawn_money: Decimal | None = spec("抽取金额", "money", default=None, hint="列有明细时自动合计")
    note: str = spec("备注")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledItem:
    """One item that was drawn."""

    id: str
    position: int = spec("序号", "order", default=0)
    sampling: str = spec("抽样", "ref", refers="sampling", required=True)
    name: str = spec("抽中对象", "line", required=True)
    number: str = spec("总体中编号", "line")
    money: Decimal | None = spec("金额", "money", default=None)
    place: str = spec("地点", "line")
    result: str = spec("核查结果", "line")
