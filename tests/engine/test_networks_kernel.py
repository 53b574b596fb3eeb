"""Networks against the real kernel, in a namespace of their own: root is needed, no image and no runtime."""

import asyncio
import socket
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any

import pytest

from backend.errors import ConflictError, ForbiddenError, NotFoundError, NotSupportedError, SystemFailureError
from backend.networks.attachment import Attachment
from backend.networks.endpoint import EndpointWish
from backend.networks.kernel import bridge, links
from backend.networks.kernel.firewall import Firewall
from backend.networks.kernel.netlink_socket import NetlinkSocket
from backend.networks.manager import Networks
from tests.engine.private_network import (
    TIMEOUT,
    eventually,
    inside,
    kernel_state,
    listener_in,
    request,
    run_privately,
    running_networks,
    talk,
)

EMPTY = {"links": ["lo", "marina0"], "elements": [], "pins": [], "mounts": []}


def test_containers_reach_each_other_and_the_gateway(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            one = await networks.sandboxes.attach(request("a1", hostname="web"))
            two = await networks.sandboxes.attach(request("b2"))
            place, other = one.endpoints[0], two.endpoints[0]
            assert (place.ip_address, other.ip_address) == ("172.17.0.2", "172.17.0.3")
            assert place.gateway == "172.17.0.1"
            assert place.mac_address == "02:42:ac:11:00:02"
            assert "172.17.0.2\tweb\n" in one.hosts_file
            assert "172.17.0.1\thost.docker.internal\n" in one.hosts_file
            assert one.namespace_path is not None
            assert two.namespace_path is not None
            with (
                listener_in(one.namespace_path, 80) as listener,
                inside(two.namespace_path, lambda: _connect("172.17.0.2", 80)) as client,
            ):
                assert talk(client, listener) == ("172.17.0.3", b"hello")
            with (
                socket.create_server(("0.0.0.0", 9000)) as machine,
                inside(one.namespace_path, lambda: _connect("172.17.0.1", 9000)) as client,
            ):
                assert talk(client, machine) == ("172.17.0.2", b"hello")

    run_privately(story)


def test_loopback_inside_is_up_and_low_ports_are_free_for_all(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            for mode in ("bridge", "none"):
                endpoint = await networks.sandboxes.attach(
                    request(mode[:1] * 2, mode=mode, networks=(EndpointWish(mode),))
                )
                assert endpoint.namespace_path is not None
                limit = inside(
                    endpoint.namespace_path,
                    lambda: Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text(),
                )
                assert limit == "0\n"
                with (
                    listener_in(endpoint.namespace_path, 80) as listener,
                    inside(endpoint.namespace_path, lambda: _connect("127.0.0.1", 80)) as client,
                ):
                    assert talk(client, listener) == ("127.0.0.1", b"hello")

    run_privately(story)


def test_host_mode_has_no_namespace_and_no_ports(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            endpoint = await networks.sandboxes.attach(
                request("cc", mode="host", port_bindings={"80/tcp": [{"HostPort": "8080"}]})
            )
            assert endpoint.namespace_path is None
            assert endpoint.ports == ()
            assert list(endpoint.network_settings()["Networks"]) == ["host"]

    run_privately(story)


def test_detach_frees_everything(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            assert kernel_state(tmp_path) == EMPTY
            bindings = {"80/tcp": [{"HostPort": "8080"}, {"HostIp": "127.0.0.1", "HostPort": "8081"}]}
            endpoint = await networks.sandboxes.attach(request("dd", port_bindings=bindings))
            await networks.sandboxes.publish(endpoint)
            busy = kernel_state(tmp_path)
            assert len(busy["links"]) == 3
            assert len(busy["elements"]) == 2
            assert busy["pins"] == [endpoint.container_id]
            await networks.sandboxes.detach(endpoint.container_id)
            await networks.sandboxes.detach(endpoint.container_id)
            await eventually(lambda: kernel_state(tmp_path) == EMPTY, "something is left")
            socket.create_server(("0.0.0.0", 8080)).close()
            socket.create_server(("127.0.0.1", 8081)).close()

    run_privately(story)


def test_an_address_that_was_just_freed_rests(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            first = await networks.sandboxes.attach(request("e1"))
            await networks.sandboxes.detach(first.container_id)
            second = await networks.sandboxes.attach(request("e2"))
            assert first.endpoints[0].ip_address != second.endpoints[0].ip_address

    run_privately(story)


def test_a_failed_attach_leaves_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            pins = tmp_path / "run" / "netns"
            pins.write_text("in the way")  # the namespace cannot be pinned: a late failure
            with pytest.raises((SystemFailureError, OSError)):
                await networks.sandboxes.attach(
                    request("f1", port_bindings={"80/tcp": [{"HostPort": "8080"}]})
                )
            pins.unlink()
            await eventually(lambda: kernel_state(tmp_path) == EMPTY, "something is left")
            socket.create_server(("0.0.0.0", 8080)).close()
            # Only the address rests; everything works again.
            await _attach(networks, "f1", "80/tcp", {"HostPort": "8080"})

    run_privately(story)


def test_a_cancelled_attach_leaves_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            bindings = {"80/tcp": [{"HostPort": "8080"}]}
            attach = asyncio.ensure_future(networks.sandboxes.attach(request("ab", port_bindings=bindings)))
            await asyncio.sleep(0)
            attach.cancel()
            with pytest.raises(asyncio.CancelledError):
                await attach
            await eventually(lambda: kernel_state(tmp_path) == EMPTY, "something is left")
            socket.create_server(("0.0.0.0", 8080)).close()

    run_privately(story)


def test_an_engine_that_comes_back_finds_its_containers_and_sweeps_the_rest(tmp_path: Path) -> None:
    async def story() -> None:
        bindings = {"80/tcp": [{"HostPort": "8080"}], "53/udp": [{"HostPort": "5353"}]}
        async with running_networks(tmp_path) as networks:
            kept = await networks.sandboxes.attach(request("aa", port_bindings=bindings))
            await networks.sandboxes.publish(kept)
            lost = await networks.sandboxes.attach(
                request("bb", port_bindings={"80/tcp": [{"HostPort": "9090"}]})
            )
            await networks.sandboxes.publish(lost)
            before = networks.inspect("bridge")
        # As after kill -9: nothing was detached, all sockets are closed.
        async with running_networks(tmp_path) as networks:
            await networks.sandboxes.restore(type(kept).from_json(kept.to_json()))
            await networks.sandboxes.reap({kept.container_id})
            state = kernel_state(tmp_path)
            assert state["pins"] == [kept.container_id]
            assert state["links"] == sorted(["lo", "marina0", kept.endpoints[0].host_interface])
            assert "9090" not in str(state["elements"])
            after = networks.inspect("bridge")
            assert after["Id"] == before["Id"]
            assert list(after["Containers"]) == [kept.container_id]
            assert kept.namespace_path is not None
            with listener_in(kept.namespace_path, 80) as listener, _connect("127.0.0.1", 8080) as client:
                assert talk(client, listener)[1] == b"hello"
            with pytest.raises(SystemFailureError, match="Bind for 0.0.0.0:8080 failed: port is already"):
                await networks.sandboxes.attach(
                    request("cc", port_bindings={"80/tcp": [{"HostPort": "8080"}]})
                )
            fresh = await networks.sandboxes.attach(
                request("dd", port_bindings={"80/tcp": [{"HostPort": "9090"}]})
            )
            place = kept.endpoints[0]
            assert fresh.endpoints[0].ip_address not in (place.ip_address, place.gateway)

    run_privately(story)


def test_the_subnet_avoids_what_the_machine_uses(tmp_path: Path) -> None:
    async def story() -> None:
        _add_dummy_network("172.17.5.1/24")
        async with running_networks(tmp_path) as networks:
            assert networks.inspect("bridge")["IPAM"]["Config"][0]["Subnet"] == "172.18.0.0/16"
        _add_dummy_network("172.18.0.0/16")
        async with running_networks(tmp_path) as networks:
            assert networks.inspect("bridge")["IPAM"]["Config"][0]["Subnet"] == "172.19.0.0/16"
            attached = await networks.sandboxes.attach(request("a1"))
            assert attached.endpoints[0].gateway == "172.19.0.1"

    run_privately(story)


def test_networks_of_the_user_come_back_after_a_reboot(tmp_path: Path) -> None:
    async def make() -> None:
        async with running_networks(tmp_path) as networks:
            await networks.create({"Name": "mine", "IPAM": {"Config": [{"Subnet": "10.50.0.0/24"}]}})
            await networks.create({"Name": "auto"})

    async def find() -> None:
        async with running_networks(tmp_path) as networks:
            assert [network.name for network in networks.all()] == ["auto", "bridge", "host", "mine", "none"]
            mine = request("a1", networks=(EndpointWish("mine"), EndpointWish("auto")))
            attached = await networks.sandboxes.attach(mine)
            assert [place.ip_address for place in attached.endpoints] == ["10.50.0.2", "172.18.0.2"]
            await networks.sandboxes.detach(attached.container_id)

    run_privately(make)
    run_privately(find)  # a namespace of its own: nothing of the first one's interfaces and rules is there


def test_what_a_crash_left_of_a_network_is_swept_away(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            made = await networks.create({"Name": "mine"})
        with NetlinkSocket() as netlink:
            links.create_bridge(netlink, "br-cutoff", "", alias="marina network " + "c" * 64)
            links.create_bridge(netlink, "foreign", "")
            links.create_bridge(netlink, "br-unmarked", "", group=bridge.GROUP)
            links.delete_link(netlink, made.interface)
        async with running_networks(tmp_path) as networks:
            assert kernel_state(tmp_path)["links"] == sorted(["foreign", "lo", "marina0", made.interface])
            await networks.remove("mine")
            assert kernel_state(tmp_path)["links"] == ["foreign", "lo", "marina0"]

    run_privately(story)


class CutOffError(Exception):
    """The engine's end, at a moment of the test's choice."""


class MortalSocket(NetlinkSocket):
    """Carries out one change; the engine does not live to ask for the next."""

    def __init__(self) -> None:
        super().__init__()
        self._changes = 0

    def change(self, *arguments: Any, **more: Any) -> None:
        """Make the first change only."""
        self._changes += 1
        if self._changes > 1:
            raise CutOffError
        super().change(*arguments, **more)


@pytest.mark.parametrize("make", ["ensure", "ensure_bare"])
def test_an_interface_whose_making_was_cut_off_is_ours(make: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> int:
        if make == "ensure_bare":
            return bridge.ensure_bare("c" * 64, "br-cutoff")
        return bridge.ensure("c" * 64, "br-cutoff", IPv4Interface("10.1.0.1/24"))

    def cut_off() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(bridge, "NetlinkSocket", MortalSocket)
            with pytest.raises(CutOffError):
                made()

    async def story() -> None:
        cut_off()
        bridge.check_name_free("br-cutoff")
        assert bridge.sweep({"c" * 64}) == ["br-cutoff"]
        cut_off()
        made()
        assert bridge.sweep({"c" * 64}) == []
        assert bridge.sweep(()) == ["br-cutoff"]

    run_privately(story)


def test_the_first_bridge_of_another_engine_is_made_anew(tmp_path: Path) -> None:
    async def story() -> None:
        for engine in ("one", "other"):
            async with running_networks(tmp_path / engine) as networks:
                attached = await networks.sandboxes.attach(request("a1"))
                await networks.sandboxes.detach(attached.container_id)

    run_privately(story)


def test_a_network_in_the_way_of_another_program_is_not_made(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            with NetlinkSocket() as netlink:
                links.create_bridge(netlink, "theirs", "")
            body = {"Name": "mine", "Options": {"com.docker.network.bridge.name": "theirs"}}
            with pytest.raises(ForbiddenError, match="has an interface of that name"):
                await networks.create(body)
            assert networks.find_or_none("mine") is None
            assert "theirs" in kernel_state(tmp_path)["links"]

    run_privately(story)


def test_rules_that_somebody_flushed_are_made_anew(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            first = await _attach(networks, "a1", "80/tcp", {"HostPort": "8080"})
            await networks.sandboxes.publish(first)
            firewall = Firewall()
            listed = "list table ip marina\n"
            for change in (
                networks.create({"Name": "mine", "IPAM": {"Config": [{"Subnet": "10.60.0.0/24"}]}}),
                networks.remove("mine"),
                networks.sandboxes.detach(first.container_id),
            ):
                firewall.run("delete table ip marina\n")
                await change
                assert ("10.60.0.0/24" in firewall.run(listed)) is (networks.find_or_none("mine") is not None)
                attached = networks.sandboxes.attached.find(first.container_id)
                assert ("8080" in firewall.run(listed)) is (attached is not None)
            firewall.close()

    run_privately(story)


def test_a_network_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            before = kernel_state(tmp_path)
            try:
                await networks.create({"Name": "mine", "Driver": "ipvlan"})
            except NotSupportedError:  # a kernel without ipvlan
                assert networks.find_or_none("mine") is None
            else:
                await networks.remove("mine")
            assert kernel_state(tmp_path) == before

    run_privately(story)


@pytest.mark.parametrize("has_names", [True, False])
def test_a_change_that_was_cut_off_is_put_right(tmp_path: Path, has_names: bool) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            for name in ("aa", "bb"):
                await networks.create({"Name": name})
            wishes = (EndpointWish("aa"), EndpointWish("bb"))
            kept = await networks.sandboxes.attach(request("c1", networks=wishes))
        # The row knows one network less than the kernel: as after a crash in the middle of a connect from the
        # first bridge, which has no names, or of a disconnect.
        less = kept.without(kept.endpoints[0].network_id)
        less = less if has_names else replace(less, resolver_port=0)
        async with running_networks(tmp_path) as networks:
            await networks.sandboxes.restore(less)
            await networks.sandboxes.reap({kept.container_id})
            pin = kept.namespace_path
            assert pin is not None

            def routes() -> str:
                return inside(pin, lambda: Path("/proc/thread-self/net/route").read_text())

            gateway = IPv4Address(less.endpoints[0].gateway).packed[::-1].hex().upper()
            await eventually(lambda: gateway in routes() and "eth0" not in routes(), "no way out")

    run_privately(story)


def test_an_interface_without_an_end_outside_goes_when_nobody_knows_it(tmp_path: Path) -> None:
    def named(names: dict[str, int]) -> None:
        with NetlinkSocket() as netlink:
            for name, group in names.items():
                links.create_bridge(netlink, name, "", group=group)

    def addressed(name: str, address: str) -> None:
        with NetlinkSocket() as netlink:
            link = links.find_link(netlink, name)
            assert link is not None
            links.add_address(netlink, link.index, IPv4Interface(address))

    def names() -> list[str]:
        with NetlinkSocket() as netlink:
            return sorted(link.name for link in links.list_links(netlink))

    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            attached = await networks.sandboxes.attach(request("c1"))
        pin = attached.namespace_path
        assert pin is not None
        # As macvlan's children are: only a mark inside. One that is known has another name meanwhile.
        inside(
            pin, lambda: named({"left": links.OURS, "known": links.OURS, "renamed": links.OURS, "theirs": 0})
        )
        inside(pin, lambda: addressed("renamed", "10.99.0.3/24"))
        children = tuple(
            replace(
                attached.endpoints[0], network_id=name, interface=name, host_interface="", ip_address=address
            )
            for name, address in (("known", "10.99.0.2"), ("before", "10.99.0.3"))
        )
        kept = replace(attached, endpoints=(*attached.endpoints, *children))
        async with running_networks(tmp_path) as networks:
            await networks.sandboxes.restore(kept)
            await networks.sandboxes.reap({kept.container_id})
            assert inside(pin, names) == ["eth0", "known", "lo", "renamed", "theirs"]

    run_privately(story)


def test_two_engines_never_share_a_network(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        async with running_networks(tmp_path / "a"):
            with pytest.raises(ConflictError, match="another Marina engine"):
                async with running_networks(tmp_path / "b"):
                    pass

    run_privately(story)


def test_the_list_has_the_three_networks_and_nothing_else_is_found(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_networks(tmp_path) as networks:
            assert [network.name for network in networks.all()] == ["bridge", "host", "none"]
            nowhere = request("aa", mode="nope", networks=(EndpointWish("nope"),))
            networks.validate(nowhere)  # a network may come later, as in Docker
            with pytest.raises(NotFoundError, match="network nope not found"):
                await networks.sandboxes.attach(nowhere)

    run_privately(story)


def _add_dummy_network(address: str) -> None:
    with NetlinkSocket() as netlink:
        name = f"d{address[:6]}{len(links.list_links(netlink))}"
        links.create_bridge(netlink, name, "02:42:01:02:03:04")
        link = links.find_link(netlink, name)
        assert link is not None
        links.add_address(netlink, link.index, IPv4Interface(address))


def _connect(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), TIMEOUT)


async def _attach(networks: Networks, name: str, port: str, binding: dict[str, str]) -> Attachment:
    return await networks.sandboxes.attach(request(name, port_bindings={port: [binding]}))
