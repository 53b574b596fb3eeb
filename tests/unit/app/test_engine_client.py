"""The client against an engine that behaves, and one that fails in every way."""

import socket
import threading
from pathlib import Path

import pytest

from app.services.containers.run_options import RunOptions
from app.services.engine import engine_client
from app.services.engine.engine_client import EngineClient, read_exit_code
from app.services.engine.engine_types import ContainerState, Port
from app.services.errors import (
    BadAnswerError,
    CancelledError,
    ConnectionLostError,
    EngineRequestError,
    EngineTimeoutError,
    EngineUnreachableError,
    UserError,
)
from tests.fakes.fake_engine import FakeEngine
from tests.fakes.fake_state import FakeVolume
from tests.fakes.faults import FaultKind


def test_a_container_lives_its_life(engine: FakeEngine, client: EngineClient) -> None:
    engine.add_image("web:latest", serves="hello")
    id = client.create_container(RunOptions("web", "site", (Port(80),), (("A", "b=c"),)))
    client.start_container(id)
    client.start_container(id)
    (row,) = client.list_containers()
    assert (row.name, row.state, row.image) == ("site", ContainerState.RUNNING, "web")
    assert row.url.startswith("http://localhost:")
    assert len(row.published_ports) == 1
    details = client.inspect_container("site")
    assert details.environment == (("A", "b=c"),)
    assert details.ports[0].container_port == 80
    client.stop_container(id)
    assert client.list_containers(all=False) == []
    client.remove_container(id)
    assert client.list_containers() == []


def test_wait_tells_the_exit_code(engine: FakeEngine, client: EngineClient) -> None:
    engine.add_image("base:latest")
    id = client.create_container(RunOptions("base", command=("sh", "-c", "exit 3")))
    with client.open_wait(id) as waiting:
        client.start_container(id)
        assert read_exit_code(waiting) == 3


def test_a_container_without_id_is_no_container(engine: FakeEngine, client: EngineClient) -> None:
    engine.fail("create", FaultKind.WRONG_JSON)
    with pytest.raises(BadAnswerError):
        client.create_container(RunOptions("base"))


@pytest.mark.parametrize("status", [404, 409, 500])
def test_refusals_carry_the_engines_words(engine: FakeEngine, client: EngineClient, status: int) -> None:
    engine.fail("containers/json", FaultKind.STATUS, status=status, message="so it is")
    with pytest.raises(EngineRequestError) as caught:
        client.list_containers()
    assert (caught.value.status, caught.value.message) == (status, "so it is")


@pytest.mark.parametrize("kind", [FaultKind.HALF_JSON, FaultKind.WRONG_JSON])
def test_answers_that_make_no_sense(engine: FakeEngine, client: EngineClient, kind: FaultKind) -> None:
    engine.fail("containers/json", kind)
    with pytest.raises(BadAnswerError):
        client.list_containers()


def test_an_answer_cut_in_the_middle(engine: FakeEngine, client: EngineClient) -> None:
    engine.fail("containers/json", FaultKind.CUT, times=2)
    with pytest.raises(ConnectionLostError):
        client.list_containers()


def test_a_hanging_engine_times_out(engine: FakeEngine) -> None:
    engine.fail("info", FaultKind.HANG)
    with EngineClient(engine.socket_path, read_timeout=0.2) as client, pytest.raises(EngineTimeoutError):
        client.info()


def test_a_slow_engine_is_waited_for(engine: FakeEngine, client: EngineClient) -> None:
    engine.fail("info", FaultKind.SLOW, seconds=0.3)
    assert client.info().cpus == 2


def test_a_create_and_a_start_are_waited_for_longer_than_an_answer(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_client, "WORK", 200)  # on a busy computer, too
    engine.add_image("base:latest")
    engine.fail("containers/", FaultKind.SLOW, seconds=0.4, times=2)
    with EngineClient(engine.socket_path, read_timeout=0.2) as client:
        client.start_container(client.create_container(RunOptions("base:latest")))


def test_nobody_listens(tmp_path: Path) -> None:
    with EngineClient(tmp_path / "nothing.sock") as client:
        with pytest.raises(EngineUnreachableError, match="nothing.sock"):
            client.ping()
        with pytest.raises(EngineUnreachableError, match="nothing.sock"):
            client.events()


def test_a_stale_socket_counts_as_nobody(short_folder: Path) -> None:
    path = short_folder / "stale.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    with EngineClient(path) as client, pytest.raises(EngineUnreachableError):
        client.ping()


def test_a_restarted_engine_costs_reads_nothing(engine: FakeEngine, client: EngineClient) -> None:
    client.ping()
    engine.stop()
    engine.start()
    client.ping()
    engine.fail("info", FaultKind.CLOSE)  # a kept connection that dies while the request is under way
    assert client.info().cpus == 2


