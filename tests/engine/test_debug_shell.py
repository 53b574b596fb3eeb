"""`marina debug`: tools beside a container that has none, in its namespaces; nothing is left behind."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.engine.builds import build
from tests.support.native_engine import PROJECT, NativeEngine

DOCKERFILE = """\
FROM marina/getting-started AS tools
FROM scratch
COPY --from=tools /bin/busybox /httpd
USER 1000
ENTRYPOINT ["/httpd", "-f", "-p", "8000"]
"""


@pytest.fixture(scope="module")
def image(engine: NativeEngine) -> str:
    """An image of one program, without a shell."""
    engine.docker("pull", "-q", "marina/getting-started")
    assert build(engine, DOCKERFILE, t="bare").answer.status == 200
    return "bare"


@pytest.fixture
def bare(engine: NativeEngine, image: str) -> Iterator[str]:
    """A container of that image, of a user without rights, with a volume."""
    engine.docker("run", "-d", "--name", "bare", "--cap-drop", "ALL", "-v", "/data", image)
    yield "bare"
    engine.docker("rm", "-f", "-v", "bare")


def debug(engine: NativeEngine, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "--socket", str(engine.socket), "debug", *words],
        cwd=PROJECT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_shell_sees_files_processes_and_ports_and_leaves_nothing(engine: NativeEngine, bare: str) -> None:
    script = "pwd; echo note >data/note; ps -o user,args; netstat -ltn; exit 3\n"
    done = debug(engine, bare, stdin=script)
    assert done.returncode == 3, done.stderr
    assert "\n/container\n" in done.stdout
    assert any(line.split() == ["1000", "/httpd", "-f", "-p", "8000"] for line in done.stdout.splitlines())
    assert ":8000" in done.stdout
    assert debug(engine, bare, "cat", "/container/data/note").stdout == "note\n"
    assert names(engine) == [bare]
    assert [row["Path"] for row in engine.request("GET", f"/containers/{bare}/changes").json] == ["/data"]


def test_a_command_that_there_is_not_and_containers_that_cannot_be_looked_at(
    engine: NativeEngine, bare: str
) -> None:
    assert debug(engine, bare, "no-such-tool").returncode == 127
    missing = debug(engine, "nobody")
    assert (missing.returncode, "nobody" in missing.stderr) == (1, True)
    engine.docker("kill", bare)
    engine.docker("wait", bare)
    stopped = debug(engine, bare)
    assert stopped.returncode == 1
    assert "does not run" in stopped.stderr


def names(engine: NativeEngine) -> list[str]:
    """Return the names of all containers."""
    rows = engine.request("GET", "/containers/json", query={"all": "1"}).json
    return [name.removeprefix("/") for row in rows for name in row["Names"]]


def test_the_helper_goes_with_its_container(engine: NativeEngine, bare: str) -> None:
    command = ["debug", bare, "sh", "-c", "echo here; sleep 1000"]
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", "--socket", str(engine.socket), *command],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as shell:
        try:
            assert shell.stdout is not None
            assert shell.stdout.readline() == b"here\n"
            assert len(names(engine)) == 2
            engine.docker("kill", bare)
            assert shell.wait(60) != 0
        finally:
            shell.kill()
    assert names(engine) == [bare]
