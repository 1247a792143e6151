"""The front door with a window: build the parts, join them, catch the uncaught."""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QByteArray,
    QObject,
    QSize,
    Qt,
    QTimer,
    qVersion,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from workbench.errors import WorkbenchError
from workbench.paths import Paths, find_install, find_paths, program_version
from workbench.services import logs, own_files
from workbench.services.catalog import MENDABLE, Recovered
from workbench.services.diagnosis import Diagnosis
from workbench.services.discretion import trace
from workbench.services.handover import address_of
from workbench.services.moving import Moved, Moving, start_again
from workbench.services.own_forms import OwnForms
from workbench.services.parts import assemble, local_now
from workbench.services.run_marks import Ended, RunMark
from workbench.store import scratch
from workbench.store.evaluations import EvaluationStore
from workbench.store.locked_file import DataKey
from workbench.ui.alerts import Alerts
from workbench.ui.application import dress, keep_messages
from workbench.ui.arrivals import Arrivals
from workbench.ui.guide import Guide
from workbench.ui.inputs import EnterPresses
from workbench.ui.keeper import Keeper
from workbench.ui.last_place import LastPlace
from workbench.ui.main_window import MainWindow
from workbench.ui.outside_window import OutsideWindow
from workbench.ui.pages import PAGES
from workbench.ui.settings_dialog import SettingsDialog
from workbench.ui.start_page import StartPage
from workbench.ui.tasks import Tasks
from workbench.ui.theme import Theme
from workbench.ui.upkeep_card import UpkeepCard

_log = logging.getLogger("workbench.app")
ARCHIVES = "归档包 (*.zip *.wbx);;归档包文件夹中的 bagit.txt (bagit.txt)"
FOLLOW_SYSTEM, LIGHT, DARK = "跟随系统", "浅色", "深色"


def main(files: Sequence[str] = ()) -> int:
    """Run the window until it is closed, with these files opened in turn; the exit code."""
    paths = find_paths()
    with logs.kept(paths.logs):
        keep_messages()
        mark = RunMark(paths.logs, about_program())
        scratch.sweep()
        app = QApplication(sys.argv[:1])
        front = Front(app, paths, mark.ended)
        front.window.show()
        QTimer.singleShot(0, front, lambda: front.arrivals.open(Path(one).absolute() for one in files))
        front.arrivals.listen(address_of(paths.settings))
        code = app.exec()
        front.arrivals.close()
        front.tasks.stop_all()
        mark.clear()
        return code


