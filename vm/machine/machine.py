"""The machine's states and what moves it from one to the next."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from vm.errors import UserError
from vm.machine.commands import WORK, Commands
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu import qemu_process
from vm.machine.qemu.qmp import QmpError
from vm.machine.readiness import StartSteps
from vm.machine.rest.resting import Rest, why_it_may_not
from vm.machine.rest.suspension import NotSuspended, forget_suspension, read_suspension, write_suspension
from vm.machine.running_machine import PAUSED, RunningMachine
from vm.machine.starter import Starter
from vm.machine.status import MachineState, MachineStatus, Problem
from vm.machine.status_board import StatusBoard
from vm.machine.tasks import Tasks
from vm.machine.watches import Reactions, Watches

log = logging.getLogger(__name__)
Result = TypeVar("Result")

PAUSED_BY_USER = Problem("You have paused the machine.", "", "To go on: marina resume")


class Machine:
    """The one machine of a supervisor. Lives on the event loop."""

    def __init__(self, files: MachineFiles, image_folder: Path, engine_args: tuple[str, ...] = ()) -> None:
        self._files = files
        self._tasks = Tasks()
        self._commands = Commands(self._tasks)
        self._board = StatusBoard(files, image_folder, self._commands.changed)
        self._rest = Rest(files, self.start)
        self._starter = Starter(
            files, image_folder, engine_args, self._board, self._take_tunnel, self._rest.hand_over
        )
        self._running: RunningMachine | None = None
        self._watches: Watches | None = None
        self._paused = False
        self._start_after_work = False

    @property
    def files(self) -> MachineFiles:
        """The machine's names on disk."""
        return self._files

    @property
    def running(self) -> RunningMachine | None:
        """The QEMU that runs, if one does."""
        return self._running

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing runs and nothing is about to."""
        return self._running is None and not self._rest.goes_on and not self._commands.unfinished()

    @property
    def idle_since(self) -> float:
        """When the machine last came to rest (`time.monotonic`)."""
        return self._board.idle_since

    def status(self) -> MachineStatus:
        """Return how everything is at this moment."""
        return self._board.status(self._running)

    def start(self) -> asyncio.Task[None]:
        """Bring the machine up; nothing happens when it is. Failures are in the status."""
        return self._commands.start(self._start, "start", cancels=())

    def stop(self) -> asyncio.Task[None]:
        """Let the guest power off; a start that goes on is called off."""
        return self._commands.start(self._stop, "stop", cancels=("start", "restart"))

    def restart(self) -> asyncio.Task[None]:
        """Stop, then start."""
        return self._commands.start(self._restart, "restart", cancels=("start",))

    def force_stop(self) -> asyncio.Task[None]:
        """End QEMU at once, whatever goes on."""
        self._start_after_work = False
        return self._commands.start(
            self._force_stop,
            "force-stop",
            cancels=("start", "stop", "restart", "adopt", "suspend", "pause", WORK),
        )

    def pause(self) -> asyncio.Task[None]:
        """Hold all containers where they are, in memory."""
        return self._commands.start(self._pause, "pause", cancels=())

    def suspend(self, *, by_user: bool = True) -> asyncio.Task[None]:
        """Put the machine on disk and end QEMU: the next call goes on with it. Raises UserError."""

        async def suspend() -> None:
            await self._suspend(by_user=by_user)

        return self._commands.start(suspend, "suspend", cancels=())

    def quit(self) -> asyncio.Task[None]:
        """Stop the machine; one that is suspended stays so."""
        return self._commands.start(self._quit, "quit", cancels=("start", "restart"))

    def do(self, work: Callable[[], Awaitable[Result]], title: str) -> asyncio.Task[Result]:
        """Carry out a piece of work on the data, after the commands that go on and before later ones."""

        async def titled() -> Result:
            self._board.work, self._board.work_progress = title, 0.0
            self._commands.changed()
            try:
                return await work()
            finally:
                self._board.work = ""

        return self._commands.start(titled, WORK, cancels=())

    def progressed(self, progress: float) -> None:
        """Note how far the piece of work is, from 0 to 1."""
        self._board.work_progress = progress
        self._commands.changed()

    async def while_stopped(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Within `do`: stop the machine, carry out the work, and start it again if it ran."""
        self._start_after_work = self._running is not None
        if self._start_after_work:
            await self._stop()
        try:
            return await work()
        finally:
            if self._start_after_work:  # unless it was ended by force meanwhile
                await self._start()

    def adopt(self) -> asyncio.Task[None]:
        """Take over the QEMU of an earlier supervisor, if one runs."""
        return self._commands.start(self._adopt, "adopt", cancels=())

    def watch(self, until: asyncio.Task[Any] | None = None) -> AsyncIterator[MachineStatus]:
        """Give the status now, after each change, and a few times a second while a command goes on.

        Ends with the final status once the command `until` is done.
        """
        return self._commands.watch(self.status, until)

    def changed(self) -> None:
        """Wake all who watch."""
        self._commands.changed()

    async def ensure_files(self) -> None:
        """Make again what others need of the run folder, if it was removed."""
        if self._running is not None and self._board.is_up:
            await asyncio.to_thread(self._running.ensure_files)
            if self._running.docker_socket is not None:
                self._running.docker_socket.ensure()
        if self._board.state is MachineState.SUSPENDED:
            exists = await asyncio.to_thread(self._files.docker_socket.exists)
            if not exists and self._board.state is MachineState.SUSPENDED:
                self._rest.listen_again()

    async def close(self) -> None:
        """Let go of a machine that is to go on running, or is stopped."""
        await self._tasks.cancel_all()
        if self._running is not None:
            await self._running.close()

    async def _adopt(self) -> None:
        self._starter.read_settings()
        if self._files.qemu_record.exists():
            self._set(MachineState.RECONNECTING)  # who asks meanwhile is not told that nothing runs
        try:
            machine = await self._starter.find_running()
        except BaseException:
            self._set(MachineState.STOPPED)
            raise
        if machine is None:
            if await asyncio.to_thread(read_suspension, self._files) is None:
                self._set(MachineState.STOPPED)
            else:
                self._stay_suspended()
        else:
            await self._go_on_with(machine)

    async def _go_on_with(self, machine: RunningMachine) -> None:
        self._running = machine
        self._paused = False
        self._watches = watches = Watches(self._files, machine, self._reactions(), self._tasks)
        self._set(await watches.health.look())
        watches.begin()
        self._tasks.start(self._watch_qemu(machine), "machine watch")

    def _reactions(self) -> Reactions:
        return Reactions(
            take_health=self._take_health,
            take_space=self._take_space,
            take_folders=self._take_folders,
            suspend=lambda: self.suspend(by_user=False),
            is_up=lambda: self._board.is_up,
        )

    async def _start(self) -> None:
        if self._running is not None:
            if self._paused:
                await self._resume_paused()
            return
        self._starter.read_settings()
        self._board.problem = None
        self._board.steps = StartSteps(self._board.on_change)
        self._set(MachineState.STARTING)
        try:
            self._files.create_folders()
            machine = await self._starter.start()
        except UserError as error:
            self._fail(Problem(error.summary, error.details, error.what_to_do))
        except asyncio.CancelledError:
            self._set(MachineState.STOPPED)
            raise
        except Exception as error:  # noqa: BLE001 - the end of a task: a person must see it in any case
            log.exception("start failed")
            self._fail(
                Problem(
                    "The machine did not start.", repr(error), f"See the log: {self._files.supervisor_log}"
                )
            )
        else:
            self._rest.woken()
            await self._go_on_with(machine)

    async def _suspend(self, *, by_user: bool) -> None:
        machine = self._running
        if machine is None or not self._board.is_up or machine.tunnel is None:
            if by_user and not self._rest.goes_on:
                raise UserError("The machine does not run.", f"It is {self._board.state}.", "Start it first.")
            return
        assert self._watches is not None
        assert machine.docker_socket is not None
        machine.docker_socket.wait()
        try:
            reason = await why_it_may_not(machine.tunnel, machine.qmp, by_user=by_user)
        except BaseException:
            machine.docker_socket.serve_again()
            raise
        if reason:
            machine.docker_socket.serve_again()
            if by_user:
                raise UserError(
                    "The machine cannot be suspended.", reason, "Or hold it in memory: marina pause."
                )
            return
        self._watches.health.hold(True)
        self._set(MachineState.STOPPING)
        try:
            await machine.suspend()
        except NotSuspended as error:
            self._watches.health.hold(False)
            self._set(MachineState.RECONNECTING)
            log.warning("the machine was not suspended: %s", error)
            if by_user:
                raise UserError("The machine cannot be suspended.", str(error), "It goes on.") from error
            return
        self._end_watches()
        machine.tunnel.expect_end()
        listener = machine.docker_socket.hand_over()
        self._running = None
        await machine.quit()
        await asyncio.shield(machine.close())
        await asyncio.to_thread(write_suspension, self._files, machine.record, by_user=by_user)
        qemu_process.forget(self._files)
        self._stay_suspended(listener)

    def _stay_suspended(self, listener: socket.socket | None = None) -> None:
        self._board.problem = self._board.steps = None
        self._rest.begin(listener)
        self._set(MachineState.SUSPENDED)

    async def _pause(self) -> None:
        machine = self._running
        if machine is None or not self._board.is_up:
            raise UserError("The machine does not run.", f"It is {self._board.state}.", "Start it first.")
        try:
            await machine.hold(PAUSED)
        except QmpError as error:
            raise UserError("The machine cannot be paused.", str(error), "Try again.") from error
        self._paused = True
        assert self._watches is not None
        self._watches.health.hold(True)
        self._board.problem = PAUSED_BY_USER
        self._set(MachineState.PAUSED)

    async def _resume_paused(self) -> None:
        assert self._running is not None
        try:
            await self._running.go_on(PAUSED)
        except QmpError as error:
            raise UserError("The machine does not go on.", str(error), "Restart it.") from error
        self._paused = False
        self._take_space(None)
        await asyncio.sleep(0)  # the look at the engine that follows tells the rest

    async def _quit(self) -> None:
        if self._rest.goes_on:
            self._rest.close()
        else:
            await self._end(gracefully=True)

    async def _restart(self) -> None:
        await self._stop()
        await self._start()

    async def _stop(self) -> None:
        await self._end(gracefully=True)

    async def _force_stop(self) -> None:
        await self._end(gracefully=False)

    async def _end(self, *, gracefully: bool) -> None:
        machine = self._running
        self._board.problem = None
        self._rest.refuse("the machine was stopped")
        await asyncio.to_thread(forget_suspension, self._files)
        if machine is None:
            process = await asyncio.to_thread(qemu_process.find_running, self._files)
            if process is not None:
                await asyncio.to_thread(qemu_process.kill_process, process)
        else:
            self._end_watches()
            if self._board.state is MachineState.PAUSED and gracefully:
                with contextlib.suppress(QmpError):
                    await machine.go_on()  # it cannot power off while it is held
                    await machine.go_on(PAUSED)
            self._set(MachineState.STOPPING)
            if not (gracefully and await machine.power_off()):
                await machine.quit()
            self._running = None
            await asyncio.shield(machine.close())
        qemu_process.forget(self._files)
        self._set(MachineState.STOPPED)

    async def _watch_qemu(self, machine: RunningMachine) -> None:
        await machine.gone.wait()
        if self._running is not machine or self._board.state is MachineState.STOPPING:
            return
        self._running = None
        self._end_watches()
        evidence = machine.evidence()
        await machine.close()
        qemu_process.forget(self._files)
        self._fail(
            Problem(
                "The virtual machine has ended unexpectedly.", evidence, "Start it again: no data is lost."
            )
        )

    def _end_watches(self) -> None:
        if self._watches is not None:
            self._watches.end()
            self._watches = None

    def _take_space(self, problem: Problem | None) -> None:
        if self._running is None or self._board.state is MachineState.STOPPING:
            return
        problem = problem or (PAUSED_BY_USER if self._paused else None)
        self._board.problem = problem
        if self._watches is not None:
            self._watches.health.hold(problem is not None)
        self._set(MachineState.RECONNECTING if problem is None else MachineState.PAUSED)

    def _take_folders(self, warnings: tuple[str, ...]) -> None:
        self._board.folder_warnings = warnings
        self._board.on_change()

    def _take_health(self, state: MachineState) -> None:
        if self._board.is_up:
            self._set(state)
            if self._running is not None and self._running.docker_socket is not None:
                self._running.docker_socket.ensure()

    def _take_tunnel(self, up: bool) -> None:
        if self._watches is not None:
            self._watches.health.tunnel_changed(up)

    def _fail(self, problem: Problem) -> None:
        self._rest.refuse(problem.summary)
        self._board.fail(problem)

    def _set(self, state: MachineState) -> None:
        self._board.set(state)
