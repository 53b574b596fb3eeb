"""docs/engine-api.md says what the running engine answers."""

from typing import Any

import pytest

from tests.contract.api_notes import PARTIAL, REFUSED, Note
from tests.contract.api_table import DOCUMENT, render, standing
from tests.contract.comparison import text_of
from tests.engine.container_calls import container, start
from tests.support.api_client import ApiClient
from tests.support.api_reference import ReferenceCall, reference_calls
from tests.support.native_engine import NativeEngine

UPGRADE = {"Connection": "Upgrade", "Upgrade": "h2c"}
ENDS = {"/events": "until=1"}
"""What makes a call end by itself."""


def ask(engine: ApiClient, call: ReferenceCall) -> tuple[int, str]:
    """Make a call about nothing that is there; returns status and text of the answer."""
    path = call.path.replace("{id}", "nobody").replace("{name}", "nobody")
    target = f"{path}?{ENDS[path]}" if path in ENDS else path
    body: Any = {} if call.method in ("POST", "PUT") and call.path != "/session" else None
    headers = UPGRADE if call.path == "/session" else None
    answer = engine.request(call.method, target, body=body, headers=headers)
    return answer.status, text_of(answer) if answer.body else ""


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == render(), "run `python -m tests.contract.api_table`"


@pytest.mark.parametrize("call", reference_calls(), ids=str)
def test_a_line_is_true(marina: NativeEngine, call: ReferenceCall) -> None:
    status, text = ask(marina, call)
    assert text != "page not found"
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
