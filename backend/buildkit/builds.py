"""The builds that are under way, by the references that clients give them."""

import asyncio
from collections.abc import Mapping, Sequence

from backend.buildkit.build_status import BuildStatus
from backend.errors import ConflictError, EngineError, InvalidParameterError, NotFoundError, NotSupportedError
from backend.images.image import Image

BUILD_LIMIT = 30.0  # seconds that other calls of a client may come before the one that begins its build
MOST_RESULTS = 256
MOST_ENDED = 64

Attributes = Mapping[str, str]


class Build:
    """One build. Its client may drive it: ask for results, and return one of them.

    A result is kept as what was asked of the frontend; it is built when the client has returned it, and is
    `built` then: other builds may wait for it.
    """

    def __init__(self, ref: str, session_id: str) -> None:
        self.ref = ref
        self.session_id = session_id
        self.status = BuildStatus(ref)
        self.returned: asyncio.Future[Attributes | None] = asyncio.get_running_loop().create_future()
        self.built: asyncio.Future[Image] = asyncio.get_running_loop().create_future()
        self._results: dict[str, Attributes] = {}

    def add_result(self, attributes: Attributes) -> str:
        """Keep a result; returns its id. Raises InvalidParameterError when there are too many."""
        if len(self._results) >= MOST_RESULTS:
            raise InvalidParameterError(f"a build has more than {MOST_RESULTS} results")
        result_id = f"{self.ref}-{len(self._results) + 1}"
        self._results[result_id] = attributes
        return result_id

    def give_back(self, result_id: str) -> None:
        """Take a result as the build's own, "" for none. Raises NotFoundError."""
        if result_id and result_id not in self._results:
            raise NotFoundError(f"return reference {result_id} not found")
        if not self.returned.done():
            self.returned.set_result(self._results[result_id] if result_id else None)

    def fail(self, error: EngineError) -> None:
        """Let the build end as its client says it failed."""
        if not self.returned.done():
            self.returned.set_exception(error)

    def take_results(self, images: Sequence[Image]) -> None:
        """Tell other builds that wait for the result what it is."""
        if len(images) == 1:
            self.built.set_result(images[0])
        else:
            self.built.set_exception(
                NotSupportedError("a result of several platforms cannot be the context of another build")
            )

    def has_result(self, result_id: str) -> bool:
        """Return whether a result is one of this build."""
        return result_id in self._results

    def end(self) -> None:
        """Tell all who wait that there is no more."""
        self.status.end()
        if not self.built.done():
            self.built.set_exception(
                InvalidParameterError("a build that this one takes files from has failed")
            )
        for future in (self.returned, self.built):
            if future.done() and not future.cancelled():
                future.exception()  # seen, whether or not somebody waited for it


class Builds:
    """All builds; of those that have ended the last few, for calls that come after a quick refusal."""

    def __init__(self) -> None:
        self._builds: dict[str, Build] = {}
        self._ended: dict[str, Build] = {}
        self._begun: dict[str, list[asyncio.Future[Build]]] = {}

    def begin(self, ref: str, session_id: str = "") -> Build:
        """Begin a build of the client that has this session. Raises ConflictError, InvalidParameterError."""
        if not ref:
            raise InvalidParameterError("a build needs a reference")
        if ref in self._builds:
            raise ConflictError(f"job ID exists: {ref}")
        self._ended.pop(ref, None)
        build = self._builds[ref] = Build(ref, session_id)
        for waiting in self._begun.pop(ref, ()):
            if not waiting.done():
                waiting.set_result(build)
        return build

    def end(self, build: Build) -> None:
        """Let a build go."""
        build.end()
        del self._builds[build.ref]
        self._ended[build.ref] = build
        while len(self._ended) > MOST_ENDED:
            del self._ended[next(iter(self._ended))]

    async def image_of(self, result_id: str) -> Image:
        """Wait until a result of a build is built, and return it. Raises EngineError."""
        for build in (*self._builds.values(), *self._ended.values()):
            if build.has_result(result_id):
                return await asyncio.shield(build.built)
        raise NotFoundError(f"result {result_id[:200]} not found")

    async def get(self, ref: str) -> Build:
        """Return a build, which may be about to begin, or over. Raises NotFoundError."""
        if (found := self._builds.get(ref) or self._ended.get(ref)) is not None:
            return found
        waiting: asyncio.Future[Build] = asyncio.get_running_loop().create_future()
        self._begun.setdefault(ref, []).append(waiting)
        try:
            async with asyncio.timeout(BUILD_LIMIT):
                return await waiting
        except TimeoutError:
            raise NotFoundError(f"no such job {ref}") from None
        finally:
            others = self._begun.get(ref, [])
            if waiting in others:
                others.remove(waiting)
            if not others:
                self._begun.pop(ref, None)
