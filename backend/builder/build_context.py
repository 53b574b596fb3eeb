"""A build's context: the archive that a client sends, received and made a tree of.

Source: Docker Engine API, `POST /build`; dockerd's `builder/remotecontext`.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.builder.archive_tree import ArchiveTree
from backend.builder.path_patterns import clean, excludes, read_ignore_file
from backend.builder.source_tree import FILE, Node, resolve
from backend.errors import InvalidParameterError, SystemFailureError
from backend.images.decompression import BUFFER, BZIP2_MAGIC, DECOMPRESSION_ERRORS, XZ_MAGIC, plain
from backend.state_files import StateFiles
from backend.tasks import in_thread, in_thread_to_end

SCRATCH_PREFIX = "build-"
IGNORE_FILE = ".dockerignore"
MAX_DOCKERFILE = 4 * 1024 * 1024  # bytes
READ_SIZE = 1 << 20


@dataclass(frozen=True, slots=True)
class BuildContext:
    """The files of a context, and a folder of the build's own for what it downloads or unpacks."""

    tree: ArchiveTree
    scratch: Path


@asynccontextmanager
async def scratch_folder(files: StateFiles) -> AsyncIterator[Path]:
    """Hold a folder for a build; what a crash leaves goes at the next start, with unfinished downloads."""
    folder = Path(await in_thread(tempfile.mkdtemp, "", SCRATCH_PREFIX, files.downloads))
    try:
        yield folder
    finally:
        await in_thread_to_end(shutil.rmtree, folder, True)


@asynccontextmanager
async def received_context(chunks: AsyncIterator[bytes], scratch: Path) -> AsyncIterator[BuildContext]:
    """Receive an archive, plain or compressed, into `scratch`.

    Raises InvalidParameterError for what is no archive, SystemFailureError when the disk is full.
    """
    path = scratch / "context"
    waiting = bytearray()
    with _errors_of_storing(), path.open("wb", buffering=0) as file:
        async for chunk in chunks:
            waiting += chunk
            if len(waiting) >= READ_SIZE:
                await in_thread_to_end(file.write, bytes(waiting))
                waiting.clear()
    # A small context is written and read at once: each way to a thread costs what a step from the cache does.
    async with opened_context(path, scratch, rest=bytes(waiting)) as context:
        yield context


@asynccontextmanager
async def opened_context(path: Path, scratch: Path, rest: bytes = b"") -> AsyncIterator[BuildContext]:
    """Make a tree of an archive in `scratch`, of which `rest` is still to be written."""

    def work() -> ArchiveTree:
        if rest:
            with _errors_of_storing(), path.open("ab", buffering=0) as file:
                file.write(rest)
        return read_archive(path)

    tree = await in_thread_to_end(work)
    try:
        yield BuildContext(tree, scratch)
    finally:
        tree.close()


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
