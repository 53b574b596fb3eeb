"""Builds of the history as files: those of a continuous integration come in, ours go out."""

import re
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.viewmodels.access import Access
from app.viewmodels.background import Background
from app.viewmodels.failure import describe_failure

KINDS = (".dockerbuild", ".zip")
"""How the names of such files end, in small letters."""


def is_record(path: str) -> bool:
    """Return whether a file is a record of a build by its name."""
    return path.lower().endswith(KINDS) and Path(path).is_file()


def file_name(title: str) -> str:
    """Return what the file of a build may be called, whatever the build is called."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", title)[:100].strip(".-") + KINDS[0]


class BuildRecords(QObject):
    """Takes files in and writes them; each end is told by a signal."""

    imported = Signal(list)  # the ids of the builds
    exported = Signal(str)  # the file
    failed = Signal(object)  # Failure

    def __init__(self, background: Background, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._access = background, access

    def take_in(self, path: str) -> None:
        """Import a file; a worker reads it."""

        def work() -> list[str]:
            from app.services.images.build_history import import_builds

            return import_builds(self._access.client(), Path(path))

        self._background.run(work, self._taken_in, self._not_done)

    def hand_out(self, id: str, path: str) -> None:
        """Write a build to a file."""

        def work() -> str:
            from app.services.images.build_history import export_build

            export_build(self._access.client(), id, Path(path))
            return path

        self._background.run(work, self._handed_out, self._not_done)

    @Slot(object)
    def _taken_in(self, ids: list[str]) -> None:
        self.imported.emit(ids)

    @Slot(object)
    def _handed_out(self, path: str) -> None:
        self.exported.emit(path)

    @Slot(object)
    def _not_done(self, error: Exception) -> None:
        self.failed.emit(describe_failure(error))
