"""Evaluations of the sizes that paper has to bear, made through the program's own services.

``report`` prints about 65 pages with 20 photos of 12 megapixels; ``photos`` has 200 of them; ``large`` is 300
indicators with long texts; ``extremes`` holds a criterion of three pages, one indicator with 60 deductions and
one whose single row of the score sheet is taller than Excel lets a row be; ``survey`` has 10,000 filled-in sheets.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workbench.domain.evaluation import Advice, Deduction, Entity, Entry, Overview, Problem
from workbench.paths import find_paths
from workbench.services.jobs import silent
from workbench.services.parts import assemble
from workbench.services.session import Session

WORDS = "预算绩效评价项目支出决策过程产出效益资金到位执行合规目标指标问卷访谈现场资料核查整改建议"
KINDS = ("report", "photos", "large", "extremes", "survey")
#: Filled-in questionnaires of ``survey``.
SHEETS = 10_000
_SCENES = 5


def sentences(chance: random.Random, length: int) -> str:
    """About ``length`` characters that break into lines like a report's: marks, numbers with units, brackets."""
    parts: list[str] = []
    while sum(map(len, parts)) < length:
        parts.append("".join(chance.choices(WORDS, k=chance.randint(3, 9))))
        parts.append(chance.choice(("，", "、", "；", f" {chance.randint(1, 999)} 万元，", "（附件）", "。")))
    return "".join(parts).rstrip("，、；。") + "。"


def scenes(count: int) -> list[bytes]:
    """So many JPEGs of 4000×3000 pixels and about 3 MB, as phones take them: shapes, soft shades, grain."""
    from PIL import Image, ImageChops, ImageDraw

    made: list[bytes] = []
    for number in range(min(count, _SCENES)):
        chance = random.Random(number)  # noqa: S311 - noise for photos
        coarse = Image.frombytes("RGB", (40, 30), chance.randbytes(3600))
        scene = coarse.resize((4000, 3000), Image.Resampling.BICUBIC)
        pen = ImageDraw.Draw(scene)
        for _ in range(400):
            x, y, wide, high = (chance.randint(0, most) for most in (3900, 2900, 500, 300))
            colour = (chance.randint(0, 255), chance.randint(0, 255), chance.randint(0, 255))
            pen.rectangle((x, y, x + wide, y + high), fill=colour, width=0)
        grain = Image.effect_noise((4000, 3000), 9).convert("RGB")
        scene = ImageChops.add(scene, grain, 1, -128)
        out = BytesIO()
        scene.save(out, "JPEG", quality=82)
        made.append(out.getvalue())
    # The rest differ in a remark only: other contents for the vault, the same work for a decoder.
    remark = (b"\xff\xfe\x00\x06%04d" % n for n in range(count))
    return [made[n % len(made)][:2] + next(remark) + made[n % len(made)][2:] for n in range(count)]


