"""The checks of a diagnosis, each of one hop; none starts, stops or changes anything."""

import email.utils
import http.client
import json
import os
import shutil
import time
from typing import Any

import psutil

from vm.client import MachineClient
from vm.diagnosis import guest
from vm.diagnosis.network_checks import NETWORK_CHECKS
from vm.diagnosis.port_check import look_at_ports
from vm.diagnosis.report import Finding, Report, Verdict
from vm.diagnosis.situation import NOT_RUNNING, Check, Outcome, Situation, ok
from vm.errors import UserError
from vm.machine.json_files import read_json
from vm.machine.link.guest_transport import TunnelDown
from vm.machine.machine_files import MachineFiles
from vm.machine.managed_settings import read_managed
from vm.machine.qemu import qemu_process
from vm.machine.qemu.accelerator import SLOW, qemu_architecture
from vm.machine.qemu.installing import find_program
from vm.machine.qemu.processors import qemu_version
from vm.machine.settings_files import managed_names, read_settings
from vm.machine.sharing.guest_paths import guest_path
from vm.machine.sockets.local_sockets import client_address, dial_socket
from vm.machine.storage import disks
from vm.machine.storage.image_folder import find_image_folder, read_image

GIB = 2**30
CLOCK_TOLERANCE = 2.0
"""Seconds."""

API_LIMIT = 15.0
"""Seconds for the engine's answer."""


def diagnose(client: MachineClient, *, network: bool = False) -> Report:
    """Look at each hop; blocks for seconds. `network` asks name servers and registries too."""
    client.files.create_folders()
    situation = Situation(client)
    return Report(tuple(_find(check, situation) for check in (*CHECKS, *(NETWORK_CHECKS if network else ()))))


def _find(check: Check, situation: Situation) -> Finding:
    try:
        outcome = check.look(situation)
    except UserError as error:
        outcome = (Verdict.FAILED, f"{error.summary} {error.details}".strip(), error.what_to_do)
    except TunnelDown as error:
        outcome = (Verdict.FAILED, f"No connection: {error}", "Restart the machine: marina restart.")
    except (OSError, ValueError, http.client.HTTPException, psutil.Error) as error:
        fix = "Restart the machine: marina restart." if situation.runs else ""
        outcome = (Verdict.FAILED, str(error) or type(error).__name__, fix)
    return Finding(check.name, check.title, *outcome)


def _supervisor(situation: Situation) -> Outcome:
    status = situation.status = situation.client.status()
    if not status.supervisor_pid:
        return ok("It does not run: it is started with the machine.")
    told = f"process {status.supervisor_pid}, the machine is {status.state}"
    if status.problem is None:
        return ok(told)
    problem = status.problem
    return Verdict.FAILED, f"{told}: {problem.summary}\n{problem.details}".strip(), problem.what_to_do


def _settings(situation: Situation) -> Outcome:
    settings, warnings = read_settings(situation.files)
    situation.settings, more = settings.with_usable_folders()
    warnings = (*warnings, *more, *settings.warnings_about_certificates())
    managed = read_managed()
    if warnings:
        theirs = managed.place and all(managed.place in warning for warning in warnings)
        what_to_do = (
            "Tell whoever looks after this computer." if theirs else f"Correct {situation.files.settings}."
        )
        return Verdict.WARNING, " ".join(warnings), what_to_do
    told = f"{settings.cpus} processors, {settings.memory_mib} MiB, a disk of {settings.disk_gib} GiB at most"
    if names := managed_names(managed):
        told += f"\n{', '.join(names)}: fixed in {managed.place} by {managed.by or 'an administrator'}"
    return ok(told)


def _image(situation: Situation) -> Outcome:
    image = read_image(find_image_folder(situation.environment), situation.files)
    return ok(f"version {image.version} in {image.folder}")


