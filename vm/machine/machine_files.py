"""Every name that the machine has on the host's disk. docs/files-on-disk.md says who writes what."""

import hashlib
import os
import stat
import sys
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from vm.errors import UserError

SOCKET_PATH_LIMIT = 103
"""Bytes of a Unix socket's path: macOS has 104 with the closing zero, Linux 108."""

LONGEST_SOCKET_NAME = "machine.sock"


@dataclass(frozen=True, slots=True)
class MachineFiles:
    """The folders of one machine, and the names in them."""

    config: Path
    data: Path
    run: Path
    state: Path | None = None
    """The folder given with `--state` or `MARINA_HOME`; None for the user's own machine."""

    @classmethod
    def find(cls, state: Path | None = None, environment: Mapping[str, str] = os.environ) -> "MachineFiles":
        """Return the folders below `state`, else below `MARINA_HOME`, else where the platform wants them.

        Raises UserError when the sockets' paths would be too long for the system.
        """
        if state is None and environment.get("MARINA_HOME"):
            state = Path(environment["MARINA_HOME"])
        if state is not None:
            state = Path(os.path.abspath(state.expanduser()))  # noqa: PTH100 - resolve() would follow links
            files = cls(config=state, data=state, run=state, state=state)
            if not files._sockets_fit():
                length = len(os.fsencode(files.machine_socket))
                raise UserError(
                    "The folder's path is too long for the machine's sockets.",
                    f"{files.machine_socket} has {length} bytes, {SOCKET_PATH_LIMIT} are allowed.",
                    "Choose a folder with a shorter path.",
                )
            return files
        files = cls(
            config=platformdirs.user_config_path("marina", appauthor=False),
            data=platformdirs.user_data_path("marina", appauthor=False) / "machine",
            run=user_run_folder(),
        )
        if files._sockets_fit():
            return files
        return cls(files.config, files.data, short_run_folder(files.run))

    def _sockets_fit(self) -> bool:
        return len(os.fsencode(self.run / LONGEST_SOCKET_NAME)) <= SOCKET_PATH_LIMIT

    def create_folders(self) -> None:
        """Make the folders, closed to other users. Raises UserError when one is another user's.

        So is the folder that the run folder is in: where `XDG_RUNTIME_DIR` may be used by others, the next
        program would take another one. Source: XDG Base Directory Specification.
        """
        for folder in (self.config, self.data, self.run.parent, self.run, self.boot_values):
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise UserError(
                    "A folder of the machine cannot be made.",
                    f"{folder}: {error.strerror}",
                    "Check the disk and the folder's permissions.",
                ) from error
        check_private(self.run)

    @property
    def docker_socket(self) -> Path:
        """Where Docker clients connect."""
        return self.run / "docker.sock"

    @property
    def machine_socket(self) -> Path:
        """Where the supervisor is told what to do."""
        return self.run / "machine.sock"

    @property
    def qmp_socket(self) -> Path:
        """QEMU's control socket."""
        return self.run / "qmp.sock"

    @property
    def boot_socket(self) -> Path:
        """The host's end of the guest's port org.marina.boot."""
        return self.run / "boot.sock"

    @property
    def agent_socket(self) -> Path:
        """The host's end of the guest's port org.marina.agent."""
        return self.run / "agent.sock"

    @property
    def files_socket(self) -> Path:
        """The host's end of the guest's port org.marina.files: the shared folders."""
        return self.run / "files.sock"

    @property
    def events_socket(self) -> Path:
        """Where the file server tells the supervisor what has changed in folders that containers use."""
        return self.run / "events.sock"

    @property
    def file_server_record(self) -> Path:
        """Which process serves the shared folders, so that a new supervisor finds it again."""
        return self.run / "file-server.json"

    @property
    def qemu_record(self) -> Path:
        """Which QEMU runs, so that a new supervisor finds it again."""
        return self.run / "qemu.json"

    @property
    def qemu_ports(self) -> Path:
        """On Windows: the ports of 127.0.0.1 that QEMU listens on."""
        return self.run / "qemu-ports.json"

    @property
    def qemu_keys(self) -> Path:
        """On Windows: the folder with the keys for QEMU's ports."""
        return self.run / "qemu-keys"

    @property
    def claims(self) -> Path:
        """The host ports that containers hold, so that a new supervisor knows them."""
        return self.run / "ports.json"

    @property
    def console_log(self) -> Path:
        """What the guest's kernel and first process wrote since the machine's last start."""
        return self.data / "console.log"

    @property
    def qemu_log(self) -> Path:
        """What QEMU itself complained about since the machine's last start."""
        return self.data / "qemu.log"

    @property
    def supervisor_log(self) -> Path:
        """The supervisor's own log."""
        return self.data / "supervisor.log"

    @property
    def lock(self) -> Path:
        """Held by the one supervisor."""
        return self.data / "supervisor.lock"

    @property
    def data_disk(self) -> Path:
        """The user's images, containers and volumes."""
        return self.data / "data.qcow2"

    @property
    def data_disk_record(self) -> Path:
        """Says that a data disk was made, which one, and whether the guest has formatted it."""
        return self.data / "data-disk.json"

    @property
    def data_disk_reset(self) -> Path:
        """There while the data disk is being emptied: a start that finds it goes on with that."""
        return self.data / "data-disk.reset"

    @property
    def suspension(self) -> Path:
        """There while the machine is suspended: what it was, and what must be the same for it to go on."""
        return self.data / "suspended.json"

    @property
    def suspended_memory(self) -> Path:
        """The memory of a suspended machine."""
        return self.data / "suspended.memory"

    @property
    def suspended_memory_new(self) -> Path:
        """The memory of a machine that is being suspended."""
        return self.data / ".suspended.memory.new"

    @property
    def suspend_socket(self) -> Path:
        """Where QEMU hands its memory over, and takes it."""
        return self.run / "memory.sock"

    @property
    def ssh_key(self) -> Path:
        """The private key that the guest lets in."""
        return self.data / "ssh_key"

    @property
    def host_key(self) -> Path:
        """The guest's public host key, pinned when it was handed over by the boot port."""
        return self.data / "guest_host_key.pub"

    @property
    def accelerator_verdict(self) -> Path:
        """Which accelerator passed the probe, and when it must be probed again."""
        return self.data / "accelerator.json"

    @property
    def image_verdict(self) -> Path:
        """Which image files had the right digests when they were last read."""
        return self.data / "image-verified.json"

    @property
    def settings(self) -> Path:
        """The user's settings of the machine."""
        return self.config / "machine.json"

    @property
    def settings_last_good(self) -> Path:
        """The settings with which the machine last came up."""
        return self.data / "machine.last-good.json"

    @property
    def boot_values(self) -> Path:
        """Files that the guest reads through fw_cfg while it boots."""
        return self.data / "boot-values"


