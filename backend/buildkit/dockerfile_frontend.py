"""Builds an image from a Dockerfile and files that the client sends over its session.

Source: BuildKit's `frontend/dockerui` and `frontend/dockerfile/builder/build.go`.
"""

import posixpath
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from backend.builder.archive_tree import ArchiveTree
from backend.builder.build_context import MAX_DOCKERFILE, BuildContext, scratch_folder
from backend.builder.build_state import BuildState
from backend.builder.builder import BuildInput, build_image
from backend.builder.instruction_parser import parse_dockerfile
from backend.builder.instructions import Dockerfile
from backend.builder.path_patterns import clean, ignore_lines
from backend.builder.source_tree import FILE, resolve
from backend.buildkit.build_status import BuildStatus
from backend.buildkit.client_files import receive_files
from backend.buildkit.failures import located
from backend.buildkit.frontend_options import FrontendOptions, build_options, read_frontend_options
from backend.buildkit.sessions import Session
from backend.buildkit.step_progress import StepProgress
from backend.containers.manager import Containers
from backend.errors import EngineError, InvalidParameterError, NotSupportedError
from backend.images import reference
from backend.images.image import Image
from backend.images.reference import DEFAULT_DOMAIN
from backend.images.registry_auth import Credentials
from backend.tasks import in_thread_to_end

IGNORE_FILE = ".dockerignore"
HUB_HOST = "registry-1.docker.io"  # as clients are asked for their login at Docker Hub
TELL_EVERY = 1 << 20  # bytes


async def build_dockerfile(
    containers: Containers,
    state: BuildState,
    session: Session,
    attributes: Mapping[str, str],
    status: BuildStatus,
    keep: Callable[[Image], None],
) -> Image:
    """Build what the client asks for; returns the image, kept. Raises EngineError in BuildKit's words."""
    options = read_frontend_options(attributes)
    if options.context:
        raise NotSupportedError(f"build contexts at an address are not supported: {options.context[:200]}")
    async with scratch_folder(containers.files) as scratch:
        transfers = _Transfers(session, scratch, status)
        text, ignored = await _dockerfile(transfers, options)
        progress = StepProgress(status)
        try:
            dockerfile = await in_thread_to_end(parse_dockerfile, text)
            if ignored is None:
                ignored = await _ignore_file(transfers, options)
            chosen = build_options(options, session, await _credentials(session, dockerfile))
            async with _context(transfers, options, ignored, scratch) as context:
                found = BuildInput(context, text)
                image_id = await build_image(containers, state, found, chosen, progress)
        except EngineError as error:
            raise located(error, options.filename, text, progress.failed_step) from error
        finally:
            progress.end()
        image = containers.images.find(image_id)
        keep(image)
        return image


class _Transfers:
    """Receives folders of the client, each shown as a vertex."""

    def __init__(self, session: Session, scratch: Path, status: BuildStatus) -> None:
        self._session = session
        self._scratch = scratch
        self._status = status
        self._number = 0

    async def receive(
        self,
        title: str,
        shown: str,
        folder: str,
        *,
        follow: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> Path:
        """Receive one; returns the archive of its files."""
        self._number += 1
        archive = self._scratch / f"received-{self._number}"
        name, told, total = f"transferring {shown}:", 0, 0
        with self._status.vertex(f"[internal] load {title}").under_way() as vertex:

            def progress(size: int) -> None:
                nonlocal told, total
                total = size
                if size - told >= TELL_EVERY:
                    told = size
                    vertex.transfer(name, size)

            await receive_files(self._session, folder, archive, progress, follow=follow, exclude=exclude)
            vertex.transfer(name, total, done=True)
        return archive


async def _dockerfile(transfers: _Transfers, options: FrontendOptions) -> tuple[str, list[str] | None]:
    """Return the Dockerfile's text, and the patterns of an ignore file of its own if there is one."""
    name = clean(options.filename).removeprefix("/")
    wanted = [name, f"{name}{IGNORE_FILE}"]
    if name == "Dockerfile":
        wanted.append(name.lower())
    archive = await transfers.receive(
        f"build definition from {posixpath.basename(name)}",
        "dockerfile",
        options.dockerfile_folder,
        follow=wanted,
    )
    async with _opened(archive) as tree:
        for candidate in (name, name.lower() if name == "Dockerfile" else name):
            text = await in_thread_to_end(_read, tree, candidate)
            if text is not None:
                break
        else:
            raise InvalidParameterError(
                f"failed to read dockerfile: open {posixpath.basename(name)}: no such file or directory"
            )
        own = await in_thread_to_end(_read, tree, f"{name}{IGNORE_FILE}")
    if not text.strip():
        raise InvalidParameterError("the Dockerfile cannot be empty")
    return text, None if own is None else ignore_lines(own)


async def _ignore_file(transfers: _Transfers, options: FrontendOptions) -> list[str]:
    archive = await transfers.receive(IGNORE_FILE, "context", options.context_folder, follow=[IGNORE_FILE])
    async with _opened(archive) as tree:
        text = await in_thread_to_end(_read, tree, IGNORE_FILE)
    return ignore_lines(text or "")


@asynccontextmanager
async def _context(
    transfers: _Transfers, options: FrontendOptions, ignored: Sequence[str], scratch: Path
) -> AsyncIterator[BuildContext]:
    archive = await transfers.receive("build context", "context", options.context_folder, exclude=ignored)
    async with _opened(archive) as tree:
        yield BuildContext(tree, scratch)


@asynccontextmanager
async def _opened(archive: Path) -> AsyncIterator[ArchiveTree]:
    tree = await in_thread_to_end(ArchiveTree.read, archive)
    try:
        yield tree
    finally:
        tree.close()


def _read(tree: ArchiveTree, name: str) -> str | None:
    """Return a file's text, None when there is none. Blocking."""
    path = resolve(tree, name)
    node = tree.look(path)
    if node is None or node.kind != FILE:
        return None
    if node.size > MAX_DOCKERFILE:
        raise InvalidParameterError(f"{name} is larger than {MAX_DOCKERFILE} bytes")
    return b"".join(tree.contents(path, node)).decode(errors="replace")


async def _credentials(session: Session, dockerfile: Dockerfile) -> dict[str, Credentials]:
    """Return the client's logins for the registries that a build may pull from."""
    found: dict[str, Credentials] = {}
    for stage in dockerfile.stages:
        try:
            domain = reference.parse(stage.base).domain
        except InvalidParameterError:
            continue  # has variables in it, or is a stage's name that no image could have
        if domain not in found:
            found[domain] = await session.credentials(HUB_HOST if domain == DEFAULT_DOMAIN else domain)
    return found
