"""A report of the size and kind that a county bureau receives, for tests and for looking at.

The figures are those of a published evaluation of a 12345 hotline; the sentences are our own.
"""

from __future__ import annotations

import random
from datetime import datetime
from decimal import Decimal
from io import BytesIO

from workbench.domain.charts import Bar, BarChart, Scale, ScaleChart
from workbench.exporters.document import (
    Align,
    Annex,
    Block,
    Bound,
    Cell,
    Column,
    Contents,
    Cover,
    Document,
    Figure,
    Heading,
    ListItems,
    Marker,
    Metadata,
    Paragraph,
    PhotoGrid,
    Picture,
    Reference,
    Table,
    cells,
    content,
)

D = Decimal


def para(*parts: object) -> Paragraph:
    return Paragraph(content(*parts))  # type: ignore[arg-type]


def photo(number: int, width: int = 1400, height: int = 1050) -> bytes:
    """A JPEG that compresses like a photo: soft colours with some grain."""
    from PIL import Image

    small = (width // 4, height // 4)
    noise = Image.frombytes("L", small, random.Random(number).randbytes(small[0] * small[1]))
    noise = noise.resize((width, height))
    slope = Image.linear_gradient("L").resize((width, height)).rotate(37 * number)
    image = Image.merge("RGB", (noise, slope, Image.blend(noise, slope, 0.5)))
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def goals() -> Table:
    def row(*texts: object) -> tuple[Cell, ...]:
        return cells(*texts)  # type: ignore[arg-type]

    return Table(
        (
            Column(2, Align.CENTER, label=True),
            Column(2.4, Align.CENTER, label=True),
            Column(3, label=True),
            Column(2.6, Align.CENTER),
        ),
        (
            row("总体目标", Cell(content("提升 12345 政务服务热线服务水平"), col_span=3, align=Align.LEFT)),
            row(Cell(content("产出"), row_span=4), "产出数量", "服务时间", "24 小时/天"),
            row("产出成本", "外包服务费", "≤71.6 万元"),
            row(Cell(content("产出时效"), row_span=2), "工单及时转办率", "100%"),
            row("工单按时回复率", "100%"),
            row(
                Cell(content("效益"), row_span=2), Cell(content("社会效益"), row_span=2), "公众知晓率", "≥96%"
            ),
            row("公众认可率", "≥95%"),
            row("满意度", "服务对象满意度", "群众满意度", "≥92%"),
        ),
        (cells("一级指标", "二级指标", "三级指标", "年度指标值"),),
        caption="项目绩效目标",
        key="goals",
    )


def funds() -> Table:
    columns = (Column(3.4, label=True), *(Column(1.6, Align.RIGHT) for _ in range(4)))
    return Table(
        columns,
        (
            cells("人员工资（基本工资、保险、公积金、补贴）", "59.47", "29.74", "5.90", "5.90"),
            cells("其他费用（电信费、办公费、管理费、税金、利润）", "12.13", "5.76", "1.20", "1.20"),
            cells("合计", "71.60", "35.50", "7.10", "7.10", bold=True),
        ),
        (cells("支出内容", "预算", "应付", "到位", "支出"),),
        caption="资金安排和使用情况",
        key="funds",
        unit="万元",
        note=content("注：应付数按服务合同“每半年结算一次”计算，截止日为评价基准日。"),
    )


def conclusion() -> Table:
    text = (
        (
            "决策",
            "20.00",
            "17.50",
            "立项依据充分，程序规范；绩效目标基本合理，但缺少可以量化的指导培训指标，个别指标重复、难以衡量；预算编制依据充分，与工作任务相匹配。",
        ),
        (
            "过程",
            "20.00",
            "16.80",
            "资金到位率 20%，到位资金全部支出；审批手续完整，未发现截留、挤占、挪用；财务和业务管理制度健全并得到执行。",
        ),
        ("产出", "30.00", "30.00", "全年每天 24 小时人工服务；工单及时转办率、按时回复率均为 100%。"),
        (
            "效益",
            "30.00",
            "28.17",
            "公众知晓率 86.50%，公众认可率 87.00%，均低于目标值；服务对象满意度 95.53%。",
        ),
    )
    rows = tuple(cells(*line) for line in text)
    return Table(
        (
            Column(1.1, Align.CENTER, label=True),
            Column(1, Align.RIGHT),
            Column(1, Align.RIGHT),
            Column(6),
        ),
        (*rows, cells("合计", "100.00", "92.47", "优", bold=True)),
        (cells("评价指标", "分值", "得分", "评价"),),
        caption="综合评价表",
        key="conclusion",
    )


# (level 1, points), (level 2, points), indicator, points, explanation, criterion, score, basis, source, method
SCORES: tuple[tuple[str, str, str, str, str, str, str, str, str], ...] = (
    ("决策（20）", "项目立项（8）", "立项依据充分性与流程规范性（4）", "项目是否属于部门职责，设立过程是否符合要求。", "1.与部门职责范围相符，属于履职所需；（2分）\n2.按规定程序申请设立。（2分）", "4.00", "立项依据充分，流程规范。", "外包服务申请文件（附件 9）", "资料收集"),
    ("决策（20）", "项目立项（8）", "政府采购程序规范性（4）", "采购过程是否符合政府采购有关要求。", "1.按规定程序实施政府采购；（2分）\n2.备案资料齐全。（2分）", "4.00", "采购程序规范，备案资料齐全。", "采购备案资料（附件 9）", "资料收集"),
    ("决策（20）", "绩效目标（8）", "绩效目标合理性（4）", "目标依据是否充分，是否符合客观实际。", "1.设有绩效目标；（1分）\n2.目标与实际工作内容相关；（1.5分）\n3.目标覆盖主要职责。（1.5分）", "3.50", "目标基本合理，缺少可量化的指导培训工作指标。", "预算管理系统中的绩效目标表", "现场尽调"),
    ("决策（20）", "绩效目标（8）", "绩效指标明确性（4）", "指标是否清晰、细化、可衡量。", "1.目标细化分解为具体指标；（1分）\n2.以清晰、可衡量的指标值体现。（3分）", "2.00", "存在重复指标；服务时间、工单及时转办率、工单按时回复率 3 个指标可衡量程度不高，没有详细的考核材料支撑。", "预算管理系统中的绩效目标表", "现场尽调"),
    ("决策（20）", "资金投入（4）", "预算编制科学性（4）", "预算是否经过论证、有明确标准，是否与年度目标相适应。", "1.编制经过论证，测算依据充分；（1.5分）\n2.预算内容与项目内容匹配；（1.5分）\n3.资金量与工作任务匹配。（1分）", "4.00", "依据充分，内容、金额与工作任务匹配。", "尽调记录（附件 10）", "资料收集"),
    ("过程（20）", "资金管理（14）", "资金到位率（4）", "实际到位资金与应到位资金的比率。", "得分=（实际到位资金÷应到位资金）×100%×4分。\n应到位资金：截至基准日按合同应支付的资金。", "0.80", "资金到位率 7.10÷35.50=20.00%。", "座谈记录（附件 9）\n尽调记录（附件 10）", "资料收集"),
    ("过程（20）", "资金管理（14）", "预算执行率（6）", "到位资金是否按计划执行。", "得分=（实际支出资金÷实际到位资金）×100%×6分；超过 100% 的按相应比例扣分。", "6.00", "预算执行率 7.10÷7.10=100.00%。", "座谈记录（附件 9）\n尽调记录（附件 10）", "资料收集"),
    ("过程（20）", "资金管理（14）", "资金使用合规性（4）", "资金使用是否符合财务管理制度。", "1.拨付有完整的审批程序和手续；（1分）\n2.符合批复或合同规定的用途；（1分）\n3.不存在截留、挤占、挪用、虚列支出。（2分）", "4.00", "审批手续完整，用途与批复一致，未发现截留、挤占、挪用。", "会计凭证", "现场尽调"),
    ("过程（20）", "组织实施（6）", "管理制度健全性（4）", "财务和业务管理制度是否健全。", "1.制定或具有相应制度；（2分）\n2.制度合法、合规、完整。（2分）", "4.00", "制度健全。", "相关制度", "现场尽调"),
    ("过程（20）", "组织实施（6）", "制度执行有效性（2）", "实施过程是否遵守管理制度。", "符合财务和业务管理制度。（2分）", "2.00", "执行符合制度规定。", "相关制度", "现场尽调"),
    ("产出（30）", "产出数量（10）", "服务时间（10）", "考核热线人工服务时间。", "每天 24 小时服务，每出现 1 次无人在岗扣 1 分，扣完为止。", "10.00", "全年每天 24 小时服务。", "热线系统", "现场尽调"),
    ("产出（30）", "产出时效（20）", "工单及时转办率（10）", "考核工单是否及时转办。", "上级转办事项及时转办到承办单位，每出现 1 次未及时转办扣 1 分，扣完为止。", "10.00", "及时转办率 100%。", "热线系统", "现场尽调"),
    ("产出（30）", "产出时效（20）", "工单按时回复率（10）", "考核工单是否按时回复。", "按时答复、反馈上级转办事项，每出现 1 次逾期扣 1 分，扣完为止。", "10.00", "按时回复率 100%。", "热线系统", "现场尽调"),
    ("效益（30）", "社会效益（20）", "公众知晓率（10）", "考核群众对热线的了解程度。", "从“非常了解”到“非常不了解”五档，权重依次为 100%、80%、60%、30%、0%；\n公众知晓率=各档人数×权重之和÷有效问卷数×100%；\n得分=公众知晓率÷96%×10分，最高 10 分。", "9.01", "公众知晓率 86.50%÷96.00%×10=9.01。", "问卷及统计分析表（附件 1）", "问卷调查"),
    ("效益（30）", "社会效益（20）", "公众认可率（10）", "考核群众对这一诉求渠道的认可程度。", "五档权重同上；\n得分=公众认可率÷95%×10分，最高 10 分。", "9.16", "公众认可率 87.00%÷95.00%×10=9.16。", "问卷及统计分析表（附件 1）", "问卷调查"),
    ("效益（30）", "满意度（10）", "服务对象满意度（10）", "考核群众对热线服务的满意程度。", "满意度=烟台市 2022 年 1—9 月热线考核中服务满意率得分均值÷30×100%；\n得分=满意度÷92%×10分，最高 10 分。", "10.00", "服务对象满意度 95.53%。", "烟台市热线考核情况（附件 10）", "资料收集"),
)  # fmt: skip


def score_table() -> Table:
    columns = (
        Column(0.8, Align.CENTER, label=True),
        Column(0.9, Align.CENTER, label=True),
        Column(1.15, Align.CENTER, label=True),
        Column(1.75),
        Column(3.3),
        Column(0.75, Align.RIGHT),
        Column(1.9),
        Column(1.35),
        Column(0.8, Align.CENTER),
    )
    rows = []
    for index, (first, second, *rest) in enumerate(SCORES):
        row: list[Cell] = []
        if index == 0 or SCORES[index - 1][0] != first:
            row.append(
                Cell(content(first), row_span=sum(1 for line in SCORES if line[0] == first), bold=True)
            )
        if index == 0 or SCORES[index - 1][1] != second:
            row.append(Cell(content(second), row_span=sum(1 for line in SCORES if line[1] == second)))
        row += cells(*rest)
        rows.append(tuple(row))
    rows.append(
        (
            Cell(content("合计"), col_span=5, bold=True, align=Align.CENTER),
            Cell(content("92.47"), bold=True),
            Cell(content("优"), col_span=3, bold=True),
        )
    )
    head = (
        "一级指标",
        "二级指标",
        "三级指标",
        "指标解释",
        "评价标准",
        "得分",
        "依据",
        "依据来源",
        "证据收集方式",
    )
    return Table(columns, tuple(rows), (cells(*head),), landscape=True, small=True)


def survey_table() -> Table:
    def question(number: str, words: str, shares: tuple[str, ...], rate: str) -> tuple[Cell, ...]:
        return cells(number, words, *shares, rate)

    columns = (
        Column(0.9, Align.CENTER),
        Column(3.4),
        *(Column(1.15, Align.RIGHT) for _ in range(5)),
        Column(1.2, Align.RIGHT),
    )
    return Table(
        columns,
        (
            question("1", "您是否了解 12345 政务服务热线？", ("10", "8", "1", "1", "0"), "86.50%"),
            question(
                "2", "您是否认可 12345 政务服务热线这种诉求渠道？", ("10", "7", "3", "0", "0"), "87.00%"
            ),
        ),
        (cells("序号", "问题", "非常", "比较", "一般", "不太", "非常不", "计算值"),),
        unit="人",
        note=content("注：发放 20 份，收回 20 份，有效 20 份；权重依次为 100%、80%、60%、30%、0%。"),
    )


def score_chart() -> Figure:
    bars = (
        Bar("决策", D("17.50"), "17.50 / 20", D(20)),
        Bar("过程", D("16.80"), "16.80 / 20", D(20)),
        Bar("产出", D("30.00"), "30.00 / 30", D(30)),
        Bar("效益", D("28.17"), "28.17 / 30", D(30)),
    )
    return Figure(BarChart(bars), "各一级指标得分", "score-chart", 0.9)


def survey_chart() -> Figure:
    scales = (
        Scale("公众知晓", (D(10), D(8), D(1), D(1), D(0)), ("50%", "40%", "5%", "5%", "0%")),
        Scale("公众认可", (D(10), D(7), D(3), D(0), D(0)), ("50%", "35%", "15%", "0%", "0%")),
    )
    options = ("非常了解／认可", "比较", "一般", "不太", "非常不了解／不认可")
    return Figure(ScaleChart(options, scales), "问卷回答分布", "survey-chart")


def chapters() -> tuple[Block, ...]:
    return (
        Heading(1, "摘要", numbered=False),
        para("受栖霞市财政局委托，评价机构于 2022 年 11 月 14 日至 11 月 30 日对栖霞市民生服务中心 12345 政务服务热线项目开展财政重点绩效评价。项目预算 71.6 万元，资金来源为财政资金，服务期限 1 年。"),
        para("经评价，项目综合得分 ", Bound("92.47", "total", bold=True), " 分，等级为“", Bound("优", "grade", bold=True), "”。各级得分见", Reference("conclusion"), "，逐项评分见", Reference("annex-scores"), "。"),
        Heading(1, "项目基本情况"),
        Heading(2, "项目立项"),
        para("随着热线知晓面扩大和各类专线归并，栖霞市每日转办工单由 2019 年的约 50 条增加到 2021 年的约 200 条，市级考核同时要求 7×24 小时人工服务。2021 年 9 月 12 日，市重点工作调度会提出以购买服务方式运营热线；10 月 12 日形成实施方案；10 月 21 日公开采购意向，预算 80 万元；11 月 2 日经财政评审调整为 71.6 万元；12 月 7 日开标，12 月 10 日签订合同。"),
        Heading(2, "项目预算"),
        para("预算由两部分组成：人员工资 59.47 万元，其他费用 12.13 万元，合计 71.60 万元，见", Reference("funds"), "。"),
        funds(),
        Heading(2, "项目内容"),
        ListItems(
            (
                content("受理、转办、督办和回访群众通过 12345 热线、网上民声提出的诉求；"),
                content("接待参观学习，负责讲解；"),
                content("印制宣传用品，开展热线宣传；"),
                content("按周、季度、年度提交统计报表和数据分析报告（格式由委托方规定）；"),
                content("建设和管理数据库，保证数据安全，合同期内和期满后均不得泄露。"),
            ),
            Marker.PAREN,
        ),
        Heading(1, "项目绩效目标"),
        para("依据《项目支出绩效评价管理办法》（财预〔2020〕10号），按照目标与立项相关、合理的原则，将预算管理系统中的绩效目标整理如下（", Reference("goals"), "）。"),
        goals(),
        Heading(1, "绩效评价工作开展情况"),
        Heading(2, "评价目的、对象和范围"),
        para("评价对象为 2021 年安排的专项资金 71.6 万元的使用绩效，评价范围为热线的运营服务，评价基准日为 2022 年 11 月 14 日。评价目的有两项："),
        para("一是围绕决策、过程、产出、效益四个方面，对年初绩效目标的完成情况进行分析，指出问题，提出建议；"),
        para("二是为同类购买服务项目积累成本和绩效数据，完善“事前有目标、事中有监控、事后有评价”的管理方式……为下一年度预算安排提供依据。"),
        Heading(2, "评价原则和方法"),
        Heading(3, "评价原则"),
        para("坚持科学规范、独立公正、绩效相关、简便有效四项原则。"),
        Heading(3, "评价方法"),
        Heading(4, "案卷研究法"),
        para("对法规文件、采购合同、会计凭证、考核材料等进行研读、核对，提取与指标有关的信息，作为评分依据。"),
        Heading(4, "现场调研法"),
        para("进入热线服务大厅核查系统记录、值班安排和工单流程，与项目单位座谈，并向群众发放问卷 20 份，收回有效问卷 20 份，有效回收率 100%。"),
        Heading(1, "综合评价情况及评价结论"),
        para("项目综合得分 92.47 分，等级为“优”。四项一级指标得分分别为 17.50 分、16.80 分、30.00 分和 28.17 分，见", Reference("conclusion"), "和", Reference("score-chart"), "。"),
        conclusion(),
        score_chart(),
        Heading(1, "绩效评价指标分析"),
        Heading(2, "项目决策情况"),
        para("该指标满分 20 分，得分 17.50 分，得分率 87.50%。立项、采购程序规范，预算编制有依据；扣分集中在绩效目标：绩效目标合理性扣 0.50 分，绩效指标明确性扣 2.00 分。"),
        Heading(2, "项目过程情况"),
        para("该指标满分 20 分，得分 16.80 分，得分率 84.00%。截至评价基准日，按合同应付 35.50 万元，实际到位 7.10 万元，资金到位率为 7.10÷35.50×100%=20.00%，该项扣 3.20 分。到位资金已全部支付，支付审批手续完整，未发现截留、挤占、挪用。"),
        Heading(2, "项目产出情况"),
        para("该指标满分 30 分，得分 30.00 分，得分率 100.00%。系统记录显示，热线全年每天 24 小时有人值守，工单及时转办率、按时回复率均为 100%。"),
        Heading(2, "项目效益情况"),
        para("该指标满分 30 分，得分 28.17 分，得分率 93.90%。问卷结果见", Reference("survey-chart"), "：公众知晓率 86.50%，低于目标值 96%，得 9.01 分；公众认可率 87.00%，低于目标值 95%，得 9.16 分。烟台市 2022 年 1—9 月热线考核中，服务满意率得分均值折算为 95.53%，高于目标值 92%，得 10.00 分。"),
        survey_chart(),
        Heading(1, "存在的问题及原因分析"),
        Heading(2, "绩效目标的完整性、可衡量性不足"),
        para("项目单位除受理、转办、督促、回复外，还承担对承办单位的指导和评价，绩效目标没有相应的量化指标；服务时间、工单及时转办率、工单按时回复率 3 个指标缺少日常考核材料，难以核实。原因是目标填报时沿用合同条款，没有对照职责逐项梳理。"),
        Heading(2, "资金到位率较低"),
        para("按合同每半年结算一次，截至评价基准日应付 35.50 万元，实际支付 7.10 万元，其余款项的审批仍在办理。原因是支付申请提交较晚，预算执行没有按月通报。"),
        Heading(2, "公众知晓率、认可率未达到目标值"),
        para("公众知晓率 86.50%、公众认可率 87.00%，分别低于目标值 9.50 个百分点和 8.00 个百分点。问卷中群众反映“电话打不通”“解决不及时”，说明线路容量和回访工作仍需改进。"),
        Heading(1, "有关建议"),
        Heading(2, "完善绩效目标"),
        para("增加可量化的指导培训指标，合并重复指标；建立人员考勤、工单转办和回复的月度统计表，使指标值有据可查。"),
        Heading(2, "加快资金支付"),
        para("按月通报预算执行进度，对逾期未付款项逐笔说明原因和预计支付时间，形成资金支付计划。"),
        Heading(2, "加强热线宣传"),
        para("结合政务大厅、社区公告栏和网上民声平台，向群众讲明受理范围、办理时限和回复方式，提高知晓率，取得群众的理解和支持。"),
        Heading(1, "其他需要说明的问题"),
        para("问卷样本为 20 份，数量较少，结论供参考。"),
    )  # fmt: skip


def annexes(photos: int = 4) -> tuple[Block, ...]:
    figures = tuple(
        Figure(Picture(photo(n), f"现场照片 {n}"), f"热线服务大厅及值班记录（第 {n} 处）")
        for n in range(1, photos + 1)
    )
    return (
        Annex(
            "调查问卷及统计分析表",
            (
                para("本次问卷以随机方式在政务服务大厅和两个社区发放，逐题统计如下。"),
                survey_table(),
            ),
            "annex-survey",
        ),
        Annex("绩效评价得分表", (score_table(),), "annex-scores"),
        Annex(
            "问题清单",
            (
                Table(
                    (Column(label=True), Column(align=Align.CENTER), Column(), Column()),
                    (
                        cells(
                            Cell(content("项目绩效目标"), row_span=2),
                            "1",
                            "栖霞市民生服务中心",
                            "缺少可量化的指导培训工作指标。",
                        ),
                        cells(
                            "2",
                            "栖霞市民生服务中心",
                            "存在重复指标，3 个指标的可衡量程度不高，没有详细的考核材料支撑。",
                        ),
                        cells("资金管理", "1", "栖霞市财政局", "资金到位率 20.00%，远低于 100%。"),
                        cells(
                            Cell(content("项目效益"), row_span=2),
                            "1",
                            "栖霞市民生服务中心",
                            "公众知晓率 86.50%，低于预期 96%。",
                        ),
                        cells("2", "栖霞市民生服务中心", "公众认可率 87.00%，低于预期 95%。"),
                    ),
                    (cells("问题分类", "序号", "责任单位", "问题描述"),),
                ),
            ),
            "annex-problems",
        ),
        Annex("现场照片", (PhotoGrid(figures),), "annex-photos"),
    )


def report(photos: int = 4) -> Document:
    """The whole report, about fifteen pages."""
    return Document(
        "栖霞市民生服务中心\n12345 政务服务热线政府购买服务\n绩效评价报告",
        (Contents(), *chapters(), *annexes(photos)),
        Cover(
            (),
            (
                ("预算（主管）部门", "栖霞市民生服务中心"),
                ("委托部门", "栖霞市财政局"),
                ("评价机构", "某某工程咨询有限公司"),
            ),
            ("二〇二二年十二月",),
        ),
        header="栖霞市民生服务中心 12345 政务服务热线政府购买服务绩效评价报告",
        metadata=Metadata(
            "某某工程咨询有限公司",
            "财政重点绩效评价",
            ("绩效评价", "12345"),
            datetime(2022, 12, 20, 9, 0, 0),  # noqa: DTZ001  (a date on paper has no zone)
        ),
    )
