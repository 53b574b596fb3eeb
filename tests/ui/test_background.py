"""Workers and the window: what a thread says reaches the window, or nobody, but never a deleted object."""

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any, Self

import pytest
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.viewmodels.background import MOST_WAITING, Background
from app.views.garbage import MOST_DELAYS, GarbageCollector
from tests.ui.conftest import delete_now

_ROUNDS = 300
_FLOOD = 9_000


class Quiet:
    """A source that says something, then waits for its end."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        pass

    def cancel(self) -> None:
        self.over.set()

    def read(self) -> Iterator[int]:
        yield 1
        self.over.wait()
        yield 2


class Ear(QObject):
    """Counts what it hears."""

    told = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.batches = 0
        self.words = 0
        self.told.connect(self._count)

    @Slot()
    def _count(self) -> None:
        self.words += 1

    @Slot(object)
    def take(self, _: list[int]) -> None:
        self.batches += 1

    @Slot(object)
    def ended(self, _: object) -> None:
        pass


def test_a_background_goes_while_its_workers_speak(qtbot: QtBot) -> None:
    """Streams and tasks say their last word at the very moment when all of them are deleted."""
    ear = Ear()
    for _ in range(_ROUNDS):
        background, end = Background(), threading.Event()
        streams = [background.open_stream(Quiet, Quiet.read, ear.take, ear.ended, 0) for _ in range(8)]
        for _ in range(4):
            background.run_alone(end.wait, ear.ended, ear.ended)
        QApplication.processEvents()
        end.set()
        background.close()
        delete_now(background)
        for stream in streams:
            stream.join(60)
            assert not stream.is_alive
    qtbot.wait(0)


def test_a_stream_is_cancelled_that_has_ended_while_its_thread_has_not(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its object is deleted once the end is told; the thread may still be on its way out."""
    background, bucket, may_go = Background(), Bucket(), threading.Event()
    told = background.gate.emit

    def emit(signal: Any, *values: object) -> None:
        told(signal, *values)
        if values == (None,):  # the end, without a failure
            may_go.wait(30)

    monkeypatch.setattr(background.gate, "emit", emit)
    stream = background.open_stream(Flood, Flood.read, bucket.take, bucket.ended)
    with qtbot.waitSignal(stream.destroyed, timeout=30_000):
        pass
    assert stream.is_alive
    background.close()
    may_go.set()
    stream.join(30)
    delete_now(background)


class Flood(Quiet):
    """A source that says much at once and ends."""

    def read(self) -> Iterator[int]:
        yield from range(_FLOOD)


class Bucket(QObject):
    """Keeps what it is told, and how often that it was the last."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[int]] = []
        self.ends: list[int] = []

    @Slot(object)
    def take(self, batch: list[int]) -> None:
        self.batches.append(batch)

    @Slot(object)
    def ended(self, _: object) -> None:
        self.ends.append(len(self.batches))


def test_a_flood_comes_in_small_batches_and_whole(qtbot: QtBot) -> None:
    background, bucket = Background(), Bucket()
    stream = background.open_stream(Flood, Flood.read, bucket.take, bucket.ended)
    stream.join(60)  # all has been said before anything is handed over
    qtbot.waitUntil(lambda: bool(bucket.ends), timeout=30_000)
    assert [number for batch in bucket.batches for number in batch] == list(range(_FLOOD))
    assert max(map(len, bucket.batches)) <= 2_000
    assert bucket.ends == [len(bucket.batches)], "the end is told once, after everything"
    background.close()
    delete_now(background)


class Deluge(Quiet):
    """A source that says more than may wait for the window, faster than anybody reads."""

    MOST = 50_000

    def __init__(self) -> None:
        super().__init__()
        self.said = 0
        self.is_ahead = threading.Event()

    def read(self) -> Iterator[int]:
        for number in range(self.MOST):
            self.said = number
            if number == MOST_WAITING:
                self.is_ahead.set()
            yield number


def test_a_reader_waits_for_a_window_that_is_slower(qtbot: QtBot) -> None:
    """A log of a million lines is read faster than it is shown: every line arrives all the same."""
    background, bucket, deluge = Background(), Bucket(), Deluge()
    background.open_stream(lambda: deluge, Deluge.read, bucket.take, bucket.ended)
    qtbot.waitUntil(lambda: bool(bucket.ends), timeout=60_000)
    assert [number for batch in bucket.batches for number in batch] == list(range(Deluge.MOST))
    background.close()
    delete_now(background)


def test_a_reader_that_waits_for_the_window_can_be_cancelled(qtbot: QtBot) -> None:
    background, bucket, deluge = Background(), Bucket(), Deluge()
    stream = background.open_stream(lambda: deluge, Deluge.read, bucket.take, bucket.ended)
    assert deluge.is_ahead.wait(60)  # no event is handled meanwhile: the window takes nothing
    assert background.is_behind
    background.close()
    stream.join(60)
    assert not stream.is_alive
    assert not stream.is_behind
    assert deluge.said == MOST_WAITING
    assert not bucket.batches
    delete_now(background)
    del qtbot


def test_the_collector_passes_over_what_the_start_made(qtbot: QtBot) -> None:
    made = GarbageCollector(spares_start=True)
    try:
        made.look()
        assert gc.get_freeze_count() > 1000
    finally:
        made.close()
        gc.disable()  # the session's own collector goes on
    assert gc.get_freeze_count() == 0
    del qtbot


def test_a_window_that_is_behind_collects_later_but_collects(qtbot: QtBot) -> None:
    class Cycle:
        def __init__(self) -> None:
            self.itself = self

    is_behind = [True]
    made = GarbageCollector(is_behind=lambda: is_behind[-1])
    try:
        gc.collect()
        cycle = Cycle()
        gone = weakref.ref(cycle)
        del cycle
        kept = [[number] for number in range(5_000)]  # a collection is due
        for _ in range(MOST_DELAYS):
            made.look()
            assert gone() is not None
        made.look()
        assert gone() is None
        cycle = Cycle()
        gone = weakref.ref(cycle)
        del cycle
        kept += [[number] for number in range(5_000)]
        is_behind.append(False)
        made.look()
        assert gone() is None
        assert len(kept) == 10_000
    finally:
        made.close()
        gc.disable()  # the session's own collector goes on
    del qtbot


def test_nothing_is_told_after_the_end(qtbot: QtBot) -> None:
    background, ear = Background(), Ear()
    tell = background.teller(ear.told)
    tell()
    assert ear.words == 1
    background.close()
    tell()
    assert ear.words == 1
    delete_now(background)
    del qtbot


def test_only_the_window_collects_cycles(collector: GarbageCollector, qtbot: QtBot) -> None:
    assert not gc.isenabled()
    del collector
    deleted_in: list[int] = []

    class Cycle(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.itself = self
            self.timer = QTimer(self)
            self.timer.start(1000)

        def __del__(self) -> None:
            deleted_in.append(threading.get_ident())

    def allocate() -> None:
        kept = [[number] for number in range(50_000)]
        assert len(kept) == 50_000

    gc.collect()
    for _ in range(20):
        Cycle()
    worker = threading.Thread(target=allocate)
    worker.start()
    worker.join()
    assert not deleted_in
    kept = [[number] for number in range(5_000)]  # a collection is due: now in this thread
    qtbot.waitUntil(lambda: len(deleted_in) == 20, timeout=30_000)
    assert set(deleted_in) == {threading.get_ident()}
    assert len(kept) == 5_000
