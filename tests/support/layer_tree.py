"""Mounts layers as a container's overlay has them and prints every entry of the merged tree as JSON.

Run inside the engine's root (`python3 -c SOURCE SCRATCH LAYER…`, topmost first): it imports no tests. A layer
is an EROFS image, or a folder as dockerd has them.
"""

import ctypes
import json
import os
import stat
import sys
from pathlib import Path

from backend.images.layers import erofs, read_only_mounts

MS_RDONLY = 1


def merged_tree(scratch: Path, layers: list[Path]) -> dict[str, list[object]]:
    """Return what is in the merged tree: path to kind, mode, owner, text, links, time, attributes, device."""
    lowers = []
    for number, layer in enumerate(layers):
        if layer.is_dir():
            lowers.append(str(layer))
            continue
        target = scratch / str(number)
        target.mkdir(parents=True)
        erofs.mount(layer, target)
        lowers.append(str(target))
    merged, empty = scratch / "merged", scratch / "empty"
    merged.mkdir(parents=True)
    empty.mkdir()  # an overlay wants two lower folders when it has no upper one
    options = f"lowerdir={':'.join([*lowers, str(empty)])}".encode()
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.mount(b"overlay", bytes(merged), b"overlay", MS_RDONLY, options) == 0, ctypes.get_errno()
    try:
        found: dict[str, list[object]] = {}
        for base, folders, files in os.walk(merged):
            for name in folders + files:
                path = Path(base, name)
                found[str(path.relative_to(merged))] = _look_at(path)
        return found
    finally:
        for target in [merged, *(Path(lower) for lower in lowers if Path(lower).parent == scratch)]:
            read_only_mounts.unmount(target)


def _look_at(path: Path) -> list[object]:
    status = path.lstat()
    kind = stat.filemode(status.st_mode)[0]
    text = path.read_bytes().decode("latin-1") if kind == "-" else str(path.readlink()) if kind == "l" else ""
    attributes = {
        name: os.getxattr(path, name, follow_symlinks=False).decode("latin-1")
        for name in os.listxattr(path, follow_symlinks=False)
        if name.startswith(("user.", "security.capability"))
    }
    return [
        kind,
        stat.S_IMODE(status.st_mode),
        status.st_uid,
        status.st_gid,
        text,
        status.st_nlink,
        int(status.st_mtime),
        attributes,
        status.st_rdev,
    ]


if __name__ == "__main__":
    tree = merged_tree(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
    sys.stdout.write(json.dumps(tree))
