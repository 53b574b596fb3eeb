"""The pieces of work on the user's data that a client may ask for, and what each needs of the machine."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from vm.errors import UserError
from vm.machine.link.guest_transport import TunnelDown
from vm.machine.machine import Machine
from vm.machine.qemu.installing import find_program
from vm.machine.qemu.qemu_img import CalledOff, Progress
from vm.machine.qemu.qmp import QmpError
from vm.machine.storage import data_transfer, disks, snapshots
from vm.machine.storage.disk_usage import (
    GUEST_COMMAND,
    GUEST_LIMIT,
    GuestUsage,
    host_usage,
    parse_guest_usage,
)
from vm.machine.storage.snapshots import LiveSnapshots, Snapshot, StoredSnapshots
from vm.machine.tasks import to_the_end
from vm.ssh_agent import AGENTS

Work = Callable[[dict[str, Any]], Awaitable[Any]]
SYNC_LIMIT = 60.0


class Maintenance:
    """Carries out one piece of work at a time, in turn with the machine's other commands."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._files = machine.files
        self._works: dict[str, tuple[str, Work]] = {
            "disk-usage": ("", self._disk_usage),
            "ssh-agent": ("", self._find_agent),
            "compact": ("compact", self._compact),
            "snapshots": ("", self._list_snapshots),
            "snapshot-create": ("snapshot", self._create_snapshot),
            "snapshot-restore": ("restore", self._restore_snapshot),
            "snapshot-delete": ("snapshot", self._delete_snapshot),
            "data-reset": ("reset", self._reset),
            "data-export": ("export", self._export),
            "data-import": ("import", self._import),
            "data-move": ("move", self._move),
        }

    def begin(self, command: str, arguments: dict[str, Any]) -> asyncio.Task[Any] | None:
        """Begin a piece of work; None when the command is none. Its failures are UserErrors."""
        if command in ("pause", "suspend"):
            return self._machine.pause() if command == "pause" else self._machine.suspend()
        if command not in self._works:
            return None
        title, work = self._works[command]

        async def told() -> Any:
            try:
                return await work(arguments)
            except (QmpError, TunnelDown) as error:
                raise UserError(
                    "The machine does not do what was asked.", str(error), "Try again, or restart it."
                ) from error

        return self._machine.do(told, title)

    async def _disk_usage(self, _: dict[str, Any]) -> dict[str, Any]:
        return host_usage(self._files, await self._guest_usage()).to_json()

    async def _guest_usage(self) -> GuestUsage | None:
        running = self._machine.running
        if running is None or running.tunnel is None:
            return None
        try:
            return parse_guest_usage(await asyncio.to_thread(running.tunnel.run, GUEST_COMMAND, GUEST_LIMIT))
        except (TunnelDown, ValueError):
            return None

    async def _find_agent(self, _: dict[str, Any]) -> str:
        """Return why containers do not reach the user's SSH agent, "" when they do."""
        try:
            (await asyncio.to_thread(AGENTS.connect)).close()
        except UserError as error:
            return error.details
        return ""

    async def _compact(self, _: dict[str, Any]) -> dict[str, int]:
        running = self._machine.running
        if running is None:
            raise UserError(
                "The machine does not run.",
                "It gives back what it does not need while it runs, and when it is stopped.",
                "Start it first.",
            )
        before = disks.allocated_bytes(self._files.data_disk)
        await running.tidy(now=True)
        return {"before": before, "after": disks.allocated_bytes(self._files.data_disk)}

    async def _list_snapshots(self, _: dict[str, Any]) -> list[dict[str, Any]]:
        return [snapshot.to_json() for snapshot in await self._snapshots()]

    async def _snapshots(self) -> list[Snapshot]:
        if self._machine.running is not None:
            return await LiveSnapshots(self._machine.running.qmp).list()
        return await to_the_end(self._stored().list)

    async def _create_snapshot(self, arguments: dict[str, Any]) -> None:
        name = snapshots.check_name(arguments.get("name"))
        snapshots.check_new(await self._snapshots(), name)
        running = self._machine.running
        if running is None:
            await to_the_end(self._stored().create, name)
            return
        if running.tunnel is not None:
            await asyncio.to_thread(running.tunnel.run, "sync", SYNC_LIMIT)
        await LiveSnapshots(running.qmp).create(name)

    async def _delete_snapshot(self, arguments: dict[str, Any]) -> None:
        name = snapshots.find(await self._snapshots(), str(arguments.get("name"))).name
        running = self._machine.running
        if running is None:
            await to_the_end(self._stored().delete, name)
        else:
            await LiveSnapshots(running.qmp).delete(name)

    async def _restore_snapshot(self, arguments: dict[str, Any]) -> None:
        name = snapshots.find(await self._snapshots(), str(arguments.get("name"))).name

        async def restore() -> None:
            await to_the_end(self._stored().restore, name)

        await self._machine.while_stopped(restore)

    async def _reset(self, _: dict[str, Any]) -> None:
        async def reset() -> None:
            if self._files.data_disk.exists():
                await to_the_end(disks.empty_disk, self._files, find_program("qemu-img"))

        await self._machine.while_stopped(reset)

    async def _export(self, arguments: dict[str, Any]) -> None:
        target = _path(arguments, "path")
        await asyncio.to_thread(data_transfer.check_export, self._files, target)
        await self._transfer(lambda progress: data_transfer.export_data(self._files, target, progress))

    async def _import(self, arguments: dict[str, Any]) -> None:
        source = _path(arguments, "path")
        await asyncio.to_thread(data_transfer.check_import, self._files, source)
        await self._transfer(lambda progress: data_transfer.import_data(self._files, source, progress))

    async def _move(self, arguments: dict[str, Any]) -> str:
        folder = _path(arguments, "folder")
        await asyncio.to_thread(data_transfer.check_move, self._files, folder)
        return str(
            await self._transfer(lambda progress: data_transfer.move_data(self._files, folder, progress))
        )

    async def _transfer(self, work: Callable[[Progress], Any]) -> Any:
        async def transfer() -> Any:
            loop = asyncio.get_running_loop()
            progress = Progress(lambda done: loop.call_soon_threadsafe(self._machine.progressed, done))
            try:
                return await to_the_end(work, progress, on_cancel=progress.call_off)
            except CalledOff:
                raise asyncio.CancelledError from None

        return await self._machine.while_stopped(transfer)

    def _stored(self) -> StoredSnapshots:
        return StoredSnapshots(self._files, find_program("qemu-img"))


def _path(arguments: dict[str, Any], name: str) -> Path:
    value = arguments.get(name)
    if not isinstance(value, str) or not Path(value).is_absolute() or "\0" in value:
        raise UserError("A whole path is needed.", f"{name}: {value!r}", "")
    return Path(value)
