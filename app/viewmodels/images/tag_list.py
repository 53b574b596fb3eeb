"""The tags of a repository in its registry: asked for only when the user says so, by an engine that can."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.services.errors import ErrorCode
from app.services.images.reference import explain_reference, parse_reference
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import Failure, describe_failure

_TYPING_MS = 600  # a pause in the typing: what stands there may be a whole name


@dataclass(frozen=True, slots=True)
class TagsView:
    """The tags of `repository`, or why there are none; without a repository nothing is asked for."""

    repository: str = ""
    tags: tuple[str, ...] = ()
    is_loading: bool = False
    failure: Failure | None = None


class TagList(QObject):
    """The answer for the newest name counts; those for older ones come to nothing."""

    offered = Signal(bool)  # whether this engine can ask registries for tags
    changed = Signal(object)  # TagsView

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._view = TagsView()
        self._asked = 0
        self._wanted = ""
        self._pause = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._pause.timeout.connect(self._ask)

    def find_out(self) -> None:
        """Ask the engine, and no registry, whether it can do this; the answer is `offered`."""
        self._background.run(lambda: self._access.client().version().is_marina, self._found_out)

    @Slot(object)
    def _found_out(self, is_offered: bool) -> None:  # a slot: one whose dialog is closed hears nothing
        self.offered.emit(is_offered)

    def want(self, name: str, at_once: bool = False) -> None:
        """Ask for the tags of an image's name, after a pause in the typing unless `at_once`."""
        name = name.strip().removesuffix(":")  # a tag is about to be typed
        repository = "" if explain_reference(name) else parse_reference(name).repository
        self._pause.stop()
        if repository == self._view.repository:
            return
        self._asked += 1
        self._wanted = repository
        self._show(TagsView())
        if not repository:
            return
        if at_once:
            self._ask()
        else:
            self._pause.start()

    def retry(self) -> None:
        """Ask again, after a failure."""
        self._wanted = self._view.repository
        self._ask()

    def _ask(self) -> None:
        self._asked += 1
        number, repository = self._asked, self._wanted
        self._show(TagsView(repository, is_loading=True))

        def work() -> tuple[int, TagsView]:
            from app.services.images.tags import fetch_tags

            try:
                return number, TagsView(repository, tuple(fetch_tags(self._access.client(), repository)))
            except Exception as error:  # noqa: BLE001 - told in the dialog, whatever it is
                return number, TagsView(repository, failure=describe_failure(error, repository, "pull"))

        # On a thread of its own: a registry may be silent for a minute, and the next name need not wait.
        self._background.run_alone(work, self._take, self._not_taken)

    @Slot(object)
    def _take(self, answer: tuple[int, TagsView]) -> None:
        number, view = answer
        if number != self._asked:
            return
        if view.failure is not None and view.failure.code == ErrorCode.NOT_OFFERED.value:
            self.offered.emit(False)
        self._show(view)

    @Slot(object)
    def _not_taken(self, error: Exception) -> None:
        """Nothing comes here: `work` tells every failure as its answer."""

    def _show(self, view: TagsView) -> None:
        if view != self._view:
            self._view = view
            self.changed.emit(view)
