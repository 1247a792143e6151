"""How exported files are called: a scheme with places for what the evaluation says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.files import SAFE_LENGTH, safe_name

#: The scheme where nobody chose another.
NAME_SCHEME = "{项目}{年度}_{文件}"
#: What a scheme may hold, as people write it, and as files for the command line did before.
PLACES: Mapping[str, str] = {
    "项目": "project",
    "年度": "year",
    "文件": "label",
    "单位": "unit",
    "机构": "agency",
    "日期": "date",
    "总分": "total",
}
_KEYS = frozenset(PLACES.values())
_PLACE = re.compile(r"\{([^{}]*)\}")
#: Characters of a project's name that stay when a name would be too long.
_LEAST = 6


def scheme_fault(scheme: str) -> str:
    """Why files can't be named by a scheme, as a sentence; empty when they can."""
    if not scheme.strip():
        return "请写出文件名的写法，如“{项目}{年度}_{文件}”。"
    asked = _PLACE.findall(scheme)
    unknown = [one for one in asked if one not in PLACES and one not in _KEYS]
    if unknown:
        return f"不认识“{{{unknown[0]}}}”。可用：{'、'.join(f'{{{place}}}' for place in PLACES)}。"
    if re.search(r"[{}]", _PLACE.sub("", scheme)):
        return "花括号要成对，如“{项目}”。"
    if not {"文件", "label"} & set(asked):
        return "要有“{文件}”，否则几份文件会同名。"
    if safe_name(_PLACE.sub("", scheme), "一") != (_PLACE.sub("", scheme).strip().lstrip(".~") or "一"):
        return '文件名里不能有 \\ / : * ? " < > | 等字符。'
    return ""


def named(scheme: str, values: Mapping[str, str], fallback: str) -> str:
    """The name that a scheme gives, safe on every system; ``values`` are by the keys of :data:`PLACES`.

    A name that would be too long loses the end of the project's and the unit's name, never what tells
    one file from another.
    """
    kept = dict(values)

    def whole() -> str:
        return _PLACE.sub(lambda found: kept.get(PLACES.get(found[1], found[1]), found[0]), scheme)

    for key in ("unit", "agency", "project"):
        over = len(whole()) - SAFE_LENGTH
        if over > 0 and kept.get(key):
            kept[key] = kept[key][: max(_LEAST, len(kept[key]) - over)]
    return safe_name(whole(), fallback)