def _programs(situation: Situation) -> Outcome:
    del situation
    find_program("qemu-img")
    qemu = find_program(f"qemu-system-{qemu_architecture()}")
    return ok(f"version {'.'.join(map(str, qemu_version(qemu)))} in {qemu}")


def _qemu(situation: Situation) -> Outcome:
    process = qemu_process.find_running(situation.files)
    if process is None:
        if situation.runs:
            return Verdict.FAILED, "The machine's QEMU is gone.", "Restart the machine: marina restart."
        return Verdict.SKIPPED, NOT_RUNNING, ""
    memory = process.memory_info().rss // 2**20
    return ok(f"process {process.pid}, {process.status()}, {memory} MB")


def _accelerator(situation: Situation) -> Outcome:
    status = situation.status
    known = read_json(situation.files.accelerator_verdict)
    reason = status.accelerator_reason if status and status.accelerator else ""
    if not reason and isinstance(known, dict):
        reason = str(known.get("reason") or "")
    if SLOW in reason:
        return (
            Verdict.WARNING,
            reason,
            "Switch virtualization on in the computer's firmware; on Linux, join the group kvm.",
        )
    return ok(reason or (status.accelerator if status else ""))


def _memory(situation: Situation) -> Outcome:
    memory = psutil.virtual_memory()
    details = f"{memory.available // 2**20} MB of {memory.total // 2**20} MB are free"
    if memory.available < 512 * 2**20:
        return (
            Verdict.WARNING,
            details,
            "Close programs, or give the machine less: memory_mib in machine.json.",
        )
    return ok(details)


def _host_space(situation: Situation) -> Outcome:
    folder = situation.files.data
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    details = f"{free / GIB:.1f} GiB are free in {folder}"
    if free < disks.LEAST_FREE_BYTES:
        return Verdict.FAILED, details, "Free some space: the machine is held, or does not start, until then."
    if free < 5 * GIB:
        return (
            Verdict.WARNING,
            details,
            "Free some space, or remove what you do not need: docker system prune.",
        )
    return ok(details)


def _data_disk(situation: Situation) -> Outcome:
    files = situation.files
    record = disks.read_disk_record(files)
    if record is None and not files.data_disk.exists():
        return ok("It is made at the first start.")
    if record is None or not files.data_disk.exists():
        missing = files.data_disk_record if record is None else files.data_disk
        return (
            Verdict.FAILED,
            f"{missing} is missing.",
            "Put it back from where it went. Do not start before.",
        )
    limit = disks.virtual_bytes(files.data_disk) / GIB
    size = f"{disks.allocated_bytes(files.data_disk) / GIB:.1f} GiB of {limit:.0f} GiB"
    if qemu_process.find_running(files) is not None:
        return ok(f"{size}, in use")
    disks.check_disk(files.data_disk, find_program("qemu-img"))
    return ok(f"{size}, checked")


def _tunnel(situation: Situation) -> Outcome:
    if not situation.runs:
        return Verdict.SKIPPED, NOT_RUNNING, ""
    began = time.monotonic()
    with guest.connected(situation.files) as transport:
        _, answer = guest.run(transport, "cat /proc/loadavg; free -m | sed -n 2p")
    return ok(
        f"a new connection and a command took {time.monotonic() - began:.1f} s; load and memory: {answer}"
    )


def ask_engine(files: MachineFiles, path: str) -> tuple[http.client.HTTPResponse, bytes]:
    """Ask the engine as Docker clients do. Raises OSError, HTTPException."""
    connection = http.client.HTTPConnection("localhost", timeout=API_LIMIT)
    connection.sock = dial_socket(files.docker_socket, API_LIMIT)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def _engine(situation: Situation) -> Outcome:
    if not situation.runs:
        return Verdict.SKIPPED, NOT_RUNNING, ""
    began = time.monotonic()
    answer, body = ask_engine(situation.files, "/_ping")
    took = (time.monotonic() - began) * 1000
    if answer.status != 200:
        text = body.decode("utf-8", "replace")[:500]
        return Verdict.FAILED, f"status {answer.status}: {text}", "Restart the machine: marina restart."
    return ok(f"answered within {took:.0f} ms at {client_address(situation.files.docker_socket)}")


