"""What the desktop's client expects of an engine; each engine's tests derive a class from it."""

import threading
import uuid
from collections.abc import Callable, Iterator

import pytest

from app.services.containers.run_options import RunOptions
from app.services.engine.engine_client import EngineClient, read_exit_code
from app.services.engine.engine_events import EventFeed
from app.services.engine.engine_types import Container, ContainerState, Event, Port
from app.services.engine.stream_frames import STDERR, STDOUT
from app.services.errors import CancelledError, ErrorCode, MarinaError, Task
from app.services.explain import explain
from app.services.images.pull_progress import LayerState


class ClientContract:
    """Needs the fixtures `client`, `image` (with busybox's commands) and `pullable` (a reference)."""

    @pytest.fixture
    def name(self, client: EngineClient) -> Iterator[str]:
        """A container's name that is free, and free again after the test."""
        chosen = f"contract-{uuid.uuid4().hex[:8]}"
        yield chosen
        for row in client.list_containers():
            if row.name == chosen:
                client.remove_container(row.id, force=True, volumes=True)

    def test_version_and_info(self, client: EngineClient) -> None:
        client.ping()
        assert client.version().api_version
        assert client.info().cpus > 0

    def test_a_container_from_creation_to_removal(self, client: EngineClient, image: str, name: str) -> None:
        options = RunOptions(
            image, name, environment=(("A", "b=c"),), command=("sleep", "60"), labels={"x": "y"}
        )
        id = client.create_container(options)
        assert self._row(client, id).state is ContainerState.CREATED
        client.start_container(id)
        client.start_container(id)
        row = self._row(client, id)
        assert (row.name, row.image, row.state) == (name, image, ContainerState.RUNNING)
        assert row.labels["x"] == "y"  # beside those of the image
        details = client.inspect_container(name)
        assert ("A", "b=c") in details.environment
        assert details.started > 0
        client.kill_container(id)
        assert client.wait_container(id) == 137
        assert self._row(client, id).state is ContainerState.EXITED
        client.remove_container(name)
        assert all(row.id != id for row in client.list_containers())

    @pytest.mark.parametrize(("command", "code"), [(("true",), 0), (("sh", "-c", "exit 3"), 3)])
    def test_exit_codes(
        self, client: EngineClient, image: str, name: str, command: tuple[str, ...], code: int
    ) -> None:
        id = client.create_container(RunOptions(image, name, command=command))
        with client.open_wait(id) as waiting:
            client.start_container(id)
            assert read_exit_code(waiting) == code

    def test_a_published_port_is_told(self, client: EngineClient, image: str, name: str) -> None:
        client.create_container(RunOptions(image, name, (Port(80),), command=("sleep", "60")))
        client.start_container(name)
        (port,) = client.inspect_container(name).ports[:1]
        assert port.container_port == 80
        assert port.host_port
        assert next(row for row in client.list_containers() if row.name == name).url.endswith(
            str(port.host_port)
        )

    def test_logs_of_both_streams(self, client: EngineClient, image: str, name: str) -> None:
        command = ("sh", "-c", "echo one; echo two >&2; echo three")
        client.create_container(RunOptions(image, name, command=command))
        client.start_container(name)
        client.wait_container(name)
        with client.logs(name) as log:
            lines = [line for batch in log.batches() for line in batch]
        assert sorted((line.text, line.is_error) for line in lines) == [
            ("one", False),
            ("three", False),
            ("two", True),
        ]
        with client.logs(name, tail=1, timestamps=True) as log:
            (line,) = [line for batch in log.batches() for line in batch]
        assert line.time.startswith("20")

    def test_a_followed_log_ends_with_the_container(
        self, client: EngineClient, image: str, name: str
    ) -> None:
        client.create_container(RunOptions(image, name, command=("sleep", "60")))
        client.start_container(name)
        with client.logs(name, follow=True) as log:
            threading.Timer(0.2, client.kill_container, [name]).start()
            assert list(log.batches()) == []

    def test_cancelling_a_followed_log(self, client: EngineClient, image: str, name: str) -> None:
        client.create_container(RunOptions(image, name, command=("sleep", "60")))
        client.start_container(name)
        with client.logs(name, follow=True) as log:
            threading.Timer(0.2, log.cancel).start()
            with pytest.raises(CancelledError):
                list(log.batches())

    def test_attach_carries_input_and_its_end(self, client: EngineClient, image: str, name: str) -> None:
        options = RunOptions(image, name, command=("cat",), open_stdin=True, attach=True)
        client.create_container(options)
        with client.attach(name, tty=False, stdin=True) as stream:
            client.start_container(name)
            stream.write(b"hello")
            stream.close_input()
            assert b"".join(data for _, data in stream.output()) == b"hello"
        assert client.wait_container(name) == 0

    def test_exec(self, client: EngineClient, image: str, name: str) -> None:
        client.create_container(RunOptions(image, name, command=("sleep", "60")))
        client.start_container(name)
        id = client.create_exec(name, ["sh", "-c", "echo out; echo err >&2; exit 7"])
        with client.start_exec(id, tty=False) as stream:
            output = list(stream.output())
        assert b"".join(data for number, data in output if number == STDOUT) == b"out\n"
        assert b"".join(data for number, data in output if number == STDERR) == b"err\n"
        assert client.exec_exit_code(id) == 7

    def test_events_tell_of_a_life(self, client: EngineClient, image: str, name: str) -> None:
        connected, died = threading.Event(), threading.Event()
        actions: list[str] = []

        def on_events(events: list[Event]) -> None:
            for event in events:
                if event.type == "container" and event.attributes.get("name") == name:
                    actions.append(event.action)
                    if event.action == "die":
                        died.set()

        feed = EventFeed(client, connected.set, on_events)
        feed.start()
        try:
            assert connected.wait(60)
            client.create_container(RunOptions(image, name, command=("true",)))
            client.start_container(name)
            assert died.wait(60)
        finally:
            feed.stop()
        assert [action for action in actions if action in ("create", "start", "die")] == [
            "create",
            "start",
            "die",
        ]

    def test_a_pull_from_a_registry(self, client: EngineClient, pullable: str) -> None:
        with client.pull(pullable) as stream:
            states = list(stream)
        assert states[-1].layers
        assert all(layer.state in (LayerState.DONE, LayerState.PRESENT) for layer in states[-1].layers)
        assert client.inspect_image(pullable).id.startswith("sha256:")

    def test_images_are_tagged_listed_and_removed(self, client: EngineClient, image: str) -> None:
        tag = f"contract/{uuid.uuid4().hex[:8]}:1"
        client.tag_image(image, tag)
        assert any(tag in row.tags for row in client.list_images())
        assert client.remove_image(tag)
        assert not client.has_image(tag)
        assert client.has_image(image)

    def test_refusals_become_sentences(self, client: EngineClient, image: str, name: str) -> None:
        client.create_container(RunOptions(image, name, command=("sleep", "60")))
        client.start_container(name)
        assert self._refusal(lambda: client.create_container(RunOptions(image, name))) is ErrorCode.NAME_TAKEN
        assert (
            self._refusal(lambda: client.create_container(RunOptions("no/such"))) is ErrorCode.IMAGE_NOT_FOUND
        )
        assert self._refusal(lambda: client.remove_container(name)) is ErrorCode.CONTAINER_RUNNING
        assert self._refusal(lambda: client.start_container("nobody")) is ErrorCode.CONTAINER_NOT_FOUND
        assert self._refusal(lambda: client.inspect_image("no/such")) is ErrorCode.IMAGE_NOT_FOUND

    def test_a_command_that_does_not_exist(self, client: EngineClient, image: str, name: str) -> None:
        client.create_container(RunOptions(image, name, command=("nope",)))
        assert self._refusal(lambda: client.start_container(name)) is ErrorCode.COMMAND_NOT_FOUND

    def test_a_port_that_a_container_holds(self, client: EngineClient, image: str, name: str) -> None:
        client.create_container(RunOptions(image, name, (Port(80),), command=("sleep", "60")))
        client.start_container(name)
        host_port = client.inspect_container(name).ports[0].host_port
        other = client.create_container(
            RunOptions(image, ports=(Port(80, host_port=host_port),), command=("sleep", "60"))
        )
        try:
            assert self._refusal(lambda: client.start_container(other)) is ErrorCode.PORT_TAKEN
        finally:
            client.remove_container(other, force=True)

    @staticmethod
    def _row(client: EngineClient, id: str) -> Container:
        return next(row for row in client.list_containers() if row.id == id)

    @staticmethod
    def _refusal(request: Callable[[], object]) -> ErrorCode:
        with pytest.raises(MarinaError) as caught:
            request()
        return explain(caught.value, task=Task.RUN).code
