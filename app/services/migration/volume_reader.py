"""Reads volumes of an engine by Docker's own calls: through a container that only mounts, and never runs.

`GET /containers/{id}/archive` works on a container that was created and not started, its volumes included. So
its image needs no program, and is an empty one of 2 KB that goes there and is removed again.
"""

import contextlib
import hashlib
import io
import json
import secrets
import tarfile
from collections.abc import Iterator, Mapping
from typing import Any, Self
from urllib.parse import quote

from app.services.engine.engine_client import EngineClient
from app.services.errors import EngineRequestError, MarinaError
from app.services.migration.inventory import HELPER_LABEL

IMAGE = "marina/import-helper:latest"
MOUNTED = "/volume"


class VolumeReader:
    """Enter it to have the helper's image at the engine; nothing of it stays there on leaving."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client

    def __enter__(self) -> Self:
        """Bring the image there. Raises MarinaError."""
        self._remove_leftovers()
        self._bring_image()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(MarinaError):  # another import may need it still
            self._client.remove_image(IMAGE)

    @contextlib.contextmanager
    def open(self, volume: str) -> Iterator[Iterator[bytes]]:
        """Give all that is in a volume as a tar stream, beginning with its own folder. Raises MarinaError."""
        with (
            self._helper(volume, {"Cmd": ["/none"]}) as helper,
            self._client.get_archive(helper, f"{MOUNTED}/.") as stream,
        ):
            yield stream.chunks()

    def _bring_image(self) -> None:
        self._load(iter((helper_image(self._client.version().architecture or "amd64"),)))

    def _load(self, archive: Iterator[bytes]) -> None:
        with self._client.load_images(archive, IMAGE) as stream:
            for _ in stream:
                pass

    @contextlib.contextmanager
    def _helper(self, volume: str, body: Mapping[str, Any]) -> Iterator[str]:
        """Give the id of a container that has the volume, read-only; it goes afterwards."""
        # Or the helper would make one of this name.
        self._client.request("GET", f"/volumes/{quote(volume, safe='')}")
        mount = {
            "Type": "volume",
            "Source": volume,
            "Target": MOUNTED,
            "ReadOnly": True,
            "VolumeOptions": {"NoCopy": True},
        }
        settings = {**body.get("HostConfig", {}), "Mounts": [mount], "NetworkMode": "none"}
        helper = self._client.create_from_body(
            f"marina-import-{secrets.token_hex(4)}",
            {**body, "Image": IMAGE, "Labels": {HELPER_LABEL: volume}, "HostConfig": settings},
        )
        try:
            yield helper
        finally:
            self._client.remove_container(helper, force=True)

    def _remove_leftovers(self) -> None:
        """Remove what an import that was killed has left there."""
        for row in self._client.list_containers(filters={"label": [HELPER_LABEL]}):
            with contextlib.suppress(EngineRequestError):
                self._client.remove_container(row.id, force=True)


def helper_image(architecture: str) -> bytes:
    """Return an image without files, as `docker save` writes it."""
    layer = _tar({})
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Cmd": ["/none"], "Labels": {HELPER_LABEL: ""}},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    data = json.dumps(config).encode()
    name = f"{hashlib.sha256(data).hexdigest()}.json"
    listing = [{"Config": name, "RepoTags": [IMAGE], "Layers": ["layer.tar"]}]
    return _tar({name: data, "layer.tar": layer, "manifest.json": json.dumps(listing).encode()})


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()
