"""Print one report of about 60 pages and 20 photos to PDF, ours against LibreOffice converting its Word file.

Both by turns in the same run; the best of each counts. Run it by hand: ``python tools/compare_speed.py``.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workbench.exporters.document import (  # noqa: E402
    Block,
    Column,
    Contents,
    Cover,
    Document,
    Figure,
    Heading,
    Paragraph,
    Picture,
    Table,
    cells,
    content,
)
from workbench.exporters.fonts import FontBook  # noqa: E402
from workbench.exporters.report_docx import render_docx  # noqa: E402
from workbench.exporters.report_pdf import render_pdf  # noqa: E402

WORDS = "预算绩效评价项目支出决策过程产出效益资金到位执行合规目标指标问卷访谈现场资料核查整改建议"
CHAPTERS, ROWS, PHOTOS, ROUNDS = 14, 26, 20, 3


def main() -> int:
    """Print both times, their ratio and the most memory that this process took."""
    fonts = FontBook(ROOT / "resources" / "fonts")
    document = report()
    word, _ = render_docx(document, fonts=fonts)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.docx"
        path.write_bytes(word)
        convert(path)  # the first run makes LibreOffice's profile
        for _ in range(ROUNDS):
            start = perf_counter()
            data, summary = render_pdf(document, fonts=FontBook(ROOT / "resources" / "fonts"))
            ours.append(perf_counter() - start)
            start = perf_counter()
            convert(path)
            theirs.append(perf_counter() - start)
        start = perf_counter()
        render_docx(document, fonts=fonts)
        writing = perf_counter() - start
    ratio = min(theirs) / min(ours)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"PDF {summary.pages} pages, {len(data) / 1e6:.1f} MB; .docx {len(word) / 1e6:.1f} MB in {writing:.2f} s"
    )
    print(
        f"ours {min(ours):.2f} s, LibreOffice {min(theirs):.2f} s: {ratio:.1f} times; peak memory {peak:.0f} MB"
    )
    return 0


def convert(path: Path) -> None:
    """Convert one file with LibreOffice, beside it."""
    profile = (Path(tempfile.gettempdir()) / "workbench-soffice").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(path.parent), str(path)], check=True, capture_output=True)  # noqa: S603


def report() -> Document:
    """Chapters of paragraphs, a table and a photo each, always the same."""
    chance = random.Random(4)  # noqa: S311 - sample text

    def sentences(length: int) -> str:
        parts: list[str] = []
        while sum(map(len, parts)) < length:
            parts.append("".join(chance.choices(WORDS, k=chance.randint(3, 9))))
            parts.append(chance.choice(("，", "、", f" {chance.randint(1, 999)} 万元，", "（附件）", "。")))
        return "".join(parts) + "。"

    columns = (Column(2), Column(6), Column(1))
    blocks: list[Block] = [Contents()]
    for n in range(CHAPTERS):
        blocks.append(Heading(1, f"第{n + 1}部分的评价情况"))
        blocks += [Paragraph(content(sentences(300))) for _ in range(4)]
        rows = tuple(cells(f"指标{n}-{m}", sentences(30), f"{m / 3:.2f}") for m in range(ROWS))
        blocks.append(Table(columns, rows, (cells("指标", "依据", "得分"),), caption="评分情况"))
        blocks += [
            Figure(Picture(photo(chance)), "现场照片", share=0.6) for _ in range(1 + (n < PHOTOS - CHAPTERS))
        ]
    return Document("绩效评价报告", tuple(blocks), Cover(), header="绩效评价报告")


def photo(chance: random.Random) -> bytes:
    """A JPEG of 12 megapixels that compresses like a photo."""
    from PIL import Image

    noise = Image.frombytes("RGB", (500, 375), chance.randbytes(500 * 375 * 3)).resize((4000, 3000))
    out = BytesIO()
    noise.save(out, "JPEG", quality=80)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
