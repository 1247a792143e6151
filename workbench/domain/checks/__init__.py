"""@check functions by subject → findings: expected, found, difference, place, effect on total and grade.

Importing the package fills the table of checks: a new subject is a module and its line here.
"""

from workbench.domain.checks import (
    claims,
    dates,
    deductions,
    evidence_links,
    funds,
    grades,
    opinions,
    points,
    rates,
    records,
    repeats,
    review,
    scores,
    stated_rates,
    survey_entry,
    survey_labels,
    survey_rates,
    survey_samples,
    surveys,
    targets,
    text,
    wording,
)
from workbench.domain.checks.base import checks
from workbench.domain.checks.finding import CATALOGUE, Effect, Finding, Place, Severity
from workbench.domain.checks.limits import Limits, read_limits
from workbench.domain.checks.running import Checker, run_checks
from workbench.domain.checks.view import View

__all__ = [
    "CATALOGUE", "Checker", "Effect", "Finding", "Limits", "Place", "Severity", "View", "checks", "claims",
    "dates",
    "deductions", "evidence_links", "funds", "grades", "opinions", "points", "rates", "read_limits", "records",
    "repeats", "review",
    "run_checks", "scores", "stated_rates", "survey_entry", "survey_labels", "survey_rates", "survey_samples", "surveys", "targets", "text", "wording",
]  # fmt: skip