class Front(QObject):
    """The parts of one run, joined."""

    def __init__(self, app: QApplication, paths: Paths, ended: Ended | None = None) -> None:
        """``ended`` says how the runs before this one ended."""
        super().__init__()
        self._ended = ended or Ended()
        self._logs = paths.logs
        dress(app, program_version())
        app.setWindowIcon(QIcon(str(paths.resources / "icons" / "workbench.png")))
        self._enter = EnterPresses(app)
        self.parts = assemble(paths, install=find_install())
        self.settings = self.parts.settings
        self.theme = Theme(paths.resources / "fonts")
        percent = self.settings.number("font_scale")
        self.theme.apply(dark=self._wants_dark(), percent=percent)
        self.alerts = Alerts(lambda: self.window)
        self.tasks = Tasks(self.tell, self)
        self.window: MainWindow = MainWindow(self.theme, self.alerts, self.tasks)
        self.window.percent = percent
        self.catalog = self.parts.catalog
        self.own_forms = OwnForms(self.catalog, self.parts.authoring)
        self.start = StartPage(
            self.theme,
            self.alerts,
            self.catalog,
            self.parts.samples,
            self.open_folder,
            self.own_forms,
            self.tasks,
            self.edit_form,
            self.review_outside,
            self.restore,
            self.window.actions_book,
            self.reopen,
        )
        self.start.say("".join(filter(None, (self.settings.message, _words_of(self._ended)))))
        self.window.set_start(self.start)
        self.keeper = Keeper(self.window, self.parts.safekeeping)
        self.guide = Guide(
            self.window,
            self.theme,
            paths.resources,
            open_sample=self.start.open_sample,
            version=program_version(),
            data=self.catalog.data,
            cache=paths.cache,
        )
        self.last_place = LastPlace(self.window, self.settings)
        self.arrivals = Arrivals(
            self.window,
            self.alerts,
            {
                own_files.EVALUATION: self.open_folder,
                own_files.ARCHIVE: self.reopen_from,
                own_files.DEFAULTS: lambda path: self._open_settings().preview_firm(path),
                own_files.UPDATE: lambda path: self._open_settings().update_from(path),
            },
        )
        self.window.actions_book.register("new_evaluation", self._new_evaluation)
        self.window.actions_book.register("review_outside", self.review_outside)
        self.window.actions_book.register("settings", self.show_settings)
        self.window.left_session.connect(self._on_left_session)
        self.window.left_desk.connect(self._on_left_desk)
        self.window.look_changed.connect(self._on_look_changed)
        self.window.closing.connect(self._on_closing)
        self._place_window()
        sys.excepthook = self._on_uncaught

    def open_folder(self, folder: Path) -> None:
        """Open an evaluation, or tell why it can't be opened."""
        try:
            self.window.leave_session()
            session = self.catalog.open(folder)
        except WorkbenchError as error:
            if error.code == "locked":
                self.start.ask_password(folder, lambda: self.open_folder(folder))
            elif error.code in MENDABLE and self.catalog.backups(folder):
                self.restore(folder, error.what)
            else:
                self.alerts.error(error)
            return
        self.window.open_session(session, self.parts.services_for(session), self.settings.text("evaluator"))
        if isinstance(session.memory, EvaluationStore):
            for notice in session.memory.notices():
                self.alerts.warn(notice)
        self.keeper.begin()
        self.last_place.begin(folder)
        self._say_at_opening(folder)

    def _say_at_opening(self, folder: Path) -> None:
        """What deserves a quiet word once: a synchronised folder, and that a cut-off run lost nothing."""
        place = self.window.workplace
        if place is None:
            return
        status = place.status
        warning = self.catalog.warning(folder)
        if warning:
            status.show_heed("文件夹正被网盘同步", warning)
        self.window.actions_book.register("restore", lambda: self.restore(folder, ""))
        self.window.actions_book.register("password", lambda: self.change_password(folder))
        if self._ended.unclean:
            self._ended = Ended()
            page = next((page.label for page in PAGES if page.key == place.current), "")
            status.say(f"上次没有正常退出，数据已核对，完整无缺，已回到“{page}”")

    def reopen(self) -> None:
        """Ask for an archive and make an evaluation of it again."""
        found = self.alerts.choose_files("选择归档包", ARCHIVES)
        if not found:
            return
        self.reopen_from(found[0].parent if found[0].name == "bagit.txt" else found[0])

    def reopen_from(self, path: Path) -> None:
        """Ask for what an archive still needs, then make an evaluation of it again."""
        from workbench.ui.reopen_dialog import ReopenDialog  # start-up stays quick without it

        archiving, data = self.parts.archiving, self.catalog.data
        ReopenDialog(
            self.theme, self.alerts, self.tasks, archiving, path, data, self.open_folder, self.window
        ).open()

    def restore(self, folder: Path, fault: str) -> None:
        """Show the backups of an evaluation; an open one is left first. ``fault`` says what is wrong with it."""
        key = self.catalog.key_of(folder)
        try:
            self.window.leave_session()
        except WorkbenchError as error:
            self.alerts.error(error)
            return
        if key is None and self.catalog.is_locked(folder):
            self.start.ask_password(folder, lambda: self.restore(folder, fault))
            return
        self._hold(folder, key)
        from workbench.ui.restore_dialog import RestoreDialog  # start-up stays quick without it

        def restored(done: Recovered) -> None:
            self._hold(folder, key)
            self.open_folder(folder)
            self.alerts.info("已恢复。", done.sentence)

        dialog = RestoreDialog(self.theme, self.tasks, self.catalog, folder, fault, restored, self.window)
        dialog.finished.connect(lambda _: self.catalog.forget(folder))
        dialog.open()

    def _hold(self, folder: Path, key: DataKey | None) -> None:
        """Leaving an evaluation locks it; for what is done to the closed one its key is held on."""
        if key is not None:
            self.catalog.hold(folder, key)

    def change_password(self, folder: Path) -> None:
        """Set, change or take away the password of the open evaluation."""
        from workbench.ui.password_dialog import PasswordDialog  # start-up stays quick without it

        key = self.catalog.key_of(folder)

        def leave() -> None:
            self.window.leave_session()
            self._hold(folder, key)

        def done_with(notices: list[str]) -> None:
            if self.window.workplace is None:
                self.open_folder(folder)
            for notice in notices:
                self.alerts.warn(notice)

        PasswordDialog(
            self.theme,
            self.tasks,
            self.parts.passwords,
            folder,
            locked=key is not None,
            leave=leave,
            done_with=done_with,
            parent=self.window,
        ).open()

    def edit_form(self, form_id: str) -> None:
        """Open one of the user's own indicator systems for changing, or tell why it can't be."""
        try:
            session = self.own_forms.open(form_id)
        except WorkbenchError as error:
            self.alerts.error(error)
            return
        from workbench.ui.own_form_desk import OwnFormDesk  # start-up stays quick without it

        desk = OwnFormDesk(
            self.theme, self.alerts, self.tasks, self.window.actions_book, self.own_forms, session
        )
        self.window.show_desk(desk)

    def _on_left_session(self) -> None:
        self.window.actions_book.forget(("restore", "password"))
        self.start.reload()

    def _on_left_desk(self, words: str) -> None:
        self.start.reload()
        self.start.say(words)

    def _new_evaluation(self) -> None:
        self.window.leave_session()
        self.window.leave_desk()
        self.start.focus_new()

    def review_outside(self) -> None:
        """Open the window that reviews a score sheet somebody else made; what is open stays open."""
        OutsideWindow(self.theme, self.alerts, self.tasks, self.parts.outside, self.window).show()

    def show_settings(self) -> None:
        """Open the settings; each change shows at once."""
        self._open_settings(reveal=False)

    def _open_settings(self, *, reveal: bool = True) -> UpkeepCard:
        """The card for IT in the settings, which are then open, scrolled to it with ``reveal``."""
        dialog = SettingsDialog(self.theme, self.settings, self.window, self._write_diagnosis)
        dialog.kept.connect(self._on_setting_kept)
        upkeep = UpkeepCard(
            self.theme,
            self.alerts,
            self.tasks,
            self.parts.firm,
            self.parts.updating,
            Moving(self.catalog, self.settings),
            self._start_anew,
        )
        dialog.add(upkeep)
        dialog.open()
        if reveal:
            dialog.reveal(upkeep)
        return upkeep

    def _start_anew(self, moved: Moved) -> None:
        """Close, and start the program that finds its data in another place."""
        self.alerts.info("数据文件夹已移动。", f"{moved.sentence()}程序现在重新打开。")
        self.window.close()
        start_again()

    def _write_diagnosis(self) -> str:
        """Ask where to, write what a maintainer needs; what to tell, empty when the person changed their mind."""
        path = self.alerts.choose_save("保存诊断包", Path.home() / "诊断包.zip", "压缩包 (*.zip)")
        if path is None:
            return ""
        diagnosis = Diagnosis(self._logs, self.settings, about_program())
        try:
            written = diagnosis.write(path, local_now())
        except WorkbenchError as error:
            return str(error)
        return f"已写好“{written.name}”，里面都是文本，请打开看过再发送。"

    def _on_setting_kept(self, key: str) -> None:
        if key in {"theme", "font_scale"}:
            self.window.set_look(dark=self._wants_dark(), percent=self.settings.number("font_scale"))
        elif key in {"second_copy", "backup_minutes"} and self.window.workplace is not None:
            self.keeper.begin()
        elif key == "evaluator":
            self.window.show_person(self.settings.text("evaluator"))

    def _wants_dark(self) -> bool:
        """Whether the chosen look is dark; following the system, whether the system's is."""
        chosen = self.settings.text("theme")
        return chosen == DARK or (
            chosen == FOLLOW_SYSTEM and QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        )

    def _on_look_changed(self, dark: bool, percent: int) -> None:
        chosen = {} if self._wants_dark() == dark else {"theme": DARK if dark else LIGHT}
        self.settings.put_all({**chosen, "font_scale": percent})

    def _place_window(self) -> None:
        kept = self.settings.text("window_layout")
        if not (kept and self.window.restoreGeometry(QByteArray.fromBase64(kept.encode("ascii", "ignore")))):
            self.window.resize(self.window.screen().availableGeometry().size().boundedTo(self._usual_size()))

    def _usual_size(self) -> QSize:
        return QSize(self.theme.px(1366), self.theme.px(768))

    def _on_closing(self) -> None:
        layout = bytes(self.window.saveGeometry().toBase64().data()).decode("ascii")
        try:
            self.settings.put("window_layout", layout)
        except WorkbenchError as error:
            _log.info("window layout not kept: %s", error)

    def tell(self, error: Exception) -> None:
        """Tell a failure: the world's in a sentence, ours as a report."""
        if isinstance(error, WorkbenchError):
            _log.info("told %s", error.code)
            if self.window.workplace is not None:
                self.window.workplace.show_saved()  # it may be that the last change was not
            self.alerts.error(error)
            return
        report = trace(error)
        _log.error("uncaught\n%s", report)
        self.alerts.crash(f"{about_program()}\n\n{report}")

    def _on_uncaught(
        self, kind: type[BaseException], error: BaseException, where: TracebackType | None
    ) -> None:
        """Whatever nothing else caught: a box once Qt is through with the present event."""
        if not isinstance(error, Exception):
            sys.__excepthook__(kind, error, where)
            QApplication.exit(1)
            return
        QTimer.singleShot(0, self, lambda: self.tell(error))


def _words_of(ended: Ended) -> str:
    """What the start page says about the runs before this one."""
    if ended.native:
        return "上次程序因系统级错误中断，经过已记入日志（设置 › 诊断包）。打开评价时会核对数据，并回到上次的位置。"
    return "上次没有正常退出。打开评价时会核对数据，并回到上次的位置。" if ended.unclean else ""


def about_program() -> str:
    """Which program on which machine, for a report."""
    return (
        f"现场评价工作台 {program_version()} · Python {platform.python_version()} · Qt {qVersion()}"
        f" · {platform.platform()}"
    )
