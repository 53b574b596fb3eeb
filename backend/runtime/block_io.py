"""Limits of a container's reads and writes on block devices, from Docker's form to the OCI runtime's.

Source: Docker Engine API, "Resources", Blkio…; OCI runtime-spec, config-linux.md, "Block IO".
"""

import os
import stat
from collections.abc import Mapping
from typing import Any

from backend.errors import InvalidParameterError

# HostConfig field -> OCI field, and the name of the number.
DEVICE_LISTS = {
    "BlkioWeightDevice": ("weightDevice", "Weight"),
    "BlkioDeviceReadBps": ("throttleReadBpsDevice", "Rate"),
    "BlkioDeviceWriteBps": ("throttleWriteBpsDevice", "Rate"),
    "BlkioDeviceReadIOps": ("throttleReadIOPSDevice", "Rate"),
    "BlkioDeviceWriteIOps": ("throttleWriteIOPSDevice", "Rate"),
}
LEAST_WEIGHT, MOST_WEIGHT = 10, 1000


def check(host: Mapping[str, Any]) -> None:
    """Refuse what is no limit. Raises InvalidParameterError."""
    weight = host["BlkioWeight"]
    if weight < 0 or (weight and not LEAST_WEIGHT <= weight <= MOST_WEIGHT):
        raise InvalidParameterError("Range of blkio weight is from 10 to 1000")
    for field, (_, number) in DEVICE_LISTS.items():
        for limit in host[field] or ():
            value, path = limit.get(number, 0), limit.get("Path", "")
            if (
                not isinstance(path, str)
                or not isinstance(value, int)
                or isinstance(value, bool)
                or value < 0
            ):
                raise InvalidParameterError(
                    f"invalid JSON: {field} must hold a Path and a {number}, a number from 0"
                )
            if number == "Weight" and value and not LEAST_WEIGHT <= value <= MOST_WEIGHT:
                raise InvalidParameterError("Range of blkio weight is from 10 to 1000")


def to_oci(host: Mapping[str, Any]) -> dict[str, Any]:
    """Return the OCI `linux.resources.blockIO`. Raises InvalidParameterError for a path without a device."""
    limits: dict[str, Any] = {"weight": host["BlkioWeight"]} if host.get("BlkioWeight") else {}
    for field, (name, number) in DEVICE_LISTS.items():
        if host.get(field):
            limits[name] = [
                {**_device(item.get("Path", "")), number.lower(): item.get(number, 0)} for item in host[field]
            ]
    return limits


def _device(path: str) -> dict[str, int]:
    try:
        info = os.stat(path)  # noqa: PTH116 (one call for a path that may be "")
    except OSError as error:
        raise InvalidParameterError(f"stat {path}: {(error.strerror or '').lower()}") from error
    if not stat.S_ISBLK(info.st_mode):
        raise InvalidParameterError(f"{path}: not a block device")
    return {"major": os.major(info.st_rdev), "minor": os.minor(info.st_rdev)}
