"""What a release repository offers, believed only as far as its signatures go (theupdateframework.io)."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
)
from tuf.ngclient.updater import Updater

from app.services.engine.json_values import as_object, get_object, get_text
from app.services.errors import UserError
from app.services.updates.resuming_fetcher import ResumingFetcher
from app.services.updates.source import UpdateSource

CHANNEL = "stable.json"
"""The target that names the newest version, and its file for each kind of installation."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version that is offered. `files` are targets by kind of installation, as `linux-amd64-portable`."""

    version: str
    notes: str
    files: Mapping[str, str]


class ReleaseRepository:
    """Reads one repository; `metadata` remembers what was seen, so that nothing older is believed later."""

    def __init__(
        self,
        source: UpdateSource,
        metadata: Path,
        downloads: Path,
        on_progress: Callable[[int, int], None] = lambda done, size: None,
    ) -> None:
        """`on_progress` hears how many bytes of how many are there."""
        self._downloads = downloads
        self._expected = 0
        targets = f"{source.address}/targets/"
        self._fetcher = ResumingFetcher(
            targets, downloads, lambda received: on_progress(received, self._expected)
        )
        with _told_to_users():
            metadata.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._updater = Updater(
                metadata_dir=str(metadata),
                metadata_base_url=f"{source.address}/metadata/",
                target_dir=str(downloads),
                target_base_url=targets,
                fetcher=self._fetcher,
                bootstrap=source.root,
            )

    def newest(self) -> Release:
        """Ask for the newest release. Raises UserError when there is no answer that can be trusted."""
        path = self.fetch(CHANNEL)
        try:
            value = as_object(json.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise UserError("The list of releases cannot be read", str(error)) from error
        files = {key: name for key, name in get_object(value, "files").items() if isinstance(name, str)}
        return Release(get_text(value, "version"), get_text(value, "notes"), files)

    def fetch(self, name: str) -> Path:
        """Return a file of the repository, checked. Raises UserError; the next call goes on there."""
        with _told_to_users():
            target = self._updater.get_targetinfo(name)
            if target is None:
                raise UserError("The release is not complete", f"{name} is not in the repository.")
            place = self._downloads / Path(name).name
            if cached := self._updater.find_cached_target(target, str(place)):
                return Path(cached)
            self._expected = target.length
            try:
                self._updater.download_target(target, str(place))
            except (LengthOrHashMismatchError, DownloadLengthMismatchError):
                self._fetcher.forget()
                raise
            self._fetcher.forget()
            return place

    def size_of(self, name: str) -> int:
        """Return the bytes of a file of the repository, 0 when it is not there."""
        with _told_to_users():
            target = self._updater.get_targetinfo(name)
        return target.length if target is not None else 0

    def close(self) -> None:
        """Close the connections."""
        self._fetcher.close()


@contextlib.contextmanager
def _told_to_users() -> Iterator[None]:
    try:
        yield
    except ExpiredMetadataError as error:
        raise UserError(
            "The list of releases is out of date",
            str(error),
            "Check this computer's clock. If it is right, somebody may be holding updates back.",
        ) from error
    except BadVersionNumberError as error:
        raise UserError(
            "The server offers something older than what was seen before",
            str(error),
            "Nothing was changed. Try again later.",
        ) from error
    except (LengthOrHashMismatchError, DownloadLengthMismatchError) as error:
        raise UserError(
            "The download is not what was signed", str(error), "It was deleted. Try again."
        ) from error
    except RepositoryError as error:
        raise UserError(
            "The update server cannot be trusted", str(error), "Nothing was changed. Tell Marina's authors."
        ) from error
    except DownloadError as error:
        reason = str(error.__cause__ or error)
        raise UserError(
            "The update server does not answer", reason, "Check the network and try again: it goes on there."
        ) from error
    except OSError as error:
        raise UserError("The update cannot be kept on this computer", str(error)) from error
