"""Published ports and names with real containers, by the API, as docker's clients see them."""

import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.engine.container_calls import until
from tests.support.namespaces import in_netns
from tests.support.native_engine import NativeEngine

PAGE = "hello from inside"
SERVE = f"mkdir -p /www && echo '{PAGE}' > /www/index.html && exec httpd -f -p 80 -h /www"
TIMEOUT = 60.0  # seconds


@contextmanager
def running(engine: NativeEngine, script: str = SERVE, **host: Any) -> Iterator[dict[str, Any]]:
    """Run busybox with a script and yield its inspect; the container is gone afterwards."""
    identifier = create(engine, script, **host)
    try:
        started = engine.request("POST", f"/containers/{identifier}/start")
        assert started.status == 204, started.message
        yield engine.request("GET", f"/containers/{identifier}/json").json
    finally:
        remove(engine, identifier)


def create(engine: NativeEngine, script: str = SERVE, **host: Any) -> str:
    """Create a busybox container; returns its ID."""
    _have_busybox(engine)
    body = {
        "Image": "busybox",
        "Cmd": ["sh", "-c", script],
        "ExposedPorts": {"80/tcp": {}},
        "HostConfig": host,
    }
    answer = engine.request(
        "POST", "/containers/create", query={"name": f"p{uuid.uuid4().hex[:8]}"}, body=body
    )
    assert answer.status == 201, answer.message
    return str(answer.json["Id"])


def remove(engine: NativeEngine, identifier: str) -> None:
    """Remove a container whatever it does."""
    assert engine.request("DELETE", f"/containers/{identifier}", query={"force": "1"}).status == 204


def _have_busybox(engine: NativeEngine) -> None:
    if engine.request("GET", "/images/busybox:latest/json").status != 200:
        pulled = engine.request("POST", "/images/create", query={"fromImage": "busybox", "tag": "latest"})
        assert pulled.status == 200, pulled.body


def publish(*host_ports: str, host_ip: str = "") -> dict[str, Any]:
    """Return the HostConfig member that publishes port 80."""
    return {"PortBindings": {"80/tcp": [{"HostIp": host_ip, "HostPort": port} for port in host_ports]}}


def fetch(netns: str, address: str, port: int) -> str:
    """Fetch the page over HTTP from inside a namespace; tries until the server in the container listens."""

    def ask() -> str:
        with socket.create_connection((address, port), TIMEOUT) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            received = b""
            while chunk := client.recv(65536):
                received += chunk
        return received.decode()

    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            return in_netns(netns, ask).partition("\r\n\r\n")[2].strip()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, f"nobody answers at {address}:{port}"
            time.sleep(0.02)


def logs(engine: NativeEngine, identifier: str) -> str:
    """Wait for a container's end and return what it wrote."""
    engine.request("POST", f"/containers/{identifier}/wait")
    body = engine.request("GET", f"/containers/{identifier}/logs", query={"stdout": "1", "stderr": "1"}).body
    text = b""
    while body:
        length = int.from_bytes(body[4:8], "big")
        text, body = text + body[8 : 8 + length], body[8 + length :]
    return text.decode()


def settled_network(netns: str, running: int) -> tuple[list[str], str]:
    """Return the same once only running containers have cables: others go in their own time."""
    until(lambda: len(network_state(netns)[0]) == running, "cables are left")
    return network_state(netns)


def network_state(netns: str) -> tuple[list[str], str]:
    """Return cables and open ports of a namespace, by the usual tools."""
    links = subprocess.run(["ip", "-n", netns, "-o", "link"], capture_output=True, text=True, check=True)
    table = subprocess.run(
        ["ip", "netns", "exec", netns, "nft", "list", "table", "ip", "marina"],
        capture_output=True,
        text=True,
        check=True,
    )
    cables = [line.split(": ")[1] for line in links.stdout.splitlines() if ": mv" in line]
    return cables, " ".join(line for line in table.stdout.splitlines() if "elements" in line)


def test_a_published_port_answers_and_inspect_shows_it(engine: NativeEngine, netns: str) -> None:
    with running(engine, **publish("18080")) as shown:
        settings = shown["NetworkSettings"]
        assert settings["Ports"] == {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "18080"}]}
        assert settings["Networks"]["bridge"]["IPAddress"] == settings["IPAddress"] != ""
        assert fetch(netns, "127.0.0.1", 18080) == PAGE
        assert fetch(netns, settings["IPAddress"], 80) == PAGE
        network = engine.request("GET", "/networks/bridge").json
        assert network["Containers"][shown["Id"]]["IPv4Address"].startswith(settings["IPAddress"])
        (listed,) = [c for c in engine.request("GET", "/containers/json").json if c["Id"] == shown["Id"]]
        assert listed["Ports"] == [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 18080, "Type": "tcp"}]


def test_containers_reach_each_other_and_the_host_by_name(engine: NativeEngine, netns: str) -> None:
    with running(engine, **publish("18081")) as server:
        address = server["NetworkSettings"]["IPAddress"]
        assert fetch(netns, address, 80) == PAGE
        script = (
            f"wget -qO- http://{address}/ && wget -qO- http://host.docker.internal:18081/ && cat /etc/hosts"
        )
        client = create(engine, script, ExtraHosts=["db.example:host-gateway"])
        try:
            engine.request("POST", f"/containers/{client}/start")
            text = logs(engine, client)
        finally:
            remove(engine, client)
        assert text.count(PAGE) == 2, text
        assert "db.example" in text
        assert client[:12] in text


