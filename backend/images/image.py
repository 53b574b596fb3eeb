"""What an image is to the rest of the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EMPTY_CONFIG: Mapping[str, Any] = {
    "Hostname": "",
    "Domainname": "",
    "User": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "Env": None,
    "Cmd": None,
    "Image": "",
    "Volumes": None,
    "WorkingDir": "",
    "Entrypoint": None,
    "OnBuild": None,
    "Labels": None,
}
"""What Docker always writes of an image's configuration, set or not."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer as it lies in the store.

    `diff_id` is the digest of its plain tar, `key` its name in the layer store, `blob` the digest of the
    compressed blob it came in, `media_type` that blob's, `size` the bytes of its files when unpacked.
    """

    diff_id: str
    key: str
    blob: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class KeptIndex:
    """An index that a name leads to: its digest, and those of the manifests that it lists."""

    digest: str
    manifests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """An image: its id is `sha256:<hex>` of the config blob, `config` that blob's whole JSON (read-only).

    `references` are normalised names: `docker.io/library/busybox:latest` and `…@sha256:<hex>`.
    `tagged_ns` is when it came or last got a name, in Unix nanoseconds. A `removed` image has been deleted by
    its user and lives on, nameless, only for the containers that were made of it. `parent` is the id of the
    image that this one was made from here, empty for pulled and loaded ones. `made_here`
    says that a step of a build or a commit here made it. `indexes` are those that its
    names lead to: the image is then one platform of several, the one that the name means here.
    """

    id: str
    config: Mapping[str, Any]
    store_layers: tuple[Layer, ...]
    references: tuple[str, ...] = ()
    tagged_ns: int = 0
    removed: bool = False
    manifest: str = field(default="")
    parent: str = field(default="")
    made_here: bool = False
    indexes: Mapping[str, KeptIndex] = field(default_factory=dict)

    @property
    def layers(self) -> tuple[str, ...]:
        """Diff ids, bottom to top."""
        return tuple(layer.diff_id for layer in self.store_layers)

    @property
    def size(self) -> int:
        """Bytes of all layers' files when unpacked."""
        return sum(layer.size for layer in self.store_layers)

    @property
    def created(self) -> str:
        """When it was built: RFC 3339, or empty when its config does not say."""
        created = self.config.get("created")
        return created if isinstance(created, str) else ""

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its configuration."""
        labels = (self.config.get("config") or {}).get("Labels") or {}
        return {str(name): str(value) for name, value in labels.items()}


@dataclass(frozen=True, slots=True)
class ImageUse:
    """A container that is made of an image."""

    container_id: str
    container_name: str
    running: bool
