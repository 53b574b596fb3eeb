"""How a machine comes up: the steps in their order, and taking over a QEMU that already runs."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from vm.errors import UserError
from vm.machine.engine_ends import check_engine
from vm.machine.json_files import write_text
from vm.machine.link.boot_port import BootLine, BootNews
from vm.machine.link.guest_transport import EngineDown, TunnelDown
from vm.machine.link.ssh_keys import get_user_key, pin_host_key, public_line
from vm.machine.link.ssh_tunnel import ping_engine
from vm.machine.log_tails import last_lines
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu import qemu_process
from vm.machine.qemu.accelerator import (
    ProbeGuest,
    Verdict,
    check_accelerator,
    host_architecture,
    pick_accelerator,
    qemu_architecture,
)
from vm.machine.qemu.installing import find_program
from vm.machine.qemu.processors import qemu_version, trusted_processors
from vm.machine.qemu.qemu_command import QemuSettings, qemu_command
from vm.machine.qemu.qemu_endpoints import find_endpoints, renew_endpoints
from vm.machine.qemu.qemu_process import QemuRecord
from vm.machine.readiness import StartSteps
from vm.machine.running_machine import RunningMachine
from vm.machine.settings import MachineSettings
from vm.machine.settings_files import remember_good_settings
from vm.machine.storage import disks
from vm.machine.storage.disks import DataDisk, DataDiskState
from vm.machine.storage.image_folder import MANIFEST, MachineImage, read_image

log = logging.getLogger(__name__)
BOOT_VALUES = ("authorized_key", "engine_args", "data_disk", "shared_folders")
TAKE_OVER_LIMIT = 60.0
"""Seconds after which a QEMU that was found is given up and a fresh one is started."""

TakeListener = Callable[[], tuple[socket.socket | None, Sequence[socket.socket]]]
"""Gives docker.sock when it is open already, and the connections that wait there."""


@dataclass(frozen=True, slots=True)
class StartOrder:
    """What is to be started, and who hears of it."""

    files: MachineFiles
    image_folder: Path
    settings: MachineSettings
    on_change: Callable[[], None]
    on_tunnel: Callable[[bool], None]
    take_listener: TakeListener
    supervisor_args: tuple[str, ...] = ()
    """Arguments of the engine that this supervisor was started with, beside those of the settings."""


async def take_over(order: StartOrder) -> RunningMachine | None:
    """Return the machine that an earlier supervisor left running, None when there is none that works.

    Its containers go on, whatever the settings are by now: they hold from its next start. One that does not
    answer is ended, and one without the arguments that this supervisor was given.
    """
    files = order.files
    process = await asyncio.to_thread(qemu_process.find_running, files)
    if process is None:
        qemu_process.forget(files)
        return None
    record = qemu_process.read_record(files)
    if record is not None and record.ssh_port and record.has_args(order.supervisor_args):
        machine = RunningMachine(files, record, process, record.shared_folders)
        try:
            async with asyncio.timeout(TAKE_OVER_LIMIT):
                await machine.attach(lambda line: None, order.on_change)
                await machine.forwards.take_over(record.ssh_port)
                await machine.open_tunnel(order.on_tunnel)
                machine.listen(*order.take_listener())
            log.info("took over the running QEMU (pid %d)", process.pid)
            return machine
        except (UserError, TimeoutError, OSError) as error:
            log.warning("the running QEMU (pid %d) does not answer and is ended: %s", process.pid, error)
            await machine.close()
        except BaseException:
            await machine.close()
            raise
    await asyncio.to_thread(qemu_process.kill_process, process)
    qemu_process.forget(files)
    return None


async def cold_start(order: StartOrder, steps: StartSteps) -> RunningMachine:
    """Boot a machine. Raises UserError; nothing runs then, nor when the task is cancelled."""
    files, settings = order.files, order.settings
    async with steps.active("image"):
        qemu = await asyncio.to_thread(find_program, f"qemu-system-{qemu_architecture()}")
        image = await asyncio.to_thread(read_image, order.image_folder, files)
    async with steps.active("accelerator"):
        check_accelerator(settings.accelerator)
        guest = ProbeGuest(qemu, host_architecture(), image.kernel)
        verdict = await asyncio.to_thread(pick_accelerator, files, guest, settings.accelerator)
        version = await asyncio.to_thread(qemu_version, qemu)
        cpus, limit = trusted_processors(verdict.accelerator, version, settings.cpus)
        verdict = replace(verdict, reason=" ".join(filter(None, (verdict.reason, limit))))
        steps.describe("accelerator", verdict.reason or verdict.accelerator)
    async with steps.active("disk"):
        qemu_img = find_program("qemu-img")
        disk = await asyncio.to_thread(disks.prepare_data_disk, files, settings.disk_gib, qemu_img)
    async with steps.active("qemu"):
        began = time.monotonic()
        machine = await _start_qemu(order, qemu, image, verdict, cpus, disk, steps)
    try:
        await _boot(order, machine, disk, steps)
    except BaseException:
        await asyncio.shield(abandon(machine))
        raise
    machine.remember(boot_seconds=round(time.monotonic() - began, 2))
    remember_good_settings(files, settings)
    return machine


async def _start_qemu(
    order: StartOrder,
    qemu: str,
    image: MachineImage,
    verdict: Verdict,
    cpus: int,
    disk: DataDisk,
    steps: StartSteps,
) -> RunningMachine:
    files, settings = order.files, order.settings
    values = _write_boot_values(files, settings, disk)
    command = command_of(order, qemu, image, verdict.accelerator, cpus, values)
    record = QemuRecord(
        pid=0,
        start_time=0,
        accelerator=verdict.accelerator,
        accelerator_reason=verdict.reason,
        cpus=cpus,
        memory_mib=settings.memory_mib,
        image_version=image.version,
        engine_args=settings.all_engine_args(),
        command=tuple(command),
        qemu_identity=qemu_process.file_identity(qemu),
        image_identity=qemu_process.file_identity(str(image.folder / MANIFEST)),
        settings=settings.to_json(),
    )

    async def attach(machine: RunningMachine) -> None:
        await machine.attach(lambda line: _take_boot_line(files, machine, disk, steps, line), order.on_change)

    return await launch(order, command, record, attach)


def command_of(
    order: StartOrder,
    qemu: str,
    image: MachineImage,
    accelerator: str,
    cpus: int,
    values: Mapping[str, Path],
) -> list[str]:
    """Return QEMU's command line for this order. Raises OSError."""
    files = order.files
    return qemu_command(
        QemuSettings(
            program=qemu,
            platform=sys.platform,
            architecture=host_architecture(),
            accelerator=accelerator,
            cpus=cpus,
            memory_mib=order.settings.memory_mib,
            kernel=image.kernel,
            initramfs=image.initramfs,
            kernel_arguments=image.kernel_arguments,
            root_disk=image.root_disk,
            engine_disk=image.engine_disk,
            data_disk=files.data_disk,
            console_log=files.console_log,
            endpoints=renew_endpoints(files),
            boot_values=values,
        )
    )


