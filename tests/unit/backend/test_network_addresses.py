"""Which subnet is taken and which address is next."""

import json
from contextlib import closing
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from backend.database import Database
from backend.errors import (
    ForbiddenError,
    InvalidParameterError,
    NotFoundError,
    SystemFailureError,
    UnavailableError,
)
from backend.networks.addresses import REST_SECONDS, AddressPool, choose_subnet, mac_address_for
from backend.networks.attachment import Attachment, PublishedPort
from backend.networks.endpoint import Endpoint
from backend.networks.kernel.bridge import name_servers_in
from backend.networks.network import Pool
from backend.networks.network_records import NetworkRecords


class _Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_first_subnet_that_overlaps_nothing_is_taken() -> None:
    assert choose_subnet([]) == IPv4Network("172.17.0.0/16")
    taken = [IPv4Network("172.17.3.0/24"), IPv4Network("172.18.0.0/15")]
    assert choose_subnet(taken) == IPv4Network("172.20.0.0/16")


def test_a_machine_with_routes_to_everything_is_told_so() -> None:
    with pytest.raises(UnavailableError, match="non-overlapping IPv4 address pool"):
        choose_subnet([IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16")])


def test_the_lowest_address_is_next_but_not_one_that_rests() -> None:
    clock = _Clock()
    pool = AddressPool(IPv4Network("172.17.0.0/16"), clock)
    first, second = pool.allocate(), pool.allocate()
    assert (str(first), str(second)) == ("172.17.0.2", "172.17.0.3")
    pool.release(first)
    assert str(pool.allocate()) == "172.17.0.4"
    clock.now += REST_SECONDS
    assert pool.allocate() == first


def test_a_full_subnet_first_gives_what_rests_longest_then_an_error() -> None:
    clock = _Clock()
    pool = AddressPool(IPv4Network("10.0.0.0/29"), clock)
    addresses = [pool.allocate() for _ in range(5)]
    pool.release(addresses[3])
    clock.now += 1
    pool.release(addresses[1])
    assert pool.allocate() == addresses[3]
    assert pool.allocate() == addresses[1]
    with pytest.raises(SystemFailureError, match="no available IPv4 addresses"):
        pool.allocate()


@pytest.mark.parametrize("address", ["172.17.0.1", "172.17.0.0", "172.17.255.255", "10.0.0.5"])
def test_what_is_no_free_host_address_cannot_be_claimed(address: str) -> None:
    with pytest.raises(ForbiddenError):
        AddressPool(IPv4Network("172.17.0.0/16")).claim(IPv4Address(address))


def test_a_claimed_address_is_not_given_to_another() -> None:
    pool = AddressPool(IPv4Network("172.17.0.0/16"))
    pool.claim(IPv4Address("172.17.0.2"))
    assert str(pool.allocate()) == "172.17.0.3"
    with pytest.raises(ForbiddenError):
        pool.claim(IPv4Address("172.17.0.2"))


def test_the_mac_address_follows_from_the_address() -> None:
    assert mac_address_for(IPv4Address("172.17.0.2")) == "02:42:ac:11:00:02"


def test_name_servers_are_in_use_too() -> None:
    text = "nameserver 172.17.0.53\nnameserver fd00::1\nnameserver nonsense\nnameserver\n"
    assert name_servers_in(text) == [IPv4Network("172.17.0.53/32")]


def test_an_attachment_survives_json() -> None:
    place = Endpoint(
        network_id="b" * 64,
        network_name="bridge",
        endpoint_id="c" * 64,
        ip_address="172.17.0.2",
        prefix_length=16,
        gateway="172.17.0.1",
        names=("web", "aaaaaaaaaaaa"),
        wish={"Aliases": ["x"]},
    )
    attachment = Attachment(
        container_id="a" * 64,
        container_name="web",
        mode="bridge",
        namespace_path=Path("/run/netns/a"),
        sandbox_id="d" * 64,
        hosts_file="x",
        resolv_conf="y",
        endpoints=(place,),
        ports=(PublishedPort("tcp", 80, "0.0.0.0", 8080, 40000),),
        exposed_ports=("443/tcp", "80/tcp"),
    )
    assert Attachment.from_json(json.loads(json.dumps(attachment.to_json()))) == attachment
    assert attachment.port_map() == {
        "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}],
        "443/tcp": None,
    }
    assert attachment.port_summary() == [
        {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"PrivatePort": 443, "Type": "tcp"},
    ]
    on_host = replace(attachment, namespace_path=None)
    assert Attachment.from_json(on_host.to_json()) == on_host


def _place(name: str, **more: Any) -> Endpoint:
    return Endpoint(name, name, "e", ip_address="10.0.0.2", **{"gateway": "10.0.0.1", **more})


def test_the_way_out_is_chosen_as_docker_does() -> None:
    def way_out(*places: Endpoint) -> str | None:
        attachment = Attachment("a", "a", "x", None, "s", "", "", places)
        return attachment.way_out.network_name if attachment.way_out else None

    assert way_out() is None
    assert way_out(_place("z"), _place("b")) == "b"
    assert way_out(_place("a", internal=True), _place("b")) == "b"
    assert way_out(_place("a"), _place("b", ip6_address="fd00::2")) == "b"
    assert way_out(_place("a", internal=True, gateway="")) is None


def test_networks_keep_their_ids_when_the_subnet_moves(tmp_path: Path) -> None:
    database = Database(tmp_path / "engine.db")
    try:
        first = NetworkRecords(database)
        assert first.known_subnet is None
        made = first.load(IPv4Network("172.17.0.0/16"))
        again = NetworkRecords(database)
        assert again.known_subnet == IPv4Network("172.17.0.0/16")
        assert again.load(IPv4Network("172.17.0.0/16")) == made
        assert again.load(IPv4Network("172.19.0.0/16")) == replace(
            made, pools=(Pool("172.19.0.0/16", "172.19.0.1"),)
        )
        third = NetworkRecords(database)
        assert [network.name for network in third.all()] == ["bridge", "host", "none"]
        assert third.find(made.id) == third.find(made.id[:12]) == third.find("bridge")
        assert third.find("bridge").pools[0].gateway == "172.19.0.1"
        with pytest.raises(NotFoundError, match="network nope not found"):
            third.find("nope")
        with pytest.raises(NotFoundError):
            third.find("")
    finally:
        database.close()


def test_an_id_comes_before_a_name_and_a_name_before_the_start_of_an_id(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "engine.db")) as database:
        records = NetworkRecords(database)
        records.load(IPv4Network("172.17.0.0/16"))
        wanted = records.find("host")
        for name in (wanted.id, wanted.id[:12]):
            records.add(replace(records.find("none"), id=name[::-1], name=name))
        assert records.find(wanted.id) is wanted
        assert records.find(wanted.id[:12]).name == wanted.id[:12]
        assert records.find(wanted.id[:13]) is wanted


def test_an_ambiguous_id_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(["ab1" * 21 + "c", "ab2" * 21 + "c", "ff" * 32])
    monkeypatch.setattr("backend.networks.network.secrets.token_hex", lambda length: next(made))
    database = Database(tmp_path / "engine.db")
    try:
        records = NetworkRecords(database)
        records.load(IPv4Network("172.17.0.0/16"))
        with pytest.raises(InvalidParameterError, match="2 matches found"):
            records.find("ab")
    finally:
        database.close()
