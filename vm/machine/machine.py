"""The machine's states and what moves it from one to the next."""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil

from vm.errors import UserError
from vm.machine import disks, qemu_process
from vm.machine.activity import ask_activity
from vm.machine.commands import WORK, Commands
from vm.machine.health import Health
from vm.machine.host_space import HostSpace
from vm.machine.idle_watch import IdleWatch
from vm.machine.image_folder import is_installed
from vm.machine.local_sockets import client_address
from vm.machine.machine_files import MachineFiles
from vm.machine.machine_resume import go_on
from vm.machine.machine_start import StartOrder, cold_start, take_over
from vm.machine.qmp import QmpError
from vm.machine.readiness import GO_ON, StartSteps
from vm.machine.resting import Rest, why_it_may_not
from vm.machine.running_machine import PAUSED, RunningMachine
from vm.machine.settings import MachineSettings, default_settings, last_good_settings, read_settings
from vm.machine.ssh_tunnel import EngineDown, TunnelDown
from vm.machine.status import MachineState, MachineStatus, Problem, StepState
from vm.machine.suspension import (
    CannotGoOn,
    NotSuspended,
    forget_suspension,
    read_suspension,
    write_suspension,
)
from vm.machine.tasks import Tasks

log = logging.getLogger(__name__)
Result = TypeVar("Result")

UP = (MachineState.RUNNING, MachineState.DEGRADED, MachineState.RECONNECTING)
SETTINGS_STEPS = {"accelerator", "qemu", "kernel", "sshd"}
"""The steps of a start that fail with settings that cannot apply."""

PAUSED_BY_USER = Problem("You have paused the machine.", "", "To go on: marina resume")


