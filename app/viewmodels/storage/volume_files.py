"""The files of one volume, in the way of a container's."""

from typing import TYPE_CHECKING

from app.viewmodels.containers.container_files import ContainerFilesViewModel, FileCalls, Listing

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient
    from app.services.engine.file_entry import FileEntry


class VolumeFilesViewModel(ContainerFilesViewModel):
    """Needs no container: the engine itself looks into the volume."""

    has_image = False

    @property
    def _place_name(self) -> str:
        """Return what tasks call the place of the files."""
        return self._container_id

    def _list(self, client: "EngineClient", folder: str, tree: "dict[str, list[FileEntry]]") -> Listing:
        from app.services.containers.container_files import join
        from app.services.containers.volume_files import list_folder

        path = join("/", folder)
        return Listing(path, list_folder(client, self._container_id, path))

    @staticmethod
    def _calls() -> FileCalls:
        from app.services.containers import volume_files

        return volume_files
