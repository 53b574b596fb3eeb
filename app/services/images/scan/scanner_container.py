"""One run of the scanner: a container of its own, fed through its standard input and read from its output.

The scanner gets nothing but what it needs: no engine's socket, no powers, no files of this computer, and a
network only when it is to fetch its database. What it reads is a stranger's image, and scanners have been
delivered with malware themselves: neither can send anything away, nor change anything.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_streams import HijackedStream
from app.services.engine.stream_frames import STDOUT
from app.services.errors import (
    BadAnswerError,
    CancelledError,
    ConnectionLostError,
    EngineRequestError,
    MarinaError,
)
from app.services.images.scan.scanner_image import LABEL

VOLUME = "marina-scanner"
"""The volume that the scanner's database is kept in."""
CACHE = "/cache"
_DONE = "marina-scan-done:"
_FATAL = re.compile(r"\tFATAL\t(?:Fatal error\t)?")
_LONGEST_OUTPUT = 256 * 1024 * 1024
_LONGEST_TALK = 1024 * 1024


class ScannerContainer:
    """Enter it to start `script`; send, then read. `cancel` may be called from any thread, at any time.

    `script` is for a POSIX shell. It says that all went well by `finish`, as its last command.
    """

    def __init__(
        self,
        client: EngineClient,
        image: str,
        script: str,
        fetches: bool = False,
        environment: Sequence[str] = (),
    ) -> None:
        """`fetches` gives it a network, and lets it write into the volume."""
        self._client = client
        self._body = container_body(image, script, fetches, environment)
        self._id = ""
        self._stream: HijackedStream | None = None
        self._is_cancelled = False

    def __enter__(self) -> Self:
        """Start it. Raises what `EngineClient` raises."""
        try:
            self._id = self._client.create_from_body(new_name(), self._body)
            self._stream = self._client.attach(self._id, tty=False, stdin=True)
            self._client.start_container(self._id)
            self._check()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def cancel(self) -> None:
        """End it; whoever sends or reads gets CancelledError."""
        self._is_cancelled = True
        if (stream := self._stream) is not None:
            stream.cancel()

    def send(self, chunks: Iterable[bytes]) -> Iterator[int]:
        """Write to its standard input, to the end; yields the bytes written so far."""
        assert self._stream is not None
        written = 0
        try:
            for chunk in chunks:
                self._check()
                self._stream.write(chunk)
                written += len(chunk)
                yield written
        except ConnectionLostError:
            self._check()
            raise
        self._stream.close_input()

    def read(self) -> "Output":
        """Return all that it wrote, once it has ended."""
        assert self._stream is not None
        output, talk = bytearray(), bytearray()
        try:
            for stream, data in self._stream.output():
                (output if stream == STDOUT else talk).extend(data)
                del talk[:-_LONGEST_TALK]
                if len(output) > _LONGEST_OUTPUT:
                    raise BadAnswerError("the scanner writes without an end")
        except ConnectionLostError:
            self._check()
            raise
        self._check()
        told = talk.decode(errors="replace")
        words, mark, how = told.rpartition(_DONE)
        return Output(bytes(output), words, how.strip()) if mark else Output(bytes(output), told, "")

    def _check(self) -> None:
        if self._is_cancelled:
            raise CancelledError

    def _remove(self) -> None:
        if self._stream is not None:
            self._stream.close()
        if not self._id:
            return
        try:
            self._client.remove_container(self._id, force=True, volumes=True)
        except EngineRequestError as error:
            if error.status not in (404, 409):  # it is gone already, or on its way
                raise
        except MarinaError:
            if not self._is_cancelled:  # the engine is gone; it ends the container when its input ends
                raise


class Output:
    """What a run wrote. `how` is what `finish` was given; "" when the script did not come to its end."""

    def __init__(self, output: bytes, talk: str, how: str) -> None:
        self.output, self.talk, self.how = output, talk, how

    @property
    def reason(self) -> str:
        """Return what the scanner said at last: what it calls fatal, else its last line."""
        told = self.talk.strip()
        *_, fatal = _FATAL.split(told)
        return " ".join((fatal if fatal != told else told.rpartition("\n")[2]).split())


def finish(how: str = "ok") -> str:
    """Return the command that ends a script well; `how` may be a variable of the shell."""
    return f'echo "{_DONE}{how}" >&2'


def new_name() -> str:
    """Return a name for a container of the scanner, which says whose it is where containers are listed."""
    return f"marina-scan-{secrets.token_hex(4)}"


def container_body(image: str, script: str, fetches: bool, environment: Sequence[str]) -> dict[str, Any]:
    """Return the body of the create call (API /containers/create)."""
    host: dict[str, Any] = {
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "ReadonlyRootfs": True,
        "AutoRemove": True,  # also when nobody is there any more to remove it: its input has ended then
        "LogConfig": {"Type": "none", "Config": {}},
        "Mounts": [
            {"Type": "volume", "Source": VOLUME, "Target": CACHE, "ReadOnly": not fetches},
            {"Type": "volume", "Target": "/tmp"},
        ],
    }
    if not fetches:
        host["NetworkMode"] = "none"
    return {
        "Image": image,
        "Entrypoint": ["/bin/sh", "-c"],
        "Cmd": [f"({script}\n)\nexit 0"],  # another code would be news: a container that failed
        "User": "0",
        "WorkingDir": "/tmp",
        "Env": list(environment),
        "Labels": {LABEL: "1"},
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "OpenStdin": True,
        "StdinOnce": True,
        "HostConfig": host,
    }
