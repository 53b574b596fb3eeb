"""The engine's records on a disk that takes no more."""

import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from backend.database import Database
from backend.errors import SystemFailureError


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Let files of this process grow no larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))  # for each write, not for what is there
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_write_that_fails_is_told_and_passes(tmp_path: Path) -> None:
    """Found where the change becomes durable; the connection must not hang in the middle of it then."""

    def add(name: str) -> None:
        with database.transaction():
            database.execute("INSERT INTO volumes (name, record) VALUES (?, ?)", (name, "x" * 3000))

    with closing(Database(tmp_path / "engine.db")) as database:
        add("before")
        with no_file_above(8192):
            for name in ("first", "second"):
                with pytest.raises(SystemFailureError, match="cannot write its records"):
                    add(name)
        add("after")
        assert {row["name"] for row in database.rows("SELECT name FROM volumes")} == {"before", "after"}
