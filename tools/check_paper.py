"""Let LibreOffice read what was written: every figure of the score sheets, every word of the reports (``make paper``).

For every sample and layout the workbook is written, robbed of its stored values, converted by
``soffice --headless`` (which then has to calculate), and read back. Files stay in ``out/paper``,
with a PDF of each, to be looked at. The Word report of every sample is converted too: no character
of it, marks at the edge of a line excepted, may be missing from the pages, and the pages filled into its contents are compared with the real ones.

Our own PDF of every sample, by its own outline and by the national one, is read back: twice the same
bytes, every face embedded and subset, no missing glyph, no line that begins or ends with a mark which
must not stand there, every number of a table, figure or annex in the text one that is printed, no page
nearly empty but at the end of a chapter.

Every Word file and workbook is held against what ECMA-376 asks of it; with the transitional schemas of
that standard in the folder that ``WORKBENCH_OOXML_SCHEMAS`` names, against these too. References and
numbers of the Word report are blanked out once: LibreOffice has to work out the same ones.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import docx
import openpyxl
import pypdfium2
from docx.oxml.ns import qn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.exporters import ooxml  # noqa: E402
from tests.exporters.rounding_cases import half  # noqa: E402
from workbench.domain.changes import Change, apply  # noqa: E402
from workbench.domain.compiler import compile_form  # noqa: E402
from workbench.domain.evaluation import Evaluation  # noqa: E402
from workbench.exporters import EXPORTERS  # noqa: E402
from workbench.exporters.kit import Kit  # noqa: E402
from workbench.exporters.layouts import Layouts  # noqa: E402
from workbench.exporters.linebreak import BLANK_RIGHT, NO_END, NO_START  # noqa: E402
from workbench.exporters.report_data import ReportData, freeze  # noqa: E402
from workbench.services.catalog import read_form  # noqa: E402
from workbench.services.exporting import ExportJob  # noqa: E402
from workbench.services.presets import presets  # noqa: E402
from workbench.services.samples import Samples  # noqa: E402

RESOURCES = ROOT / "resources"
OUT = ROOT / "out" / "paper"


def main() -> int:
    """Check every sample in every layout; the number of figures that differ is the exit code."""
    if shutil.which("soffice") is None:
        print("没有找到 LibreOffice（soffice），请安装 libreoffice-calc 后重试。", file=sys.stderr)
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    samples = Samples(RESOURCES / "samples")
    wrong = 0
    for layout in Layouts(RESOURCES / "layouts").names():
        path = OUT / f"exact-half-{layout}.xlsx"
        data = freeze(half(), made=datetime(2022, 12, 15, 9, tzinfo=UTC))
        ExportJob(EXPORTERS["score-sheet"], data, path, Kit(RESOURCES, layout)).run()
        count, differing = compare(path)
        wrong += len(differing)
        print(f"{path.name}: {count} formulas, {len(differing)} differ, total {data.scores.total}")
        print("".join(f"  {line}\n" for line in differing), end="")
    for sample in samples.listed():
        evaluation = evaluation_of(samples, sample.key, sample.form)
        for layout in Layouts(RESOURCES / "layouts").names():
            path = OUT / f"{sample.key}-{layout}.xlsx"
            data = freeze(evaluation, made=datetime(2022, 12, 15, 9, tzinfo=UTC))
            ExportJob(EXPORTERS["score-sheet"], data, path, Kit(RESOURCES, layout)).run()
            count, differing = compare(path)
            wrong += len(differing)
            print(f"{path.name}: {count} formulas, {len(differing)} differ, total {data.scores.total}")
            print("".join(f"  {line}\n" for line in differing), end="")
        data = freeze(evaluation, made=datetime(2022, 12, 15, 9, tzinfo=UTC))
        for key in ("report", "public-summary", "site-summary"):
            wrong += told(check_pdf(data, key, OUT / f"{sample.key}-{key}.pdf"))
        path = OUT / f"{sample.key}.docx"
        ExportJob(EXPORTERS["report-docx"], data, path, Kit(RESOURCES)).run()
        lost, listed, right = read_report(path)
        wrong += sum(lost.values())
        print(f"{path.name}: {sum(lost.values())} characters lost, {right} of {listed} contents pages alike")
        print("".join(f"  {char!r} x {times}\n" for char, times in lost.items()), end="")
        wrong += told(renewed_fields(path))
        for key, exporter in EXPORTERS.items():
            if exporter.suffix in {".docx", ".xlsx"} and key != "report-docx":
                ExportJob(exporter, data, OUT / f"{sample.key}-{key}{exporter.suffix}", Kit(RESOURCES)).run()
    wrong += told(office_faults())
    return min(wrong, 100)


def office_faults() -> tuple[str, list[str]]:
    """What the standard finds wrong in the files that were written."""
    schemas = os.environ.get("WORKBENCH_OOXML_SCHEMAS", "")
    paths = sorted(path for path in OUT.iterdir() if path.suffix in {".docx", ".xlsx"})
    faults = []
    for path in paths:
        found = ooxml.faults(path) + (ooxml.schema_faults(path, Path(schemas)) if schemas else [])
        faults += [f"{path.name}: {fault}" for fault in found]
    return f"ECMA-376{' and its schemas' if schemas else ''}: {len(paths)} files", faults


_SHOWN = re.compile(
    r'(<w:instrText xml:space="preserve"> (?:REF|SEQ) [^<]*</w:instrText></w:r>'
    r'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:rPr>.*?</w:rPr><w:t xml:space="preserve">)[^<]*'
)


def renewed_fields(path: Path) -> tuple[str, list[str]]:
    """Blank out what references and numbers of a Word file show; its pages must say the same again."""
    with tempfile.TemporaryDirectory() as folder:
        blank = Path(folder) / path.name
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(blank, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "word/document.xml":
                    text, count = _SHOWN.subn(r"\1◆", content.decode())
                    content = text.encode()
                new.writestr(name, content)
        convert("pdf", blank, Path(folder))
        texts = []
        for place in (OUT, Path(folder)):
            pdf = pypdfium2.PdfDocument(place / f"{path.stem}.pdf")
            texts.append("".join(page.get_textpage().get_text_range() for page in pdf))
    faults = [] if texts[0] == texts[1] else [f"{texts[1].count('◆')} fields stay as they were"]
    return f"{path.name}: {count} references and numbers worked out anew", faults


def told(found: tuple[str, list[str]]) -> int:
    """Print what a check found; how many faults there are."""
    head, faults = found
    print(f"{head}, {len(faults)} faults")
    print("".join(f"  {fault}\n" for fault in faults), end="")
    return len(faults)


def check_pdf(data: ReportData, key: str, path: Path) -> tuple[str, list[str]]:
    """Write a report twice as PDF and read it as a stranger would."""
    notices = ExportJob(EXPORTERS[key], data, path, Kit(RESOURCES)).run().notices
    again = path.with_name(f"again-{path.name}")
    ExportJob(EXPORTERS[key], data, again, Kit(RESOURCES)).run()
    faults = list(notices)
    if path.read_bytes() != again.read_bytes():
        faults.append("not the same bytes when made twice")
    again.unlink()
    pdf = pypdfium2.PdfDocument(path)
    lines = [lines_of(page) for page in pdf]
    for number, page in enumerate(lines, start=1):
        for line in page:
            if line[0] in NO_START and not re.match(r"[-—％%]", line):
                faults.append(f"page {number}: a line begins with {line[0]!r}: {line[:30]}")
            if line[-1] in NO_END:
                faults.append(f"page {number}: a line ends with {line[-1]!r}: {line[-30:]}")
        if 2 < number < len(lines) and sum(map(len, page)) < FULL_ENOUGH:
            faults.append(f"page {number} is nearly empty: {' / '.join(page)[:60]}")
    text = "".join("".join(page) for page in lines)
    faults += unknown_numbers(text)
    faults += faces(path)
    return f"{path.name}: {len(pdf)} pages", faults


#: Characters that a page between the first and the last should hold at least.
FULL_ENOUGH = 40


def lines_of(page: pypdfium2.PdfPage) -> list[str]:
    """The lines of a page, without blanks at their ends."""
    return [line.strip() for line in page.get_textpage().get_text_range().splitlines() if line.strip()]


def unknown_numbers(text: str) -> list[str]:
    """Tables, figures and annexes that a sentence names and nothing carries as its number."""
    words = "".join(text.split())
    faults = []
    for kind in ("表", "图", "附件"):
        named = {int(n) for n in re.findall(rf"(?:见|如|详见){kind}(\d+)", words)}
        printed = {
            int(n) for n in re.findall(rf"{kind}(\d+)", re.sub(rf"(?:见|如|详见){kind}\d+", "", words))
        }
        faults += [f"the text names {kind}{n}, which is not there" for n in sorted(named - printed)]
    return faults


def faces(path: Path) -> list[str]:
    """Faces of a PDF that are not embedded as a subset, as ``pdffonts`` lists them."""
    listed = subprocess.run(  # noqa: S603 - our own command
        ["pdffonts", str(path)],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()[2:]
    return [
        f"face not embedded as a subset: {line}" for line in listed if not re.search(r"yes\s+yes\s+yes", line)
    ]


def read_report(path: Path) -> tuple[Counter[str], int, int]:
    """Characters of a Word file that its PDF lacks; lines of its contents; how many of them name the right page."""
    convert("pdf", path, OUT)
    pdf = pypdfium2.PdfDocument(OUT / f"{path.stem}.pdf")
    # A hyphen at the end of a line is read as U+FFFE.
    texts = (page.get_textpage().get_text_range().replace("\ufffe", "-") for page in pdf)
    pages = ["".join(text.split()) for text in texts]
    body = docx.Document(str(path)).element.body
    written = Counter("".join(node.text or "" for node in body.iter(qn("w:t"))))
    lost = written - Counter("".join(pages))
    # LibreOffice lets a mark hang over the edge of a line and then may leave it out of the PDF.
    for char in (" ", "　", *BLANK_RIGHT):
        del lost[char]
    starts = {int(found[1]): page for page in pages if (found := re.search(r"—(\d+)—", page))}
    links = [
        "".join(node.text or "" for node in link.iter(qn("w:t"))) for link in body.iter(qn("w:hyperlink"))
    ]
    right = 0
    for link in links:
        words, number = re.fullmatch(r"(.*?)(\d+)", link, re.DOTALL).groups()  # type: ignore[union-attr]
        right += "".join(words.split()) in starts.get(int(number), "")
    return lost, len(links), right


def evaluation_of(samples: Samples, key: str, form: str) -> Evaluation:
    """The sample as the program would create it, in memory."""
    compiled = compile_form(read_form(ROOT / "forms" / f"{form}.toml"))
    evaluation = Evaluation(key, compiled)
    evaluation = apply(evaluation, [Change(None, e) for e in presets(compiled, key, project=key)])
    last = {(type(e), e.id): e for e in samples.entities(key, evaluation)}
    return apply(evaluation, [Change(evaluation.get(type(e), e.id), e) for e in last.values()])


def compare(path: Path) -> tuple[int, list[str]]:
    """How many formulas a workbook has, and which of them LibreOffice works out differently."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare" / path.name
        bare.parent.mkdir()
        formulas = openpyxl.load_workbook(path)
        formulas.save(bare)  # openpyxl stores no values: they have to be calculated
        convert("xlsx", bare, Path(folder))
        convert("pdf", path, OUT)
        theirs = openpyxl.load_workbook(Path(folder) / path.name, data_only=True)
    ours = openpyxl.load_workbook(path, data_only=True)
    count, differing = 0, []
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                count += 1
                a, b = ours[sheet.title][cell.coordinate].value, theirs[sheet.title][cell.coordinate].value
                same = (a or "") == (b or "") or (
                    isinstance(a, int | float) and isinstance(b, int | float) and abs(a - b) < 1e-9
                )
                if not same:
                    differing.append(f"{sheet.title}!{cell.coordinate} {cell.value}: {a!r} ≠ {b!r}")
    return count, differing


def convert(kind: str, path: Path, folder: Path) -> None:
    """Convert one file with LibreOffice into a folder."""
    profile = (Path(tempfile.gettempdir()) / "workbench-soffice").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind]
    command += ["--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)  # noqa: S603 - our own command


if __name__ == "__main__":
    sys.exit(main())
