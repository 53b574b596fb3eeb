"""What a build gets from its client: the Dockerfile, its ignore file, the context, and further ones by name.

Source: BuildKit's `frontend/dockerui`.
"""

import posixpath
from collections.abc import Sequence
from contextlib import AsyncExitStack

from backend.builder.build_context import (
    MAX_DOCKERFILE,
    BuildContext,
    Scratch,
    read_dockerfile,
    received_context,
)
from backend.builder.build_options import NamedContext
from backend.builder.copy.archive_tree import ArchiveTree
from backend.builder.copy.path_patterns import clean, ignore_lines
from backend.builder.copy.source_tree import FILE, resolve
from backend.builder.git import git_sources
from backend.buildkit.build_status import BuildStatus
from backend.buildkit.client_files import receive_files, receive_upload
from backend.buildkit.context_paths import IMAGE_SCHEME, LOCAL_SCHEME
from backend.buildkit.frontend_options import FrontendOptions
from backend.buildkit.sessions import Session
from backend.errors import InvalidParameterError, NotSupportedError
from backend.tasks import in_thread_to_end

IGNORE_FILE = ".dockerignore"
TELL_EVERY = 1 << 20  # bytes


class BuildInputs:
    """Receives what a build needs into `scratch`; each transfer is shown as a vertex.

    Trees stay open until `held` is closed.
    """

    def __init__(
        self,
        session: Session,
        options: FrontendOptions,
        scratch: Scratch,
        status: BuildStatus,
        held: AsyncExitStack,
    ) -> None:
        self._session = session
        self._options = options
        self._scratch = scratch
        self._status = status
        self._held = held
        self._number = 0
        self._own_ignore_file: str | None = None

    async def dockerfile(self) -> str:
        """Return the Dockerfile's text. Raises InvalidParameterError."""
        name = clean(self._options.filename).removeprefix("/")
        base = posixpath.basename(name)
        names = [name, name.lower()] if name == "Dockerfile" else [name]
        tree = await self._receive(
            f"[internal] load build definition from {base}",
            "transferring dockerfile:",
            self._options.dockerfile_folder,
            follow=[*names, f"{name}{IGNORE_FILE}"],
        )
        for candidate in names:
            text = await in_thread_to_end(_read, tree, candidate)
            if text is not None:
                break
        else:
            raise InvalidParameterError(f"failed to read dockerfile: open {base}: no such file or directory")
        if not text.strip():
            raise InvalidParameterError("the Dockerfile cannot be empty")
        self._own_ignore_file = await in_thread_to_end(_read, tree, f"{name}{IGNORE_FILE}")
        return text

    async def context(self, paths: Sequence[str] | None) -> BuildContext:
        """Return the context's files, but for those ignored; only `paths` of them unless these are None."""
        folder = self._options.context_folder
        ignored = self._own_ignore_file
        if ignored is None:
            ignored = await self._ignore_file(folder, f"[internal] load {IGNORE_FILE}")
        if paths is not None and not paths:
            return BuildContext(ArchiveTree(), self._scratch)
        tree = await self._receive(
            "[internal] load build context",
            "transferring context:",
            folder,
            follow=paths or (),
            exclude=ignore_lines(ignored),
        )
        return BuildContext(tree, self._scratch)

    async def uploaded_context(self) -> tuple[BuildContext, str]:
        """Return the context that the client has as an archive, and the Dockerfile in it."""
        with self._status.vertex("[internal] load remote build context").under_way():
            chunks = receive_upload(self._session, self._options.context)
            context = await self._held.enter_async_context(received_context(chunks, self._scratch))
        text = await in_thread_to_end(read_dockerfile, context.tree, self._options.filename)
        return context, text

    async def git_context(self) -> tuple[BuildContext, str]:
        """Return a repository's files, and the Dockerfile in them. Raises InvalidParameterError."""
        keep = self._options.attributes.get(f"build-arg:{git_sources.KEEP_ARGUMENT}", "")
        tree = await self._repository(
            "[internal] load git source", self._options.context, keep_git=git_sources.is_wanted(keep)
        )
        text = await in_thread_to_end(read_dockerfile, tree, self._options.filename)
        return BuildContext(tree, self._scratch), text

    async def _repository(self, title: str, text: str, *, keep_git: bool = False) -> ArchiveTree:
        address = git_sources.parse_address(text)
        with self._status.vertex(f"{title} {address.shown}").under_way():
            fetched = await git_sources.fetch(
                address, self._scratch.folder, self._session, keep_git=keep_git, warn=self._status.warn
            )
            tree = await in_thread_to_end(ArchiveTree.read, fetched.archive)
        self._held.callback(tree.close)
        return tree

    async def named_contexts(self) -> dict[str, NamedContext]:
        """Return the further contexts by their names: folders, repositories and images.

        Raises EngineError.
        """
        found: dict[str, NamedContext] = {}
        for name, where in self._options.named_contexts.items():
            if where.startswith(IMAGE_SCHEME):
                found[name] = where.removeprefix(IMAGE_SCHEME)
            elif where.startswith(LOCAL_SCHEME):
                found[name] = await self._named_folder(name, where.removeprefix(LOCAL_SCHEME))
            elif git_sources.is_context(where):
                found[name] = await self._repository(f"[context {name}] load git source", where)
            else:
                raise NotSupportedError(f"the build context {name}={where[:200]} is not supported")
        return found

    async def _named_folder(self, name: str, folder: str) -> ArchiveTree:
        ignored = await self._ignore_file(folder, f"[context {name}] load {IGNORE_FILE}")
        return await self._receive(
            f"[context {name}] load from client",
            f"transferring {name}:",
            folder,
            exclude=ignore_lines(ignored),
        )

    async def _ignore_file(self, folder: str, title: str) -> str:
        tree = await self._receive(title, "transferring context:", folder, follow=[IGNORE_FILE])
        return await in_thread_to_end(_text, tree, IGNORE_FILE)

    async def _receive(
        self,
        title: str,
        shown: str,
        folder: str,
        *,
        follow: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> ArchiveTree:
        """Receive a folder of the client."""
        self._number += 1
        archive = self._scratch.folder / f"received-{self._number}"
        told = total = 0
        with self._status.vertex(title).under_way() as vertex:

            def progress(size: int) -> None:
                nonlocal told, total
                total = size
                if size - told >= TELL_EVERY:
                    told = size
                    vertex.transfer(shown, size)

            await receive_files(self._session, folder, archive, progress, follow=follow, exclude=exclude)
            vertex.transfer(shown, total, done=True)
        tree = await in_thread_to_end(ArchiveTree.read, archive)
        self._held.callback(tree.close)
        return tree


def _read(tree: ArchiveTree, name: str) -> str | None:
    """Return a file's text, None when there is none. Blocking."""
    path = resolve(tree, name)
    node = tree.look(path)
    if node is None or node.kind != FILE:
        return None
    if node.size > MAX_DOCKERFILE:
        raise InvalidParameterError(f"{name} is larger than {MAX_DOCKERFILE} bytes")
    return b"".join(tree.contents(path, node)).decode(errors="replace")


def _text(tree: ArchiveTree, name: str) -> str:
    """Return a file's text, "" when there is none. Blocking."""
    return _read(tree, name) or ""
