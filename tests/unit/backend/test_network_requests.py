"""What may be asked of networks: every refusal in dockerd's words, and no body that breaks the reader."""

from ipaddress import IPv4Network
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.containers.networking.networking_request import (
    read_endpoints,
    read_networks,
    read_settings,
    split_link,
)
from backend.errors import EngineError, ForbiddenError, InvalidParameterError, NotFoundError
from backend.networks import network_creation
from backend.networks.addresses import AddressPool
from backend.networks.attachment import AttachRequest
from backend.networks.endpoint import EndpointWish
from backend.networks.joining import check_wish, give_back, take_place
from backend.networks.live_networks import LiveNetwork
from backend.networks.manager import Networks
from backend.networks.network import Network, Pool, new_network
from backend.networks.network_request import read_network_request

CONFIG = "invalid network config:\n"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"Subnet": "10.9.0.0/33"}, "invalid subnet 10.9.0.0/33: invalid CIDR block notation"),
        ({"Subnet": "foo"}, "invalid subnet foo: invalid CIDR block notation"),
        ({"Subnet": "10.9.0.0"}, "invalid subnet 10.9.0.0: invalid CIDR block notation"),
        (
            {"Subnet": "10.9.0.0/255.255.0.0"},
            "invalid subnet 10.9.0.0/255.255.0.0: invalid CIDR block notation",
        ),
        ({"Subnet": "10.9.0.5/24"}, "invalid subnet 10.9.0.5/24: it should be 10.9.0.0/24"),
        ({"Subnet": "127.5.0.0/16"}, "invalid subnet 127.5.0.0/16: no interface can have addresses of it"),
        ({"Subnet": "224.0.0.0/24"}, "invalid subnet 224.0.0.0/24: no interface can have addresses of it"),
        ({"Subnet": "0.0.0.0/0"}, "invalid subnet 0.0.0.0/0: no interface can have addresses of it"),
        ({"Gateway": "10.8.0.1"}, "invalid subnet : invalid CIDR block notation"),
        (
            {"Subnet": "10.9.0.0/24", "Gateway": "10.8.0.1"},
            "invalid gateway 10.8.0.1: parent subnet 10.9.0.0/24 doesn't contain this address",
        ),
        ({"Subnet": "10.9.0.0/24", "Gateway": "foo"}, "invalid gateway foo: invalid address"),
        (
            {"Subnet": "10.9.0.0/24", "IPRange": "10.8.0.0/25"},
            "invalid ip-range 10.8.0.0/25: parent subnet 10.9.0.0/24 doesn't contain ip-range",
        ),
        ({"Subnet": "10.9.0.0/24", "IPRange": "bar"}, "invalid ip-range bar: invalid CIDR block notation"),
        (
            {"Subnet": "10.9.0.0/24", "IPRange": "10.9.0.0/16"},
            "invalid ip-range 10.9.0.0/16: CIDR block is bigger than its parent subnet 10.9.0.0/24",
        ),
        (
            {"Subnet": "10.9.0.0/24", "AuxiliaryAddresses": {"a": "10.8.0.1"}},
            "invalid auxiliary address a: parent subnet 10.9.0.0/24 doesn't contain this address",
        ),
        (
            {"Subnet": "10.9.0.0/24", "AuxiliaryAddresses": {"a": "zz"}},
            "invalid auxiliary address a: invalid address",
        ),
        (
            {"Subnet": "10.9.0.0/24", "Gateway": "x", "IPRange": "y"},
            "* invalid ip-range y: invalid CIDR block notation\n* invalid gateway x: invalid address",
        ),
    ],
)
def test_subnets_that_make_no_sense(config: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameterError) as failure:
        read_network_request({"Name": "x", "IPAM": {"Config": [config]}})
    assert failure.value.message == CONFIG + message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"com.docker.network.driver.mtu": "abc"},
            "failed to parse com.docker.network.driver.mtu value: abc "
            '(strconv.Atoi: parsing "abc": invalid syntax)',
        ),
        ({"com.docker.network.driver.mtu": "-1"}, "invalid MTU number: -1"),
        ({"com.docker.network.driver.mtu": "99999999"}, "invalid MTU number: 99999999"),
        (
            {"com.docker.network.bridge.host_binding_ipv4": "xx"},
            "failed to parse com.docker.network.bridge.host_binding_ipv4 value: xx (nil ip)",
        ),
        (
            {"com.docker.network.bridge.name": "../x"},
            "invalid bridge name '../x': an interface has at most 15 characters",
        ),
    ],
)
def test_options_that_make_no_sense(options: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidParameterError) as failure:
        read_network_request({"Name": "x", "Options": options})
    assert failure.value.message == message


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["10.0.0.0/8", "::1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Config",
                    "Subnet",
                    "Gateway",
                    "IPRange",
                    "AuxiliaryAddresses",
                    "Driver",
                    "IPv4Address",
                    "parent",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
BODIES = st.dictionaries(
    st.sampled_from(
        ["Name", "Driver", "Scope", "IPAM", "Options", "Labels", "Internal", "EnableIPv6", "ConfigFrom"]
    ),
    VALUES,
)


@given(BODIES)
def test_any_body_is_read_or_refused(body: dict[str, Any]) -> None:
    try:
        request = read_network_request({"Name": "x", **body})
    except EngineError:
        return
    network = new_network(request.name, request.driver, pools=request.pools, labels=request.labels)
    assert Network.from_record(network.to_record()) == network


@given(VALUES)
def test_any_settings_are_read_or_refused(settings: Any) -> None:
    for value in (settings, {"IPAMConfig": settings}, {"Links": settings}, {"DriverOpts": settings}):
        try:
            wish = EndpointWish.from_docker("net", read_settings(value))
            check_wish(wish, new_network("net", "bridge", pools=(Pool("10.0.0.0/24", asked=True),)))
        except EngineError:
            continue
    with pytest.raises(InvalidParameterError):
        read_endpoints({"EndpointsConfig": {"a": 5}})


def test_a_link_that_is_said_twice_is_one() -> None:
    host = {"NetworkMode": "own", "Links": ["web:www", "db:data"]}
    config = {"NetworkDisabled": False, "MacAddress": ""}
    body = {"NetworkingConfig": {"EndpointsConfig": {"own": {"Links": ["web:www"]}}}}
    networks = SimpleNamespace(find_or_none=lambda reference: None)
    wishes = read_networks(body, config, host, cast(Networks, networks))
    assert wishes == {"own": {"Links": ["web:www", "db:data"]}}


def test_links_are_split() -> None:
    assert split_link("web:www") == ("web", "www")
    assert split_link("web") == ("web", "web")
    assert split_link("/web:/me/www") == ("web", "www")
    with pytest.raises(InvalidParameterError, match="bad format for links: a:b:c"):
        split_link("a:b:c")


def _plan(body: dict[str, Any], *others: Network) -> Network:
    request = read_network_request({"Name": "x", **body})
    return network_creation.plan_network(request, others)


def test_a_gateway_follows_from_the_range_and_aside_from_what_is_reserved() -> None:
    config = {
        "Subnet": "10.9.0.0/24",
        "IPRange": "10.9.0.128/25",
        "AuxiliaryAddresses": {"a": "10.9.0.128", "b": "10.9.0.130"},
    }
    network = _plan({"IPAM": {"Config": [config]}})
    assert network.pools[0].gateway == "10.9.0.129"
    assert "Gateway" not in network.pools[0].to_docker()  # nobody asked for it
    live = _live(network)
    endpoint, cable = take_place(live, EndpointWish("x"), AttachRequest("c" * 64, "web"), ["eth0"])
    assert endpoint.ip_address == "10.9.0.131"
    assert (endpoint.interface, cable.outer_name) == ("eth1", endpoint.host_interface)
    assert endpoint.names == ("web", "c" * 12)


def _live(network: Network) -> LiveNetwork:
    pool = network.pools[0]
    addresses = AddressPool(
        pool.network, gateway=pool.gateway, ip_range=pool.ip_range, reserved=pool.auxiliary.values()
    )
    return LiveNetwork(network, addresses, None)


def test_an_address_outside_the_range_can_be_asked_for_once() -> None:
    network = _plan({"IPAM": {"Config": [{"Subnet": "10.9.0.0/24", "IPRange": "10.9.0.128/25"}]}})
    live = _live(network)
    wish = EndpointWish("x", ipv4_address="10.9.0.5")
    endpoint, _ = take_place(live, wish, AttachRequest("c" * 64), [])
    assert (endpoint.ip_address, live.pool.busy) == ("10.9.0.5", True)
    with pytest.raises(ForbiddenError, match="Address already in use"):
        take_place(live, wish, AttachRequest("d" * 64), [])
    give_back(live, endpoint)
    assert not live.pool.busy
    for address in ("10.9.0.0", "10.9.0.255", "10.9.0.128"):
        with pytest.raises(ForbiddenError, match="Address already in use"):
            take_place(live, EndpointWish("x", ipv4_address=address), AttachRequest("d" * 64), [])


def test_subnets_and_bridges_do_not_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_creation, "subnet_now_free", lambda *_: IPv4Network("172.20.0.0/16"))
    option = {"com.docker.network.bridge.name": "br0"}
    first = _plan({"IPAM": {"Config": [{"Subnet": "10.9.0.0/24"}]}, "Options": option})
    with pytest.raises(ForbiddenError, match="Pool overlaps with other one on this address space"):
        _plan({"IPAM": {"Config": [{"Subnet": "10.0.0.0/8"}]}}, first)
    with pytest.raises(ForbiddenError, match="networks have same bridge name"):
        _plan({"Options": option}, first)
    automatic = _plan({}, first)
    assert automatic.pools[0].to_docker() == {"Subnet": "172.20.0.0/16", "Gateway": "172.20.0.1"}
    assert automatic.interface == f"br-{automatic.id[:12]}"
    with pytest.raises(NotFoundError, match="IPv6 address pool"):
        _plan({"EnableIPv6": True})


def test_a_full_network_says_which_it_is() -> None:
    network = _plan({"IPAM": {"Config": [{"Subnet": "10.9.0.0/30"}]}})
    live = _live(network)
    take_place(live, EndpointWish("x"), AttachRequest("c" * 64), [])
    with pytest.raises(EngineError) as failure:
        take_place(live, EndpointWish("x"), AttachRequest("d" * 64), [])
    assert failure.value.message == (
        f"no available IPv4 addresses on this network's address pools: x ({network.id})"
    )
