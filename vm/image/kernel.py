"""Takes the kernel apart: the uncompressed program, and the few modules that the machine needs."""

import lzma
import re
import shutil
import struct
import subprocess
from collections.abc import Iterable
from pathlib import Path

from vm.errors import UserError
from vm.image.contents import CONTAINER_MODULES, EARLY_MODULES, MACHINE_MODULES, OTHER_MODULES
from vm.image.guest_tools import GuestTools
from vm.image.kernel_module import without_tracing
from vm.image.steps import say

SIGNATURE_MAGIC = b"~Module signature appended~\n"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def kernel_release(kernel: Path) -> str:
    """Return the release of the kernel whose files are in `kernel`."""
    return next((kernel / "usr/lib/modules").iterdir()).name


def write_kernel(kernel: Path, arch: str, target: Path) -> int:
    """Write the uncompressed kernel; return the size of the compressed one that Debian ships."""
    image = (kernel / "boot" / f"vmlinuz-{kernel_release(kernel)}").read_bytes()
    if arch == "arm64":  # Debian's is uncompressed, and QEMU starts it as it is
        target.write_bytes(image)
        return len(compress(image))
    payload = kernel_payload(image)
    unpacked = subprocess.run(["zstd", "-dcq"], input=payload, stdout=subprocess.PIPE, check=True).stdout
    if not unpacked.startswith(b"\x7fELF"):
        raise UserError("The kernel's package holds no ELF kernel.", f"It starts with {unpacked[:4]!r}.")
    target.write_bytes(unpacked)
    return len(payload)


def compress(data: bytes) -> bytes:
    """Return data as it is shipped for download."""
    return subprocess.run(["zstd", "-cq", "-12"], input=data, stdout=subprocess.PIPE, check=True).stdout


def kernel_payload(image: bytes) -> bytes:
    """Return the compressed kernel inside a bzImage (Documentation/arch/x86/boot.rst, payload_offset)."""
    if image[0x202:0x206] != b"HdrS":
        raise UserError(
            "The kernel's package holds no bzImage.", f"Found {image[0x202:0x206]!r} for its signature."
        )
    setup_sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = image[start : start + length - 4]  # the last four bytes are the unpacked size
    if not payload.startswith(ZSTD_MAGIC):
        raise UserError(
            "The kernel is not compressed with zstd.", f"Its payload starts with {payload[:4]!r}."
        )
    return payload


def install_modules(kernel: Path, root: Path, tools: GuestTools) -> None:
    """Put the modules into the root: unpacked, without signatures, with an index and the guest's lists."""
    say("Choosing kernel modules")
    release = kernel_release(kernel)
    source, target = kernel / "usr/lib/modules" / release, root / "usr/lib/modules" / release
    modules = ModuleSet(source)
    shutil.rmtree(target, ignore_errors=True)
    for name in modules.closure((*EARLY_MODULES, *MACHINE_MODULES, *CONTAINER_MODULES, *OTHER_MODULES)):
        place = target / modules.path(name).relative_to(source).with_suffix("")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(modules.read(name))
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copyfile(source / name, target / name)
    tools.make_module_index(root / "usr", release)
    lists = root / "usr/lib/marina-machine"
    lists.mkdir(parents=True, exist_ok=True)
    machine = [
        f"/{place.relative_to(root)}"
        for name in modules.closure((*EARLY_MODULES, *MACHINE_MODULES))
        if name not in modules.closure(EARLY_MODULES)
        for place in target.rglob(f"{modules.path(name).name.removesuffix('.xz')}")
    ]
    (lists / "machine-modules").write_text("".join(f"{path}\n" for path in machine))
    known = [name for name in CONTAINER_MODULES if modules.known(name)]
    (lists / "container-modules").write_text("".join(f"{name}\n" for name in known))


class ModuleSet:
    """The modules of a kernel package, by name."""

    def __init__(self, folder: Path) -> None:
        self._paths = {_name(path): path for path in folder.rglob("*.ko*")}
        self._unpacked: dict[str, bytes] = {}

    def known(self, name: str) -> bool:
        """Tell if the module exists; what is built in does not."""
        return name in self._paths

    def path(self, name: str) -> Path:
        """Return the module's file in the package. Raises KeyError."""
        return self._paths[name]

    def read(self, name: str) -> bytes:
        """Return the module, unpacked, without its signature and hooks of the tracer. Raises KeyError."""
        if name not in self._unpacked:
            data = self._paths[name].read_bytes()
            unpacked = lzma.decompress(data) if data[:1] == b"\xfd" else data
            self._unpacked[name] = without_tracing(without_signature(unpacked))
        return self._unpacked[name]

    def closure(self, names: Iterable[str]) -> list[str]:
        """Return the modules and all that they need, in the order in which they can be loaded."""
        ordered: dict[str, None] = {}

        def visit(name: str) -> None:
            if name in ordered or not self.known(name):
                return
            for other in module_needs(self.read(name)):
                visit(other)
            ordered[name] = None

        for name in names:
            visit(name.replace("-", "_"))
        return list(ordered)


def _name(path: Path) -> str:
    return path.name.partition(".ko")[0].replace("-", "_")


def module_needs(module: bytes) -> list[str]:
    """Return the modules that must be there first, from the module's own information."""
    needs: list[str] = []
    for match in re.finditer(rb"\0(depends|softdep)=([^\0]*)", module):
        text = match[2].decode("ascii", "replace")
        if match[1] == b"depends":
            needs += [name for name in text.split(",") if name]
        else:
            before = text.partition("pre:")[2].partition("post:")[0]
            needs += before.split()
    return [name.replace("-", "_") for name in needs]


def without_signature(module: bytes) -> bytes:
    """Cut the appended signature: checking it costs 0.05 billion instructions a module, and we sign nothing.

    The kernel's format: module, signature, struct module_signature (12 bytes, ends in its length), magic.
    """
    if not module.endswith(SIGNATURE_MAGIC):
        return module
    end = len(module) - len(SIGNATURE_MAGIC) - 12
    (length,) = struct.unpack_from(">I", module, end + 8)
    return module[: end - length]
