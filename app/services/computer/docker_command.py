"""Whether the docker command, and other programs that look for Docker, come to Marina; and how they do.

The docker command goes where DOCKER_HOST, DOCKER_CONTEXT or the current context of its configuration say
(github.com/docker/cli, `cli/command/cli.go`, `resolveContextName`). Programs that know no contexts, such as
Testcontainers, Ansible and skopeo, look at `/var/run/docker.sock`, which only an administrator can make, and
at `~/.docker/run/docker.sock`. Nothing of this is changed before the user asks, and what belongs to another
program is never taken from it.
"""

import contextlib
import json
import logging
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.services.computer.docker_context import (
    CONTEXT_NAME,
    docker_config_folder,
    note_former_context,
    read_former_context,
    remove_docker_context,
    write_docker_context,
)
from app.services.engine.json_values import get_text
from app.services.errors import MarinaError, UserError
from app.services.settings import write_atomically

log = logging.getLogger(__name__)

USUAL_SOCKET = Path("/var/run/docker.sock")
TMPFILES = Path("/etc/tmpfiles.d/marina.conf")
TMPFILES_FIELDS = ("L+", "/run/docker.sock", "-", "-", "-", "-")
"""A link that replaces what is there (man 5 tmpfiles.d); what it leads to follows."""


class Holder(StrEnum):
    """Whose a socket's path is."""

    NOBODY = "nobody"
    MARINA = "marina"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DockerCommandState:
    """Where docker's programs go. `usual` is whose `/var/run/docker.sock` is, None where there are none."""

    context: str  # the current one
    shadowed_by: str = ""  # "DOCKER_HOST=tcp://…": the variable that is obeyed instead of the current context
    program: str = ""  # where the docker command is, "" when there is none
    usual: Holder | None = None
    usual_command: str = ""  # makes the usual socket lead to Marina; "" when it does, or is another program's
    socket: str = ""  # where the engine's API is

    @property
    def is_marina(self) -> bool:
        """Whether the docker command comes to Marina once no variable says otherwise."""
        return self.context == CONTEXT_NAME


