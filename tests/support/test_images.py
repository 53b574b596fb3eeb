"""Builds real images for tests out of busybox and small files: OCI and Docker forms, gzip, zstd, indexes."""

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
BUSYBOX = Path("/bin/busybox")
MTIME = 1_700_000_000
CREATED = "2023-11-14T22:13:20Z"


@dataclass(frozen=True)
class Entry:
    """One entry of a layer; `kind` is a tarfile type."""

    name: str
    data: bytes = b""
    kind: bytes = tarfile.REGTYPE
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    link: str = ""
    device: tuple[int, int] = (0, 0)
    pax: Mapping[str, str] = field(default_factory=dict)


def folder(name: str, mode: int = 0o755, uid: int = 0, gid: int = 0) -> Entry:
    """Return a folder's entry."""
    return Entry(name, kind=tarfile.DIRTYPE, mode=mode, uid=uid, gid=gid)


def symlink(name: str, target: str) -> Entry:
    """Return a symbolic link's entry."""
    return Entry(name, kind=tarfile.SYMTYPE, mode=0o777, link=target)


def hard_link(name: str, target: str) -> Entry:
    """Return a hard link's entry."""
    return Entry(name, kind=tarfile.LNKTYPE, link=target)


def layer_tar(entries: Iterable[Entry], tar_format: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a layer's tar; equal entries give equal bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tar_format) as archive:
        for entry in entries:
            member = tarfile.TarInfo(entry.name)
            member.type, member.mode, member.size = entry.kind, entry.mode, len(entry.data)
            member.uid, member.gid, member.mtime = entry.uid, entry.gid, MTIME
            member.linkname, member.pax_headers = entry.link, dict(entry.pax)
            member.devmajor, member.devminor = entry.device
            archive.addfile(member, io.BytesIO(entry.data))
    return buffer.getvalue()


def digest_of(data: bytes) -> str:
    """Return `sha256:<hex>`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass(frozen=True)
class BuiltImage:
    """An image, or an index of images, with every blob it needs."""

    media_type: str
    manifest: bytes
    blobs: Mapping[str, bytes]
    config_digest: str = ""
    manifests: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The manifest's digest."""
        return digest_of(self.manifest)

    @property
    def layer_digests(self) -> list[str]:
        """The digests of the layers' blobs, bottom to top."""
        return [layer["digest"] for layer in json.loads(self.manifest)["layers"]]


def build_image(
    layers: Sequence[bytes],
    *,
    config: Mapping[str, Any] | None = None,
    docker: bool = False,
    compression: str = "gzip",
    architecture: str = "amd64",
    created: str = CREATED,
) -> BuiltImage:
    """Return an image of plain layer tars; `compression` is "gzip", "zstd" or "none"."""
    base, suffix = (DOCKER_LAYER, ".gzip") if docker else (OCI_LAYER, "+gzip")
    suffix = {"gzip": suffix, "zstd": "+zstd", "none": ""}[compression]
    described, blobs = [], {}
    for layer in layers:
        blob = _compressed(layer, compression)
        blobs[digest_of(blob)] = blob
        described.append({"mediaType": base + suffix, "digest": digest_of(blob), "size": len(blob)})
    config_data = json.dumps(
        {
            "architecture": architecture,
            "os": "linux",
            "created": created,
            "config": dict(config or {}),
            "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]},
            "history": [{"created": created, "created_by": f"layer {n}"} for n in range(len(layers))],
        }
    ).encode()
    blobs[digest_of(config_data)] = config_data
    media_type = DOCKER_MANIFEST if docker else OCI_MANIFEST
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": {
            "mediaType": DOCKER_CONFIG if docker else OCI_CONFIG,
            "digest": digest_of(config_data),
            "size": len(config_data),
        },
        "layers": described,
    }
    return BuiltImage(media_type, json.dumps(manifest).encode(), blobs, digest_of(config_data))


