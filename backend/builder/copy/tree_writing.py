"""Writes a part of a tree into an empty folder of the engine's own, for commands that are shown it."""

import os
from pathlib import Path

from backend.builder.copy.source_tree import FILE, FOLDER, SYMLINK, Node, SourceTree, walk
from backend.errors import SystemFailureError


def write_tree(tree: SourceTree, top: str, target: Path, *, owners: bool) -> None:
    """Write what is at `top` (a file or a folder, no link) to `target`, which does not exist yet. Blocking.

    With `owners` files keep theirs. Devices, sockets and pipes are left out. Nothing is followed: a tree's
    folders are folders, and each is made here. Raises SystemFailureError when the disk is full.
    """
    node = tree.look(top)
    try:
        if node is None or node.kind == FOLDER:
            _write(tree, top, Node(FOLDER) if node is None else node, target, owners=owners)
            skip = len(top) + 1 if top else 0
            for path, below in walk(tree, top):
                _write(tree, path, below, target / path[skip:], owners=owners)
        else:
            _write(tree, top, node, target, owners=owners)
    except OSError as error:
        raise SystemFailureError(f"cannot write {target.name}: {error.strerror}") from error


def _write(tree: SourceTree, path: str, node: Node, target: Path, *, owners: bool) -> None:
    if node.kind == FOLDER:
        target.mkdir()
    elif node.kind == SYMLINK:
        target.symlink_to(node.link)
    elif node.kind == FILE:
        with target.open("xb") as file:
            for chunk in tree.contents(path, node):
                file.write(chunk)
    else:
        return
    if owners:
        os.chown(target, node.uid, node.gid, follow_symlinks=False)
    if node.kind != SYMLINK:
        target.chmod(node.mode)
        os.utime(target, (node.mtime, node.mtime))
