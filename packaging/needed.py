"""Which Python libraries belong into the program: those that the desktop needs, whatever else is here."""

import importlib.metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FREEZER = "pyinstaller"
"""Its boot loader goes into the bundle, and nothing that it needs itself."""


def needed_distributions() -> dict[str, importlib.metadata.Distribution]:
    """Return the libraries that the desktop needs, and what freezes it, by their names."""
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = [Requirement(text) for text in importlib.metadata.requires("marina") or ()]
    waiting = [wanted for wanted in waiting if wanted.marker and wanted.marker.evaluate({"extra": "desktop"})]
    waiting.append(Requirement(FREEZER))
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in found:
            continue
        found[name] = importlib.metadata.distribution(wanted.name)
        if name == FREEZER:
            continue
        for text in found[name].requires or ():
            needed = Requirement(text)
            extras = wanted.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(needed)
    return found


def foreign_modules() -> list[str]:
    """Return the other modules that are installed: libraries would take along what they find of them."""
    needed = {"marina", *needed_distributions()}
    return sorted(
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if not any(canonicalize_name(owner) in needed for owner in owners)
    )