async def launch(
    order: StartOrder,
    command: Sequence[str],
    record: QemuRecord,
    attach: Callable[[RunningMachine], Awaitable[None]],
) -> RunningMachine:
    """Start QEMU and connect to it. Raises UserError; nothing runs then."""
    files = order.files
    process = qemu_process.start_qemu(command, files.qemu_log)
    record = replace(record, pid=process.pid, start_time=qemu_process.start_time(process.pid))
    try:
        qemu_process.write_record(files, record)
        sockets = find_endpoints(files).paths
        if not await asyncio.to_thread(qemu_process.wait_for_sockets, sockets, process, 60):
            raise _qemu_ended(order)
        machine = RunningMachine(files, record, psutil.Process(process.pid), order.settings.shared_folders)
        await attach(machine)
    except psutil.NoSuchProcess as error:
        raise _qemu_ended(order) from error
    except BaseException as error:
        ended_by_itself = isinstance(error, UserError) and await asyncio.to_thread(_has_ended, process)
        process.kill()
        process.wait()
        qemu_process.forget(files)
        if ended_by_itself:  # its own words say more than that it does not answer
            raise _qemu_ended(order) from error
        raise
    return machine


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Return whether QEMU has ended, or is just about to: its sockets close first. Blocks for a moment."""
    try:
        process.wait(1.0)
    except subprocess.TimeoutExpired:
        return False
    return True


def _qemu_ended(order: StartOrder) -> UserError:
    chosen = order.settings.accelerator
    return UserError(
        "QEMU did not start.",
        last_lines(order.files.qemu_log),
        "Check the settings of the machine, then start it again."
        if chosen == "auto"
        else f"The settings ask for {chosen}. Let Marina find what works: marina settings accelerator auto",
    )


def _write_boot_values(files: MachineFiles, settings: MachineSettings, disk: DataDisk) -> dict[str, Path]:
    sockets = (word for path in names_of_docker_socket(files) for word in ("--host-socket", path))
    # also told as it runs (`engine_settings`); what comes before that, the default bridge, needs them here
    options = ("--options", json.dumps(settings.engine_options)) if settings.engine_options else ()
    values = {
        "authorized_key": public_line(get_user_key(files)),
        "engine_args": "\n".join((*sockets, *options, *settings.all_engine_args())),
        "data_disk": disk.state,
        "shared_folders": "\n".join(settings.shared_folders),
    }
    for name, value in values.items():
        write_text(files.boot_values / name, value + "\n")
    return boot_values(files)


def names_of_docker_socket(files: MachineFiles) -> tuple[str, ...]:
    """Return the names of the engine's socket on this computer: containers may ask for it by these.

    The second is where Docker Desktop has its own; there the desktop puts a link if the user wants.
    """
    return (str(files.docker_socket), str(Path.home() / ".docker" / "run" / "docker.sock"))


def boot_values(files: MachineFiles) -> dict[str, Path]:
    """Return the files with what a guest is told at its boot."""
    return {name: files.boot_values / name for name in BOOT_VALUES}


def _take_boot_line(
    files: MachineFiles, machine: RunningMachine, disk: DataDisk, steps: StartSteps, line: BootLine
) -> None:
    if line.news is BootNews.HOST_KEY:
        try:
            pin_host_key(files, line.value, new_disk=disk.state is DataDiskState.NEW)
        except UserError as error:
            machine.boot.fail(error)
            return
        machine.boot.reach("hostkey")
    elif line.news is BootNews.STEP:
        if line.value == "data-disk":
            disks.mark_formatted(files)
        if line.value != "root":
            steps.describe("sshd", line.value)


async def _boot(order: StartOrder, machine: RunningMachine, disk: DataDisk, steps: StartSteps) -> None:
    async with steps.active("kernel"):
        await machine.boot.wait_for("root")
    async with steps.active("sshd"):
        await machine.boot.wait_for("ready")
        await machine.boot.wait_for("hostkey")
    async with steps.active("tunnel"):
        await machine.open_ssh_port()
        await machine.open_tunnel(order.on_tunnel)
    async with steps.active("engine"):
        await wait_for_engine(machine, steps, order.settings.engine_args)
        machine.listen(
            *order.take_listener()
        )  # docker.sock is there once the engine answers: tools wait for it


async def wait_for_engine(machine: RunningMachine, steps: StartSteps, own_args: Sequence[str] = ()) -> None:
    """Ask the engine through the tunnel until it answers; the step's limit ends it.

    `own_args` are the arguments that the user gives it. Raises UserError when QEMU, or the engine, ends.
    """
    assert machine.tunnel is not None
    while True:
        if machine.gone.is_set():
            raise UserError(
                "The virtual machine ended while it started.", machine.evidence(), "Start it again."
            )
        try:
            await asyncio.to_thread(ping_engine, machine.tunnel, 1.0, 15.0)
            return
        except (TunnelDown, EngineDown) as error:
            await asyncio.to_thread(check_engine, machine.files.console_log, own_args)
            steps.describe("engine", str(error))
            await asyncio.sleep(0.1)


async def abandon(machine: RunningMachine) -> None:
    """End a machine whose start has failed."""
    await machine.quit()
    await machine.close()
    qemu_process.forget(machine.files)
