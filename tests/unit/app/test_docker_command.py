"""The docker command comes to Marina when the user says so, and nobody else's things are touched."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from app.services.computer.docker_command import DockerCommand, Holder
from app.services.computer.docker_context import read_context_endpoint
from app.services.errors import UserError

SOCKET = "/run/user/1000/marina/docker.sock"
needs_docker = pytest.mark.skipif(shutil.which("docker") is None, reason="no docker command here")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Docker's folder in a home."""
    return tmp_path / "docker"


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    """The engine's socket: a file will do, nobody connects."""
    path = tmp_path / "run" / "docker.sock"
    path.parent.mkdir()
    path.touch()
    return path


def make_command(
    socket: Path | str, config: Path, *, platform: str = "linux", **environment: str
) -> DockerCommand:
    """Return a command of a home of the test's own."""
    environment = {"DOCKER_CONFIG": str(config), "PATH": "/usr/local/bin:/usr/bin:/bin"} | environment
    return DockerCommand(
        str(socket), environment, config.parent / "usual.sock", platform, config.parent / "marina.conf"
    )


def current_context(config: Path) -> str:
    """Return what the real docker command says."""
    environment = {"DOCKER_CONFIG": str(config), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    told = subprocess.run(
        ["docker", "context", "show"], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return told.stdout.strip()


@needs_docker
def test_the_docker_command_comes_here_and_goes_back(socket: Path, config: Path) -> None:
    subprocess.run(
        ["docker", "context", "create", "other", "--docker", "host=unix:///run/other.sock"],
        env={"DOCKER_CONFIG": str(config), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    (config / "config.json").write_text('{"currentContext": "other", "credsStore": "pass"}', "utf-8")
    command = make_command(socket, config)
    command.turn_on()
    command.turn_on()
    assert current_context(config) == "marina"
    assert command.state().is_marina
    command.turn_off()
    assert current_context(config) == "other"
    assert json.loads((config / "config.json").read_text("utf-8"))["credsStore"] == "pass"


@needs_docker
def test_where_nothing_was_configured_nothing_is_left(socket: Path, config: Path) -> None:
    command = make_command(socket, config)
    command.turn_on()
    assert current_context(config) == "marina"
    command.remove()
    assert not config.exists()


def test_a_former_context_that_is_gone_is_not_gone_back_to(socket: Path, config: Path) -> None:
    config.mkdir()
    (config / "config.json").write_text('{"currentContext": "gone", "x": 1}', "utf-8")
    command = make_command(socket, config)
    command.turn_on()
    command.turn_off()
    assert json.loads((config / "config.json").read_text("utf-8")) == {"x": 1}


def test_a_context_that_the_user_chose_meanwhile_stays(socket: Path, config: Path) -> None:
    command = make_command(socket, config)
    command.turn_on()
    (config / "config.json").write_text('{"currentContext": "mine"}', "utf-8")
    command.remove()
    assert command.state().context == "mine"


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "[" * 100_000])
def test_a_configuration_that_cannot_be_read_is_told_and_stays(socket: Path, config: Path, text: str) -> None:
    config.mkdir()
    (config / "config.json").write_text(text, "utf-8")
    command = make_command(socket, config)
    for call in (command.turn_on, command.turn_off, command.state):
        with pytest.raises(UserError):
            call()
    command.keep()
    command.remove()
    assert (config / "config.json").read_text("utf-8") == text


def test_a_linked_configuration_stays_linked_and_keeps_its_mode(
    socket: Path, config: Path, tmp_path: Path
) -> None:
    dotfiles = tmp_path / "dotfiles.json"
    dotfiles.write_text('{"auths": {}}', "utf-8")
    dotfiles.chmod(0o640)
    config.mkdir()
    (config / "config.json").symlink_to(dotfiles)
    make_command(socket, config).turn_on()
    assert (config / "config.json").is_symlink()
    assert json.loads(dotfiles.read_text("utf-8")) == {"auths": {}, "currentContext": "marina"}
    assert dotfiles.stat().st_mode & 0o777 == 0o640


def test_the_home_socket_is_linked_while_marina_is_chosen(socket: Path, config: Path) -> None:
    command = make_command(socket, config)
    command.turn_on()
    assert command.home_socket.resolve() == socket
    command.turn_off()
    assert not command.home_socket.is_symlink()
    assert not command.home_socket.parent.exists()


def test_a_home_socket_of_another_program_is_left_alone(socket: Path, config: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sock"
    other.touch()
    command = make_command(socket, config)
    command.home_socket.parent.mkdir(parents=True)
    command.home_socket.symlink_to(other)
    command.turn_on()
    command.turn_off()
    assert command.home_socket.readlink() == other
    other.unlink()  # that program is gone: the place is free
    command.turn_on()
    assert command.home_socket.readlink() == socket


def test_context_and_link_follow_the_socket(socket: Path, config: Path, tmp_path: Path) -> None:
    make_command(socket, config).turn_on()
    socket.unlink()
    moved = tmp_path / "moved.sock"
    moved.touch()
    make_command(moved, config).keep()
    environment = {"DOCKER_CONFIG": str(config)}
    assert read_context_endpoint(environment=environment) == f"unix://{moved}"
    assert make_command(moved, config).home_socket.readlink() == moved


def test_docker_is_not_led_here_unasked(socket: Path, config: Path) -> None:
    config.mkdir()
    command = make_command(socket, config)
    command.keep()
    assert command.state().context == "default"
    assert not command.home_socket.is_symlink()
    assert read_context_endpoint(environment={"DOCKER_CONFIG": str(config)}) == f"unix://{socket}"


def test_where_docker_never_was_nothing_is_written(socket: Path, config: Path) -> None:
    make_command(socket, config, PATH=str(config)).keep()
    assert not config.exists()


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"DOCKER_HOST": "tcp://10.0.0.1:2375"}, "DOCKER_HOST=tcp://10.0.0.1:2375"),
        ({"DOCKER_CONTEXT": "other"}, "DOCKER_CONTEXT=other"),
        ({"DOCKER_CONTEXT": "marina"}, ""),
        ({"DOCKER_HOST": f"unix://{SOCKET}", "DOCKER_CONTEXT": "other"}, ""),
    ],
)
def test_what_docker_obeys_instead_is_told(config: Path, environment: dict[str, str], told: str) -> None:
    assert make_command(SOCKET, config, **environment).state().shadowed_by == told


