"""The first story, without a window: from nothing to a web page that a container of this machine serves."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from app.services.containers.ports import candidate_ports, is_bindable, ports_of_containers
from app.services.containers.run_options import RunOptions
from app.services.containers.web_probe import wait_for_page
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_streams import PullStream
from app.services.engine.engine_types import Container, Port
from app.services.errors import CancelledError, EngineRequestError, ErrorCode, MarinaError, Task, UserError
from app.services.explain import explain
from app.services.images.pull_progress import PullProgress
from app.services.machine.virtual_machine import MachineStatus, StatusCallback

IMAGE = "marina/getting-started"
CONTAINER_NAME = "getting-started"
LABEL = "org.marina.tutorial"
CONTAINER_PORT = 80
PORT_ATTEMPTS = 10
PAGE_SECONDS = 60.0
LOG_LINES = 10


class Phase(StrEnum):
    """Where the story is."""

    ENGINE = "engine"
    PULL = "pull"
    CREATE = "create"
    START = "start"
    PORT = "port"
    OPENED = "opened"


TITLES = {
    Phase.ENGINE: "Starting engine",
    Phase.PULL: "Pulling",
    Phase.CREATE: "Creating",
    Phase.START: "Starting",
    Phase.PORT: "Waiting for the port",
    Phase.OPENED: "Opened",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """The story at one moment: phases done with their seconds, the present one, and what is known of it."""

    phase: Phase
    done: tuple[tuple[Phase, float], ...] = ()
    phase_started: float = 0.0
    machine: MachineStatus | None = None
    pull: PullProgress | None = None
    url: str = ""
    container: str = ""


EngineStarter = Callable[[StatusCallback, threading.Event], EngineClient]
"""Returns a client of an engine that answers; reports the machine's status, ends when the event is set."""


