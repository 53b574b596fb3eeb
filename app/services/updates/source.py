"""Where updates come from and whose signature counts: both are part of the program."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from app.services.errors import UserError


@dataclass(frozen=True, slots=True)
class UpdateSource:
    """The address of a release repository, and the root metadata (JSON) that it is trusted by at first."""

    address: str
    root: bytes


def find_source(environment: Mapping[str, str] = os.environ) -> UpdateSource:
    """Return the program's own source, or that in the folder MARINA_UPDATES_DIR.

    Raises UserError when this program was built without one.
    """
    given = environment.get("MARINA_UPDATES_DIR")
    folder = Path(given) if given else files("resources") / "updates"
    try:
        address = (folder / "address.txt").read_text(encoding="utf-8").strip()
        return UpdateSource(address.rstrip("/"), (folder / "root.json").read_bytes())
    except OSError as error:
        raise UserError(
            "This Marina does not know where updates come from",
            "It was built without the address and the key of a release repository.",
            "Get new versions from where you got this one.",
        ) from error
