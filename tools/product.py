"""What packages say of the program, from ``resources/product.toml`` and what a firm sets in the environment.

python tools/product.py page build/product.toml      the product of this build, shipped in place of the other
python tools/product.py get title                    one of its texts
python tools/product.py shell                        all of them for a shell script, quoted
python tools/product.py mime build/mime.xml          its files for Linux (shared-mime-info)
python tools/product.py types                        the same, for MimeType= of the menu entry
python tools/product.py nsh build/product.nsh        its texts and files for the installer of Windows
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import tomli_w

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workbench.services.product import Product, read_product  # noqa: E402

#: What a firm may set for its own build.
VARIABLES = {
    "app_id": "WORKBENCH_APP_ID",
    "publisher": "WORKBENCH_PUBLISHER",
    "maintainer": "WORKBENCH_MAINTAINER",
}
#: What each must look like, so that no package is made that a system refuses.
_SHAPES = {
    "app_id": (r"[a-z][a-z0-9]*(\.[a-z][a-z0-9-]*){1,5}", "小写字母、数字和点，如 cn.example.evaluation"),
    "publisher": (r'[^\x00-\x1f"$`\\]{1,60}', "一行文字，不含引号和 $"),
    "maintainer": (r"[^\x00-\x1f<>]{1,60} <[^\s<>@]+@[^\s<>@]+>", "名称 <邮箱>"),
}


def product(environ: Mapping[str, str] = os.environ) -> Product:
    """The product of this build; raises SystemExit naming the variable that is wrong."""
    own = {name: environ[key].strip() for name, key in VARIABLES.items() if environ.get(key, "").strip()}
    for name, text in own.items():
        shape, said = _SHAPES[name]
        if not re.fullmatch(shape, text):
            raise SystemExit(f"{VARIABLES[name]} 写得不对：{text}（应为{said}）。")
    return replace(read_product(ROOT / "resources"), **own)  # type: ignore[arg-type]


def page(one: Product) -> str:
    """The file that the program reads."""
    raw = asdict(one)
    files = [{key: text for key, text in kind.items() if text} for kind in raw.pop("files")]
    return tomli_w.dumps({"product": raw, "file": files})


def texts(one: Product) -> dict[str, str]:
    """Every text by its name."""
    return {name: text for name, text in asdict(one).items() if isinstance(text, str)}


def mime(one: Product) -> str:
    """Its files as shared-mime-info describes them: by name, the sealed one by its first bytes too."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">',
    ]
    for kind in one.files:
        lines.append(f"  <mime-type type={quoteattr(kind.mime)}>")
        lines.append(f"    <comment>{escape(kind.label)}</comment>")
        if kind.first:
            match = f'<match type="string" offset="0" value={quoteattr(kind.first)}/>'
            lines.append(f'    <magic priority="60">{match}</magic>')
        else:
            lines.append('    <sub-class-of type="application/zip"/>')
        lines.append(f'    <glob pattern="*.{escape(kind.suffix)}" weight="60"/>')
        lines.append(f'    <icon name="{escape(one.app_id)}-document"/>')
        lines.append("  </mime-type>")
    return "\n".join([*lines, "</mime-info>", ""])


def nsh(one: Product) -> str:
    """Texts as defines, and two macros that put its files into the registry of one person and take them out."""
    lines = ["; Made by tools/product.py from resources/product.toml."]
    lines += [
        f'!define {name.upper()} "{texts(one)[name]}"' for name in ("title", "summary", "app_id", "publisher")
    ]
    put, drop = ["!macro Associate"], ["!macro un.Associate"]
    for kind in one.files:
        program = f"Workbench.{kind.key.capitalize()}"
        at, suffix = f"Software\\Classes\\{program}", f"Software\\Classes\\.{kind.suffix}"
        put += [
            f'  WriteRegStr HKCU "{at}" "" "{kind.label}"',
            f'  WriteRegStr HKCU "{at}\\DefaultIcon" "" "$INSTDIR\\_internal\\resources\\icons\\document.ico"',
            f'  WriteRegStr HKCU "{at}\\shell\\open\\command" "" \'"$INSTDIR\\${{EXE}}" --open "%1"\'',
            f'  WriteRegStr HKCU "{suffix}" "" "{program}"',
            f'  WriteRegStr HKCU "{suffix}\\OpenWithProgids" "{program}" ""',
        ]
        # What another program has made of the suffix since stays.
        drop += [
            f'  DeleteRegKey HKCU "{at}"',
            f'  DeleteRegValue HKCU "{suffix}\\OpenWithProgids" "{program}"',
            f'  DeleteRegKey /ifempty HKCU "{suffix}\\OpenWithProgids"',
            f'  ReadRegStr $R0 HKCU "{suffix}" ""',
            f'  ${{If}} $R0 == "{program}"',
            f'    DeleteRegValue HKCU "{suffix}" ""',
            "  ${EndIf}",
            f'  DeleteRegKey /ifempty HKCU "{suffix}"',
        ]
    return "\n".join([*lines, *put, "!macroend", *drop, "!macroend", ""])


def main(words: list[str]) -> int:
    """Print or write what the first word names."""
    made = product()
    writers = {"page": page, "mime": mime, "nsh": nsh}
    if words[0] in writers:
        target = Path(words[1])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(writers[words[0]](made), encoding="utf-8")
    elif words[0] == "get":
        print(texts(made)[words[1]])
    elif words[0] == "shell":
        print("\n".join(f"product_{name}={shlex.quote(text)}" for name, text in texts(made).items()))
    elif words[0] == "types":
        print("".join(f"{kind.mime};" for kind in made.files))
    else:
        raise SystemExit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
