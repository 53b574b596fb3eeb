"""What is wanted: as typed, as the API takes it, as a line of shell."""

from pathlib import Path

import pytest

from app.services.containers.environment_file import parse_environment_text
from app.services.containers.run_arguments import parse_label, parse_port, parse_variable, parse_volume
from app.services.containers.run_checks import check_host_name, check_removal, check_user
from app.services.containers.run_options import RunOptions, VolumeMount
from app.services.engine.engine_types import Port
from app.services.errors import UserError


def test_everything_reaches_the_body() -> None:
    options = RunOptions(
        "nginx",
        name="web",
        ports=(Port(80, "tcp", 8080), Port(80, "tcp", 8081, "127.0.0.1"), Port(53, "udp")),
        environment=(("A", "b=c"),),
        volumes=(VolumeMount("data", "/data"), VolumeMount("/src", "/app", True), VolumeMount("", "/tmp")),
        command=("nginx", "-g", "x y"),
        entrypoint="/init",
        restart_policy="on-failure:3",
        auto_remove=True,
        tty=True,
        labels={"a": "b"},
    )
    body = options.to_create_body()
    assert body["HostConfig"]["PortBindings"] == {
        "80/tcp": [{"HostIp": "", "HostPort": "8080"}, {"HostIp": "127.0.0.1", "HostPort": "8081"}],
        "53/udp": [{"HostIp": "", "HostPort": ""}],
    }
    assert body["ExposedPorts"] == {"80/tcp": {}, "53/udp": {}}
    assert body["Env"] == ["A=b=c"]
    assert body["HostConfig"]["Binds"] == ["data:/data", "/src:/app:ro"]
    assert body["Volumes"] == {"/tmp": {}}
    assert body["Cmd"] == ["nginx", "-g", "x y"]
    assert body["Entrypoint"] == ["/init"]
    assert body["HostConfig"]["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    assert body["HostConfig"]["AutoRemove"] is True
    assert body["Tty"] is True
    assert options.to_command_line() == (
        "docker run -d --rm -t --name web --restart on-failure:3 --entrypoint /init -p 8080:80 "
        "-p 127.0.0.1:8081:80 -p 53/udp -e A=b=c -v data:/data -v /src:/app:ro -v /tmp --label a=b "
        "nginx nginx -g 'x y'"
    )


def test_what_is_seldom_wanted_reaches_the_body() -> None:
    options = RunOptions("nginx", user="1000:1000", hostname="web", privileged=True, read_only=True)
    body = options.to_create_body()
    assert (body["User"], body["Hostname"]) == ("1000:1000", "web")
    assert body["HostConfig"]["Privileged"] is True
    assert body["HostConfig"]["ReadonlyRootfs"] is True
    assert options.to_command_line() == (
        "docker run -d --privileged --read-only --hostname web --user 1000:1000 nginx"
    )
    assert "ReadonlyRootfs" not in RunOptions("nginx").to_create_body()["HostConfig"]


@pytest.mark.parametrize("text", ["", "node", "1000", "1000:1000", "www-data:staff"])
def test_users_as_typed(text: str) -> None:
    check_user(text)


@pytest.mark.parametrize("text", ["a b", ":", "a:", "a:b:c", " "])
def test_users_that_make_no_sense(text: str) -> None:
    with pytest.raises(UserError) as caught:
        check_user(text)
    assert caught.value.what_to_do


@pytest.mark.parametrize("text", ["", "web", "web.example.com", "_x-1", "a" * 63])
def test_host_names_as_typed(text: str) -> None:
    check_host_name(text)


@pytest.mark.parametrize("text", ["-web", "a b", "wéb", "a" * 64, "web\n"])
def test_host_names_that_make_no_sense(text: str) -> None:
    with pytest.raises(UserError) as caught:
        check_host_name(text)
    assert caught.value.what_to_do


@pytest.mark.parametrize("policy", ["always", "unless-stopped", "on-failure", "on-failure:3"])
def test_what_is_removed_cannot_start_again(policy: str) -> None:
    with pytest.raises(UserError, match="cannot start again"):
        check_removal(True, policy)
    check_removal(False, policy)


def test_removal_without_a_policy_is_fine() -> None:
    check_removal(True, "")
    check_removal(True, "no")


def test_the_image_keeps_its_command_when_none_is_given() -> None:
    body = RunOptions("nginx").to_create_body()
    assert "Cmd" not in body
    assert "Entrypoint" not in body
    assert (
        RunOptions("nginx", attach=True, tty=True, open_stdin=True).to_command_line()
        == "docker run -it nginx"
    )


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("80", Port(80)),
        ("8080:80", Port(80, "tcp", 8080)),
        ("5353:53/udp", Port(53, "udp", 5353)),
        ("127.0.0.1:8080:80", Port(80, "tcp", 8080, "127.0.0.1")),
        ("127.0.0.1::80", Port(80, "tcp", None, "127.0.0.1")),
        ("[::1]:8080:80", Port(80, "tcp", 8080, "::1")),
    ],
)
def test_ports_as_typed(text: str, port: Port) -> None:
    assert parse_port(text) == port


@pytest.mark.parametrize(
    "text", ["", "x", "0:80", "8080:65536", "8080:80/sctp", "8000-8010:80", "8080:", "-1"]
)
def test_ports_that_make_no_sense(text: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_port(text)
    assert caught.value.what_to_do


@pytest.mark.parametrize(
    ("text", "mount"),
    [
        ("/data", VolumeMount("", "/data")),
        ("data:/data", VolumeMount("data", "/data")),
        ("data:/data:ro", VolumeMount("data", "/data", True)),
        ("/host:/data:rw", VolumeMount("/host", "/data")),
        ("./site:/data", VolumeMount("/work/site", "/data")),
        ("..:/data", VolumeMount("/", "/data")),
        ("C:\\Users\\me:/data", VolumeMount("C:\\Users\\me", "/data")),
    ],
)
def test_volumes_as_typed(text: str, mount: VolumeMount) -> None:
    assert parse_volume(text, Path("/work")) == mount


@pytest.mark.parametrize("text", ["", "data", "data:relative", "a:b:c:d", "a b:/data", ":/data"])
def test_volumes_that_make_no_sense(text: str) -> None:
    with pytest.raises(UserError):
        parse_volume(text)


def test_variables_and_labels_as_typed() -> None:
    assert parse_variable("A=b=c", {}) == ("A", "b=c")
    assert parse_variable("HOME", {"HOME": "/root"}) == ("HOME", "/root")
    assert parse_variable("NOWHERE", {}) is None
    assert parse_label("a") == ("a", "")
    for parse in (parse_variable, parse_label):
        with pytest.raises(UserError):
            parse("=x")


def test_a_pasted_environment_file() -> None:
    text = "\ufeff# comment\n\nA=1\nexport B='two words' # why\nC=\"x#y\"\nD=a=b # c\nA=2\nE=\n"
    assert parse_environment_text(text) == (
        ("B", "two words"),
        ("C", "x#y"),
        ("D", "a=b"),
        ("A", "2"),
        ("E", ""),
    )


def test_a_line_that_is_no_variable_is_named() -> None:
    with pytest.raises(UserError, match="Line 2"):
        parse_environment_text("A=1\nnot a variable\n")
