"""Another container's network, links on the default bridge, and no network at all, with real containers."""

from typing import Any

import pytest

from tests.engine.container_calls import call, container, inspect, logs, remove, start, wait
from tests.engine.test_networks_names import lookup, running
from tests.engine.test_networks_user import interfaces, join, network, run_in
from tests.support.native_engine import NativeEngine

pytestmark = pytest.mark.usefixtures("busybox")

SLEEP = ("sleep", "1000")


def shared(reference: str, **host: Any) -> dict[str, Any]:
    """Return the create body's part for another container's network."""
    return {"NetworkMode": f"container:{reference}", **host}


def test_a_container_lives_in_anothers_network(engine: NativeEngine) -> None:
    with (
        network(engine) as net,
        running(engine, "share-web", net) as web,
        container(engine, *SLEEP, HostConfig=shared("share-web")) as guest,
    ):
        assert inspect(engine, guest)["HostConfig"]["NetworkMode"] == f"container:{web}"
        start(engine, guest)
        assert interfaces(engine, guest) == interfaces(engine, web)
        assert run_in(engine, guest, "cat", "/etc/hosts") == run_in(engine, web, "cat", "/etc/hosts")
        assert run_in(engine, guest, "hostname").strip() == web[:12]
        assert lookup(engine, guest, "share-web") == list(
            address.partition("/")[0] for address in interfaces(engine, web).values()
        )
        shown = inspect(engine, guest)
        assert shown["NetworkSettings"]["Networks"] == {}
        assert shown["HostsPath"] == inspect(engine, web)["HostsPath"]
        assert "sharing network namespace" in join(engine, "bridge", guest).message
        # What the guest leaves behind, its host keeps.
        assert call(engine, "kill", guest).status == 204
        assert interfaces(engine, web)
        start(engine, guest)
        engine.kill()
        engine.start()
        assert interfaces(engine, guest) == interfaces(engine, web) != {}
        assert remove(engine, guest).status == 204
        assert interfaces(engine, web)


def test_a_network_is_shared_with_running_containers_only(engine: NativeEngine) -> None:
    with (
        container(engine, *SLEEP) as idle,
        container(engine, *SLEEP, HostConfig=shared(idle)) as guest,
        container(engine, *SLEEP, HostConfig=shared("nobody")) as lost,
    ):
        refused = call(engine, "start", guest)
        assert (refused.status, refused.message) == (
            409,
            f"cannot join network of a non running container: {idle}",
        )
        missing = call(engine, "start", lost)
        assert (missing.status, missing.message) == (404, "No such container: nobody")


@pytest.mark.parametrize(
    ("body", "host", "message"),
    [
        ({"Hostname": "h"}, {}, "conflicting options: hostname and the network mode"),
        (
            {"ExposedPorts": {"80/tcp": {}}},
            {},
            "conflicting options: port exposing and the container type network mode",
        ),
        ({"MacAddress": "02:00:00:00:00:11"}, {}, "conflicting options: mac-address and the network mode"),
        (
            {},
            {"Links": ["x:y"]},
            "conflicting options: container type network can't be used with links. "
            "This would result in undefined behavior",
        ),
        ({}, {"Dns": ["1.1.1.1"]}, "conflicting options: dns and the network mode"),
        (
            {},
            {"ExtraHosts": ["a:1.1.1.1"]},
            "conflicting options: custom host-to-IP mapping and the network mode",
        ),
        (
            {},
            {"PublishAllPorts": True},
            "conflicting options: port publishing and the container type network mode",
        ),
        (
            {},
            {"NetworkMode": "container:"},
            "Invalid network mode: invalid container format container:<name|id>",
        ),
        (
            {},
            {"NetworkMode": "host", "Links": ["x:y"]},
            "conflicting options: host type networking can't be used with links. "
            "This would result in undefined behavior",
        ),
    ],
)
def test_options_that_contradict_are_refused(
    engine: NativeEngine, body: dict[str, Any], host: dict[str, Any], message: str
) -> None:
    full = {"Image": "busybox", "HostConfig": {**shared("any"), **host}, **body}
    answer = engine.request("POST", "/containers/create", body=full)
    assert (answer.status, answer.message) == (400, message)


