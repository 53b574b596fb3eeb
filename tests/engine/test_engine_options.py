"""The engine's options: what containers and networks get that ask for nothing else, and what is left out."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.container_calls import container, inspect
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import busybox_image, save_docker_archive

pytestmark = pytest.mark.timeout(90)

OPTIONS = {
    "log-driver": "local",
    "log-opts": {"max-size": "1m", "max-file": "2"},
    "default-address-pools": [{"base": "10.200.0.0/16", "size": 24}],
    "dns": ["192.0.2.53"],
    "dns-search": ["corp.test"],
    "default-shm-size": "8m",
    "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 512, "Hard": 1024}},
    "labels": ["place=here"],
    "icc": False,
}


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeEngine]:
    """An engine with options, one of which it does not know."""
    state: Path = tmp_path_factory.mktemp("options")
    with (
        made_netns(f"to{os.getpid() % 1_000_000}") as netns,
        started_engine(state, netns, ["--options", json.dumps(OPTIONS)]) as engine,
    ):
        archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
        assert engine.request("POST", "/images/load", body=archive).status == 200
        yield engine


def test_info_tells_what_is_in_force_and_what_is_not(set_up: NativeEngine) -> None:
    info = set_up.request("GET", "/info").json
    assert info["LoggingDriver"] == "local"
    assert info["Labels"] == ["place=here"]
    assert info["DefaultAddressPools"] == [{"Base": "10.200.0.0/16", "Size": 24}]
    assert "WARNING: engine option icc: this engine has no such option" in info["Warnings"]


def test_a_container_gets_them(set_up: NativeEngine) -> None:
    script = "ulimit -n; df -k /dev/shm | tail -1; cat /etc/resolv.conf"
    told = set_up.docker("run", "--rm", "busybox", "sh", "-c", script).stdout.decode()
    assert told.splitlines()[0] == "512"
    assert " 8192 " in told
    assert "nameserver 192.0.2.53\nsearch corp.test\n" in told
    with container(set_up, "true") as identifier:
        host = inspect(set_up, identifier)["HostConfig"]
        assert host["LogConfig"] == {"Type": "local", "Config": {"max-size": "1m", "max-file": "2"}}
    with container(set_up, "true", HostConfig={"ShmSize": 4096, "Dns": ["192.0.2.1"]}) as identifier:
        host = inspect(set_up, identifier)["HostConfig"]
        assert (host["ShmSize"], host["Dns"]) == (4096, ["192.0.2.1"])


def test_networks_are_cut_from_the_pools_and_the_default_bridge_stays_under_containers(
    set_up: NativeEngine,
) -> None:
    def subnet(name: str) -> str:
        config = set_up.request("GET", f"/networks/{name}").json["IPAM"]["Config"]
        return str(config[0]["Subnet"])

    assert subnet("bridge") == "10.200.0.0/24"
    set_up.docker("network", "create", "cut")
    assert subnet("cut") == "10.200.1.0/24"
    set_up.docker("network", "rm", "cut")
    set_up.stop()
    other = OPTIONS | {"default-address-pools": [{"base": "10.77.0.0/16", "size": 24}]}
    set_up.arguments = ["--options", json.dumps(other)]
    set_up.start()
    assert subnet("bridge") == "10.200.0.0/24", "its interface is there: containers may be on it"
    set_up.docker("network", "create", "cut")
    assert subnet("cut") == "10.77.0.0/24"
    set_up.docker("network", "rm", "cut")


def test_options_that_are_no_json_do_not_keep_it_from_starting(set_up: NativeEngine) -> None:
    set_up.stop()
    set_up.arguments = ["--options", "{ half"]
    set_up.start()
    info = set_up.request("GET", "/info").json
    assert info["LoggingDriver"] == "json-file"
    assert "WARNING: engine options: no JSON object" in info["Warnings"]
