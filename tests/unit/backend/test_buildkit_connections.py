"""Connections that BuildKit's protocol runs on: what they receive is passed on and not described."""

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived
from hyperframe import frame

import backend.buildkit.connections  # noqa: F401 - what it makes of the library is tried

REQUEST = [(":method", "POST"), (":path", "/"), (":scheme", "http"), (":authority", "here")]
FILE = b"a file"


def test_received_data_is_not_written_out_for_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[bytes | None] = []

    def describe(data: bytes | None) -> str:
        described.append(data)
        return ""

    monkeypatch.setattr(frame, "_raw_data_repr", describe)
    client, server = (H2Connection(H2Configuration(client_side=side)) for side in (True, False))
    client.initiate_connection()
    client.send_headers(1, REQUEST)
    client.send_data(1, FILE)
    events = server.receive_data(client.data_to_send())
    assert [event.data for event in events if isinstance(event, DataReceived)] == [FILE]
    assert FILE not in described
