"""The engine killed at random while networks and their members change: what it says afterwards is true."""

import os
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.engine.container_calls import create, inspect, remove, start, until
from tests.engine.test_networks_user import interfaces, join, leave, make
from tests.support.namespaces import made_netns
from tests.support.native_engine import NativeEngine, started_engine
from tests.support.test_images import busybox_image, save_docker_archive

SEEDS = range(int(os.environ.get("MARINA_KILLS", "3")))
OURS = ("br-", "mv", "marina")
NETWORKS = ("crash-a", "crash-b", "crash-c")


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeEngine]:
    """An engine of these tests' own, to be killed."""
    with (
        made_netns(f"tn{os.getpid() % 1_000_000}") as netns,
        started_engine(tmp_path_factory.mktemp("mortal"), netns) as engine,
    ):
        archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
        assert engine.request("POST", "/images/load", body=archive).status == 200
        yield engine


def links(engine: NativeEngine) -> set[str]:
    """Return the names of the engine's interfaces in its namespace."""
    listed = subprocess.run(
        ["ip", "-n", engine.netns, "-o", "link"], capture_output=True, text=True, check=True
    ).stdout
    names = {line.split(": ")[1].partition("@")[0] for line in listed.splitlines()}
    return {name for name in names if name.startswith(OURS)}


def known_bridges(engine: NativeEngine) -> set[str]:
    """Return the bridges that there must be."""
    networks = engine.request("GET", "/networks", query={"filters": '{"driver":["bridge"]}'}).json
    return {"marina0" if network["Name"] == "bridge" else f"br-{network['Id'][:12]}" for network in networks}


def known_subnets(engine: NativeEngine) -> set[str]:
    """Return the subnets that the firewall must know."""
    networks = engine.request("GET", "/networks", query={"filters": '{"driver":["bridge"]}'}).json
    return {network["IPAM"]["Config"][0]["Subnet"] for network in networks}


def change_about(engine: NativeEngine, member: str, chance: random.Random) -> None:
    """Make and remove networks, join and leave them, until the engine is gone."""
    with suppress(OSError, HTTPException):
        while True:
            name = chance.choice(NETWORKS)
            action = chance.randrange(4)
            if action == 0:
                make(engine, name)
            elif action == 1:
                join(engine, name, member)
            elif action == 2:
                leave(engine, name, member)
            else:
                engine.request("DELETE", f"/networks/{name}")


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_while_networks_change(mortal: NativeEngine, seed: int) -> None:
    chance = random.Random(seed)
    member = create(mortal, "sleep", "1000")
    try:
        start(mortal, member)
        changer = threading.Thread(target=change_about, args=(mortal, member, random.Random(seed)))
        changer.start()
        time.sleep(chance.uniform(0.05, 0.6))
        mortal.kill()
        changer.join()
        mortal.start()

        def shown() -> dict[str, str]:
            networks = inspect(mortal, member)["NetworkSettings"]["Networks"]
            return {name: f"{place['IPAddress']}/{place['IPPrefixLen']}" for name, place in networks.items()}

        assert inspect(mortal, member)["State"]["Running"]
        assert sorted(interfaces(mortal, member).values()) == sorted(shown().values())
        routes = Path(f"/proc/{inspect(mortal, member)['State']['Pid']}/net/route").read_text()
        assert [line.split()[1] for line in routes.splitlines()].count("00000000") == bool(shown()), routes
        cables = {name for name in links(mortal) if name.startswith("mv")}
        assert len(cables) == len(shown())
        assert links(mortal) - cables == known_bridges(mortal)
        table = subprocess.run(
            ["ip", "netns", "exec", mortal.netns, "nft", "list", "set", "ip", "marina", "hidden"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert all(subnet in table for subnet in known_subnets(mortal))
        assert table.count("/16") == len(known_subnets(mortal))
        # It all goes on working: whatever is there can be used and removed.
        for name in NETWORKS:
            make(mortal, name)
            join(mortal, name, member)
        assert set(shown()) >= set(NETWORKS)
        assert sorted(interfaces(mortal, member).values()) == sorted(shown().values())
    finally:
        assert remove(mortal, member).status == 204
        for name in NETWORKS:
            assert mortal.request("DELETE", f"/networks/{name}").status in (204, 404)
    until(lambda: links(mortal) == {"marina0"}, "interfaces are left")


def test_settings_of_networks_survive(mortal: NativeEngine) -> None:
    pool = {"Subnet": "10.219.0.0/24"}
    settings = {"Name": "kept-settings", "ConfigOnly": True, "IPAM": {"Config": [pool]}}
    of_them = {"Name": "made-of-settings", "ConfigFrom": {"Network": "kept-settings"}}
    for body in (settings, of_them):
        assert mortal.request("POST", "/networks/create", body=body).status == 201
    before = [mortal.request("GET", f"/networks/{body['Name']}").json for body in (settings, of_them)]
    assert [one["IPAM"]["Config"][0]["Subnet"] for one in before] == ["10.219.0.0/24"] * 2
    mortal.kill()
    mortal.start()
    assert [mortal.request("GET", f"/networks/{body['Name']}").json for body in (settings, of_them)] == before
    assert known_bridges(mortal) == links(mortal)
    for body in (of_them, settings):
        assert mortal.request("DELETE", f"/networks/{body['Name']}").status == 204
