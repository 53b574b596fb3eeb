"""The commands about all that the machine holds: disk, snapshot, data."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from app.commands.confirm import confirm
from app.commands.console import format_age, format_size, printable, tell, write, write_json, write_table
from app.commands.session import Session
from app.services.errors import MarinaError
from app.services.machine.machine_data import Contents, DiskUsage, measure_contents
from app.services.machine.virtual_machine import USABLE, MachineStatus, VirtualMachine

STEPS = {
    "export": "Writing the data",
    "import": "Taking in the data",
    "move": "Moving the data",
    "restore": "Going back to the snapshot",
    "reset": "Emptying the disk",
}


def disk(options: argparse.Namespace) -> int:
    """Show what takes the space, on this computer and in the machine."""
    machine = Session(options).machine()
    usage, contents = machine.data.usage(), find_contents(machine)
    snapshots = machine.data.snapshots()
    if options.json:
        write_json({"usage": usage, "contents": contents, "snapshots": snapshots})
        return 0
    rows = [("This computer", usage.disk_path, format_size(usage.disk_bytes), "")]
    rows.append(("", "most that it may take", format_size(usage.disk_limit_bytes), ""))
    rows.append(("", f"{len(snapshots)} snapshots", "in the file", ""))
    rows.append(("", "logs of the machine", format_size(usage.host_logs_bytes), ""))
    if usage.guest is not None:
        rows.append(("In the machine", "used", format_size(usage.guest.used_bytes), ""))
        rows.append(("", "free", format_size(usage.guest.free_bytes), ""))
        rows.append(("", "logs of containers", format_size(usage.guest.container_logs_bytes), ""))
    if contents is not None:
        rows += _part_rows(contents)
    write_table(("WHERE", "WHAT", "SIZE", "UNUSED"), rows)
    if usage.guest is None:
        tell("The machine does not run: start it to see what is in it.")
    return 0


def _part_rows(contents: Contents) -> list[tuple[str, str, str, str]]:
    parts = (
        ("Engine", "images", contents.images),
        ("", "containers", contents.containers),
        ("", "volumes", contents.volumes),
        ("", "build cache", contents.build_cache),
    )
    return [
        (where, f"{part.count} {name}", format_size(part.size), format_size(part.reclaimable))
        for where, name, part in parts
    ]


def compact(options: argparse.Namespace) -> int:
    """Give back disk and memory that the machine does not need."""
    before, after = Session(options).machine().data.compact()
    if options.json:
        write_json({"before": before, "after": after})
    else:
        freed = f"{format_size(before - after)} freed" if before > after else "nothing was left to free"
        write(f"The data takes {format_size(after)} on this computer: {freed}.")
    return 0


def snapshot_list(options: argparse.Namespace) -> int:
    """List the snapshots."""
    snapshots = Session(options).machine().data.snapshots()
    if options.json:
        write_json(snapshots)
    else:
        write_table(("NAME", "CREATED"), [(one.name, format_age(one.created)) for one in snapshots])
    return 0


def snapshot_create(options: argparse.Namespace) -> int:
    """Keep all data as it is now."""
    Session(options).machine().data.create_snapshot(options.name)
    _done(options, f"The snapshot “{options.name}” keeps all data as it is now.")
    return 0


def snapshot_restore(options: argparse.Namespace) -> int:
    """Make all data what it was."""
    machine = Session(options).machine()
    created = {one.name: one.created for one in machine.data.snapshots()}
    if options.name in created:
        confirm(
            options,
            f"All data becomes what it was {format_age(created[options.name])}.",
            f"Gone is what the machine holds now: {describe_contents(machine)}.",
            *_told_stop(machine),
        )
    machine.data.restore_snapshot(options.name, _show_work(options))
    _done(options, f"The data is that of the snapshot “{options.name}”.")
    return 0


def snapshot_delete(options: argparse.Namespace) -> int:
    """Give up a snapshot."""
    confirm(options, f"The snapshot “{options.name}” is deleted; the data of now stays.")
    Session(options).machine().data.delete_snapshot(options.name)
    _done(options, f"The snapshot “{options.name}” is deleted.")
    return 0


def export_data(options: argparse.Namespace) -> int:
    """Write all data into one file."""
    machine = Session(options).machine()
    confirm(options, *(_told_stop(machine) or ("The machine does not run: it is not stopped for this.",)))
    path = Path(options.file)
    machine.data.export_to(path, _show_work(options))
    _done(options, f"{path}: {format_size(path.stat().st_size)}. Snapshots are not in it.")
    return 0


def import_data(options: argparse.Namespace) -> int:
    """Replace all data by an exported file."""
    machine = Session(options).machine()
    confirm(
        options,
        f"All data of the machine is replaced by {options.file}.",
        f"Gone is what the machine holds now: {describe_contents(machine)}.",
        *_told_stop(machine),
    )
    machine.data.import_from(Path(options.file), _show_work(options))
    _done(options, f"The data is that of {options.file}.")
    return 0


def move_data(options: argparse.Namespace) -> int:
    """Keep the data in another folder."""
    machine = Session(options).machine()
    folder = Path(options.folder) if options.folder else machine.data.home()
    confirm(options, f"The data is moved to {folder}.", *_told_stop(machine))
    file = machine.data.move_to(folder, _show_work(options))
    _done(options, f"The data is in {file} now.")
    return 0


def find_contents(machine: VirtualMachine) -> Contents | None:
    """Return what the engine holds; None when it does not run."""
    if machine.status().state not in USABLE:
        return None
    try:
        with machine.client() as client:
            return measure_contents(client)
    except MarinaError:
        return None


def describe_contents(machine: VirtualMachine) -> str:
    """Say in numbers what the machine holds."""
    contents = find_contents(machine)
    usage: DiskUsage = machine.data.usage()
    parts = []
    if contents is not None:
        parts = [
            f"{contents.images.count} images ({format_size(contents.images.size)})",
            f"{contents.containers.count} containers ({contents.containers.active} running)",
            f"{contents.volumes.count} volumes ({format_size(contents.volumes.size)})",
        ]
    return ", ".join([*parts, f"{format_size(usage.disk_bytes)} on this computer"])


def _told_stop(machine: VirtualMachine) -> tuple[str, ...]:
    if machine.status().state not in USABLE:
        return ()
    return ("The machine, and with it all containers, is stopped for this and started again.",)


def _show_work(options: argparse.Namespace) -> Callable[[MachineStatus], None]:
    """Return what shows long work: each piece once, and its progress in a terminal."""
    told: set[str] = set()

    def show(status: MachineStatus) -> None:
        text = STEPS.get(status.work, "")
        if options.json or not text:
            return
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{text}: {status.progress * 100:3.0f} %")
            sys.stderr.write("\n" if status.progress >= 1 else "")
            sys.stderr.flush()
        elif text not in told:
            told.add(text)
            tell(text)

    return show


def _done(options: argparse.Namespace, sentence: str) -> None:
    if options.json:
        write_json({"done": sentence})
    else:
        tell(printable(sentence))
