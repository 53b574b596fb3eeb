"""The archive that a record of a build travels in: a compressed OCI layout, its config is the record.

Source: buildx, `util/desktop/bundle`; OCI image specification, "Image Layout". A continuous integration that
keeps such a file may hand it out in a ZIP. All of it is hostile: sizes are bounded, digests are checked.
"""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from backend.buildkit.loose_json import as_list, as_object
from backend.errors import InvalidParameterError

RECORD_TYPE = "application/vnd.buildkit.historyrecord.v0"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
REFERENCE = "vnd.buildkit.history.reference"
MOST_PACKED = 32 << 20  # bytes of an archive as it comes
MOST_UNPACKED = 128 << 20  # bytes of what is in it
MOST_RECORDS = 200
_BLOBS = "blobs/sha256/"
_BROKEN = (
    OSError,
    EOFError,
    RuntimeError,  # of an encrypted ZIP
    NotImplementedError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


class UnreadableRecordError(InvalidParameterError):
    """An archive that holds no record of a build, or a broken one."""


@dataclass(frozen=True, slots=True)
class Record:
    """A build as the other builder tells it: `about` is BuildKit's BuildHistoryRecord as JSON.

    `blobs` are what it points to, by digest; `types` is the media type of each that the manifest names.
    """

    about: Mapping[str, Any]
    blobs: Mapping[str, bytes]
    types: Mapping[str, str]


def read_records(archive: bytes) -> Sequence[Record]:
    """Return all records of a `.dockerbuild` file, or of a ZIP with such files; they belong in a thread.

    Raises UnreadableRecordError.
    """
    try:
        found = [record for layout in _layouts(archive) for record in _records(_unpacked(layout))]
    except _BROKEN as error:
        raise UnreadableRecordError(f"the file is no record of a build, or a broken one: {error}") from error
    if not found:
        raise UnreadableRecordError("the file holds no record of a build")
    if len(found) > MOST_RECORDS:
        raise UnreadableRecordError(f"the file holds more than {MOST_RECORDS} records")
    return found


def write_record(about: Mapping[str, Any], layers: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the archive of one record, and of what it points to: media types with contents."""
    blobs: dict[str, bytes] = {}

    def descriptor(media_type: str, data: bytes) -> dict[str, Any]:
        blobs[digest_of(data)] = data
        return {"mediaType": media_type, "digest": digest_of(data), "size": len(data)}

    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": descriptor(RECORD_TYPE, json.dumps(about).encode()),
        "layers": [descriptor(media_type, data) for media_type, data in layers],
    }
    top = descriptor(MANIFEST_TYPE, json.dumps(manifest).encode())
    index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [top]}
    files = {_BLOBS + digest.removeprefix("sha256:"): data for digest, data in sorted(blobs.items())}
    files |= {"index.json": json.dumps(index).encode(), "oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o444
            tar.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def digest_of(data: bytes) -> str:
    """Return the digest that a blob is known by."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _layouts(archive: bytes) -> Iterator[bytes]:
    if not archive.startswith(b"PK\x03\x04"):
        yield archive
        return
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        names = [name for name in packed.namelist() if name.endswith(".dockerbuild")]
        for name in names[: MOST_RECORDS + 1]:
            with packed.open(name) as file:
                yield _Bounded(file, MOST_PACKED).read_all()


class _Bounded(io.RawIOBase):
    """A file of which no more is read than may be: what unpacks may unpack to anything."""

    def __init__(self, file: Any, limit: int) -> None:
        self._file, self._left = file, limit

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._file.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableRecordError("the file unpacks to more than a record of a build has")
        return data

    def read_all(self) -> bytes:
        return self.read()


def _unpacked(layout: bytes) -> Mapping[str, bytes]:
    plain: BinaryIO = io.BytesIO(layout)
    if layout.startswith(b"\x1f\x8b"):
        plain = gzip.GzipFile(fileobj=plain)  # type: ignore[assignment]
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=_Bounded(plain, MOST_UNPACKED), mode="r|") as tar:
        for member in tar:
            if member.isreg() and (member.name == "index.json" or member.name.startswith(_BLOBS)):
                content = tar.extractfile(member)
                files[member.name] = content.read() if content is not None else b""
    return files


def _records(files: Mapping[str, bytes]) -> Iterator[Record]:
    blobs = {}
    for name, data in files.items():
        if name.startswith(_BLOBS):
            digest = "sha256:" + name.removeprefix(_BLOBS)
            if digest != digest_of(data):
                raise UnreadableRecordError(f"the file is broken: {digest} is another")
            blobs[digest] = data
    for manifest in _manifests(blobs, _object(files.get("index.json", b"")), 2):
        config = as_object(manifest.get("config"))
        if config.get("mediaType") != RECORD_TYPE:
            continue
        layers = [as_object(layer) for layer in as_list(manifest.get("layers"))]
        types = {str(layer.get("digest")): str(layer.get("mediaType")) for layer in layers}
        yield Record(_object(_blob(blobs, config)), blobs, types)


def _manifests(
    blobs: Mapping[str, bytes], index: Mapping[str, Any], depth: int
) -> Iterator[Mapping[str, Any]]:
    """Go through an index, and the indexes in it: one for all records of an archive with several."""
    for descriptor in map(as_object, as_list(index.get("manifests"))[: MOST_RECORDS + 1]):
        inner = _object(_blob(blobs, descriptor))
        if "manifests" not in inner:
            yield inner
        elif depth > 1:
            yield from _manifests(blobs, inner, depth - 1)


def _blob(blobs: Mapping[str, bytes], descriptor: Mapping[str, Any]) -> bytes:
    digest = str(descriptor.get("digest"))
    if digest not in blobs:
        raise UnreadableRecordError(f"the file is broken: {digest[:80]} is missing")
    return blobs[digest]


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableRecordError("the file is no record of a build, or a broken one") from error
    return as_object(value)
