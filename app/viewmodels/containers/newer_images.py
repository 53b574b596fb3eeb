"""Which containers have a newer image: seen at each listing, and in the registries when the user asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.services.engine.engine_types import Container
from app.services.errors import MarinaError
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient


@dataclass(frozen=True, slots=True)
class Findings:
    """What the registries told: the names of containers with a newer image, and a failure for each image.

    `asked` is how many containers have an image that a registry told of.
    """

    newer: tuple[str, ...]
    asked: int
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    newer: dict[str, str]  # names by id
    asked: int
    failures: tuple[Failure, ...]


class NewerImages(QObject):
    """One for the list of containers."""

    changed = Signal()
    looked = Signal(object)  # Findings
    failed = Signal(object)  # Failure: the engine was not reached

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._in_registry: set[str] = set()
        self._here: set[str] = set()
        self._made_from: dict[str, str] = {}
        self.is_looking = False

    def made_from(self, key: str) -> str:
        """Return the name that a container was created from, "" where the engine's list tells it."""
        return self._made_from.get(key, "")

    def has_newer(self, key: str) -> bool:
        """Return whether a newer image has the name of a container's image."""
        return key in self._here or key in self._in_registry

    def follow(self, client: "EngineClient", containers: list[Container]) -> None:
        """Find out whose image is not what its name means here; called in the worker that has listed them."""
        from app.services.images.image_updates import names_of_moved

        there = {row.id for row in containers}
        self._made_from = {key: name for key, name in self._made_from.items() if key in there}
        self._here = names_of_moved(client, containers, self._made_from)

    def look(self) -> None:
        """Ask the registries about the images of all containers; the answer is `looked` or `failed`."""
        if not self.is_looking:
            self.is_looking = True
            self._background.run_alone(self._ask, self._told, self._not_told)

    def _ask(self) -> _Answer:
        from app.services.images.image_updates import Freshness, look_in_registry

        client = self._access.client()
        newer: dict[str, str] = {}
        known: dict[tuple[str, str], Freshness | Failure] = {}  # each image is asked for once
        asked = 0
        for row in client.list_containers():
            details = client.inspect_container(row.id)
            image = details.image, details.image_id
            if image not in known:
                try:
                    known[image] = look_in_registry(client, details).freshness
                except MarinaError as error:
                    known[image] = describe_failure(error, details.image, "pull")
            found = known[image]
            asked += found in (Freshness.CURRENT, Freshness.NEWER_HERE, Freshness.NEWER_IN_REGISTRY)
            if found in (Freshness.NEWER_HERE, Freshness.NEWER_IN_REGISTRY):
                newer[row.id] = row.name or row.short_id
        return _Answer(newer, asked, _failures(known.values()))

    @Slot(object)
    def _told(self, answer: _Answer) -> None:
        self.is_looking = False
        self._in_registry = set(answer.newer)
        self.changed.emit()
        self.looked.emit(Findings(tuple(sorted(answer.newer.values())), answer.asked, answer.failures))

    @Slot(object)
    def _not_told(self, error: Exception) -> None:
        self.is_looking = False
        self.changed.emit()
        self.failed.emit(describe_failure(error))


def _failures(found: Iterable[object]) -> tuple[Failure, ...]:
    return tuple(failure for failure in found if isinstance(failure, Failure))
