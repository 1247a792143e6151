"""One module per kind of 评分标准; each takes inputs and returns score and derivation.

Importing the package registers every kind: a new one is a module and its line here.
"""

from workbench.domain.rules import (
    bands,
    deductions,
    execution101,
    experts,
    floor,
    formula,
    judgement,
    linear101,
    mean_of_rates,
    per_fault,
    points,
    qualitative,
    ratio,
    reverse,
    reverse_deduction,
    satisfaction101,
    shortfall,
    steps,
    threshold,
)

__all__ = [
    "bands",
    "deductions",
    "execution101",
    "experts",
    "floor",
    "formula",
    "judgement",
    "linear101",
    "mean_of_rates",
    "per_fault",
    "points",
    "qualitative",
    "ratio",
    "reverse",
    "reverse_deduction",
    "satisfaction101",
    "shortfall",
    "steps",
    "threshold",
]
