"""The machine's image: where it lies, and that its files are whole."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vm.errors import UserError
from vm.machine.carried import carried
from vm.machine.json_files import read_json, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.accelerator import host_architecture

MANIFEST = "manifest.json"
FILES = ("vmlinux", "initramfs.img", "root.erofs", "engine.erofs")


@dataclass(frozen=True, slots=True)
class MachineImage:
    """A whole image."""

    folder: Path
    version: str
    kernel_arguments: str

    @property
    def kernel(self) -> Path:
        """The uncompressed kernel."""
        return self.folder / "vmlinux"

    @property
    def initramfs(self) -> Path:
        """What mounts the root."""
        return self.folder / "initramfs.img"

    @property
    def root_disk(self) -> Path:
        """The guest's read-only root."""
        return self.folder / "root.erofs"

    @property
    def engine_disk(self) -> Path:
        """The engine, read-only."""
        return self.folder / "engine.erofs"


def find_image_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the image should be: MARINA_IMAGE_DIR, beside the program, or in the source tree."""
    if given := environment.get("MARINA_IMAGE_DIR"):
        return Path(given)
    if brought := carried("image"):
        return brought
    return Path(__file__).parents[3] / "build" / "image" / host_architecture()


def is_installed(folder: Path) -> bool:
    """Return whether there is an image at all."""
    return (folder / MANIFEST).exists()


def read_image(folder: Path, files: MachineFiles) -> MachineImage:
    """Return the image after a check of its files; digests are read again only when a file has changed.

    Blocks for about 0.2 s the first time. Raises UserError when something is missing or not as it was built.
    """
    manifest = read_json(folder / MANIFEST)
    if not isinstance(manifest, dict):
        raise _incomplete(f"{folder / MANIFEST} is missing or not readable.")
    try:
        listed: dict[str, Any] = manifest["files"]
        stamps = {name: _check_size(folder / name, int(listed[name]["size"])) for name in FILES}
        digests = {name: str(listed[name]["sha256"]) for name in FILES}
        image = MachineImage(folder, str(manifest["version"]), _words(manifest["kernel_arguments"]))
    except (KeyError, TypeError, ValueError) as error:
        raise _incomplete(f"{folder / MANIFEST} does not say {error}.") from error
    verdict = {"folder": str(folder), "stamps": stamps, "digests": digests}
    if read_json(files.image_verdict) != verdict:
        for name, digest in digests.items():
            _check_digest(folder / name, digest)
        write_json(files.image_verdict, verdict)
    return image


def _words(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


def _check_size(path: Path, size: int) -> list[int]:
    try:
        found = path.stat()
    except OSError as error:
        raise _incomplete(f"{path}: {error.strerror}") from error
    if found.st_size != size:
        raise _incomplete(f"{path} has {found.st_size} bytes, {size} are right.")
    return [found.st_size, found.st_mtime_ns]


def _check_digest(path: Path, digest: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != digest.removeprefix("sha256:"):
        raise _incomplete(f"{path} is damaged: its SHA-256 is {found}.")


def _incomplete(details: str) -> UserError:
    return UserError(
        "The machine's image is not complete.",
        details,
        "Install Marina again, or build the image with `make image`.",
    )
