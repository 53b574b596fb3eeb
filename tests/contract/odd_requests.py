"""Requests that nobody should make: odd names, odd queries, bodies that are broken or of the wrong kind."""

import json
from copy import deepcopy
from typing import Any
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.contract.stories import MANY_OPTIONS
from tests.support.api_reference import ReferenceCall

EXISTING = ("odd", "odd-running", "busybox", "bridge", "odd-volume", "odd-network")
"""Names of things that are there: what is odd then is the rest of the request."""

BODIES: dict[str, Any] = {
    "/containers/create": MANY_OPTIONS,
    "/containers/{id}/update": {"Memory": 2**24, "CpuShares": 2, "RestartPolicy": {"Name": "no"}},
    "/containers/{id}/exec": {
        "Cmd": ["true"], "Env": ["A=b"], "User": "root", "WorkingDir": "/", "Tty": False,
        "DetachKeys": "ctrl-p",
        "AttachStdin": False, "AttachStdout": True, "AttachStderr": True, "Privileged": False,
        "ConsoleSize": [1, 2],
    },
    "/exec/{id}/start": {"Detach": True, "Tty": False, "ConsoleSize": [1, 2]},
    "/volumes/create": {"Name": "odd-volume-2", "Driver": "local", "DriverOpts": {}, "Labels": {"a": "b"}},
    "/networks/create": {
        "Name": "odd-network-2", "Driver": "bridge", "Scope": "local", "Internal": False, "Attachable": True,
        "Ingress": False, "ConfigOnly": False, "EnableIPv6": False, "Options": {"a": "b"},
        "Labels": {"a": "b"},
        "IPAM": {"Driver": "default", "Options": {}, "Config": [
            {"Subnet": "10.213.0.0/24", "IPRange": "10.213.0.0/25", "Gateway": "10.213.0.1",
             "AuxiliaryAddresses": {"h": "10.213.0.2"}}]},
    },
    "/networks/{id}/connect": {
        "Container": "odd",
        "EndpointConfig": {"IPAMConfig": {"IPv4Address": "10.214.0.5"}, "Aliases": ["a"],
                           "Links": ["odd-running:x"], "DriverOpts": {}, "MacAddress": ""},
    },
    "/networks/{id}/disconnect": {"Container": "odd", "Force": True},
    "/commit": {"Cmd": ["x"], "Env": ["A=b"], "Labels": {"a": "b"}, "ExposedPorts": {"1/tcp": {}}},
    "/auth": {"username": "u", "password": "p", "serveraddress": "127.0.0.1:1"},
}  # fmt: skip

ODD_TEXTS = st.one_of(
    st.sampled_from([
        "", " ", "0", "1", "-1", "true", "../..", "/", "//", ".", "..", "%", "a" * 5000, "1e99", "9" * 30,
        "NaN",
        "sha256:", "sha256:" + "0" * 64, "@", ":", "a:b:c", "a@b", "UPPER/case", "\x00", "\n", "null",
        "[]", "{}",
        "-", "--help", "0x10", "1.5", "1_000", "٣", "\ud7ff", "ctrl-", "ctrl-p,", "linux/amd64/v9/x",
        '{"a":{"b":true}}', '{"label":["a=b"]}', '{"until":["x"]}', '{"status":["x"]}',
        '{"dangling":["maybe"]}',
        '{"before":["nope"]}', '{"exited":["x"]}', '{"name":["["]}', '{"label!":["a"]}', '{"volume":[null]}',
        '{"until":["99999999999999999999h"]}', '{"publish":["x/y"]}', '{"expose":["99999"]}', '["a"]', '"a"',
    ]),
    st.text(max_size=12),
)  # fmt: skip

ODD_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), ODD_TEXTS,
    st.sampled_from([2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 0, -1, 1e308]),
    st.lists(st.one_of(st.none(), st.integers(), ODD_TEXTS), max_size=3),
    st.dictionaries(
        ODD_TEXTS, st.one_of(st.none(), st.integers(), ODD_TEXTS, st.just([]), st.just({})), max_size=3
    ),
)  # fmt: skip

BROKEN_BODIES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([
        b"{", b"[", b'"', b"nul", b"{}{}", b"[]", b"1", b'"text"', b'{"a":', b"\xff\xfe", b'{"a":"\xff"}',
        b"[" * 3000, b'{"a":' * 3000, b'{"Image":"\\ud800"}', b"NaN", b'{"Memory":1e999}',
        b'{"Cmd":1,"Cmd":2}',
        b" " * 3000, b"\x00" * 1024,
    ]),
)  # fmt: skip

ODD_HEADERS: tuple[dict[str, str], ...] = (
    {}, {}, {}, {"Content-Type": "text/plain"}, {"Content-Type": ""}, {"X-Registry-Auth": "%%%"},
    {"X-Registry-Auth": "bm8="}, {"X-Registry-Auth": "W10="}, {"X-Registry-Config": "e30"},
    {"Connection": "Upgrade", "Upgrade": "tcp"}, {"Connection": "Upgrade", "Upgrade": "h2c"},
    {"Content-Type": "application/x-tar"}, {"Content-Encoding": "gzip"}, {"Expect": "100-continue"},
    {"Accept": "\xff"},
)  # fmt: skip
WEBSOCKET = {"Connection": "Upgrade", "Upgrade": "websocket"}


def _encoded(text: str) -> str:
    """Return a text for a path or query, in UTF-8 or in what is none."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


@st.composite
def targets(draw: st.DrawFn, call: ReferenceCall) -> str:
    """A path with its query."""
    path = call.path
    for place in ("{id}", "{name}"):
        if place in path:
            name = draw(st.one_of(st.sampled_from(EXISTING), st.sampled_from(EXISTING), ODD_TEXTS))
            path = path.replace(place, _encoded(name))
    names = draw(st.lists(st.sampled_from(call.query), max_size=4)) if call.query else []
    values = [draw(st.one_of(ODD_TEXTS.map(_encoded), st.just("%ff%fe"))) for _ in names]
    version = draw(st.sampled_from(["", "", "", "/v1.24", "/v1.41", "/v1.47"]))
    query = "&".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
    return f"{version}{path}?{query}" if query else version + path


@st.composite
def bodies(draw: st.DrawFn, call: ReferenceCall) -> bytes | None:
    """No body, a broken one, or a good one with something odd in one place."""
    good = BODIES.get(call.path)
    if call.method in ("GET", "HEAD", "DELETE"):
        return None
    if good is None or draw(st.integers(0, 3)) == 0:
        return draw(st.one_of(st.none(), BROKEN_BODIES, ODD_VALUES.map(_json)))
    body = deepcopy(good)
    for _ in range(draw(st.integers(1, 2))):
        _spoil(draw, body)
    return _json(body)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _spoil(draw: st.DrawFn, body: Any) -> None:
    """Put something odd into one place of a body."""
    while True:
        keys = list(body) if isinstance(body, dict) else list(range(len(body)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        inner = body[key]
        if isinstance(inner, dict | list) and inner and draw(st.integers(0, 3)):
            body = inner
            continue
        body[key] = draw(ODD_VALUES)
        return


def headers(call: ReferenceCall) -> st.SearchStrategy[dict[str, str]]:
    """Headers beside the usual ones."""
    return st.sampled_from([*ODD_HEADERS, WEBSOCKET] if call.method == "GET" else ODD_HEADERS)
