"""How a suspended machine goes on: compared with what would be started now, loaded, connected to."""

import asyncio
import logging

from vm.errors import UserError
from vm.machine.machine_start import (
    StartOrder,
    abandon,
    boot_values,
    command_of,
    launch,
    wait_for_engine,
)
from vm.machine.qemu import qemu_process
from vm.machine.qemu.accelerator import qemu_architecture
from vm.machine.qemu.installing import find_program
from vm.machine.qemu.qmp import QmpError
from vm.machine.readiness import StartSteps
from vm.machine.rest import suspension
from vm.machine.rest.suspension import CannotGoOn, Suspension
from vm.machine.running_machine import RunningMachine
from vm.machine.storage.image_folder import MANIFEST, read_image

log = logging.getLogger(__name__)


async def go_on(order: StartOrder, found: Suspension, steps: StartSteps) -> RunningMachine:
    """Go on with a suspended machine. Raises CannotGoOn; nothing runs then, and a boot is safe.

    The suspension is used up just before the guest runs: memory that is older than its disk would destroy it.
    """
    try:
        async with steps.active("image"):
            command = await asyncio.to_thread(_check, order, found)
        async with steps.active("memory"):
            machine = await _load(order, found, command)
    except (UserError, OSError, ValueError, TypeError, KeyError) as error:
        raise CannotGoOn(str(error)) from error
    try:
        async with steps.active("tunnel"):
            await machine.open_ssh_port()
            await machine.open_tunnel(order.on_tunnel)
        async with steps.active("engine"):
            await wait_for_engine(machine, steps)
            machine.listen(*order.take_listener())
    except UserError as error:
        await asyncio.shield(abandon(machine))
        raise CannotGoOn(str(error)) from error
    except BaseException:
        await asyncio.shield(abandon(machine))
        raise
    return machine


def _check(order: StartOrder, found: Suspension) -> list[str]:
    """Return the command line. Raises CannotGoOn, UserError."""
    record = qemu_process.record_from_json(found.qemu_record)
    if order.settings.accelerator not in ("auto", record.accelerator):
        raise CannotGoOn("the settings were changed")
    qemu = find_program(f"qemu-system-{qemu_architecture()}")
    image = read_image(order.image_folder, order.files)
    values = boot_values(order.files)
    command = command_of(order, qemu, image, record.accelerator, record.cpus, values)
    suspension.check(
        found,
        order.files,
        command=command,
        qemu_identity=qemu_process.file_identity(qemu),
        image_identity=qemu_process.file_identity(str(image.folder / MANIFEST)),
        settings=order.settings.to_json(),
    )
    return command


async def _load(order: StartOrder, found: Suspension, command: list[str]) -> RunningMachine:
    async def attach(machine: RunningMachine) -> None:
        await machine.attach(lambda line: None, order.on_change, still=True)

    record = qemu_process.record_from_json(found.qemu_record | {"ssh_port": 0})
    machine = await launch(order, [*command, "-S", "-incoming", "defer"], record, attach)
    try:
        await suspension.load_memory(order.files, machine.qmp)
        await asyncio.to_thread(suspension.forget_suspension, order.files)
        await machine.set_going()
    except QmpError as error:
        await asyncio.shield(abandon(machine))
        raise CannotGoOn(str(error)) from error
    except BaseException:
        await asyncio.shield(abandon(machine))
        raise
    return machine
