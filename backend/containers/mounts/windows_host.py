"""Bind sources of a host that is Windows: its `C:\\Users\\me` is `/c/Users/me` in the machine.

As with Docker Desktop, `C:/Users/me`, `//c/Users/me` and `/c/Users/me` are the same folder, in any case.
The supervisor mounts the folders by the same rule (`vm/machine/sharing/guest_paths.py`).
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

DRIVE_PATH = re.compile(r"([A-Za-z]):[\\/](.*)", re.DOTALL)
BIND_OF_DRIVE = re.compile(r"([A-Za-z]:[\\/][^:]*):(.+)", re.DOTALL)


def is_windows(shared_folders: Sequence[str]) -> bool:
    """Return whether these folders are those of a host that is Windows."""
    return any(map(DRIVE_PATH.fullmatch, shared_folders))


def machine_path(path: str) -> str:
    """Return what the machine calls a path of the host; what is none stays as it is."""
    if drive := DRIVE_PATH.fullmatch(path):
        path = f"/{drive[1]}/" + drive[2].replace("\\", "/")
    if not path.startswith("/"):
        return path
    first, *others = posixpath.normpath("/" + path.lstrip("/"))[1:].split("/")
    return "/" + "/".join([first.lower() if len(first) == 1 else first, *others])


def in_machine_form(host: Mapping[str, Any]) -> dict[str, Any]:
    """Return a HostConfig whose binds have the names of the machine."""
    binds, mounts = host["Binds"], host["Mounts"]
    return {
        **host,
        "Binds": binds and [_bind(text) for text in binds],
        "Mounts": mounts and [_mount(mount) for mount in mounts],
    }


def covers(folder: str, source: str) -> bool:
    """Return whether a source is a shared folder or in it; both as the machine calls them."""
    top, below = folder.lower().rstrip("/"), source.lower()
    return below == top or below.startswith(f"{top}/")


def _bind(text: str) -> str:
    if drive := BIND_OF_DRIVE.fullmatch(text):
        return f"{machine_path(drive[1])}:{drive[2]}"
    source, colon, rest = text.partition(":")
    return f"{machine_path(source)}{colon}{rest}" if rest else text


def _mount(mount: Any) -> Any:
    if (
        not isinstance(mount, Mapping)
        or mount.get("Type") != "bind"
        or not isinstance(mount.get("Source"), str)
    ):
        return mount
    return {**mount, "Source": machine_path(mount["Source"])}
