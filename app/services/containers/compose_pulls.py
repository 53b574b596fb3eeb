"""Images that compose needs from registries where the user is signed in with Marina.

Compose knows the sign-ins of the docker command only. So what it would pull from such a registry is pulled
before, by Marina's own connection: a password is handed to no other program, and to no file.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Self

from app.services.containers.compose_run import ComposeRun
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_streams import PullStream
from app.services.errors import MarinaError
from app.services.images.reference import parse_reference


class RunAfterPulls:
    """A compose command that runs once its images are there; `cancel` may be called from any thread."""

    def __init__(
        self, run: ComposeRun, client: EngineClient, find_images: Callable[[], Sequence[str]]
    ) -> None:
        """`find_images` returns the names that the command would pull where they are missing."""
        self._run, self._client, self._find_images = run, client, find_images
        self._lock = threading.Lock()
        self._cancelled = False
        self._current: PullStream | ComposeRun | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        """Everything was ended by `lines` itself."""

    def lines(self) -> Iterator[str]:
        """Yield what is said, line by line. Raises UserError when compose ends with a failure."""
        for name in self._wanted():
            yield from self._pull(name)
        if not self._cancelled:
            with self._run as run, self._as_current(run):
                yield from run.lines()

    def cancel(self) -> None:
        """End the pull or the command."""
        with self._lock:
            self._cancelled = True
            if self._current is not None:
                self._current.cancel()

    def _wanted(self) -> list[str]:
        try:
            names = {parse_reference(name).full_name: name for name in self._find_images()}
            signed_in = {full: name for full, name in names.items() if self._client.login_headers(name)}
            if not signed_in:
                return []
            here = {
                parse_reference(tag).full_name for image in self._client.list_images() for tag in image.tags
            }
        except MarinaError:
            return []  # compose itself says what is wrong
        return [name for full, name in signed_in.items() if full not in here]

    def _pull(self, name: str) -> Iterator[str]:
        if self._cancelled:
            return
        yield f" {name} Pulling"
        done = -1
        try:
            with self._client.pull(name) as stream, self._as_current(stream):
                for progress in stream:
                    if progress.layers_done != done and progress.layers:
                        done = progress.layers_done
                        yield f" {name} Pulling: {done} of {len(progress.layers)} layers"
        except MarinaError as error:
            if not self._cancelled:
                yield f" {name} {error}"  # compose tries it again, and what it says of it counts
            return
        yield f" {name} Pulled"

    @contextlib.contextmanager
    def _as_current(self, current: PullStream | ComposeRun) -> Iterator[None]:
        with self._lock:
            self._current = current
            if self._cancelled:
                current.cancel()
        try:
            yield
        finally:
            with self._lock:
                self._current = None
