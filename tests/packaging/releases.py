"""A server of releases on the loopback of a fresh computer, which it trusts."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.fresh_computer import FreshComputer
from tests.support.update_server import UpdateServer, load_script, serve_updates

TRUST = "/tmp/trust"
"""Where a Marina on the computer finds whom to trust: the value of `MARINA_UPDATES_DIR`."""


@dataclass(frozen=True)
class Releases:
    """The repository, and who serves it."""

    repository: Any
    server: UpdateServer

    def publish(self, version: str, archive: Path) -> Path:
        """Offer an archive as a version; return the file that is served."""
        self.repository.publish(version, {"linux-amd64-portable": archive})
        (served,) = (self.server.folder / "targets").glob(f"*.{archive.name}")
        return served


@contextmanager
def serve_releases(computer: FreshComputer, folder: Path) -> Iterator[Releases]:
    """Serve a new repository until the end of the block; `folder` is for it and its keys."""
    trust = computer.root / TRUST.removeprefix("/")
    with serve_updates(folder / "repository", computer.netns) as server:
        repository = load_script().ReleaseRepository(server.folder, folder / "keys")
        repository.create(server.address)
        shutil.copytree(server.folder / "trust", trust)
        try:
            yield Releases(repository, server)
        finally:
            shutil.rmtree(trust)


def is_proven(computer: FreshComputer) -> bool:
    """Return whether the version that was put in place has come to its window."""
    record = json.loads((computer.home / ".config" / "marina" / "updates" / "record.json").read_text())
    return bool(record["proven"])
