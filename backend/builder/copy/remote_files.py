"""Files that a build fetches by their address.

Source: Dockerfile reference, "ADD": a file of mode 0600 whose time is the answer's Last-Modified; dockerd's
`downloadSource`.
"""

import email.utils
import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import unquote

import aiohttp
from yarl import URL

from backend.errors import InvalidParameterError
from backend.images.registry.registry_errors import unreachable
from backend.tasks import in_thread_to_end

CHUNK = 1 << 20
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30.0, sock_read=60.0)

ShowProgress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that was fetched. `name` is "" when neither address nor answer tells one."""

    path: Path
    name: str
    mtime: int
    content_type: str


def is_address(word: str) -> bool:
    """Return whether a source is fetched rather than looked for."""
    return word.startswith(("http://", "https://"))


async def download(address: str, folder: Path, show_progress: ShowProgress) -> RemoteFile:
    """Fetch a file into `folder`. Raises InvalidParameterError with the reason."""
    with NamedTemporaryFile(prefix="remote-", dir=folder, delete=False) as file:
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True) as session,
                session.get(address) as answer,
            ):
                if answer.status >= 400:
                    text = (await answer.content.read(512)).decode(errors="replace").strip()
                    raise InvalidParameterError(
                        f"failed to GET {address} with status {answer.status} {answer.reason}: {text}"
                    )
                total, done = answer.content_length or 0, 0
                async for chunk in answer.content.iter_chunked(CHUNK):
                    await in_thread_to_end(file.write, chunk)
                    done += len(chunk)
                    detail = {"current": done, "total": total} if total else {"current": done}
                    show_progress({"status": "Downloading", "progressDetail": detail})
                name = _name(str(answer.url.path), answer.headers.get("Content-Disposition", ""))
                return RemoteFile(
                    Path(file.name),
                    name,
                    _unix_time(answer.headers.get("Last-Modified", "")),
                    answer.content_type,
                )
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            if not isinstance(error, ValueError):
                raise InvalidParameterError(unreachable(URL(address), error).message) from error
            raise InvalidParameterError(f'Get "{address}": {error or type(error).__name__}') from error


def _name(path: str, disposition: str) -> str:
    if path and not path.endswith("/"):
        return posixpath.basename(unquote(path))
    message = Message()
    message["Content-Disposition"] = disposition
    name = posixpath.basename(message.get_filename() or "")
    return "" if name in (".", "..") else name


def _unix_time(text: str) -> int:
    parsed = email.utils.parsedate_tz(text)
    return max(0, int(email.utils.mktime_tz(parsed))) if parsed else 0
