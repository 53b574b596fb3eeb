"""A build's context: the archive that a client sends, received and made a tree of.

Source: Docker Engine API, `POST /build`; dockerd's `builder/remotecontext`.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.builder.copy.archive_tree import ArchiveTree
from backend.builder.copy.path_patterns import clean, excludes, read_ignore_file
from backend.builder.copy.source_tree import FILE, Node, resolve
from backend.errors import InvalidParameterError, SystemFailureError
from backend.images.layers.decompression import (
    BUFFER,
    BZIP2_MAGIC,
    DECOMPRESSION_ERRORS,
    GZIP_MAGIC,
    XZ_MAGIC,
    ZSTD_MAGIC,
    plain,
)
from backend.state_files import StateFiles
from backend.tasks import in_thread_to_end

SCRATCH_PREFIX = "build-"
IGNORE_FILE = ".dockerignore"
MAX_DOCKERFILE = 4 * 1024 * 1024  # bytes
READ_SIZE = 1 << 20
AT_HAND = 1 << 16  # bytes that are looked through in less time than the way to a thread takes
COMPRESSED = (GZIP_MAGIC, ZSTD_MAGIC, BZIP2_MAGIC, XZ_MAGIC)


class Scratch:
    """A folder for what a build downloads or unpacks, made when it is first asked for: few builds do.

    What a crash leaves goes at the next start, with unfinished downloads.
    """

    def __init__(self, files: StateFiles) -> None:
        self._parent = files.downloads
        self._folder: Path | None = None
        self._making = threading.Lock()

    @property
    def folder(self) -> Path:
        """The folder itself."""
        with self._making:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp("", SCRATCH_PREFIX, self._parent))
            return self._folder

    async def remove(self) -> None:
        """Remove it with all that is in it."""
        if self._folder is not None:
            await in_thread_to_end(shutil.rmtree, self._folder, True)


@dataclass(frozen=True, slots=True)
class BuildContext:
    """The files of a context, and a folder of the build's own for what it downloads or unpacks."""

    tree: ArchiveTree
    scratch: Scratch


@asynccontextmanager
async def scratch_folder(files: StateFiles) -> AsyncIterator[Scratch]:
    """Hold a folder for a build."""
    scratch = Scratch(files)
    try:
        yield scratch
    finally:
        await scratch.remove()


@asynccontextmanager
async def received_context(chunks: AsyncIterator[bytes], scratch: Scratch) -> AsyncIterator[BuildContext]:
    """Receive an archive, plain or compressed: into memory when it is small and plain, else into `scratch`.

    Raises InvalidParameterError for what is no archive, SystemFailureError when the disk is full.
    """
    waiting = bytearray()
    async for chunk in chunks:
        waiting += chunk
        if len(waiting) >= READ_SIZE:
            break
    if len(waiting) < READ_SIZE and not waiting.startswith(COMPRESSED):
        with _errors_of_storing():
            # Each way to a thread costs what a step from the cache does.
            if len(waiting) <= AT_HAND:
                tree = ArchiveTree.of_bytes(waiting, at_hand=True)
            else:
                tree = await in_thread_to_end(ArchiveTree.of_bytes, waiting)
        with closing(tree):
            yield BuildContext(tree, scratch)
        return
    path = scratch.folder / "context"
    with _errors_of_storing(), path.open("wb", buffering=0) as file:
        await in_thread_to_end(file.write, bytes(waiting))
        waiting.clear()
        async for chunk in chunks:
            waiting += chunk
            if len(waiting) >= READ_SIZE:
                await in_thread_to_end(file.write, bytes(waiting))
                waiting.clear()
        await in_thread_to_end(file.write, bytes(waiting))
    async with opened_context(path, scratch) as context:
        yield context


@asynccontextmanager
async def opened_context(path: Path, scratch: Scratch) -> AsyncIterator[BuildContext]:
    """Make a tree of an archive in `scratch`."""
    with closing(await in_thread_to_end(read_archive, path)) as tree:
        yield BuildContext(tree, scratch)


@contextmanager
def _errors_of_storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SystemFailureError(f"cannot store the context: {os.strerror(error.errno or 0)}") from error


def read_archive(path: Path) -> ArchiveTree:
    """Return the tree of an archive, which may be compressed and is replaced by its plain form then.

    Blocking. Raises InvalidParameterError, SystemFailureError.
    """
    with path.open("rb", buffering=BUFFER) as file:
        magic = file.read(6)
        file.seek(0)
        errors = DECOMPRESSION_ERRORS
        decompressed = path.with_name(f"{path.name}.plain")
        try:
            if magic.startswith(BZIP2_MAGIC):
                import bz2

                errors += (OSError, ValueError)
                with bz2.open(file) as stream, decompressed.open("wb") as target:
                    shutil.copyfileobj(stream, target, READ_SIZE)
            elif magic.startswith(XZ_MAGIC):
                import lzma

                errors += (lzma.LZMAError,)
                with lzma.open(file) as stream, decompressed.open("wb") as target:
                    shutil.copyfileobj(stream, target, READ_SIZE)
            else:
                with plain(file) as reader:
                    if reader is file:
                        return ArchiveTree.read(path)
                    with decompressed.open("wb") as target:
                        while data := reader.read(READ_SIZE):
                            target.write(data)
        except errors as error:
            raise InvalidParameterError(f"cannot decompress the archive: {error}") from error
        except OSError as error:
            raise SystemFailureError(f"cannot store the archive: {error.strerror}") from error
    path.unlink()
    return ArchiveTree.read(decompressed)


def read_dockerfile(tree: ArchiveTree, name: str) -> str:
    """Return the Dockerfile's text, and take it out of the tree where .dockerignore wants that.

    Blocking. Raises InvalidParameterError in dockerd's words.
    """
    wanted = clean(name or "Dockerfile").removeprefix("/")
    if wanted == ".." or wanted.startswith("../"):
        raise InvalidParameterError(f"forbidden path outside the build context: {name} ()")
    found = _look(tree, wanted)
    if found is None and wanted == "Dockerfile":
        found = _look(tree, "dockerfile")
        wanted = "dockerfile" if found else wanted
    if found is None:
        raise InvalidParameterError(f"Cannot locate specified Dockerfile: {wanted}")
    path, node = found
    if node.size == 0:
        raise InvalidParameterError(f"the Dockerfile ({wanted}) cannot be empty")
    text = _text(tree, path, node, wanted)
    ignore = _look(tree, IGNORE_FILE)
    if ignore is not None:
        patterns = read_ignore_file(_text(tree, *ignore, IGNORE_FILE))
        for unwanted in (IGNORE_FILE, wanted):
            if tree.look(unwanted) is not None and excludes(patterns, unwanted):
                tree.remove(unwanted)
    return text


def _look(tree: ArchiveTree, name: str) -> tuple[str, Node] | None:
    path = resolve(tree, name)
    node = tree.look(path)
    return (path, node) if node is not None and node.kind == FILE else None


def _text(tree: ArchiveTree, path: str, node: Node, shown: str) -> str:
    if node.size > MAX_DOCKERFILE:
        raise InvalidParameterError(f"{shown} is larger than {MAX_DOCKERFILE} bytes")
    return b"".join(tree.contents(path, node)).decode(errors="replace")
