"""The event feed: opens, tells, breaks, comes back, ends."""

import threading

import pytest

from app.services.engine import engine_events
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_events import EventFeed
from app.services.engine.engine_types import Event
from app.services.errors import ConnectionLostError, EngineUnreachableError, MarinaError
from tests.fakes.fake_engine import FakeEngine


class Listener:
    """Collects what a feed tells, and lets a test wait for it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.connections = 0
        self.events: list[Event] = []
        self.losses: list[MarinaError] = []

    def connected(self) -> None:
        with self._changed:
            self.connections += 1
            self._changed.notify_all()

    def came(self, events: list[Event]) -> None:
        with self._changed:
            self.events += events
            self._changed.notify_all()

    def lost(self, error: MarinaError) -> None:
        with self._changed:
            self.losses.append(error)
            self._changed.notify_all()

    def wait(self, connections: int = 0, events: int = 0, losses: int = 0) -> bool:
        with self._changed:
            return self._changed.wait_for(
                lambda: (
                    self.connections >= connections
                    and len(self.events) >= events
                    and len(self.losses) >= losses
                ),
                timeout=30,
            )


def make_feed(client: EngineClient, listener: Listener) -> EventFeed:
    return EventFeed(client, listener.connected, listener.came, listener.lost)


def test_events_arrive(engine: FakeEngine, client: EngineClient) -> None:
    listener = Listener()
    feed = make_feed(client, listener)
    feed.start()
    assert listener.wait(connections=1)
    engine.state.publish("container", "start", "abc", name="web")
    engine.state.publish("image", "pull", "nginx")
    assert listener.wait(events=2)
    feed.stop()
    assert [(event.type, event.action, event.id) for event in listener.events] == [
        ("container", "start", "abc"),
        ("image", "pull", "nginx"),
    ]
    assert listener.events[0].attributes == {"name": "web"}
    assert listener.losses == []


def test_after_every_break_the_reader_lists_anew(engine: FakeEngine, client: EngineClient) -> None:
    listener = Listener()
    feed = make_feed(client, listener)
    feed.start()
    assert listener.wait(connections=1)
    engine.cut_connections()
    assert listener.wait(connections=2, losses=1)
    assert isinstance(listener.losses[0], ConnectionLostError)
    engine.state.publish("container", "start", "abc")
    assert listener.wait(events=1)
    feed.stop()


def test_an_engine_that_is_known_to_be_back_is_not_waited_for(
    engine: FakeEngine, client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_events, "FIRST_PAUSE", 3600.0)
    listener = Listener()
    feed = make_feed(client, listener)
    feed.start()
    assert listener.wait(connections=1)
    engine.cut_connections()
    assert listener.wait(losses=1)
    feed.hurry()
    assert listener.wait(connections=2)
    feed.stop(timeout=60)
    assert not feed._thread.is_alive()


def test_a_long_absence_is_told_once(engine: FakeEngine, client: EngineClient) -> None:
    listener = Listener()
    feed = make_feed(client, listener)
    feed.start()
    assert listener.wait(connections=1)
    engine.stop()
    assert listener.wait(losses=1)
    engine.start()
    assert listener.wait(connections=2)
    feed.stop()
    assert len(listener.losses) == 1


def test_an_engine_that_is_not_there_yet(engine: FakeEngine, client: EngineClient) -> None:
    engine.stop()
    listener = Listener()
    feed = make_feed(client, listener)
    feed.start()
    assert listener.wait(losses=1)
    assert isinstance(listener.losses[0], EngineUnreachableError)
    engine.start()
    assert listener.wait(connections=1)
    feed.stop()


def test_stop_ends_a_quiet_feed_at_once(engine: FakeEngine, client: EngineClient) -> None:
    listener = Listener()
    feed = make_feed(client, listener)
    feed.start()
    assert listener.wait(connections=1)
    feed.stop(timeout=60)
    assert not feed._thread.is_alive()
    engine.state.publish("container", "start", "abc")
    assert listener.events == []
