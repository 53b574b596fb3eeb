"""What an installed Marina brings along beside its program."""

import sys
from pathlib import Path


def carried(name: str) -> Path | None:
    """Return the folder of that name in this program's package; None in a source tree.

    In a Mac's .app only programs may lie beside the program: the rest is in its resources.
    """
    if not getattr(sys, "frozen", False):
        return None
    program = Path(sys.executable)
    return program.parents[1] / "Resources" / name if sys.platform == "darwin" else program.parent / name
