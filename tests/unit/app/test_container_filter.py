"""The words of the containers' filter."""

import pytest

from app.services.engine.engine_types import Container, ContainerState
from app.services.engine.port_types import Port
from app.viewmodels.containers.container_filter import parse_filter, searched_text
from app.viewmodels.containers.container_rows import ContainerRow

LABELS = {
    "com.docker.compose.project": "shop",
    "com.docker.compose.depends_on": "queue:service_started",
    "team": "checkout",
}
ROW = ContainerRow(
    Container(
        "0123456789ab" + "0" * 52,
        "shop-web-1",
        "nginx:1.27",
        ContainerState.RUNNING,
        ports=(Port(80, "tcp", 8080),),
        labels=LABELS,
    )
)


@pytest.mark.parametrize(
    ("needle", "fits"),
    [
        ("web nginx", True),
        ("nginx:1.2", True),
        ("0123456", True),
        ("8080", True),
        ("checkout", True),
        ("queue", False),  # what compose notes for itself is nobody's word
        ("web mysql", False),
        ("name:web", True),
        ("name:nginx", False),
        ("image:NGINX", True),
        ("image:web", False),
        ("port:80", True),
        ("port:81", False),
        ("label:team=check", True),
        ("label:web", False),
        ("is:running", True),
        ("is:run name:shop", True),
        ("is:stopped", False),
        ("is:paused", False),
    ],
)
def test_words(needle: str, fits: bool) -> None:
    accepts = parse_filter(needle, searched_text)
    assert accepts is not None
    assert accepts(ROW) is fits


def test_a_word_that_is_not_finished_filters_nothing() -> None:
    assert parse_filter(" name: is: ", searched_text) is None
    accepts = parse_filter("nginx:", searched_text)
    assert accepts is not None
    assert accepts(ROW)


@pytest.mark.parametrize(
    ("state", "word"), [(ContainerState.EXITED, "stopped"), (ContainerState.PAUSED, "paused")]
)
def test_states(state: ContainerState, word: str) -> None:
    accepts = parse_filter(f"is:{word}", searched_text)
    running = parse_filter("is:running", searched_text)
    assert accepts is not None
    assert running is not None
    row = ContainerRow(Container("1" * 64, "db", "postgres", state))
    assert accepts(row)
    assert not running(row)
