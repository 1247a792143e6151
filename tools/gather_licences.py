"""Put the licence texts of everything that a package ships into one folder.

``python tools/gather_licences.py build/licences [dist/workbench]`` is run by the build, with the
Python that builds. With a finished bundle it adds the system libraries in it (Debian's notes).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
#: Shipped in every bundle besides the program's own packages: the loader that starts it.
_LOADER = "pyinstaller"


def shipped() -> list[str]:
    """The names of the locked packages that the program runs with."""
    lock = (ROOT / "requirements.lock.txt").read_text(encoding="utf-8")
    return sorted({*re.findall(r"^([\w.-]+)==", lock, re.MULTILINE), _LOADER})


def gather_packages(target: Path) -> list[str]:
    """Copy the texts of each installed package; the names of those that brought none."""
    silent = []
    for name in shipped():
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:
            continue  # locked for other systems
        texts = [file for file in files if re.search(r"\.dist-info/", str(file)) and _TEXT.search(str(file))]
        for text in texts:
            # below the folder of metadata: some packages bring a tree of texts
            copy = target / name / Path(*text.parts[1:])
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(str(text.locate())), copy)
        if not texts:
            silent.append(name)
    return silent


def gather_python(target: Path) -> None:
    """Python's own licence, from where this Python keeps it; raises SystemExit when it has none."""
    places = (Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt")
    for place in (*places, *Path("/usr/share/doc").glob("python3.1?/copyright")):
        if place.is_file():
            (target / "python").mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place, target / "python" / "LICENSE.txt")
            return
    raise SystemExit("没有找到 Python 的许可证。")


def gather_system(bundle: Path, target: Path) -> list[str]:
    """Copy Debian's notes of the system libraries in a bundle; the names of the packages."""
    internal = bundle / "_internal"
    libraries = [path.name for path in internal.glob("lib*.so*") if not path.is_symlink()]
    found: dict[str, None] = {}
    for library in sorted(libraries):
        asked = subprocess.run(  # noqa: S603 - names of the libraries that were just built in
            ["/usr/bin/dpkg-query", "-S", f"*/{library}*"], capture_output=True, text=True, check=False
        )
        for line in asked.stdout.splitlines():
            found.setdefault(line.partition(":")[0])
            break
    kept = []
    for package in found:
        note = Path("/usr/share/doc") / package / "copyright"
        if note.is_file():
            (target / "system").mkdir(parents=True, exist_ok=True)
            shutil.copyfile(note, target / "system" / f"{package}.txt")
            kept.append(package)
    return kept


def main(words: list[str]) -> int:
    """Gather everything into the folder that is named first."""
    target = Path(words[0])
    if len(words) > 1:
        packages = gather_system(Path(words[1]), target)
        print(f"系统库的许可证 {len(packages)} 份：{'、'.join(packages)}")
        return 0
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for text in (ROOT / "resources" / "licences").glob("*.txt"):
        shutil.copyfile(text, target / text.name)
    for text in (ROOT / "THIRD_PARTY_LICENSES.md", ROOT / "LICENSE"):
        shutil.copyfile(text, target / text.name)
    gather_python(target)
    silent = gather_packages(target)
    if silent:
        print(f"没有随附许可证全文、见 THIRD_PARTY_LICENSES.md：{'、'.join(silent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
