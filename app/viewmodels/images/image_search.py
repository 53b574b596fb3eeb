"""Searching a registry's images: asked only when the user says so, answered by the engine."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure


@dataclass(frozen=True, slots=True)
class OfferedImage:
    """An image that a registry offers, by the name that it is pulled by."""

    name: str
    description: str = ""
    stars: int = 0
    is_official: bool = False


class ImageSearch(QObject):
    """One search at a time: a newer one makes the answer of an older one worthless."""

    found = Signal(list)  # of OfferedImage
    failed = Signal(object)  # Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._newest = 0

    def search(self, term: str) -> None:
        """Ask for images with `term` in their name; "registry/term" asks that registry, else Docker Hub."""
        self._newest += 1
        number, wanted = self._newest, term.strip()

        def work() -> tuple[int, object]:
            try:
                return number, self._ask(wanted)
            except Exception as error:  # noqa: BLE001 - told in the dialog, whatever it is
                return number, describe_failure(error, wanted)

        self._background.run(work, self._take)

    def _ask(self, term: str) -> list[OfferedImage]:
        registry = registry_of(term)
        front = f"{registry}/" if registry else ""
        return [
            OfferedImage(
                image.name if image.name.startswith(front) else front + image.name,
                image.description,
                image.stars,
                image.is_official,
            )
            for image in self._access.client().search_images(term)
        ]

    @Slot(object)
    def _take(self, answer: tuple[int, object]) -> None:
        number, told = answer
        if number != self._newest:
            return
        if isinstance(told, list):
            self.found.emit(told)
        else:
            self.failed.emit(told)


def registry_of(term: str) -> str:
    """Return the registry that a term names in front of its first slash, "" for Docker Hub."""
    first, slash, _ = term.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else ""
