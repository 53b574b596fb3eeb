"""A whole build: from what a client sends, or an address, to an image."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.builder.build_context import (
    BuildContext,
    Scratch,
    opened_context,
    read_dockerfile,
    received_context,
    scratch_folder,
)
from backend.builder.build_options import BuildOptions
from backend.builder.build_state import BuildState
from backend.builder.copy import remote_files
from backend.builder.dockerfile.instruction_parser import BadLineError, parse_dockerfile
from backend.builder.git import git_sources
from backend.builder.image_build import BuildParts, ImageBuild
from backend.builder.progress.progress import Progress
from backend.builder.progress.recorded_progress import RecordedProgress
from backend.containers.manager import Containers
from backend.errors import InvalidParameterError
from backend.images.layers.decompression import BZIP2_MAGIC, GZIP_MAGIC, XZ_MAGIC, ZSTD_MAGIC
from backend.images.tar.tar_headers import BLOCK, is_valid
from backend.tasks import in_thread_to_end


@dataclass(frozen=True, slots=True)
class BuildInput:
    """A context that is here already, and the Dockerfile's text."""

    context: BuildContext
    dockerfile: str


SMALL = 4096  # characters
Source = str | AsyncIterator[bytes] | BuildInput


async def build_image(
    containers: Containers,
    state: BuildState,
    source: Source,
    options: BuildOptions,
    progress: Progress,
) -> str:
    """Build an image from an archive's bytes, from what is at an address, or from an input; returns its id.

    Nothing is told before the Dockerfile is understood. Raises EngineError in dockerd's words; only images of
    steps that were done stay then. So they do when it is cancelled.
    """
    if isinstance(source, BuildInput):
        return await _build(containers, state, source, options, progress)
    async with (
        scratch_folder(containers.files) as scratch,
        _context(source, options, scratch) as context,
    ):
        if context.tree.at_hand:
            text = read_dockerfile(context.tree, options.dockerfile)
        else:
            text = await in_thread_to_end(read_dockerfile, context.tree, options.dockerfile)
        return await _build(containers, state, BuildInput(context, text), options, progress)


async def _build(
    containers: Containers,
    state: BuildState,
    found: BuildInput,
    options: BuildOptions,
    progress: Progress,
) -> str:
    with state.history.recorded(options, found.dockerfile) as record:
        try:
            # A small one takes less time than the way to a thread.
            if len(found.dockerfile) > SMALL:
                dockerfile = await in_thread_to_end(parse_dockerfile, found.dockerfile)
            else:
                dockerfile = parse_dockerfile(found.dockerfile)
        except BadLineError as error:
            record.error_line = error.line
            raise
        async with containers.images.kept() as keep:
            told = RecordedProgress(record, progress)
            parts = BuildParts(containers, state.cache_mounts, found.context, options, told, keep)
            record.image_id = (await ImageBuild(parts, dockerfile).run()).id
            return record.image_id


@asynccontextmanager
async def _context(
    source: str | AsyncIterator[bytes], options: BuildOptions, scratch: Scratch
) -> AsyncIterator[BuildContext]:
    if not isinstance(source, str):
        async with received_context(source, scratch) as context:
            yield context
        return
    async with opened_context(await _fetched(source, options, scratch.folder), scratch) as context:
        yield context


async def _fetched(address: str, options: BuildOptions, scratch: Path) -> Path:
    """Return the archive at an address; a text there is the Dockerfile of an empty context."""
    if git_sources.is_context(address):
        return (await git_sources.fetch_context(address, scratch, options)).archive
    if not remote_files.is_address(address):
        raise InvalidParameterError(f"remoteURL ({address[:200]}) could not be recognized as URL")
    try:
        file = await remote_files.download(address, scratch, lambda message: None)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"error downloading remote context {address}: {error.message}") from error
    with file.path.open("rb") as opened:
        start = opened.read(BLOCK)
    if start.startswith((GZIP_MAGIC, ZSTD_MAGIC, BZIP2_MAGIC, XZ_MAGIC)) or (
        len(start) == BLOCK and is_valid(start)
    ):
        return file.path
    return await in_thread_to_end(_archive_of, file.path, options.dockerfile)


def _archive_of(text: Path, name: str) -> Path:
    """Return an archive of one file."""
    import tarfile

    archive = text.with_name("context")
    with tarfile.open(archive, "w") as tar:
        tar.add(text, name)
    return archive
