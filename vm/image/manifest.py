"""The image's manifest: what the machine needs to know of the image, and what people ask about it."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class ImageFile:
    """Sizes in bytes; `download_size` is that of the file as shipped, compressed where that pays."""

    size: int
    download_size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`inputs` are digests of what the root and the engine were made of: equal inputs need no new build."""

    version: str
    arch: str
    kernel_release: str
    kernel_arguments: str
    files: Mapping[str, ImageFile]
    packages: Mapping[str, str]
    inputs: Mapping[str, str]


def describe_file(path: Path, download_size: int | None = None) -> ImageFile:
    """Measure one finished file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    return ImageFile(size, size if download_size is None else download_size, digest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest in one step: whoever sees it finds the files it names."""
    new = folder / f".{NAME}.new"
    with new.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / NAME)


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a built image whose files are all there, None otherwise."""
    try:
        values = json.loads((folder / NAME).read_text(encoding="utf-8"))
        values["files"] = {name: ImageFile(**fields) for name, fields in values["files"].items()}
        manifest = Manifest(**values)
        complete = all((folder / name).stat().st_size == file.size for name, file in manifest.files.items())
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return manifest if complete else None
