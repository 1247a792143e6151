"""The life of a child process that draws: one job after the other, within limits, until the parent goes."""

from __future__ import annotations

import faulthandler
import json
import os
import signal
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from workbench.services.modesty import be_modest
from workbench.services.redraw import ProveJob, RedrawJob, prove, redraw
from workbench.services.rendering import Drawn, Job, Undrawable, Unwritten, draw


def _do(told: dict[str, Any]) -> Drawn:
    """Do a job as it came over the wire, by what it holds."""
    if "edge" in told:
        return draw(Job(**told))
    return redraw(RedrawJob(**told)) if "target" in told else prove(ProveJob(**told))


def serve(connection: Connection, time_limit: float, behind: bool = True) -> None:
    """The child's life: draw what is asked for until the parent goes. Front door of its process.

    ``time_limit`` in seconds: a job that outlasts it ends the process, even when the parent is gone.
    ``behind`` the window in line, unless somebody waits for what is drawn.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    be_modest(behind=behind)
    with Path(os.devnull).open("w") as nowhere:
        try:
            connection.send_bytes(b"ready")
        except OSError:  # whoever started it is gone already
            return
        while True:
            try:
                told = json.loads(connection.recv_bytes())
            except (EOFError, OSError):
                return
            faulthandler.dump_traceback_later(time_limit, exit=True, file=nowhere)
            try:
                drawn = _do(told)
            except Undrawable as refusal:
                drawn = Drawn(False, reason=str(refusal))
            except Unwritten:
                drawn = Drawn(False, reason="预览图没有写成，磁盘可能已满或不能写入。", passing=True)
            except MemoryError:
                drawn = Drawn(False, reason="文件展开后过大，不作预览；文件已原样保存。")
            except Exception:  # noqa: BLE001  (a hostile file may make a decoder raise anything)
                drawn = Drawn(
                    False, damage="文件已损坏，无法显示。", reason="文件已损坏，无法预览；文件已原样保存。"
                )
            faulthandler.cancel_dump_traceback_later()
            connection.send_bytes(json.dumps(asdict(drawn)).encode())
