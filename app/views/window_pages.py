"""The pages of one window: each made when somebody first looks at it, and joined with what it asks for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget

from app.viewmodels.engine.engine_view import EngineView
from app.views.pages.containers.compose_page import ComposePage
from app.views.pages.containers.containers_page import ContainersPage
from app.views.pages.images.builds_page import BuildsPage
from app.views.pages.images.images_page import ImagesPage
from app.views.pages.images.registries_page import RegistriesPage
from app.views.pages.learn.learn_page import LearnPage
from app.views.pages.list_page import ListPage
from app.views.pages.page import Page
from app.views.pages.settings.settings_page import SettingsPage
from app.views.pages.settings.troubleshoot_page import TroubleshootPage
from app.views.pages.storage.networks_page import NetworksPage
from app.views.pages.storage.volumes_page import VolumesPage
from app.views.widgets.frame.engine_panel import EnginePanel

if TYPE_CHECKING:
    from app.views.main_window import MainWindow


class WindowPages(QStackedWidget):
    """Containers and images are there from the start: other parts of the window lead to them."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__()
        self._window, self._desktop = window, window.desktop
        desktop = self._desktop
        self.titles = {
            "containers": self.tr("Containers"),
            "images": self.tr("Images"),
            "volumes": self.tr("Volumes"),
            "networks": self.tr("Networks"),
            "builds": self.tr("Builds"),
            "compose": self.tr("Compose"),
            "registries": self.tr("Registries"),
            "learn": self.tr("Learn"),
            "troubleshoot": self.tr("Troubleshoot"),
            "settings": self.tr("Settings"),
        }
        self._pages: dict[str, Page] = {}
        self._makers: dict[str, Callable[[], Page]] = {
            "volumes": self._make_volumes,
            "networks": self._make_networks,
            "builds": self._make_builds,
            "compose": self._make_compose,
            "registries": lambda: RegistriesPage(desktop.registries),
            "learn": self._make_learn,
            "settings": self._make_settings,
            "troubleshoot": self._make_troubleshoot,
        }
        self.containers = self._make_containers()
        self.images = self._make_images()
        self._keep("containers", self.containers)
        self._keep("images", self.images)

    @property
    def current(self) -> Page:
        """Return the page in sight."""
        page = self.currentWidget()
        assert isinstance(page, Page)
        return page

    def find_page(self, name: str) -> Page:
        """Return a page; it is made when it is first asked for."""
        if name in self._makers:
            self._keep(name, self._makers.pop(name)())
        return self._pages[name]

    def show_engine(self, view: EngineView) -> None:
        """Tell all pages of the engine's state."""
        for page in self._pages.values():
            page.on_engine_state(view)

    def _keep(self, name: str, page: Page) -> None:
        self._pages[name] = page
        self.addWidget(page)
        if isinstance(page, ListPage):
            page.columns.restore(self._desktop.preferences)
        page.wished.connect(self._desktop.waiting.when_usable)
        page.on_engine_state(self._desktop.view)
        panel = getattr(page, "engine_panel", None)
        if isinstance(panel, EnginePanel):
            panel.start_requested.connect(self._desktop.engine.start)
            panel.stop_requested.connect(self._desktop.engine.stop)
            panel.retry_requested.connect(self._desktop.engine.retry)
            panel.log_requested.connect(self._window.open_console_log)
            panel.diagnosis_requested.connect(lambda: self._window.show_page("troubleshoot"))

    def _make_containers(self) -> ContainersPage:
        desktop, window = self._desktop, self._window
        page = ContainersPage(
            desktop.containers, desktop.getting_started, desktop.inside, desktop.images.newest_names
        )
        desktop.images.counts_changed.connect(page.show_what_fits)
        page.run_requested.connect(window.run_image)
        page.image_requested.connect(window.show_image)
        page.object_requested.connect(window.show_object)
        page.help_requested.connect(lambda what: window.quick.help_pull(what))
        page.empty_seen.connect(desktop.migration.hint)
        page.import_requested.connect(window.import_from_engine)
        desktop.migration.hinted.connect(page.offer_import)
        return page

    def _make_images(self) -> ImagesPage:
        desktop, window = self._desktop, self._window
        page = ImagesPage(desktop.images, desktop.transfer, desktop.open_image, desktop.open_contents)
        page.run_requested.connect(window.run_image)
        page.pull_requested.connect(window.pull_image)
        page.search_requested.connect(window.search_images)
        page.help_requested.connect(lambda what: window.quick.help_pull(what))
        page.container_requested.connect(window.show_container)
        return page

    def _make_compose(self) -> Page:
        page = ComposePage(self._desktop.compose)
        page.container_requested.connect(self._window.show_container)
        return page

    def _make_volumes(self) -> Page:
        page = VolumesPage(self._desktop.volumes, self._desktop.backups)
        page.container_requested.connect(self._window.show_container)
        return page

    def _make_networks(self) -> Page:
        page = NetworksPage(self._desktop.networks)
        page.container_requested.connect(self._window.show_container)
        return page

    def _make_builds(self) -> Page:
        page = BuildsPage(self._desktop.builds)
        page.run_requested.connect(self._window.run_image)
        page.push_requested.connect(self._push_image)
        page.image_requested.connect(self._window.show_image)
        return page

    def _push_image(self, name: str) -> None:
        """Push an image; the page of images tells how far it is."""
        self._window.show_page("images")
        self.images.go_back()
        self._desktop.transfer.push(name)

    def _make_learn(self) -> Page:
        page = LearnPage(self._desktop.learn)
        page.help_requested.connect(lambda what: self._window.quick.help_pull(what))
        return page

    def _make_settings(self) -> Page:
        desktop, window = self._desktop, self._window
        page = SettingsPage(
            desktop.preferences,
            desktop.machine_settings,
            desktop.start_at_login,
            desktop.window_at_login,
            desktop.docker_command,
            desktop.own_command,
            desktop.engines,
            desktop.updates,
        )
        page.zoom_chosen.connect(window.choose_zoom)
        window.zoom_changed.connect(page.show_zoom)
        window.appearance_changed.connect(page.show_appearance)
        page.appearance_chosen.connect(window.choose_appearance)
        page.restart_requested.connect(desktop.engine.restart)
        page.renewal_requested.connect(window.renewal_asked)
        page.reopening_requested.connect(window.reopening_asked)
        page.import_requested.connect(window.import_from_engine)
        return page

    def _make_troubleshoot(self) -> Page:
        page, engine = (
            TroubleshootPage(self._desktop.troubleshoot, self._desktop.machine_data),
            self._desktop.engine,
        )
        page.start_requested.connect(engine.start)
        page.restart_requested.connect(engine.restart)
        page.force_stop_requested.connect(engine.force_stop)
        page.settings_requested.connect(self._window.quick.show_setting)
        page.uninstall_requested.connect(self._window.uninstall)
        return page
