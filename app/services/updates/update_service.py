"""An update from the question to the first good start, and back.

Nothing here happens by itself: `check` and `prepare` are called when the user asks, or when the setting
`check_for_updates`, off at first, lets the window ask.
"""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from app.services.errors import UserError
from app.services.updates.installation import (
    Installation,
    Way,
    exchange,
    find_installation,
    programs_of,
    read_folder_version,
    version_key,
)
from app.services.updates.record import UpdateRecord, read_record, write_record
from app.services.updates.source import UpdateSource, find_source
from app.services.version import marina_version

TRIAL_SECONDS = 300.0
ENDING_SECONDS = 5.0
"""For what a supervisor that has ended leaves: its file server comes to its end a moment later."""

STARTS = 1
"""So often a new version may start without coming to its window before the former one is back."""


class DataKeeper(Protocol):
    """What an update needs of the machine."""

    def end_machine(self) -> None:
        """Stop machine and supervisor; they hold files of the program."""

    def keep_data(self, version: str) -> str | None:
        """Take a snapshot of the data before an update to `version`; return its name, None without data."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A newer version. `file` is its file for this installation, "" when there is none."""

    version: str
    notes: str
    file: str
    refused: bool = False
    """It was tried on this computer and did not start, or the user went back from it."""
    size: int = 0
    """Bytes of its file."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked update: unpacked beside the program, or a file and the command that installs it."""

    version: str
    file: Path | None = None
    command: str = ""


