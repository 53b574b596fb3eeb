"""What a container may ask of ports, in Docker's words where it is refused."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import cast

import pytest

from backend.errors import EngineError, InvalidParameterError, NotSupportedError
from backend.networks.attachment import PublishedPort
from backend.networks.kernel.firewall_rules import (
    Bridge,
    Translation,
    base_rules,
    bridge_commands,
    port_commands,
    translations_for,
)
from backend.networks.ports.host_ports import HostPorts
from backend.networks.ports.port_holder import parse_inodes
from backend.networks.ports.port_requests import PortRequest, expand_exposed, fit, parse_port_requests
from backend.networks.ports.published_ports import PublishedPorts


def _parse(bindings: Mapping[str, Sequence[Mapping[str, str]] | None]) -> tuple[PortRequest, ...]:
    return parse_port_requests(bindings, (), False)


def test_plain_bindings() -> None:
    assert _parse({"80/tcp": [{"HostIp": "", "HostPort": "8080"}], "53/UDP": [{"HostPort": "53"}]}) == (
        PortRequest("tcp", 80, "0.0.0.0", 8080, 8080),
        PortRequest("udp", 53, "0.0.0.0", 53, 53),
    )


def test_short_forms_ranges_and_any_port() -> None:
    assert _parse({"80": [{"HostPort": "8000-8010"}, {}], "81/tcp": None, "82/tcp": []}) == (
        PortRequest("tcp", 80, "0.0.0.0", 8000, 8010),
        PortRequest("tcp", 80),
    )


def test_publish_all_adds_what_is_exposed_and_not_bound() -> None:
    requests = parse_port_requests({"80/tcp": [{"HostPort": "80"}]}, ["80/tcp", "443", "53/udp"], True)
    assert requests == (
        PortRequest("tcp", 80, "0.0.0.0", 80, 80),
        PortRequest("tcp", 443),
        PortRequest("udp", 53),
    )


def test_exposed_ranges_are_expanded() -> None:
    assert expand_exposed(["82/udp", "80-81/tcp", "80"]) == ("80/tcp", "81/tcp", "82/udp")


@pytest.mark.parametrize(
    ("bindings", "message"),
    [
        ({"99999/tcp": [{}]}, 'invalid port specification: "99999"'),
        ({"0/tcp": [{}]}, 'invalid port specification: "0"'),
        ({"http/tcp": [{}]}, 'invalid port specification: "http"'),
        ({"80/tcp": [{"HostPort": "65536"}]}, 'invalid port specification: "65536"'),
        ({"80/tcp": [{"HostPort": "-1"}]}, 'invalid port specification: "-1"'),
        ({"80/tcp": [{"HostPort": "+80"}]}, 'invalid port specification: "+80"'),
        ({"80/tcp": [{"HostPort": "٨٠"}]}, 'invalid port specification: "٨٠"'),
        ({"80/tcp": [{"HostPort": "90-80"}]}, 'invalid port specification: "90-80"'),
        ({"80/icmp": [{}]}, "invalid proto: icmp"),
        ({"80/tcp": [{"HostIp": "localhost"}]}, 'invalid IP address: "localhost"'),
        ({"80/tcp": ["8080"]}, "invalid JSON: PortBindings must hold arrays of objects"),
        ({"80/tcp": [{"HostPort": 8080}]}, "invalid JSON: HostIp and HostPort must be strings"),
        ({"1-9999/tcp": [{}]}, "too many ports: at most 4096 in one container"),
    ],
)
def test_nonsense_is_refused(bindings: dict[str, list[dict[str, str]]], message: str) -> None:
    with pytest.raises(InvalidParameterError) as failure:
        _parse(bindings)
    assert failure.value.message == message


def test_what_is_not_done_says_so() -> None:
    assert [request.protocol for request in _parse({"80/sctp": [{}]})] == ["sctp"]
    with pytest.raises(
        NotSupportedError, match="sctp ports are published on IPv4 addresses only, not on ::1"
    ):
        _parse({"80/sctp": [{"HostIp": "::1"}]})
    requests = _parse({"80/tcp": [{"HostIp": "[2001:db8::5]", "HostPort": "80"}]})
    assert requests[0].host_ip == "2001:db8::5"


def test_any_address_is_ipv6_too_where_the_container_has_it() -> None:
    requests = _parse({"80/tcp": [{"HostPort": "80"}], "81/tcp": [{"HostIp": "127.0.0.1"}]})
    assert [request.both for request in fit(requests, ipv6=True)] == [True, False]
    assert fit(requests, ipv6=False) == requests


def test_translations_match_the_host_address_only_on_the_machine_itself() -> None:
    ports = (
        PublishedPort("tcp", 80, "0.0.0.0", 8080, 8080),
        PublishedPort("tcp", 80, "127.0.0.1", 8081, 40000),
    )
    natively = translations_for("172.17.0.2", ports, behind_supervisor=False)
    assert port_commands("add", natively, 4) == (
        "add element ip marina published { tcp . 8080 : 172.17.0.2 . 80 }\n"
        "add element ip marina published_at { tcp . 127.0.0.1 . 40000 : 172.17.0.2 . 80 }\n"
    )
    assert port_commands("add", natively, 6) == ""
    in_a_machine = translations_for("172.17.0.2", ports, behind_supervisor=True)
    assert port_commands("delete", in_a_machine, 4) == (
        "delete element ip marina published { tcp . 8080 : 172.17.0.2 . 80, tcp . 40000 : 172.17.0.2 . 80 }\n"
    )


def test_the_rules_are_the_same_with_any_number_of_bridges_and_touch_no_other_table() -> None:
    for version, table in ((4, "ip marina"), (6, "ip6 marina")):
        tables = [line for line in base_rules(version).splitlines() if "table" in line]
        assert len(tables) == 3
        assert all(f"table {table}" in line for line in tables)


def test_a_bridge_is_in_the_sets_of_what_it_allows() -> None:
    subnets = (IPv4Network("10.0.0.0/24"), IPv6Network("fd00::/64"))
    both = [Bridge("br-a", subnets), Bridge("br-b", subnets[:1], internal=True)]
    assert bridge_commands("add", both, 4) == (
        'add element ip marina bridges { "br-a", "br-b" }\n'
        'add element ip marina same { "br-a" . "br-a", "br-b" . "br-b" }\n'
        'add element ip marina homes { "br-a" . 10.0.0.0/24, "br-b" . 10.0.0.0/24 }\n'
        "add element ip marina hidden { 10.0.0.0/24 }\n"
        'add element ip marina closed { "br-b" }\n'
    )
    assert 'homes { "br-a" . fd00::/64 }' in bridge_commands("add", both, 6)
    assert "hidden" not in bridge_commands("add", [Bridge("br-a", subnets, masquerade=False)], 4)


def test_a_translation_for_any_address_has_no_address_in_its_key() -> None:
    assert Translation("udp", "", 53, "172.17.0.2", 5353).element() == (
        "published",
        "udp . 53 : 172.17.0.2 . 5353",
    )


def test_holders_are_found_by_port_and_state() -> None:
    table = (
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0\n"
        "   1: 0100007F:1F90 0100007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 888 1 0\n"
        "   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 999 1 0\n"
    )
    assert parse_inodes(table, 8080, listening_only=True) == {777}
    assert parse_inodes(table, 8080, listening_only=False) == {777, 888}
    assert parse_inodes("", 8080, listening_only=True) == set()


def test_every_refusal_is_meant_for_the_caller() -> None:
    for text in ("", "/", "80/", "/tcp", "80/tcp/udp", "80-", "-80", "8 0"):
        try:
            parsed = _parse({text: [{}]})
        except EngineError:
            continue
        assert parsed == (PortRequest("tcp", 80),)


class _OrderSeen:
    """Host ports that note in which order they are asked for."""

    behind_supervisor = False

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def claim(self, container_id: str, requests: Sequence[PortRequest]) -> tuple[PublishedPort, ...]:
        del container_id
        self.asked = [request.container_port for request in requests]
        return ()


async def test_a_certain_port_is_taken_before_any_free_one() -> None:
    seen = _OrderSeen()
    wishes: dict[str, list[dict[str, str]]] = {
        "80/tcp": [{}],
        "81/tcp": [{"HostPort": "32769"}],
        "82/tcp": [{}],
        "83/tcp": [{"HostPort": "9"}],
    }
    await PublishedPorts(cast(HostPorts, seen)).claim("c", _parse(wishes))
    assert seen.asked == [81, 83, 80, 82]