class DockerCommand:
    """What leads docker's programs to the engine behind `socket`. Methods block: call them in a worker."""

    def __init__(
        self,
        socket: str,
        environment: Mapping[str, str] = os.environ,
        usual_socket: Path = USUAL_SOCKET,
        platform: str = sys.platform,
        tmpfiles: Path = TMPFILES,
    ) -> None:
        self._socket, self._environment, self._platform = socket, environment, platform
        self._usual_socket, self._tmpfiles = usual_socket, tmpfiles
        self._folder = docker_config_folder(environment)

    @property
    def home_socket(self) -> Path:
        """Where Docker Desktop has its socket, and other programs look for one."""
        return self._folder / "run" / "docker.sock"

    def state(self) -> DockerCommandState:
        """Return where docker's programs go now. Raises UserError for a configuration that is unreadable."""
        usual = self._holder(self._usual_socket) if self._platform != "win32" else None
        return DockerCommandState(
            get_text(self._read_config(), "currentContext") or "default",
            self._shadow(),
            shutil.which("docker", path=self._environment.get("PATH")) or "",
            usual,
            self._usual_command() if usual is Holder.NOBODY else "",
            self._socket,
        )

    def turn_on(self) -> None:
        """Make Marina the current context, and link `home_socket` to it if that is free. Raises UserError."""
        write_docker_context(self._socket, environment=self._environment)
        former = get_text(self._read_config(), "currentContext")
        if former != CONTEXT_NAME:
            note_former_context(former, self._environment)
            self._choose(CONTEXT_NAME)
        self._link()

    def turn_off(self) -> None:
        """Go back to the context that was current before, and take the link away. Raises UserError."""
        if get_text(self._read_config(), "currentContext") == CONTEXT_NAME:
            self._choose(read_former_context(self._environment))
        self._unlink()

    def keep(self) -> None:
        """Let the context, and the link if there is one, follow the socket; never fails.

        Where docker was never used nothing is written.
        """
        if not self._folder.is_dir() and not shutil.which("docker", path=self._environment.get("PATH")):
            return
        try:
            write_docker_context(self._socket, environment=self._environment)
            if get_text(self._read_config(), "currentContext") == CONTEXT_NAME:
                self._link()
        except MarinaError as error:
            log.warning("the docker context is not kept: %s", error)

    def remove(self) -> None:
        """Leave nothing of Marina's in docker's configuration; what cannot be changed stays."""
        try:
            self.turn_off()
        except MarinaError as error:
            log.warning("docker's current context stays: %s", error)
        remove_docker_context(environment=self._environment)

    def usual_removal(self) -> str:
        """Return what an administrator runs to undo `usual_command`, "" where there is nothing to undo."""
        ours = [self._usual_socket] if self._holder(self._usual_socket) is Holder.MARINA else []
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if self._tmpfiles_line() in self._tmpfiles.read_text("utf-8").splitlines():
                ours.append(self._tmpfiles)  # else the next start of the computer makes the link again
        return shlex.join(["sudo", "rm", "-f", *map(str, ours)]) if ours and self._platform != "win32" else ""

    # --- the current context ------------------------------------------------------------------------------

    def _shadow(self) -> str:
        for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
            if value := self._environment.get(name):
                is_ours = value in (CONTEXT_NAME, f"unix://{self._socket}")
                return "" if is_ours else f"{name}={value}"
        return ""

    @property
    def _config(self) -> Path:
        return self._folder / "config.json"

    def _read_config(self) -> dict[str, Any]:
        try:
            config = json.loads(self._config.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise self._unusable(str(error)) from error
        if not isinstance(config, dict):
            raise self._unusable("it holds no JSON object")
        return config

    def _unusable(self, reason: str) -> UserError:
        return UserError(
            "Docker's configuration cannot be read",
            f"{self._config}: {reason}",
            "Correct that file, or move it away: docker makes a new one.",
        )

    def _choose(self, context: str) -> None:
        config = self._read_config()
        if context and context != "default":
            config["currentContext"] = context
        else:
            config.pop("currentContext", None)
        path = Path(os.path.realpath(self._config))  # a link into a folder of dotfiles stays one
        try:
            if not config and not self._config.is_symlink():
                path.unlink(missing_ok=True)  # as if it had never been
                return
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, json.dumps(config, indent="\t", ensure_ascii=False) + "\n", mode=mode)
        except OSError as error:
            raise UserError(
                "Docker's configuration cannot be written",
                f"{path}: {error.strerror}",
                "Check the permissions of that file and of its folder.",
            ) from error

    # --- the sockets --------------------------------------------------------------------------------------

    def _holder(self, path: Path) -> Holder:
        if not os.path.lexists(path):
            return Holder.NOBODY
        if path.is_symlink():
            target = os.path.realpath(path)
            if target == os.path.realpath(self._socket):
                return Holder.MARINA
            if not os.path.lexists(target):
                return Holder.NOBODY  # what it led to is gone
        return Holder.OTHER

    def _link(self) -> None:
        """Link the home's socket; programs of others find it, and nobody else is hurt if it cannot be."""
        if self._platform == "win32" or self._holder(self.home_socket) is Holder.OTHER:
            return
        link = self.home_socket
        with contextlib.suppress(OSError):
            if link.is_symlink() and str(link.readlink()) == self._socket:
                return
            link.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            new = link.with_name(f".docker.sock.marina.{os.getpid()}")
            new.unlink(missing_ok=True)
            new.symlink_to(self._socket)
            new.replace(link)

    def _unlink(self) -> None:
        link = self.home_socket
        with contextlib.suppress(OSError):
            if str(link.readlink()) == self._socket:
                link.unlink()
                link.parent.rmdir()

    def _usual_command(self) -> str:
        """Return what an administrator runs; where systemd is, the link is made again at each start."""
        if self._platform == "linux" and Path("/run/systemd/system").is_dir():
            line, file = shlex.quote(self._tmpfiles_line()), self._tmpfiles
            return f"echo {line} | sudo tee {file} && sudo systemd-tmpfiles --create {file}"
        return f"sudo ln -sfn {shlex.quote(self._socket)} {USUAL_SOCKET}"

    def _tmpfiles_line(self) -> str:
        return " ".join((*TMPFILES_FIELDS, self._socket.replace("%", "%%")))
