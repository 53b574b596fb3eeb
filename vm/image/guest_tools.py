"""Runs programs of the guest's tree on this machine, by the tree's own dynamic loader: no root, no chroot."""

import os
import subprocess
from pathlib import Path

from vm.errors import UserError
from vm.image.contents import LIBRARY_FOLDERS, NOT_COMPRESSED

EPOCH = "1735689600"
"""Time stamp of every file in the images, in seconds since 1970: nothing may depend on when it was built."""


class GuestTools:
    """The programs of an unpacked tree whose architecture is this machine's."""

    def __init__(self, root: Path, arch: str) -> None:
        self._root = root
        self._libraries = root / LIBRARY_FOLDERS[arch]

    def run(self, program: str, *arguments: str | Path, **environment: str) -> str:
        """Run a program given by its path in the tree; return its output. Raises UserError when it fails."""
        path = self._root / program
        loader = next(self._libraries.glob("ld-linux*"))
        command = [
            loader,
            "--argv0",
            path.name,
            "--library-path",
            self._libraries,
            path.resolve(),
            *arguments,
        ]
        clean = {
            "PATH": os.environ.get("PATH", ""),
            "LC_ALL": "C.UTF-8",
            "SOURCE_DATE_EPOCH": EPOCH,
            **environment,
        }
        done = subprocess.run(command, env=clean, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UserError(
                f"{path.name} failed with exit status {done.returncode}.", (done.stdout + done.stderr)[-4000:]
            )
        return done.stdout

    def make_erofs(self, tree: Path, image: Path, label: str, uuid: str) -> None:
        """Pack a tree into a read-only file system; equal trees give equal bytes."""
        hints = image.with_suffix(".hints")
        hints.write_text(
            "".join(f"0 {pattern}\n" for pattern in NOT_COMPRESSED)
        )  # a cluster of 0 bytes: as it is
        options = (
            "-zlz4hc",
            "-C65536",
            f"-T{EPOCH}",
            "--all-root",
            f"-U{uuid}",
            f"-L{label}",
            "-x-1",
            "--quiet",
            f"--compress-hints={hints}",
        )
        self.run("usr/bin/mkfs.erofs", *options, image, tree)
        hints.unlink()

    def compile_python(self, root: Path, *folders: str) -> None:
        """Byte-compile folders of a tree so that the guest uses the result without looking at the sources.

        Raises UserError when a file does not compile.
        """
        # one process and one hash seed: what is interned first decides a few bytes of the result
        self.run(
            "usr/bin/python3.13", "-s", "-S", "-m", "compileall", "-q", "-f",
            "--invalidation-mode", "unchecked-hash", "-s", root, "-p", "/",
            *(root / folder for folder in folders),
            PYTHONHOME=str(self._root / "usr"), PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0",
        )  # fmt: skip

    def make_module_index(self, root: Path, release: str) -> None:
        """Write modules.dep and its like for the modules below `root`."""
        self.run("usr/sbin/depmod", "-b", root, release)

    def write_loader_cache(self, root: Path) -> None:
        """Write etc/ld.so.cache of the tree."""
        self.run("usr/sbin/ldconfig", "-r", root, "-X")
        (root / "var/cache/ldconfig/aux-cache").unlink(missing_ok=True)
