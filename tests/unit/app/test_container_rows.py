"""Where a container's own addresses lead on this computer."""

import pytest

from app.services.engine.engine_types import Container, ContainerState
from app.services.engine.port_types import Port
from app.viewmodels.containers.container_rows import ContainerRow

PORTS = (Port(80, "tcp", 8080), Port(8443, "tcp", 9443), Port(53, "udp", 5353), Port(9000, "tcp", None))


def row(state: ContainerState = ContainerState.RUNNING) -> ContainerRow:
    return ContainerRow(Container("1" * 64, "web", "nginx", state, ports=PORTS))


@pytest.mark.parametrize(
    ("told", "led"),
    [
        ("http://0.0.0.0:80/x?y=1#z", "http://localhost:8080/x?y=1#z"),
        ("http://localhost", "http://localhost:8080"),
        ("http://[::]:80/", "http://localhost:8080/"),
        ("https://127.0.0.1:8443/", "https://localhost:9443/"),
        ("http://localhost:9000/", "http://localhost:9000/"),  # not published
        ("http://localhost:53/", "http://localhost:53/"),  # not TCP
        ("http://docs.example:80/", "http://docs.example:80/"),
    ],
)
def test_an_address_of_its_own_leads_to_the_published_port(told: str, led: str) -> None:
    assert row().reach(told) == led


def test_one_that_does_not_run_has_no_ports() -> None:
    assert row(ContainerState.EXITED).reach("http://localhost:80/") == "http://localhost:80/"
