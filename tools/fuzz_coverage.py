"""Coverage-guided fuzzing of one reader with atheris (Linux; ``pip install atheris``, which the locks don't hold).

    python tools/fuzz_coverage.py xlsx --seconds 60
    python tools/fuzz_coverage.py all --seconds 300     one reader after the other, each in a process of its own

What goes wrong is written to ``out/fuzz/READER``, what leads to new ground to ``out/corpus/READER``, from
where the next run goes on. Worth keeping: ``tests/fuzzing/cases``.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_WATCHED = ["workbench.importers", "workbench.domain", "workbench.package_xml", "workbench.services"]
_WATCHED += ["workbench.exporters.bag", "workbench.exporters.outlines", "workbench.store"]
_DONE = re.compile(r"#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+)")


def main(argv: Sequence[str] | None = None) -> int:
    """Fuzz what the command line names; 1 when anything was found."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("reader")
    reader.add_argument("--seconds", type=int, default=60)
    reader.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = reader.parse_args(argv)
    if given.here:
        _fuzz(given.reader, given.seconds)
    from tests.fuzzing.readers import READERS

    names = tuple(READERS) if given.reader == "all" else tuple(given.reader.split(","))
    return max([_in_a_process(name, given.seconds) for name in names])


def _in_a_process(name: str, seconds: int) -> int:
    """Run one reader; it may crash, hang and start again until its time is over."""
    call = [sys.executable, __file__, name, "--seconds", str(seconds), "--here"]
    run = subprocess.run(call, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - itself
    done = _DONE.findall(run.stderr)
    if run.returncode or not done:
        print(f"{name}: FOUND\n{run.stderr[-3500:]}", flush=True)
        return 1
    cases, ground, _ = done[-1]
    print(f"{name}: {cases} cases in {seconds} s, {ground} edges reached, nothing found", flush=True)
    return 0


def _fuzz(name: str, seconds: int) -> None:
    """Hand this process over to libFuzzer."""
    atheris = importlib.import_module("atheris")  # by name: no lock holds it, this tool alone wants it

    with atheris.instrument_imports(include=_WATCHED):
        from tests.fuzzing import readers
    from tests.fuzzing.packages import flat, unflat
    from tests.fuzzing.running import fault_of

    one = readers.READERS[name]
    readers.workplace()
    packed = one.kind == "package"
    found, corpus = ROOT / "out" / "fuzz" / name, ROOT / "out" / "corpus" / name
    for folder in (found, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(one.seeds()[:40]):
        (corpus / f"seed-{number}").write_bytes(flat(seed) if packed else seed)
    base = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
    place = Path(tempfile.mkdtemp(prefix="fuzz-", dir=base))

    def once(data: bytes) -> None:
        whole = unflat(data) if packed else data
        fault = fault_of(one, whole, place)
        if fault is not None:
            (found / fault.name).write_bytes(whole)
            raise RuntimeError(f"{fault.where}\n{fault.what}")

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    words = found.parent / "words.txt"
    words.write_text("".join(f'"{_quoted(token)}"\n' for token in _words()), "ascii")
    settings = ["-timeout=20", "-rss_limit_mb=4096", f"-max_total_time={seconds}", "-max_len=65536"]
    settings += [f"-artifact_prefix={found}/raw-", f"-dict={words}", "-print_final_stats=1", str(corpus)]
    atheris.Setup([sys.argv[0], *settings], once)
    try:
        atheris.Fuzz()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _words() -> list[bytes]:
    from tests.fuzzing.mutations import TOKENS

    return [token for token in TOKENS if 0 < len(token) < 60]


def _quoted(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    sys.exit(main())
