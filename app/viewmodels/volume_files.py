"""The files of one volume, in the way of a container's."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.viewmodels.container_files import ContainerFilesViewModel, Listing

if TYPE_CHECKING:
    from app.services.engine_client import EngineClient


class VolumeFilesViewModel(ContainerFilesViewModel):
    """Needs no container: the engine itself looks into the volume."""

    def open(self, folder: str) -> None:
        """Show a folder, once the engine has said what is in it."""

        def work(client: "EngineClient") -> Listing:
            from app.services.container_files import join
            from app.services.volume_files import list_folder

            path = join("/", folder)
            return Listing(path, list_folder(client, self._container_id, path))

        self._run(work, self._took)

    def save(self, path: str, target: str) -> None:
        """Copy a file, or a folder as .tar, to this computer."""

        def work(client: "EngineClient") -> str:
            from app.services.volume_files import save_file

            save_file(client, self._container_id, path, Path(target))
            return target

        self._run(work, self._saved)

    def upload(self, paths: list[str]) -> None:
        """Copy files and folders of this computer into the folder."""
        folder = self.folder

        def work(client: "EngineClient") -> int:
            from app.services.volume_files import upload

            upload(client, self._container_id, folder, [Path(path) for path in paths])
            return len(paths)

        self._run(work, self._uploaded)

    def delete(self, paths: list[str]) -> None:
        """Delete files and folders."""

        def work(client: "EngineClient") -> int:
            from app.services.volume_files import delete

            for path in paths:
                delete(client, self._container_id, path)
            return len(paths)

        self._run(work, self._deleted)
