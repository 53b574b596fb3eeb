"""Compose projects, run by Docker's own compose v2: found on this computer, never an implementation of ours.

Source: docs.docker.com/reference/cli/docker/compose; docker/cli, `cli-plugins/manager` (where plugins lie).
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from app.services.computer.docker_context import docker_config_folder, docker_environment
from app.services.containers.environment_file import parse_environment_text
from app.services.engine.engine_address import split_address
from app.services.engine.json_values import as_object, get_object, get_text
from app.services.errors import ErrorCode, UserError

FILE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
INSTALL = "https://docs.docker.com/compose/install/"
_PLUGIN_FOLDERS = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
    "/opt/homebrew/lib/docker/cli-plugins",
    "/Applications/Docker.app/Contents/Resources/cli-plugins",
)
_ASK_SECONDS = 30.0
_END_SECONDS = 10.0
_SUFFIX = ".exe" if sys.platform == "win32" else ""
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that a compose file asks for; `value` is its default, or what the project's .env says."""

    name: str
    value: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class ComposeFile:
    """A compose file as compose itself reads it."""

    path: Path
    name: str
    services: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()


class Compose:
    """One compose v2 program, talking to one engine. Every method blocks: call it in a worker.

    `engine` is the engine's address as `EngineClient` takes it.
    """

    def __init__(
        self, program: Path, version: str, engine: str, environment: Mapping[str, str] = os.environ
    ) -> None:
        self.program, self.version = program, version
        self._environment = docker_environment(engine, environment)
        self._behind_door = engine if split_address(engine).scheme == "ssh" else ""

    @classmethod
    def find(cls, engine: str, environment: Mapping[str, str] = os.environ) -> "Compose":
        """Return the first program that is a compose v2. Raises UserError that says what to install."""
        for program in _candidates(environment):
            version = _version(program)
            if version and int(version.split(".")[0]) >= 2:
                return cls(program, version, engine, environment)
        raise UserError(
            "Docker Compose is not installed on this computer",
            "Looked for docker-compose, version 2 or newer, in the folders of docker's plugins and on PATH.",
            f"Install the package docker-compose-plugin or docker-compose-v2, or see {INSTALL}",
            ErrorCode.COMMAND_NOT_FOUND,
        )

    def read(self, path: Path) -> ComposeFile:
        """Return what a compose file holds. Raises UserError with compose's own words."""
        text = self._ask(path, "config", "--no-interpolate", "--format", "json")
        try:
            value = as_object(json.loads(text))
        except ValueError as error:
            raise UserError(f"{path.name} cannot be understood", text[:2000]) from error
        variables = parse_variables(self._ask(path, "config", "--variables"), _dot_env(path.parent))
        return ComposeFile(path, get_text(value, "name"), tuple(get_object(value, "services")), variables)

    def start(
        self, arguments: tuple[str, ...], file: Path | None, project: str, values: Mapping[str, str]
    ) -> "ComposeRun":
        """Return a run of a compose command, not begun; `values` are variables of the file."""
        command = [str(self.program), "--ansi", "never", "--progress", "plain"]
        if file is not None:
            command += ["--file", str(file), "--project-directory", str(file.parent)]
        command += ["--project-name", project, *arguments]
        folder = file.parent if file else None
        return ComposeRun(command, self._environment | dict(values), folder, self._behind_door)

    def _ask(self, path: Path, *arguments: str) -> str:
        command = [str(self.program), "--file", str(path), *arguments]
        try:
            done = subprocess.run(
                command,
                cwd=path.parent,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_ASK_SECONDS,
                creationflags=_FLAGS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UserError("Compose could not be asked", str(error)) from error
        if done.returncode:
            words = done.stderr.decode("utf-8", "replace").strip()
            raise UserError(f"{path.name} is no compose file", words[-2000:], code=ErrorCode.BAD_INPUT)
        return done.stdout.decode("utf-8", "replace")


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
                creationflags=_FLAGS,
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
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def lines(self) -> Iterator[str]:
        """Yield what it says, line by line. Raises UserError when it ends with a failure."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        last: list[str] = []
        for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            last = [*last[-9:], line]
            yield line
        code = process.wait()
        if code and not self._cancelled:
            raise UserError(f"Compose ended with code {code}", "\n".join(last), "What it says is above.")

    def cancel(self) -> None:
        """End the command as Ctrl+C does; compose takes both signals alike.

        SIGINT it would not hear if Marina itself was started in a shell's background, where that is ignored.
        """
        self._cancelled = True
        self._interrupt()

    def _interrupt(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            process = self._process
            if process is None or process.poll() is not None:
                return
            process.terminate()


def find_file(path: Path) -> Path | None:
    """Return the compose file that a file or folder stands for."""
    if path.is_dir():
        return next((path / name for name in FILE_NAMES if (path / name).is_file()), None)
    return path if path.suffix in (".yaml", ".yml", ".json") and path.is_file() else None


def parse_variables(table: str, known: Mapping[str, str]) -> tuple[Variable, ...]:
    """Read the table of `config --variables`; `known` values go before defaults."""
    lines = table.splitlines()
    if not lines or not lines[0].startswith("NAME"):
        return ()
    places = [lines[0].find(title) for title in ("NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE")]
    places[3] = places[3] if places[3] > 0 else len(lines[0]) + 1000
    found = {}
    for line in lines[1:]:
        name = line[: places[1]].strip()
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            required = line[places[1] : places[2]].strip() == "true"
            default = line[places[2] : places[3]].strip()
            found[name] = Variable(name, known.get(name, default), required)
    return tuple(found[name] for name in sorted(found))


def _dot_env(folder: Path) -> dict[str, str]:
    try:
        return dict(parse_environment_text((folder / ".env").read_text("utf-8")))
    except (OSError, ValueError, UserError):
        return {}


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    folders = [docker_config_folder(environment) / "cli-plugins", *map(Path, _PLUGIN_FOLDERS)]
    for variable in ("ProgramData", "ProgramFiles"):
        if root := environment.get(variable):
            folders.append(Path(root) / "Docker" / "cli-plugins")
    for folder in folders:
        program = folder / f"docker-compose{_SUFFIX}"
        if program.is_file():
            yield program
    if on_path := shutil.which("docker-compose", path=environment.get("PATH")):
        yield Path(on_path)


def _version(program: Path) -> str:
    """Return the program's version such as "2.26.1", "" for one that does not say."""
    arguments: list[Any] = [program, "version", "--short"]
    try:
        done = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_SECONDS,
            creationflags=_FLAGS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.match(r"v?(\d+\.\d+\S*)", done.stdout.decode("utf-8", "replace").strip())
    return match.group(1) if match and not done.returncode else ""
