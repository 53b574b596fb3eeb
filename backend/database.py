"""The engine's records in SQLite: one writer, every change whole or absent after any cut of power.

On a full disk it must still be possible to stop and to remove things, or there would be no way out of it. So
room is kept for the log that changes go into first (`-wal`), and for making that log anew at the next start.

Source: https://sqlite.org/wal.html: the log is written from its start again once it was copied back.
"""

import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.errors import SystemFailureError

log = logging.getLogger(__name__)

LOG_BYTES = 5 << 20
"""SQLite copies the log back from 1000 pages of 4 KiB on."""

RESERVE_BYTES = 6 << 20

SCHEMA_VERSION = 1

SCHEMA = """
CREATE TABLE images (
    id TEXT PRIMARY KEY,          -- sha256:<hex> of the image's config
    record TEXT NOT NULL          -- JSON
);
CREATE TABLE image_references (
    reference TEXT PRIMARY KEY,   -- normalised: docker.io/library/busybox:latest or …@sha256:<hex>
    image_id TEXT NOT NULL REFERENCES images (id)
);
CREATE TABLE containers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL          -- JSON
);
CREATE TABLE networks (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    record TEXT NOT NULL          -- JSON
);
CREATE TABLE volumes (
    name TEXT PRIMARY KEY,
    record TEXT NOT NULL          -- JSON
);
"""


class Database:
    """A connection used from the event loop's thread only; statements take well under a millisecond."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises SystemFailureError when it is damaged or from a newer Marina."""
        reserve = path.with_name(f"{path.name}-reserve")
        reserve.unlink(missing_ok=True)
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            # FULL: a commit is on the disk when it returns, also when the virtual machine is killed.
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._prepare_schema(path)
            with self.transaction():  # makes the log if it is not there
                self.execute("PRAGMA user_version = %d" % SCHEMA_VERSION)  # noqa: UP031 - takes no parameters
        except sqlite3.DatabaseError as error:
            raise SystemFailureError(f"cannot read the engine's records in {path}: {error}") from error

        _keep_room(path.with_name(f"{path.name}-wal"), LOG_BYTES)
        _keep_room(reserve, RESERVE_BYTES)

    def _prepare_schema(self, path: Path) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            with self.transaction():
                for statement in SCHEMA.split(";"):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif version > SCHEMA_VERSION:
            raise SystemFailureError(
                f"{path} was written by a newer Marina (schema {version}, this one knows {SCHEMA_VERSION}); "
                "install the newer version again to use this data"
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside become durable together, or none of them.

        Raises SystemFailureError when the disk is full or broken.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:  # a write that fails may have ended it
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
                reason = "no space left on device" if full else error
                raise SystemFailureError(f"the engine cannot write its records: {reason}") from error
            raise

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """A transaction that does not wait for the disk: it outlives the engine at once, a cut of power not
        before the next one."""
        self._connection.execute("PRAGMA synchronous = NORMAL")
        try:
            with self.transaction():
                yield
        finally:
            self._connection.execute("PRAGMA synchronous = FULL")

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Run one change; returns the number of rows touched."""
        return self._connection.execute(statement, parameters).rowcount

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return self._connection.execute(statement, parameters).fetchall()

    def close(self) -> None:
        """Write everything back into the main file and close it."""
        self._connection.close()


def _keep_room(path: Path, size: int) -> None:
    """Have as much of a file on the disk, or what there is room for already."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(file, 0, size)
        finally:
            os.close(file)
    except OSError as error:
        log.warning("the disk is as good as full: %s: %s", path, error.strerror)
