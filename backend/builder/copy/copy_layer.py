"""The layer that a COPY or ADD makes, written directly: no container, no copy on the disk.

Source: the classic builder's `copy.go` and `internals_linux.go`: what becomes of owners, modes and missing
folders.
"""

import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from backend.builder.copy.copy_sources import Source, last_name
from backend.builder.copy.file_modes import Chmod
from backend.builder.copy.source_tree import FILE, FOLDER, SYMLINK, Node, SourceTree, resolve, walk
from backend.errors import InvalidParameterError
from backend.images.tar import tar_headers
from backend.images.tar.tar_headers import FolderAttributes

CHUNK = 1 << 20
END = bytes(2 * tar_headers.BLOCK)
WHITEOUT = ".wh."


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom copied files belong to."""

    uid: int = 0
    gid: int = 0


@dataclass(frozen=True, slots=True)
class _Planned:
    """An entry of the layer, and where its contents come from. Hard links are kept within a `group`."""

    node: Node
    tree: SourceTree | None = None
    path: str = ""
    group: int = 0


class CopyLayer:
    """The entries of one layer over the image whose files are `root`; copied files get modes by `chmod`.

    Folders that are made on the way are of the time `now`. With `as_buildkit` no file takes a folder's place,
    and no folder that of anything else, a link to one included.
    """

    def __init__(
        self,
        root: SourceTree,
        chmod: Chmod | None = None,
        now: int | None = None,
        *,
        as_buildkit: bool = False,
    ) -> None:
        self._root = root
        self._as_buildkit = as_buildkit
        self._in_image: dict[str, bool] = {}
        self._chmod = chmod
        self._now = int(time.time()) if now is None else now
        self._planned: dict[str, _Planned] = {}
        self._resolved: dict[str, str] = {}
        self._groups = 0

    def add(
        self, source: Source, destination: str, owner: Owner | None, *, keeps_parents: bool = False
    ) -> None:
        """Plan a source to go to the absolute path `destination`; None keeps its owners. Blocking.

        With `keeps_parents` it goes into that folder, with the folders above it. Raises
        InvalidParameterError in dockerd's words.
        """
        target = resolve(self._root, destination)
        if source.above:
            target = f"{target}/{source.above}".lstrip("/")
            self._add_parents(source, target, owner)
        if source.above or (keeps_parents and source.path):
            target = f"{target}/{last_name(source.path)}".lstrip("/")
        present = self._look(target)
        if source.node.kind == FOLDER:
            if present is not None and present.kind != FOLDER:
                if self._as_buildkit:
                    raise InvalidParameterError(f"cannot copy to non-directory: /{target}")
                raise InvalidParameterError(f"failed to copy directory: mkdir /{target}: not a directory")
            if present is None:
                self._make_folders(target, Owner(), owner or Owner())
                if target and (self._chmod is not None or keeps_parents):
                    self._put(target, _Planned(self._owned(source.node, owner)))
            self.add_tree(source.tree, source.real_path, target, owner, replaces=not self._as_buildkit)
            return
        into_folder = destination.endswith("/") or (present is not None and present.kind == FOLDER)
        if into_folder and not keeps_parents:
            target = f"{target}/{last_name(source.path)}".lstrip("/")
        above = target.rpartition("/")[0]
        self._make_folders(above, owner or Owner(), owner or Owner())
        if self._as_buildkit:
            self._check(target, source.node)
        self._put(target, _Planned(self._owned(source.node, owner), source.tree, source.real_path))

    def add_tree(
        self,
        tree: SourceTree,
        top: str,
        target: str,
        owner: Owner | None,
        *,
        keeps_modes: bool = False,
        replaces: bool = True,
    ) -> None:
        """Plan everything below the folder `top` of a tree; with `replaces` whatever is there. Blocking."""
        skip = len(top) + 1 if top else 0
        self._groups += 1
        for path, node in walk(tree, top):
            place = f"{target}/{path[skip:]}".lstrip("/")
            if node.implied:
                continue  # what lies in it finds, or makes, the folders above
            above, _, name = place.rpartition("/")
            if above not in self._planned:
                above = self._real_folder(above)
            if not replaces:
                self._check(f"{above}/{name}".lstrip("/"), node)
            kept = _given_to(node, owner) if keeps_modes else self._owned(node, owner)
            self._put(f"{above}/{name}".lstrip("/"), _Planned(kept, tree, path, self._groups))

    def add_folder(self, path: str, owner: Owner) -> None:
        """Plan an absolute path to be a folder, as WORKDIR does; missing ones get `owner`.

        Raises InvalidParameterError.
        """
        target = resolve(self._root, path)
        present = self._look(target)
        if present is not None and present.kind != FOLDER:
            raise InvalidParameterError(f"Cannot mkdir: {path} is not a directory")
        self._make_folders(target, owner, owner)

    def place(self, path: str) -> str:
        """Return where an absolute path leads, relative to the root."""
        return resolve(self._root, path)

    @property
    def is_empty(self) -> bool:
        """Whether the layer changes nothing."""
        return not self._planned

    def chunks(self) -> Iterator[bytes]:
        """Give the layer's plain tar, piece by piece. Blocking."""
        waiting: list[bytes] = []
        length = 0
        first_names: dict[tuple[int, int], str] = {}
        for path in sorted(self._planned, key=lambda path: path.split("/")):
            planned = self._planned[path]
            first = self._first_name(first_names, planned, path)
            for data in _entry(path, planned, first):
                waiting.append(data)
                length += len(data)
                if length >= CHUNK:
                    yield b"".join(waiting)
                    waiting.clear()
                    length = 0
        waiting.append(END)
        yield b"".join(waiting)

    def _first_name(self, first_names: dict[tuple[int, int], str], planned: _Planned, path: str) -> str:
        """Return the entry that this is a further name of, "" when it is the first."""
        if not planned.group or not planned.node.number:
            return ""
        first = first_names.setdefault((planned.group, planned.node.number), path)
        return "" if first == path else first

    def _owned(self, node: Node, owner: Owner | None) -> Node:
        """Return a node as it is to be in the layer."""
        changed = _given_to(node, owner)
        if self._chmod is None or node.kind == SYMLINK:
            return changed
        return replace(changed, mode=self._chmod(node.mode, node.kind == FOLDER))

    def _add_parents(self, source: Source, target: str, owner: Owner | None) -> None:
        """Plan the missing folders above a source to be as they are in its tree."""
        missing: list[tuple[str, Node]] = []
        parts, above = target.split("/"), source.path.rpartition("/")[0].split("/")
        for depth in range(source.above.count("/") + 1):
            place = "/".join(parts[: len(parts) - depth])
            node = source.tree.look(resolve(source.tree, "/".join(above[: len(above) - depth])))
            if node is not None and self._look(place) is None:
                missing.append((place, node))
        self._make_folders(target, Owner(), owner or Owner())
        for place, node in missing:
            self._put(place, _Planned(_given_to(replace(node, implied=False), owner or Owner())))

    def _check(self, path: str, node: Node) -> None:
        """Refuse what BuildKit does not replace. Raises InvalidParameterError in its words."""
        planned = self._planned.get(path)
        present = planned.node if planned else self._look_in_image(path)
        if present is None:
            return
        if node.kind == FOLDER and present.kind != FOLDER:
            raise InvalidParameterError(f"cannot copy to non-directory: /{path}")
        if node.kind != FOLDER and present.kind == FOLDER:
            raise InvalidParameterError(f"cannot replace to directory /{path} with file")

    def _look_in_image(self, path: str) -> Node | None:
        """Return what the image has at a path; of folders that it has not nothing is looked up."""
        above = path.rpartition("/")[0]
        if above not in self._in_image:
            self._in_image[above] = not above or self._root.look(above) is not None
        return self._root.look(path) if self._in_image[above] else None

    def _look(self, path: str) -> Node | None:
        planned = self._planned.get(path)
        return planned.node if planned else self._root.look(path)

    def _real_folder(self, path: str) -> str:
        """Return where a folder that an archive only implies is, making it when it is missing."""
        found = self._resolved.get(path)
        if found is None:
            found = self._resolved[path] = resolve(self._root, path)
            self._make_folders(found, Owner(), Owner())
        return found

    def _make_folders(self, path: str, above: Owner, last: Owner) -> None:
        """Plan the folders of `path` that are missing. Raises InvalidParameterError for files in the way."""
        parts = path.split("/") if path else []
        for depth in range(1, len(parts) + 1):
            here = "/".join(parts[:depth])
            present = self._look(here)
            if present is None:
                owner = last if depth == len(parts) else above
                self._put(here, _Planned(Node(FOLDER, 0o755, owner.uid, owner.gid, self._now)))
            elif present.kind != FOLDER:
                raise InvalidParameterError(f"mkdir /{here}: not a directory")

    def _put(self, path: str, planned: _Planned) -> None:
        name = path.rpartition("/")[2]
        if name.startswith(WHITEOUT):
            raise InvalidParameterError(f"{path}: names that begin with {WHITEOUT} have no place in an image")
        if planned.node.kind != FOLDER and (before := self._planned.get(path)) and before.node.kind == FOLDER:
            for below in [other for other in self._planned if other.startswith(f"{path}/")]:
                del self._planned[below]
        self._planned[path] = planned


