"""The real docker command line against the engine: what people type."""

import os
import pty
import select
import subprocess
import time

import pytest

from tests.engine.container_calls import LIMIT
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")


def test_run_prints_and_passes_the_code_on(engine: NativeEngine) -> None:
    done = engine.docker("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 9", check=False)
    assert (done.returncode, done.stdout, done.stderr) == (9, b"out\n", b"err\n")


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["busybox", "nonsense"], 127, "executable file not found in $PATH"),
        (["busybox", "/etc"], 126, "is a directory"),
        (["busybox", "/etc/passwd"], 126, "permission denied"),
        (["--memory", "1k", "busybox", "true"], 125, "Minimum memory limit allowed is 6MB"),
    ],
)
def test_exit_codes_of_run(engine: NativeEngine, arguments: list[str], code: int, text: str) -> None:
    done = engine.docker("run", "--rm", *arguments, check=False)
    assert (done.returncode, text in done.stderr.decode()) == (code, True), done.stderr
    assert b"Error waiting" not in done.stderr
    assert b'{"message"' not in done.stderr


def test_run_pulls_what_is_missing(engine: NativeEngine, busybox: str) -> None:
    done = engine.docker("run", "--rm", "not/there:ever", "true", check=False)
    assert done.returncode == 125
    assert b"Unable to find image 'not/there:ever' locally" in done.stderr


def test_piped_input(engine: NativeEngine) -> None:
    data = os.urandom(3 * 1024 * 1024)
    assert engine.docker("run", "-i", "--rm", "busybox", "cat", stdin=data).stdout == data
    assert engine.docker("run", "-i", "--rm", "busybox", "wc", "-c", stdin=data).stdout == b"3145728\n"


def test_everyday_commands(engine: NativeEngine) -> None:
    engine.docker("run", "-d", "--name", "day", "-e", "A=b", "-l", "kind=test", "busybox", "sleep", "1000")
    listed = engine.docker("ps", "--format", "{{.Names}} {{.State}} {{.Command}}").stdout.decode()
    assert 'day running "sleep 1000"' in listed
    assert engine.docker("exec", "day", "sh", "-c", "echo $A").stdout == b"b\n"
    assert engine.docker("exec", "day", "sh", "-c", "exit 4", check=False).returncode == 4
    assert engine.docker("exec", "-i", "day", "cat", stdin=b"typed").stdout == b"typed"
    assert b"sleep 1000" in engine.docker("top", "day").stdout
    assert b'"Status": "running"' in engine.docker("inspect", "day").stdout
    engine.docker("rename", "day", "night")
    engine.docker("stop", "-t", "0", "night")
    assert b"Exited (137)" in engine.docker("ps", "-a", "--filter", "name=night").stdout
    engine.docker("start", "night")
    engine.docker("restart", "-t", "0", "night")
    assert engine.docker("rm", "night", check=False).returncode == 1
    engine.docker("rm", "-f", "night")
    assert engine.docker("ps", "-aq", "--filter", "name=night").stdout == b""


def test_logs_follow(engine: NativeEngine) -> None:
    engine.docker("run", "-d", "--name", "talker", "busybox", "sh", "-c", "echo a; sleep 0.3; echo b")
    assert engine.docker("logs", "-f", "talker").stdout == b"a\nb\n"
    assert engine.docker("logs", "--tail", "1", "talker").stdout == b"b\n"
    assert engine.docker("wait", "talker").stdout == b"0\n"
    engine.docker("rm", "talker")


class Terminal:
    """A docker command on a terminal of its own."""

    def __init__(self, engine: NativeEngine, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            engine.docker_command(*arguments),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.seen = b""

    def expect(self, text: bytes) -> None:
        """Read until `text` has come."""
        deadline = time.monotonic() + LIMIT
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self._master], [], [], 0.2)[0]:
                self.seen += os.read(self._master, 65536)

    def type(self, data: bytes) -> None:
        """Type keys."""
        os.write(self._master, data)

    def end(self) -> int:
        """Wait for the command's end; returns its exit code."""
        try:
            return self.process.wait(LIMIT)
        finally:
            self.process.kill()
            os.close(self._master)


