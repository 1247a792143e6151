import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import ROOT
from workbench import preflight
from workbench.preflight import Readiness, has_display, missing_packages, use_reachable_input_method

only_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux desktops only")


def _nothing_loads(name: str) -> object:
    raise OSError(name)


def _all_but(*absent: str) -> Callable[[str], object]:
    def load(name: str) -> object:
        if name in absent:
            raise OSError(name)
        return object()

    return load


def test_nothing_missing_says_nothing() -> None:
    assert missing_packages({"DISPLAY": ":0"}, _all_but()) == ()
    assert Readiness(display=True, missing=()).message == ""


def test_missing_libraries_become_one_chinese_line() -> None:
    found = missing_packages({"DISPLAY": ":0"}, _all_but("libxcb-icccm.so.4", "libxcb-keysyms.so.1"))
    message = Readiness(display=True, missing=found).message
    assert message == (
        "缺少系统图形库，程序无法启动。请管理员执行： "
        "sudo apt-get install -y --no-install-recommends libxcb-icccm4 libxcb-keysyms1"
    )
    assert "\n" not in message


@pytest.mark.parametrize(
    ("environ", "x11_needed"),
    [
        ({"DISPLAY": ":0"}, True),
        ({"QT_QPA_PLATFORM": "xcb"}, True),
        ({"QT_QPA_PLATFORM": "xcb:display=:1"}, True),
        ({}, False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, False),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
    ],
)
def test_x11_libraries_are_asked_for_only_when_a_window_needs_them(
    environ: dict[str, str], x11_needed: bool
) -> None:
    found = missing_packages(environ, _nothing_loads)
    assert set(preflight.CORE_LIBRARIES.values()) <= set(found)
    assert ("libxcb-cursor0" in found) is x11_needed


def test_no_display_named() -> None:
    assert not has_display({})
    assert not has_display({"DISPLAY": ""})


def test_a_display_that_does_not_answer_is_no_display() -> None:
    assert not has_display({"DISPLAY": ":98765"})
    assert not has_display({"WAYLAND_DISPLAY": "wayland-98765", "XDG_RUNTIME_DIR": "/nowhere"})


def test_drawing_into_memory_is_no_display() -> None:
    assert not has_display({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"})


def test_other_screens_of_qt_are_displays() -> None:
    assert has_display({"QT_QPA_PLATFORM": "vnc"})


def test_a_wayland_socket_is_a_display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # socket names are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("w-0")
        assert has_display({"WAYLAND_DISPLAY": "w-0", "XDG_RUNTIME_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("variable", "before", "after"),
    [
        ("QT_IM_MODULE", "fcitx", "ibus"),
        ("QT_IM_MODULE", "fcitx5", "ibus"),
        ("QT_IM_MODULE", "ibus", "ibus"),
        ("QT_IM_MODULE", "compose", "compose"),
        ("QT_IM_MODULES", "wayland;fcitx;ibus", "wayland;ibus"),
        ("QT_IM_MODULES", "wayland;fcitx", "wayland;ibus"),
    ],
)
def test_fcitx_is_reached_as_ibus(tmp_path: Path, variable: str, before: str, after: str) -> None:
    (tmp_path / "libibusplatforminputcontextplugin.so").touch()
    environ = {variable: before}
    use_reachable_input_method(environ, tmp_path)
    assert environ == {variable: after}


def test_fcitx_stays_when_its_plugin_is_there(tmp_path: Path) -> None:
    (tmp_path / "libfcitx5platforminputcontextplugin.so").touch()
    environ = {"QT_IM_MODULE": "fcitx"}
    use_reachable_input_method(environ, tmp_path)
    assert environ == {"QT_IM_MODULE": "fcitx"}


def test_no_input_method_is_set_where_none_was() -> None:
    environ: dict[str, str] = {}
    use_reachable_input_method(environ, None)
    assert environ == {}


@only_linux
def test_the_plugins_of_qt_are_found_without_importing_it() -> None:
    folder = preflight.qt_input_plugins()
    assert folder is not None
    assert any(folder.glob("*ibus*"))


@only_linux
def test_without_a_display_qt_is_told_to_draw_unseen() -> None:
    environ = {"QT_QPA_PLATFORM": "xcb", "QT_IM_MODULE": "fcitx"}
    ready = preflight.prepare_qt(environ)
    assert not ready.display
    assert environ == {"QT_QPA_PLATFORM": "offscreen", "QT_IM_MODULE": "ibus"}


@only_linux
def test_the_set_up_script_can_ask_before_anything_is_installed() -> None:
    answer = subprocess.run(
        [sys.executable, "-S", "-m", "workbench.preflight"],
        cwd=ROOT,
        env={"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "\n", "")
