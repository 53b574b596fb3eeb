"""Whatever is asked, in whatever form: the answer is no failure of the engine's own."""

import os
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.contract.odd_requests import BODIES, bodies, headers, targets
from tests.support.api_reference import ReferenceCall, reference_calls
from tests.support.native_engine import NativeEngine

EXAMPLES, WITH_BODY = 20, 150
"""For each call, and for each whose body has many fields; all of them take about half a minute."""

TIMES = int(os.environ.get("MARINA_ODD_REQUESTS", "1"))
"""Many times as many, when run by hand; each number takes other ones."""

NOT_OURS = ("/images/create", "/images/search", "/auth", "/distribution/{name}/json", "/images/{name}/push")
"""Calls that talk to registries: that one cannot be reached is its failure, not the engine's."""

AS_DOCKER = ("is not connected to the network", "is not connected to network")
"""Refusals that dockerd has with status 500."""


@pytest.fixture(scope="module")
def watched(marina: NativeEngine) -> Iterator[NativeEngine]:
    """Our engine; nothing of what is asked may end up in its log as an exception."""
    log = marina.state / "engine.log"
    before = log.stat().st_size
    yield marina
    for kind in ("containers/json?all=1", "networks", "volumes"):
        _remove_all(marina, kind)
    with log.open("rb") as file:
        file.seek(before)
        text = file.read().decode(errors="replace")
    assert "ERROR backend" not in text, text[text.index("ERROR backend") :][:4000]


def _remove_all(engine: NativeEngine, path: str) -> None:
    kind = path.partition("/")[0]
    found = engine.request("GET", f"/{path}").json
    for item in found["Volumes"] or [] if kind == "volumes" else found:
        name = item["Name"] if kind == "volumes" else item["Id"]
        engine.request("DELETE", f"/{kind}/{name}", query={"force": "1", "v": "1"})


def provide(engine: NativeEngine) -> None:
    """See that what the requests are about is there."""
    for name in ("odd", "odd-running"):
        body = {"Image": "busybox", "Cmd": ["sleep", "100000"], "StopSignal": "SIGKILL"}
        engine.request("POST", "/containers/create", body=body, query={"name": name})
    engine.request("POST", "/containers/odd-running/start")
    engine.request("POST", "/volumes/create", body={"Name": "odd-volume"})
    engine.request("POST", "/networks/create", body={"Name": "odd-network"})
    engine.request("POST", "/images/create", query={"fromImage": "busybox", "tag": "latest"})


@pytest.mark.parametrize("call", reference_calls(), ids=str)
def test_no_failure_of_our_own(watched: NativeEngine, call: ReferenceCall) -> None:
    provide(watched)

    @seed(zlib.crc32(f"{TIMES} {call}".encode()))
    @settings(
        max_examples=TIMES * (WITH_BODY if call.path in BODIES else EXAMPLES),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        target, body = data.draw(targets(call)), data.draw(bodies(call))
        answer = watched.first_bytes(call.method, target, data.draw(headers(call)), body)
        assert answer.startswith("HTTP/1."), answer
        status = int(answer.split(" ", 2)[1])
        refused = status in (501, 503) or any(text in answer for text in AS_DOCKER)
        assert status < 500 or refused or (call.path in NOT_OURS and "internal error" not in answer), answer

    check()
    assert watched.answers()
