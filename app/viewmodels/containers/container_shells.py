"""The shells of one container: which there are, and which was chosen."""

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure
from app.viewmodels.question import Question


class ContainerShellsViewModel(QObject):
    """Looks when it is asked to: most people never choose, and each look is a command in the container."""

    found = Signal(list)  # names, none where there is no shell
    failed = Signal(object)  # Failure

    def __init__(
        self,
        background: Background,
        access: Access,
        container_id: str,
        choices: dict[str, str],
        parent: QObject | None = None,
    ) -> None:
        """`choices` has the chosen shells by container; it outlives this object."""
        super().__init__(parent)
        self._access, self._container_id, self._choices = access, container_id, choices
        self._question = Question(background, self._take, self._not_taken, self)

    @property
    def chosen(self) -> str:
        """Return the shell that was chosen, "" for the best there is."""
        return self._choices.get(self._container_id, "")

    def choose(self, shell: str) -> None:
        """Have new terminals start this shell, "" for the best there is."""
        self._choices[self._container_id] = shell

    def look(self) -> None:
        """Find out which shells there are; the answer is `found` or `failed`."""
        self._question.ask(self._find)

    def _find(self) -> list[str]:
        from app.services.containers.container_shells import find_shells

        return find_shells(self._access.client(), self._container_id)

    @Slot(object)
    def _take(self, shells: list[str]) -> None:
        self.found.emit(shells)

    @Slot(object)
    def _not_taken(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
