"""`RUN --mount=…`: what a command finds mounted while it runs.

Source: Dockerfile reference, "RUN --mount"; BuildKit's `commands_runmount.go`, whose texts clients know.
"""

import csv
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from backend.builder.dockerfile.go_text import quote
from backend.builder.dockerfile.spelling import nearest
from backend.errors import InvalidParameterError

TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
SHARINGS = ("shared", "private", "locked")
WITH_OWNER = ("secret", "ssh", "cache")
MAX_ID = 2**32 - 2
_VARIABLE = re.compile(r"\$.")
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kKmMgGtTpP]?)(?:[iI]?[bB])?")
_UNITS = ("", "k", "m", "g", "t", "p")

_TEXTS = {
    "from": "source_image",
    "source": "source",
    "src": "source",
    "target": "target",
    "dst": "target",
    "destination": "target",
    "id": "identity",
    "env": "environment",
}
"""Keys whose value is taken as it is, and the fields of a mount that they fill."""

Expand = Callable[[str], str]


@dataclass(slots=True)
class RunMount:
    """One mount. `identity` is its `id`; `read_only` None means as is usual for its type."""

    type: str = "bind"
    source_image: str = ""
    source: str = ""
    target: str = ""
    identity: str = ""
    environment: str = ""
    sharing: str = ""
    read_only: bool | None = None
    required: bool = False
    size: int = 0
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None

    @property
    def is_read_only(self) -> bool:
        """Whether the command cannot write to it."""
        return self.type not in ("cache", "tmpfs") if self.read_only is None else self.read_only


def parse_mount(text: str, expand: Expand | None) -> RunMount:
    """Return what a flag says. Without `expand` only what needs no variables is looked at: `from`.

    Raises InvalidParameterError.
    """
    mount = RunMount()
    try:
        (fields,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError) as error:
        raise InvalidParameterError("failed to parse csv mounts") from error
    for field in fields:
        key, equals, value = field.partition("=")
        key = key.lower()
        if expand is None:
            if key == "from" and _VARIABLE.search(value):
                raise InvalidParameterError(
                    f"'{key}' doesn't support variable expansion, define alias stage instead"
                )
            if key in ("from", "type") and equals and not _VARIABLE.search(value):
                _set(mount, key, value, field)
        elif equals:
            _set(mount, key, value if key == "from" else expand(value), field)
        else:
            _set_flag(mount, key, field)
    if expand is not None:
        _check(mount)
    return mount


def _set(mount: RunMount, key: str, value: str, field: str) -> None:
    """Note a key with its value."""
    if key in _TEXTS:
        setattr(mount, _TEXTS[key], value)
    elif key in _SETTERS:
        _SETTERS[key](mount, key, value)
    else:
        meant = nearest(key, (*_TEXTS, *_SETTERS))
        raise InvalidParameterError(
            f"unexpected key '{key}' in '{field}'" + (f" (did you mean {meant}?)" if meant else "")
        )


def _set_flag(mount: RunMount, key: str, field: str) -> None:
    """Note a key without a value."""
    if key in ("readonly", "ro"):
        mount.read_only = True
    elif key in ("readwrite", "rw"):
        mount.read_only = False
    elif key == "required":
        _set_required(mount, key, "true")
    else:
        raise InvalidParameterError(f"invalid field '{field}' must be a key=value pair")


def _check(mount: RunMount) -> None:
    if mount.type not in WITH_OWNER:
        for name, value in (("mode", mount.mode), ("uid", mount.uid), ("gid", mount.gid)):
            if value is not None:
                raise InvalidParameterError(f"{name} not allowed for {quote(mount.type)} type mounts")
    if mount.sharing and mount.type != "cache":
        raise InvalidParameterError(f"invalid cache sharing set for {mount.type} mount")
    if mount.environment and mount.type != "secret":
        raise InvalidParameterError(f"unexpected key 'env' for mount type '{mount.type}'")
    if mount.type == "secret":
        if mount.source_image:
            raise InvalidParameterError("secret mount should not have a from")
        if not (mount.source or mount.target or mount.identity):
            raise InvalidParameterError("invalid secret mount. one of source, target required")
        if mount.source and mount.identity:
            raise InvalidParameterError("both source and id can't be set")
    if mount.type in ("bind", "cache", "tmpfs") and not mount.target:
        raise InvalidParameterError('invalid mount target ""')


def resolved_target(mount: RunMount, working_dir: str) -> str:
    """Return the absolute path of a mount. Raises InvalidParameterError for the root itself."""
    target = posixpath.normpath(posixpath.join("/", working_dir, mount.target))
    target = f"/{target.lstrip('/')}"
    if target == "/":
        raise InvalidParameterError(f"invalid mount target {quote(mount.target)}")
    return target


# --- one key each ---


def _set_type(mount: RunMount, key: str, value: str) -> None:
    del key
    kind = value.lower()
    if kind not in TYPES:
        meant = nearest(kind, TYPES)
        raise InvalidParameterError(
            f"unsupported mount type {quote(value)}" + (f" (did you mean {meant}?)" if meant else "")
        )
    mount.type = kind


def _set_read_only(mount: RunMount, key: str, value: str) -> None:
    mount.read_only = _boolean(key, value)


def _set_read_write(mount: RunMount, key: str, value: str) -> None:
    mount.read_only = not _boolean(key, value)


def _set_required(mount: RunMount, key: str, value: str) -> None:
    if mount.type not in ("secret", "ssh"):
        raise InvalidParameterError(f"unexpected key '{key}' for mount type '{mount.type}'")
    mount.required = _boolean(key, value)


def _set_size(mount: RunMount, key: str, value: str) -> None:
    if mount.type != "tmpfs":
        raise InvalidParameterError(f"unexpected key '{key}' for mount type '{mount.type}'")
    match = _SIZE.fullmatch(value)
    if match is None:
        raise InvalidParameterError(f"invalid value for {key}: {value}")
    mount.size = int(float(match[1]) * 1024 ** _UNITS.index(match[2].lower()))


def _set_sharing(mount: RunMount, key: str, value: str) -> None:
    del key
    if value not in SHARINGS:
        raise InvalidParameterError(f"unsupported sharing value {quote(value)}")
    mount.sharing = value


def _set_mode(mount: RunMount, key: str, value: str) -> None:
    if not re.fullmatch(r"[0-7]{1,6}", value) or int(value, 8) > 0o7777:
        raise InvalidParameterError(f"invalid value {value} for {key}")
    mount.mode = int(value, 8)


def _set_uid(mount: RunMount, key: str, value: str) -> None:
    mount.uid = _number(key, value)


def _set_gid(mount: RunMount, key: str, value: str) -> None:
    mount.gid = _number(key, value)


def _boolean(key: str, value: str) -> bool:
    if value in ("1", "t", "T", "TRUE", "true", "True"):
        return True
    if value in ("0", "f", "F", "FALSE", "false", "False"):
        return False
    raise InvalidParameterError(f"invalid value for {key}: {value}")


def _number(key: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", value) or int(value) > MAX_ID:
        raise InvalidParameterError(f"invalid value {value} for {key}")
    return int(value)


_SETTERS: dict[str, Callable[[RunMount, str, str], None]] = {
    "type": _set_type,
    "readonly": _set_read_only,
    "ro": _set_read_only,
    "readwrite": _set_read_write,
    "rw": _set_read_write,
    "required": _set_required,
    "size": _set_size,
    "sharing": _set_sharing,
    "mode": _set_mode,
    "uid": _set_uid,
    "gid": _set_gid,
}
