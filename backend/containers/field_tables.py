"""Every field of Docker's container Config and HostConfig: its type and its default.

Source: Docker Engine API 1.47, ContainerConfig, HostConfig, Resources.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.errors import InvalidParameterError

STRING_MAP = "map of strings"
STRING_LIST = "list of strings"
OBJECT_LIST = "list of objects"
OBJECT_MAP = "map of objects"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind` is a Python type or one of the words above."""

    kind: type | str
    default: Any


CONFIG: dict[str, Field] = {
    "Hostname": Field(str, ""),
    "Domainname": Field(str, ""),
    "User": Field(str, ""),
    "AttachStdin": Field(bool, False),
    "AttachStdout": Field(bool, False),
    "AttachStderr": Field(bool, False),
    "ExposedPorts": Field(OBJECT_MAP, None),
    "Tty": Field(bool, False),
    "OpenStdin": Field(bool, False),
    "StdinOnce": Field(bool, False),
    "Env": Field(STRING_LIST, None),
    "Cmd": Field(STRING_LIST, None),
    "Healthcheck": Field(dict, None),
    "ArgsEscaped": Field(bool, False),
    "Image": Field(str, ""),
    "Volumes": Field(OBJECT_MAP, None),
    "WorkingDir": Field(str, ""),
    "Entrypoint": Field(STRING_LIST, None),
    "NetworkDisabled": Field(bool, False),
    "MacAddress": Field(str, ""),
    "OnBuild": Field(STRING_LIST, None),
    "Labels": Field(STRING_MAP, None),
    "StopSignal": Field(str, ""),
    "StopTimeout": Field(int, None),
    "Shell": Field(STRING_LIST, None),
}

HOST_CONFIG: dict[str, Field] = {
    "Binds": Field(STRING_LIST, None),
    "ContainerIDFile": Field(str, ""),
    "LogConfig": Field(dict, None),
    "NetworkMode": Field(str, "default"),
    "PortBindings": Field(dict, None),
    "RestartPolicy": Field(dict, None),
    "AutoRemove": Field(bool, False),
    "VolumeDriver": Field(str, ""),
    "VolumesFrom": Field(STRING_LIST, None),
    "Mounts": Field(OBJECT_LIST, None),
    "ConsoleSize": Field(list, None),
    "Annotations": Field(STRING_MAP, None),
    "CapAdd": Field(STRING_LIST, None),
    "CapDrop": Field(STRING_LIST, None),
    "CgroupnsMode": Field(str, ""),
    "Dns": Field(STRING_LIST, None),
    "DnsOptions": Field(STRING_LIST, None),
    "DnsSearch": Field(STRING_LIST, None),
    "ExtraHosts": Field(STRING_LIST, None),
    "GroupAdd": Field(STRING_LIST, None),
    "IpcMode": Field(str, ""),
    "Cgroup": Field(str, ""),
    "Links": Field(STRING_LIST, None),
    "OomScoreAdj": Field(int, 0),
    "PidMode": Field(str, ""),
    "Privileged": Field(bool, False),
    "PublishAllPorts": Field(bool, False),
    "ReadonlyRootfs": Field(bool, False),
    "SecurityOpt": Field(STRING_LIST, None),
    "StorageOpt": Field(STRING_MAP, None),
    "Tmpfs": Field(STRING_MAP, None),
    "UTSMode": Field(str, ""),
    "UsernsMode": Field(str, ""),
    "ShmSize": Field(int, 0),
    "Sysctls": Field(STRING_MAP, None),
    "Runtime": Field(str, ""),
    "Isolation": Field(str, ""),
    "CpuShares": Field(int, 0),
    "Memory": Field(int, 0),
    "NanoCpus": Field(int, 0),
    "CgroupParent": Field(str, ""),
    "BlkioWeight": Field(int, 0),
    "BlkioWeightDevice": Field(OBJECT_LIST, None),
    "BlkioDeviceReadBps": Field(OBJECT_LIST, None),
    "BlkioDeviceWriteBps": Field(OBJECT_LIST, None),
    "BlkioDeviceReadIOps": Field(OBJECT_LIST, None),
    "BlkioDeviceWriteIOps": Field(OBJECT_LIST, None),
    "CpuPeriod": Field(int, 0),
    "CpuQuota": Field(int, 0),
    "CpuRealtimePeriod": Field(int, 0),
    "CpuRealtimeRuntime": Field(int, 0),
    "CpusetCpus": Field(str, ""),
    "CpusetMems": Field(str, ""),
    "Devices": Field(OBJECT_LIST, None),
    "DeviceCgroupRules": Field(STRING_LIST, None),
    "DeviceRequests": Field(OBJECT_LIST, None),
    "KernelMemory": Field(int, 0),
    "KernelMemoryTCP": Field(int, 0),
    "MemoryReservation": Field(int, 0),
    "MemorySwap": Field(int, 0),
    "MemorySwappiness": Field(int, None),
    "OomKillDisable": Field(bool, None),
    "PidsLimit": Field(int, None),
    "Ulimits": Field(OBJECT_LIST, None),
    "CpuCount": Field(int, 0),
    "CpuPercent": Field(int, 0),
    "IOMaximumIOps": Field(int, 0),
    "IOMaximumBandwidth": Field(int, 0),
    "MaskedPaths": Field(STRING_LIST, None),
    "ReadonlyPaths": Field(STRING_LIST, None),
    "Init": Field(bool, None),
}

TYPE_WORDS: dict[Any, str] = {str: "string", int: "number", bool: "boolean", dict: "object", list: "array"}


def read_fields(body: Mapping[str, Any], table: Mapping[str, Field]) -> dict[str, Any]:
    """Return all fields of `table`, from `body` or by default.

    Fields that the table does not know are dropped, as Docker does. Raises InvalidParameterError for a wrong
    type.
    """
    values: dict[str, Any] = {}
    for name, field in table.items():
        value = body.get(name)
        values[name] = field.default if value is None else _checked(name, value, field.kind)
    return values


def _checked(name: str, value: Any, kind: type | str) -> Any:
    if kind == STRING_LIST:
        value = [value] if isinstance(value, str) else value
        good = isinstance(value, list) and all(isinstance(item, str) for item in value)
    elif kind == OBJECT_LIST:
        good = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    elif kind == STRING_MAP:
        good = isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    elif kind == OBJECT_MAP:
        good = isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())
    else:
        assert isinstance(kind, type)
        good = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if not good:
        raise InvalidParameterError(
            f"invalid JSON: {name} must be a {TYPE_WORDS.get(kind, kind)}, got {str(value)[:80]}"
        )
    _check_numbers_and_text(name, value)
    return value


def _check_numbers_and_text(name: str, value: Any) -> None:
    """Refuse what the system below cannot carry: numbers over 64 bits, text with a NUL byte."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise InvalidParameterError(f"invalid JSON: {name}: number out of range")
    if isinstance(value, str) and ("\0" in value or not value.isascii() and not _encodable(value)):
        raise InvalidParameterError(f"invalid JSON: {name}: text with a NUL byte or broken UTF-8")
    if isinstance(value, list):
        for item in value:
            _check_numbers_and_text(name, item)
    if isinstance(value, dict):
        for key, item in value.items():
            _check_numbers_and_text(name, key)
            _check_numbers_and_text(name, item)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
