"""Looking into a container's root, whose links and files may have been made to fool us."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backend.errors import InvalidParameterError
from backend.runtime.oci_spec import ProcessUser
from backend.runtime.syscalls import open_in_root

MAX_FILE = 4 * 1024 * 1024
NUMBER = re.compile(r"-?[0-9]{1,19}")


@contextmanager
def opened_root(path: Path) -> Iterator[int]:
    """Hold a container's root folder open."""
    descriptor = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_text(root: int, path: str) -> str:
    """Return a regular file's text, "" when there is none; never waits on a pipe, never follows a link
    out."""
    try:
        descriptor = open_in_root(root, path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return ""
        return file.read(MAX_FILE).decode(errors="replace")


def make_folders(root: int, path: str) -> None:
    """Make `path` and its parents inside the root where they are missing. Raises OSError."""
    reached = ""
    for part in filter(None, path.split("/")):
        parent = reached or "/"
        reached = f"{reached}/{part}"
        with suppress(FileExistsError):
            folder = open_in_root(root, parent, os.O_PATH | os.O_DIRECTORY)
            try:
                os.mkdir(part, 0o755, dir_fd=folder)
            finally:
                os.close(folder)


def is_folder(root: int, path: str) -> bool:
    """Return whether `path` inside the root is a folder."""
    try:
        os.close(open_in_root(root, path, os.O_PATH | os.O_DIRECTORY))
    except OSError:
        return False
    return True


def resolve_user(root: int, wanted: str, additional: tuple[str, ...] = ()) -> ProcessUser:
    """Turn Docker's `user[:group]` into numbers, by the root's own /etc/passwd and /etc/group.

    Raises InvalidParameterError for a name that is not there.
    """
    name, colon, group_name = wanted.partition(":")
    users = [line.split(":") for line in read_text(root, "/etc/passwd").splitlines()]
    groups = [line.split(":") for line in read_text(root, "/etc/group").splitlines()]
    uid, gid, login = _find_user(users, name)
    if colon and group_name:
        gid = _find_group(groups, group_name)
    extra = {gid, *(_find_group(groups, group, "Unable") for group in additional)}
    if login and not (colon and group_name):
        for entry in groups:
            if len(entry) >= 4 and entry[2].isdigit() and login in entry[3].split(","):
                extra.add(int(entry[2]))
    return ProcessUser(uid, gid, tuple(sorted(extra)))


def _find_user(users: list[list[str]], name: str) -> tuple[int, int, str]:
    wanted = name or "0"
    for entry in users:
        if len(entry) < 4 or not (entry[2].isdigit() and entry[3].isdigit()):
            continue
        if entry[0] == wanted or (wanted.isdigit() and int(entry[2]) == int(wanted)):
            return int(entry[2]), int(entry[3]), entry[0]
    if (uid := _number(wanted)) is None:
        raise InvalidParameterError(f"unable to find user {wanted}: no matching entries in passwd file")
    return uid, 0, ""


def _find_group(groups: list[list[str]], name: str, unable: str = "unable") -> int:
    for entry in groups:
        if len(entry) >= 3 and entry[0] == name and entry[2].isdigit():
            return int(entry[2])
    if (gid := _number(name)) is None:
        raise InvalidParameterError(f"{unable} to find group {name}: no matching entries in group file")
    return gid


def _number(text: str) -> int | None:
    """Return the number of a user or group, None when it is a name. Raises InvalidParameterError."""
    if not NUMBER.fullmatch(text):
        return None
    if not 0 <= int(text) < 2**31:
        raise InvalidParameterError("uids and gids must be in range 0-2147483647")
    return int(text)
