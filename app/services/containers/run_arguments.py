"""Reads ports, volumes and variables as `docker run` writes them, with a reason when they make no sense."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from app.services.containers.object_name import is_object_name
from app.services.containers.run_options import VolumeMount
from app.services.engine.port_types import LAST_PORT, Port
from app.services.errors import ErrorCode, UserError

PROTOCOLS = ("tcp", "udp")
_DRIVE = re.compile(r"[a-zA-Z]:[\\/]")


def _refuse(summary: str, what_to_do: str) -> UserError:
    return UserError(summary, what_to_do=what_to_do, code=ErrorCode.BAD_INPUT)


def parse_port(text: str) -> Port:
    """Return the port of `-p [[IP:][HOST]:]CONTAINER[/udp]`. Raises UserError."""
    advice = "Write it as 8080:80, 127.0.0.1:8080:80, 80 (any free port), or 5353:53/udp."
    whole, _, protocol = text.partition("/")
    protocol = protocol.lower() or "tcp"
    if protocol not in PROTOCOLS:
        raise _refuse(f"{text}: the protocol must be tcp or udp", advice)
    before, _, container = whole.rpartition(":")
    host_ip, _, host = before.rpartition(":")
    host_port = _parse_number(host, text, advice) if host else None
    host_ip = host_ip.removeprefix("[").removesuffix("]")
    return Port(_parse_number(container, text, advice), protocol, host_port, host_ip)


def _parse_number(text: str, whole: str, advice: str) -> int:
    if "-" in text:
        raise _refuse(f"{whole}: ranges of ports are not understood", "Give each port with a -p of its own.")
    if not text.isascii() or not text.isdigit():
        raise _refuse(f"{whole}: “{text}” is not a port", advice)
    number = int(text[:6])
    if not 0 < number <= LAST_PORT:
        raise _refuse(f"{whole}: a port is a number from 1 to {LAST_PORT}", advice)
    return number


def parse_volume(text: str, folder: Path | None = None) -> VolumeMount:
    """Return the mount of `-v [SOURCE:]TARGET[:ro]`; a relative source is below `folder` (the current one).

    Raises UserError.
    """
    advice = "Write it as name:/path/in/container, /folder/of/host:/path, and :ro at the end for read-only."
    drive = _DRIVE.match(text)
    head, rest = (text[:2], text[2:]) if drive else ("", text)
    parts = rest.split(":")
    parts[0] = head + parts[0]
    read_only = len(parts) > 1 and parts[-1] in ("ro", "rw")
    mode = parts.pop() if read_only else "rw"
    if len(parts) > 2:
        raise _refuse(f"{text}: not a volume", advice)
    source, target = (parts[0], parts[1]) if len(parts) == 2 else ("", parts[0])
    if not target.startswith("/"):
        raise _refuse(f"{text}: the path in the container must begin with /", advice)
    if source.startswith((".", "~")):
        source = os.path.normpath((folder or Path.cwd()) / Path(source).expanduser())
    elif len(parts) == 2 and not drive and not source.startswith("/") and not is_object_name(source):
        raise _refuse(f"{text}: “{source}” is neither a folder nor a name for a volume", advice)
    return VolumeMount(source, target, read_only=mode == "ro")


def parse_variable(text: str, environment: Mapping[str, str] = os.environ) -> tuple[str, str] | None:
    """Return the variable of `-e NAME=value`; `-e NAME` takes our own value, None when there is none."""
    name, equals, value = text.partition("=")
    if not name:
        raise _refuse(f"{text}: a variable needs a name", "Write it as NAME=value.")
    if equals:
        return name, value
    return (name, environment[name]) if name in environment else None


def parse_label(text: str) -> tuple[str, str]:
    """Return the label of `--label NAME[=value]`."""
    name, _, value = text.partition("=")
    if not name:
        raise _refuse(f"{text}: a label needs a name", "Write it as name=value.")
    return name, value
