"""QEMU's program for disk images: short commands, and conversions that tell how far they are."""

import re
import subprocess
from collections.abc import Callable, Sequence

from vm.errors import UserError
from vm.machine.qemu.installing import qemu_missing

LIMIT = 120
"""Seconds for a short command."""

PROGRESS = re.compile(rb"\((\d+\.\d+)/100%\)")


class CalledOff(Exception):
    """Long work was not wanted any more."""


class Progress:
    """Tells how far long work is, from 0 to 1, and is how the work hears that it is not wanted any more."""

    def __init__(self, tell: Callable[[float], object]) -> None:
        self._tell = tell
        self._called_off = False

    def call_off(self) -> None:
        """End the work where it is; from any thread."""
        self._called_off = True

    def __call__(self, done: float) -> None:
        """Note how far the work is. Raises CalledOff."""
        if self._called_off:
            raise CalledOff
        self._tell(done)


def try_qemu_img(qemu_img: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a short command and return how it ended; blocks. Raises UserError when it cannot be run."""
    try:
        return subprocess.run(
            [qemu_img, *arguments], capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except FileNotFoundError as error:
        raise qemu_missing(qemu_img, "not found") from error
    except subprocess.TimeoutExpired as error:
        raise UserError(
            "The data disk does not answer.",
            f"`qemu-img {arguments[0]}` took more than {LIMIT} s.",
            "Check the disk of this computer.",
        ) from error


def run_qemu_img(qemu_img: str, *arguments: str) -> str:
    """Run a short command that must succeed and return what it prints; blocks. Raises UserError."""
    result = try_qemu_img(qemu_img, *arguments)
    if result.returncode:
        raise _failure(arguments, result.stderr)
    return result.stdout


def convert(qemu_img: str, arguments: Sequence[str], progress: Progress) -> None:
    """Run `qemu-img convert`, telling how far it is; blocks. Raises UserError, CalledOff."""
    with subprocess.Popen(
        [qemu_img, "convert", "-p", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
    ) as process:
        assert process.stdout is not None
        output = b""
        try:
            while data := process.stdout.read(4096):
                output = (output + data)[-4096:]
                if found := PROGRESS.findall(output):
                    progress(float(found[-1]) / 100)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise _failure(("convert",), PROGRESS.sub(b"", output).decode("utf-8", "replace"))


def _failure(arguments: Sequence[str], errors: str) -> UserError:
    return UserError(
        f"The data disk cannot be worked on: “qemu-img {arguments[0]}” failed.",
        errors.strip(),
        "Check the folder's disk and permissions.",
    )