class GettingStarted:
    """One run of the story; `run` blocks in a worker, `cancel` may come from any thread."""

    def __init__(self, start_engine: EngineStarter, on_progress: Callable[[Progress], None]) -> None:
        self._start_engine = start_engine
        self._on_progress = on_progress
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._pull: PullStream | None = None
        self._progress = Progress(Phase.ENGINE, phase_started=time.monotonic())

    def cancel(self) -> None:
        """End the story; what it created is removed, what it pulled is kept."""
        self._cancelled.set()
        with self._lock:
            if self._pull is not None:
                self._pull.cancel()

    def run(self) -> Progress:
        """Return the state with the URL that answers.

        Raises UserError for every failure, with code CANCELLED when `cancel` was called.
        """
        try:
            return self._run()
        except MarinaError as error:
            if self._cancelled.is_set():
                raise explain(CancelledError()) from error
            task = Task.PULL if self._progress.phase is Phase.PULL else Task.RUN
            raise explain(error, IMAGE, task) from error

    def _run(self) -> Progress:
        self._report()
        with self._start_engine(self._on_machine, self._cancelled) as client:
            self._check_cancelled()
            self._enter(Phase.PULL)
            container = self._find_running(client) or self._restart_stopped(client)
            created = container is None
            if container is None:
                self._pull_image(client)
                container = self._create_and_start(client)
            try:
                self._wait_for_page(client, container)
            except MarinaError:
                if created:
                    _remove(client, container.id)
                raise
        return self._progress

    # --- steps --------------------------------------------------------------------------------------------

    def _find_running(self, client: EngineClient) -> Container | None:
        """Return a getting-started container that runs and can be opened."""
        rows = [row for row in client.list_containers() if _is_ours(row)]
        return next((row for row in rows if row.is_running and row.url), None)

    def _restart_stopped(self, client: EngineClient) -> Container | None:
        """Start a getting-started container of an earlier run; one that cannot start any more is removed."""
        for row in client.list_containers():
            if not _is_ours(row) or row.is_running or row.labels.get(LABEL) is None:
                continue
            self._check_cancelled()
            self._enter(Phase.START)
            try:
                client.start_container(row.id)
            except EngineRequestError:
                _remove(client, row.id)  # its port is taken by now, or the image changed: it holds no data
                self._enter(Phase.PULL)
                continue
            if (container := self._find_running(client)) is not None:
                return container
        return None

    def _pull_image(self, client: EngineClient) -> None:
        if client.has_image(IMAGE):
            return
        with client.pull(IMAGE) as stream:
            with self._lock:
                self._pull = stream
                if self._cancelled.is_set():
                    stream.cancel()
            try:
                for progress in stream:
                    self._progress = replace(self._progress, pull=progress)
                    self._report()
            finally:
                with self._lock:
                    self._pull = None

    def _create_and_start(self, client: EngineClient) -> Container:
        containers = client.list_containers()
        name = _free_name({row.name for row in containers})
        taken = ports_of_containers(containers)
        failure: MarinaError | None = None
        attempts = 0
        for host_port in candidate_ports(CONTAINER_PORT):
            if host_port in taken or not is_bindable(host_port):
                continue
            self._check_cancelled()
            self._enter(Phase.CREATE)
            port = Port(CONTAINER_PORT, host_port=host_port)
            id = client.create_container(RunOptions(IMAGE, name, (port,), labels={LABEL: CONTAINER_NAME}))
            try:
                self._check_cancelled()
                self._enter(Phase.START)
                client.start_container(id)
                container = next((row for row in client.list_containers() if row.id == id), None)
                if container is not None and container.url:
                    return container
                raise UserError("The container ended at once", self._last_lines(client, id), "Try again.")
            except MarinaError as error:
                _remove(client, id)
                if explain(error, IMAGE, Task.RUN).code is not ErrorCode.PORT_TAKEN:
                    raise
                failure = error
            attempts += 1
            if attempts == PORT_ATTEMPTS:
                break
        raise failure or UserError(
            "No port of this computer is free",
            "",
            "Close programs that listen on ports.",
            ErrorCode.PORT_TAKEN,
        )

    def _wait_for_page(self, client: EngineClient, container: Container) -> None:
        self._enter(Phase.PORT)
        self._progress = replace(self._progress, container=container.id)

        def still_worth_waiting() -> bool:
            self._check_cancelled()
            return client.inspect_container(container.id).state == "running"

        answers = wait_for_page(container.url, PAGE_SECONDS, still_worth_waiting)
        # the port of a container that has ended may be another program's by now
        if not answers or not still_worth_waiting():
            raise UserError(
                f"Nothing answers at {container.url}",
                self._last_lines(client, container.id),
                "Look at the container's log, then try again.",
            )
        self._check_cancelled()
        self._progress = replace(self._progress, url=container.url)
        self._enter(Phase.OPENED)

    # --- bookkeeping --------------------------------------------------------------------------------------

    @staticmethod
    def _last_lines(client: EngineClient, container: str) -> str:
        with contextlib.suppress(MarinaError), client.logs(container, tail=LOG_LINES) as log:
            return "\n".join(line.text for batch in log.batches() for line in batch)
        return ""

    def _check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise CancelledError

    def _on_machine(self, status: MachineStatus) -> None:
        self._progress = replace(self._progress, machine=status)
        self._report()

    def _enter(self, phase: Phase) -> None:
        if phase is self._progress.phase:
            return
        now = time.monotonic()
        done = (*self._progress.done, (self._progress.phase, now - self._progress.phase_started))
        self._progress = replace(self._progress, phase=phase, done=done, phase_started=now)
        self._report()

    def _report(self) -> None:
        self._on_progress(self._progress)


def _is_ours(row: Container) -> bool:
    return LABEL in row.labels or row.image.partition("@")[0].partition(":")[0] == IMAGE


def _free_name(taken: set[str]) -> str:
    names = [CONTAINER_NAME, *(f"{CONTAINER_NAME}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def _remove(client: EngineClient, container: str) -> None:
    """Remove what a failed run created; the failure that led here is what counts."""
    with contextlib.suppress(MarinaError):
        client.remove_container(container, force=True, volumes=True)
