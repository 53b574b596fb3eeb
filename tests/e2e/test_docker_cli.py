"""The docker command line against the machine's socket: run, ps, logs, a shell in a terminal, rm."""

import http.client
import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator

import pytest

from app.services.containers.web_probe import wait_for_page
from tests.e2e.conftest import Home

IMAGE = "marina/getting-started"
NAME = "cli-story"
PAGE_SECONDS = 60.0


@pytest.fixture
def published_port(home: Home) -> Iterator[int]:
    """A container of the image whose page answers; the page's port on the host."""
    *_, last = home.machine.start()
    assert last.state.value == "running", last.problem
    home.docker("run", "-d", "--name", NAME, "-p", "127.0.0.1::80", IMAGE)
    try:
        port = int(home.docker("port", NAME, "80/tcp").rsplit(":", 1)[1])
        # `docker run` returns once the program runs; that it listens and asks for SIGTERM takes it a moment.
        assert wait_for_page(f"http://127.0.0.1:{port}/", PAGE_SECONDS, lambda: True)
        yield port
    finally:
        home.docker("rm", "-f", NAME)
        assert home.docker("ps", "-aq", "--filter", f"name={NAME}") == ""


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def read_until(descriptor: int, wanted: bytes, limit: float) -> bytes:
    """Return what comes out of a pipe or terminal up to and with `wanted`."""
    seen, deadline = b"", time.monotonic() + limit
    while wanted not in seen:
        ready, _, _ = select.select([descriptor], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"{wanted!r} did not come: {seen!r}"
        part = os.read(descriptor, 65536)
        assert part, f"{wanted!r} did not come before the end: {seen!r}"
        seen += part
    return seen


@pytest.mark.timeout(900)
def test_ps_and_the_page(home: Home, published_port: int) -> None:
    row = home.docker("ps", "--filter", f"name={NAME}", "--format", "{{.Image}} {{.State}} {{.Ports}}")
    assert row.strip() == f"{IMAGE} running 127.0.0.1:{published_port}->80/tcp"
    assert get(published_port, "/") == 200
    assert get(published_port, "/no-such-page") == 404


@pytest.mark.timeout(900)
def test_logs_follow_each_request(home: Home, published_port: int) -> None:
    follower = subprocess.Popen(
        home.docker_command("logs", "-f", NAME),
        env=home.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert follower.stdout is not None
    with follower, follower.stdout as output:
        try:
            read_until(output.fileno(), b"is served on port 80", 60)
            get(published_port, "/style.css?followed")
            read_until(output.fileno(), b"response:200", 60)
        finally:
            follower.kill()


@pytest.mark.timeout(900)
def test_a_shell_in_a_terminal(home: Home, published_port: int) -> None:
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        home.docker_command("exec", "-it", NAME, "sh"),
        env=home.environment(TERM="xterm"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        read_until(ours, b"# ", 60)
        os.write(ours, b"echo made-$((6*7)) >/www/made.html; tty; cat /www/made.html\n")
        assert b"/dev/pts/" in read_until(ours, b"made-42", 60)
        os.write(ours, b"exit 7\n")
        assert shell.wait(60) == 7
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)
    assert get(published_port, "/made.html") == 200


@pytest.mark.timeout(900)
def test_stop_ends_the_server_at_once_and_in_order(home: Home, published_port: int) -> None:
    del published_port
    home.docker("stop", "-t", "3600", NAME)  # it would be killed long after the limit for this command
    assert home.docker("inspect", "-f", "{{.State.ExitCode}}", NAME).strip() == "0"
