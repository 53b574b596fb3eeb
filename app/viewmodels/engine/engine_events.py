"""The engine's events, told to the lists: everything anew after each connection, then what changed."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.services.engine.engine_types import Event
from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.engine.engine_view import EngineState, EngineView

if TYPE_CHECKING:
    from app.services.engine.engine_events import EventFeed


class EngineEventsViewModel(QObject):
    """One feed for the whole window."""

    connected = Signal()
    lost = Signal()
    containers_changed = Signal()
    images_changed = Signal()
    volumes_changed = Signal()
    networks_changed = Signal()
    builds_changed = Signal()
    arrived = Signal(list)  # Events, in their order
    _connected = Signal()
    _arrived = Signal(list)
    _lost = Signal(object)

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access
        self._feed: EventFeed | None = None
        self._wanted = False
        self._connected.connect(self.connected)
        self._arrived.connect(self._sort)
        self._lost.connect(self._tell_lost)

    @Slot(object)
    def follow(self, view: EngineView) -> None:
        """Read events while the engine can be used.

        A feed outlives an engine that is out of reach: it goes on with one that only stood still, and with
        any other it is open again as soon as that answers.
        """
        if not view.can_be_used:
            if view.state is not EngineState.RECONNECTING:
                self.close()
        elif self._feed is not None:
            self._feed.hurry()
        elif not self._wanted:
            self._wanted = True
            self._background.run(self._open, self._opened)

    def close(self) -> None:
        """Stop reading."""
        self._wanted = False
        if self._feed is not None:
            self._feed.stop(timeout=0)
            self._feed = None

    def _open(self) -> "EventFeed":
        from app.services.engine.engine_events import EventFeed  # imports `requests`: only in a worker

        tell = self._background.teller
        return EventFeed(self._access.client(), tell(self._connected), tell(self._arrived), tell(self._lost))

    @Slot(object)
    def _opened(self, feed: "EventFeed") -> None:
        if self._wanted and self._feed is None:
            self._feed = feed
            feed.start()

    @Slot(list)
    def _sort(self, events: list[Event]) -> None:
        self.arrived.emit(events)
        kinds = {event.type for event in events}
        if "container" in kinds:
            self.containers_changed.emit()
        if kinds & {"image", "container"}:  # a container's birth and end change which images are in use
            self.images_changed.emit()
        if kinds & {"volume", "container"}:
            self.volumes_changed.emit()
        if kinds & {"network", "container"}:
            self.networks_changed.emit()
        if "builder" in kinds:
            self.builds_changed.emit()

    @Slot(object)
    def _tell_lost(self, _: object) -> None:
        self.lost.emit()