def _clock(situation: Situation) -> Outcome:
    if not situation.runs:
        return Verdict.SKIPPED, NOT_RUNNING, ""
    with guest.connected(situation.files) as transport:
        before = time.time()
        _, answer = guest.run(transport, "date +%s")
        after = time.time()
    seconds = int(answer)
    off = max(before - CLOCK_TOLERANCE - seconds, seconds - after - CLOCK_TOLERANCE, 0.0)
    if off:
        return (
            Verdict.FAILED,
            f"It is off by {off + CLOCK_TOLERANCE:.0f} s: {email.utils.formatdate(seconds)}.",
            "It is set every 10 s by the supervisor: restart the machine if this stays.",
        )
    return ok("within 2 s of this computer's")


def _shares(situation: Situation) -> Outcome:
    status = situation.status
    if not situation.runs or status is None:
        return Verdict.SKIPPED, NOT_RUNNING, ""
    if not status.shared_folders:
        return Verdict.WARNING, "No folder is shared.", "Name some in machine.json: shared_folders."
    with guest.connected(situation.files) as transport:
        code, answer = guest.run(transport, "ls -d " + " ".join(map(_quoted, status.shared_folders)))
    if code:
        return Verdict.FAILED, answer, "Restart the machine: marina restart."
    return ok(f"{', '.join(status.shared_folders)} by {status.sharing}")


def _quoted(folder: str) -> str:
    return "'/run/marina/host" + guest_path(folder).replace("'", "'\\''") + "'"


def _ssh_agent(situation: Situation) -> Outcome:
    if not situation.runs:
        return Verdict.SKIPPED, NOT_RUNNING, ""
    reason = situation.client.ask("ssh-agent")
    if reason:  # most people have none, and need none
        return ok(
            f"There is none, so containers that ask for it are refused: {reason} If you have one: run "
            "`marina start` in the terminal where SSH_AUTH_SOCK is set."
        )
    return ok("It answers. Containers that mount /run/host-services/ssh-auth.sock may use it.")


def _docker_host(situation: Situation) -> Outcome:
    chosen = situation.environment.get("DOCKER_HOST", "")
    if chosen and not chosen.replace("/", os.sep).endswith(client_address(situation.files.docker_socket)):
        return (
            Verdict.WARNING,
            "DOCKER_HOST is set: the docker command talks to another engine, whatever its context is.",
            "Unset DOCKER_HOST to reach Marina by `marina docker-context --use`.",
        )
    return ok()


CHECKS = (
    Check("supervisor", "The supervisor answers", _supervisor),
    Check("settings", "The settings are valid", _settings),
    Check("image", "The machine's image is whole", _image),
    Check("programs", "QEMU is installed", _programs),
    Check("accelerator", "The processor helps", _accelerator),
    Check("memory", "This computer has memory", _memory),
    Check("space", "This computer's disk has space", _host_space),
    Check("disk", "The data disk is sound", _data_disk),
    Check("qemu", "The virtual machine runs", _qemu),
    Check("tunnel", "The machine is reached", _tunnel),
    Check("engine", "The engine answers", _engine),
    Check("clock", "The machine's clock is right", _clock),
    Check("ports", "Published ports are open", look_at_ports),
    Check("shares", "The shared folders are there", _shares),
    Check("ssh-agent", "The SSH agent is there for containers", _ssh_agent),
    Check("docker-host", "The docker command is free to reach it", _docker_host),
)


def engine_json(files: MachineFiles, path: str) -> Any:
    """Return the engine's answer, None when there is none."""
    try:
        answer, body = ask_engine(files, path)
        return json.loads(body) if answer.status == 200 else None
    except (OSError, ValueError, http.client.HTTPException):
        return None
