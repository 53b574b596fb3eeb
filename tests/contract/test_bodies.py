"""Bodies are read as dockerd reads them: each field of each call with a value of a wrong type."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.api.body_decoder import EMBEDDED
from backend.api.body_types import NAMED, STRUCTS, WORDS
from tests.support.api_client import ApiClient
from tests.support.dockerd import ReferenceDocker
from tests.support.native_engine import NativeEngine

CALLS = {
    "/containers/create": "runconfig.ContainerConfigWrapper",
    "/commit?container=nobody": "runconfig.ContainerConfigWrapper",
    "/containers/nobody/exec": "types.ExecConfig",
    "/containers/nobody/update": "container.UpdateConfig",
    "/networks/create": "types.NetworkCreateRequest",
    "/networks/bridge/connect": "types.NetworkConnect",
    "/networks/bridge/disconnect": "types.NetworkDisconnect",
    "/volumes/create": "volume.CreateOptions",
}
NOT_BODIES: tuple[Any, ...] = ([], 5, "x", True)
NO_JSON = (
    "{", "", "{}x", "{} {}", "x", "[", '{"a', '{"a":1', "{x}", '{"a"}', '{"a":}', '{"a":1 "b":2}', '{"a":1,}',
    "[1, ]",    '{"a":"\n"}', r'{"a":"\x"}', "{'a':1}", '{"a":NaN}', '{"a":Infinity}',
)  # fmt: skip


def wrong(kind: str) -> Iterator[Any]:
    """Yield values of which each has one thing in it that is not of its type."""
    kind = kind.removeprefix("*")
    below = NAMED.get(kind, kind)
    yield 5 if below == "string" or kind == WORDS or kind in STRUCTS else "x"
    if kind in STRUCTS:
        for name, of in STRUCTS[kind].items():
            if of.startswith(EMBEDDED):
                yield from (value for value in wrong(of.removeprefix(EMBEDDED)) if isinstance(value, dict))
            else:
                yield from ({name: value} for value in wrong(of))
    elif below.startswith("map[string]"):
        yield from ({"key": value} for value in wrong(below.removeprefix("map[string]")))
    elif below.startswith("[") or kind == WORDS:
        yield from ([value] for value in wrong(below.partition("]")[2] or "string"))
        yield {}
    elif below not in ("string", "bool"):
        yield from (1.5, 1e30, 10**30, True, [], {})


@pytest.mark.parametrize("path", CALLS)
def test_a_wrong_type_is_told_in_the_same_words(
    marina: NativeEngine, dockerd: ReferenceDocker, path: str
) -> None:
    found = []
    for body in [*NOT_BODIES, *wrong(CALLS[path])]:
        ours, theirs = (engine.request("POST", path, body=body) for engine in (marina, dockerd))
        if (ours.status, ours.message) != (theirs.status, theirs.message):
            found.append(f"{body}\n    ours:   {ours.message}\n    theirs: {theirs.message}")
    assert not found, "\n" + "\n".join(found)


def test_no_json_is_told_in_the_same_words(marina: NativeEngine, dockerd: ReferenceDocker) -> None:
    for text in NO_JSON:
        ours, theirs = (
            engine.request(
                "POST", "/containers/create", body=text.encode(), headers={"Content-Type": "application/json"}
            )
            for engine in (marina, dockerd)
        )
        assert (text, ours.status, ours.message) == (text, theirs.status, theirs.message)


def test_fields_are_known_by_their_names_in_any_case(engine: ApiClient) -> None:
    wish = {"image": "busybox", "cmd": "one word", "ENV": ["A=b"], "hostconfig": {"shmsize": 2**20}}
    made = engine.request("POST", "/containers/create", body=wish).json["Id"]
    try:
        shown = engine.request("GET", f"/containers/{made}/json").json
        assert (shown["Config"]["Cmd"], shown["HostConfig"]["ShmSize"]) == (["one word"], 2**20)
        assert "A=b" in shown["Config"]["Env"]
    finally:
        engine.request("DELETE", f"/containers/{made}")
