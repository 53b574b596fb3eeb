"""One run of a compose command: what it says, line by line, why it failed, and ending it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from app.services.engine.engine_refusals import explain_refusal
from app.services.errors import EngineRequestError, ErrorCode, Task, UserError

_ENGINE_SAYS = re.compile("^Error response from daemon: ")
_LOST = re.compile("error during connect|Cannot connect to the Docker daemon")
_NO_SIGN_IN = re.compile("no basic auth credentials|unauthorized|access denied|authentication required")
_TOLD_PLAINLY = (
    ErrorCode.PORT_TAKEN,
    ErrorCode.PORT_PRIVILEGED,
    ErrorCode.DISK_FULL,
    ErrorCode.PULL_RATE_LIMIT,
)
_STEP = re.compile(r"\s*([0-9a-f]{12}) (Downloading|Extracting)\s+\[(=*)")
_QUARTER = 13  # of the 50 signs of a bar
_TOO_OLD = re.compile("unknown (?:docker )?command|unknown (?:shorthand )?flag")
END_SECONDS = 10.0
"""For compose to end what it does once it is told to; then it is killed, with all that it has started."""
INSTALL = "https://docs.docker.com/compose/install/"
NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""How programs are started on Windows, so that no terminal opens."""


class ComposeRun:
    """A compose command that runs while the context lasts; `cancel` may be called from any thread."""

    def __init__(
        self, command: list[str], environment: Mapping[str, str], folder: Path | None, behind_door: str = ""
    ) -> None:
        """`behind_door` is the address of an engine that is reached by Marina's own connection."""
        self._command, self._environment, self._folder = command, dict(environment), folder
        self._behind_door = behind_door
        self._opened = contextlib.ExitStack()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._killer: threading.Timer | None = None
        self._cancelled = False

    def __enter__(self) -> Self:
        if self._behind_door:
            from app.services.remote.local_door import LocalDoor

            self._environment["DOCKER_HOST"] = self._opened.enter_context(
                LocalDoor(self._behind_door)
            ).address
        try:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                creationflags=NO_WINDOW,
                start_new_session=True,  # a group of its own, to be killed with what it has started
            )
        except OSError as error:
            self._opened.close()
            raise UserError("Compose could not be started", str(error)) from error
        return self

    def __exit__(self, *details: object) -> None:
        with self._opened:
            self._end()

    def _end(self) -> None:
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            self._interrupt()
        process.wait()
        if self._killer is not None:
            self._killer.cancel()
        if process.stdout is not None:
            process.stdout.close()

    def lines(self) -> Iterator[str]:
        """Yield what it says, line by line, of a layer's bar a few. Raises UserError when it fails."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        last: list[str] = []
        quarters: dict[tuple[str, str], int] = {}
        for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            last = [*last[-9:], line]
            if step := _STEP.match(line):  # of a layer, ten a second: a quarter each is told
                layer, word, bar = step.groups()
                quarter = len(bar) // _QUARTER
                if quarters.get((layer, word)) == quarter:
                    continue
                quarters[(layer, word)] = quarter
            yield line
        code = process.wait()
        if code and not self._cancelled:
            raise _explain_end(code, last)

    def cancel(self) -> None:
        """End the command as Ctrl+C does; compose takes both signals alike.

        SIGINT it would not hear if Marina itself was started in a shell's background, where that is ignored.
        """
        self._cancelled = True
        self._interrupt()

    def _interrupt(self) -> None:
        """Say it once: a second time compose would drop all at once. What goes on after a while is killed."""
        with self._lock:
            if self._process is None or self._killer is not None:
                return
            with contextlib.suppress(OSError):  # it has just ended
                self._process.terminate()
            self._killer = threading.Timer(END_SECONDS, _kill, [self._process])
            self._killer.daemon = True
            self._killer.start()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End a program and all that it has started: one of these alone would keep its output open."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def is_too_old_for(words: str) -> bool:
    """Return whether these are the words of a compose that does not know what it was asked."""
    return _TOO_OLD.search(words) is not None


def too_old(words: str) -> UserError:
    """Return what is told of a compose that does not know what it was asked, and said so in `words`."""
    return UserError(
        "The Docker Compose of this computer is too old for this",
        words,
        f"Install a newer docker-compose-plugin, see {INSTALL}",
        ErrorCode.COMMAND_NOT_FOUND,
    )


def _explain_end(code: int, last: Sequence[str]) -> UserError:
    """Return why compose failed: its last words, or the plain sentence for what the engine says in them."""
    words = next((line.strip() for line in reversed(last) if line.strip()), "")
    if is_too_old_for(words):
        return too_old(words)
    if _LOST.search(words):
        return UserError(
            "Compose has lost the engine",
            words,
            "What it had done stays. Start it again: it goes on from there.",
            ErrorCode.ENGINE_NOT_RUNNING,
        )
    message = _ENGINE_SAYS.sub("", words)
    if message != words:
        told = explain_refusal(EngineRequestError(500, message), "", Task.OTHER)
        if told.code in _TOLD_PLAINLY:
            return told
    advice = "Sign in at the registry, on the page Registries." if _NO_SIGN_IN.search(message) else ""
    return UserError(f"Compose ended with code {code}", message, advice)
