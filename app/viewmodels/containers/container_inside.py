"""Makes the view-models of one container's page; each becomes its view's."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.services.engine.engine_types import Event
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.code_editor import CodeEditorViewModel
from app.viewmodels.containers.container_details import ContainerDetailsViewModel
from app.viewmodels.containers.container_export import ContainerExport
from app.viewmodels.containers.container_files import ContainerFilesViewModel
from app.viewmodels.containers.container_logs import ContainerLogsViewModel
from app.viewmodels.containers.container_processes import ContainerProcessesViewModel
from app.viewmodels.containers.container_shells import ContainerShellsViewModel
from app.viewmodels.containers.container_stats import ContainerStatsViewModel
from app.viewmodels.containers.edit_container import EditContainerViewModel
from app.viewmodels.containers.merged_logs import MergedLogsViewModel
from app.viewmodels.containers.renew_container import RenewContainerViewModel
from app.viewmodels.frame.preferences import Preferences
from app.viewmodels.terminal.terminal import TerminalViewModel


class ContainerInside(QObject):
    """What can be opened of a container."""

    _started = Signal(str)  # a container's id

    def __init__(
        self,
        background: Background,
        access: Access,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self.preferences = preferences
        self._shells: dict[str, str] = {}  # chosen ones by container, for as long as the window is open
        self.code = CodeEditorViewModel(background, access, self)

    @Slot(list)
    def follow_events(self, events: list[Event]) -> None:
        """Let the logs that are open know which containers have started."""
        for event in events:
            if (event.type, event.action) == ("container", "start"):
                self._started.emit(event.id)

    def open_details(self, container_id: str) -> ContainerDetailsViewModel:
        """Return what `inspect` tells."""
        return ContainerDetailsViewModel(self._background, self._access, container_id, self)

    def open_log(self, container_id: str) -> ContainerLogsViewModel:
        """Return the log."""
        made = ContainerLogsViewModel(self._background, self._access, container_id, self)
        self._started.connect(made.see_start)
        return made

    def open_logs(self, containers: Sequence[tuple[str, str]]) -> MergedLogsViewModel:
        """Return the logs of several containers, ids with names, as one."""
        made = MergedLogsViewModel(self._background, self._access, containers, self)
        self._started.connect(made.see_start)
        return made

    def open_stats(self, container_id: str) -> ContainerStatsViewModel:
        """Return the use of resources."""
        return ContainerStatsViewModel(self._background, self._access, container_id, self)

    def open_processes(self, container_id: str) -> ContainerProcessesViewModel:
        """Return the processes."""
        return ContainerProcessesViewModel(self._background, self._access, container_id, self)

    def open_files(self, container_id: str) -> ContainerFilesViewModel:
        """Return the files."""
        return ContainerFilesViewModel(self._background, self._access, container_id, self)

    def export_files(self, container_id: str, name: str, target: str) -> None:
        """Write all files of a container into one archive; it is a task of the window."""
        ContainerExport(self._background, self._access, (container_id, name), Path(target), self)

    def open_edit(self, container_id: str) -> EditContainerViewModel:
        """Return what an edit dialog shows; it outlives a dialog that goes while a change is made."""
        return EditContainerViewModel(self._background, self._access, container_id, self)

    def open_renewal(self, container_id: str, was_told: bool) -> RenewContainerViewModel:
        """Return what the dialog of a newer image shows; it outlives a dialog that goes meanwhile.

        `was_told` says that the registry has told of one.
        """
        return RenewContainerViewModel(self._background, self._access, container_id, was_told, self)

    def open_shells(self, container_id: str) -> ContainerShellsViewModel:
        """Return the choice of a shell."""
        return ContainerShellsViewModel(self._background, self._access, container_id, self._shells, self)

    def open_terminal(self, container_id: str) -> TerminalViewModel:
        """Return a terminal, its shell not yet started."""
        return TerminalViewModel(self._background, self._access, container_id, self)