def test_run_on_a_terminal(engine: NativeEngine) -> None:
    terminal = Terminal(engine, "run", "-it", "--rm", "busybox", "sh")
    terminal.expect(b"# ")
    terminal.type(b"tty; echo $TERM; exit 5\n")
    terminal.expect(b"xterm")
    assert terminal.end() == 5


def test_exec_on_a_terminal_and_detach(engine: NativeEngine) -> None:
    engine.docker("run", "-d", "--name", "tty", "busybox", "sleep", "1000")
    terminal = Terminal(engine, "exec", "-it", "tty", "sh")
    terminal.expect(b"# ")
    terminal.type(b"echo $((40 + 2)); exit 3\n")
    terminal.expect(b"42")
    assert terminal.end() == 3
    engine.docker("rm", "-f", "tty")

    engine.docker("run", "-dit", "--name", "shell", "busybox", "sh")
    terminal = Terminal(engine, "attach", "shell")
    terminal.type(b"echo $((1 + 1))23\n")
    terminal.expect(b"223")
    terminal.type(b"\x10\x11")
    terminal.expect(b"read escape sequence")
    terminal.end()
    assert engine.docker("inspect", "-f", "{{.State.Status}}", "shell").stdout == b"running\n"
    engine.docker("rm", "-f", "shell")


def test_published_port(engine: NativeEngine) -> None:
    engine.docker(
        "run", "-d", "--name", "web", "-p", "18080:80", "busybox", "sh", "-c",
        "echo hello > /tmp/index.html; httpd -f -p 80 -h /tmp",
    )  # fmt: skip
    assert b"0.0.0.0:18080->80/tcp" in engine.docker("ps").stdout
    assert b"0.0.0.0:18080" in engine.docker("port", "web").stdout
    page = (
        "import time,urllib.request\n"
        "for _ in range(600):\n"
        "    try: print(urllib.request.urlopen('http://127.0.0.1:18080/',timeout=2).read().decode()); break\n"
        "    except OSError: time.sleep(0.05)\n"
    )
    assert engine.inside("python3", "-c", page).strip() == "hello"
    taken = engine.docker("run", "-d", "--name", "web2", "-p", "18080:80", "busybox", "true", check=False)
    assert taken.returncode == 125
    assert b"port is already allocated" in taken.stderr
    assert engine.docker("inspect", "-f", "{{.State.Status}}", "web2").stdout == b"created\n"
    engine.docker("rm", "-f", "web", "web2")


def test_container_reaches_its_names(engine: NativeEngine) -> None:
    script = "cat /etc/hosts; hostname; ip -o -4 addr show eth0"
    output = engine.docker(
        "run", "--rm", "--hostname", "me", "--add-host", "you:10.9.8.7", "busybox", "sh", "-c", script
    ).stdout.decode()
    assert "10.9.8.7\tyou" in output
    assert "host.docker.internal" in output
    assert "\nme\n" in output
    assert "inet 172." in output or "inet 10." in output or "inet 192." in output


def test_events_as_people_see_them(engine: NativeEngine) -> None:
    watcher = subprocess.Popen(
        engine.docker_command("events", "--since", f"{time.time():.9f}", "--filter", "container=seen",
                              "--format", "{{.Action}} {{.Actor.Attributes.name}}"),
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        engine.docker("run", "--rm", "--name", "seen", "busybox", "true")
        assert watcher.stdout is not None
        lines = [watcher.stdout.readline().decode().strip() for _ in range(5)]
        assert lines == [f"{action} seen" for action in ("create", "attach", "start", "die", "destroy")]
    finally:
        watcher.kill()
        watcher.communicate()
