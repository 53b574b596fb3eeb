"""Git repositories over SSH, by the system's `ssh` and an agent that the build's client lends.

Part of the process that `git_fetch` is. As with BuildKit, a server's key is believed when it is first seen,
and holds for one fetch; no configuration and no key of this machine is read.
Source: ssh_config(5); BuildKit's `source/git` (`getGitSSHCommand`) and `util/sshutil`.
"""

import ctypes
import subprocess
from pathlib import Path

from dulwich.client import SSHGitClient, SubprocessWrapper

from backend.builder.git.git_logins import SshPlace

MOST_SAID = 4000  # bytes
CONNECT_LIMIT, ALIVE_INTERVAL = 30, 15  # seconds
PR_SET_PDEATHSIG, SIGKILL = 1, 9
OPTIONS = (
    "BatchMode=yes", "LogLevel=ERROR", f"ConnectTimeout={CONNECT_LIMIT}",
    f"ServerAliveInterval={ALIVE_INTERVAL}", "StrictHostKeyChecking=accept-new", "UpdateHostKeys=no",
    "GlobalKnownHostsFile=/dev/null", "IdentityFile=none", "PreferredAuthentications=publickey",
    "ClearAllForwardings=yes", "ForwardAgent=no",
)  # fmt: skip


def ssh_client(place: SshPlace, agent: str) -> SSHGitClient:
    """Return a client for a server. `agent` is a socket, beside which notes are made."""
    vendor = _Ssh(agent)
    client: SSHGitClient = SSHGitClient(
        place.host, port=place.port, username=place.user or None, vendor=vendor
    )
    return client


class _Ssh:
    """What dulwich has commands run on a server by."""

    def __init__(self, agent: str) -> None:
        self._options = [*OPTIONS, f"IdentityAgent={agent}", f"UserKnownHostsFile={agent}.hosts"]
        self._said = _said(agent)

    def run_command(
        self,
        host: str,
        command: str,
        username: str | None = None,
        port: int | None = None,
        protocol_version: int | None = None,
    ) -> SubprocessWrapper:
        """Run a command on the server; returns its two ends."""
        del protocol_version  # the server answers in one that it knows
        words = ["ssh", "-F", "/dev/null", "-T", *(f"-o{option}" for option in self._options)]
        words += [f"-p{port}"] if port else []
        words += [f"-l{username}"] if username else []
        with self._said.open("wb") as said:  # a pipe that nobody reads would hold it up
            process = subprocess.Popen(
                [*words, "--", host, command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                bufsize=0,
                preexec_fn=_end_with_the_fetch,
            )
        wrapper: SubprocessWrapper = SubprocessWrapper(process)
        return wrapper


def last_words(agent: str) -> str:
    """Return what the last `ssh` and its server said of what went wrong, "" for nothing."""
    try:
        with _said(agent).open("rb") as said:
            return said.read(MOST_SAID).decode(errors="replace").strip()
    except FileNotFoundError:
        return ""


def _said(agent: str) -> Path:
    return Path(f"{agent}.said")


def _end_with_the_fetch() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