class Machine:
    """The one machine of a supervisor. Lives on the event loop."""

    def __init__(self, files: MachineFiles, image_folder: Path, engine_args: tuple[str, ...] = ()) -> None:
        self._files = files
        self._image_folder = image_folder
        self._engine_args = engine_args
        self._state = MachineState.STOPPED
        self._problem: Problem | None = None
        self._steps: StartSteps | None = None
        self._running: RunningMachine | None = None
        self._settings: MachineSettings = default_settings()
        self._warnings: tuple[str, ...] = ()
        self._tasks = Tasks()
        self._health: Health | None = None
        self._idle: asyncio.Task[None] | None = None
        self._rest = Rest(files, self.start)
        self._commands = Commands(self._tasks)
        self._work = ""
        self._work_progress = 0.0
        self._paused = False
        self._start_after_work = False
        self.idle_since = time.monotonic()
        """When the machine last came to rest (`time.monotonic`)."""

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

    def status(self) -> MachineStatus:
        """Return how everything is at this moment."""
        running, steps = self._running, self._steps
        record = running.record if running else None
        return MachineStatus(
            state=self._rest_state() if self._state is MachineState.STOPPED else self._state,
            steps=steps.steps if steps else (),
            progress=self._work_progress if self._work else steps.progress if steps else 0.0,
            problem=self._problem,
            accelerator=record.accelerator if record else "",
            accelerator_reason=record.accelerator_reason if record else "",
            docker_socket=client_address(self._files.docker_socket),
            supervisor_pid=psutil.Process().pid,
            qemu_pid=record.pid if record else 0,
            uptime=round(max(0.0, time.time() - record.start_time), 1) if record else 0.0,
            boot_seconds=record.boot_seconds if record else 0.0,
            cpu_seconds=busy_seconds(running.process) if running else 0.0,
            memory_bytes=resident_bytes(running.process) if running else 0,
            memory_limit_bytes=(record.memory_mib if record else self._settings.memory_mib) * 2**20,
            disk_bytes=disks.allocated_bytes(self._files.data_disk),
            disk_limit_bytes=disks.virtual_bytes(self._files.data_disk) or self._settings.disk_gib * 2**30,
            cpus=record.cpus if record else self._settings.cpus,
            ports=running.forwards.ports if running else (),
            image_version=record.image_version if record else "",
            shared_folders=self._settings.shared_folders if running else (),
            sharing="sftp" if running and self._settings.shared_folders else "",
            warnings=self._warnings,
            work=self._work,
        )

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
            self._work, self._work_progress = title, 0.0
            self._commands.changed()
            try:
                return await work()
            finally:
                self._work = ""

        return self._commands.start(titled, WORK, cancels=())

    def progressed(self, progress: float) -> None:
        """Note how far the piece of work is, from 0 to 1."""
        self._work_progress = progress
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
        if self._running is not None and self._state in UP:
            await asyncio.to_thread(self._running.ensure_files)
            if self._running.docker_socket is not None:
                self._running.docker_socket.ensure()
        if self._state is MachineState.SUSPENDED:
            exists = await asyncio.to_thread(self._files.docker_socket.exists)
            if not exists and self._state is MachineState.SUSPENDED:
                self._rest.listen_again()

    async def close(self) -> None:
        """Let go of a machine that is to go on running, or is stopped."""
        await self._tasks.cancel_all()
        if self._running is not None:
            await self._running.close()

    async def _adopt(self) -> None:
        self._read_settings()
        machine = await take_over(self._order())
        if machine is None:
            if await asyncio.to_thread(read_suspension, self._files) is None:
                self._set(MachineState.STOPPED)
            else:
                self._stay_suspended()
        else:
            await self._go_on_with(machine)

    async def _go_on_with(self, machine: RunningMachine) -> None:
        assert machine.tunnel is not None
        self._running = machine
        self._paused = False
        self._health = Health(machine.tunnel, self._take_health, lambda: machine.engine_answers)
        self._set(await self._health.look())
        self._tasks.start(self._health.keep_looking(), "health")
        self._tasks.start(self._watch_qemu(machine), "machine watch")
        space = HostSpace(disks.disk_folder(self._files), machine, self._take_space)
        self._tasks.start(space.keep_looking(), "host space")
        assert machine.docker_socket is not None
        idle = IdleWatch(machine.docker_socket, self._tidy, self._idle_seconds, self._suspend_when_idle)
        self._idle = self._tasks.start(idle.keep_looking(), "idle watch")

    async def _start(self) -> None:
        if self._running is not None:
            if self._paused:
                await self._resume_paused()
            return
        self._read_settings()
        self._problem = None
        self._steps = StartSteps(self._commands.changed)
        self._set(MachineState.STARTING)
        try:
            self._files.create_folders()
            machine = await take_over(self._order())
            if machine is None:
                machine = await self._go_on_from_disk() or await self._boot()
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

    async def _boot(self) -> RunningMachine:
        """Boot; with settings that cannot apply, with the last good ones. Raises UserError."""
        assert self._steps is not None
        try:
            return await cold_start(self._order(), self._steps)
        except UserError as error:
            good = await asyncio.to_thread(last_good_settings, self._files)
            failed = {step.name for step in self._steps.steps if step.state is StepState.FAILED}
            if good is None or good.to_json() == self._settings.to_json() or not failed & SETTINGS_STEPS:
                raise
            first = error
        log.warning("the machine does not start with these settings: %s", first)
        self._warnings += (
            f"The machine does not start with the settings in {self._files.settings}: {first.summary} "
            "Using the last good ones.",
        )
        self._settings = good
        self._steps = StartSteps(self._commands.changed)
        try:
            return await cold_start(self._order(), self._steps)
        except UserError as error:
            raise first from error

    async def _go_on_from_disk(self) -> RunningMachine | None:
        """Return the suspended machine, going on; None when there is none, or it must be booted."""
        suspension = await asyncio.to_thread(read_suspension, self._files)
        if suspension is not None:
            steps, self._steps = self._steps, StartSteps(self._commands.changed, GO_ON)
            try:
                return await go_on(self._order(), suspension, self._steps)
            except CannotGoOn as error:
                log.warning("the suspended machine cannot go on: %s", error)
                self._warnings += (f"The machine was started anew instead of going on: {error}.",)
                self._steps = steps
        await asyncio.to_thread(forget_suspension, self._files)
        return None

    async def _suspend(self, *, by_user: bool) -> None:
        machine = self._running
        if machine is None or self._state not in UP or machine.tunnel is None:
            if by_user and not self._rest.goes_on:
                raise UserError("The machine does not run.", f"It is {self._state}.", "Start it first.")
            return
        assert self._health is not None
        assert machine.docker_socket is not None
        machine.docker_socket.wait()
        try:
            reason = await why_it_may_not(machine.tunnel, by_user=by_user)
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
        self._health.hold(True)
        self._set(MachineState.STOPPING)
        try:
            await machine.suspend()
        except NotSuspended as error:
            self._health.hold(False)
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
        self._problem = self._steps = None
        self._rest.begin(listener)
        self._set(MachineState.SUSPENDED)

    async def _pause(self) -> None:
        machine = self._running
        if machine is None or self._state not in UP:
            raise UserError("The machine does not run.", f"It is {self._state}.", "Start it first.")
        try:
            await machine.hold(PAUSED)
        except QmpError as error:
            raise UserError("The machine cannot be paused.", str(error), "Try again.") from error
        self._paused = True
        assert self._health is not None
        self._health.hold(True)
        self._problem = PAUSED_BY_USER
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
        self._problem = None
        self._rest.refuse("the machine was stopped")
        await asyncio.to_thread(forget_suspension, self._files)
        if machine is None:
            process = await asyncio.to_thread(qemu_process.find_running, self._files)
            if process is not None:
                await asyncio.to_thread(qemu_process.kill_process, process)
        else:
            self._end_watches()
            if self._state is MachineState.PAUSED and gracefully:
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
        if self._running is not machine or self._state is MachineState.STOPPING:
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

    async def _tidy(self) -> bool:
        if self._running is None or self._state not in UP:
            return False
        try:
            return await self._running.tidy()
        except TunnelDown as error:
            log.warning("the machine was not tidied up: %s", error)
            return False

    def _idle_seconds(self) -> float:
        return read_settings(self._files)[0].idle_minutes * 60

    async def _suspend_when_idle(self) -> None:
        if self._running is not None and self._state in UP and self._running.tunnel is not None:
            try:
                use = await ask_activity(self._running.tunnel)
            except (TunnelDown, EngineDown) as error:
                log.info("whether anybody uses the engine is not known: %s", error)
                return
            if use.is_idle and use.idle_seconds >= self._idle_seconds() > 0:
                self.suspend(by_user=False)

    def _end_watches(self) -> None:
        if self._health is not None:
            self._health.end()
            self._health = None
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _take_space(self, problem: Problem | None) -> None:
        if self._running is None or self._state is MachineState.STOPPING:
            return
        self._problem = problem or (PAUSED_BY_USER if self._paused else None)
        if self._health is not None:
            self._health.hold(self._problem is not None)
        self._set(MachineState.PAUSED if self._problem is not None else MachineState.RECONNECTING)

    def _take_health(self, state: MachineState) -> None:
        if self._state in UP:
            self._set(state)
            if self._running is not None and self._running.docker_socket is not None:
                self._running.docker_socket.ensure()

    def _take_tunnel(self, up: bool) -> None:
        if self._health is not None:
            self._health.tunnel_changed(up)

    def _order(self) -> StartOrder:
        return StartOrder(
            self._files,
            self._image_folder,
            self._settings,
            self._commands.changed,
            self._take_tunnel,
            self._rest.hand_over,
        )

    def _read_settings(self) -> None:
        settings, warnings = read_settings(self._files)
        settings, more = settings.with_usable_folders()
        self._warnings = (*warnings, *more)
        self._settings = settings.with_engine_args(self._engine_args)

    def _rest_state(self) -> MachineState:
        return MachineState.STOPPED if is_installed(self._image_folder) else MachineState.NOT_INSTALLED

    def _fail(self, problem: Problem) -> None:
        log.error("%s\n%s", problem.summary, problem.details)
        self._problem = problem
        self._rest.refuse(problem.summary)
        self._set(MachineState.FAILED)

    def _set(self, state: MachineState) -> None:
        if state is not self._state:
            log.info("%s -> %s", self._state, state)
        self._state = state
        if state in (MachineState.STOPPED, MachineState.FAILED):
            self.idle_since = time.monotonic()
        self._commands.changed()


def resident_bytes(process: psutil.Process) -> int:
    """Return a process' resident memory; 0 when it is gone."""
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def busy_seconds(process: psutil.Process) -> float:
    """Return how long a process has kept processors busy; 0 when it is gone."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return round(times.user + times.system, 2)
