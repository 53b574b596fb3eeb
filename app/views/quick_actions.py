"""What the quick search can go to and do in the window."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.viewmodels.quick_search import Entry, QuickSearch
from app.views.dialogs.quick_search_dialog import QuickSearchDialog
from app.views.pages.networks_page import NetworksPage
from app.views.pages.settings_page import SettingsPage
from app.views.pages.volumes_page import VolumesPage

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
            "story": (self.tr("Run getting-started"), "anchor", self._run_story),
            "start": (self.tr("Start the engine"), "play", engine.start),
            "stop": (self.tr("Stop the engine"), "stop", engine.stop),
            "restart": (self.tr("Restart the engine"), "restart", engine.restart),
            "notices": (self.tr("Show notifications"), "bell", lambda: window.bell.open()),
            "about": (self.tr("About Marina"), "info", window.show_about),
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
            "folders": self.tr("Shared folders"),
            "mirrors": self.tr("Mirrors of Docker Hub"),
            "insecure": self.tr("Registries without TLS"),
            "docker.use": self.tr("Docker command"),
            "engines": self.tr("Engines"),
            "updates.check": self.tr("Updates"),
        }
        self.search.places = [
            *(Entry("page", name, title, self.tr("Page"), name) for name, title in pages.items()),
            *(
                Entry("action", name, title, self.tr("Action"), icon)
                for name, (title, icon, _) in self._actions.items()
            ),
            *(
                Entry("setting", name, title, self.tr("Setting"), "settings")
                for name, title in settings.items()
            ),
        ]

    def open(self) -> None:
        """Show the search above the window."""
        dialog = QuickSearchDialog(self.search, self._window)
        dialog.chosen.connect(self.carry_out)
        dialog.open_above(self._window)

    def carry_out(self, entry: Entry) -> None:
        """Go to what was chosen, or do it."""
        window = self._window
        if entry.kind == "page":
            window.show_page(entry.target)
        elif entry.kind == "action":
            self._actions[entry.target][2]()
        elif entry.kind == "setting":
            self.show_setting(entry.target)
        elif entry.kind == "container":
            window.show_page("containers")
            window.containers.show_container(entry.target)
        elif entry.kind == "registry":
            window.search_images(entry.target)
        elif entry.kind == "image":
            window.run_image(entry.target)
        else:
            self._show_object(entry)

    def _show_object(self, entry: Entry) -> None:
        window = self._window
        window.show_page("volumes" if entry.kind == "volume" else "networks")
        page = window.page
        if isinstance(page, VolumesPage):
            page.filter_box.setText(entry.title)
        elif isinstance(page, NetworksPage) and (row := page.networks.table.find_row(entry.target)):
            page.show_network(row)

    def show_setting(self, name: str) -> None:
        """Go to one setting."""
        self._window.show_page("settings")
        page = self._window.page
        if isinstance(page, SettingsPage):
            page.show_setting(name)

    def _run_story(self) -> None:
        self._window.show_page("containers")
        self._window.containers.run_getting_started()
