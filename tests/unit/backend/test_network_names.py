"""The hosts and resolv.conf that containers see, and hostile names that must never get into them."""

from typing import Any

import pytest

from backend.errors import InvalidParameterError
from backend.networks.attachment import AttachRequest
from backend.networks.mac_address import normal_mac_address
from backend.networks.names.name_files import (
    LOCAL_ENTRIES,
    check_names,
    hosts_text,
    own_line,
    resolv_conf_text,
)


def _request(**wishes: Any) -> AttachRequest:
    return AttachRequest("a" * 64, **wishes)


def test_hosts_has_the_host_and_the_container() -> None:
    text = hosts_text(_request(hostname="web", domainname="example"), ["172.17.0.2"], "10.0.2.2")
    assert text == LOCAL_ENTRIES + (
        "10.0.2.2\thost.docker.internal\n10.0.2.2\tgateway.docker.internal\n172.17.0.2\tweb.example web\n"
    )


@pytest.mark.parametrize(
    ("hostname", "domainname", "names"),
    [("web.example.com", "", "web.example.com web"), ("web", "", "web"), ("a.b", "c", "a.b.c a")],
)
def test_a_whole_name_is_found_by_its_first_word_too(hostname: str, domainname: str, names: str) -> None:
    assert own_line("172.17.0.2", hostname, domainname) == f"172.17.0.2\t{names}\n"


def test_extra_hosts_come_first_and_replace_the_names_of_the_host() -> None:
    wishes = ["db:10.1.1.1", "six:fd00::1", "me:host-gateway", "host.docker.internal:1.2.3.4"]
    text = hosts_text(_request(extra_hosts=wishes), [], "10.0.2.2")
    assert text.removeprefix(LOCAL_ENTRIES) == (
        "10.1.1.1\tdb\n"
        "fd00::1\tsix\n"
        "10.0.2.2\tme\n"
        "1.2.3.4\thost.docker.internal\n"
        "10.0.2.2\tgateway.docker.internal\n"
    )


def test_without_a_way_to_the_host_its_names_are_left_out() -> None:
    assert hosts_text(_request(extra_hosts=["me:host-gateway"], hostname="web"), [], "") == LOCAL_ENTRIES


@pytest.mark.parametrize(
    "wishes",
    [
        {"extra_hosts": ["nocolon"]},
        {"extra_hosts": ["db:nowhere"]},
        {"extra_hosts": ["db:1.2.3.4\n6.6.6.6 bank.example"]},
        {"extra_hosts": ["db\n6.6.6.6 bank.example:1.2.3.4"]},
        {"extra_hosts": ["db:fe80::1%eth0\nnameserver"]},
        {"dns": ["one.one.one.one"]},
        {"dns": ["1.1.1.1\noptions x"]},
        {"dns_search": ["a b"]},
        {"dns_options": ["ndots:1\nnameserver 6.6.6.6"]},
        {"hostname": "two words"},
        {"hostname": "web\n6.6.6.6 bank.example"},
        {"domainname": "a b"},
    ],
)
def test_what_would_break_a_file_is_refused(wishes: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameterError):
        check_names(_request(**wishes))


def test_usual_names_pass() -> None:
    check_names(
        _request(
            hostname="my_web-1.local",
            extra_hosts=["a:1.2.3.4", "b:::1", "c:host-gateway"],
            dns=["1.1.1.1", "2606:4700::1111"],
            dns_search=["corp.example", "."],
            dns_options=["ndots:2", "use-vc"],
        )
    )


MACHINE = (
    "# comment\nnameserver 127.0.0.53\nnameserver 10.0.2.3 # slirp\nsearch corp.example\noptions edns0\n"
)


def test_resolv_conf_drops_loopback_servers_but_not_on_the_machines_network() -> None:
    text = resolv_conf_text(_request(), MACHINE, keep_loopback=False)
    assert text == "nameserver 10.0.2.3\nsearch corp.example\noptions edns0\n"
    assert "127.0.0.53" in resolv_conf_text(_request(), MACHINE, keep_loopback=True)


def test_resolv_conf_takes_each_wish_instead_of_the_machines() -> None:
    request = _request(dns=["9.9.9.9"], dns_search=["."], dns_options=["ndots:1"])
    assert resolv_conf_text(request, MACHINE, keep_loopback=False) == "nameserver 9.9.9.9\noptions ndots:1\n"


def test_resolv_conf_is_never_without_a_server() -> None:
    assert resolv_conf_text(_request(), "nameserver ::1\nnonsense\n", keep_loopback=False) == (
        "nameserver 8.8.8.8\nnameserver 8.8.4.4\n"
    )


@pytest.mark.parametrize("text", ["", "02:42:ac:11:00:02", "02-42-AC-11-00-02"])
def test_mac_addresses_that_pass(text: str) -> None:
    normal_mac_address(text)


@pytest.mark.parametrize("text", ["x", "02:42:ac:11:00", "02:42:ac:11:00:02\n", "01:00:5e:00:00:01"])
def test_mac_addresses_that_do_not(text: str) -> None:
    with pytest.raises(InvalidParameterError, match="invalid MAC address"):
        normal_mac_address(text)
