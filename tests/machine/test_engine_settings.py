"""Proxy, private authority and mirror, changed while the machine runs, without a restart of anything."""

import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import APIError

from app.services.engine.engine_client import EngineClient
from tests.machine.machine_under_test import MachineUnderTest, wait_until
from tests.support.tls_front import Authority


class _Handler(http.server.BaseHTTPRequestHandler):
    """Has no image, and lets nobody through."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'
        self.send_response(404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def do_CONNECT(self) -> None:
        self.asked.append(f"CONNECT {self.path}")
        self.send_error(502, "the proxy of the test lets nobody through")

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def listening(folder: Path | None = None) -> Iterator[tuple[int, list[str]]]:
    """Serve on the host's loopback, over TLS with a certificate in `folder`; gives port and requests."""
    asked: list[str] = []
    handler = type("Handler", (_Handler,), {"asked": asked})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if folder is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(str(folder / "cert.pem"), str(folder / "key.pem"))
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1], asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def client(machine: MachineUnderTest) -> Iterator["docker.DockerClient"]:
    """docker-py on the machine; the settings are put back."""
    before = machine.files.settings.read_text()
    client = docker.DockerClient(base_url=f"unix://{machine.docker_socket}", timeout=120)
    yield client
    machine.files.settings.write_text(before)
    wait_until(lambda: client.info()["HttpsProxy"] == "", "the proxy is taken back")
    client.close()


def change(machine: MachineUnderTest, **settings: Any) -> None:
    """Change the settings as the desktop does."""
    machine.files.settings.write_text(json.dumps(json.loads(machine.files.settings.read_text()) | settings))


def pull(client: "docker.DockerClient", reference: str) -> str:
    """Pull what cannot be had; returns the reason."""
    with pytest.raises(APIError) as refusal:
        client.images.pull(reference, tag="1")
    return str(refusal.value)


def test_a_registry_of_a_private_authority_is_trusted_once_the_authority_is_named(
    machine: MachineUnderTest, client: "docker.DockerClient", tmp_path: Path
) -> None:
    folder = Authority().write(tmp_path, "registry")
    with listening(folder) as (port, asked):
        image = f"10.0.2.2:{port}/team/image"
        assert "certificate" in pull(client, image)
        assert not asked
        change(machine, ca_certificates=[str(folder / "ca.pem")])
        wait_until(lambda: "certificate" not in pull(client, image), "the authority is trusted")
        assert "/v2/team/image/manifests/1" in asked
        with EngineClient(machine.docker_socket) as engine:  # as a container needs it, too
            assert (folder / "ca.pem").read_text() in engine.authorities()


def test_pulls_go_through_the_proxy_that_info_shows(
    machine: MachineUnderTest, client: "docker.DockerClient"
) -> None:
    uptime = machine.client.status().boot_seconds
    with listening() as (port, asked):
        change(machine, https_proxy=f"http://me:secret@127.0.0.1:{port}", no_proxy="internal.test")
        shown = f"http://xxxxx:xxxxx@10.0.2.2:{port}"
        wait_until(lambda: client.info()["HttpsProxy"] == shown, "the proxy in force")
        assert client.info()["NoProxy"] == "internal.test"
        assert "secret" not in pull(client, "registry.test/team/image")
        assert asked[0] == "CONNECT registry.test:443"
    with listening() as (port, asked):
        change(machine, https_proxy="", registry_mirrors=[f"http://10.0.2.2:{port}"])
        mirrors = [f"http://10.0.2.2:{port}/"]
        wait_until(lambda: client.info()["RegistryConfig"]["Mirrors"] == mirrors, "the mirror in force")
    assert machine.client.status().boot_seconds == uptime, "the machine was not started again"


def test_options_hold_at_once_for_new_containers_and_from_the_next_start_on_for_the_default_bridge(
    machine: MachineUnderTest, client: "docker.DockerClient"
) -> None:
    def subnet(name: str) -> str:
        return str(client.networks.get(name).attrs["IPAM"]["Config"][0]["Subnet"])

    before = machine.files.settings.read_text()
    pools = [{"base": "10.201.0.0/16", "size": 24}]
    change(machine, engine_options={"log-driver": "local", "default-address-pools": pools})
    wait_until(lambda: client.info()["LoggingDriver"] == "local", "the options in force")
    assert not subnet("bridge").startswith("10.201."), "containers may be on it"
    network = client.networks.create("cut")
    assert subnet("cut") == "10.201.0.0/24"
    network.remove()
    change(machine, engine_options={"log-driver": "syslog"})  # not valid: the last ones stay
    machine.stop()
    machine.files.settings.write_text(
        json.dumps(json.loads(before) | {"engine_options": {"default-address-pools": pools}})
    )
    machine.start()
    wait_until(lambda: subnet("bridge") == "10.201.0.0/24", "the default bridge has moved")
    assert client.info()["LoggingDriver"] == "json-file"
