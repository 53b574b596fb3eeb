"""Writes the initramfs: busybox, the few modules that lead to the root, a script; always the same bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vm.image.contents import EARLY_MODULES
from vm.image.guest_tools import EPOCH
from vm.image.kernel import ModuleSet, kernel_release

SCRIPT = Path(__file__).parent / "guest_files" / "initramfs" / "init"
FOLDER, FILE, LINK, CHARACTER_DEVICE = 0o040755, 0o100644, 0o120777, 0o020600


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the archive; `device` is (major, minor)."""

    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def write_initramfs(root: Path, kernel: Path, target: Path) -> None:
    """Write the initramfs for the root tree and the unpacked kernel package."""
    modules = ModuleSet(kernel / "usr/lib/modules" / kernel_release(kernel))
    entries = {
        "bin": Entry(FOLDER),
        "bin/busybox": Entry(FILE | 0o111, (root / "usr/bin/busybox").read_bytes()),
        "bin/sh": Entry(LINK, b"busybox"),
        "dev": Entry(FOLDER),
        "dev/console": Entry(CHARACTER_DEVICE, device=(5, 1)),
        "init": Entry(FILE | 0o111, SCRIPT.read_bytes()),
        "modules": Entry(FOLDER),
        "proc": Entry(FOLDER),
        "root": Entry(FOLDER),
        "sys": Entry(FOLDER),
    }
    for number, name in enumerate(modules.closure(EARLY_MODULES)):
        entries[f"modules/{number:02}-{name}.ko"] = Entry(FILE, modules.read(name))
    target.write_bytes(cpio_archive(entries))


def cpio_archive(entries: Mapping[str, Entry]) -> bytes:
    """Return the entries in cpio's newc form (Documentation/driver-api/early-userspace/buffer-format.rst)."""
    parts = [_member(number, name, entry) for number, (name, entry) in enumerate(sorted(entries.items()), 1)]
    archive = b"".join([*parts, _member(0, "TRAILER!!!", Entry(0))])
    return archive + bytes(-len(archive) % 512)


def _member(number: int, name: str, entry: Entry) -> bytes:
    encoded = name.encode() + b"\0"
    time = int(EPOCH) if entry.mode else 0
    fields = (number, entry.mode, 0, 0, 1, time, len(entry.data), 0, 0, *entry.device, len(encoded), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
    return head + bytes(-len(head) % 4) + entry.data + bytes(-len(entry.data) % 4)
