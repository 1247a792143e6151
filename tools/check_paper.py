"""Recalculate every score sheet in LibreOffice and compare each figure with the model (``make paper``).

For every sample and layout the workbook is written, robbed of its stored values, converted by
``soffice --headless`` (which then has to calculate), and read back. Files stay in ``out/paper``,
with a PDF of each, to be looked at.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workbench.domain.changes import Change, apply  # noqa: E402
from workbench.domain.compiler import compile_form  # noqa: E402
from workbench.domain.evaluation import Evaluation  # noqa: E402
from workbench.exporters import EXPORTERS  # noqa: E402
from workbench.exporters.kit import Kit  # noqa: E402
from workbench.exporters.layouts import Layouts  # noqa: E402
from workbench.exporters.report_data import freeze  # noqa: E402
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
    return min(wrong, 100)


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
