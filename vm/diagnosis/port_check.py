"""The check of published ports: somebody of the machine listens at each of them on this computer."""

import socket

import psutil

from vm.diagnosis.report import Verdict
from vm.diagnosis.situation import NOT_RUNNING, Outcome, Situation, ok


def look_at_ports(situation: Situation) -> Outcome:
    """Compare the ports that containers publish with those at which QEMU and supervisor listen."""
    status = situation.status
    if not situation.runs or status is None:
        return Verdict.SKIPPED, NOT_RUNNING, ""
    wanted = sorted({(port.host_port, port.protocol) for port in status.ports})
    if not wanted:
        return ok("No container publishes one.")
    held = _held_by(status.qemu_pid) | _held_by(status.supervisor_pid)
    told = [f"{port}/{protocol}" for port, protocol in wanted]
    dead = [text for text, port in zip(told, wanted, strict=True) if port not in held]
    if dead:
        return (
            Verdict.FAILED,
            f"Nobody listens at {', '.join(dead)}.",
            "Restart the containers that publish them. If that does not help, restart the machine: "
            "marina restart.",
        )
    return ok(", ".join(told))


def _held_by(pid: int) -> set[tuple[int, str]]:
    """Return the ports of a process with their protocols; those of TCP at which it listens."""
    found = set()
    for connection in psutil.Process(pid).net_connections("inet"):
        if connection.type == socket.SOCK_DGRAM:
            found.add((connection.laddr.port, "udp"))
        elif connection.status == psutil.CONN_LISTEN:
            found.add((connection.laddr.port, "tcp"))
    return found
