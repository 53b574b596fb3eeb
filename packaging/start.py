"""The start of both packaged programs: which one it is, its file's name says.

With `--supervisor` either is the machine's supervisor (see vm.client).
"""

import importlib
import os
import sys
from pathlib import Path


def settle_streams() -> None:
    """Let everything be written: on Windows a windowed program has no streams, and a pipe lacks letters."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif sys.platform == "win32":
            stream.reconfigure(encoding="utf-8")


def keep_program() -> None:
    """Import from the file that was started, also when an upgrade has put another one in its place meanwhile.

    PyInstaller's loader opens it by name for each import, at the places where modules were in the first one.
    """
    if sys.platform == "linux" and getattr(sys, "frozen", False):
        importlib.import_module("pyimod02_importers").pyz_archive._filename = "/proc/self/exe"


if __name__ == "__main__":
    settle_streams()
    keep_program()
    if sys.argv[1:2] == ["--supervisor"]:
        from vm.__main__ import main

        sys.exit(main(sys.argv[2:]))
    if Path(sys.executable).stem == "marina-desktop":
        from app.main import main
    else:
        from app.cli import main
    sys.exit(main())
