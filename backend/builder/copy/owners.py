"""Whom `--chown` means: numbers, or names that the image itself knows."""

from backend.builder.copy.copy_layer import Owner
from backend.builder.copy.source_tree import FILE, SourceTree, resolve
from backend.errors import InvalidParameterError

MAX_FILE = 4 * 1024 * 1024  # bytes
MAX_ID = 2**32 - 2
NUMBER_FIELD, GROUP_FIELD = 2, 3
COMPLAINT = "unable to convert uid/gid chown string to host mapping"


def find_owner(root: SourceTree, wanted: str, *, as_buildkit: bool = False) -> Owner:
    """Return the owner that `user[:group]` names. Blocking.

    Without a group it is the one of the same name, for BuildKit the one that the user has.

    Raises InvalidParameterError in dockerd's words.
    """
    user, *group = wanted.split(":")
    if len(group) > 1:
        raise InvalidParameterError(f"{COMPLAINT}: invalid chown string format: {wanted}")
    uid = _find(root, "etc/passwd", user)
    if uid is None:
        raise InvalidParameterError(f"{COMPLAINT}: can't find uid for user {user}: no such user: {user}")
    group_name = group[0] if group else user
    if as_buildkit and not group and (own := _field(root, "etc/passwd", user, GROUP_FIELD)) is not None:
        group_name = str(own)
    gid = _find(root, "etc/group", group_name)
    if gid is None:
        raise InvalidParameterError(
            f"{COMPLAINT}: can't find gid for group {group_name}: no such group: {group_name}"
        )
    return Owner(uid, gid)


def _find(root: SourceTree, path: str, name: str) -> int | None:
    """Return the number of a name in /etc/passwd or /etc/group: the third field of its line."""
    if name.isascii() and name.isdigit() and len(name) < 11 and int(name) <= MAX_ID:
        return int(name)
    return _field(root, path, name, NUMBER_FIELD)


def _field(root: SourceTree, path: str, name: str, place: int) -> int | None:
    for line in _read(root, path).splitlines():
        fields = line.split(":")
        if len(fields) > place and fields[0] == name and fields[place].isdigit():
            return min(int(fields[place]), MAX_ID)
    return None


def _read(root: SourceTree, path: str) -> str:
    real_path = resolve(root, path)
    node = root.look(real_path)
    if node is None or node.kind != FILE or node.size > MAX_FILE:
        return ""
    return b"".join(root.contents(real_path, node)).decode(errors="replace")
