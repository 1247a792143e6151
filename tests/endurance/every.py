"""Every operation that is killed and disturbed, by its name."""

from __future__ import annotations

from collections.abc import Mapping

from tests.endurance import exchanges, operations, passwords
from tests.endurance.operations import Operation

OPERATIONS: Mapping[str, Operation] = {
    **operations.OPERATIONS,
    **exchanges.OPERATIONS,
    **passwords.OPERATIONS,
}
