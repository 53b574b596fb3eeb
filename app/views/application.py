"""The Qt application around the window: theme, language, tray, single instance, and the ways to end."""

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from importlib.resources import as_file, files

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QSocketNotifier, QTranslator, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.frame.notifications import Notice
from app.views.accessibility import install_accessibility
from app.views.clipboard import release_clipboard
from app.views.dialogs.confirm_delete_dialog import ConfirmDeleteDialog
from app.views.dialogs.quit_dialog import QuitDialog
from app.views.garbage import GarbageCollector
from app.views.main_window import MainWindow
from app.views.single_instance import SingleInstance, hand_over, instance_name
from app.views.theme import Appearance, Theme
from app.views.tray import Tray, build_app_icon

GETTING_STARTED = "--getting-started"
RENEW = 75  # exit code: start Marina anew, there is another version to be put in place
REOPEN = 77  # exit code: start Marina anew, what it shows is another engine or in another language
REMOVE = 76  # exit code: all that the user's Marina kept was removed, its folders are the last
_SCALE = "QT_SCALE_FACTOR"


class Desktop(QObject):
    """The running application: window, tray, later starts, quitting."""

    def __init__(
        self, application: QApplication, desktop: DesktopViewModel, version: str, arguments: list[str]
    ) -> None:
        super().__init__(application)
        self._application, self._desktop, self._arguments = application, desktop, arguments
        self._begun = self._leaving = False
        self.exit_code = 0
        self.window = MainWindow(desktop, version)
        self.window.first_frame.connect(self._begin)
        self.window.close_asked.connect(self._close_asked)
        self.window.quit_asked.connect(self.ask_to_quit)
        self.window.renewal_asked.connect(self.ask_to_renew)
        self.window.reopening_asked.connect(self._reopen)
        self.window.uninstalled.connect(self._leave_for_good)
        desktop.getting_started.opened.connect(self._tell_address)
        self.tray: Tray | None = None
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.tray = self._build_tray()

    def _build_tray(self) -> Tray:
        tray = Tray(self)
        tray.open_requested.connect(self.window.raise_window)
        tray.start_requested.connect(self._desktop.engine.start)
        tray.stop_requested.connect(self._desktop.engine.stop)
        tray.pause_requested.connect(self._desktop.engine.pause)
        tray.restart_requested.connect(self._desktop.engine.restart)
        tray.run_requested.connect(self._run_image)
        tray.diagnosis_requested.connect(self._diagnose)
        tray.setting_requested.connect(self._show_setting)
        tray.update_check_requested.connect(self._check_for_updates)
        tray.container_logs_requested.connect(self._show_logs)
        tray.container_stop_requested.connect(self._stop_container)
        self._desktop.containers.counts_changed.connect(self._show_containers)
        tray.quit_requested.connect(self.ask_to_quit)
        self._desktop.engine_changed.connect(tray.show_engine)
        self._desktop.notifications.added.connect(self._show_notice)
        tray.icon.show()
        return tray

    @Slot()
    def _run_image(self) -> None:
        self.window.raise_window()
        self.window.run_image()

    @Slot()
    def _diagnose(self) -> None:
        self.window.raise_window()
        self.window.show_page("troubleshoot")

    @Slot()
    def _check_for_updates(self) -> None:
        self._show_setting("updates.check")
        self._desktop.updates.check()

    @Slot(str)
    def _show_setting(self, name: str) -> None:
        self.window.raise_window()
        self.window.quick.show_setting(name)

    @Slot(str)
    def _show_logs(self, key: str) -> None:
        self.window.raise_window()
        self.window.show_page("containers")
        self.window.containers.show_logs(key)

    @Slot(str)
    def _stop_container(self, key: str) -> None:
        self._desktop.containers.stop([key])

    @Slot()
    def _show_containers(self) -> None:
        if self.tray is not None:
            self.tray.show_containers(self._desktop.containers.table.rows)

    @Slot(object)
    def _show_notice(self, notice: Notice) -> None:
        """Let the system tell it while neither the window nor a dialog of it is in front."""
        wanted = self._desktop.notifications.is_message(notice)
        if self.tray is not None and wanted and self._application.activeWindow() is None:
            self.tray.show_notice(notice)

    @Slot()
    def _begin(self) -> None:
        """Start the work behind the window, after its first frame."""
        if self._begun:
            return
        self._begun = True
        self._desktop.begin()
        self.obey(self._arguments)

    @Slot(list)
    def take_call(self, arguments: list[str]) -> None:
        """A later start: show the window and do what that start was asked to do."""
        self.window.raise_window()
        self.obey(arguments)

    def obey(self, arguments: list[str]) -> None:
        """Do what the command line asks for."""
        if GETTING_STARTED in arguments:
            self.window.show_page("containers")
            self.window.containers.run_getting_started()

    @Slot(str)
    def _tell_address(self, url: str) -> None:
        if GETTING_STARTED in self._arguments:
            with contextlib.suppress(OSError):  # nobody reads any more
                sys.stdout.write(f"{url}\n")
                sys.stdout.flush()

    @Slot()
    def _close_asked(self) -> None:
        """Closing hides the window where the tray brings it back; elsewhere it asks."""
        if self.tray is not None and self._desktop.preferences.keep_running_when_closed:
            self.window.hide()
        else:
            self.ask_to_quit()

    def _break_off(self, verb: str, go_on: Callable[[], None]) -> None:
        """Ask first, when something goes on that ends with the window: a pull, a build, a copy."""
        tasks = [task.words.going_on for task in self._desktop.tasks.running if not task.waits]
        if project := self._desktop.compose.watched:
            tasks.append(self.tr("Watching the sources of {0}").format(project))
        if not tasks:
            go_on()
            return
        self.window.raise_window()
        note = self.tr("The window does this, so it ends with it. What a pull has downloaded is kept.")
        dialog = ConfirmDeleteDialog(
            "unfinished", self.tr("Break off what goes on?"), tasks, note, [], self.window, verb
        )
        dialog.accepted.connect(go_on)
        dialog.open()

    @Slot()
    def ask_to_quit(self) -> None:
        """Ask what becomes of work that goes on, and of the engine."""
        self._break_off(self.tr("Break off and quit"), self._ask_about_the_engine)

    def _ask_about_the_engine(self) -> None:
        """Ask what becomes of the engine, unless nothing runs or the answer was to be kept."""
        view: EngineView = self._desktop.view
        choice = self._desktop.preferences.quit_choice
        if not view.can_stop or choice == "leave":
            self.leave()
            return
        if choice == "stop":
            self._stop_and_leave()
            return
        if self.tray is not None:
            self.window.raise_window()
        dialog = QuitDialog(self._desktop.containers.running, self.window)
        dialog.kept.connect(lambda choice: self._desktop.preferences.change(quit_choice=choice))
        dialog.leave_chosen.connect(self.leave)
        dialog.stop_chosen.connect(self._stop_and_leave)
        dialog.open()

    @Slot()
    def ask_to_renew(self) -> None:
        """End, to be started anew as another version."""
        self._break_off(self.tr("Break off and restart"), self._ask_to_stop_for_renewal)

    def _ask_to_stop_for_renewal(self) -> None:
        """The engine stops for another version, so ask if it is used."""
        if not self._desktop.view.can_stop:
            self._renew()
            return
        running = sorted(row.name for row in self._desktop.containers.table.rows if row.is_running)
        if not running:
            self._stop_and_renew()
            return
        dialog = ConfirmDeleteDialog(
            "renew",
            self.tr("Stop the engine and restart Marina?"),
            running,
            self.tr("These containers are stopped. The engine starts again with the other version."),
            [],
            self.window,
            verb=self.tr("Stop and restart"),
        )
        dialog.accepted.connect(self._stop_and_renew)
        dialog.open()

    @Slot()
    def _renew(self) -> None:
        self.exit_code = RENEW
        self.leave()

    @Slot()
    def _stop_and_renew(self) -> None:
        self.exit_code = RENEW
        self._stop_and_leave()

    @Slot()
    def _reopen(self) -> None:
        """End, to be started anew; the engine goes on."""

        def reopen() -> None:
            self.exit_code = REOPEN
            self.leave()

        self._break_off(self.tr("Break off and restart"), reopen)

    @Slot()
    def _leave_for_good(self) -> None:
        """End after Marina was removed: what is written from now on would be left behind."""
        self._desktop.preferences.retire()
        self.exit_code = REMOVE
        self.leave()

    @Slot()
    def _stop_and_leave(self) -> None:
        self.window.banner.say(self.tr("Stopping the engine, then Marina quits…"))
        self._desktop.engine.stopped_for_quit.connect(self.leave)
        self._desktop.engine.stop_and_quit()

    @Slot()
    def leave(self) -> None:
        """End the application; the engine is left as it is."""
        if self._leaving:
            return
        self._leaving = True
        self.window.remember()
        self.window.may_close = True
        if self.tray is not None:
            self.tray.icon.hide()
        self.window.close()
        self._desktop.close()
        self._application.quit()