def test_links_of_the_default_bridge(engine: NativeEngine) -> None:
    target = {"Env": ["COLOUR=blue"], "ExposedPorts": {"80/tcp": {}, "53/udp": {}}}
    with container(engine, *SLEEP, name="link-target", **target) as web:
        host = {"Links": ["link-target:my-web"]}
        with container(engine, "env", name="link-early", HostConfig=host) as early:
            refused = call(engine, "start", early)
            assert refused.status == 409
            assert "Cannot link to a non running container: /link-target" in refused.message
        start(engine, web)
        address = inspect(engine, web)["NetworkSettings"]["IPAddress"]
        with container(
            engine, "sh", "-c", "env; cat /etc/hosts", name="link-source", HostConfig=host
        ) as source:
            start(engine, source)
            wait(engine, source)
            lines = logs(engine, source).splitlines()
            assert inspect(engine, source)["HostConfig"]["Links"] == ["/link-target:/link-source/my-web"]
        assert f"MY_WEB_PORT_80_TCP=tcp://{address}:80" in lines
        assert f"MY_WEB_PORT_53_UDP_ADDR={address}" in lines
        assert "MY_WEB_ENV_COLOUR=blue" in lines
        assert "MY_WEB_NAME=/link-source/my-web" in lines
        assert f"{address}\tmy-web {web[:12]} link-target" in lines


def test_a_link_to_a_guest_of_a_network_leads_to_its_owner(engine: NativeEngine) -> None:
    with (
        container(engine, *SLEEP, name="link-owner") as owner,
        container(engine, *SLEEP, name="link-guest", HostConfig=shared(owner)),
        container(engine, *SLEEP, name="link-self", HostConfig=shared("link-self")) as own,
    ):
        refused = call(engine, "start", own)
        assert (refused.status, refused.message) == (400, "cannot join own network")
        start(engine, owner)
        address = interfaces(engine, owner)["eth0"].partition("/")[0]
        host = {"Links": ["link-guest:guest", "link-self:loop"]}
        with container(engine, "true", name="link-by-guest", HostConfig=host) as source:
            assert inspect(engine, source)["HostConfig"]["Links"] == [
                "/link-owner:/link-by-guest/guest", "/link-self:/link-by-guest/loop"
            ]  # fmt: skip
        host = {"Links": ["link-guest:guest"]}
        with container(engine, "cat", "/etc/hosts", HostConfig=host) as source:
            start(engine, source)
            wait(engine, source)
            assert f"{address}\tguest " in logs(engine, source)


def test_a_link_follows_its_target(engine: NativeEngine) -> None:
    with container(engine, *SLEEP, name="moving-web") as web:
        start(engine, web)
        first = inspect(engine, web)["NetworkSettings"]["IPAddress"]
        with container(engine, *SLEEP, HostConfig={"Links": ["moving-web:www"]}) as source:
            start(engine, source)
            assert f"{first}\twww" in run_in(engine, source, "cat", "/etc/hosts")
            assert call(engine, "restart", web, t="0").status == 204
            second = inspect(engine, web)["NetworkSettings"]["IPAddress"]
            assert second != first  # an address rests before another container gets it
            hosts = run_in(engine, source, "cat", "/etc/hosts")
            assert f"{second}\twww" in hosts
            assert f"{first}\twww" not in hosts


@pytest.mark.parametrize(
    ("links", "message"),
    [
        (["nobody:x"], "could not get container for nobody: No such container: nobody"),
        (["a:b:c"], "bad format for links: a:b:c"),
    ],
)
def test_links_to_nobody(engine: NativeEngine, links: list[str], message: str) -> None:
    body = {"Image": "busybox", "HostConfig": {"Links": links}}
    answer = engine.request("POST", "/containers/create", body=body)
    assert (answer.status, answer.message) == (400, message)


def test_a_container_without_any_network(engine: NativeEngine) -> None:
    with container(engine, *SLEEP, NetworkDisabled=True) as alone:
        start(engine, alone)
        assert interfaces(engine, alone) == {}
        assert inspect(engine, alone)["NetworkSettings"]["Networks"] == {}


def test_all_exposed_ports_are_published_on_a_network_of_ones_own(engine: NativeEngine) -> None:
    with (
        network(engine) as net,
        running(
            engine, "all-ports", net, HostConfig={"PublishAllPorts": True}, ExposedPorts={"80/tcp": {}}
        ) as web,
    ):
        (binding,) = inspect(engine, web)["NetworkSettings"]["Ports"]["80/tcp"]
        assert int(binding["HostPort"]) >= 1024
