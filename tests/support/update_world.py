"""A release repository with a program folder that is updated from it: what an installed Marina sees."""

import os
import shutil
import tarfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import zstandard

from app.services.updates.installation import Installation, Way, read_folder_version
from app.services.updates.source import UpdateSource, find_source
from app.services.updates.update_service import Updates
from tests.support.update_server import UpdateServer, load_script

OLD, NEW = "0.1.0", "0.2.0"
PORTABLE = "linux-amd64-portable"
PADDING = os.urandom(400_000)
"""Makes an archive that is more than one piece long."""


@dataclass
class Keeper:
    """A machine of which only the calls count."""

    calls: list[str] = field(default_factory=list)
    is_at_rest: bool = True

    def end_machine(self) -> None:
        """See `DataKeeper`."""
        self.calls.append("end")

    def keep_data(self, version: str) -> str | None:
        """See `DataKeeper`."""
        self.calls.append(f"keep before {version}")
        return "kept"


class UpdateWorld:
    """A repository that is served, and a program folder that is updated from it."""

    def __init__(self, folder: Path, server: UpdateServer) -> None:
        self.folder = folder
        self.server = server
        self.script = load_script()
        self.program = folder / "marina-program"
        make_program(self.program, OLD)
        self.repository().create(server.address)

    def repository(self, now: datetime | None = None) -> Any:
        """Return the script's repository as it is at a time."""
        return self.script.ReleaseRepository(self.server.folder, self.folder / "keys", now)

    def source(self) -> UpdateSource:
        """Return what the program trusts."""
        return find_source({"MARINA_UPDATES_DIR": str(self.server.folder / "trust")})

    def updates(self, way: Way = Way.SWAP, kind: str = PORTABLE) -> Updates:
        """Return what a start of the program sees."""
        command = "sudo apt install {file}" if way is Way.HAND_OVER else ""
        return Updates(
            self.folder / "state",
            self.folder / "downloads",
            Installation(way, self.program, kind, command),
            self.source(),
            read_folder_version(self.program),
        )

    def publish(
        self, version: str, now: datetime | None = None, starts: bool = True, notes: str = ""
    ) -> Path:
        """Offer a version; return the archive that is served."""
        place = self.folder / f"marina-{version}"
        make_program(place / "program", version, starts)
        archive = self.folder / f"marina-{version}.tar.zst"
        with (
            archive.open("wb") as file,
            zstandard.ZstdCompressor(level=1).stream_writer(file) as packed,
            tarfile.open(fileobj=packed, mode="w|") as tar,
        ):
            tar.add(place, place.name)
        shutil.rmtree(place)
        self.repository(now).publish(version, {PORTABLE: archive, "linux-amd64-deb": archive}, notes)
        (served,) = (self.server.folder / "targets").glob(f"*.{archive.name}")
        return served

    def prepare(self, version: str = NEW) -> Updates:
        """Fetch a version that is offered."""
        updates = self.updates()
        offer = updates.check()
        assert offer is not None
        assert offer.version == version
        assert updates.prepare(offer).version == version
        return updates

    def version(self) -> str:
        """Return the version that is in place."""
        return read_folder_version(self.program)


def make_program(folder: Path, version: str, starts: bool = True) -> None:
    """Make what an update needs of a program: its version, and a command line that looks at itself."""
    resources = folder / "_internal" / "resources"
    resources.mkdir(parents=True)
    (resources / "version.txt").write_text(f"{version}\n")
    (folder / "image").mkdir()
    (folder / "image" / "root.erofs").write_bytes(PADDING)
    program = folder / "marina"
    program.write_text(f'#!/bin/sh\necho "said $*"\nexit {0 if starts else 1}\n')
    program.chmod(0o755)