def _given_to(node: Node, owner: Owner | None) -> Node:
    """Return a node with another owner. The kernel takes set-id bits and capabilities from it then."""
    if owner is None:
        return node
    mode = node.mode
    if node.kind == FILE:
        mode &= ~stat.S_ISUID
        if mode & stat.S_IXGRP:
            mode &= ~stat.S_ISGID
    return replace(node, uid=owner.uid, gid=owner.gid, mode=mode, records=())


def _entry(path: str, planned: _Planned, first: str) -> Iterator[bytes]:
    node = planned.node
    attributes = FolderAttributes(node.mode, node.uid, node.gid, node.mtime)
    name = path.encode(errors="surrogateescape")
    if first:
        link = first.encode(errors="surrogateescape")
        yield tar_headers.entry(name, tar_headers.HARD_LINK, attributes, link=link)
        return
    yield tar_headers.entry(
        name + b"/" if node.kind == FOLDER else name,
        node.kind,
        attributes,
        size=node.size,
        link=node.link.encode(errors="surrogateescape") if node.kind == SYMLINK else b"",
        device=node.device,
        records=node.records,
    )
    if node.kind == FILE and planned.tree is not None:
        yield from planned.tree.contents(planned.path, node)
        yield bytes(tar_headers.padded(node.size) - node.size)
