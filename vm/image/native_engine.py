"""Runs the engine on this machine's kernel inside the guest's root: `make native-engine`.

`python -m vm.image.native_engine --image DIR --state DIR --netns NAME -- ARGS` becomes the engine: the
same process, so signals, exit status and `kill -9` are the engine's own. Containers outlive it; the next
start with the same state finds them, in the namespaces that a holder process keeps. `--clean` ends all that.
"""

import argparse
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from vm.errors import UserError
from vm.image.manifest import read_manifest
from vm.image.native_cgroup import NativeCgroup
from vm.image.native_holder import (
    HolderRecord,
    process_start,
    read_record,
    record_path,
    start_holder,
    state_lock,
    write_record,
)
from vm.image.native_namespaces import (
    CLONE_NEWCGROUP,
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWUTS,
    enter_namespace,
)
from vm.image.native_root import NativeRoot

PROJECT = Path(__file__).resolve().parents[2]
NETNS_FOLDER = Path("/run/netns")
ENGINE_HOME = "/usr/lib/marina"
HOLDER_END_LIMIT = 10.0


class NativeEngine:
    """The engine of one state folder in one network namespace."""

    def __init__(self, image: Path, state: Path, netns: str) -> None:
        self._image = image
        self._state = state
        self._netns = netns
        self._cgroup = NativeCgroup(hashlib.sha256(str(state).encode()).hexdigest()[:12])

    def become(self, command: list[str], *, engine: bool = True) -> None:
        """Replace this process by a command inside; return never. Raises UserError, OSError."""
        with state_lock(self._state):  # let go of by exec: then the cgroup has a process in it
            record = self._usable_record() or self._start_holder()
            if engine:
                if record.engine_alive():
                    raise UserError(
                        f"An engine runs with the state {self._state} already (process {record.engine_pid}).",
                        what_to_do="Stop it first, or take another state folder.",
                    )
                own = process_start(os.getpid())
                write_record(self._state, replace(record, engine_pid=os.getpid(), engine_started=own))
            self._enter(record)
            environment = {
                "PATH": "/usr/sbin:/usr/bin",
                "HOME": "/root",
                "LC_ALL": "C.UTF-8",
                "PYTHONPATH": f"{ENGINE_HOME}:/usr/lib/python3/dist-packages",
                "PYTHONDONTWRITEBYTECODE": "1",  # the image holds it
                "MALLOC_ARENA_MAX": "1",  # as in the guest
                "TERM": os.environ.get("TERM", "dumb"),
            }
            os.chdir(ENGINE_HOME)
            os.execvpe(command[0], command, environment)

    def clean(self) -> None:
        """End every process of the state, its mounts, its cgroup, and the network namespace made for it."""
        with state_lock(self._state):
            record = read_record(self._state)
            self._cgroup.kill()
            if record and record.alive():
                self._end_holder(record)
            if record and record.made_netns and (NETNS_FOLDER / record.netns).exists():
                _run("ip", "netns", "delete", record.netns)
            self._cgroup.remove()
            record_path(self._state).unlink(missing_ok=True)

    def _usable_record(self) -> HolderRecord | None:
        """Return the running holder; one that holds an older image and nothing else is ended."""
        record = read_record(self._state)
        if record is None or not record.alive():
            if self._cgroup.populated():
                sys.stderr.write("native engine: ending processes whose holder has died\n")
                self._cgroup.kill()
            return None
        if record.netns != self._netns:
            raise UserError(
                f"The state {self._state} is in use in the network namespace {record.netns}.",
                what_to_do=f"Use that one instead of {self._netns}, or run this with --clean first.",
            )
        if record.image == self._image_digest():
            return record
        if self._cgroup.populated():
            sys.stderr.write("native engine: containers still run, so the older image stays in use\n")
            return record
        self._end_holder(record)
        return None

    def _start_holder(self) -> HolderRecord:
        last = read_record(self._state)
        made = self._make_netns() or bool(last and last.made_netns and last.netns == self._netns)
        root = NativeRoot(self._image, self._state, PROJECT / "backend")
        pid = start_holder(root, NETNS_FOLDER / self._netns, self._cgroup)
        record = HolderRecord(pid, process_start(pid), self._netns, made, self._image_digest())
        write_record(self._state, record)
        return record

    def _make_netns(self) -> bool:
        if (NETNS_FOLDER / self._netns).exists():
            return False
        _run("ip", "netns", "add", self._netns)
        _run("ip", "-n", self._netns, "link", "set", "lo", "up")
        return True

    def _image_digest(self) -> str:
        manifest = read_manifest(self._image)
        if manifest is None:
            raise UserError(f"No complete image in {self._image}.", what_to_do="Run `make image` first.")
        return manifest.files["root.erofs"].sha256

    def _enter(self, record: HolderRecord) -> None:
        """Move this process into the holder's namespaces and the state's cgroup."""
        kinds = {"net": CLONE_NEWNET, "ipc": CLONE_NEWIPC, "uts": CLONE_NEWUTS, "cgroup": CLONE_NEWCGROUP}
        files = {name: os.open(f"/proc/{record.pid}/ns/{name}", os.O_RDONLY) for name in [*kinds, "mnt"]}
        (self._cgroup.path / "engine" / "cgroup.procs").write_text(str(os.getpid()))
        for name, kind in kinds.items():
            enter_namespace(files[name], kind)
        enter_namespace(files["mnt"], CLONE_NEWNS)

    def _end_holder(self, record: HolderRecord) -> None:
        if sys.platform != "linux":
            raise NotImplementedError
        os.kill(record.pid, signal.SIGTERM)
        end = time.monotonic() + HOLDER_END_LIMIT
        while record.alive():
            if time.monotonic() > end:
                os.kill(record.pid, signal.SIGKILL)
            time.sleep(0.02)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UserError(f"{command[0]} is not installed.", what_to_do="apt-get install iproute2") from None
    if done.returncode:
        raise UserError(f"`{' '.join(command)}` failed.", done.stderr.strip())


