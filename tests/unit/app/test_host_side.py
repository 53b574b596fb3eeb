"""What services do on the host: ports, settings, the docker context, the browser."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.app_folders import AppFolders
from app.services.computer.browser import has_display, open_in_browser
from app.services.computer.docker_context import (
    docker_environment,
    read_context_endpoint,
    write_docker_context,
)
from app.services.containers.ports import (
    candidate_ports,
    find_holder,
    is_bindable,
    ports_of_containers,
    suggest_host_port,
)
from app.services.engine.engine_types import Container, ContainerState, Port
from app.services.errors import UserError
from app.services.settings import Settings, SettingsFile

WEB = Container(
    "1", "web", "nginx", ContainerState.RUNNING, ports=(Port(80, "tcp", 45080), Port(53, "udp", 45053))
)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server


@pytest.mark.parametrize(
    ("container_port", "first"),
    [(80, 8080), (443, 8443), (22, 8022), (5432, 5432), (1023, 9023), (1024, 1024)],
)
def test_the_port_that_is_tried_first(container_port: int, first: int) -> None:
    assert next(candidate_ports(container_port)) == first


def test_every_port_from_1024_on_is_a_candidate_once() -> None:
    assert sorted(candidate_ports(80)) == list(range(1024, 65536))


def test_a_taken_port_is_passed_over(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    assert not is_bindable(port)
    suggestion = suggest_host_port(port)
    assert suggestion is not None
    assert suggestion != port
    assert is_bindable(suggestion)
    assert suggest_host_port(suggestion, taken={suggestion}) != suggestion


def test_who_holds_a_port(listener: socket.socket) -> None:
    assert ports_of_containers([WEB]) == {45080}
    assert ports_of_containers([WEB], "udp") == {45053}
    assert find_holder(45080, [WEB]) == 'container "web"'
    holder = find_holder(listener.getsockname()[1], [WEB])
    assert "python" in holder or "pytest" in holder or sys.platform == "darwin"
    listener.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert find_holder(port, []) == ""


def test_settings_survive_and_damage_does_no_harm(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "config" / "desktop.json")
    assert file.load() == Settings()
    file.save(Settings(theme="dark", geometry="abc"))
    assert file.load() == Settings(theme="dark", geometry="abc")
    path = tmp_path / "config" / "desktop.json"
    assert [entry.name for entry in path.parent.iterdir()] == ["desktop.json"]
    path.write_text("{half", "utf-8")
    assert file.load() == Settings()
    assert path.with_suffix(".damaged").read_text("utf-8") == "{half"


@pytest.mark.parametrize(
    "value", [None, [], {"theme": "pink"}, {"theme": 3, "geometry": []}, {"keep_running_when_closed": 1}]
)
def test_settings_of_the_wrong_type_keep_their_defaults(value: object) -> None:
    assert Settings.from_json(value) == Settings()


def test_marina_home_moves_the_apps_folders(tmp_path: Path) -> None:
    folders = AppFolders.find({"MARINA_HOME": str(tmp_path)})
    assert folders.settings.is_relative_to(tmp_path)
    assert folders.desktop_log.is_relative_to(tmp_path)


def test_the_context_is_written_once_and_follows_the_socket(tmp_path: Path) -> None:
    environment = {"DOCKER_CONFIG": str(tmp_path)}
    first = write_docker_context("/run/a/docker.sock", environment=environment)
    again = write_docker_context("/run/a/docker.sock", environment=environment)
    moved = write_docker_context("/run/b/docker.sock", environment=environment)
    assert (first.changed, again.changed, moved.changed) == (True, False, True)
    assert read_context_endpoint(environment=environment) == "unix:///run/b/docker.sock"
    assert not (tmp_path / "config.json").exists()  # the current context is the user's own choice


def test_a_folder_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "contexts").write_text("a file where a folder should be", "utf-8")
    with pytest.raises(UserError) as caught:
        write_docker_context("/run/docker.sock", environment={"DOCKER_CONFIG": str(tmp_path)})
    assert caught.value.what_to_do


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker command line on this machine")
def test_the_docker_command_line_reads_our_context(tmp_path: Path) -> None:
    write_docker_context("/run/a b/docker.sock", environment={"DOCKER_CONFIG": str(tmp_path)})
    environment = {"DOCKER_CONFIG": str(tmp_path), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    told = subprocess.run(
        ["docker", "context", "inspect", "marina"],
        env=environment,
        capture_output=True,
        check=True,
        timeout=30,
    )
    (context,) = json.loads(told.stdout)
    assert context["Endpoints"]["docker"]["Host"] == "unix:///run/a b/docker.sock"


def test_without_a_display_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if sys.platform == "linux":
        assert not has_display()
        assert not open_in_browser("http://localhost:8080")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "--help", ""])
def test_only_web_addresses_are_opened(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    assert not open_in_browser(url)


@pytest.mark.skipif(sys.platform != "linux", reason="xdg-open is Linux's way")
@pytest.mark.parametrize(("code", "opened"), [(0, True), (3, False)])
def test_the_systems_opener_gets_the_address(
    code: int, opened: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\nexit {code}\n', "utf-8")
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    assert open_in_browser("http://localhost:8080/?a=b&c") is opened
    assert (tmp_path / "opened").read_text("utf-8") == "http://localhost:8080/?a=b&c\n"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/run/a/docker.sock", {"DOCKER_HOST": "unix:///run/a/docker.sock"}),
        ("unix:///run/a/docker.sock", {"DOCKER_HOST": "unix:///run/a/docker.sock"}),
        ("tcp://127.0.0.1:2375", {"DOCKER_HOST": "tcp://127.0.0.1:2375"}),
        (
            "ssh://ada@host/run/docker.sock#key=ssh-ed25519+AAAA",
            {"DOCKER_HOST": "ssh://ada@host/run/docker.sock"},
        ),
        (
            "tcp://[fd00::1]#tls=%2Fhome%2Fada%2Fcerts",
            {
                "DOCKER_HOST": "tcp://[fd00::1]:2376",
                "DOCKER_TLS_VERIFY": "1",
                "DOCKER_CERT_PATH": "/home/ada/certs",
            },
        ),
    ],
)
def test_dockers_programs_are_told_of_each_kind_of_engine(address: str, told: dict[str, str]) -> None:
    users = {
        "PATH": "/bin",
        "DOCKER_CONTEXT": "other",
        "DOCKER_HOST": "tcp://elsewhere",
        "DOCKER_TLS_VERIFY": "1",
    }
    assert docker_environment(address, users) == {"PATH": "/bin"} | told
