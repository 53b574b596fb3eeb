"""COPY and ADD: what they take, and the layer that they make."""

import hashlib
import re
import secrets
import time
from dataclasses import replace
from pathlib import Path

from backend.builder.build_context import BuildContext, read_archive
from backend.builder.build_session import BuildSession
from backend.builder.copy import remote_files
from backend.builder.copy.archive_tree import ArchiveTree
from backend.builder.copy.copy_layer import CopyLayer, Owner
from backend.builder.copy.copy_sources import NotInContextError, Source, find_sources, joint_digest
from backend.builder.copy.file_modes import parse_chmod
from backend.builder.copy.owners import find_owner
from backend.builder.copy.path_patterns import read_patterns
from backend.builder.copy.source_tree import FILE, SourceTree
from backend.builder.dockerfile.heredocs import Heredoc
from backend.builder.dockerfile.instructions import Copy
from backend.builder.git import git_sources
from backend.errors import InvalidParameterError
from backend.images.tar.tar_headers import BLOCK, is_valid
from backend.tasks import in_thread_to_end

CHECKSUM = re.compile(r"sha256:[0-9a-f]{64}")
COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")


class SourcesMissingError(InvalidParameterError):
    """What a step wants to copy is not there; `path` tells where it would be."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path


class RemoteFileError(InvalidParameterError):
    """What is at an address cannot be had, for a `reason`."""

    def __init__(self, keyword: str, reason: str) -> None:
        super().__init__(f"{keyword} failed: {reason}")
        self.reason = reason


class CopyStep:
    """One COPY or ADD, its words expanded. `tree` is where it takes files from, `session` the client.

    For BuildKit wildcards may fit nothing, and several sources may go to a path without a slash at its end.
    """

    def __init__(
        self,
        step: Copy,
        tree: SourceTree,
        context: BuildContext,
        session: BuildSession | None,
        *,
        as_buildkit: bool = False,
    ) -> None:
        self._step = step
        self._as_buildkit = as_buildkit
        self._tree = tree
        self._context = context
        self._session = session
        self._sources: list[Source] = []
        self._opened: list[ArchiveTree] = []
        self._chmod = parse_chmod(step.mode) if step.mode else None
        self._excluded = read_patterns(step.excluded)
        self._check_checksum()

    async def find_sources(self, show_progress: "remote_files.ShowProgress") -> None:
        """Look for the sources, downloading those that are addresses. Raises InvalidParameterError."""
        step = self._step
        for word in step.sources:
            try:
                if step.adding and git_sources.is_source(word):
                    self._sources += await self._repository(word, show_progress)
                elif remote_files.is_address(word):
                    self._sources.append(await self._download(word, show_progress))
                elif isinstance(self._tree, ArchiveTree) and self._tree.at_hand:
                    self._sources += self._find(word)
                else:
                    self._sources += await in_thread_to_end(self._find, word)
            except RemoteFileError:
                raise
            except NotInContextError as error:
                raise SourcesMissingError(f"{step.keyword} failed: {error.message}", error.path) from error
            except InvalidParameterError as error:
                raise InvalidParameterError(f"{step.keyword} failed: {error.message}") from error
        for heredoc in step.texts:
            self._sources.append(await in_thread_to_end(self._text, heredoc))
        if self._as_buildkit:
            return
        if not self._sources:
            raise InvalidParameterError(f"{step.keyword} failed: no source files were specified")
        if len(self._sources) > 1 and not step.destination.endswith("/"):
            raise InvalidParameterError(
                f"When using {step.keyword} with more than one source file, "
                "the destination must be a directory and end with a /"
            )

    def _find(self, word: str) -> list[Source]:
        return find_sources(
            self._tree,
            word,
            from_image=bool(self._step.source_image),
            excluded=self._excluded,
            keeps_parents=self._step.keeps_parents,
            as_buildkit=self._as_buildkit,
        )

    def _check_checksum(self) -> None:
        if not self._step.checksum:
            return
        if len(self._step.sources) + len(self._step.texts) != 1:
            raise InvalidParameterError("checksum can't be specified for multiple sources")
        if any(self._step.adding and git_sources.is_source(word) for word in self._step.sources):
            git_sources.check_checksum(self._step.checksum)
            return
        if not all(remote_files.is_address(word) for word in self._step.sources) or self._step.texts:
            raise InvalidParameterError("checksum can't be specified for non-HTTP sources")
        if not CHECKSUM.fullmatch(self._step.checksum):
            raise InvalidParameterError("invalid checksum digest format")

    def _text(self, heredoc: Heredoc) -> Source:
        """Return a file that stands in the Dockerfile itself."""
        if heredoc.name in (".", "..") or "/" in heredoc.name:
            raise InvalidParameterError(f"{heredoc.name} is no name for a file")
        path = self._context.scratch.folder / f"text-{secrets.token_hex(8)}"
        path.write_text(heredoc.text, errors="surrogateescape", newline="")
        return self._only(ArchiveTree.of_file(path, heredoc.name, int(time.time()), 0o644), heredoc.name)

    def _only(self, tree: ArchiveTree, name: str) -> Source:
        """Return the one file of a tree."""
        self._opened.append(tree)
        (source,) = find_sources(tree, name, from_image=True, literal=True)
        return replace(source, plain=True)

    async def _download(self, address: str, show_progress: "remote_files.ShowProgress") -> Source:
        if not self._step.adding:
            raise InvalidParameterError("source can't be a URL for COPY")
        folder = self._context.scratch.folder
        try:
            file = await remote_files.download(address, folder, show_progress)
        except InvalidParameterError as error:
            raise RemoteFileError(self._step.keyword, error.message) from error
        name = file.name
        if not name:
            if self._step.destination.endswith("/"):
                raise InvalidParameterError(f"cannot determine filename for source {address}")
            name = "__unnamed__"
        if self._step.checksum:
            found = f"sha256:{await in_thread_to_end(_sha256, file.path)}"
            if found != self._step.checksum:
                raise InvalidParameterError(f"digest mismatch {found}: {self._step.checksum}")
        tree = await in_thread_to_end(ArchiveTree.of_file, file.path, name, file.mtime)
        return await in_thread_to_end(self._only, tree, name)

    async def _repository(self, address: str, show_progress: "remote_files.ShowProgress") -> list[Source]:
        fetched = await git_sources.fetch(
            git_sources.parse_address(address),
            self._context.scratch.folder,
            self._session,
            keep_git=self._step.keeps_git,
            warn=lambda text: show_progress({"status": text}),
        )
        if self._step.checksum:
            fetched.check_commit(self._step.checksum)
        tree = await in_thread_to_end(ArchiveTree.read, fetched.archive)
        self._opened.append(tree)
        return await in_thread_to_end(
            lambda: find_sources(tree, "", from_image=True, literal=True, excluded=self._excluded)
        )

    def told(self) -> str:
        """Return the step as BuildKit's history notes it."""
        step = self._step
        flags = ["--parents"] if step.keeps_parents else []
        flags += [f"--chown={step.owner}"] if step.owner else []
        flags += [f"--chmod={step.mode}"] if step.mode else []
        texts = [f"<<{heredoc.name}" for heredoc in step.texts]
        return " ".join([step.keyword, *flags, *step.sources, *texts, step.destination])

    def comment(self) -> str:
        """Return the step as history and cache note it."""
        step = self._step
        flags = [f"--chown={step.owner}"] if step.owner else []
        flags += [f"--chmod={step.mode}"] if step.mode else []
        flags += ["--link"] if step.linked else []
        flags += ["--parents"] if step.keeps_parents else []
        words = [step.keyword, *flags, joint_digest(self._sources), "in", step.destination]
        return f"{' '.join(words)} "

    async def layer(self, root: SourceTree, working_dir: str, now: int | None = None) -> CopyLayer:
        """Return the layer over the image whose files are `root`, made at the time `now`.

        Raises InvalidParameterError.
        """
        return await in_thread_to_end(self._layer, root, working_dir, now)

    def _layer(self, root: SourceTree, working_dir: str, now: int | None) -> CopyLayer:
        step = self._step
        destination = step.destination
        if not destination.startswith("/"):
            destination = f"{working_dir.rstrip('/')}/{destination}"
            destination += "/" if step.destination in (".", "..") else ""
        owner: Owner | None = Owner()
        if step.owner:
            owner = find_owner(root, step.owner, as_buildkit=self._as_buildkit)
        if step.source_image and not step.owner:
            owner = None  # files from images keep theirs
        # A linked layer is the same whatever is below it: no link of the image leads it anywhere.
        below = ArchiveTree() if step.linked else root
        layer = CopyLayer(below, self._chmod, now, as_buildkit=self._as_buildkit)
        for source in self._sources:
            try:
                if step.adding and not source.plain and self._add_archive(layer, source, destination, owner):
                    continue
                layer.add(source, destination, owner, keeps_parents=step.keeps_parents)
            except InvalidParameterError as error:
                if self._as_buildkit:
                    raise
                raise InvalidParameterError(f"failed to copy files: {error.message}") from error
        return layer

    def _add_archive(self, layer: CopyLayer, source: Source, destination: str, owner: Owner | None) -> bool:
        """Plan what is in an archive; returns whether the source is one.

        What it holds keeps its owners. `owner` is whom a new folder for it belongs to, for BuildKit.
        """
        if source.node.kind != FILE or not _may_be_archive(source):
            return False
        path = self._context.scratch.folder / f"archive-{len(self._opened)}"
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
        layer.add_folder(destination, (self._as_buildkit and owner) or Owner())
        layer.add_tree(tree, "", layer.place(destination), None, keeps_modes=self._as_buildkit)
        return True

    def close(self) -> None:
        """Let go of what was opened for the step."""
        for tree in self._opened:
            tree.close()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
