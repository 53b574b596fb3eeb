"""The engine's version: the product's, copied beside the engine when the VM image is built."""

from pathlib import Path


def _read_version() -> str:
    here = Path(__file__).parent
    for candidate in (here / "version.txt", here.parent / "resources" / "version.txt"):
        if candidate.is_file():
            return candidate.read_text().strip()
    return "0.0.0"


VERSION = _read_version()
