"""Thumbnails and page previews of evidence: made by child processes, kept on disk, newest wish first."""

from __future__ import annotations

import contextlib
import json
import logging
import multiprocessing
import queue
import threading
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from workbench.domain.evaluation import Evidence
from workbench.errors import WorkbenchError
from workbench.exporters.document import BESIDE
from workbench.files import world_error
from workbench.services.album import FOLDER, Album
from workbench.services.drawing_process import serve
from workbench.services.jobs import Progress
from workbench.services.redraw import ProveJob, RedrawJob
from workbench.services.rendering import DRAWN, Drawn, Job
from workbench.store.evidence import Changed, Vault
from workbench.store.locked_file import LockedFile

_log = logging.getLogger(__name__)

#: Longest side of a thumbnail and of a preview, in pixels. Paper prints drawn pictures, never originals.
THUMBNAIL = 160
PREVIEW = 1400
#: Longest side of a page that is zoomed into, marked and cut out: 240 dots per inch of A4.
LARGE = 2800
TIME_LIMIT = 15.0
_START_LIMIT = 60.0
#: Wishes that wait; the oldest are forgotten, they have long been scrolled away.
MOST_WAITING = 400


@dataclass(frozen=True, slots=True)
class Wish:
    """One picture: of which content, of what kind, how large, and which page (from 1)."""

    sha256: str
    media_type: str
    edge: int
    page: int = 1

    @property
    def name(self) -> str:
        """What the drawn picture is kept under."""
        return f"{self.sha256}-{self.edge}-{self.page}"

    @property
    def drawable(self) -> bool:
        """Whether files of this kind are drawn at all."""
        return self.media_type in DRAWN


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on disk, or the reason why there is none, with what was learnt of the file."""

    path: Path | LockedFile | None
    drawn: Drawn


Answer = Callable[[Wish, Picture], None]


class Pictures:
    """Draws what is wished, in ``workers`` child processes. Ask from any thread; answers come on others."""

    def __init__(
        self, vault: Vault, cache: Path, *, workers: int = 2, time_limit: float = TIME_LIMIT
    ) -> None:
        self._vault = vault
        self._album = Album(cache / FOLDER, vault.key)
        self._waiting: dict[Wish, list[Answer]] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._children = [_Child(time_limit) for _ in range(workers)]
        self._given_up: dict[Wish, Picture] = {}
        # Those for who waits for the answer; the one given back last is lent first, so that mostly one runs.
        self._spares = [_Child(time_limit, modest=False) for _ in range(workers)]
        self._free: queue.LifoQueue[_Child] = queue.LifoQueue()
        for spare in self._spares:
            self._free.put(spare)
        self._inspector = _Child(time_limit)
        self._inspecting = threading.Lock()

    def ask(self, wish: Wish, answer: Answer) -> None:
        """Have ``answer(wish, picture)`` called on another thread; the newest wish is served first."""
        with self._changed:
            if self._closed:
                return
            answers = self._waiting.pop(wish, [])
            self._waiting[wish] = [*answers, answer]  # at the end: newest
            while len(self._waiting) > MOST_WAITING:
                self._waiting.pop(next(iter(self._waiting)))
            if not self._threads:
                self._threads = [
                    threading.Thread(target=self._work, args=(child,), name="pictures", daemon=True)
                    for child in self._children
                ]
                for thread in self._threads:
                    thread.start()
            self._changed.notify()

    def keep_only(self, visible: Container[Wish]) -> None:
        """Forget waiting wishes that nobody sees any more."""
        with self._changed:
            self._waiting = {wish: answers for wish, answers in self._waiting.items() if wish in visible}

    @contextlib.contextmanager
    def _lent(self) -> Iterator[_Child]:
        child = self._free.get()
        try:
            yield child
        finally:
            self._free.put(child)

    def make(self, wish: Wish, *, smaller: Sequence[int] = (), whole: bool = False) -> Picture:
        """The picture, at once, on this thread; one drawn before is read and proved when it must be ``whole``.

        When it has to be drawn, pictures of the ``smaller`` edges are kept along with it.
        """
        with self._lent() as child:
            return self._picture(wish, child, smaller, whole=whole)

    def make_all(self, wishes: Sequence[Wish], progress: Progress) -> list[Picture]:
        """The pictures for paper, in their order: proved if drawn before, else drawn by all children at once.

        In any thread; raises what ``progress`` raises, which hears of each picture.
        """
        found = {wish: self._kept(wish, whole=True) for wish in wishes}
        lacking = [wish for wish, picture in found.items() if picture is None]
        done = len(found) - len(lacking)
        with ThreadPoolExecutor(len(self._spares), thread_name_prefix="paper-pictures") as pool:
            try:
                drawing = {pool.submit(self.make, wish, whole=True): wish for wish in lacking}
                if lacking:
                    progress(done, len(found), f"正在准备第 {done + 1} 幅图片")
                for drawn in as_completed(drawing):
                    found[drawing[drawn]] = drawn.result()
                    done += 1
                    progress(done, len(found), f"正在准备第 {min(done + 1, len(found))} 幅图片")
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return [picture for wish in wishes if (picture := found[wish]) is not None]

    def _kept(self, wish: Wish, *, whole: bool) -> Picture | None:
        """The picture that was drawn before, or why there was none; nothing when it is to be drawn."""
        if not wish.drawable:
            return Picture(None, Drawn(False, reason="此类文件不作预览，可直接打开。"))
        known = self._album.known(wish.name, whole=whole)
        if known is None:
            return None
        return Picture(self._album.picture(wish.name) if known.ok else None, known)

    def damaged(self, items: Sequence[Evidence], progress: Progress) -> dict[str, str]:
        """What is wrong with the files of items that can be drawn, by the item's id; decodes each strictly.

        Afterwards their thumbnails are ready, and those of photos that paper prints beside each other.
        In any thread; raises what ``progress`` raises.
        """
        found: dict[str, str] = {}
        for done, item in enumerate(items):
            progress(done, len(items), "正在检查图片是否完整")
            photo = item.media_type.startswith("image/")
            wish = Wish(item.sha256, item.media_type, BESIDE if photo else THUMBNAIL)
            drawn = self._inspected(wish, (THUMBNAIL,) if photo else ()) if wish.drawable else Drawn(True)
            if drawn.damage:
                found[item.id] = f"文件受损：{drawn.damage}"
            elif not drawn.ok:
                found[item.id] = f"不能预览：{drawn.reason}"
        return found

    def _inspected(self, wish: Wish, smaller: Sequence[int]) -> Drawn:
        with self._inspecting:
            return self._picture(wish, self._inspector, smaller).drawn

    def do(self, job: RedrawJob | ProveJob) -> Drawn:
        """Have a child redraw a page, or prove what was written; on this thread. Raises :class:`WorkbenchError`."""
        with self._lent() as child:
            return child.draw(job)

    def close(self) -> None:
        """End the children; whatever waits is forgotten."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        for child in (*self._children, *self._spares, self._inspector):
            child.abandon()
        for thread in self._threads:
            thread.join()
        for child in (*self._spares, self._inspector):
            child.end()

    def _work(self, child: _Child) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    break
                wish, answers = self._waiting.popitem()
            picture = self._picture(wish, child)
            for answer in answers:
                answer(wish, picture)
        child.end()

    def _picture(
        self, wish: Wish, child: _Child, smaller: Sequence[int] = (), *, whole: bool = False
    ) -> Picture:
        kept = self._kept(wish, whole=whole) or (None if whole else self._given_up.get(wish))
        if kept is not None:
            return kept
        if not self._vault.has(wish.sha256):
            return Picture(None, Drawn(False, damage="文件缺失。", reason="文件不在评价文件夹中。"))
        names = [replace(wish, edge=edge).name for edge in (wish.edge, *smaller)]
        try:
            with contextlib.ExitStack() as rooms:
                path = rooms.enter_context(self._vault.plain(wish.sha256))
                places = [rooms.enter_context(self._album.room(name)) for name in names]
                targets = [(edge, str(place)) for edge, place in zip(smaller, places[1:], strict=True)]
                drawn = child.draw(
                    Job(str(path), wish.media_type, wish.edge, wish.page, str(places[0]), targets)
                )
                if drawn.passing:  # told for as long as the evaluation is open, and never kept
                    self._given_up[wish] = Picture(None, drawn)
                    return self._given_up[wish]
                own = [[digest] for digest in drawn.digests] or [[] for _ in names]
                for name, place, digests in zip(names, places, own, strict=True):
                    self._album.keep(name, place, replace(drawn, digests=digests))
        except Changed as error:
            return Picture(None, Drawn(False, damage=f"{error.strerror}。", reason="文件已损坏，无法预览。"))
        except OSError as error:  # a full or read-only disk: told here, and tried again next time
            told = world_error(error, self._album.folder, "保存预览图")
            return Picture(None, Drawn(False, reason=told.what))
        except WorkbenchError as error:
            return Picture(None, Drawn(False, reason=error.what))
        return Picture(
            self._album.picture(names[0]) if drawn.ok else None, replace(drawn, digests=drawn.digests[:1])
        )


