"""Removes what the machine has on this computer, by name: nothing else that lies in its folders."""

import contextlib
import shutil

from vm.client import MachineClient
from vm.errors import UserError
from vm.machine.machine_files import MachineFiles
from vm.machine.qemu.qemu_endpoints import forget_endpoints
from vm.machine.rest.suspension import forget_suspension
from vm.machine.storage.disks import real_disk


def remove_machine(files: MachineFiles, *, data: bool, settings: bool) -> None:
    """End machine and supervisor, and remove their files; the user's disk and machine.json only when told to.

    The disk's record goes before the disk: killed in between, the next start says that it is missing.
    Raises UserError.
    """
    from vm.machine.supervisor import AlreadyRunning, only_supervisor

    MachineClient(files).quit()
    if not files.data.exists():
        return
    try:
        with only_supervisor(files):
            _remove(files, data=data, settings=settings)
    except AlreadyRunning as error:
        raise UserError("Marina's supervisor does not end.", "", "Try again.") from error
    except OSError as error:
        raise UserError(
            "Not everything could be removed.", str(error), "Check the folder's permissions."
        ) from error
    for folder in {files.data, files.run, files.config}:
        with contextlib.suppress(OSError):
            folder.rmdir()  # what is not ours stays, and the folder with it


def _remove(files: MachineFiles, *, data: bool, settings: bool) -> None:
    forget_suspension(files)  # memory for a machine that is no more, with the user's data in it
    paths = [
        *(files.accelerator_verdict, files.image_verdict, files.settings_last_good),
        *(files.console_log, files.qemu_log, files.supervisor_log),
        *(files.docker_socket, files.machine_socket),
        *(files.events_socket, files.suspend_socket),
        *(files.file_server_record, files.qemu_record, files.claims),
    ]
    if settings:
        paths.append(files.settings)
    if data:
        paths += [files.data_disk_record, files.data_disk_reset, files.host_key, files.ssh_key]
        paths += [real_disk(files), files.data_disk]
    for path in paths:
        path.unlink(missing_ok=True)
    forget_endpoints(files)
    shutil.rmtree(files.boot_values, ignore_errors=True)
    if data:
        files.lock.unlink(missing_ok=True)
