"""`python -m vm`: the supervisor. Clients start it themselves; `--foreground` is for people and tools."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from vm.errors import UserError
from vm.machine.status import MachineState, MachineStatus, StepState


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the supervisor; return the process' exit code."""
    options = _parse(arguments)
    if options.serve_folders is not None:
        return _serve_folders(options)
    return _supervise(options)


def _serve_folders(options: argparse.Namespace) -> int:
    from vm.machine.sharing.file_server import (
        serve_folders,  # none of the supervisor's libraries: it stays small
    )

    _log_to(None)
    if options.supervisor_socket is not None:
        from vm.machine.revival import keep_supervisor, revive_supervisor

        keep_supervisor(options.supervisor_socket, lambda: revive_supervisor(options.state))
    if options.keys is not None:
        from vm.machine.sockets.endpoints import TlsEndpoint, dial_endpoint

        connection = dial_endpoint(TlsEndpoint(int(options.serve_folders), options.keys))
    else:
        from vm.machine.sockets.local_sockets import dial_address

        connection = dial_address(options.serve_folders, timeout=None)
    return serve_folders(connection, options.events_socket, [Path(folder) for folder in options.engine_args])


def _supervise(options: argparse.Namespace) -> int:
    os.umask(0o077)  # also for QEMU: logs, disks and sockets are for their user alone
    from vm.machine.machine_files import MachineFiles
    from vm.machine.storage.image_folder import find_image_folder
    from vm.machine.supervisor import AlreadyRunning, run_supervisor

    try:
        files = MachineFiles.find(options.state)
        files.create_folders()
        _log_to(None if options.foreground else files.supervisor_log)
        image = options.image.absolute() if options.image else find_image_folder()
        show = ProgressLines() if options.foreground else None
        return 0 if run_supervisor(files, image, tuple(options.engine_args), show) else 1
    except AlreadyRunning:
        if options.foreground:
            sys.stderr.write("Another supervisor owns this machine already.\n")
            return 1
        return 0  # two clients were quick: one supervisor is enough
    except (UserError, OSError) as error:
        logging.getLogger("vm").error("%s", error)
        return 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m vm", description="The supervisor of Marina's machine.")
    parser.add_argument("--state", type=Path, help="keep everything below this folder (or MARINA_HOME)")
    parser.add_argument("--image", type=Path, help="the machine's image (or MARINA_IMAGE_DIR)")
    parser.add_argument(
        "--foreground", action="store_true", help="start the machine at once and show its steps"
    )
    parser.add_argument("--serve-folders", metavar="SOCKET", help=argparse.SUPPRESS)
    parser.add_argument("--keys", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--events-socket", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--supervisor-socket", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("engine_args", nargs="*", metavar="-- ENGINE_ARGS", help="arguments for the engine")
    return parser.parse_args(arguments)


def _log_to(path: Path | None) -> None:
    logging.basicConfig(
        level=logging.WARNING if path is None else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        filename=path,
    )


class ProgressLines:
    """Writes a line for each step that is done, then the outcome."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def __call__(self, status: MachineStatus) -> None:
        """Write what is new in `status`."""
        for step in status.steps:
            if step.state in (StepState.DONE, StepState.FAILED):
                mark = "ok" if step.state is StepState.DONE else "FAILED"
                self._tell(step.name, f"{mark:6} {step.title} ({step.seconds:.1f} s) {step.detail}")
        for warning in status.warnings:
            self._tell(warning, f"note   {warning}")
        if status.state in (MachineState.RUNNING, MachineState.DEGRADED):
            self._tell("up", f"ready  {status.docker_socket} (boot {status.boot_seconds:.1f} s)")
        elif status.state is MachineState.FAILED and status.problem is not None:
            problem = status.problem
            self._tell("failed", "\n".join(("", problem.summary, problem.details, problem.what_to_do)))

    def _tell(self, key: str, line: str) -> None:
        if key not in self._told:
            self._told.add(key)
            sys.stdout.write(line.rstrip() + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
