"""The engine's options: the host's check and what the engine makes of them agree; nothing stops a start."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from backend.config import parse_arguments
from backend.containers import engine_defaults
from backend.containers.create_request import read_host_config
from backend.containers.engine_defaults import default_log, problems_of, with_defaults
from backend.engine_options import EngineOptions, parse_options, parse_options_text
from backend.errors import InvalidParameterError, UnavailableError
from backend.networks.addresses import choose_subnet
from vm.machine.engine_options import check_options
from vm.machine.engine_options import parse_options_text as parse_for_host

GOOD: list[dict[str, Any]] = [
    {},
    {"log-driver": "local"},
    {"log-driver": "none", "log-opts": {"max-size": "10m"}},
    {"log-opts": {"max-size": "10m", "max-file": "3", "compress": "true"}},
    {"log-opts": {"mode": "non-blocking", "max-buffer-size": "4m", "labels": "a,b", "tag": "{{.Name}}"}},
    {"default-address-pools": [{"base": "10.200.0.0/16", "size": 24}, {"base": "10.9.1.0/24", "size": 24}]},
    {"default-address-pools": [{"base": "10.200.3.7/16", "size": 29}]},
    {"dns": ["192.0.2.1", "2001:db8::1"], "dns-search": ["corp.test"], "dns-opts": ["ndots:2"]},
    {"default-shm-size": "128M"},
    {"default-shm-size": 1048576},
    {"default-ulimits": {"nofile": {"Name": "nofile", "Hard": 4096, "Soft": 1024}, "core": {"Hard": -1}}},
    {"init": False, "labels": ["place=here"]},
]
BAD: list[Any] = [
    [],
    "x",
    {"log-driver": "syslog"},
    {"log-driver": 1},
    {"log-opts": {"max-size": 10}},
    {"log-opts": {"max-size": "10x"}},
    {"log-opts": {"max-size": "0"}},
    {"log-opts": {"max-file": "0"}},
    {"log-opts": {"max-file": "many"}},
    {"log-opts": {"compress": "true"}},
    {"log-opts": {"compress": "perhaps"}},
    {"log-opts": {"max-buffer-size": "1m"}},
    {"log-opts": {"mode": "fast"}},
    {"log-opts": {"size": "1m"}},
    {"log-opts": {"labels-regex": "("}},
    {"log-driver": "local", "log-opts": {"labels": "a"}},
    {"default-address-pools": {"base": "10.0.0.0/8", "size": 24}},
    {"default-address-pools": [{"base": "10.0.0.0/8"}]},
    {"default-address-pools": [{"base": "10.0.0.0", "size": 24}]},
    {"default-address-pools": [{"base": "10.0.0.0/16", "size": 8}]},
    {"default-address-pools": [{"base": "10.0.0.0/16", "size": 30}]},
    {"default-address-pools": [{"base": "10.0.0.0/16", "size": True}]},
    {"default-address-pools": [{"base": "fd00::/8", "size": 64}]},
    {"default-address-pools": ["10.0.0.0/8"]},
    {"dns": ["one.one.one.one"]},
    {"dns": "192.0.2.1"},
    {"dns-search": [""]},
    {"dns-opts": [1]},
    {"default-shm-size": "much"},
    {"default-shm-size": 0},
    {"default-shm-size": True},
    {"default-ulimits": {"files": {"Hard": 1}}},
    {"default-ulimits": {"nofile": {"Soft": 2, "Hard": 1}}},
    {"default-ulimits": {"nofile": {"Soft": "1", "Hard": 1}}},
    {"default-ulimits": {"nofile": {"soft": 1}}},
    {"default-ulimits": [1]},
    {"init": 1},
    {"labels": {}},
    {"icc": False},
]


@pytest.mark.parametrize("options", GOOD)
def test_what_the_host_accepts_the_engine_uses(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_defaults, "init_program", lambda: "/sbin/init")
    assert check_options(options) == options
    assert problems_of(parse_options(options)) == []


@pytest.mark.parametrize("options", BAD)
def test_what_the_host_refuses_the_engine_leaves_out_and_says_so(
    options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_defaults, "init_program", lambda: "/sbin/init")
    with pytest.raises(ValueError, match=r"\w"):
        check_options(options)
    known = parse_options(options)
    assert problems_of(known)
    host = read_host_config(with_defaults({}, known))  # nothing that is wrong gets into a container
    assert host["LogConfig"] in ({"Type": "json-file", "Config": {}}, {"Type": "local", "Config": {}})
    assert host["Ulimits"] is None
    assert known.address_pools == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "Line 1, column 2"),
        ('{\n"a": 1,\n}', "Line 3, column 1"),
        ("[]", "must be an object"),
        ('{"a": 1, "a": 2}', "'a' is there twice"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_a_text_that_is_none_is_told_by_its_place(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_for_host(text)


def test_an_engine_starts_with_options_that_are_no_json() -> None:
    arguments = ["--socket", "s", "--data-root", "d", "--run-root", "r", "--options", "{ half"]
    assert parse_options_text(parse_arguments(arguments).options).problems
    assert parse_options_text("") == EngineOptions()


def test_a_container_gets_what_it_did_not_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_defaults, "init_program", lambda: "/sbin/init")
    options = parse_options(
        {
            "log-opts": {"max-size": "1m", "labels": "a"},
            "default-shm-size": "1m",
            "default-ulimits": {"nofile": {"Soft": 10, "Hard": 20}, "nproc": {"Soft": 1, "Hard": 1}},
            "init": True,
        }
    )
    host = read_host_config(with_defaults({}, options))
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "1m", "labels": "a"}}
    assert (host["ShmSize"], host["Init"]) == (1 << 20, True)
    assert [limit["Name"] for limit in host["Ulimits"]] == ["nofile", "nproc"]
    own = {
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "2m"}},
        "ShmSize": 5,
        "Init": False,
        "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}],
    }
    host = read_host_config(with_defaults(own, options))
    assert host["LogConfig"]["Config"] == {"max-size": "2m", "labels": "a"}
    assert (host["ShmSize"], host["Init"]) == (5, False)
    assert [(limit["Name"], limit["Hard"]) for limit in host["Ulimits"]] == [("nofile", 2), ("nproc", 1)]
    other = {"LogConfig": {"Type": "local", "Config": {}}}
    assert read_host_config(with_defaults(other, options))["LogConfig"] == {"Type": "local", "Config": {}}
    assert own["Init"] is False, "what was asked stays as it was asked"
    assert len(own["Ulimits"]) == 1  # type: ignore[arg-type]


def test_a_body_that_is_wrong_is_refused_as_it_is_without_options() -> None:
    options = parse_options({"log-opts": {"max-size": "1m"}})
    for body in ({"LogConfig": "x"}, {"LogConfig": {"Type": "json-file", "Config": 1}}, {"Ulimits": 1}):
        with pytest.raises(InvalidParameterError):
            read_host_config(with_defaults(body, options))


def test_a_machine_without_an_init_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_defaults, "init_program", lambda: None)
    options = parse_options({"init": True})
    assert "no init" in problems_of(options)[0]
    assert "Init" not in with_defaults({}, options)
    assert default_log(options) == {"Type": "json-file", "Config": {}}


def test_networks_are_cut_from_the_pools_in_their_order() -> None:
    value = {
        "default-address-pools": [
            {"base": "10.9.0.0/23", "size": 24},
            {"base": "10.8.0.0/24", "size": 24},
        ]
    }
    pools = parse_options(value).address_pools
    taken: list[IPv4Network] = []
    for wanted in ("10.9.0.0/24", "10.9.1.0/24", "10.8.0.0/24"):
        taken.append(choose_subnet(taken, pools))
        assert str(taken[-1]) == wanted
    with pytest.raises(UnavailableError, match="default-address-pools"):
        choose_subnet(taken, pools)
    assert str(choose_subnet(taken)) == "172.17.0.0/16"
