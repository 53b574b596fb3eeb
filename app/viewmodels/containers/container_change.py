"""A change that makes a container anew, under way: what the edit dialog and that of a newer image share."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.services.containers.container_setup import EditStep
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure
from app.viewmodels.tasks import TaskWords
from app.viewmodels.wording.wording import join_sentences

if TYPE_CHECKING:  # imports `requests`: only in a worker
    from app.services.containers.container_edit import EditContainer


class ContainerChange(QObject):
    """Lives until the change is made, or taken back."""

    step_changed = Signal(object)  # EditStep
    applied = Signal(str)  # the id of the container that is there now
    failed = Signal(object)  # Failure

    def __init__(self, background: Background, access: Access, parent: QObject) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._subject = self._name = ""
        self._task = background.tasks.none
        self.is_busy = self._is_restored = False
        self.step_changed.connect(self._hear_step)

    def make(self, call: Callable[["EditContainer"], str], name: str, subject: str = "") -> None:
        """Carry out a change of the container `name`; the answer is `applied` or `failed`.

        A failure may be about something else: `subject` is what its messages call that.
        """
        tell: Callable[[EditStep], None] = self._background.teller(self.step_changed)

        def work() -> str:
            from app.services.containers.container_edit import EditContainer

            closed = self._background.has_closed
            return call(EditContainer(self._access.client(), tell, is_given_up=closed))

        words = TaskWords(
            self.tr("Changing {0}").format(name),
            self.tr("{0} was changed").format(name),
            self.tr("{0} could not be changed").format(name),
        )
        self._task = self._background.tasks.begin(words, place="containers")
        self.is_busy, self._is_restored, self._subject = True, False, subject or name
        self._name = name
        self._background.run_alone(work, self._made, self._not_made)

    @Slot(object)
    def _hear_step(self, step: EditStep) -> None:
        self._is_restored = step is EditStep.RESTORED

    @Slot(object)
    def _made(self, container_id: str) -> None:
        self.is_busy = False
        self._task.succeed()
        self.applied.emit(container_id)

    @Slot(object)
    def _not_made(self, error: Exception) -> None:
        self.is_busy = False
        failure = describe_failure(error, self._subject, "run")
        if self._is_restored:
            restored = self.tr("{0} is as it was before.").format(self._name)
            failure = replace(failure, what_to_do=join_sentences(failure.what_to_do, restored))
        self._task.fail(failure)
        self.failed.emit(failure)
