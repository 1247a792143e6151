"""The front page of an archive: one HTML file that any browser opens from the disk, without a network.

Every score leads to its standard, its derivation, its reasons and its evidence. Nothing is loaded
from elsewhere; the search is a few lines of script, and without scripts the page still reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from workbench.domain.amounts import show_plain
from workbench.exporters.layouts import CONTENTS
from workbench.exporters.report_data import ProblemRow, ReportData, ScoreRow

_STYLE = """
body{font:15px/1.7 "Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif;color:#1d2733;
background:#f4f6f8;margin:0}
main{max-width:1080px;margin:0 auto;padding:24px}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:28px 0 8px}h3{font-size:15px;margin:0}
.soft{color:#5b6b7c}.card{background:#fff;border:1px solid #dde3ea;border-radius:6px;padding:12px 16px;margin:8px 0}
.score{float:right;font-weight:bold}.lost{color:#b3261e}
table{border-collapse:collapse;width:100%;background:#fff}td,th{border:1px solid #dde3ea;padding:5px 8px;
text-align:left;vertical-align:top}th{background:#eef2f6}
input{width:100%;box-sizing:border-box;font:inherit;padding:8px 12px;border:1px solid #b8c4d0;border-radius:6px}
a{color:#1f5fa8}.line{margin:4px 0 0}ul{margin:4px 0 0;padding-left:22px}.hidden{display:none}
@media print{input{display:none}body{background:#fff}}
"""
_SCRIPT = """
document.getElementById('find').addEventListener('input',function(){
var words=this.value.toLowerCase().split(/\\s+/).filter(Boolean),shown=0;
document.querySelectorAll('[data-find]').forEach(function(one){
var text=one.textContent.toLowerCase(),fits=words.every(function(word){return text.indexOf(word)>=0});
one.classList.toggle('hidden',!fits);if(fits)shown++});
document.getElementById('found').textContent=words.length?'找到 '+shown+' 处':''});
"""


@dataclass(frozen=True, slots=True)
class Attached:
    """One evidence file in the archive: its number, title and path below the page; empty when left out."""

    number: int
    title: str
    path: str
    sha256: str = ""


def index_page(
    data: ReportData, files: Sequence[tuple[str, str]], evidence: Sequence[Attached], head: str
) -> str:
    """The page; ``files`` are (label, path below the page), ``head`` the head of the history's chain."""
    overview, scores = data.evaluation.overview, data.scores
    by_number = {one.number: one for one in evidence}
    grade = scores.grade.name if scores.grade is not None else ""
    about = [
        (label, text)
        for label, text in (
            ("评价年度", overview.year),
            ("被评价单位", overview.evaluated_unit),
            ("主管部门", overview.department),
            ("委托方", overview.commissioner),
            ("评价机构", overview.agency),
            ("主评人", overview.lead),
            ("归档时间", data.made.strftime("%Y-%m-%d %H:%M")),
            ("修改记录末端", head),
        )
        if text
    ]
    parts = [
        f"<h1>{escape(overview.project or data.evaluation.form.title)}</h1>",
        f'<div class="soft">{escape(data.evaluation.form.title)}</div>',
        f'<div class="card"><span class="score">{escape(str(scores.total))} 分　{escape(grade)}</span>',
        "".join(f'<div>{escape(k)}：<span class="soft">{escape(v)}</span></div>' for k, v in about),
        "</div>",
        '<input id="find" placeholder="在本页查找：指标、原因、佐证……" aria-label="查找"><span id="found" class="soft"></span>',
        "<h2>文件</h2><ul>",
        *(f"<li data-find>{_link(path, label)}</li>" for label, path in files),
        "</ul>",
        "<h2>指标、得分与依据</h2>",
        *(_indicator(data, row, by_number) for row in data.rows),
    ]
    if data.problems:
        parts += ["<h2>存在的问题</h2>", *(_problem(row, by_number) for row in data.problems)]
    if data.evidence:
        parts += [
            "<h2>佐证目录</h2><table><tr><th>号</th><th>名称</th><th>来源</th><th>校验值（SHA-256）</th></tr>"
        ]
        for item in data.evidence:
            one = by_number.get(item.number)
            name = (
                _link(one.path, item.title)
                if one is not None and one.path
                else escape(item.title) + "（未附）"
            )
            parts.append(
                f"<tr data-find><td>{item.number}</td><td>{name}</td><td>{escape(item.source)}</td>"
                f'<td class="soft">{escape(item.sha256[:16])}</td></tr>'
            )
        parts.append("</table>")
    body = "\n".join(parts)
    title = escape(f"{overview.project} 移交归档包")
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><main>\n{body}\n</main>"
        f"<script>{_SCRIPT}</script></body></html>\n"
    )


def _link(path: str, text: str) -> str:
    return f'<a href="{escape(quote(path), quote=True)}">{escape(text)}</a>'


def _evidence(numbers: Sequence[int], by_number: Mapping[int, Attached]) -> str:
    links = []
    for number in numbers:
        one = by_number.get(number)
        text = f"佐证 {number}" + (f" {one.title}" if one is not None else "")
        links.append(_link(one.path, text) if one is not None and one.path else escape(f"{text}（未附）"))
    return "、".join(links)


def _indicator(data: ReportData, row: ScoreRow, by_number: Mapping[int, Attached]) -> str:
    score = "未评" if row.scored.score is None else str(row.scored.score)
    place = " › ".join(one.name for one in row.path)
    points = f"{score} / {show_plain(row.indicator.full_mark)} 分"
    lines = [
        f'<div class="card" data-find><h3>{escape(place)}<span class="score">{escape(points)}</span></h3>'
    ]
    for label, text in (
        ("评价标准", str(CONTENTS["criterion"](data, row) or "")),
        ("依据", row.basis),
        ("依据来源", row.basis_source),
        ("证据收集方式", row.collection_method),
    ):
        if text:
            lines.append(f'<div class="line"><span class="soft">{label}：</span>{_text(text)}</div>')
    if row.derivation:
        steps = "".join(f"<li>{escape(step)}</li>" for step in row.derivation)
        lines.append(f'<div class="line"><span class="soft">计分过程：</span><ul>{steps}</ul></div>')
    for deduction in row.deductions:
        points = "" if deduction.line.points is None else f"扣 {show_plain(deduction.line.points)} 分："
        lines.append(f'<div class="line lost">{escape(points)}{_text(deduction.line.reason)}</div>')
        if deduction.evidence:
            lines.append(f'<div class="line">　{_evidence(deduction.evidence, by_number)}</div>')
    if row.evidence:
        lines.append(
            f'<div class="line"><span class="soft">佐证：</span>{_evidence(row.evidence, by_number)}</div>'
        )
    return "".join([*lines, "</div>"])


def _problem(row: ProblemRow, by_number: Mapping[int, Attached]) -> str:
    problem = row.problem
    lines = [f'<div class="card" data-find><h3>{row.running}. {escape(problem.title)}</h3>']
    for label, text in (
        ("具体表现", problem.description),
        ("原因分析", problem.cause),
        ("责任单位", row.unit),
    ):
        if text:
            lines.append(f'<div class="line"><span class="soft">{label}：</span>{_text(text)}</div>')
    lines += [
        f'<div class="line"><span class="soft">对应扣分：</span>{escape(one.place)}：{_text(one.line.reason)}</div>'
        for one in row.deductions
    ]
    lines += [
        f'<div class="line"><span class="soft">建议：</span>{escape(one.title)}　{_text(one.text)}</div>'
        for one in row.advice
    ]
    if row.evidence:
        lines.append(
            f'<div class="line"><span class="soft">佐证：</span>{_evidence(row.evidence, by_number)}</div>'
        )
    return "".join([*lines, "</div>"])


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")
