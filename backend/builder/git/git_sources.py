"""Git repositories as sources of files: contexts, and what ADD takes.

Source: BuildKit's `util/gitutil`, `frontend/dockerui/context.go`; Docker's page "Build context".
"""

import json
import re
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from backend import processes
from backend.builder.build_options import BuildOptions
from backend.builder.build_session import BuildSession, SecretsSentAlong
from backend.builder.git.git_logins import basic_authorization, server_of, ssh_place
from backend.builder.run.ssh_agents import DEFAULT_AGENT, lend_agent
from backend.errors import InvalidParameterError, NotSupportedError
from backend.tasks import in_thread_to_end

CONTEXT = re.compile(r"(?:git://|git@|ssh://[^/]+@|github\.com/|https?://[^#?]*\.git(?:#.*)?$)")
SOURCE = re.compile(r"(?:git://|git@|ssh://[^/]+@|https?://[^#?]*\.git(?:#.*)?$)")
TIME_LIMIT = 3600.0  # seconds
TOKEN, HEADER = "GIT_AUTH_TOKEN", "GIT_AUTH_HEADER"  # names of secrets
TOKEN_USER = "x-access-token"  # noqa: S105 - whom servers take for one who shows a token
KEEP_ARGUMENT = "BUILDKIT_CONTEXT_KEEP_GIT_DIR"
HEX = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True, slots=True)
class GitAddress:
    """An address of a repository and what of it is meant."""

    url: str
    ref: str = ""
    subfolder: str = ""

    @property
    def over_ssh(self) -> bool:
        """Whether it is fetched by SSH."""
        return server_of(self.url)[0] == "ssh"

    @property
    def shown(self) -> str:
        """The address without passwords."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A commit whose files lie in `archive`."""

    archive: Path
    commit: str

    def check_commit(self, checksum: str) -> None:
        """Compare it with what ADD's `--checksum` says. Raises InvalidParameterError."""
        if not self.commit.startswith(checksum):
            raise InvalidParameterError(f"expected checksum to match {checksum}, got {self.commit}")


def is_context(address: str) -> bool:
    """Return whether a build's context is a repository."""
    return CONTEXT.match(address) is not None


def is_source(word: str) -> bool:
    """Return whether a source of ADD is a repository."""
    return SOURCE.match(word) is not None


def parse_address(text: str) -> GitAddress:
    """Return the parts of `url#ref:subfolder`. Raises InvalidParameterError."""
    url, _, fragment = text.partition("#")
    ref, _, subfolder = fragment.partition(":")
    if url.startswith("github.com/"):
        url = f"https://{url}"
    if ref.startswith("-"):
        raise InvalidParameterError(f"invalid git ref {ref[:100]}")
    parts = [part for part in subfolder.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise InvalidParameterError(f"invalid git subdirectory {subfolder[:200]}")
    try:
        place = ssh_place(url)
        host = urlsplit(url).hostname if place is None else place.host
        _ = urlsplit(url).port
    except ValueError:
        host = None
    if not host:
        raise InvalidParameterError(f"invalid git address {url[:200]}")
    return GitAddress(url, ref, "/".join(parts))


async def fetch(
    address: GitAddress,
    scratch: Path,
    session: BuildSession | None,
    *,
    keep_git: bool = False,
    warn: Callable[[str], None] = lambda text: None,
) -> Fetched:
    """Fetch a repository's files into an archive in `scratch`; `warn` is told what is left out.

    Raises InvalidParameterError with the reason.
    """
    archive, work = scratch / f"git-{secrets.token_hex(8)}", scratch / f"git-{secrets.token_hex(8)}.work"
    wish: dict[str, Any] = {
        "url": address.url,
        "ref": address.ref,
        "subfolder": address.subfolder,
        "keep_git": keep_git,
        "archive": str(archive),
        "work": str(work),
    }
    if shown := await authorization(address, session):
        wish["authorization"] = shown
    async with AsyncExitStack() as held:
        if address.over_ssh:
            wish["agent"] = str(await held.enter_async_context(_lent_agent(scratch, session)))
        held.push_async_callback(in_thread_to_end, shutil.rmtree, work, True)
        work.mkdir()
        finished = await processes.run(
            [sys.executable, "-S", "-s", "-P", "-m", "backend.builder.git.git_fetch"],
            stdin=json.dumps(wish).encode(),
            timeout=TIME_LIMIT,
        )
    result = json.loads(finished.stdout)
    if result["error"]:
        raise InvalidParameterError(f"failed to fetch remote {address.shown}: {result['error']}")
    for folder in result["submodules"]:
        warn(f"no url found for submodule path {folder} of {address.shown}: its folder is empty")
    return Fetched(archive, str(result["commit"]))


@asynccontextmanager
async def _lent_agent(folder: Path, session: BuildSession | None) -> AsyncIterator[Path]:
    """Hold a socket of the client's SSH agent. Raises NotSupportedError, InvalidParameterError."""
    if session is None or isinstance(session, SecretsSentAlong):
        raise NotSupportedError("git repositories over SSH are not supported: use their https:// address")
    if not await session.has_ssh(DEFAULT_AGENT):
        raise InvalidParameterError(f'no SSH key "{DEFAULT_AGENT}" forwarded from the client')
    path = folder / f"agent-{secrets.token_hex(4)}"
    server = await lend_agent(path, partial(session.forward_ssh, DEFAULT_AGENT))
    try:
        yield path
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def fetch_context(address: str, scratch: Path, options: BuildOptions) -> Fetched:
    """Fetch a repository as a build's context, with `.git` where `KEEP_ARGUMENT` asks for it."""
    keep = is_wanted(options.arguments.get(KEEP_ARGUMENT) or "")
    return await fetch(parse_address(address), scratch, options.session, keep_git=keep)


def is_wanted(text: str) -> bool:
    """Return whether the argument of this name keeps `.git`."""
    return text.lower() in ("1", "t", "true")


def check_checksum(checksum: str) -> None:
    """Look at what ADD's `--checksum` says of a repository. Raises InvalidParameterError."""
    if not HEX.fullmatch(checksum):
        raise InvalidParameterError(
            f"invalid checksum {checksum[:100]}: that of a git repository is a commit"
        )


async def authorization(address: GitAddress, session: BuildSession | None) -> str:
    """Return what the client shows this server, "" for nothing: what is for this one alone comes first."""
    parts = urlsplit(address.url)
    if session is None or parts.scheme != "https" or "@" in parts.netloc:
        return ""
    for name in (f"{HEADER}.{parts.netloc}", f"{TOKEN}.{parts.netloc}", HEADER, TOKEN):
        if secret := await session.secret(name):
            text = secret.decode(errors="replace").strip()
            if any(not character.isprintable() for character in text):
                raise InvalidParameterError(f"the secret {name} is no line of text")
            return text if name.startswith(HEADER) else basic_authorization(TOKEN_USER, text)
    return ""
