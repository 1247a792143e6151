"""Draws the pictures of the help: the real screens, on the sample evaluation, without a display.

    python tools/help_pictures.py [name …]

Writes palette PNGs into resources/help/pictures; pages of the help name them. Nothing of the person's own
evaluations and settings is seen or touched.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TARGET = ROOT / "resources" / "help" / "pictures"
SAMPLE = "qixia"
#: A larger file would make every package larger for nothing.
MOST_BYTES = 80_000
#: Colours of a picture; text on plain grounds needs few.
COLOURS = (128, 64, 32)


def main(wanted: list[str]) -> int:
    """Draw the named pictures, or all of them; 1 when one is too large."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_DATA"] = folder
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        return draw(wanted)


def draw(wanted: list[str]) -> int:
    """Open the program as a person would, and keep a picture of each screen."""
    from PySide6.QtWidgets import QApplication

    from tools.help_screens import Screens
    from workbench.app import Front
    from workbench.paths import find_paths

    app = QApplication(["workbench"])
    front = Front(app, find_paths())
    screens = Screens(front)
    TARGET.mkdir(parents=True, exist_ok=True)
    too_large = []
    for name, show in screens.all().items():
        if wanted and name not in wanted:
            continue
        size = keep(show(), TARGET / f"{name}.png")
        print(f"{name}.png　{size // 1024} KB")
        if size > MOST_BYTES:
            too_large.append(name)
    front.window.close()
    front.tasks.stop_all()
    if too_large:
        print(f"超过 {MOST_BYTES // 1000} KB：{'、'.join(too_large)}")
    return 1 if too_large else 0


def keep(widget: object, path: Path) -> int:
    """Save a picture of a widget with as many colours as the size allows; the size in bytes."""
    from PIL import Image
    from PySide6.QtWidgets import QWidget

    assert isinstance(widget, QWidget)  # noqa: S101 - for the reader of types
    widget.grab().save(str(path), "PNG")
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    for colours in COLOURS:
        picture.quantize(colours, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            break
    return path.stat().st_size


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
