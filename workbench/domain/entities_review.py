"""What others say of the evaluation before it is issued: opinions with their replies, internal review, sign-offs.

财监〔2021〕4号第十八条: the evaluated unit and the client are asked for opinions in writing, each is
answered (adopted or not, with the reason), then a named person or department reviews internally.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workbench.domain.fields import spec

OPINION_ROUNDS = ("撤点前交换意见", "书面征求意见")
OPINION_PARTIES = ("被评价单位", "委托方", "主管部门")
OPINION_SUBJECTS = ("得分", "事实数据", "文字表述", "其他")
ADOPTIONS = ("采纳", "部分采纳", "不采纳")
REVIEW_SUBJECTS = ("指标得分", "扣分", "佐证材料", "问题与建议", "资金", "问卷", "报告文字", "其他")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """征求意见的一条: who said what of which indicator or problem, and how it was answered.

    ``score_before`` and ``score_after`` log the points of the indicator around the reply.
    """

    id: str
    position: int = spec("序号", "order", default=0)
    round: str = spec("轮次", "choice", choices=OPINION_ROUNDS, default="书面征求意见")
    party: str = spec("提出方", "open_choice", choices=OPINION_PARTIES, default="被评价单位")
    received: date | None = spec("提出日期", "date", default=None)
    text: str = spec("意见内容", required=True)
    subject: str = spec("针对", "choice", choices=OPINION_SUBJECTS, default="得分")
    indicator: str = spec("涉及指标", "ref", refers="indicator")
    problem: str = spec("涉及问题", "ref", refers="problem")
    adopted: str = spec("采纳情况", "choice", choices=ADOPTIONS)
    reply: str = spec("答复及理由")
    score_before: Decimal | None = spec("修改前得分", "score", unit="分", default=None)
    score_after: Decimal | None = spec("修改后得分", "score", unit="分", default=None)
    replied: date | None = spec("答复日期", "date", default=None)
    by: str = spec("答复人", "line")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewNote:
    """内部复核的一条意见: of which level, about what, how it was answered, whether it is settled."""

    id: str
    position: int = spec("序号", "order", default=0)
    level: str = spec("复核级次", "open_choice")
    reviewer: str = spec("复核人", "line")
    noted: date | None = spec("复核日期", "date", default=None)
    subject: str = spec("针对", "open_choice", choices=REVIEW_SUBJECTS)
    indicator: str = spec("涉及指标", "ref", refers="indicator")
    text: str = spec("复核意见", required=True)
    answer: str = spec("答复及修改情况")
    by: str = spec("答复人", "line")
    closed: bool = spec("已关闭", "flag", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """复核签署: one level of the chain vouches for what it saw.

    ``content`` names what was seen (:mod:`workbench.domain.reviewing`): after an edit it no longer
    fits, and the sign-off no longer counts. ``step`` is the last step of the journal at that time.
    """

    id: str
    level: str = spec("复核级次", "line", required=True)
    by: str = spec("签署人", "line", required=True)
    signed: date | None = spec("签署日期", "date", default=None)
    remark: str = spec("复核结论", "line")
    content: str = spec("签署内容校验值", "line")
    step: int | None = spec("签署时的步骤号", "count", default=None)
