"""The window's frame: header, sidebar, pages, footer, keys; the pages know nothing of each other."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QHideEvent,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMainWindow, QWidget

from app.viewmodels.containers.first_seconds import EarlyEnd
from app.viewmodels.containers.run_image import StartedContainer
from app.viewmodels.desktop import DesktopViewModel
from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.failure import Failure
from app.viewmodels.wording.wording import join_sentences
from app.views import keys
from app.views.bell import Bell
from app.views.browser import open_address, open_file
from app.views.dialogs.about_dialog import AboutDialog
from app.views.dialogs.import_dialog import ImportDialog
from app.views.dialogs.keys_dialog import KeysDialog
from app.views.dialogs.pull_image_dialog import PullImageDialog
from app.views.dialogs.run_image_dialog import RunImageDialog
from app.views.dialogs.search_images_dialog import SearchImagesDialog
from app.views.dialogs.uninstall_dialog import UninstallDialog
from app.views.icons import page_icon
from app.views.pages.list_page import ListPage
from app.views.pages.page import Page
from app.views.quick_actions import QuickActions
from app.views.tab_order import next_widget
from app.views.theme import ZOOMS, Appearance, Theme
from app.views.trouble_banner import TroubleBanner
from app.views.waiting_banner import WaitingBanner
from app.views.widgets.banner import Banner
from app.views.widgets.frame.footer import Footer
from app.views.widgets.frame.header import Header
from app.views.widgets.frame.sidebar import Sidebar
from app.views.widgets.layouts import FoldingRow, column, row
from app.views.widgets.text import restyle
from app.views.window_pages import WindowPages

_NARROW_BELOW = 900
_FRAME = 3  # pixels around a window that works with an engine of another computer


class MainWindow(QMainWindow):
    """Emits `first_frame` once it is on screen, `close_asked` when the user closes it."""

    first_frame = Signal()
    close_asked = Signal()
    quit_asked = Signal()
    renewal_asked = Signal()  # to be started anew, as the version that was prepared
    reopening_asked = Signal()  # to be started anew, while the engine goes on
    uninstalled = Signal()  # nothing of the user's Marina is left but its folders: to end
    zoom_changed = Signal(int)
    appearance_changed = Signal(str)

    def __init__(self, desktop: DesktopViewModel, version: str) -> None:
        super().__init__()
        self.desktop = desktop
        self.may_close = self._painted = False
        self._address = self._started = self._started_text = ""
        self._told_warnings: tuple[str, ...] = ()
        self._pull_dialog: PullImageDialog | None = None
        self._import_dialog: ImportDialog | None = None
        self.setObjectName("window")
        self.setWindowTitle("Marina")
        self.setMinimumSize(QSize(820, 560) / max(1.0, Theme.current().magnified))
        self.resize(1280, 820)
        self._version = version
        self._build_frame()
        self._build_pages()
        self._connect()
        self._add_shortcuts()
        self._restore()
        self._show_engine(desktop.view)
        self.containers.welcome.run_button.setFocus()

    # --- building -----------------------------------------------------------------------------------------

    def _build_frame(self) -> None:
        self.sidebar = Sidebar()
        self.header = Header()
        self.pages = WindowPages(self)
        self.banner = Banner("window.banner")
        self.trouble = TroubleBanner("window.trouble")
        self.trouble.diagnosis_requested.connect(lambda: self.show_page("troubleshoot"))
        self.trouble.clean_up_requested.connect(self.clean_up)
        self.footer = Footer(self._version)
        self.chip = self.footer.chip
        self.footer.use.clicked.connect(lambda: self.quick.show_setting("cpus"))
        self.footer.about.clicked.connect(self.show_about)
        Theme.current().changed.connect(self._follow_zoom)
        self._follow_zoom()
        trouble, notices = (FoldingRow(one, (24, 12, 24, 0)) for one in (self.trouble, self.banner))
        main = row(self.sidebar, column(self.header, trouble, notices, self.pages, spacing=0), spacing=0)
        main.setStretch(1, 1)
        frame = QWidget()
        frame.setObjectName("shell")
        frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._shell = frame
        layout = column(main, self.footer, spacing=0)
        layout.setStretch(0, 1)
        frame.setLayout(layout)
        self.setCentralWidget(frame)

    def _follow_zoom(self) -> None:
        self.sidebar.set_narrow(self.width() < Theme.current().scaled(_NARROW_BELOW))

    def _build_pages(self) -> None:
        self.containers, self.images = self.pages.containers, self.pages.images
        self.page_keys: list[tuple[str, str]] = []  # a page's title and its key
        for number, (name, title) in enumerate(self.pages.titles.items(), start=1):
            counted = f"Ctrl+{number}"
            usual = {"settings": "Ctrl+,", "learn": "F1"}.get(name, counted)
            key = keys.Key(title, (usual,), (counted,) if number <= 9 and usual != counted else ())
            self.sidebar.add_page(
                name, title, page_icon(name), key.words, below=name in ("settings", "troubleshoot")
            )
            key.bind(self, partial(self._go_to, name))
            self.page_keys.append((title, key.words))
        self.quick = QuickActions(self, self.pages.titles)
        self.waiting = WaitingBanner(self)
        self.bell = Bell(self)

    def _connect(self) -> None:
        desktop, popover = self.desktop, self.chip.popover
        desktop.engine_changed.connect(self._show_engine)
        desktop.engine.pause_refused.connect(self._tell_refused_pause)
        desktop.preferences.changed_elsewhere.connect(self._follow_preferences)
        self.sidebar.chosen.connect(self.show_page)
        self.header.search_pressed.connect(self.quick.open)
        self.header.keys_pressed.connect(self.show_keys)
        self.header.appearance_chosen.connect(self.choose_appearance)
        popover.start_requested.connect(desktop.engine.start)
        popover.stop_requested.connect(desktop.engine.stop)
        popover.restart_requested.connect(desktop.engine.restart)
        popover.log_requested.connect(self.open_console_log)
        popover.diagnosis_requested.connect(lambda: self.show_page("troubleshoot"))
        desktop.first_seconds.ended.connect(self._tell_early_end)
        self.banner.pressed.connect(self._open_started)
        self.banner.linked.connect(self._follow_banner)
        self.desktop.first_seconds.outdated.connect(self._withdraw_started)

    def _add_shortcuts(self) -> None:
        slots: dict[keys.Key, Callable[[], object]] = {
            keys.SEARCH: self.quick.open,
            keys.FIND: lambda: self.page.focus_filter(),
            keys.RUN: self.run_image,
            keys.PULL: self.pull_image,
            keys.REFRESH: lambda: self.page.refresh(),
            keys.BACK: self._go_back,
            keys.LARGER: lambda: self.step_zoom(1),
            keys.SMALLER: lambda: self.step_zoom(-1),
            keys.NORMAL_SIZE: lambda: self.choose_zoom(100),
            keys.OVERVIEW: self.show_keys,
            keys.QUIT: self.quit_asked.emit,
        }
        for key in keys.EVERYWHERE:
            key.bind(self, slots[key])

    # --- pages --------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """Return the page in sight."""
        return self.pages.current

    def show_page(self, name: str) -> None:
        """Bring a page into sight; the other ones rest."""
        if name not in self.pages.titles:
            name = "containers"
        page = self.find_page(name)
        if self.page is not page:
            self.page.pause()
        self.pages.setCurrentWidget(page)
        self.sidebar.show_page(name)
        self.page.resume()
        self.desktop.preferences.change(last_page=name)

    def _go_to(self, name: str) -> None:
        """Bring a page into sight, and the keyboard into it: into its list where it has one."""
        self.show_page(name)
        focused = self.focusWidget()
        if self.page.focus_list() or (focused is not None and self.page.isAncestorOf(focused)):
            return
        first = next_widget(self, [self.page], None, True)
        if first is not None:
            first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def find_page(self, name: str) -> Page:
        """Return a page; it is made when it is first asked for."""
        return self.pages.find_page(name)

    def show_container(self, key: str) -> None:
        """Show one container."""
        self.show_page("containers")
        self.containers.show_container(key)

    def clean_up(self) -> None:
        """Ask which images nobody needs any more."""
        self.show_page("images")
        self.images.confirm_prune()

    def load_image(self) -> None:
        """Ask for a file with images, where what becomes of it is told."""
        self.show_page("images")
        self.images.go_back()
        self.images.wish_to_load()

    def show_image(self, name: str, id: str = "") -> None:
        """Show one image, or the list with it alone where it is not listed.

        With an `id` that is the one meant: another image may have the name by now.
        """
        self.show_page("images")
        self.images.show_named(name, id)

    def show_object(self, kind: str, name: str) -> None:
        """Show one object by its name; `kind` is the name of its page, "volumes" or "networks"."""
        self.show_page(kind)
        if isinstance(self.page, ListPage):
            self.page.show_named(name)

    def _go_back(self) -> None:
        if not self.page.go_back() and self.banner.isVisible():
            self.banner.hide()

    def _show_engine(self, view: EngineView) -> None:
        self.footer.show_engine(view)
        self.trouble.show_engine(view)
        if self._shell.property("remote") != bool(view.remote):
            self._shell.setProperty("remote", bool(view.remote))
            restyle(self._shell)
            width = _FRAME if view.remote else 0
            self._shell.setContentsMargins(width, width, width, width)
        self.pages.show_engine(view)
        self._tell_warnings(view)

    def _tell_warnings(self, view: EngineView) -> None:
        """Say once, above every page, what is wrong with an engine that runs; its footer tells it always."""
        told, self._told_warnings = self._told_warnings, view.warnings
        if view.can_be_used and (new := [text for text in view.warnings if text not in told]):
            self.banner.say("\n".join(new), "warn", link=self.tr("Dismiss"))

    def _tell_refused_pause(self, failure: Failure) -> None:
        self.banner.say(failure.lines, "err", link=self.tr("Dismiss"))

    # --- dialogs ------------------------------------------------------------------------------------------

    def run_image(self, image: str = "") -> None:
        """Open the run dialog, for an image or for one still to be named."""
        self.desktop.waiting.when_usable(self.tr("Run a container"), lambda: self._open_run(image))

    def _open_run(self, image: str) -> None:
        suggestions = [] if image else self.desktop.images.newest_names()
        dialog = RunImageDialog(self.desktop.open_run(), image, suggestions, self)
        dialog.started.connect(self._tell_started)
        dialog.pull_requested.connect(lambda reference: self._open_pull(reference, to_run=True))
        self.desktop.pull.succeeded.connect(dialog.pulled)
        dialog.open()

    def pull_image(self, reference: str = "") -> None:
        """Open the pull dialog; a pull under way is shown again."""
        if self.desktop.pull.is_active:
            self._open_pull(reference)
        else:
            self.desktop.waiting.when_usable(self.tr("Pull an image"), lambda: self._open_pull(reference))

    def _open_pull(self, reference: str, to_run: bool = False) -> None:
        if self._pull_dialog is not None:
            self._pull_dialog.deleteLater()
        known = sorted({row.tag for row in self.desktop.images.table.rows if row.tag})
        recent = self.desktop.preferences.recent_images
        self._pull_dialog = PullImageDialog(
            self.desktop.pull,
            self.desktop.open_tags(),
            reference,
            known,
            self,
            recent=recent,
            to_run=to_run,
        )
        self._pull_dialog.run_requested.connect(self.run_image)
        self._pull_dialog.help_requested.connect(self.quick.help_pull)
        self._pull_dialog.open()

    def search_images(self, term: str = "") -> None:
        """Open the dialog that searches registries; what is chosen there is pulled."""
        self.desktop.waiting.when_usable(
            self.tr("Search registries for images"), lambda: self._open_search(term)
        )

    def _open_search(self, term: str) -> None:
        dialog = SearchImagesDialog(self.desktop.open_image_search(), term, self)
        dialog.chosen.connect(self.pull_image)
        dialog.open()

    def import_from_engine(self) -> None:
        """Open the dialog that copies what another engine has; a copy under way is shown again."""
        if self.desktop.migration.is_active:
            self._open_import()
        else:
            self.desktop.waiting.when_usable(self.tr("Import from another engine"), self._open_import)

    def _open_import(self) -> None:
        if self._import_dialog is None:
            self._import_dialog = ImportDialog(self.desktop.migration, self)
        self._import_dialog.open()

    def show_about(self) -> None:
        """Tell the version, and what Marina is made of."""
        AboutDialog(self.desktop.about, self._version, self).open()

    def show_keys(self) -> None:
        """Tell all keys."""
        KeysDialog(self.page_keys, self).open()

    def uninstall(self) -> None:
        """Ask what is to go, remove it and end."""
        dialog = UninstallDialog(self.desktop.uninstall, self)
        dialog.left.connect(self.uninstalled)
        dialog.open()

    def _tell_started(self, container: StartedContainer) -> None:
        if container.is_gone:
            self.desktop.first_seconds.tell_gone(container.id, container.name)
            return
        self._address, self._started = container.url, container.id
        text = self.tr("{0} is running.").format(container.name)
        if container.url:
            text = self.tr("{0} is running at {1}").format(container.name, container.url)
        self._started_text = text
        self.banner.say(text, "ok", self.tr("Open") if container.url else "", self.tr("Logs"), closes=True)
        self.show_page("containers")
        self.desktop.first_seconds.watch(container.id, container.name)

    def _tell_early_end(self, end: EarlyEnd) -> None:
        """Show what a container has said that ended at once; of one that is gone tell what is known."""
        if end.is_gone:
            self._tell_gone(end)
            return
        text = self.tr("{0} ended at once, with exit code {1}.").format(end.name, end.exit_code)
        tone = "err" if end.exit_code else ""
        self.banner.say(join_sentences(text, end.meaning), tone, link=self.tr("Dismiss"))
        self.show_page("containers")
        self.containers.show_logs(end.key)

    def _tell_gone(self, end: EarlyEnd) -> None:
        text, tone = self.tr("{0} has ended, and is removed as asked for.").format(end.name), "ok"
        if end.exit_code:
            text = self.tr("{0} has ended with exit code {1}, and is removed as asked for.")
            text, tone = text.format(end.name, end.exit_code), "err"
        self.banner.say(join_sentences(text, end.meaning), tone, link=self.tr("Dismiss"))
        self.show_page("containers")

    def _withdraw_started(self, container_id: str) -> None:
        """Say no longer that a container runs, and where."""
        if container_id == self._started and self.banner.text == self._started_text:
            self.banner.hide()

    def _follow_banner(self) -> None:
        """Show the log of what was started, where the banner tells of that; all else is dismissed."""
        started = self._started if self.banner.text == self._started_text else ""
        self.banner.hide()
        if started:
            self.show_page("containers")
            self.containers.show_logs(started)

    def _open_started(self) -> None:
        self.banner.hide()
        open_address(self._address)

    def open_console_log(self) -> None:
        """Show what the machine wrote while it started."""
        self.desktop.find_console_log(self._show_console_log)

    def _show_console_log(self, path: str) -> None:
        if not open_file(path):
            self._address = ""
            self.banner.say(self.tr("The console log is the file {0}").format(path))

    # --- window -------------------------------------------------------------------------------------------

    def raise_window(self) -> None:
        """Bring the window to the front."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def remember(self) -> None:
        """Keep the window's place for the next run."""
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.desktop.preferences.change(geometry=geometry)
        self.desktop.preferences.save()

    def _restore(self) -> None:
        geometry = self.desktop.preferences.geometry
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        self.show_page(self.desktop.preferences.last_page)

    def choose_appearance(self, name: str) -> None:
        """Switch to light, dark, or what the system says, and keep it; one that is fixed stays."""
        preferences = self.desktop.preferences
        preferences.change(theme=name)
        Theme.current().choose(Appearance(preferences.theme))
        self.appearance_changed.emit(preferences.theme)

    def _follow_preferences(self) -> None:
        """Show what the command line has chosen."""
        preferences = self.desktop.preferences
        Theme.current().choose(Appearance(preferences.theme))
        if preferences.zoom != Theme.current().zoom:
            self.choose_zoom(preferences.zoom)

    def choose_zoom(self, percent: int) -> None:
        """Let everything be so large, and keep it; what is not text follows with the next start."""
        Theme.current().choose_zoom(percent)
        self.desktop.preferences.change(zoom=percent)
        self.zoom_changed.emit(percent)
        text = self.tr("Size {0} %.")
        self.banner.say(text.format(percent), link=self.tr("Dismiss"))

    def step_zoom(self, steps: int) -> None:
        """Make everything larger or smaller."""
        known = Theme.current().zoom
        place = min(range(len(ZOOMS)), key=lambda place: abs(ZOOMS[place] - known)) + steps
        self.choose_zoom(ZOOMS[max(0, min(place, len(ZOOMS) - 1))])

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's own signature
        """Go from the sidebar to the header, the page and the footer, whatever was made first."""
        parts = (self.sidebar, self.header, self.trouble, self.banner, self.pages, self.footer)
        widget = next_widget(self, parts, self.focusWidget(), next)
        if widget is None:
            return False
        reasons = Qt.FocusReason
        widget.setFocus(reasons.TabFocusReason if next else reasons.BacktabFocusReason)
        return True

    def showEvent(self, event: QShowEvent) -> None:
        """Keep what the footer says fresh while somebody can see it."""
        super().showEvent(event)
        self.desktop.engine.watch_use(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self.desktop.engine.watch_use(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that the window is up, after its first frame."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.first_frame.emit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the sidebar where room is short."""
        super().resizeEvent(event)
        self.sidebar.set_narrow(event.size().width() < Theme.current().scaled(_NARROW_BELOW))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave the decision to whoever owns the application."""
        self.remember()
        if self.may_close:
            event.accept()
            return
        event.ignore()
        self.close_asked.emit()
