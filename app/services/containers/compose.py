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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.services.computer.docker_context import docker_config_folder, docker_environment
from app.services.containers.compose_run import INSTALL, NO_WINDOW, ComposeRun, is_too_old_for, too_old
from app.services.containers.environment_file import parse_environment_text
from app.services.engine.engine_address import split_address
from app.services.engine.json_values import as_object, get_object, get_text, get_texts
from app.services.errors import ErrorCode, UserError

# In compose's own order (compose-go, `cli.DefaultFileNames` and `cli.DefaultOverrideFileNames`).
FILE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_PLUGIN_FOLDERS = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
    "/opt/homebrew/lib/docker/cli-plugins",
    "/Applications/Docker.app/Contents/Resources/cli-plugins",
)
_ASK_SECONDS = 30.0
_SUFFIX = ".exe" if sys.platform == "win32" else ""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that a compose file asks for; `value` is what compose takes when nobody says another."""

    name: str
    value: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class ComposeSource:
    """The files that describe a project: later ones override earlier ones, their paths begin in `folder`.

    Without `variable_files` compose reads the folder's .env.
    """

    files: tuple[Path, ...]
    folder: Path
    variable_files: tuple[Path, ...] = ()

    @property
    def is_here(self) -> bool:
        """Whether all of them are on this computer."""
        paths = (*self.files, *self.variable_files)
        return bool(self.files) and all(path.is_absolute() and path.is_file() for path in paths)

    @property
    def arguments(self) -> list[str]:
        """How compose is told."""
        named = [("--file", path) for path in self.files]
        named += [("--env-file", path) for path in self.variable_files]
        named.append(("--project-directory", self.folder))
        return [word for option, path in named for word in (option, str(path))]


@dataclass(frozen=True, slots=True)
class ComposeFile:
    """The files of a project as compose itself reads them; `active` are the profiles that count unasked.

    Of the services, `built` have images of their own, and `watched` follow changes of their sources.
    """

    source: ComposeSource
    name: str
    services: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    profiles: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()


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
            f"Install docker-compose-plugin, docker-compose-v2 or docker-compose, or see {INSTALL}",
            ErrorCode.COMMAND_NOT_FOUND,
        )

    def read(self, source: ComposeSource, project: str = "") -> ComposeFile:
        """Return what compose files hold; `project` is the name of one that runs already.

        Raises UserError with compose's own words.
        """
        text = self._ask(source, project, "config", "--no-interpolate", "--format", "json")
        try:
            value = as_object(json.loads(text))
        except ValueError as error:
            raise UserError(f"{source.files[0].name} cannot be understood", text[:2000]) from error
        known = _variables_of(source) | self._environment  # compose, too, takes the environment's first
        services = {name: as_object(service) for name, service in get_object(value, "services").items()}
        profiles = {profile for service in services.values() for profile in get_texts(service, "profiles")}
        return ComposeFile(
            source,
            get_text(value, "name"),
            tuple(services),
            parse_variables(self._ask(source, project, "config", "--variables"), known),
            tuple(sorted(profiles)),
            tuple(filter(None, known.get("COMPOSE_PROFILES", "").split(","))),
            tuple(name for name, service in services.items() if "build" in service),
            tuple(name for name, service in services.items() if "watch" in get_object(service, "develop")),
        )

    def images(
        self, source: ComposeSource, project: str, values: Mapping[str, str], profiles: Sequence[str]
    ) -> tuple[str, ...]:
        """Return the images of the services that would start and that nothing builds. Raises UserError."""
        text = self._ask(source, project, "config", "--format", "json", values=values, profiles=profiles)
        try:
            services = map(as_object, get_object(as_object(json.loads(text)), "services").values())
        except ValueError:
            return ()
        return tuple(
            get_text(service, "image")
            for service in services
            if service.get("image") and not service.get("build")
        )

    def start(
        self,
        arguments: tuple[str, ...],
        source: ComposeSource | None,
        project: str,
        values: Mapping[str, str],
        profiles: Sequence[str] = (),
    ) -> ComposeRun:
        """Return a run of a compose command, not begun; `values` are variables of the file."""
        command = [str(self.program), "--ansi", "never", "--progress", "plain"]
        if source is not None:
            command += [*source.arguments, *_switched_on(profiles)]
        command += ["--project-name", project, *arguments]
        folder = source.folder if source else None
        return ComposeRun(command, self._environment | dict(values), folder, self._behind_door)

    def _ask(
        self,
        source: ComposeSource,
        project: str,
        *arguments: str,
        values: Mapping[str, str] | None = None,
        profiles: Sequence[str] = (),
    ) -> str:
        name = ["--project-name", project] if project else []
        command = [str(self.program), *source.arguments, *_switched_on(profiles), *name, *arguments]
        try:
            done = subprocess.run(
                command,
                cwd=source.folder,
                env=self._environment | dict(values or {}),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_ASK_SECONDS,
                creationflags=NO_WINDOW,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UserError("Compose could not be asked", str(error)) from error
        if done.returncode:
            words = done.stderr.decode("utf-8", "replace").strip()
            if is_too_old_for(words):
                raise too_old(words)
            said = words.splitlines()[-1:]  # warnings come first
            raise UserError(
                f"{source.files[0].name} is no compose file",
                said[0] if said else "",
                code=ErrorCode.BAD_INPUT,
            )
        return done.stdout.decode("utf-8", "replace")


def _switched_on(profiles: Sequence[str]) -> list[str]:
    return [word for profile in profiles for word in ("--profile", profile)]


def find_source(paths: Sequence[Path]) -> ComposeSource | None:
    """Return the compose files that files or a folder stand for, None when there is none.

    A folder, or the one file in it that compose would take by itself, comes with the override beside it, as
    `docker compose` has it. Of several files those with such a name come first: the others override them.
    """
    files = [_main_file(path) if path.is_dir() else path for path in paths]
    found = [file for file in files if file is not None and _is_compose_file(file)]
    if not found or len(found) < len(files):
        return None
    found.sort(key=lambda file: (file.name not in FILE_NAMES, file.name))
    if len(found) == 1 and found[0].name in FILE_NAMES:
        beside = (found[0].with_name(name) for name in OVERRIDE_NAMES)
        found += [next((path for path in beside if path.is_file()), found[0])]
    return ComposeSource(tuple(dict.fromkeys(found)), found[0].parent)


def _main_file(folder: Path) -> Path | None:
    return next((folder / name for name in FILE_NAMES if (folder / name).is_file()), None)


def _is_compose_file(path: Path) -> bool:
    return path.suffix in (".yaml", ".yml", ".json") and path.is_file()


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


def _variables_of(source: ComposeSource) -> dict[str, str]:
    """Return what is in the files of variables, as far as they can be read: compose says what is wrong."""
    variables: dict[str, str] = {}
    for path in source.variable_files or (source.folder / ".env",):
        with contextlib.suppress(OSError, ValueError, UserError):
            variables |= parse_environment_text(path.read_text("utf-8"))
    return variables


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
            creationflags=NO_WINDOW,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.match(r"v?(\d+\.\d+\S*)", done.stdout.decode("utf-8", "replace").strip())
    return match.group(1) if match and not done.returncode else ""
