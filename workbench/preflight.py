"""What must be right on the machine before the first import of Qt.

Qt aborts the process, with a misleading message, when a system library or the display is
missing. So the libraries are tried first, by name, and what is missing becomes one Chinese line.
``python -m workbench.preflight`` prints the missing Debian packages, for the set-up script.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

EXIT_MISSING_LIBRARIES = 3

# Shared libraries that Qt's wheel takes from the system, with the Debian package of each.
CORE_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
    "libbrotlidec.so.1": "libbrotli1",
}
# What a real X11 window needs on top of them.
X11_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# Platform plugins of Qt that draw into memory: nobody sees their windows.
UNSEEN_PLATFORMS = ("offscreen", "minimal")
INPUT_METHOD_VARIABLES = ("QT_IM_MODULES", "QT_IM_MODULE")


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found: whether windows can be seen, and the Debian packages Qt still needs."""

    display: bool
    missing: tuple[str, ...]

    @property
    def message(self) -> str:
        """One Chinese line naming what to install, empty when nothing is missing."""
        if not self.missing:
            return ""
        return (
            "缺少系统图形库，程序无法启动。请管理员执行： "
            f"sudo apt-get install -y --no-install-recommends {' '.join(self.missing)}"
        )


def prepare_qt(environ: MutableMapping[str, str] = os.environ) -> Readiness:
    """Check the machine and set the variables Qt reads; call it before the first import of PySide6.

    Without a display Qt is told to draw offscreen, so that the job can be done without a window.
    """
    if not sys.platform.startswith("linux"):
        return Readiness(display=True, missing=())
    use_reachable_input_method(environ, qt_input_plugins())
    display = has_display(environ)
    if not display and not environ.get("QT_QPA_PLATFORM", "").startswith(UNSEEN_PLATFORMS):
        environ["QT_QPA_PLATFORM"] = "offscreen"
    return Readiness(display, missing_packages(environ))


def missing_packages(
    environ: Mapping[str, str], load: Callable[[str], object] = ctypes.CDLL
) -> tuple[str, ...]:
    """The Debian packages of the libraries that Qt would fail to load for this environment."""
    wanted = dict(CORE_LIBRARIES)
    platform = environ.get("QT_QPA_PLATFORM", "")
    if platform.startswith("xcb") or (not platform and environ.get("DISPLAY")):
        wanted.update(X11_LIBRARIES)
    missing = []
    for library, package in wanted.items():
        try:
            load(library)
        except OSError:
            missing.append(package)
    return tuple(missing)


def has_display(environ: Mapping[str, str]) -> bool:
    """Whether a window would be seen: a display is named and it answers."""
    platform = environ.get("QT_QPA_PLATFORM", "")
    if platform.startswith(UNSEEN_PLATFORMS):
        return False
    if platform and not platform.startswith(("xcb", "wayland")):
        return True  # vnc, eglfs and the like bring their own screen
    return _wayland_answers(environ) or _x11_answers(environ)


def _wayland_answers(environ: Mapping[str, str]) -> bool:
    name = environ.get("WAYLAND_DISPLAY", "")
    return bool(name) and (Path(environ.get("XDG_RUNTIME_DIR", "/")) / name).is_socket()


def _x11_answers(environ: Mapping[str, str]) -> bool:
    name = environ.get("DISPLAY", "")
    if not name:
        return False
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return True  # the missing library is reported by its own name
    x11.XOpenDisplay.restype = ctypes.c_void_p
    connection = x11.XOpenDisplay(name.encode())
    if not connection:
        return False
    x11.XCloseDisplay(ctypes.c_void_p(connection))
    return True


def use_reachable_input_method(environ: MutableMapping[str, str], plugins: Path | None) -> None:
    """Let fcitx desktops type Chinese: Qt's wheel has no fcitx plugin, but fcitx 5 answers as ibus."""
    if plugins is not None and any(plugins.glob("libfcitx*")):
        return
    for variable in INPUT_METHOD_VARIABLES:
        methods = environ.get(variable, "").split(";")
        if any(method.startswith("fcitx") for method in methods):
            reachable = ["ibus" if method.startswith("fcitx") else method for method in methods]
            environ[variable] = ";".join(dict.fromkeys(reachable))


def qt_input_plugins() -> Path | None:
    """The folder of Qt's input-method plugins, found without importing Qt."""
    spec = find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "Qt" / "plugins" / "platforminputcontexts"


if __name__ == "__main__":
    if sys.platform.startswith("linux"):
        packages = missing_packages(os.environ)
        print(" ".join(packages))
        sys.exit(EXIT_MISSING_LIBRARIES if packages else 0)
