"""Makes EROFS images from tar streams and mounts them.

Sources: mkfs.erofs(1); Linux `Documentation/filesystems/erofs.rst` (file-backed mounts, since 6.12);
loop(4) for kernels that cannot.
"""

import base64
import ctypes
import errno
import fcntl
import logging
import os
import shutil
import struct
import zlib
from contextlib import suppress
from pathlib import Path

from backend.errors import SystemFailureError
from backend.images import durable_files
from backend.images.layers import read_only_mounts
from backend.runtime import child_process

MS_RDONLY = 1
LOOP_CTL_GET_FREE, LOOP_CONFIGURE = 0x4C82, 0x4C0A
LO_FLAGS_READ_ONLY, LO_FLAGS_AUTOCLEAR, LO_FLAGS_DIRECT_IO = 1, 4, 16
LOOP_TRIES = 16
MAKE_LIMIT = 3600.0  # seconds
MAKER = "mkfs.erofs"
MAX_REASON = 2000  # characters
# What `make_command` makes of an archive without entries: 4 KiB, LZ4 among its features.
EMPTY_IMAGE = (
    b"c-muN7zLwX6pU2x=;7A~&u_#nV+OK$7*rV;v8Z7r!8~RX)$=j@|1W??o&|{iJ2EjyL;3%K0NH$1C@sOj1ZPVE*?M|<qmer"
    b"bM!_f;1*2dTjDk@x3Pu4M0056h4;c"
)

log = logging.getLogger(__name__)

_libc = ctypes.CDLL(None, use_errno=True)


class ErofsFormat:
    """Each layer is an image file: half the size of its files, made and removed at once."""

    name = "erofs"
    suffix = ".erofs"

    async def write(self, pipe: int, layer: Path) -> None:
        """Run mkfs.erofs on the tar that comes down `pipe`. Raises SystemFailureError."""
        # mkfs.erofs parks files' contents in TMPDIR: that must not be a small tmpfs.
        environment = {"TMPDIR": str(layer.parent)}
        code, said = await child_process.run(
            make_command(layer),
            stdin=pipe,
            environment=environment,
            limit_s=MAKE_LIMIT,
            ends_with_caller=True,
        )
        if code != 0:
            raise SystemFailureError(f"{MAKER}: {said[-MAX_REASON:] or f'exit code {code}'}")

    def mount(self, layer: Path, target: Path) -> None:
        """Mount a layer read-only. Blocking. Raises SystemFailureError."""
        mount(layer, target)

    def why_not_mounted(self, image: Path, target: Path) -> str:
        """Return why no layer that lies where `image` may be made can be mounted here, "" when it can.

        `target` is an empty folder. Blocking. A disk that is too full to try says nothing about the kernel.
        """
        read_only_mounts.unmount(target)  # of an engine that was killed at this place
        try:
            image.write_bytes(zlib.decompress(base64.b85decode(EMPTY_IMAGE)))
            mount(image, target)
        except SystemFailureError as error:
            return error.message
        except OSError as error:
            log.warning("cannot try an EROFS image, and count on EROFS: %s", error)
            return ""
        finally:
            with suppress(OSError):
                image.unlink()
        read_only_mounts.unmount(target)
        return ""

    def why_not_made(self) -> str:
        """Return why layers cannot be made, "" when they can."""
        return "" if shutil.which(MAKER) else f"{MAKER} is not installed"

    def sync(self, layer: Path) -> None:
        """Write a layer to the disk. Blocking."""
        durable_files.sync(layer)


def make_command(image: Path) -> list[str]:
    """Return the command that turns the tar on its standard input into `image`; equal input, equal bytes."""
    return [
        MAKER,
        "--quiet",
        "--tar=f",
        "--aufs",  # .wh. files become what overlayfs understands
        # Half the disk for a fifth more time; blob and image together take less than the plain files would.
        # One worker: many small files take half the time where a second core is free, and the same on one.
        *("-zlz4", "-C65536", "-Eztailpacking", "--workers=1"),
        "--sort=none",
        "--mkfs-time",
        "-T0",
        "-Uclear",
        str(image),
    ]


def mount(image: Path, target: Path) -> None:
    """Mount `image` read-only on the folder `target`. Blocking. Raises SystemFailureError."""
    failure = _mount(str(image), target)
    if failure == errno.ENOTBLK:  # this kernel wants a block device
        device, device_path = _attach_loop(image)
        try:
            failure = _mount(device_path, target)
        finally:
            os.close(device)  # the mount holds the device now; without one it clears itself
    if failure == errno.ENODEV:
        raise SystemFailureError(
            "this kernel has no EROFS, which holds this image's layers: load it (modprobe erofs), "
            "pull or load the image again, or use Marina's own machine"
        )
    if failure:
        raise SystemFailureError(f"cannot mount the layer {image}: {os.strerror(failure)}")


def _mount(source: str, target: Path) -> int:
    """Return 0 or an errno."""
    result = _libc.mount(source.encode(), os.fsencode(target), b"erofs", MS_RDONLY, None)
    return ctypes.get_errno() if result else 0


def _attach_loop(image: Path) -> tuple[int, str]:
    """Return a loop device over `image`, open, and its path; it goes away with its last user."""
    backing = os.open(image, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for _ in range(LOOP_TRIES):
            control = os.open("/dev/loop-control", os.O_RDWR | os.O_CLOEXEC)
            try:
                number = fcntl.ioctl(control, LOOP_CTL_GET_FREE)
            finally:
                os.close(control)
            path = f"/dev/loop{number}"
            device = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO
            # struct loop_config: fd, block_size, then struct loop_info64 with lo_flags at its byte 52.
            settings = bytearray(struct.pack("=II", backing, 0) + bytes(232 + 64))
            struct.pack_into("=I", settings, 8 + 52, flags)
            try:
                fcntl.ioctl(device, LOOP_CONFIGURE, bytes(settings))
            except OSError as error:
                os.close(device)
                if error.errno == errno.EBUSY:
                    continue  # somebody else took this one meanwhile
                raise
            return device, path
    except OSError as error:
        raise SystemFailureError(f"cannot attach {image} to a loop device: {error.strerror}") from error
    finally:
        os.close(backing)
    raise SystemFailureError(f"cannot attach {image} to a loop device: all are busy")
