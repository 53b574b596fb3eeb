"""BuildKit's API of the engine itself: clients that leave, and those that speak nonsense."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.engine.container_calls import until
from tests.engine.test_images_push import HTPASSWD
from tests.support.docker_tools import PLUGINS
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry, started_registry

needs_buildx = pytest.mark.skipif(not (PLUGINS / "docker-buildx").exists(), reason="no docker buildx")
LOCKED_PORT = 5023
H2C = "Connection: Upgrade\r\nUpgrade: h2c\r\n"


@needs_buildx
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_client_that_leaves_ends_its_build(
    engine: NativeEngine, builds: None, tmp_path: Path, end: signal.Signals
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox\nRUN sleep 1000\n")
    client = subprocess.Popen(
        engine.docker_command("buildx", "build", "--no-cache", "."),
        env=engine.docker_environment(),
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # buildx is a process of its own
    )
    try:
        until(lambda: [c["State"] for c in _containers(engine)] == ["running"], "the command runs")
        os.killpg(client.pid, end)
        assert client.wait(60) != 0
    finally:
        client.kill()
        client.wait()
    until(lambda: _containers(engine) == [], "its container is gone")
    downloads = engine.data_root / "downloads"
    until(lambda: not list(downloads.glob("build-*")), "its files are gone")


@needs_buildx
def test_a_dockerfile_is_checked(engine: NativeEngine, tmp_path: Path) -> None:
    """As `docker build --check` of newer clients asks; what cannot be answered is told."""
    (tmp_path / "Dockerfile").write_text("FROM busybox AS Made\nCMD true\n")

    def ask(what: str) -> "subprocess.CompletedProcess[bytes]":
        command = ("buildx", "build", f"--print={what}", ".")
        experimental = {"BUILDX_EXPERIMENTAL": "1"}
        return engine.docker(*command, folder=tmp_path, environment=experimental, check=False)

    address = "https://docs.docker.com/go/dockerfile/rule"
    assert ask("lint").stdout.decode().splitlines() == [
        f"StageNameCasing - {address}/stage-name-casing/",
        "Stage name 'Made' should be lowercase",
        "Dockerfile:1",
        "",
        f"JSONArgsRecommended - {address}/json-args-recommended/",
        "JSON arguments recommended for CMD to prevent unintended behavior related to OS signals",
        "Dockerfile:2",
    ]
    # A build tells, too.
    built = engine.docker("buildx", "build", "--progress=plain", ".", folder=tmp_path).stderr.decode()
    assert "StageNameCasing: Stage name 'Made' should be lowercase (line 1)" in built
    strict = "BUILDKIT_DOCKERFILE_CHECK=skip=StageNameCasing;error=true"
    failed = engine.docker("buildx", "build", "--build-arg", strict, ".", folder=tmp_path, check=False)
    assert b"lint violation found for rules: JSONArgsRecommended\n" in failed.stderr
    refused = ask("nonsense")
    assert refused.returncode != 0
    assert b"unsupported request frontend.nonsense" in refused.stderr
    assert b"Unimplemented" not in refused.stderr
    (tmp_path / "Dockerfile").write_text("FROM busybox\nNONSENSE\n")
    assert b"unknown instruction: NONSENSE" in ask("lint").stderr


@pytest.mark.parametrize("path", ["/grpc", "/session"])
@pytest.mark.parametrize(
    "data", [b"", b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100]
)
def test_what_is_no_http2_ends_the_connection(engine: NativeEngine, path: str, data: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(engine.socket))
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n{H2C}\r\n".encode())
        assert connection.recv(12) == b"HTTP/1.1 101"
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    assert engine.request("GET", "/_ping").headers["Builder-Version"] == "2"


def test_a_connection_needs_the_upgrade(engine: NativeEngine) -> None:
    for path in ("/grpc", "/session"):
        assert engine.request("POST", path).message == "no upgrade proto in request"
        other = engine.request("POST", path, headers={"Connection": "Upgrade", "Upgrade": "tcp"})
        assert (other.status, other.message) == (400, "protocol tcp not supported")


@needs_buildx
def test_images_of_a_registry_with_logins(
    engine: NativeEngine, registry: Registry, builds: None, tmp_path: Path
) -> None:
    """The result is pushed with the client's login, and with it the next build's base is pulled."""
    with started_registry(registry.netns, tmp_path / "registry", LOCKED_PORT, HTPASSWD) as locked:
        name = f"{locked.address}/made/pushed:1"
        first, second = tmp_path / "first", tmp_path / "second"
        for folder, dockerfile in ((first, "FROM busybox\nRUN echo x > /x\n"), (second, f"FROM {name}\n")):
            folder.mkdir()
            (folder / "Dockerfile").write_text(f"{dockerfile}RUN cat /x\n")
        engine.docker("login", "-u", "user", "-p", "secret", locked.address)
        try:
            engine.docker("buildx", "build", "--push", "-t", name, ".", folder=first)
            engine.docker("rmi", name)
            engine.docker("buildx", "build", "-t", "made:8", ".", folder=second)
        finally:
            engine.docker("logout", locked.address)
        engine.docker("rmi", name, "made:8")
        refused = engine.docker("buildx", "build", "-t", "made:8", ".", folder=second, check=False)
        assert refused.returncode == 1
        assert b"failed to solve" in refused.stderr


def _containers(engine: NativeEngine) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = engine.request("GET", "/containers/json", query={"all": "1"}).json
    return listed
