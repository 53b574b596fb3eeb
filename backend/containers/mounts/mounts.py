"""All that a container mounts besides its own root, from the parts of a create call to one list.

Source: Docker Engine API, HostConfig.Binds, Mounts, Tmpfs and VolumesFrom, Config.Volumes.
"""

import posixpath
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.containers.mounts.bind_text import parse_bind
from backend.containers.mounts.mount_object import parse_mount
from backend.containers.mounts.mount_wish import MountWish, clean_target
from backend.errors import InvalidParameterError
from backend.runtime.mount_options import merge_tmpfs


def collect_mounts(
    config: Mapping[str, Any], host: Mapping[str, Any], taken_over: Sequence[dict[str, Any]] = ()
) -> tuple[list[MountWish], list[dict[str, Any]]]:
    """Return the mounts of a create call, and those of `taken_over` (other containers') that stay.

    What the caller names beats what comes from other containers, and both beat the image's volumes.
    HostConfig.Tmpfs is not among them: it takes its place at each start. Raises InvalidParameterError in
    Docker's words.
    """
    driver = host["VolumeDriver"]
    wishes = [replace(parse_bind(text), driver=driver) for text in host["Binds"] or ()]
    wishes += [parse_mount(value) for value in host["Mounts"] or ()]
    for wish in wishes:
        merge_tmpfs(wish.tmpfs_options)
    targets: set[str] = set(tmpfs_targets(host))
    for wish in wishes:
        if wish.target in targets:
            raise InvalidParameterError(f"Duplicate mount point: {wish.target}")
        targets.add(wish.target)
    others = {mount["Destination"]: mount for mount in taken_over if mount["Destination"] not in targets}
    targets |= set(others)
    for target in config["Volumes"] or ():
        # Images are made with `VOLUME data`; the command line takes `-v x:/y` for a path of Windows' kind.
        if (clean := clean_target(target and posixpath.join("/", target))) not in targets:
            wishes.append(MountWish("volume", "", clean, driver=driver))
            targets.add(clean)
    return [_named(wish) for wish in wishes], list(others.values())


def tmpfs_targets(host: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the places and options of HostConfig.Tmpfs. Raises InvalidParameterError."""
    return {
        clean_target(target): merge_tmpfs(options.split(","))
        for target, options in (host["Tmpfs"] or {}).items()
    }


def by_depth(mounts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return mounts in an order in which none covers another."""
    return sorted(mounts, key=lambda mount: mount["Destination"].count("/"))


def _named(wish: MountWish) -> MountWish:
    """Return the mount with a name for its volume, which is anonymous if it had none."""
    if wish.kind != "volume" or wish.source:
        return wish
    return replace(wish, source=secrets.token_hex(32), anonymous=True)
