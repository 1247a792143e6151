"""Lists of the help that are made from registries: every kind of scoring rule, every check, every setting."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.domain.amounts import round_half_up, show, show_plain
from workbench.domain.checks import CATALOGUE
from workbench.domain.rules.base import Given, Rule, rule_types
from workbench.domain.scoring import read_input
from workbench.services.settings import SETTINGS

RULES, CHECKS = "rule_examples.toml", "check_words.toml"
_DIGITS = 2


def rules(folder: Path) -> str:
    """Markdown: each kind of rule with what it is for, its sentence and one example that is calculated here."""
    told = {row["kind"]: row for row in _table(folder / RULES)["rule"]}
    return "\n\n".join(
        _rule(kind, rule_type.label, told.get(kind)) for kind, rule_type in rule_types().items()
    )


def _rule(kind: str, label: str, row: dict[str, Any] | None) -> str:
    lines = [f"## {label}（{kind}）"]
    if row is None:
        return lines[0]
    rule = rule_types()[kind].from_raw({"kind": kind, **row.get("params", {})}, Decimal(str(row["points"])))
    lines += [row["for"], f"标准：{rule.sentence()}", f"例：{_example(rule, row)}"]
    return "\n\n".join(lines)


def _example(rule: Rule, row: dict[str, Any]) -> str:
    """The inputs of the example as typed, the calculation, the score out of the points."""
    texts: dict[str, str] = row.get("inputs", {})
    given: dict[str, Given] = {}
    said = []
    for spec in rule.inputs():
        text = texts.get(spec.key, spec.default)
        given[spec.key] = read_input(text, spec) if text else Given(None)
        if spec.key in texts:
            said.append(f"{spec.label}：{text}")
    deducted = Decimal(str(row.get("deducted", "0")))
    if deducted:
        said.append(f"扣分合计：{deducted}")
    out = rule.evaluate(given, deducted)
    score = "—" if out.score is None else show(round_half_up(out.score, _DIGITS), _DIGITS)
    told = "；".join(part for part in (out.expression, *out.steps) if part)
    return f"分值 {show_plain(rule.full_mark)} 分。{'；'.join(said)}。{told}。得 **{score}** 分。".replace(
        "。。", "。"
    )


def checks(folder: Path) -> str:
    """Markdown: each code with its levels, what is looked for, and where that is laid down."""
    told = {row["code"]: row for row in _table(folder / CHECKS)["check"]}
    lines = []
    for code, title in CATALOGUE.items():
        row = told.get(code, {})
        lines += [f"## {code}　{title}", row.get("what", ""), f"级别：{'、'.join(row.get('levels', []))}"]
        lines += [f"依据：{row['source']}"] if row.get("source") else []
        lines += [f"处理：{row['remedy']}"] if row.get("remedy") else []
    return "\n\n".join(line for line in lines if line)


def settings() -> str:
    """Markdown: each setting that the dialog offers, with its words."""
    rows = [f"| {one.label} | {one.hint or '、'.join(one.choices)} |" for one in SETTINGS if one.shown]
    return "\n".join(["| 设置 | 说明 |", "| --- | --- |", *rows])


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
