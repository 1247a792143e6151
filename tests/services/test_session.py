"""The one writer: what listeners do never puts evaluation, steps and memory out of order."""

from __future__ import annotations

import pytest

from tests.helpers import MemoryStore, session
from workbench.domain.evaluation import Member, Overview
from workbench.services.session import Changed, Session


def actions(opened: Session) -> list[str]:
    assert isinstance(opened.memory, MemoryStore)
    return [action for action, _ in opened.memory.recorded]


class Stumbling:
    """A listener that fails as often as it is told to."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __call__(self, _: Changed) -> None:
        if self.times:
            self.times -= 1
            raise RuntimeError("a listener failed")


def test_a_failing_listener_keeps_no_other_from_hearing() -> None:
    opened, heard = session(), []
    opened.subscribe(Stumbling(1))
    opened.subscribe(lambda changed: heard.append(changed.changes[0].kind))
    with pytest.raises(RuntimeError, match="a listener failed"):
        opened.put(Overview(project="热线"))
    assert heard == ["overview"]
    assert opened.evaluation.overview.project == "热线"


def test_a_failing_listener_leaves_undo_and_redo_in_step() -> None:
    opened = session()
    opened.put(Overview(project="热线"))
    opened.subscribe(Stumbling(2))
    with pytest.raises(RuntimeError):
        opened.undo()
    assert (opened.can_undo, opened.can_redo) == (False, True)
    with pytest.raises(RuntimeError):
        opened.redo()
    assert (opened.can_undo, opened.can_redo) == (True, False)
    opened.undo()
    assert opened.evaluation.overview.project == ""
    assert actions(opened) == ["do", "undo", "redo", "undo"]


def test_what_a_listener_adds_to_an_undo_is_a_step_of_its_own() -> None:
    opened = session()
    opened.put(Overview(project="热线"))
    opened.subscribe(lambda changed: changed.touches("overview") and opened.put(Member(id="m", name="甲")))
    opened.undo()
    assert [m.name for m in opened.evaluation.listed(Member)] == ["甲"]
    undone = opened.undo()
    assert undone is not None
    assert [change.kind for change in undone.changes] == ["member"]


def test_a_failing_record_changes_nothing() -> None:
    opened, heard = session(Overview(project="热线")), []
    opened.subscribe(heard.append)
    assert isinstance(opened.memory, MemoryStore)
    opened.memory.fails = OSError("disk full")
    with pytest.raises(OSError, match="disk full"):
        opened.put(Overview(project="热线购买服务"))
    assert (opened.evaluation.overview.project, opened.can_undo, heard) == ("热线", False, [])
    opened.memory.fails = None
    assert opened.put(Overview(project="热线购买服务"))
    assert opened.can_undo
