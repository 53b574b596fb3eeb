"""Rows out of JSON: right ones, and hostile ones."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.engine.engine_types import (
    Container,
    ContainerDetails,
    ContainerState,
    EngineInfo,
    EngineVersion,
    Event,
    Image,
    ImageDetails,
    Port,
    Volume,
    parse_time,
)
from app.services.engine.port_types import parse_port_key

SUMMARY = {
    "Id": "8dfafdbc3a40aaaaaaaaaaaaaaaa",
    "Names": ["/web"],
    "Image": "nginx:1",
    "ImageID": "sha256:d74508fb6632",
    "Command": "nginx",
    "Created": 1367854155,
    "State": "running",
    "Status": "Up 2 minutes",
    "Ports": [
        {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"PrivatePort": 443, "Type": "tcp"},
    ],
    "Labels": {"com.docker.compose.project": "shop"},
}


def test_a_container_row() -> None:
    row = Container.from_json(SUMMARY)
    assert (row.name, row.short_id, row.state) == ("web", "8dfafdbc3a40", ContainerState.RUNNING)
    assert row.published_ports == (Port(80, "tcp", 8080, "0.0.0.0"),)
    assert row.url == "http://localhost:8080"
    assert row.compose_project == "shop"


@pytest.mark.parametrize(
    ("port", "url"),
    [
        (Port(80, "tcp", 80), "http://localhost"),
        (Port(80, "tcp", 8080, "127.0.0.1"), "http://localhost:8080"),
        (Port(80, "tcp", 8080, "192.168.1.2"), "http://192.168.1.2:8080"),
        (Port(80, "tcp", 8080, "fd00::1"), "http://[fd00::1]:8080"),
        (Port(443, "tcp", 8443), "https://localhost:8443"),
        (Port(53, "udp", 5353), ""),
        (Port(80), ""),
    ],
)
def test_what_a_browser_opens(port: Port, url: str) -> None:
    assert port.url == url


@pytest.mark.parametrize("key", ["", "x/tcp", "0/tcp", "65536/tcp", "-1", "99999999999/tcp", "８０/tcp"])
def test_what_is_no_port(key: str) -> None:
    assert parse_port_key(key) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1367854155, 1367854155.0),
        ("2026-01-02T03:04:05.123456789Z", 1767323045.123456),
        ("2026-01-02T03:04:05Z", 1767323045.0),
        ("2026-01-02T05:04:05+02:00", 1767323045.0),
        ("0001-01-01T00:00:00Z", 0.0),
        ("yesterday", 0.0),
        (None, 0.0),
        (True, 0.0),
    ],
)
def test_times(value: object, seconds: float) -> None:
    assert parse_time(value) == pytest.approx(seconds)


def test_an_image_without_tags_dangles() -> None:
    row = Image.from_json({"Id": "sha256:" + "ab" * 32, "RepoTags": ["<none>:<none>"]})
    assert row.tags == ()
    assert row.name == "abababababab"


def test_a_state_of_the_future() -> None:
    assert Container.from_json({"State": "hibernating"}).state is ContainerState.UNKNOWN


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*SUMMARY, "Config", "Env", "ExposedPorts", "State", "NetworkSettings", "80/tcp"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_answer_makes_a_row_crash(value: Any) -> None:
    kinds = (Container, ContainerDetails, Image, ImageDetails, Volume, Event, EngineVersion, EngineInfo)
    for kind in kinds:
        kind.from_json(value)
    Container.from_json(value).url  # noqa: B018 - properties must hold for all rows, too