class Signals(QObject):
    """Ends the application in order on SIGINT and SIGTERM: Python's handlers alone wait for Qt to wake up."""

    def __init__(self, leave: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._leave = leave
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._arrived)
        signal.set_wakeup_fd(self._writer.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)

    @Slot()
    def _arrived(self) -> None:
        self._notifier.setEnabled(False)
        self._leave()


def install_translations(application: QApplication, locale: QLocale) -> list[QTranslator]:
    """Load Marina's and Qt's own texts for `locale`; English is in the sources, but for its plurals."""
    installed: list[QTranslator] = []
    english = QLocale(QLocale.Language.English)
    with as_file(files("resources") / "translations") as folder:
        for wanted, name, place in (
            (english, "marina", str(folder)),  # what the language below does not have
            (locale, "qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
            (locale, "marina", str(folder)),
        ):
            translator = QTranslator(application)
            if translator.load(wanted, name, "_", place):
                application.installTranslator(translator)
                installed.append(translator)
    return installed


def run_application(
    build_desktop: Callable[[], DesktopViewModel],
    scope: str,
    arguments: list[str],
    version: str,
    zoom: int = 100,
) -> int:
    """Open the window, all of it `zoom` per cent as large; or hand `arguments` to the one that is open.

    Return the exit code, which may be RENEW, REOPEN or REMOVE.
    """
    application = _build_application(zoom)
    application.setApplicationName("Marina")
    application.setApplicationVersion(version)
    application.setDesktopFileName("marina")
    application.setQuitOnLastWindowClosed(False)
    name = instance_name(scope)
    if hand_over(name, arguments):
        sys.stderr.write("Marina is open already: its window was brought to the front.\n")
        return 0
    desktop = build_desktop()
    if language := desktop.preferences.language:
        QLocale.setDefault(QLocale(language))
    install_translations(application, QLocale())
    Theme(application, Appearance(desktop.preferences.theme)).begin_zoomed(zoom)
    install_accessibility()
    application.aboutToQuit.connect(release_clipboard)
    application.setWindowIcon(build_app_icon())
    collector = GarbageCollector(
        application, spares_start=True, is_behind=lambda: desktop.background.is_behind
    )
    running = Desktop(application, desktop, version, arguments)
    instance = SingleInstance(name, application)
    instance.called.connect(running.take_call)
    if sys.platform != "win32":
        Signals(running.leave, running)
    running.window.show()
    code = application.exec()
    desktop.preferences.save()
    desktop.close()  # Qt ends by itself when the display is gone: nobody has left in order then
    instance.close()
    collector.close()
    return running.exit_code or code


def _build_application(zoom: int) -> QApplication:
    """Return the application at a size, which Qt takes from the environment and programs must not inherit."""
    before = os.environ.get(_SCALE)
    try:
        if zoom != 100:
            with contextlib.suppress(ValueError):
                os.environ[_SCALE] = str(float(before or 1) * zoom / 100)
        return QApplication(sys.argv[:1])
    finally:
        if before is None:
            os.environ.pop(_SCALE, None)
        else:
            os.environ[_SCALE] = before


def draw_window(build_desktop: Callable[[], DesktopViewModel], version: str) -> tuple[int, int]:
    """Build and paint the window without beginning any work; return the picture's size in pixels."""
    application = QApplication(sys.argv[:1])
    install_translations(application, QLocale())
    desktop = build_desktop()
    Theme(application)
    window = MainWindow(desktop, version)
    picture = window.grab()
    desktop.close()
    return picture.width(), picture.height()
