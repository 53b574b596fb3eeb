"""One image in full: what it is set to do, and the steps that it was made in."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.services.engine.engine_types import ImageDetails
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.container_details import FactTable
from app.viewmodels.failure import describe_failure
from app.viewmodels.question import Question
from app.viewmodels.wording.wording import format_age, format_size

if TYPE_CHECKING:
    from app.services.engine.engine_images import HistoryStep

_NOTHING = "#(nop) "
_SHELL = "/bin/sh -c "


class ImageDetailsViewModel(QObject):
    """Asks once, when the image is opened."""

    changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(
        self, background: Background, access: Access, image: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._access, self._image = access, image
        self._question = Question(background, self._take, self._not_told, self)
        self.details: ImageDetails | None = None
        self.layers = FactTable((self.tr("Step"), self.tr("Size"), self.tr("Created")), self)
        self.settings = FactTable((self.tr("Name"), self.tr("Value")), self)
        self.settings.hide_secrets(True)

    @Slot()
    def refresh(self) -> None:
        """Ask the engine."""
        self._question.ask(self._ask)

    def _ask(self) -> "tuple[ImageDetails, list[HistoryStep]]":
        client = self._access.client()
        return client.inspect_image(self._image), client.image_history(self._image)

    @Slot(object)
    def _take(self, answer: "tuple[ImageDetails, list[HistoryStep]]") -> None:
        self.details, steps = answer
        self.layers.set_facts(
            [
                (
                    plain_command(step.command) or step.comment or "—",
                    format_size(step.size) if step.size else "—",
                    format_age(step.created),
                )
                for step in steps
            ]
        )
        self.settings.set_facts(self._facts(self.details))
        self.changed.emit()

    @Slot(object)
    def _not_told(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error, self._image))

    def _facts(self, details: ImageDetails) -> list[tuple[str, ...]]:
        facts: list[tuple[str, ...]] = [
            (self.tr("Id"), details.id),
            (self.tr("Names"), ", ".join(details.tags)),
            (self.tr("Platform"), f"{details.os}/{details.architecture}"),
            (self.tr("Entrypoint"), " ".join(details.entrypoint)),
            (self.tr("Command"), " ".join(details.command)),
            (self.tr("Folder"), details.working_dir),
            (self.tr("User"), details.user),
            (self.tr("Ports"), ", ".join(port.key for port in details.exposed_ports)),
            (self.tr("Volumes"), ", ".join(details.volumes)),
        ]
        facts += [(name, value) for name, value in details.environment]
        facts += [(name, value) for name, value in sorted(details.labels.items())]
        return [fact for fact in facts if fact[1]]


def plain_command(command: str) -> str:
    """Return a step as it stood in the Dockerfile, as far as can be told."""
    if _NOTHING in command:
        return command.partition(_NOTHING)[2].strip()
    if command.startswith(_SHELL):
        return "RUN " + command.removeprefix(_SHELL)
    return command.removesuffix("# buildkit").strip()