def engine_command(state: Path, arguments: list[str]) -> list[str]:
    """Return the engine's command line, as the guest's first process has it."""
    return [
        "python3", "-S", "-s", "-P", "-m", "backend", "--socket", str(state / "engine.sock"),
        "--data-root", str(state / "data"), "--run-root", str(state / "run"),
        "--bundled-images", f"{ENGINE_HOME}/images", *arguments,
    ]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status, unless it becomes the engine."""
    if sys.platform != "linux":
        raise NotImplementedError
    parser = argparse.ArgumentParser(prog="native_engine", description=__doc__.partition("\n")[0])
    parser.add_argument("--image", type=Path, required=True, help="folder of the built image")
    parser.add_argument(
        "--state", required=True, help="folder for all state and the socket, made when missing"
    )
    parser.add_argument("--netns", required=True, help="network namespace, made when missing")
    parser.add_argument(
        "--clean", action="store_true", help="end all that runs with this state, and leave nothing"
    )
    parser.add_argument(
        "--exec", action="store_true", help="run the arguments as a command beside the engine"
    )
    parser.add_argument("rest", nargs="*", metavar="ARGS", help="arguments of the engine, after --")
    options = parser.parse_args(arguments)
    try:
        if not options.state or not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", options.netns):
            raise UserError(
                "STATE and NETNS must be given, NETNS in letters and digits.", what_to_do="See `make help`."
            )
        if os.geteuid() != 0:
            raise UserError("The native engine makes namespaces and mounts.", what_to_do="Run it as root.")
        state = Path(options.state).resolve()
        state.mkdir(parents=True, exist_ok=True)
        native = NativeEngine(options.image.resolve(), state, options.netns)
        if options.clean:
            native.clean()
        elif options.exec:
            native.become(options.rest, engine=False)
        else:
            native.become(engine_command(state, options.rest))
    except (UserError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