def make(kind: str, data: Path) -> Path:
    """Make one of :data:`KINDS` in the data folder; returns the evaluation's folder. Photos have their copies."""
    parts = assemble(find_paths())
    own = data / "指标体系"
    own.mkdir(parents=True, exist_ok=True)
    chance = random.Random(11)  # noqa: S311 - words for texts
    leaves = {"report": 38, "photos": 20, "large": 300, "extremes": 4, "survey": 4}[kind]
    (own / f"{kind}.toml").write_text(_form(kind, leaves, chance), encoding="utf-8")
    folder = parts.catalog.create_evaluation(f"示例项目（{kind}）", kind, year="2022")
    session = parts.catalog.open(folder)
    scored = session.evaluation.form.leaves
    long = 500 if kind == "large" else 110
    made: list[Entity] = [_overview(session.evaluation.overview, chance)]
    for number, leaf in enumerate(scored):
        basis = sentences(chance, long)
        if kind == "extremes" and number == 1:
            basis = "\n".join(sentences(chance, 90) for _ in range(40))
        made.append(
            Entry(
                id=leaf.id,
                basis=basis,
                basis_source="文件、台账",
                override=leaf.full_mark * Decimal("0.9"),
                override_reason="现场核定",
                done=True,
            )
        )
        count = 60 if kind == "extremes" and number == 2 else 1 if number % 4 == 0 else 0
        made += [
            Deduction(
                id=f"d{number}-{line}",
                position=line,
                indicator=leaf.id,
                points=leaf.full_mark / (10 * count),
                reason=sentences(chance, 60 if kind == "large" else 30),
            )
            for line in range(count)
        ]
    for number in range(12):
        made.append(
            Problem(
                id=f"p{number}",
                position=number,
                category=("项目决策", "项目管理", "项目产出")[number // 4],
                title=sentences(chance, 14).rstrip("。"),
                description=sentences(chance, 160),
                cause=sentences(chance, 60),
            )
        )
        made.append(
            Advice(id=f"a{number}", position=number, title=sentences(chance, 12), text=sentences(chance, 120))
        )
    session.put_all(made)
    services = parts.services_for(session)
    count = {"report": 20, "photos": 200}.get(kind, 0)
    if count and services.attaching is not None and services.pictures is not None:
        _attach(data, scenes(count), [leaf.id for leaf in scored], services.attaching, services.pictures)
    if kind == "survey":
        _answer(data, session)
    session.close()
    return folder


def _answer(data: Path, session: Session) -> None:
    """All sheets of a platform's file, taken in with its checks."""
    from tests.benchmarks.test_surveys import exported, preview
    from workbench.services.survey_files import SurveyFiles

    memory = data / "memory.json"
    SurveyFiles(session, memory).apply(preview(session, exported(data / "exported.xlsx", SHEETS), memory))


def _attach(
    data: Path, photos: Sequence[bytes], leaves: Sequence[str], attaching: object, pictures: object
) -> None:
    """Photos in, and then what the window does with them in the background."""
    from workbench.services.attaching import Attaching
    from workbench.services.pictures import Pictures

    if not isinstance(attaching, Attaching) or not isinstance(pictures, Pictures):
        raise TypeError("an evaluation without evidence")
    added = []
    for number, photo in enumerate(photos):
        path = data / f"现场照片 {number + 1:03d}.jpg"
        path.write_bytes(photo)
        leaf = leaves[number * len(leaves) // len(photos)]
        added += attaching.attach([path], ("indicator", leaf), silent).added
        path.unlink()
    pictures.damaged(added, silent)


def _overview(overview: Overview, chance: random.Random) -> Overview:
    from dataclasses import replace

    return replace(
        overview,
        background="\n".join(sentences(chance, 300) for _ in range(4)),
        content="\n".join(sentences(chance, 300) for _ in range(6)),
        organisation=sentences(chance, 400),
        overall_target=sentences(chance, 200),
        purpose=sentences(chance, 200),
        scope=sentences(chance, 200),
        process="\n".join(sentences(chance, 250) for _ in range(3)),
    )


def _form(kind: str, leaves: int, chance: random.Random) -> str:
    lines = [f'id = "{kind}"', f'title = "{leaves} 个指标"', f"total = {leaves * 2}"]
    lines += [
        f'[[bands]]\nname = "优"\nlower = {leaves * 2 * 9 // 10}',
        '[[bands]]\nname = "差"\nlower = 0',
    ]
    long = 300 if kind == "large" else 60
    per = max(2, leaves // 30)
    for number in range(leaves):
        one, two = number // (per * 5), number // per
        if number % (per * 5) == 0:
            below = min(leaves - number, per * 5)
            lines.append(f'[[indicator]]\nid = "{one}"\nname = "一级 {one}"\npoints = {below * 2}')
        if number % per == 0:
            below = min(leaves - number, per)
            lines.append(
                f'[[indicator]]\nid = "{one}.{two}"\nparent = "{one}"\nname = "二级 {two}"\npoints = {below * 2}'
            )
        criterion = sentences(chance, long)
        if kind == "extremes" and number == 0:
            criterion = "\\n".join(f"{n + 1}.{sentences(chance, 100)}" for n in range(36))
        lines.append(
            f'[[indicator]]\nid = "{one}.{two}.{number}"\nparent = "{one}.{two}"\nname = "三级指标 {number}"\npoints = 2\n'
            f'explanation = "{sentences(chance, long // 2)}"\ncriterion = "{criterion}"\n'
            '[indicator.rule]\nkind = "deductions"'
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(make(sys.argv[1], Path(os.environ["WORKBENCH_DATA"])))
