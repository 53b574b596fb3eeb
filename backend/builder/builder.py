"""A whole build: from what a client sends, or an address, to an image."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from backend.builder import remote_files
from backend.builder.build_context import (
    BuildContext,
    opened_context,
    read_dockerfile,
    received_context,
    scratch_folder,
)
from backend.builder.build_options import BuildOptions
from backend.builder.build_output import Room, Send
from backend.builder.image_build import ImageBuild
from backend.builder.instruction_parser import parse_dockerfile
from backend.containers.manager import Containers
from backend.errors import InvalidParameterError, NotSupportedError
from backend.images.decompression import BZIP2_MAGIC, GZIP_MAGIC, XZ_MAGIC, ZSTD_MAGIC
from backend.images.tar_headers import BLOCK, is_valid
from backend.state_files import StateFiles
from backend.tasks import in_thread_to_end

GIT = re.compile(r"(?:git://|git@|github\.com/|https?://.*\.git(?:#.*)?$)")
Source = str | AsyncIterator[bytes]


async def build_image(
    containers: Containers, files: StateFiles, source: Source, options: BuildOptions, send: Send, room: Room
) -> str:
    """Build an image from an archive's bytes, or from what is at an address; returns its id.

    Commands that print without end wait for `room` among what was sent.

    Nothing is sent before the Dockerfile is understood. Raises EngineError in dockerd's words; only images of
    steps that were done stay then. So they do when it is cancelled.
    """
    async with scratch_folder(files) as scratch, _context(source, options, scratch, send) as context:
        text = await in_thread_to_end(read_dockerfile, context.tree, options.dockerfile)
        dockerfile = await in_thread_to_end(parse_dockerfile, text)
        async with containers.images.kept() as keep:
            return (await ImageBuild(containers, dockerfile, context, options, send, room, keep).run()).id


@asynccontextmanager
async def _context(
    source: Source, options: BuildOptions, scratch: Path, send: Send
) -> AsyncIterator[BuildContext]:
    if not isinstance(source, str):
        async with received_context(source, scratch) as context:
            yield context
        return
    async with opened_context(await _fetched(source, options, scratch), scratch) as context:
        yield context


async def _fetched(address: str, options: BuildOptions, scratch: Path) -> Path:
    """Return the archive at an address; a text there is the Dockerfile of an empty context."""
    if GIT.match(address):
        raise NotSupportedError(
            "git repositories as build contexts are not supported: clone it and build from the folder"
        )
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