def test_a_taken_port_fails_the_start_and_leaves_nothing(engine: NativeEngine, netns: str) -> None:
    with running(engine, **publish("18082")):
        before = settled_network(netns, 1)
        second = create(engine, **publish("18083", "18082"))
        try:
            answer = engine.request("POST", f"/containers/{second}/start")
            assert answer.status == 500
            assert "driver failed programming external connectivity on endpoint" in answer.message
            assert "Bind for 0.0.0.0:18082 failed: port is already allocated" in answer.message
            assert engine.request("GET", f"/containers/{second}/json").json["State"]["Running"] is False
            assert settled_network(netns, 1) == before
        finally:
            remove(engine, second)
    third = create(engine, **publish("18082", "18083"))
    try:
        assert engine.request("POST", f"/containers/{third}/start").status == 204
        assert fetch(netns, "127.0.0.1", 18083) == PAGE
    finally:
        remove(engine, third)


def test_a_foreign_holder_is_named(engine: NativeEngine, netns: str) -> None:
    listener = in_netns(netns, lambda: socket.create_server(("0.0.0.0", 18084)))
    with listener:
        container = create(engine, **publish("18084"))
        try:
            answer = engine.request("POST", f"/containers/{container}/start")
        finally:
            remove(engine, container)
    assert answer.status == 500
    assert "0.0.0.0:18084 is in use by" in answer.message


def test_all_exposed_ports_get_free_ones(engine: NativeEngine, netns: str) -> None:
    with running(engine, PublishAllPorts=True) as shown:
        (binding,) = shown["NetworkSettings"]["Ports"]["80/tcp"]
        assert int(binding["HostPort"]) >= 32768
        assert fetch(netns, "127.0.0.1", int(binding["HostPort"])) == PAGE


def test_the_end_of_a_container_frees_everything(engine: NativeEngine, netns: str) -> None:
    idle = settled_network(netns, 0)
    with running(engine, **publish("18085")):
        assert fetch(netns, "127.0.0.1", 18085) == PAGE
        assert network_state(netns) != idle
    until(lambda: network_state(netns) == idle, "cables or ports are left")
    in_netns(netns, lambda: socket.create_server(("0.0.0.0", 18085))).close()


def test_ports_outlive_a_killed_engine(engine: NativeEngine, netns: str) -> None:
    with running(engine, **publish("18086")) as shown:
        assert fetch(netns, "127.0.0.1", 18086) == PAGE
        engine.kill()
        try:
            assert fetch(netns, "127.0.0.1", 18086) == PAGE  # nobody is needed to carry the bytes
        finally:
            engine.start()
        assert fetch(netns, "127.0.0.1", 18086) == PAGE
        again = engine.request("GET", f"/containers/{shown['Id']}/json").json
        assert again["NetworkSettings"]["Ports"] == shown["NetworkSettings"]["Ports"]
        assert again["NetworkSettings"]["IPAddress"] == shown["NetworkSettings"]["IPAddress"]
        second = create(engine, **publish("18086"))
        try:
            answer = engine.request("POST", f"/containers/{second}/start")
            assert "port is already allocated" in answer.message
        finally:
            remove(engine, second)


@pytest.mark.parametrize(
    ("host", "status", "message"),
    [
        (publish("99999"), 400, 'invalid port specification: "99999"'),
        (publish("80", host_ip="nowhere"), 400, 'invalid IP address: "nowhere"'),
        ({"ExtraHosts": ["a"]}, 400, 'bad format for add-host: "a"'),
    ],
)
def test_nonsense_is_refused_at_create(
    engine: NativeEngine, host: dict[str, Any], status: int, message: str
) -> None:
    before = len(engine.request("GET", "/containers/json", query={"all": "1"}).json)
    body = {"Image": "busybox", "HostConfig": host}
    _have_busybox(engine)
    answer = engine.request("POST", "/containers/create", body=body)
    assert (answer.status, answer.message) == (status, message)
    assert len(engine.request("GET", "/containers/json", query={"all": "1"}).json) == before


def test_network_modes(engine: NativeEngine) -> None:
    for mode, expected in (("none", "lo"), ("host", "marina0")):
        container = create(engine, "ls /sys/class/net", NetworkMode=mode)
        try:
            engine.request("POST", f"/containers/{container}/start")
            seen = logs(engine, container).split()
        finally:
            remove(engine, container)
        assert expected in seen
        assert (seen == ["lo"]) is (mode == "none")


def test_networks_are_listed_and_protected(engine: NativeEngine) -> None:
    listed = engine.request("GET", "/networks").json
    assert {network["Name"] for network in listed} == {"bridge", "host", "none"}
    (bridge,) = engine.request("GET", "/networks", query={"filters": '{"driver":["bridge"]}'}).json
    assert engine.request("GET", f"/networks/{bridge['Id'][:12]}").json["Name"] == "bridge"
    removal = engine.request("DELETE", "/networks/bridge")
    assert (removal.status, removal.message) == (
        403,
        "bridge is a pre-defined network and cannot be removed",
    )
    assert engine.request("DELETE", "/networks/nope").status == 404
    assert engine.request("POST", "/networks/create", body={"Name": 5}).status == 400
    assert engine.request("GET", "/networks", query={"filters": '{"colour":["red"]}'}).status == 400