def test_whose_the_usual_socket_is(socket: Path, config: Path, tmp_path: Path) -> None:
    usual = tmp_path / "usual.sock"
    command = make_command(socket, config)
    assert command.state().usual is Holder.NOBODY
    assert str(socket) in command.state().usual_command
    usual.symlink_to(socket)
    assert (command.state().usual, command.state().usual_command) == (Holder.MARINA, "")
    usual.unlink()
    usual.touch()
    assert (command.state().usual, command.state().usual_command) == (Holder.OTHER, "")
    usual.unlink()
    usual.symlink_to(tmp_path / "gone")
    assert command.state().usual is Holder.NOBODY


def test_what_an_administrator_did_is_undone_by_a_command(socket: Path, config: Path, tmp_path: Path) -> None:
    usual, rule = tmp_path / "usual.sock", tmp_path / "marina.conf"
    command = make_command(socket, config)
    assert command.usual_removal() == ""
    usual.symlink_to(socket)
    rule.write_text(f"L+ /run/docker.sock - - - - {socket}\n")
    socket.unlink()  # as after the machine's removal
    assert command.usual_removal() == f"sudo rm -f {usual} {rule}"
    rule.write_text("L+ /run/docker.sock - - - - /run/user/1001/marina/docker.sock\n")
    assert command.usual_removal() == f"sudo rm -f {usual}", "another user's stays"
    usual.unlink()
    usual.symlink_to(tmp_path / "another.sock")
    assert command.usual_removal() == ""


def test_a_mac_is_given_the_plain_link_and_windows_nothing(config: Path) -> None:
    socket = "/Users/me/Library/Application Support/marina/docker.sock"
    on_a_mac = make_command(socket, config, platform="darwin").state()
    assert on_a_mac.usual_command == f"sudo ln -sfn '{socket}' /var/run/docker.sock"
    on_windows = make_command(r"\\.\pipe\marina", config, platform="win32")
    assert (on_windows.state().usual, on_windows.state().usual_command) == (None, "")
    on_windows.turn_on()
    assert not on_windows.home_socket.parent.exists()
