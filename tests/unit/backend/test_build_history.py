"""The history of builds while it changes."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from backend.builder.build_history import BuildHistory
from backend.builder.build_options import BuildOptions
from backend.events import EventBus
from backend.state_files import StateFiles
from backend.tasks import Tasks

LIMIT = 60.0  # seconds


async def test_a_build_that_is_put_on_the_disk_meanwhile_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not among the files that were read, and not among those to be written any more."""
    (tmp_path / "data").mkdir()
    tasks = Tasks()
    history = BuildHistory(StateFiles(tmp_path / "data", tmp_path / "run"), EventBus(), tasks)
    were_read = threading.Event()
    read, write = history._read_summaries, history._write

    def read_early() -> list[dict[str, Any]]:
        found = read()
        were_read.set()
        deadline = time.monotonic() + LIMIT
        while history._recent:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        return found

    def write_late(record: Any) -> None:
        assert were_read.wait(LIMIT)
        write(record)

    monkeypatch.setattr(history, "_read_summaries", read_early)
    monkeypatch.setattr(history, "_write", write_late)
    with history.recorded(BuildOptions(), "FROM scratch\n") as record:
        pass
    assert [summary["Id"] for summary in await history.all()] == [record.id]
    await tasks.cancel_all()
