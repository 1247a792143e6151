"""Paper out: what the evaluation says, as files for people. One line of EXPORTERS for each kind of file."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.exporters.answer_workbook import write_answers
from workbench.exporters.bureau_workbook import write_bureau_workbook
from workbench.exporters.checks_file import write_checks_report, write_checks_workbook
from workbench.exporters.derivations import write_derivations
from workbench.exporters.entry_report import write_entry_report
from workbench.exporters.excerpt_file import write_excerpts, write_excerpts_docx
from workbench.exporters.kit import Exporter
from workbench.exporters.questionnaire_sheets import write_questionnaire_sheets
from workbench.exporters.records_files import PAPERS, as_docx, as_pdf
from workbench.exporters.report_file import report_by, write_report, write_report_docx
from workbench.exporters.score_sheet import write_score_sheet, write_stage_sheet
from workbench.exporters.working_papers import write_working_papers

#: Fills a workbook that the bureau sent; which one, and its bindings, come with the kit.
BUREAU_WORKBOOK = Exporter("bureau-workbook", "财政局表样", ".xlsx", write_bureau_workbook)

#: Papers that name who said what.
_SPOKEN = frozenset({"interviews"})
# The headings of the list of files.
_REPORTS = "评分与报告"
_SURVEYS = "问卷"
_CHECKS = "核验"
_PROOFS = "佐证与底稿"
_PUBLIC, _SITE = report_by("public"), report_by("site_summary")

#: Every kind of file by its key, in the order of the export dialog.
EXPORTERS: Mapping[str, Exporter] = {
    exporter.key: exporter
    for exporter in (
        Exporter("score-sheet", "评分表", ".xlsx", write_score_sheet, usual=True, group=_REPORTS),
        Exporter("report", "评价报告", ".pdf", write_report, usual=True, group=_REPORTS),
        Exporter(
            "report-docx",
            "评价报告（Word）",
            ".docx",
            write_report_docx,
            usual=True,
            based=True,
            group=_REPORTS,
        ),
        Exporter("public-summary", "公开摘要", ".pdf", _PUBLIC[0], group=_REPORTS),
        Exporter("public-summary-docx", "公开摘要（Word）", ".docx", _PUBLIC[1], group=_REPORTS),
        Exporter("site-summary", "现场工作小结", ".pdf", _SITE[0], group=_REPORTS),
        Exporter("site-summary-docx", "现场工作小结（Word）", ".docx", _SITE[1], group=_REPORTS),
        Exporter("stage-sheet", "各轮得分表", ".xlsx", write_stage_sheet, group=_REPORTS),
        Exporter("derivation", "计分推导", ".pdf", write_derivations, group=_REPORTS),
        Exporter("questionnaires", "调查问卷（纸质）", ".pdf", write_questionnaire_sheets, group=_SURVEYS),
        Exporter("answers", "问卷答卷明细", ".xlsx", write_answers, group=_SURVEYS, personal=True),
        Exporter(
            "entry-report", "问卷录入质量报告", ".pdf", write_entry_report, group=_SURVEYS, personal=True
        ),
        Exporter("checks-report", "核验意见", ".pdf", write_checks_report, group=_CHECKS),
        Exporter("checks-workbook", "核验意见表", ".xlsx", write_checks_workbook, group=_CHECKS),
        Exporter("excerpts", "佐证摘引", ".pdf", write_excerpts, group=_PROOFS),
        Exporter("excerpts-docx", "佐证摘引（Word）", ".docx", write_excerpts_docx, group=_PROOFS),
        Exporter("working-papers", "工作底稿", ".xlsx", write_working_papers, group=_PROOFS, personal=True),
        *(
            Exporter(key, title, ".pdf", as_pdf(title, build), personal=key in _SPOKEN)
            for key, (title, build) in PAPERS.items()
        ),
        *(
            Exporter(
                f"{key}-docx", f"{title}（Word）", ".docx", as_docx(title, build), personal=key in _SPOKEN
            )
            for key, (title, build) in PAPERS.items()
        ),
    )
}
