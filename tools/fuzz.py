"""Gives a reader many changed examples and keeps what it stumbles over.

    python tools/fuzz.py formula --cases 100000
    python tools/fuzz.py all --seconds 60            each reader for so long
    python tools/fuzz.py --list

Cases that went wrong are written to ``out/fuzz``; those worth keeping belong to ``tests/fuzzing/cases``.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.fuzzing.readers import READERS  # noqa: E402
from tests.fuzzing.running import fuzz  # noqa: E402

MEMORY = 4 << 30


def main(argv: Sequence[str] | None = None) -> int:
    """Fuzz what the command line names; 1 when anything was found."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("reader", nargs="?", default="all", choices=("all", *READERS))
    reader.add_argument("--cases", type=int, default=1 << 30)
    reader.add_argument("--seconds", type=float, default=float("inf"))
    reader.add_argument("--seed", type=int, default=0)
    reader.add_argument("--list", action="store_true")
    given = reader.parse_args(argv)
    if given.list:
        print("\n".join(READERS))
        return 0
    if given.cases == 1 << 30 and given.seconds == float("inf"):
        reader.error("say --cases or --seconds")
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
    out = ROOT / "out" / "fuzz"
    found = total = 0
    for name in READERS if given.reader == "all" else (given.reader,):
        result = fuzz(READERS[name], given.cases, given.seed, given.seconds)
        print(result, flush=True)
        for finding in result.found.values():
            path = out / name / finding.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(finding.data)
            print(
                f"--- {finding.where} ({len(finding.data)} bytes in {path})\n{finding.what[-1800:]}",
                flush=True,
            )
        found += len(result.found)
        total += result.cases
    print(f"fuzz: {total} cases, {found} kinds of fault")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
