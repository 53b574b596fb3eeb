"""COPY and ADD: what they take, and the layer that they make."""

from pathlib import Path

from backend.builder import remote_files
from backend.builder.archive_tree import ArchiveTree
from backend.builder.build_context import BuildContext, read_archive
from backend.builder.copy_layer import CopyLayer, Owner
from backend.builder.copy_sources import Source, find_sources, joint_digest
from backend.builder.instructions import Copy
from backend.builder.owners import find_owner
from backend.builder.source_tree import FILE, SourceTree
from backend.errors import InvalidParameterError
from backend.images.tar_headers import BLOCK, is_valid
from backend.tasks import in_thread_to_end

COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")


class CopyStep:
    """One COPY or ADD, its words expanded. `tree` is where it takes files from."""

    def __init__(self, step: Copy, tree: SourceTree, context: BuildContext) -> None:
        self._step = step
        self._tree = tree
        self._context = context
        self._sources: list[Source] = []
        self._opened: list[ArchiveTree] = []

    async def find_sources(self, show_progress: "remote_files.ShowProgress") -> None:
        """Look for the sources, downloading those that are addresses. Raises InvalidParameterError."""
        step = self._step
        for word in step.sources:
            try:
                if remote_files.is_address(word):
                    self._sources.append(await self._download(word, show_progress))
                else:
                    self._sources += await in_thread_to_end(self._find, word)
            except InvalidParameterError as error:
                raise InvalidParameterError(f"{step.keyword} failed: {error.message}") from error
        if not self._sources:
            raise InvalidParameterError(f"{step.keyword} failed: no source files were specified")
        if len(self._sources) > 1 and not step.destination.endswith("/"):
            raise InvalidParameterError(
                f"When using {step.keyword} with more than one source file, "
                "the destination must be a directory and end with a /"
            )

    def _find(self, word: str) -> list[Source]:
        return find_sources(self._tree, word, from_image=bool(self._step.source_image))

    async def _download(self, address: str, show_progress: "remote_files.ShowProgress") -> Source:
        if not self._step.adding:
            raise InvalidParameterError("source can't be a URL for COPY")
        folder = self._context.scratch
        file = await remote_files.download(address, folder, show_progress)
        name = file.name
        if not name:
            if self._step.destination.endswith("/"):
                raise InvalidParameterError(f"cannot determine filename for source {address}")
            name = "__unnamed__"
        tree = await in_thread_to_end(ArchiveTree.of_file, file.path, name, file.mtime)
        self._opened.append(tree)
        (source,) = await in_thread_to_end(lambda: find_sources(tree, name, from_image=True, literal=True))
        return Source(tree, source.path, source.real_path, source.node, source.digest, plain=True)

    def comment(self) -> str:
        """Return the step as history and cache note it."""
        step = self._step
        owner = f"--chown={step.owner} " if step.owner else ""
        return f"{step.keyword} {owner}{joint_digest(self._sources)} in {step.destination} "

    async def layer(self, root: SourceTree, working_dir: str) -> CopyLayer:
        """Return the layer over the image whose files are `root`. Raises InvalidParameterError."""
        return await in_thread_to_end(self._layer, root, working_dir)

    def _layer(self, root: SourceTree, working_dir: str) -> CopyLayer:
        step = self._step
        destination = step.destination
        if not destination.startswith("/"):
            destination = f"{working_dir.rstrip('/')}/{destination}"
            destination += "/" if step.destination in (".", "..") else ""
        owner: Owner | None = find_owner(root, step.owner) if step.owner else Owner()
        if step.source_image and not step.owner:
            owner = None  # files from images keep theirs
        layer = CopyLayer(root)
        for source in self._sources:
            try:
                if step.adding and not source.plain and self._add_archive(layer, source, destination):
                    continue
                layer.add(source, destination, owner)
            except InvalidParameterError as error:
                raise InvalidParameterError(f"failed to copy files: {error.message}") from error
        return layer

    def _add_archive(self, layer: CopyLayer, source: Source, destination: str) -> bool:
        """Plan what is in an archive; returns whether the source is one."""
        if source.node.kind != FILE or not _may_be_archive(source):
            return False
        path = self._context.scratch / f"archive-{len(self._opened)}"
        _copy_out(source, path)
        try:
            tree = read_archive(path)
        except InvalidParameterError:
            if _is_compressed(source):
                return False  # a compressed file of another kind is copied as it is
            raise
        if not tree.names(""):
            tree.close()
            return False
        self._opened.append(tree)
        layer.add_folder(destination)
        layer.add_tree(tree, "", layer.place(destination), None)
        return True

    def close(self) -> None:
        """Let go of what was opened for the step."""
        for tree in self._opened:
            tree.close()


def _beginning(source: Source) -> bytes:
    for chunk in source.tree.contents(source.real_path, source.node):
        return chunk[:BLOCK]
    return b""


def _is_compressed(source: Source) -> bool:
    return _beginning(source).startswith(COMPRESSED)


def _may_be_archive(source: Source) -> bool:
    start = _beginning(source)
    return start.startswith(COMPRESSED) or (len(start) == BLOCK and any(start) and is_valid(start))


def _copy_out(source: Source, path: Path) -> None:
    with path.open("wb") as file:
        for chunk in source.tree.contents(source.real_path, source.node):
            file.write(chunk)
