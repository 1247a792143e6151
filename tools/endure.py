"""Proofs that nothing is lost, in their long form; each ends with one line and fails when anything is wrong.

    python tools/endure.py kills --count 1000     operations killed (-9) at random moments
    python tools/endure.py faults                 every call to the disk of every operation fails once, for good …
    python tools/endure.py deaths                 the process dies before, after and in the middle of every call
    python tools/endure.py cuts --count 2000      power cuts: what was not forced to the disk is lost in parts

``--only edit,export`` takes some of the operations, ``--every 5`` each fifth call. All but kills need
Linux and a C compiler.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.endurance import trials  # noqa: E402
from tests.endurance.every import OPERATIONS  # noqa: E402
from tests.endurance.powercut import cut_power  # noqa: E402
from tests.endurance.trials import Result  # noqa: E402


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out what the command line names; 1 when anything went wrong."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("what", choices=("kills", "faults", "deaths", "cuts"))
    reader.add_argument("--count", type=int, default=1000)
    reader.add_argument("--only", default="")
    reader.add_argument("--every", type=int, default=1)
    reader.add_argument("--seed", type=int, default=0)
    given = reader.parse_args(argv)
    names = tuple(given.only.split(",")) if given.only else tuple(OPERATIONS)
    began = time.monotonic()

    def chosen(calls: range) -> Sequence[int]:
        return calls[given.seed % given.every :: given.every]

    results: list[Result] = []
    with trials.worker(shim=given.what != "kills") as server:
        for index, name in enumerate(names):
            if given.what in {"kills", "cuts"}:
                share = given.count // len(names) + (index < given.count % len(names))
                trial = trials.kill if given.what == "kills" else cut_power
                results.append(trial(server, name, share, seed=given.seed))
                print(results[-1], flush=True)
                continue
            modes = trials.FAULTS if given.what == "faults" else trials.DEATHS
            for seed in _seeds(name):
                results.append(trials.disturb(server, name, modes, chosen, seed))
                print(results[-1], flush=True)
    return _told(given.what, results, time.monotonic() - began)


def _seeds(name: str) -> Sequence[int]:
    """Exports differ by kind, archives by form."""
    return range(24) if name == "export" else range(2) if name == "archive" else (0,)


def _told(what: str, results: Sequence[Result], seconds: float) -> int:
    wrong = [text for result in results for text in result.wrong]
    for text in wrong[:40]:
        print(text.replace("⏎", "\n"), file=sys.stderr)
    total = sum(result.trials for result in results)
    print(
        f"{what}: {total} trials in {seconds:.0f} s, {sum(r.acknowledged for r in results)} acknowledged,"
        f" {sum(r.refused for r in results)} refused in words, {len(wrong)} wrong"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
