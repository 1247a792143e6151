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

_PUBLIC, _SITE = report_by("public"), report_by("site_summary")

#: Every kind of file by its key, in the order of the export dialog.
EXPORTERS: Mapping[str, Exporter] = {
    exporter.key: exporter
    for exporter in (
        Exporter("score-sheet", "评分表", ".xlsx", write_score_sheet, usual=True),
        Exporter("report", "评价报告", ".pdf", write_report, usual=True),
        Exporter("report-docx", "评价报告（Word）", ".docx", write_report_docx, usual=True),
        Exporter("public-summary", "公开摘要", ".pdf", _PUBLIC[0]),
        Exporter("public-summary-docx", "公开摘要（Word）", ".docx", _PUBLIC[1]),
        Exporter("site-summary", "现场工作小结", ".pdf", _SITE[0]),
        Exporter("site-summary-docx", "现场工作小结（Word）", ".docx", _SITE[1]),
        Exporter("stage-sheet", "各轮得分表", ".xlsx", write_stage_sheet),
        Exporter("derivation", "计分推导", ".pdf", write_derivations),
        Exporter("questionnaires", "调查问卷（纸质）", ".pdf", write_questionnaire_sheets),
        Exporter("answers", "问卷答卷明细", ".xlsx", write_answers),
        Exporter("entry-report", "问卷录入质量报告", ".pdf", write_entry_report),
        Exporter("checks-report", "核验意见", ".pdf", write_checks_report),
        Exporter("checks-workbook", "核验意见表", ".xlsx", write_checks_workbook),
        Exporter("excerpts", "佐证摘引", ".pdf", write_excerpts),
        Exporter("excerpts-docx", "佐证摘引（Word）", ".docx", write_excerpts_docx),
        Exporter("working-papers", "工作底稿", ".xlsx", write_working_papers),
        *(Exporter(key, title, ".pdf", as_pdf(title, build)) for key, (title, build) in PAPERS.items()),
        *(
            Exporter(f"{key}-docx", f"{title}（Word）", ".docx", as_docx(title, build))
            for key, (title, build) in PAPERS.items()
        ),
    )
}
