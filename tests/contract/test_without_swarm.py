"""Swarm and plugins, asked of an engine that has none of them."""

from typing import Any

import pytest

from tests.contract.comparison import text_of
from tests.support.api_client import ApiClient

NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node '
    "to swarm and try again."
)
NUMBER = 'strconv.ParseUint: parsing "": invalid syntax'

KINDS = ("nodes", "services", "tasks", "secrets", "configs")
CALLS = [
    *(("GET", f"/{kind}", 503, NO_MANAGER) for kind in KINDS),
    *(("GET", f"/{kind}/x", 503, NO_MANAGER) for kind in KINDS),
    *(("DELETE", f"/{kind}/x", 503, NO_MANAGER) for kind in KINDS if kind != "tasks"),
    ("GET", "/nodes?filters=x", 400, "invalid filter"),
    ("POST", "/services/create", 503, NO_MANAGER),
    ("POST", "/secrets/create", 503, NO_MANAGER),
    ("POST", "/configs/create", 503, NO_MANAGER),
    ("POST", "/nodes/x/update?version=1", 503, NO_MANAGER),
    ("POST", "/nodes/x/update", 400, f"invalid node version '': {NUMBER}"),
    ("POST", "/services/x/update", 400, f"invalid service version '': {NUMBER}"),
    ("POST", "/secrets/x/update", 400, "invalid secret version"),
    ("POST", "/configs/x/update", 400, "invalid config version"),
    ("GET", "/services/x/logs?stdout=1", 503, NO_MANAGER),
    ("GET", "/tasks/x/logs?stderr=1", 503, NO_MANAGER),
    ("GET", "/swarm", 503, NO_MANAGER),
    ("GET", "/swarm/unlockkey", 503, NO_MANAGER),
    ("POST", "/swarm/unlock", 503, NO_MANAGER),
    ("POST", "/swarm/update?version=1", 503, NO_MANAGER),
    ("POST", "/swarm/update", 400, f"invalid swarm version '': {NUMBER}"),
    ("POST", "/swarm/leave", 503, "This node is not part of a swarm"),
    ("PUT", "/volumes/x", 503, "volume update only valid for cluster volumes, but swarm is unavailable"),
    ("GET", '/plugins?filters={"bad":["x"]}', 400, "invalid filter 'bad'"),
    ("GET", "/plugins/x/json", 404, 'plugin "x" not found'),
    ("DELETE", "/plugins/x", 404, 'plugin "x" not found'),
    ("POST", "/plugins/x/enable?timeout=1", 404, 'plugin "x" not found'),
    ("POST", "/plugins/x/disable", 404, 'plugin "x" not found'),
    ("POST", "/plugins/x/push", 404, 'plugin "x" not found'),
    ("POST", "/plugins/x/set", 404, 'plugin "x" not found'),
    ("POST", "/session", 400, "no upgrade proto in request"),
]


@pytest.mark.parametrize(("method", "path", "status", "message"), CALLS)
def test_answer(engine: ApiClient, method: str, path: str, status: int, message: str) -> None:
    bodies: dict[str, Any] = {"/session": None, "/plugins/x/set": []}
    body = bodies.get(path, {}) if method in ("POST", "PUT") else None
    answer = engine.request(method, path.replace('"', "%22"), body=body)
    assert (answer.status, text_of(answer)) == (status, message)


def test_there_are_no_plugins(engine: ApiClient) -> None:
    assert engine.request("GET", "/plugins").json == []


def test_what_a_swarm_would_change_is_refused(marina: ApiClient) -> None:
    for path in ("/swarm/init", "/swarm/join"):
        answer = marina.request("POST", path, body={"ListenAddr": "127.0.0.1:2377"})
        assert (answer.status, "swarm mode is not supported" in answer.message) == (501, True)
    for path in ("/plugins/pull?remote=x", "/plugins/create?name=x"):
        answer = marina.request("POST", path, body=b"")
        assert (answer.status, "plugins are not supported" in answer.message) == (501, True)
