"""Draws the evidence files of the Qixia sample: invented pages that carry the sample's own figures.

    python tools/make_sample_evidence.py

Writes into resources/samples/qixia; the same input gives the same bytes.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workbench.exporters.document import Column, Document, Metadata, Paragraph, Table, cells, content  # noqa: E402
from workbench.exporters.fonts import FontBook  # noqa: E402
from workbench.exporters.report_pdf import write_pdf  # noqa: E402

TARGET = ROOT / "resources" / "samples" / "qixia"
FONTS = ROOT / "resources" / "fonts"
INK, SOFT, LINE = (29, 36, 48), (91, 102, 117), (200, 206, 214)
MADE = datetime(2022, 11, 24, tzinfo=UTC)


def pdf(name: str, title: str, *blocks: object) -> None:
    """One page in the manner of a unit's own paper."""
    document = Document(title, tuple(blocks), metadata=Metadata(created=MADE))  # type: ignore[arg-type]
    write_pdf(document, TARGET / name, fonts=FontBook(FONTS))


def screen(name: str, title: str, rows: list[tuple[str, ...]]) -> None:
    """A picture like a screenshot of a ticket system."""
    regular = ImageFont.truetype(str(FONTS / "NotoSansSC-Regular.ttf"), 22)
    bold = ImageFont.truetype(str(FONTS / "NotoSansSC-Bold.ttf"), 28)
    picture = Image.new("RGB", (1200, 120 + 48 * len(rows)), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 1200, 70), fill=(31, 95, 168))
    draw.text((28, 16), title, font=bold, fill=(255, 255, 255))
    for number, row in enumerate(rows):
        top = 90 + 48 * number
        for place, text in enumerate(row):
            draw.text((28 + 290 * place, top), text, font=regular, fill=SOFT if number == 0 else INK)
        draw.line((20, top + 40, 1180, top + 40), fill=LINE)
    picture.save(TARGET / name, optimize=True)


def main() -> None:
    """Draw every file."""
    TARGET.mkdir(parents=True, exist_ok=True)
    pdf(
        "合同付款条款.pdf",
        "运营服务外包合同（摘录）",
        Paragraph(
            content("第五条　合同总价为 71.00 万元，服务期自 2022 年 1 月 1 日至 2022 年 12 月 31 日。")
        ),
        Paragraph(content("第六条　甲方每半年按考核结果支付一次服务费，每次 35.50 万元。")),
        Paragraph(content("（示例材料，按公开事实自拟）")),
    )
    pdf(
        "问卷统计表.pdf",
        "社会调查问卷统计表",
        Table(
            columns=tuple(Column() for _ in range(7)),
            header=(
                cells("题号", "第一档", "第二档", "第三档", "第四档", "第五档", "来稿计算值", bold=True),
            ),
            rows=(
                cells("1", "10", "8", "1", "1", "0", "85.00%"),
                cells("2", "10", "7", "3", "0", "0", "87.00%"),
            ),
        ),
        Paragraph(content("调查日期：2022 年 11 月 24 日。发放 20 份，回收 20 份，有效 20 份。")),
    )
    screen(
        "工单系统截图.png",
        "12345 政务服务热线　工单处理流程",
        [
            ("工单号", "受理时间", "转办时间", "回复时间"),
            ("20221101-0031", "11-01 08:12", "11-01 08:40", "11-02 10:05"),
            ("20221101-0032", "11-01 08:15", "11-01 08:41", "11-03 16:20"),
            ("20221101-0033", "11-01 08:27", "11-01 08:55", "11-02 15:48"),
        ],
    )
    screen(
        "绩效目标表截图.png",
        "预算管理系统　项目绩效目标表",
        [
            ("三级指标", "比较", "指标值", "单位"),
            ("服务时间", "=", "24", "小时/天"),
            ("工单及时转办率", "=", "100", "%"),
            ("工单按时回复率", "=", "100", "%"),
            ("公众知晓率", "≥", "96", "%"),
        ],
    )
    screen(
        "付款凭证截图.png",
        "国库集中支付　记账凭证",
        [
            ("日期", "摘要", "金额（万元）", "科目"),
            ("2022-07-08", "热线外包服务费", "7.10", "项目支出"),
        ],
    )


if __name__ == "__main__":
    main()
