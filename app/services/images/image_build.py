"""Builds an image from a folder through `POST /build`, and follows its steps.

Source: Docker Engine API, ImageBuild; the words of the builder ("Step 1/3 : …", " ---> Using cache").
"""

import base64
import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.services.engine.engine_streams import JsonStream
from app.services.engine.json_values import as_object, get_object, get_text
from app.services.errors import EngineRequestError, UserError
from app.services.images.build_context import pack
from app.services.images.lent_agent import LentAgent

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient

_STEP = re.compile(r"Step (\d+)/(\d+) : (.*)", re.DOTALL)
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s")
_LOG_LINES = 5000
_SECRETS_HEADER = "X-Marina-Build-Secrets"
_SECRETS_SIZE = 500 << 10  # as BuildKit's


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What is to be built; `secrets` are files by the ids that `RUN --mount=type=secret` knows them by.

    `platform` is such as "linux/arm64", "" for the engine's own.
    `lends_agent` is for `RUN --mount=type=ssh` and for repositories over SSH.
    """

    folder: Path
    dockerfile: str = "Dockerfile"
    tag: str = ""
    target: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    no_cache: bool = False
    secrets: tuple[tuple[str, str], ...] = ()
    lends_agent: bool = False
    platform: str = ""

    def check(self) -> None:
        """Raise UserError for what cannot work."""
        if not self.folder.is_dir():
            raise UserError(f"{self.folder} is no folder")
        if not (self.folder / self.dockerfile).is_file():
            raise UserError(
                f"There is no {self.dockerfile} in {self.folder}",
                what_to_do="Choose the folder that holds the Dockerfile, or give the file's name.",
            )

    def secrets_header(self) -> dict[str, str]:
        """Return the header that takes the secrets to the engine. Raises UserError."""
        values, size = {}, 0
        for id, name in self.secrets:
            path = self.folder / Path(name).expanduser()
            try:
                with path.open("rb") as file:
                    content = file.read(_SECRETS_SIZE + 1)
            except OSError as error:
                raise UserError(f"The secret {id} cannot be read", str(error)) from error
            values[id] = base64.b64encode(content).decode("ascii")
            size += len(content)
        if size > _SECRETS_SIZE:
            raise UserError("The secrets are too large", "All of them together can have 500 KB.")
        return {_SECRETS_HEADER: json.dumps(values)} if values else {}


@dataclass(frozen=True, slots=True)
class BuildStep:
    """One instruction at its `line`; `state` is "running", "done", "cached" or "failed"."""

    number: int
    total: int
    code: str
    state: str = "running"
    seconds: float = 0.0
    line: int = 0


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """The build after what came so far; `lines` are new since the last one."""

    steps: tuple[BuildStep, ...] = ()
    lines: tuple[str, ...] = ()
    image_id: str = ""
    error: str = ""


class BuildTracker:
    """Makes progress out of the builder's words."""

    def __init__(self, dockerfile: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines_of = instruction_lines(dockerfile)
        self._clock, self._began = clock, 0.0
        self._steps: list[BuildStep] = []
        self._fresh: list[str] = []
        self._image_id = self._error = self._rest = ""

    def add(self, message: "dict[str, Any] | Any") -> None:
        """Take one message of the stream."""
        source = as_object(message)
        failure = get_text(get_object(source, "errorDetail"), "message") or get_text(source, "error")
        if failure:
            self._error = failure
            self._close("failed")
            self._fresh.append(failure)
            return
        if image := get_text(get_object(source, "aux"), "ID"):
            self._image_id = image
        text = get_text(source, "stream")
        if text:
            *lines, self._rest = (self._rest + text).split("\n")
            for line in lines:
                self._add_line(line.rstrip("\r"))
        elif get_text(source, "status") and not get_object(source, "progressDetail"):
            self._fresh.append(get_text(source, "status"))

    def _add_line(self, line: str) -> None:
        match = _STEP.fullmatch(line)
        if match is not None:
            self._close("done")
            number, total, code = int(match[1]), int(match[2]), match[3]
            self._began = self._clock()
            line_number = self._find_line(number, code)
            self._steps.append(BuildStep(number, total, code, line=line_number))
        elif line.strip() == "---> Using cache" and self._steps:
            self._steps[-1] = replace(self._steps[-1], state="cached")
        elif line.startswith(("Successfully built", "Successfully tagged")):
            self._close("done")
        self._fresh.append(line)

    def _close(self, state: str) -> None:
        if not self._steps:
            return
        last = self._steps[-1]
        if last.state == "running" or state == "failed":
            seconds = self._clock() - self._began
            self._steps[-1] = replace(last, state=state, seconds=seconds)

    def _find_line(self, number: int, code: str) -> int:
        """Return the line of an instruction: the one of its number, unless its word says otherwise."""
        word = code.split(None, 1)[0].upper() if code.split() else ""
        if number <= len(self._lines_of) and self._lines_of[number - 1][0] == word:
            return self._lines_of[number - 1][1]
        return next((line for known, line in self._lines_of if known == word), 0)

    def take(self) -> BuildProgress:
        """Return how it stands, with the lines since the last time."""
        fresh, self._fresh = tuple(self._fresh[-_LOG_LINES:]), []
        return BuildProgress(tuple(self._steps), fresh, self._image_id, self._error)


class BuildStream(JsonStream):
    """A build that goes on; iterate it to drive and watch it."""

    tracker: BuildTracker
    agent: LentAgent | None = None

    def close(self) -> None:
        """Free the connection, and take back what was lent."""
        super().close()
        if self.agent is not None:
            self.agent.close()

    def __iter__(self) -> Iterator[BuildProgress]:
        """Yield the state after what came at once. Raises EngineRequestError when the build failed."""
        buffer = b""
        for chunk in self.chunks():
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                if line.strip():
                    self.tracker.add(_parse(line))
            progress = self.tracker.take()
            yield progress
            if progress.error:
                raise EngineRequestError(0, progress.error)


def _parse(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return {"stream": line.decode("utf-8", "replace") + "\n"}


def open_build(
    client: "EngineClient", options: BuildOptions, given_up: threading.Event | None = None
) -> BuildStream:
    """Send the folder and return the stream of what the builder says. Raises UserError.

    Raises CancelledError when `given_up` is set while the folder is sent.
    """
    options.check()
    query = {
        "t": options.tag,
        "dockerfile": options.dockerfile,
        "target": options.target,
        "buildargs": json.dumps(dict(options.arguments)) if options.arguments else "",
        "platform": options.platform,
        "nocache": "1" if options.no_cache else "",
        "rm": "1",
        "forcerm": "1",
    }
    text = (options.folder / options.dockerfile).read_text("utf-8", "replace")
    headers = {
        "Content-Type": "application/x-tar",
        **client.build_headers(),
        **options.secrets_header(),
    }
    with contextlib.ExitStack() as opened:
        agent = LentAgent(client) if options.lends_agent else None
        if agent is not None:
            opened.callback(agent.close)
            headers |= agent.headers
        with contextlib.closing(pack(options.folder, options.dockerfile, given_up)) as archive:
            stream = BuildStream(*client.open_stream("POST", "/build", query, archive, headers))
        stream.tracker, stream.agent = BuildTracker(text), agent
        opened.pop_all()  # from here on it is the stream's
    return stream


def instruction_lines(dockerfile: str) -> list[tuple[str, int]]:
    """Return each instruction's word and the number of its line."""
    found: list[tuple[str, int]] = []
    continued, heredoc = False, ""
    for number, line in enumerate(dockerfile.splitlines(), start=1):
        if heredoc:
            heredoc = "" if line.strip() == heredoc else heredoc
            continue
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if not continued and (match := _INSTRUCTION.match(f"{text} ")):
            found.append((match[1].upper(), number))
        continued = text.endswith("\\")
        if opened := re.search(r"<<-?[\"']?([A-Za-z_]\w*)", text):
            heredoc = opened[1]
    return found


@dataclass(frozen=True, slots=True)
class PastBuild:
    """A build of the engine's history. Times are seconds; only one that was asked for has `steps`.

    One that `is_imported` was made elsewhere: its image is not here.
    """

    id: str
    status: str  # "running", "done", "failed" or "cancelled"
    tags: tuple[str, ...] = ()
    started: float = 0.0
    seconds: float = 0.0
    steps_total: int = 0
    steps_cached: int = 0
    error: str = ""
    error_line: int = 0
    dockerfile: str = ""
    steps: tuple[BuildStep, ...] = ()
    log: tuple[str, ...] = field(default=())
    is_imported: bool = False
