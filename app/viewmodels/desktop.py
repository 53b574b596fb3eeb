"""All view-models of one window, wired together: the engine leads, events follow, lists follow them."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.compose import ComposeViewModel
from app.viewmodels.containers.container_inside import ContainerInside
from app.viewmodels.containers.containers import ContainersViewModel
from app.viewmodels.containers.first_seconds import FirstSeconds
from app.viewmodels.containers.run_image import RunImageViewModel
from app.viewmodels.engine.docker_command import DockerCommandViewModel
from app.viewmodels.engine.engine import EngineViewModel
from app.viewmodels.engine.engine_events import EngineEventsViewModel
from app.viewmodels.engine.engine_view import EngineView
from app.viewmodels.engine.engines import EnginesViewModel
from app.viewmodels.engine.machine_data import MachineDataViewModel
from app.viewmodels.engine.machine_settings import MachineSettingsViewModel
from app.viewmodels.engine.migration import MigrationViewModel
from app.viewmodels.engine.own_command import OwnCommandViewModel
from app.viewmodels.engine.start_at_login import StartAtLoginViewModel, WindowAtLoginViewModel
from app.viewmodels.engine.troubleshoot import TroubleshootViewModel
from app.viewmodels.frame.about import AboutViewModel
from app.viewmodels.frame.notice_sources import NoticeSources
from app.viewmodels.frame.notifications import NotificationsViewModel
from app.viewmodels.frame.preferences import Preferences
from app.viewmodels.frame.uninstall import UninstallViewModel
from app.viewmodels.frame.updates import UpdatesViewModel
from app.viewmodels.frame.waiting import WaitingActions
from app.viewmodels.images.builds import BuildsViewModel
from app.viewmodels.images.image_contents import ImageContentsViewModel
from app.viewmodels.images.image_details import ImageDetailsViewModel
from app.viewmodels.images.image_scans import ImageScansViewModel
from app.viewmodels.images.image_search import ImageSearch
from app.viewmodels.images.image_transfer import ImageTransfer
from app.viewmodels.images.images import ImagesViewModel
from app.viewmodels.images.pull_image import PullImageViewModel
from app.viewmodels.images.registries import RegistriesViewModel
from app.viewmodels.images.tag_list import TagList
from app.viewmodels.learn.getting_started import GettingStartedViewModel
from app.viewmodels.learn.learn import LearnViewModel
from app.viewmodels.storage.backups import BackupsViewModel
from app.viewmodels.storage.networks import NetworksViewModel
from app.viewmodels.storage.volumes import VolumesViewModel


class DesktopViewModel(QObject):
    """What the main window shows."""

    engine_changed = Signal(object)  # EngineView

    def __init__(self, access: Access, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self.preferences = preferences
        preferences.setParent(self)
        self.background = Background(self)
        self.tasks = self.background.tasks
        self.engine = EngineViewModel(self.background, access, self)
        self.waiting = WaitingActions(self.engine, self.tasks, self)
        self.events = EngineEventsViewModel(self.background, access, self)
        self.containers = ContainersViewModel(self.background, access, self)
        self.inside = ContainerInside(self.background, access, preferences, self)
        self.first_seconds = FirstSeconds(self.background, access, self)
        self.images = ImagesViewModel(self.background, access, self)
        self.transfer = ImageTransfer(self.background, access, self)
        self.scans = ImageScansViewModel(self.background, access, self)
        self.volumes = VolumesViewModel(self.background, access, self)
        self.backups = BackupsViewModel(self.background, access, self)
        self.networks = NetworksViewModel(self.background, access, self)
        self.builds = BuildsViewModel(self.background, access, self)
        self.compose = ComposeViewModel(self.background, access, self)
        self.registries = RegistriesViewModel(self.background, access, self)
        self.machine_data = MachineDataViewModel(self.background, access, self)
        self.machine_settings = MachineSettingsViewModel(self.background, access, self)
        self.engines = EnginesViewModel(self.background, access, self)
        self.migration = MigrationViewModel(self.background, access, self)
        self.start_at_login = StartAtLoginViewModel(self.background, access, self)
        self.window_at_login = WindowAtLoginViewModel(self.background, access, self)
        self.docker_command = DockerCommandViewModel(self.background, access, self)
        self.own_command = OwnCommandViewModel(self.background, access, self)
        self.troubleshoot = TroubleshootViewModel(self.background, access, self)
        self.pull = PullImageViewModel(self.background, access, self)
        self.getting_started = GettingStartedViewModel(self.background, access, self)
        self.learn = LearnViewModel(self.background, access, preferences, self)
        self.notifications = NotificationsViewModel(preferences, self)
        self.updates = UpdatesViewModel(self.background, access, preferences, self)
        self.uninstall = UninstallViewModel(self.background, access, self)
        self.about = AboutViewModel(self.background, self)
        self.engine.changed.connect(self.engine_changed)
        self.engine.changed.connect(self.events.follow)
        self.engine.changed.connect(self.backups.follow)
        # After every connection all is listed anew, so nothing that happened meanwhile is missed.
        self.events.connected.connect(self.containers.refresh)
        self.events.connected.connect(self.images.refresh)
        self.events.connected.connect(self.volumes.refresh_if_wanted)
        self.events.connected.connect(self.networks.refresh_if_wanted)
        self.events.connected.connect(self.compose.refresh)
        self.events.connected.connect(self.builds.refresh)
        self.events.connected.connect(self.learn.look_soon)
        self.builds.succeeded.connect(self.images.refresh)
        self.events.containers_changed.connect(self.containers.refresh_soon)
        self.events.containers_changed.connect(self.compose.refresh_soon)
        for happened in (
            self.events.containers_changed,
            self.events.images_changed,
            self.events.volumes_changed,
        ):
            happened.connect(self.learn.look_soon)
        self.events.images_changed.connect(self.images.refresh_soon)
        self.events.images_changed.connect(self.containers.refresh_soon)  # a name may mean another image now
        self.events.volumes_changed.connect(self.volumes.refresh_soon)
        self.events.networks_changed.connect(self.networks.refresh_soon)
        self.events.builds_changed.connect(self.builds.refresh_soon)
        self.machine_data.forgotten.connect(self._begin_anew)
        self.pull.succeeded.connect(self.images.refresh)
        self.pull.succeeded.connect(self.preferences.remember_image)
        self.transfer.loaded.connect(self.images.refresh)
        self.events.arrived.connect(self.first_seconds.hear)
        self.events.arrived.connect(self.inside.follow_events)
        self._notice_sources = NoticeSources(self)

    @property
    def view(self) -> EngineView:
        """Return the engine's state."""
        return self.engine.view

    @Slot()
    def begin(self) -> None:
        """Start the work behind the window, once it is on screen: watch the machine and start it."""
        self.preferences.follow()
        self.engine.watch()
        self.engine.start()
        self.updates.begin()

    @Slot()
    def _begin_anew(self) -> None:
        """Let the window forget what it kept, too, and have a new machine."""
        self.preferences.reset()
        self.engine.start()

    def open_image(self, image: str) -> ImageDetailsViewModel:
        """Return a view-model of one image; its page becomes its parent."""
        return ImageDetailsViewModel(self.background, self._access, image, self)

    def open_contents(self, image: str, name: str) -> ImageContentsViewModel:
        """Return a view-model of what is in one image; its page becomes its parent."""
        return ImageContentsViewModel(self.background, self._access, self.scans, image, name, self)

    def open_image_search(self) -> ImageSearch:
        """Return a view-model of one search dialog; the dialog becomes its parent."""
        return ImageSearch(self.background, self._access, self)

    def open_tags(self) -> TagList:
        """Return a view-model of the tags in one pull dialog; the dialog becomes its parent."""
        return TagList(self.background, self._access, self)

    def open_run(self) -> RunImageViewModel:
        """Return a view-model of one run dialog; the dialog becomes its parent."""
        return RunImageViewModel(self.background, self._access, self)

    def find_console_log(self, found: Callable[[str], object]) -> None:
        """Bring the path of the machine's console log to `found`."""
        self.background.run(lambda: str(self._access.engine().console_log), found)

    def close(self) -> None:
        """End all that goes on in the background; the engine stays as it is."""
        self.updates.close()
        self.migration.close()
        self.events.close()
        self.engine.close()
        self.background.close()