def test_changes_are_never_sent_twice(engine: FakeEngine, client: EngineClient) -> None:
    engine.fail("start", FaultKind.CLOSE)
    with pytest.raises(ConnectionLostError):
        client.start_container("x")
    assert len([line for line in engine.requests if "start" in line]) == 1


def test_connections_are_kept(engine: FakeEngine, client: EngineClient) -> None:
    for _ in range(5):
        client.ping()
    assert len(engine._connections) == 1


def test_the_proxy_of_the_environment_is_not_used(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with EngineClient(engine.socket_path) as client:
        assert client.version().api_version == "1.47"


def test_images(engine: FakeEngine, client: EngineClient) -> None:
    engine.add_image("web:1", exposed=("80/tcp", "53/udp"), environment=("A=b",), volumes=("/data",))
    details = client.inspect_image("web:1")
    assert details.exposed_ports == (Port(53, "udp"), Port(80))
    assert details.environment == (("A", "b"),)
    assert details.volumes == ("/data",)
    client.tag_image("web:1", "localhost:5000/team/web:2")
    assert client.list_images()[0].tags == ("web:1", "localhost:5000/team/web:2")
    with pytest.raises(UserError, match="digest comes with the image"):
        client.tag_image("web:1", f"web@sha256:{'0' * 64}")
    assert client.has_image("localhost:5000/team/web:2")
    assert not client.has_image("other")
    assert client.remove_image("web:1") == ["Untagged: web:1"]
    assert client.remove_image("localhost:5000/team/web:2")[-1].startswith("Deleted: sha256:")
    assert client.list_images() == []


def test_names_cannot_escape_their_path(engine: FakeEngine, client: EngineClient) -> None:
    engine.add_image("web:1")
    for name in ("../images", "a/b?force=1", "x#y"):
        with pytest.raises(EngineRequestError):
            client.inspect_container(name)
    assert all("?" not in line for line in engine.requests)


def test_a_pull_is_followed_to_its_end(engine: FakeEngine, client: EngineClient) -> None:
    engine.offer_image("web:latest")
    with client.pull("web") as stream:
        states = list(stream)
    assert states[-1].fraction == 1.0
    assert (states[-1].current, states[-1].total) == (4000, 4000)
    assert states[-1].layers_done == 2
    assert client.has_image("web")


def test_a_pull_that_the_registry_refuses(engine: FakeEngine, client: EngineClient) -> None:
    with pytest.raises(EngineRequestError, match="pull access denied"):
        client.pull("nothing")
    engine.pull_script = lambda reference: [
        {"status": "Pulling fs layer", "id": "a"},
        {"errorDetail": {"message": "manifest unknown"}, "error": "manifest unknown"},
    ]
    with client.pull("web") as stream, pytest.raises(EngineRequestError, match="manifest unknown"):
        list(stream)


def test_a_pull_cut_mid_chunk(engine: FakeEngine, client: EngineClient) -> None:
    engine.fail("images/create", FaultKind.CUT)
    with client.pull("web") as stream, pytest.raises(ConnectionLostError):
        list(stream)


def test_a_pull_is_cancelled_from_another_thread(engine: FakeEngine, client: EngineClient) -> None:
    engine.offer_image("web:latest")
    engine.pull_pause = 30.0
    with client.pull("web") as stream:
        threading.Timer(0.1, stream.cancel).start()
        with pytest.raises(CancelledError):
            list(stream)
    assert not client.has_image("web")


def test_what_is_cancelled_at_its_last_piece_does_not_end_well(
    client: EngineClient, engine: FakeEngine
) -> None:
    """All of it may be here by then: who writes it into a file must not take it for wanted."""
    engine.add_image("web:latest")
    with client.save_image("web:latest") as stream:
        pieces = stream.chunks()
        assert next(pieces)
        stream.cancel()
        with pytest.raises(CancelledError):
            list(pieces)


def test_what_was_given_up_begins_no_other_stream(engine: FakeEngine, client: EngineClient) -> None:
    client.abort()
    with pytest.raises(CancelledError):
        client.save_image("nginx")
    assert engine.requests == []
    assert client.list_images() == [], "what is short is still asked: it cleans up"


def test_an_archive_is_loaded(engine: FakeEngine, client: EngineClient, tmp_path: Path) -> None:
    archive = tmp_path / "image.tar"
    archive.write_bytes(b"x" * 300_000)
    with client.load_image(archive) as stream:
        assert list(stream)[-1].message == "Loaded image: loaded:latest"
    assert engine.state.images[0].size == 300_000


def test_volumes(engine: FakeEngine, client: EngineClient) -> None:
    engine.state.volumes.append(FakeVolume("data"))
    (volume,) = client.list_volumes()
    assert (volume.name, volume.driver) == ("data", "local")
    assert volume.created > 0