def build_index(images: Mapping[str, BuiltImage], *, docker: bool = False) -> BuiltImage:
    """Return an index of images by platform (`linux/arm64`)."""
    entries = []
    for platform, image in images.items():
        parts = platform.split("/")
        described: dict[str, Any] = {"os": parts[0], "architecture": parts[1]}
        if len(parts) > 2:
            described["variant"] = parts[2]
        entries.append(
            {
                "mediaType": image.media_type,
                "digest": image.digest,
                "size": len(image.manifest),
                "platform": described,
            }
        )
    media_type = DOCKER_LIST if docker else OCI_INDEX
    data = json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": entries}).encode()
    blobs = {digest: blob for image in images.values() for digest, blob in image.blobs.items()}
    manifests = {image.digest: (image.media_type, image.manifest) for image in images.values()}
    return BuiltImage(media_type, data, blobs, manifests=manifests)


def busybox_layer() -> bytes:
    """Return a layer with busybox, its applets, and the usual folders."""
    applets = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split()
    entries = [folder(name) for name in ("bin", "etc", "root", "usr", "usr/bin", "var", "home")]
    entries += [folder("tmp", 0o1777), folder("proc", 0o555), folder("sys", 0o555), folder("dev")]
    entries.append(Entry("bin/busybox", BUSYBOX.read_bytes(), mode=0o755))
    # With the mode of their target, as tar writes it: Docker applies a link's mode to the file.
    entries += [
        Entry(f"bin/{name}", kind=tarfile.LNKTYPE, link="bin/busybox", mode=0o755)
        for name in applets
        if name != "busybox"
    ]
    entries.append(Entry("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n"))
    entries.append(Entry("etc/group", b"root:x:0:\nuser:x:1000:\nextra:x:2000:user\n"))
    return layer_tar(entries)


def busybox_image(**options: Any) -> BuiltImage:
    """Return the image that most container tests run."""
    config = {"Cmd": ["sh"], "Env": ["PATH=/bin:/usr/bin"], "Labels": {"origin": "tests"}}
    return build_image([busybox_layer()], config=config, **options)


def _compressed(data: bytes, compression: str) -> bytes:
    if compression == "gzip":
        return gzip.compress(data, compresslevel=1, mtime=0)
    if compression == "zstd":
        return zstandard.ZstdCompressor(level=3).compress(data)
    return data


def save_docker_archive(image: BuiltImage, names: Sequence[str]) -> bytes:
    """Return the image as `docker save` writes it: manifest.json and plain layers."""
    manifest = json.loads(image.manifest)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        layers = []
        for number, layer in enumerate(manifest["layers"]):
            name = f"{number}/layer.tar"
            layers.append(name)
            _add(archive, name, image.blobs[layer["digest"]])
        config_name = f"{image.config_digest.removeprefix('sha256:')}.json"
        _add(archive, config_name, image.blobs[image.config_digest])
        listing = [{"Config": config_name, "RepoTags": list(names), "Layers": layers}]
        _add(archive, "manifest.json", json.dumps(listing).encode())
    return buffer.getvalue()


def save_oci_archive(image: BuiltImage, name: str) -> bytes:
    """Return the image as an OCI layout in a tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in layout_files(image, name).items():
            _add(archive, path, data)
    return buffer.getvalue()


def layout_files(image: BuiltImage, name: str) -> dict[str, bytes]:
    """Return the files of an OCI layout that holds the image under a full name."""
    entry = {
        "mediaType": image.media_type,
        "digest": image.digest,
        "size": len(image.manifest),
        "annotations": {"io.containerd.image.name": name},
    }
    manifests = {image.digest: image.manifest} | {
        digest: data for digest, (_, data) in image.manifests.items()
    }
    blobs = dict(image.blobs) | manifests
    files = {f"blobs/sha256/{digest.removeprefix('sha256:')}": data for digest, data in blobs.items()}
    files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()
    return files


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))
