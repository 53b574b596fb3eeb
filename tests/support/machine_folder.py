"""A folder with a machine in it, which goes once no process is left that could write there."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from vm.client import MachineClient
from vm.machine.machine_files import MachineFiles

_LIMIT = 120.0  # seconds for processes that end to be gone


@contextlib.contextmanager
def machine_folder(prefix: str) -> Iterator[Path]:
    """Make a folder whose path leaves room for a socket's name; at the end its machine and supervisor quit.

    It is removed only after the last process that names it, works in it or has a file of it open: a
    supervisor that has closed its socket is not gone yet, and a browser's helpers outlive the browser.
    Fails with the processes that stay.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        MachineClient(MachineFiles.find(folder)).quit()
        deadline = time.monotonic() + _LIMIT
        while users := _users(folder):
            assert time.monotonic() < deadline, f"they go on in {folder}: {users}"
            time.sleep(0.1)
        shutil.rmtree(folder)


def _users(folder: Path) -> list[str]:
    """Return the processes that may write into the folder."""
    own = psutil.Process().pid
    return [
        f"{process.pid} {process.info['name']}"
        for process in psutil.process_iter(["name"])
        if process.pid != own and _uses(process, str(folder))
    ]


def _uses(process: psutil.Process, folder: str) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if any(folder in word for word in process.cmdline()) or process.cwd().startswith(folder):
            return True
        return any(file.path.startswith(folder) for file in process.open_files())
    except (psutil.Error, OSError):  # it has ended, or is another user's
        return False
