"""Make the bundled fonts: subset and rename open-licence TrueType fonts given as local files.

reportlab embeds only TrueType outlines, so the inputs must be ``.ttf`` files with a ``glyf``
table. Run it from the root of the repository (fonttools is a runtime dependency)::

    python tools/make_fonts.py --serif DIR --sans DIR --wenkai FILE --wenkai-licence FILE --unihan FILE

``DIR`` is an unpacked package of static Noto weights (``400Regular/…_400Regular.ttf`` and so on,
with ``LICENSE_FONT``); ``FILE`` for ``--unihan`` is ``Unihan_OtherMappings.txt`` (plain or
``.bz2``), whose field ``kTGH`` lists the 8105 characters of 通用规范汉字表.
The same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import bz2
import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "resources" / "fonts"

# Blocks that budget papers use besides Chinese characters.
SYMBOL_BLOCKS = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x017F),  # Latin-1, Latin Extended-A (pinyin ā é)
    (0x01CD, 0x01DC),  # pinyin ǎ ǐ ǒ ǔ ǜ
    (0x02B0, 0x02FF),  # tone marks
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x045F),  # Cyrillic, part of GB2312
    (0x2000, 0x209F),  # punctuation, super- and subscripts
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x218F),  # ℃ № Ⅷ
    (0x2190, 0x22FF),  # arrows, mathematics
    (0x2300, 0x23FF),  # technical
    (0x2460, 0x24FF),  # ① ⑴ ⒈
    (0x2500, 0x25FF),  # box drawing, ■ □ ▲
    (0x2600, 0x27BF),  # ☆ ☑ ✓ ✗
    (0x3000, 0x30FF),  # CJK punctuation, kana
    (0x3105, 0x312F),  # bopomofo, part of GB2312
    (0x3200, 0x33FF),  # ㈠ ㊣ ㎡ ㎏
    (0xFE10, 0xFE1F),  # vertical forms
    (0xFE30, 0xFE4F),  # compatibility forms
    (0xFF00, 0xFFEF),  # full-width forms, ￥
)
# Characters met in names of people and places, several outside GB2312 and the 8105 list.
NAME_CHARACTERS = "𬭎䶮㛃喆堃犇昇淼𬱖㙓𫖯䲟𠅤㛦㼆𫗧"
DROPPED_TABLES = ("GSUB", "GPOS", "GDEF", "vhea", "vmtx", "BASE", "DSIG", "STAT", "meta")

# Name records (OpenType `name` table).
COPYRIGHT, FAMILY, STYLE, UNIQUE, FULL, POSTSCRIPT = 0, 1, 2, 3, 4, 6
TYPOGRAPHIC_FAMILY, TYPOGRAPHIC_STYLE = 16, 17


@dataclass(frozen=True, slots=True)
class Job:
    """One font to make: its source, its file name, its characters (None: every one) and its new name."""

    source: Path
    file_name: str
    characters: frozenset[int] | None
    family: str = ""


def office_characters(unihan: Path) -> frozenset[int]:
    """GB2312, 通用规范汉字表 (8105), the symbols of budget papers and rare name characters."""
    wanted = {code for first, last in SYMBOL_BLOCKS for code in range(first, last + 1)}
    wanted.update(map(ord, NAME_CHARACTERS))
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                wanted.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    packed = unihan.read_bytes()
    text = (bz2.decompress(packed) if unihan.suffix == ".bz2" else packed).decode("utf-8")
    standard = {int(code, 16) for code in re.findall(r"^U\+([0-9A-F]+)\tkTGH\t", text, re.MULTILINE)}
    if len(standard) != 8105:
        raise SystemExit(f"{unihan}: expected 8105 characters of field kTGH, found {len(standard)}")
    return frozenset(wanted | standard)


def rename(font: TTFont, family: str) -> None:
    """Give the font another family name, as its licence asks of a changed version of a reserved name."""
    names = font["name"]
    version = names.getDebugName(5) or ""
    postscript = family.replace(" ", "")
    names.names = [
        record
        for record in names.names
        if record.langID == 0x409 and record.nameID not in (TYPOGRAPHIC_FAMILY, TYPOGRAPHIC_STYLE)
    ]
    for name_id, text in (
        (FAMILY, family),
        (STYLE, "Regular"),
        (UNIQUE, f"{family}: {version}"),
        (FULL, f"{family} Regular"),
        (POSTSCRIPT, f"{postscript}-Regular"),
    ):
        names.setName(text, name_id, 3, 1, 0x409)


def make(job: Job) -> Path:
    """Subset one font, rename it when asked, and write it; refuse fonts without TrueType outlines."""
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.drop_tables += list(DROPPED_TABLES)
    font = TTFont(job.source, recalcTimestamp=False)
    if "glyf" not in font:
        raise SystemExit(f"{job.source}: no TrueType outlines, reportlab cannot embed it")
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap() if job.characters is None else job.characters)
    subsetter.subset(font)
    if job.family:
        rename(font, job.family)
    target = TARGET / job.file_name
    font.save(target)
    return target


def noto_licence(folder: Path) -> str:
    """The licence of a Noto package with the copyright line of its own fonts first."""
    font = TTFont(next(folder.glob("400Regular/*_400Regular.ttf")), lazy=True)
    text = (folder / "LICENSE_FONT").read_text(encoding="utf-8")
    body = text[text.index("This Font Software is licensed") :]
    return f"{font['name'].getDebugName(COPYRIGHT)}\n\n{_tidy(body)}"


def wenkai_licence(font_file: Path, debian_copyright: Path) -> str:
    """The licence of LXGW WenKai, unwrapped from a Debian copyright file."""
    font = TTFont(font_file, lazy=True)
    lines = debian_copyright.read_text(encoding="utf-8").splitlines()
    start = next(
        i for i, line in enumerate(lines) if line == "License: OFL-1.1" and lines[i + 1].startswith(" ---")
    )
    body = []
    for line in lines[start + 1 :]:
        if not line.startswith(" "):
            break
        body.append("" if line.strip() == "." else line[1:])
    head = (
        f'{font["name"].getDebugName(COPYRIGHT)}\nwith Reserved Font Names "霞鹜" and "LXGW".\n\n'
        "Gongwen Kai is a modified version (subset and renamed) of LXGW WenKai.\n\n"
        "This Font Software is licensed under the SIL Open Font License, Version 1.1.\n"
        "This license is copied below.\n\n"
    )
    return head + _tidy("\n".join(body))


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def main() -> int:
    """Make every bundled font and licence text from the inputs named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for option in ("serif", "sans", "wenkai", "wenkai-licence", "unihan"):
        parser.add_argument(f"--{option}", type=Path, required=True)
    given = parser.parse_args()
    office = office_characters(given.unihan)

    def noto(folder: Path, weight: str) -> Path:
        return next(folder.glob(f"{weight}/*_{weight}.ttf"))

    jobs = (
        Job(noto(given.serif, "400Regular"), "NotoSerifSC-Regular.ttf", None),
        Job(noto(given.serif, "300Light"), "NotoSerifSC-Light.ttf", office),
        Job(noto(given.serif, "900Black"), "NotoSerifSC-Black.ttf", office),
        Job(noto(given.sans, "400Regular"), "NotoSansSC-Regular.ttf", office),
        Job(noto(given.sans, "700Bold"), "NotoSansSC-Bold.ttf", office),
        Job(given.wenkai, "GongwenKai-Regular.ttf", office, family="Gongwen Kai"),
    )
    for job in jobs:
        target = make(job)
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        print(f"{digest}  {target.name}  {target.stat().st_size} bytes")
    for file_name, text in (
        ("OFL-NotoSerifSC.txt", noto_licence(given.serif)),
        ("OFL-NotoSansSC.txt", noto_licence(given.sans)),
        ("OFL-GongwenKai.txt", wenkai_licence(given.wenkai, given.wenkai_licence)),
    ):
        (TARGET / file_name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
