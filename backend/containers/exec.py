"""Execs: further processes in running containers, from their making to their exit code.

Source: Docker Engine API, tag Exec.
"""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.containers import container_events
from backend.containers.container import Container
from backend.containers.create_request import merge_environment
from backend.containers.field_tables import STRING_LIST, Field, read_fields
from backend.containers.networking import links
from backend.containers.specification import capabilities_of, hostname_of, rlimits_of, security_of
from backend.containers.state.start_errors import EXEC
from backend.containers.store import ContainerStore
from backend.errors import ConflictError, EngineError, InvalidParameterError, NotFoundError
from backend.events import EventBus
from backend.runtime import capabilities
from backend.runtime.exec_process import ExecFiles, ExecProcess, start_exec
from backend.runtime.oci_runtime import OciRuntime
from backend.runtime.oci_spec import ContainerProcess
from backend.runtime.process_environment import build_environment
from backend.runtime.root_files import opened_root, resolve_user
from backend.tasks import Tasks, in_thread

CONFIG = {
    "AttachStdin": Field(bool, False),
    "AttachStdout": Field(bool, False),
    "AttachStderr": Field(bool, False),
    "ConsoleSize": Field(list, None),
    "DetachKeys": Field(str, ""),
    "Tty": Field(bool, False),
    "Env": Field(STRING_LIST, None),
    "Cmd": Field(STRING_LIST, None),
    "Privileged": Field(bool, False),
    "User": Field(str, ""),
    "WorkingDir": Field(str, ""),
}
NOT_STARTED = 126  # the exit code of what could not be started, for whatever reason
ENDED = ("exited", "dead", "restarting")  # a container's states in which its execs are gone
KEPT_AFTER_END = 256  # ended execs whose exit code can still be asked for


@dataclass(slots=True)
class Exec:
    """One exec: what was asked, and how it stands."""

    id: str
    container: Container
    config: dict[str, Any]
    run: str  # the container's start that it belongs to
    started: bool = False
    running: bool = False
    exit_code: int | None = None
    pid: int = 0
    process: ExecProcess | None = field(default=None, repr=False)


