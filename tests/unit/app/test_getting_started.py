"""The first story against a fake engine whose containers really serve a page."""

import http.server
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.services.containers.run_options import RunOptions
from app.services.containers.web_probe import wait_for_page
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import Port
from app.services.errors import ErrorCode, UserError
from app.services.learn import getting_started
from app.services.learn.getting_started import IMAGE, LABEL, GettingStarted, Phase, Progress
from app.services.machine.virtual_machine import StatusCallback
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.faults import FaultKind

PAGE = "<h1>Welcome to Marina</h1>"
Story = Callable[[], GettingStarted]


@pytest.fixture
def seen() -> list[Progress]:
    return []


@pytest.fixture
def story(engine: FakeEngine, seen: list[Progress]) -> Story:
    """Makes stories on the fake engine, which has the image."""
    engine.add_image(f"{IMAGE}:latest", exposed=("80/tcp",), serves=PAGE)

    def start_engine(on_status: StatusCallback, cancelled: threading.Event) -> EngineClient:
        return EngineClient(engine.socket_path, read_timeout=20)

    return lambda: GettingStarted(start_engine, seen.append)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Port 8080 or another one taken by a program that is no container."""
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        yield server.server_address[1]


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return str(answer.read().decode())


def test_from_nothing_to_a_page(engine: FakeEngine, story: Story, seen: list[Progress]) -> None:
    result = story().run()
    assert result.phase is Phase.OPENED
    assert read(result.url) == PAGE
    assert [phase for phase, _ in result.done] == [
        Phase.ENGINE,
        Phase.PULL,
        Phase.CREATE,
        Phase.START,
        Phase.PORT,
    ]
    assert not any("images/create" in line for line in engine.requests)  # it came with the machine
    assert len({progress.phase for progress in seen}) == 6


def test_the_second_time_the_same_container_serves(engine: FakeEngine, story: Story) -> None:
    first = story().run()
    second = story().run()
    assert (second.url, second.container) == (first.url, first.container)
    assert len(engine.state.containers) == 1


def test_a_stopped_container_is_started_again(engine: FakeEngine, story: Story, client: EngineClient) -> None:
    first = story().run()
    client.stop_container(first.container)
    second = story().run()
    assert second.container == first.container
    assert read(second.url) == PAGE


def test_a_stopped_container_whose_port_is_taken_makes_way(
    engine: FakeEngine, story: Story, client: EngineClient, taken_port: int
) -> None:
    port = (Port(80, host_port=taken_port),)
    old = client.create_container(RunOptions(IMAGE, "getting-started", port, labels={LABEL: "1"}))
    result = story().run()
    assert read(result.url) == PAGE
    assert old not in engine.state.containers


def test_a_container_of_the_users_own_is_left_alone(engine: FakeEngine, story: Story) -> None:
    other = engine.add_image("nginx:1")
    mine = engine.add_container("getting-started", other)
    result = story().run()
    assert engine.state.containers[result.container].name == "getting-started-2"
    assert mine.id in engine.state.containers


def test_a_port_lost_at_the_last_moment_is_replaced(engine: FakeEngine, story: Story) -> None:
    engine.fail("POST .*/start", FaultKind.STATUS, status=500, message="port is already allocated")
    result = story().run()
    assert read(result.url) == PAGE
    assert len(engine.state.containers) == 1


def test_a_missing_image_is_pulled(engine: FakeEngine, story: Story, seen: list[Progress]) -> None:
    engine.state.registry[f"{IMAGE}:latest"] = engine.state.images.pop()
    assert read(story().run().url) == PAGE
    assert any(progress.pull is not None and progress.pull.fraction == 1.0 for progress in seen)


def test_a_failed_pull_says_why(engine: FakeEngine, story: Story) -> None:
    engine.state.images.clear()
    with pytest.raises(UserError) as caught:
        story().run()
    assert caught.value.code is ErrorCode.PULL_NOT_FOUND
    assert engine.state.containers == {}


@pytest.mark.parametrize("request_line", ["POST /containers/create", "POST .*/start"])
def test_nothing_half_created_is_left(engine: FakeEngine, story: Story, request_line: str) -> None:
    engine.fail(request_line, FaultKind.STATUS, status=500, message="no space left on device")
    with pytest.raises(UserError) as caught:
        story().run()
    assert caught.value.code is ErrorCode.DISK_FULL
    assert engine.state.containers == {}


def test_a_container_that_ends_at_once_shows_its_log(engine: FakeEngine, story: Story) -> None:
    engine.state.images[0].command = ("sh", "-c", "echo broken; exit 1")
    with pytest.raises(UserError) as caught:
        story().run()
    assert "broken" in caught.value.details
    assert engine.state.containers == {}


def test_a_page_of_another_program_on_the_port_of_an_ended_container_is_not_its_page(
    engine: FakeEngine, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.state.images[0].command = ("sleep", "1000")  # its port is in the list until the port is waited for

    def answers(url: str, seconds: float, worth_waiting: Callable[[], bool]) -> bool:
        (container,) = engine.state.containers.values()
        engine.containers.act(container, "kill", {})
        address = ("127.0.0.1", urlsplit(url).port or 0)
        with http.server.ThreadingHTTPServer(address, http.server.BaseHTTPRequestHandler) as other:
            threading.Thread(target=other.serve_forever, args=(0.02,)).start()
            answered = wait_for_page(url, seconds, worth_waiting)
            other.shutdown()
        return answered

    monkeypatch.setattr(getting_started, "wait_for_page", answers)
    with pytest.raises(UserError):
        story().run()
    assert engine.state.containers == {}


def test_an_engine_that_does_not_answer(tmp_path: Path) -> None:
    tale = GettingStarted(lambda status, cancelled: EngineClient(tmp_path / "none.sock"), lambda told: None)
    with pytest.raises(UserError) as caught:
        tale.run()
    assert caught.value.code is ErrorCode.ENGINE_NOT_RUNNING


def test_cancelling_while_pulling(engine: FakeEngine) -> None:
    engine.offer_image(f"{IMAGE}:latest", serves=PAGE)
    engine.pull_pause = 30.0

    def on_progress(progress: Progress) -> None:
        if progress.pull is not None:
            threading.Thread(target=tale.cancel).start()

    tale = GettingStarted(lambda status, cancelled: EngineClient(engine.socket_path), on_progress)
    with pytest.raises(UserError) as caught:
        tale.run()
    assert caught.value.code is ErrorCode.CANCELLED
    assert engine.state.containers == {}


def test_cancelling_while_waiting_for_the_page(engine: FakeEngine) -> None:
    engine.add_image(f"{IMAGE}:latest", serves=PAGE)

    def on_progress(progress: Progress) -> None:
        if progress.phase is Phase.PORT:
            tale.cancel()

    tale = GettingStarted(lambda status, cancelled: EngineClient(engine.socket_path), on_progress)
    with pytest.raises(UserError) as caught:
        tale.run()
    assert caught.value.code is ErrorCode.CANCELLED
    assert engine.state.containers == {}
