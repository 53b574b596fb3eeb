"""What the quick search can go to and do in the window."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.viewmodels.frame.quick_search import KINDS_OF_ROWS, Entry, QuickSearch
from app.viewmodels.images.pull_help import PullHelp
from app.viewmodels.images.pull_image import parse_name
from app.viewmodels.learn.learn import LESSONS
from app.views.dialogs.quick_search_dialog import QuickSearchDialog
from app.views.dialogs.sign_in_dialog import SignInDialog
from app.views.icons import page_icon
from app.views.pages.containers.compose_page import ComposePage
from app.views.pages.images.builds_page import BuildsPage
from app.views.pages.images.registries_page import RegistriesPage
from app.views.pages.learn.learn_page import LearnPage
from app.views.pages.learn.learn_texts import LearnTexts
from app.views.pages.list_page import ListPage
from app.views.pages.settings.settings_page import SettingsPage
from app.views.pages.storage.networks_page import NetworksPage
from app.views.pages.storage.volumes_page import VolumesPage
from app.views.widgets.table import Action

if TYPE_CHECKING:
    from app.views.main_window import MainWindow


class QuickActions(QObject):
    """Opens the search over one window and carries out what is chosen."""

    def __init__(self, window: "MainWindow", pages: dict[str, str]) -> None:
        super().__init__(window)
        self._window = window
        self.search = QuickSearch(window.desktop)
        engine = window.desktop.engine
        self._actions: dict[str, tuple[str, str, Callable[[], object]]] = {
            "run": (self.tr("Run a container"), "play", window.run_image),
            "pull": (self.tr("Pull an image"), "download", window.pull_image),
            "build": (self.tr("Build an image"), "builds", lambda: self._ask_on("builds", "build")),
            "volume": (self.tr("Create a volume"), "volumes", lambda: self._ask_on("volumes", "volume")),
            "network": (self.tr("Create a network"), "networks", lambda: self._ask_on("networks", "network")),
            "sign-in": (
                self.tr("Sign in at a registry"),
                "registries",
                lambda: self._ask_on("registries", "sign-in"),
            ),
            "story": (self.tr("Run getting-started"), "anchor", self._run_story),
            "start": (self.tr("Start the engine"), "play", engine.start),
            "stop": (self.tr("Stop the engine"), "stop", engine.stop),
            "restart": (self.tr("Restart the engine"), "restart", engine.restart),
            "pause": (self.tr("Pause the engine"), "pause", engine.pause),
            "compose": (
                self.tr("Open a compose file"),
                "compose",
                lambda: self._ask_on("compose", "compose"),
            ),
            "notices": (self.tr("Show notifications"), "bell", lambda: window.bell.open()),
            "import": (self.tr("Import from another engine"), "download", window.import_from_engine),
            "keys": (self.tr("Show the keys"), "info", window.show_keys),
            "about": (self.tr("About Marina"), "info", window.show_about),
            "quit": (self.tr("Quit Marina"), "power", window.quit_asked.emit),
            "uninstall": (self.tr("Uninstall Marina"), "trash", window.uninstall),
            "light": (self.tr("Light appearance"), "appearance", lambda: window.choose_appearance("light")),
            "dark": (self.tr("Dark appearance"), "appearance", lambda: window.choose_appearance("dark")),
            "contrast": (
                self.tr("High contrast"),
                "appearance",
                lambda: window.choose_appearance("contrast"),
            ),
        }
        settings = {
            "appearance": self.tr("Appearance"),
            "zoom": self.tr("Size of the window's contents"),
            "language": self.tr("Language"),
            "keep-running": self.tr("Closing the window"),
            "quit": self.tr("Quitting"),
            "at-login": self.tr("Start at login"),
            "notices": self.tr("Notifications"),
            "cpus": self.tr("Processors"),
            "memory": self.tr("Memory"),
            "disk": self.tr("Disk"),
            "idle": self.tr("Sleep when unused"),
            "proxy": self.tr("Proxy"),
            "dns": self.tr("Name servers"),
            "certificates.add": self.tr("Trusted certificates"),
            "options": self.tr("Engine options"),
            "folders": self.tr("Shared folders"),
            "mirrors": self.tr("Mirrors of Docker Hub"),
            "insecure": self.tr("Registries without TLS"),
            "docker.use": self.tr("Docker command"),
            "own-command": self.tr("Marina's own command"),
            "engines": self.tr("Engines"),
            "updates.check": self.tr("Updates"),
        }
        texts = LearnTexts(self)
        self.search.places = [
            *(Entry("page", name, title, self.tr("Page"), page_icon(name)) for name, title in pages.items()),
            *(
                Entry("action", name, title, self.tr("Action"), icon)
                for name, (title, icon, _) in self._actions.items()
            ),
            *(
                Entry("setting", name, title, self.tr("Setting"), "settings")
                for name, title in settings.items()
            ),
            *(Entry("lesson", key, texts.lesson(key)[0], self.tr("Walkthrough"), "learn") for key in LESSONS),
        ]

    def open(self) -> None:
        """Show the search above the window."""
        dialog = QuickSearchDialog(self.search, self.actions_of, self._window)
        dialog.chosen.connect(self.carry_out)
        dialog.open_above(self._window)

    def actions_of(self, entry: Entry) -> list[Action]:
        """Return all that can be done with an entry, first what Enter does, then what Ctrl+Enter does."""
        page, row = self._page_of(entry), self.search.row_of(entry)
        main = Action("", entry.icon, self.tr("Show") if page else self.tr("Open"))
        if page is None or row is None:
            return [main]
        offered = [action for action in page.menu_of(row) if action.enabled]
        if entry.kind in ("image", "network"):  # the first entry of their menus is the main one
            return [replace(offered[0], name=""), *offered[1:]]
        return [main, *offered]

    def _page_of(self, entry: Entry) -> ListPage | None:
        page = self._window.find_page(f"{entry.kind}s") if entry.kind in KINDS_OF_ROWS else None
        return page if isinstance(page, ListPage) else None

    def carry_out(self, entry: Entry, action: str = "") -> None:
        """Go to what was chosen, or do it; `action` is one of `actions_of`, "" the first."""
        window = self._window
        if action:
            self._act_on_row(entry, action)
            return
        if entry.kind == "page":
            window.show_page(entry.target)
        elif entry.kind == "action":
            self._actions[entry.target][2]()
        elif entry.kind == "setting":
            self.show_setting(entry.target)
        elif entry.kind == "lesson":
            self._show_lesson(entry.target)
        elif entry.kind == "container":
            window.show_container(entry.target)
        elif entry.kind == "registry":
            window.search_images(entry.target)
        elif entry.kind == "image":
            window.run_image(entry.target)
        else:
            self._show_object(entry)

    def _act_on_row(self, entry: Entry, action: str) -> None:
        page, row = self._page_of(entry), self.search.row_of(entry)
        if page is not None and row is not None:  # else it went while its actions were in sight
            self._window.show_page(page.name)
            page.go_back()
            page.act(row, action)

    def _show_object(self, entry: Entry) -> None:
        window = self._window
        window.show_page("volumes" if entry.kind == "volume" else "networks")
        page = window.page
        if isinstance(page, VolumesPage):
            page.filter_box.setText(entry.title)
        elif isinstance(page, NetworksPage) and (row := page.networks.table.find_row(entry.target)):
            page.show_network(row)

    def _ask_on(self, name: str, action: str) -> None:
        """Go to a page and open the dialog that makes one more of what it lists, once there is an engine."""
        self._window.show_page(name)
        self._window.desktop.waiting.when_usable(self._actions[action][0], lambda: self._ask(name))

    def _ask(self, name: str) -> None:
        self._window.show_page(name)
        page = self._window.page
        page.go_back()
        if isinstance(page, BuildsPage):
            page.ask_build()
        elif isinstance(page, VolumesPage | NetworksPage):
            page.ask_create()
        elif isinstance(page, RegistriesPage):
            page.ask_sign_in()
        elif isinstance(page, ComposePage):
            page.ask_file()

    def _show_lesson(self, key: str) -> None:
        self._window.show_page("learn")
        page = self._window.page
        page.go_back()
        if isinstance(page, LearnPage):
            page.show_lesson(key)

    def show_setting(self, name: str) -> None:
        """Go to one setting."""
        self._window.show_page("settings")
        page = self._window.page
        if isinstance(page, SettingsPage):
            page.show_setting(name)

    def help_pull(self, what: PullHelp, image: str = "") -> None:
        """Go to what helps against a failed pull of an image; "" is one that Marina has named itself."""
        window = self._window
        if what is PullHelp.SEARCH:
            window.search_images(parse_name(image)[1])
        elif what is PullHelp.SIGN_IN:
            registry = parse_name(image)[0] if image else ""
            SignInDialog(window.desktop.registries, registry, window).open()
        elif what is PullHelp.LOAD:
            window.load_image()
        elif what is PullHelp.CLEAN_UP:
            window.clean_up()
        else:
            self.show_setting(what.value)

    def _run_story(self) -> None:
        self._window.show_page("containers")
        self._window.containers.run_getting_started()
