"""Nothing is lost and nothing shows half, whatever happens to the process or the disk: the short form.

The long one: ``python tools/endure.py kills|faults|deaths|cuts``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.endurance import trials
from tests.endurance.every import OPERATIONS
from tests.endurance.powercut import cut_power
from tests.endurance.trials import Worker

KILLS = 1
CUTS = 3
NO_COMPILER = "faults below the program need Linux and a C compiler (gcc)"


@pytest.fixture(scope="module")
def server() -> Iterator[Worker]:
    with trials.worker(shim=trials.compiler() is not None) as server:
        yield server


def _some(count: int, seed: str) -> Callable[[range], Sequence[int]]:
    chance = random.Random(seed)
    return lambda calls: chance.sample(calls, min(count, len(calls)))


@pytest.mark.parametrize("name", OPERATIONS)
def test_whoever_is_killed_has_lost_nothing(name: str, server: Worker) -> None:
    result = trials.kill(server, name, KILLS, seed=len(name))
    assert result.wrong == []
    assert result.trials == KILLS + 1


@pytest.mark.skipif(trials.compiler() is None, reason=NO_COMPILER)
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_faulty_disk_is_told_and_leaves_everything_as_it_was(name: str, server: Worker) -> None:
    result = trials.disturb(server, name, trials.FAULTS, _some(1, name))
    assert result.wrong == []
    assert result.refused > 0


@pytest.mark.skipif(trials.compiler() is None, reason=NO_COMPILER)
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_death_at_any_call_to_the_disk_loses_nothing(name: str, server: Worker) -> None:
    assert trials.disturb(server, name, trials.DEATHS, _some(1, name)).wrong == []


@pytest.mark.skipif(trials.compiler() is None, reason=NO_COMPILER)
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_power_cut_loses_nothing_that_was_called_saved(name: str, server: Worker) -> None:
    assert cut_power(server, name, CUTS, seed=len(name)).wrong == []


@pytest.mark.skipif(trials.compiler() is None, reason=NO_COMPILER)
def test_a_power_cut_leaves_an_archive_in_a_folder_whole(server: Worker) -> None:
    assert cut_power(server, "archive", 2 * CUTS, seed=1).wrong == []


@pytest.mark.skipif(trials.compiler() is None, reason=NO_COMPILER)
@pytest.mark.parametrize("name", ["edit", "attach", "settings"])
def test_a_disk_that_lies_about_forcing_fails_the_trial(name: str, server: Worker) -> None:
    assert cut_power(server, name, 12, forgets=True).wrong, "the trial does not bite"
