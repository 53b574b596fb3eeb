"""An engine that somebody else runs, as a machine: it answers or not; nothing here starts or stops it."""

import contextlib
import threading

from app.services.engine.engine_client import EngineClient
from app.services.engine.engines import SavedEngine
from app.services.errors import CancelledError, ErrorCode, MarinaError, UserError
from app.services.explain import explain
from app.services.machine.virtual_machine import MachineState, MachineStatus, StatusCallback

PAUSE = 5.0  # seconds between two looks
ANSWER_SECONDS = 10.0
"""A busy computer, or one that is far away, may take so long; nobody there is noticed at once."""


class RemoteMachine:
    """What the desktop asks of a machine, for an engine by its address. Every method blocks."""

    console_log = ""

    def __init__(self, engine: SavedEngine) -> None:
        self._engine = engine
        self.name = engine.name

    def client(self) -> EngineClient:
        """Return a client of the engine."""
        return EngineClient(self._engine.address)

    def watch(self, on_status: StatusCallback) -> "RemoteWatch":
        """Begin to report whether the engine answers, from a thread of its own."""
        return RemoteWatch(self, on_status)

    def start(
        self, on_status: StatusCallback = lambda status: None, cancelled: threading.Event | None = None
    ) -> MachineStatus:
        """Return once the engine answers. Raises UserError when it does not."""
        try:
            with self.client() as client:
                client.ping()
        except MarinaError as error:
            told = explain(error)
            raise UserError(
                f"{self.name} does not answer", told.details, told.what_to_do, told.code
            ) from error
        if cancelled is not None and cancelled.is_set():
            raise CancelledError
        status = MachineStatus(MachineState.RUNNING)
        on_status(status)
        return status

    def start_engine(self, on_status: StatusCallback, cancelled: threading.Event) -> EngineClient:
        """Return a client of the engine, which must answer."""
        self.start(on_status, cancelled)
        return self.client()

    def stop(self, on_status: StatusCallback = lambda status: None) -> MachineStatus:
        """Refuse: whoever runs it stops it."""
        raise self._not_ours()

    def restart(self, on_status: StatusCallback = lambda status: None) -> MachineStatus:
        """Refuse: whoever runs it restarts it."""
        raise self._not_ours()

    def force_stop(self, on_status: StatusCallback = lambda status: None) -> MachineStatus:
        """Refuse: whoever runs it stops it."""
        raise self._not_ours()

    def pause(self) -> None:
        """Refuse: it has no machine of ours."""
        raise self._not_ours()

    def quit(self) -> None:
        """Leave it as it is."""

    def _not_ours(self) -> UserError:
        text = "It runs on its own; Marina only works with it."
        return UserError(f"{self.name} is no machine of this computer", text, code=ErrorCode.BAD_INPUT)


class RemoteWatch:
    """Asks the engine again and again until `close`."""

    def __init__(self, machine: RemoteMachine, on_status: StatusCallback) -> None:
        self.name = machine.name
        self._machine, self._on_status = machine, on_status
        self._last: MachineStatus | None = None
        self._closed = threading.Event()
        self._soon = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine-watch", daemon=True)
        self._thread.start()

    def hurry(self) -> None:
        """Ask at once, and report the answer also when it is the same as before."""
        self._last = None
        self._soon.set()

    def close(self, timeout: float = 5.0) -> None:
        """Stop reporting; wait up to `timeout` seconds for the thread."""
        self._closed.set()
        self._soon.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._closed.is_set():
            status = self._look()
            if status != self._last and not self._closed.is_set():
                self._last = status
                self._on_status(status)
            self._soon.wait(PAUSE)
            self._soon.clear()

    def _look(self) -> MachineStatus:
        with contextlib.suppress(MarinaError), self._machine.client() as client:
            client.ping(ANSWER_SECONDS)
            return MachineStatus(MachineState.RUNNING)
        return MachineStatus(MachineState.RECONNECTING)
