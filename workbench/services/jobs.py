"""What a long job may say and hear: its progress, and that it should stop."""

from __future__ import annotations

from collections.abc import Callable

#: Called by a job with how many steps are done, of how many, and what is being done (Chinese).
#: It raises :class:`Cancelled` when the job should stop; the job lets it pass.
Progress = Callable[[int, int, str], None]


class Cancelled(Exception):
    """The person asked the job to stop."""


def silent(done: int, total: int, what: str = "") -> None:
    """A progress that nobody watches."""