def user_run_folder() -> Path:
    """Return the user's own run folder; without one by the platform, a folder directly below /tmp."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs says that it falls back to a folder below /tmp
        folder = platformdirs.user_runtime_path("marina", appauthor=False)
    temporary = Path(tempfile.gettempdir())
    # Not the fall-back itself: whoever made /tmp/runtime-UID first could put another folder in ours' place.
    # What is directly below /tmp only its owner can rename.
    deeper_below_temporary = temporary in folder.parents and folder.parent != temporary
    return short_run_folder(folder) if sys.platform == "linux" and deeper_below_temporary else folder


def short_run_folder(wanted: Path) -> Path:
    """Return a folder with a short path, for a user whose own run folder's path is too long or not safe."""
    name = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:8]
    folder = Path(tempfile.gettempdir()) / f"marina-{name}"
    if len(os.fsencode(folder / LONGEST_SOCKET_NAME)) > SOCKET_PATH_LIMIT:
        raise UserError(
            "No folder has a path short enough for the machine's sockets.",
            f"Neither {wanted} nor {folder} leaves room below {SOCKET_PATH_LIMIT} bytes.",
            "Set MARINA_HOME to a folder with a short path.",
        )
    return folder


def check_private(folder: Path) -> None:
    """Raise UserError when another user owns `folder` or may write to it: sockets there would not be safe."""
    if not hasattr(os, "getuid"):
        return  # Windows: folders below the profile inherit the user's own access list
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022:
        return
    raise UserError(
        "The machine's run folder is not safe.",
        f"{folder} belongs to another user or can be written by others.",
        f"Remove it, or make it yours alone: chmod 700 {folder}",
    )
