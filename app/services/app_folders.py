"""Where the desktop keeps its own files; the machine's are in `vm.machine.machine_files`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class AppFolders:
    """The user's folders for Marina, by platform convention."""

    config: Path
    cache: Path
    logs: Path

    @classmethod
    def find(cls, environment: Mapping[str, str] = os.environ) -> "AppFolders":
        """Return the folders below `MARINA_HOME` when it is set, else where the platform wants them."""
        if home := environment.get("MARINA_HOME"):
            folder = Path(home).expanduser().absolute()
            return cls(folder / "app", folder / "app" / "cache", folder / "app" / "logs")
        return cls(
            platformdirs.user_config_path("marina", appauthor=False),
            platformdirs.user_cache_path("marina", appauthor=False),
            platformdirs.user_log_path("marina", appauthor=False),
        )

    @property
    def settings(self) -> Path:
        """The desktop's settings, JSON."""
        return self.config / "desktop.json"

    @property
    def registry_logins(self) -> Path:
        """The names of the registries where the user is signed in, and of the users; no secrets."""
        return self.config / "registries.json"

    @property
    def engines(self) -> Path:
        """The engines that the user has added, JSON."""
        return self.config / "engines.json"

    @property
    def backups(self) -> Path:
        """Which volumes are backed up where, JSON."""
        return self.config / "backups.json"

    @property
    def lessons(self) -> Path:
        """What the walkthroughs of the Learn page write: a folder each."""
        return self.config / "learn"

    @property
    def root_browser(self) -> Path:
        """Entries of browsers that start as root, where the user is root."""
        return self.cache / "root-browser"

    @property
    def updates(self) -> Path:
        """What was seen of the release repository, and the record of the last update."""
        return self.config / "updates"

    @property
    def update_record(self) -> Path:
        """Is there once an update was prepared, JSON."""
        return self.updates / "record.json"

    @property
    def downloads(self) -> Path:
        """Updates on their way."""
        return self.cache / "updates"

    @property
    def scans(self) -> Path:
        """What the scanner found in images: the last scan of each."""
        return self.cache / "scans"

    @property
    def desktop_log(self) -> Path:
        """What the desktop logged."""
        return self.logs / "desktop.log"