class Execs:
    """All execs of one engine process; they end with it."""

    def __init__(
        self, store: ContainerStore, runtime: OciRuntime, events: EventBus, tasks: Tasks, folder: Path
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._events = events
        self._tasks = tasks
        self._folder = folder
        self._execs: dict[str, Exec] = {}

    def find(self, exec_id: str) -> Exec:
        """Return an exec by its id. Raises NotFoundError."""
        try:
            return self._execs[exec_id]
        except KeyError as error:
            raise NotFoundError(f"No such exec instance: {exec_id}") from error

    def find_to_start(self, exec_id: str) -> Exec:
        """Return an exec by its id. Raises NotFoundError also for one whose container has ended since."""
        made = self.find(exec_id)
        state = made.container.state
        if not made.started and (made.run != state.started_at or state.status in ENDED):
            raise NotFoundError(f"No such exec instance: {exec_id}")
        return made

    def create(self, reference: str, body: Mapping[str, Any]) -> Exec:
        """Note what is to be run. Raises ConflictError when the container does not run."""
        container = self._store.find(reference)
        config = read_fields(body, CONFIG)
        if not config["Cmd"] or not config["Cmd"][0]:
            raise InvalidParameterError("No exec command specified")
        for variable in config["Env"] or ():
            if variable.startswith("="):  # dockerd finds it at the start
                raise InvalidParameterError("invalid environment variable: name cannot be empty")
        self._check_runs(container, reference)
        made = Exec(secrets.token_hex(32), container, config, container.state.started_at)
        self._execs[made.id] = made
        container.exec_ids.append(made.id)
        self._publish(made, f"exec_create: {_told_command(config['Cmd'])}")
        return made

    @staticmethod
    def _check_runs(container: Container, reference: str) -> None:
        if container.state.status == "paused":
            raise ConflictError(f"Container {reference} is paused, unpause the container before exec")
        if container.state.status == "restarting":
            raise ConflictError(
                f"Container {container.id} is restarting, wait until the container is running"
            )
        if not container.state.running:
            raise ConflictError(f"container {container.id} is not running")

    def check_container(self, made: Exec) -> None:
        """Raise ConflictError when nothing can be run in an exec's container."""
        self._check_runs(made.container, made.container.id)

    def _check_startable(self, made: Exec) -> None:
        self.check_container(made)
        if made.started:
            if made.running:
                raise ConflictError(f"Error: Exec command {made.id} is already running")
            raise ConflictError(f"Error: Exec command {made.id} has already run")

    async def start(self, made: Exec, *, size: tuple[int, int] | None) -> ExecProcess:
        """Run an exec; the caller reads its streams. Raises ConflictError when it was run before."""
        self._check_startable(made)
        made.started = True
        try:
            process = await self._process(made, size)
            made.process = await start_exec(
                self._runtime,
                made.container.id,
                process.to_oci(),
                ExecFiles(self._folder, made.id),
                stdin=made.config["AttachStdin"],
            )
        except BaseException as error:
            self._ended(made, NOT_STARTED if isinstance(error, EngineError) else 255)
            raise
        made.running = True
        self._publish(made, f"exec_start: {_told_command(made.config['Cmd'])}")
        self._tasks.start(self._watch(made, made.process), f"exec {made.id[:12]}")
        return made.process

    async def _watch(self, made: Exec, process: ExecProcess) -> None:
        code, said = await process.wait()
        made.pid = process.pid()
        self._ended(made, NOT_STARTED if said else exit_code(code))

    def _ended(self, made: Exec, code: int) -> None:
        made.running, made.exit_code = False, code
        self._publish(made, "exec_die", exitCode=str(code))
        if made.id in made.container.exec_ids:
            made.container.exec_ids.remove(made.id)
        ended = [item.id for item in self._execs.values() if item.started and not item.running]
        for exec_id in ended[:-KEPT_AFTER_END]:
            del self._execs[exec_id]

    async def _process(self, made: Exec, size: tuple[int, int] | None) -> ContainerProcess:
        record, config = made.container.record, made.config
        terminal = config["Tty"]
        working_dir = config["WorkingDir"] or record.config["WorkingDir"] or "/"
        if not working_dir.startswith("/"):
            raise InvalidParameterError(f"{EXEC}: Cwd must be an absolute path: unknown")
        granted = capabilities.available() if config["Privileged"] else capabilities_of(record)
        linked: list[str] = []
        with suppress(ConflictError):  # they are not told of who has ended
            linked = links.environment(record, self._store)
        variables = merge_environment(record.config["Env"] or [], config["Env"] or [])
        groups = tuple(record.host_config["GroupAdd"] or ())
        wanted = config["User"] or record.config["User"]
        try:
            user = await in_thread(_resolve_user, made.container.state.pid, wanted, groups)
        except (FileNotFoundError, ProcessLookupError) as error:  # it has ended, and is noticed in a moment
            raise ConflictError(f"container {made.container.id} is not running") from error
        return ContainerProcess(
            arguments=config["Cmd"],
            environment=build_environment([*linked, *variables], hostname_of(record), terminal),
            working_dir=working_dir,
            user=user,
            terminal=terminal,
            capabilities=granted,
            no_new_privileges=security_of(record).no_new_privileges,
            rlimits=rlimits_of(record),
            oom_score_adj=record.host_config["OomScoreAdj"] or None,
            terminal_size=size if terminal else None,
        )

    def resize(self, exec_id: str, rows: int, columns: int) -> None:
        """Tell an exec's terminal its size. Raises ConflictError when it does not run."""
        made = self.find(exec_id)
        if not made.running or made.process is None:
            raise ConflictError(f"exec process {exec_id} is not running")
        made.process.resize(rows, columns)

    def _publish(self, made: Exec, action: str, **more: str) -> None:
        container_events.publish(self._events, made.container, action, execID=made.id, **more)


def _told_command(command: Sequence[str]) -> str:
    """Return a command as events tell it: with Docker's blank behind the program, also without arguments."""
    return f"{command[0]} {' '.join(command[1:])}"


def exit_code(status: int) -> int:
    """Return a process's exit code as a shell tells it: 128 and the signal's number after a signal."""
    return status if status >= 0 else 128 - status


def _resolve_user(pid: int, wanted: str, additional: tuple[str, ...]) -> Any:
    # The container's root as it is now, with everything that it has mounted.
    with opened_root(Path(f"/proc/{pid}/root")) as root:
        return resolve_user(root, wanted, additional)