class Updates:
    """Every method blocks: call it in a worker. Raises UserError.

    `folder` keeps what was seen of the repository and the record, `downloads` what is on its way.
    """

    def __init__(
        self,
        folder: Path,
        downloads: Path,
        installation: Installation | None = None,
        source: UpdateSource | None = None,
        current: str = "",
    ) -> None:
        self._folder = folder
        self._downloads = downloads
        self._record_path = folder / "record.json"
        self._source = source
        self._current = current or marina_version()
        self.installation = installation or find_installation()

    @property
    def record(self) -> UpdateRecord:
        """What is known from before."""
        return read_record(self._record_path)

    @property
    def current(self) -> str:
        """This program's version."""
        return self._current

    @property
    def has_source(self) -> bool:
        """Whether this program knows where updates come from."""
        try:
            self._find_source()
        except UserError:
            return False
        return True

    @property
    def is_prepared(self) -> bool:
        """Whether a whole new version lies beside the program."""
        version = self.record.version
        wanted = bool(version) and version not in (self._current, self.record.refused)
        return wanted and self._spare_version() == version

    @property
    def can_roll_back(self) -> bool:
        """Whether the former version is still there."""
        return bool(self.former_version)

    @property
    def former_version(self) -> str:
        """The version that `roll_back` would put in place, "" when there is none."""
        return self._spare_version() if self.record.version == self._current else ""

    @property
    def is_going_back(self) -> bool:
        """Whether the next start is to put the former version back."""
        return self.record.going_back and self.can_roll_back

    def check(self) -> Offer | None:
        """Ask the repository; return a version that is newer than this one."""
        from app.services.updates.releases import ReleaseRepository  # not in anybody's start path

        repository = ReleaseRepository(self._find_source(), self._folder / "metadata", self._downloads)
        try:
            release = repository.newest()
            file = release.files.get(self.installation.file_key, "")
            size = repository.size_of(file) if file else 0
        finally:
            repository.close()
        try:
            newer = version_key(release.version) > version_key(self._current)
        except ValueError as error:
            raise UserError("The list of releases cannot be read", str(error)) from error
        self._drop_downloads(file if newer else "")
        if not newer:
            return None
        return Offer(release.version, release.notes, file, release.version == self.record.refused, size)

    def prepare(
        self, offer: Offer, on_progress: Callable[[int, int], None] = lambda done, size: None
    ) -> Prepared:
        """Fetch and check an update, and put it beside the program; one that was broken off goes on."""
        from app.services.updates.releases import ReleaseRepository
        from app.services.updates.unpacking import unpack_program

        if self.installation.way is Way.NONE:
            raise UserError("This Marina runs from its source", "", "Update it as you got it: git pull")
        if not offer.file:
            raise UserError(
                f"Marina {offer.version} has no file for this kind of installation",
                self.installation.file_key,
            )
        if self.is_prepared and self.record.version == offer.version:
            return Prepared(offer.version)
        repository = ReleaseRepository(
            self._find_source(), self._folder / "metadata", self._downloads, on_progress
        )
        try:
            file = repository.fetch(offer.file)
        finally:
            repository.close()
        if self.installation.way is Way.HAND_OVER:
            return Prepared(offer.version, file, self.installation.command.format(file=file))
        spare, unpacking = self.installation.spare, self.installation.unpacking
        unpack_program(file, unpacking)
        if read_folder_version(unpacking) != offer.version:
            shutil.rmtree(unpacking, ignore_errors=True)
            raise UserError("The update is not the version that it is said to be", offer.file)
        self._drop_spare()
        try:
            unpacking.rename(spare)
            write_record(self._record_path, UpdateRecord(version=offer.version))
            file.unlink()
        except OSError as error:
            raise _no_change(error) from error
        return Prepared(offer.version)

    def apply(self, keeper: DataKeeper) -> str:
        """Try the prepared version, keep the data, put it in place and return it; the caller starts it."""
        record = self.record
        if not self.is_prepared:
            raise UserError("No update is prepared", "", "To fetch one: marina update")
        self._try_out(record.version)
        self._need_nobody(supervisors=False)
        keeper.end_machine()
        snapshot = keeper.keep_data(record.version) or ""
        keeper.end_machine()  # taking the snapshot has started a supervisor of the former version
        self._need_nobody()
        try:
            write_record(self._record_path, replace(record, starts=0, snapshot=snapshot))
            exchange(self.installation.folder, self.installation.spare)
        except OSError as error:
            raise _no_change(error) from error
        return record.version

    def note_start(self) -> bool:
        """Count a start of a new version; return True when it is one too many: it is to be rolled back."""
        record = self.record
        if record.version != self._current or record.proven:
            return False
        if record.starts >= STARTS and self.can_roll_back:
            return True
        self._write(replace(record, starts=record.starts + 1))
        return False

    def note_good_start(self) -> None:
        """The new version works; the former one stays until the next update."""
        record = self.record
        if record.version == self._current and not record.proven:
            self._write(replace(record, proven=True))

    def plan_roll_back(self, wanted: bool = True) -> None:
        """Let the next start put the former version back, or think better of it: a window that is open
        runs on files that would be deleted.
        """
        if wanted and not self.can_roll_back:
            raise UserError("There is no former version to go back to")
        self._write(replace(self.record, going_back=wanted))

    def roll_back(self, keeper: DataKeeper) -> str:
        """Put the former version back and return it; the data stays as it is, its snapshot too."""
        record = self.record
        former = self._spare_version()
        if not self.can_roll_back:
            raise UserError("There is no former version to go back to")
        self._need_nobody(supervisors=False)
        keeper.end_machine()  # a supervisor has files of this version open, which are deleted
        self._need_nobody()
        try:
            write_record(self._record_path, replace(record, refused=record.version))
            exchange(self.installation.folder, self.installation.spare)
        except OSError as error:
            raise _no_change(error) from error
        self._write(UpdateRecord(refused=record.version, snapshot=record.snapshot))
        self._drop_spare()
        return former

    def _need_nobody(self, supervisors: bool = True) -> None:
        limit = time.monotonic() + ENDING_SECONDS
        while others := programs_of(self.installation.folder, supervisors):
            if time.monotonic() > limit:
                raise UserError(
                    "Marina is still in use", ", ".join(others), "Close its window and try again."
                )
            time.sleep(0.1)

    def _try_out(self, version: str) -> None:
        """Have the new version look at itself where it lies. A version that fails is given up."""
        command = self.installation.command_line(self.installation.spare)
        try:
            done = subprocess.run(
                [command, "selftest", "--no-boot"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=TRIAL_SECONDS,
                check=False,
            )
            failed, said = done.returncode != 0, done.stdout.decode(errors="replace")
        except (OSError, subprocess.TimeoutExpired) as error:
            failed, said = True, str(error)
        if failed:
            self._write(UpdateRecord(refused=version))
            self._drop_spare()
            raise UserError(
                f"Marina {version} does not start on this computer",
                said[-2000:],
                "Nothing was changed: this version goes on.",
            )

    def _drop_spare(self) -> None:
        """Delete the spare version; under another name first, so that half of one is never taken for one."""
        spare = self.installation.spare
        leaving = spare.with_name(spare.name + ".old")
        shutil.rmtree(leaving, ignore_errors=True)
        try:
            if spare.exists():
                spare.rename(leaving)
        except OSError as error:
            raise _no_change(error) from error
        shutil.rmtree(leaving, ignore_errors=True)

    def _drop_downloads(self, wanted: str) -> None:
        """Delete files of other versions, as a package that was installed by now; parts are the fetcher's."""
        from app.services.updates.releases import CHANNEL

        kept = {CHANNEL, Path(wanted).name}
        with contextlib.suppress(OSError):
            for path in self._downloads.iterdir():
                if path.name not in kept and path.suffix != ".part":
                    path.unlink()

    def _spare_version(self) -> str:
        return read_folder_version(self.installation.spare)

    def _find_source(self) -> UpdateSource:
        if self._source is None:
            self._source = find_source()
        return self._source

    def _write(self, record: UpdateRecord) -> None:
        try:
            write_record(self._record_path, record)
        except OSError as error:
            raise _no_change(error) from error


def _no_change(error: OSError) -> UserError:
    return UserError("The update cannot be put in place", str(error), "The former version goes on.")
