"""Manifests and indexes, read with suspicion.

Sources: OCI image specification ("Image Manifest", "Image Index"); Docker image manifest v2, schema 2.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.errors import InvalidParameterError, NotFoundError
from backend.images import digests, platforms
from backend.images.platforms import Platform

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
DOCKER_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+"
ACCEPTED = (OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)

MAX_MANIFEST_BYTES = 4 * 1024 * 1024
MAX_CONFIG_BYTES = 8 * 1024 * 1024
MAX_LAYERS = 500  # what overlayfs can stack
MAX_INDEX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A blob as a manifest names it. `size` is in bytes."""

    media_type: str
    digest: str
    size: int
    platform: Platform | None = None
    annotations: Mapping[str, str] | None = None

    @property
    def is_attestation(self) -> bool:
        """Whether this tells about an image, as BuildKit writes it, and is none itself."""
        return "vnd.docker.reference.type" in (self.annotations or {})


@dataclass(frozen=True, slots=True)
class Manifest:
    """One image's manifest: its config, and its layers bottom to top."""

    config: Descriptor
    layers: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True)
class NewManifest:
    """A manifest that was written here: its bytes, and what they say."""

    data: bytes
    media_type: str
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Index:
    """A list of manifests."""

    manifests: tuple[Descriptor, ...]

    def choose(self, wanted: Platform) -> Descriptor:
        """Return the entry for a platform. Raises NotFoundError in dockerd's words."""
        for entry in self.manifests:
            if entry.platform is not None and entry.platform.suits(wanted):
                return entry
        usable = [entry for entry in self.manifests if entry.platform is None and not entry.is_attestation]
        if len(usable) == 1:
            return usable[0]
        raise NotFoundError(f"no matching manifest for {wanted} in the manifest list entries")


def parse(data: bytes, media_type: str) -> Manifest | Index:
    """Return what `data` holds; its own word about its type counts more than the server's.

    Raises InvalidParameterError.
    """
    value = json_object(data, "manifest")
    kind = value.get("mediaType") or media_type.split(";")[0].strip()
    if value.get("schemaVersion") == 1 or str(kind).startswith(DOCKER_SCHEMA_1):
        raise InvalidParameterError(
            "this image has the old manifest schema 1, which is no longer supported: build and push it again"
        )
    if kind in (OCI_INDEX, DOCKER_LIST) or (kind not in ACCEPTED and "manifests" in value):
        return Index(descriptors(value.get("manifests"), "manifests"))
    if kind in (OCI_MANIFEST, DOCKER_MANIFEST) or ("config" in value and "layers" in value):
        config = descriptor_of(value.get("config"))
        layers = descriptors(value.get("layers"), "layers")
        if config.media_type not in (OCI_CONFIG, DOCKER_CONFIG):
            raise InvalidParameterError(
                f"this is no image to run: its config has the media type {config.media_type[:100]!r}"
            )
        if len(layers) > MAX_LAYERS:
            raise InvalidParameterError(f"the image has {len(layers)} layers, more than {MAX_LAYERS}")
        return Manifest(config, layers)
    raise InvalidParameterError(f"unsupported manifest media type {str(kind)[:100]!r}")


def parse_config(data: bytes, layer_count: int) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return an image's config and its diff ids, bottom to top. Raises InvalidParameterError."""
    config = json_object(data, "image config")
    rootfs = config.get("rootfs")
    listed = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    diff_ids = tuple(digests.checked(diff_id) for diff_id in listed or ())
    if len(diff_ids) != layer_count:
        raise InvalidParameterError(
            f"damaged image: its config lists {len(diff_ids)} layers, its manifest {layer_count}"
        )
    if not isinstance(config.get("config") or {}, dict):
        raise InvalidParameterError("damaged image: its config's `config` is no object")
    labels = (config.get("config") or {}).get("Labels") or {}
    if not isinstance(labels, dict):
        raise InvalidParameterError("damaged image: its labels are no object")
    if not isinstance(config.get("history") or [], list):
        raise InvalidParameterError("damaged image: its config's `history` is no list")
    return config, diff_ids


def manifest_of(config_digest: str, config_size: int, layers: Sequence[Descriptor]) -> NewManifest:
    """Write an image manifest in Docker's form, or in OCI's when a layer is of a kind that only OCI has.

    All parts of a manifest are of one family.
    """
    is_oci = any(layer.media_type.startswith(OCI_LAYER) for layer in layers)
    media_type = OCI_MANIFEST if is_oci else DOCKER_MANIFEST
    config = Descriptor(OCI_CONFIG if is_oci else DOCKER_CONFIG, config_digest, config_size)
    if is_oci:
        layers = [replace(layer, media_type=as_oci(layer.media_type)) for layer in layers]

    def described(blob: Descriptor) -> dict[str, str | int]:
        return {"mediaType": blob.media_type, "size": blob.size, "digest": blob.digest}

    manifest = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": described(config),
        "layers": [described(layer) for layer in layers],
    }
    return NewManifest(json.dumps(manifest, indent=3).encode(), media_type, Manifest(config, tuple(layers)))


def as_oci(media_type: str) -> str:
    """Return the name that OCI has for a layer's media type."""
    form = media_type.removeprefix(DOCKER_LAYER).lstrip(".")
    return media_type if media_type.startswith(OCI_LAYER) else OCI_LAYER + (f"+{form}" if form else "")


def json_object(data: bytes, what: str) -> dict[str, Any]:
    """Return a JSON object from outside. Raises InvalidParameterError."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidParameterError(f"damaged {what}: {error}") from error
    if not isinstance(value, dict):
        raise InvalidParameterError(f"damaged {what}: want a JSON object")
    return value


def descriptors(value: object, what: str) -> tuple[Descriptor, ...]:
    """Return the entries of a list in a manifest. Raises InvalidParameterError."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InvalidParameterError(f"damaged manifest: `{what}` is no list")
    return tuple(descriptor_of(item) for item in value)


def descriptor_of(value: object) -> Descriptor:
    """Return one entry of a manifest. Raises InvalidParameterError."""
    if not isinstance(value, dict):
        raise InvalidParameterError("damaged manifest: a descriptor is no object")
    size = value.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise InvalidParameterError("damaged manifest: a descriptor has no size")
    platform, annotations = value.get("platform"), value.get("annotations")
    return Descriptor(
        media_type=str(value.get("mediaType") or ""),
        digest=digests.checked(value.get("digest")),
        size=size,
        platform=platforms.from_json(platform) if isinstance(platform, dict) else None,
        annotations={str(key): str(text) for key, text in annotations.items()}
        if isinstance(annotations, dict)
        else None,
    )