def _gone() -> WorkbenchError:
    return WorkbenchError("no-previews", "预览程序没有启动。", "可直接打开文件查看。")


class _Child:
    """One child process that draws; it is started when needed, and again after it had to be ended."""

    def __init__(self, time_limit: float, *, modest: bool = True) -> None:
        """A ``modest`` one yields to the window; others are waited for."""
        self._time_limit = time_limit
        self._modest = modest
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._abandoned = False

    def draw(self, job: Job | RedrawJob | ProveJob) -> Drawn:
        """Have one job done within the time limit."""
        connection = self._connection or self._start()
        try:
            connection.send_bytes(json.dumps(asdict(job)).encode())
            if connection.poll(self._time_limit):
                return Drawn(**json.loads(connection.recv_bytes()))
        except (EOFError, OSError):
            self.end()
            if not self._running():
                raise _gone() from None
            _log.info("a drawing process died of its file")
            return Drawn(False, reason="文件无法解析，不作预览；文件已原样保存。", passing=True)
        self.end()
        _log.info("a drawing process was ended after %s s", self._time_limit)
        return Drawn(False, reason="文件过于复杂，未能在限定时间内显示；文件已原样保存。", passing=True)

    def _start(self) -> Connection:
        if not self._running():
            raise _gone()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve,
            args=(theirs, self._time_limit + 5, self._modest),
            name="workbench-pictures",
            daemon=True,
        )
        process.start()
        theirs.close()
        self._process, self._connection = process, ours
        if not self._running():  # abandoned while it started
            self.end()
            raise _gone()
        try:
            ready = ours.poll(_START_LIMIT) and ours.recv_bytes() == b"ready"
        except (EOFError, OSError):
            ready = False
        if not ready:
            self.end()
            raise _gone()
        return ours

    def _running(self) -> bool:
        return not self._abandoned

    def abandon(self) -> None:
        """From another thread: have the running job fail now, and start no process again."""
        self._abandoned = True
        process = self._process
        if process is not None:
            with contextlib.suppress(ValueError):  # closed by its own thread in the meantime
                process.kill()

    def end(self) -> None:
        """End the process now; the next job starts a new one."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._connection = None
