"""docs/engine-api.md says what the running engine answers."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.contract.api_notes import PARTIAL, REFUSED, Note
from tests.contract.api_table import DOCUMENT, render, standing
from tests.engine.container_calls import container, start
from tests.support.api_client import ApiClient
from tests.support.api_reference import ReferenceCall, reference_calls
from tests.support.native_engine import NativeEngine

UPGRADE = {"Connection": "Upgrade", "Upgrade": "h2c"}
NEEDS_ONE = ("/containers/{id}", "/images/{name}", "/networks/{id}", "/volumes/{name}")
"""Calls about something that must be there: what is refused may only be seen then."""


@contextmanager
def subject(engine: ApiClient, path: str) -> Iterator[str]:
    """The name of something that a path is about."""
    kind = next((place for place in NEEDS_ONE if path.startswith(place)), "")
    if kind.startswith("/containers"):
        with container(engine, "sleep", "1000", StopSignal="SIGKILL") as made:
            start(engine, made)
            yield made
    elif kind.startswith("/images"):
        engine.request("POST", "/images/busybox/tag", query={"repo": "table", "tag": "1"})
        yield "table:1"
        engine.request("DELETE", "/images/table:1")
    elif kind:
        kind = kind.split("/")[1]
        engine.request("POST", f"/{kind}/create", body={"Name": "table"})
        yield "table"
        engine.request("DELETE", f"/{kind}/table")
    else:
        yield "nobody"


def ask(engine: ApiClient, call: ReferenceCall) -> tuple[int, str]:
    """Make a call with nothing more than it needs; returns status and text of the answer."""
    with subject(engine, call.path) as name:
        path = call.path.replace("{id}", name).replace("{name}", name)
        body = b"{}" if call.method in ("POST", "PUT") and call.path != "/session" else None
        headers = UPGRADE if call.path == "/session" else None
        head, _, text = engine.first_bytes(call.method, path, headers, body).partition("\r\n\r\n")
    return int(head.split(" ", 2)[1]), text


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == render(), "run `python -m tests.contract.api_table`"


@pytest.mark.parametrize("call", reference_calls(), ids=str)
def test_a_line_is_true(marina: NativeEngine, call: ReferenceCall) -> None:
    status, text = ask(marina, call)
    assert "page not found" not in text
    assert (status == 501) is (standing(call) == "refused"), text
    if standing(call) == "no swarm":
        assert status == 503 or (status == 400 and text), text


@pytest.mark.parametrize(
    ("name", "note"),
    [pytest.param(name, note, id=note.text) for name, notes in PARTIAL.items() for note in notes],
)
def test_a_note_is_true(marina: NativeEngine, name: str, note: Note) -> None:
    method, _, path = name.partition(" ")
    with container(marina, "sleep", "100") as made:
        start(marina, made)
        target = path.replace("{id}", made).replace("{name}", "busybox")
        answer = marina.request(method, f"{target}?{note.query}" if note.query else target, body=note.body)
    assert answer.status == 501, answer.body


def test_notes_are_about_calls() -> None:
    names = {str(call) for call in reference_calls()}
    assert names >= REFUSED.keys() | PARTIAL.keys()
