"""TUF's way to the network: large files go on where the last try ended."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import requests
from tuf.api.exceptions import DownloadError, DownloadHTTPError, SlowRetrievalError
from tuf.ngclient.fetcher import FetcherInterface

PATIENCE = (10.0, 30.0)
"""Seconds to connect, and between two pieces."""

PIECE = 2**18
PARTIAL_CONTENT, OUT_OF_RANGE = 206, 416
ERRORS = 400

ReceivedCallback = Callable[[int], None]


class ResumingFetcher(FetcherInterface):
    """Keeps what it has of a target in `folder` until `forget`; metadata is small and always fetched anew.

    What is kept is not trusted: TUF checks the whole file, kept part and new part alike.
    """

    def __init__(self, targets: str, folder: Path, on_received: ReceivedCallback = lambda size: None) -> None:
        """`targets` is the address of what is kept; `on_received` hears of a file's bytes so far."""
        self._targets = targets
        self._folder = folder
        self._on_received = on_received
        self._session = requests.Session()

    def forget(self) -> None:
        """Delete what was kept."""
        for path in self._folder.glob("*.part"):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _fetch(self, url: str) -> Iterator[bytes]:
        if not url.startswith(self._targets):
            return self._read(self._get(url, 0))
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.part"
        size = kept.stat().st_size if kept.exists() else 0
        answer = self._get(url, size)
        if answer.status_code == OUT_OF_RANGE:  # it is whole already, or no part of this file
            answer.close()
            return self._read_kept(kept)
        if answer.status_code != PARTIAL_CONTENT:
            kept.unlink(missing_ok=True)
        return self._continue(kept, answer)

    def _get(self, url: str, start: int) -> requests.Response:
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        try:
            answer = self._session.get(url, headers=headers, stream=True, timeout=PATIENCE)
        except requests.Timeout as error:
            raise SlowRetrievalError(f"{url}: {error}") from error
        except requests.RequestException as error:
            raise DownloadError(f"{url}: {error}") from error
        if answer.status_code >= ERRORS and not (start and answer.status_code == OUT_OF_RANGE):
            answer.close()
            raise DownloadHTTPError(f"{url}: status {answer.status_code}", answer.status_code)
        return answer

    def _continue(self, kept: Path, answer: requests.Response) -> Iterator[bytes]:
        yield from self._read_kept(kept)
        received = kept.stat().st_size if kept.exists() else 0
        with kept.open("ab") as file:
            for piece in self._read(answer):
                file.write(piece)
                received += len(piece)
                self._on_received(received)
                yield piece

    def _read_kept(self, kept: Path) -> Iterator[bytes]:
        if kept.exists():
            with kept.open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece

    def _read(self, answer: requests.Response) -> Iterator[bytes]:
        with answer:
            try:
                yield from answer.iter_content(PIECE)
            except requests.RequestException as error:
                raise DownloadError(f"{answer.url}: {error}") from error
