"""What the dialog of a newer image shows: how a container's image stands, and what the newer one brings."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, Slot

from app.services.containers.container_setup import EditStep
from app.services.engine.engine_types import ImageDetails
from app.services.engine.json_values import get_object
from app.services.images.image_updates import Freshness
from app.services.images.inherited_settings import inherited_changes
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.containers.container_change import ContainerChange
from app.viewmodels.failure import Failure, describe_failure
from app.viewmodels.images.pull_image import PullImageViewModel
from app.viewmodels.question import Question
from app.viewmodels.wording.wording import format_age, format_size

__all__ = ["EditStep", "Freshness", "RenewContainerViewModel", "RenewView"]


@dataclass(frozen=True, slots=True)
class RenewView:
    """A container's image as it stands. `before` and `after` tell of the images, the old and the newer one.

    `lines` are what changes with the image, "−" or "+" each; `was_asked` says that the registry told it.
    """

    image: str
    freshness: Freshness
    before: str = ""
    after: str = ""
    lines: tuple[str, ...] = ()
    was_asked: bool = False


class RenewContainerViewModel(QObject):
    """Serves one dialog; it lives until the change is made, or taken back."""

    told = Signal(object)  # RenewView
    failed = Signal(object)  # Failure, of any step
    step_changed = Signal(object)  # EditStep
    applied = Signal(str)  # the id of the container that is there now

    def __init__(
        self,
        background: Background,
        access: Access,
        container_id: str,
        was_told: bool = False,
        parent: QObject | None = None,
    ) -> None:
        """`was_told`: the registry has been asked already, and has a newer image."""
        super().__init__(parent)
        self._was_told = was_told
        self._background, self._access, self._id = background, access, container_id
        self._question = Question(background, self._tell, self._not_told, self)
        self.pull = PullImageViewModel(background, access, self)
        self.pull.succeeded.connect(self._pulled)
        self.pull.failed.connect(self.failed)
        self.pull.cancelled.connect(self.look)
        self._image = ""
        self._has_pulled = False  # then nothing newer is in the registry
        self._name = ""
        self._change = ContainerChange(background, access, self)
        self._change.step_changed.connect(self.step_changed)
        self._change.applied.connect(self.applied)
        self._change.failed.connect(self.failed)

    @property
    def is_busy(self) -> bool:
        """Return whether a change is under way."""
        return self._change.is_busy

    @Slot()
    def look(self) -> None:
        """Compare with what is on the engine; the answer is `told` or `failed`."""
        self._question.ask(lambda: self._find(asks=False))

    @Slot()
    def ask_registry(self) -> None:
        """Compare with what the registry has; the answer is `told` or `failed`."""
        self._question.ask(lambda: self._find(asks=True))

    def start_pull(self) -> None:
        """Pull what the image's name means now; `pull` tells how it goes, then `told` comes."""
        self.pull.start(self._image)

    @Slot(str)
    def _pulled(self, _image: str) -> None:
        self._has_pulled = True
        self.look()

    def apply(self) -> None:
        """Make the container anew; the answer is `applied` or `failed`."""
        self._change.make(lambda edit: edit.renew(self._id), self._name or self._id[:12], self._image)

    def _find(self, asks: bool) -> RenewView:
        from app.services.images.image_updates import find_image, look_here, look_in_registry

        client = self._access.client()
        details = client.inspect_container(self._id)
        self._image, self._name = details.image, details.name
        was_asked = asks or self._has_pulled
        standing = (look_in_registry if asks else look_here)(client, details)
        if asks:
            self._was_told = False
        elif self._was_told and standing.freshness is Freshness.CURRENT:
            standing = replace(standing, freshness=Freshness.NEWER_IN_REGISTRY)
        old = find_image(client, details.image_id)
        before = self._describe(old)
        if standing.freshness is not Freshness.NEWER_HERE:
            return RenewView(standing.name, standing.freshness, before, was_asked=was_asked)
        new = client.inspect_image(standing.name)
        lost, got = inherited_changes(
            get_object(details.raw, "Config"),
            get_object(old.raw, "Config") if old else {},
            get_object(new.raw, "Config"),
        )
        lines = (*(f"− {line}" for line in lost), *(f"+ {line}" for line in got)) if old else ()
        return RenewView(standing.name, standing.freshness, before, self._describe(new), lines, was_asked)

    @staticmethod
    def _describe(image: ImageDetails | None) -> str:
        """Return an image in one line: its id, its age, its size."""
        if image is None:
            return ""
        parts = (image.id.removeprefix("sha256:")[:12], format_age(image.created), format_size(image.size))
        return " · ".join(part for part in parts if part)

    @Slot(object)
    def _tell(self, view: RenewView) -> None:
        self.told.emit(view)

    @Slot(object)
    def _not_told(self, error: Exception) -> None:
        self.failed.emit(self._failure(error, "pull"))

    def _failure(self, error: Exception, task: str) -> Failure:
        return describe_failure(error, self._image or self._id[:12], task)
