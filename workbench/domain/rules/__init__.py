"""One module per kind of 评分标准; each takes inputs and returns score and derivation.

Importing the package registers every kind: a new one is a module and its line here.
"""

from workbench.domain.rules import deductions, judgement, per_fault, points, ratio, threshold

__all__ = ["deductions", "judgement", "per_fault", "points", "ratio", "threshold"]
