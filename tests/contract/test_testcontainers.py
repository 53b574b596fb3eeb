"""testcontainers for Python: a container that a test waits for, talks to and forgets."""

import urllib.request

import pytest
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from tests.support.api_client import ApiClient
from tests.support.namespaces import in_netns

SERVE = "mkdir /www; echo from-testcontainers > /www/index.html; httpd -p 80 -h /www; echo ready; sleep 1000"


@pytest.fixture(autouse=True)
def machines_docker(engine: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let testcontainers take the engine for the machine's Docker; its reaper would have to be pulled."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{engine.socket}")
    monkeypatch.setattr(testcontainers_config, "ryuk_disabled", True)


def fetch(engine: ApiClient, url: str) -> str:
    """Return a page that is published where the engine publishes."""

    def get() -> str:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return str(answer.read().decode())

    return in_netns(engine.netns, get)


def test_a_container_for_a_test(engine: ApiClient) -> None:
    served = (
        DockerContainer("busybox")
        .with_command(["sh", "-c", SERVE])
        .with_env("KEY", "value")
        .with_exposed_ports(80)
        .waiting_for(LogMessageWaitStrategy("ready"))
    )
    with served as container:
        url = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(80)}/"
        assert fetch(engine, url) == "from-testcontainers\n"
        assert container.exec(["sh", "-c", "echo $KEY"]).output == b"value\n"
        assert container.exec(["false"]).exit_code == 1
        assert container.get_logs() == (b"ready\n", b"")
        listed = engine.request("GET", "/containers/json").json
        assert listed[0]["Labels"]["org.testcontainers"] == "true"
    assert engine.request("GET", "/containers/json", query={"all": "1"}).json == []


def test_containers_in_a_network(engine: ApiClient) -> None:
    with Network() as network:
        server = (
            DockerContainer("busybox")
            .with_command(["sh", "-c", SERVE])
            .with_network(network)
            .with_network_aliases("server")
            .waiting_for(LogMessageWaitStrategy("ready"))
        )
        client = DockerContainer("busybox").with_command(["sleep", "1000"]).with_network(network)
        with server, client:
            page = client.exec(["wget", "-q", "-O", "-", "http://server/"])
            assert (page.exit_code, page.output) == (0, b"from-testcontainers\n")
    assert network.name not in engine.request("GET", "/networks").body.decode()
