"""An engine that somebody else runs is lost, and found again, with the engine as it ships."""

import os
import queue
from pathlib import Path

import pytest

from app.services.engine.engines import SavedEngine
from app.services.remote import remote_machine
from app.services.remote.remote_machine import RemoteMachine
from tests.support.namespaces import made_netns
from tests.support.native_engine import started_engine
from vm.machine.status import MachineState

LIMIT = 60.0  # seconds until a test gives up, not a time that is expected


def test_loss_and_return(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_machine, "PAUSE", 0.1)
    told: queue.Queue[MachineState] = queue.Queue()
    with made_netns(f"rm{os.getpid() % 1_000_000}") as netns, started_engine(tmp_path / "own", netns) as own:
        machine = RemoteMachine(SavedEngine("there", f"unix://{own.socket}"))
        watch = machine.watch(lambda status: told.put(status.state))
        try:
            assert told.get(timeout=LIMIT) is MachineState.RUNNING
            own.kill()
            assert told.get(timeout=LIMIT) is MachineState.RECONNECTING
            own.start()
            assert told.get(timeout=LIMIT) is MachineState.RUNNING
            with machine.client() as client:
                assert client.list_containers() == []
        finally:
            watch.close(LIMIT)
