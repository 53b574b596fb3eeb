"""What the walkthroughs of the Learn page use: the engine, a folder of their own, what they left behind."""

import contextlib
import shutil
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from app.services.containers.container_files import run
from app.services.containers.ports import candidate_ports, is_bindable, ports_of_containers
from app.services.containers.run_options import RunOptions, VolumeMount
from app.services.containers.web_probe import wait_for_page
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import Container, ContainerState, Port
from app.services.engine.stream_reader import StreamReader
from app.services.errors import EngineRequestError, ErrorCode, MarinaError, Task, UserError
from app.services.explain import explain
from app.services.learn.getting_started import CONTAINER_PORT, IMAGE

LABEL = "org.marina.learn"
PAGE_SECONDS = 60.0
LOG_LINES = 12
LOG_SECONDS, LOG_PAUSE = 10.0, 0.2
_MOST_BYTES = 64 * 1024  # of a file that is looked at


@dataclass(frozen=True, slots=True)
class Said:
    """What a step brought: the words of its command, and an address to open in the browser."""

    text: str = ""
    url: str = ""


@dataclass
class Classroom:
    """One look at the engine, or one step of a walkthrough. Blocks: use it in a worker."""

    client: EngineClient
    folder: Path
    containers: dict[str, Container] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.look()

    def look(self) -> None:
        """Read anew which containers there are."""
        self.containers = {row.name: row for row in self.client.list_containers()}

    # --- what is true -------------------------------------------------------------------------------------

    def runs(self, name: str) -> bool:
        """Return whether a container runs."""
        return name in self.containers and self.containers[name].is_running

    def has_ended(self, name: str, code: int | None = None) -> bool:
        """Return whether a container has ended, with this exit code if one is given."""
        row = self.containers.get(name)
        if row is None or row.state is not ContainerState.EXITED:
            return False
        return code is None or self.client.inspect_container(name).exit_code == code

    def log(self, name: str) -> str:
        """Return the end of what a container wrote."""
        with self.client.logs(name, tail=LOG_LINES) as stream:
            return "\n".join(line.text for batch in stream.batches() for line in batch)

    def wait_for_log(self, name: str, words: str) -> None:
        """Wait until a container has written something, but not for ever."""
        deadline = time.monotonic() + LOG_SECONDS
        while words not in self.log(name) and time.monotonic() < deadline:
            time.sleep(LOG_PAUSE)

    def file(self, name: str, path: str) -> str:
        """Return what is in a file of a container, "" when it cannot be read."""
        with (
            contextlib.suppress(MarinaError, tarfile.TarError),
            self.client.get_archive(name, path) as stream,
            tarfile.open(fileobj=cast("IO[bytes]", StreamReader(stream)), mode="r|") as archive,
        ):
            for member in archive:
                if (reader := archive.extractfile(member)) is not None:
                    return reader.read(_MOST_BYTES).decode("utf-8", "replace")
        return ""

    def has_volume(self, name: str) -> bool:
        """Return whether a volume exists."""
        return any(volume.name == name for volume in self.client.list_volumes())

    def port(self) -> int:
        """Return the port of this computer that a page of ours is on, or else could be on."""
        ours = (row for row in self.containers.values() if LABEL in row.labels)
        for port in (port for row in ours for port in row.published_ports):
            return cast("int", port.host_port)
        taken = ports_of_containers(self.containers.values())
        free = (port for port in candidate_ports(CONTAINER_PORT) if port not in taken and is_bindable(port))
        return next(free)

    # --- what is done -------------------------------------------------------------------------------------

    def run(
        self,
        name: str,
        command: tuple[str, ...] = (),
        *,
        image: str = IMAGE,
        publish: bool = False,
        environment: tuple[tuple[str, str], ...] = (),
        volumes: tuple[VolumeMount, ...] = (),
    ) -> Said:
        """Create and start a container in place of one of ours with its name; say its id."""
        if image == IMAGE:
            self._fetch_image()
        if (old := self.containers.get(name)) is not None:
            if LABEL not in old.labels:
                raise UserError(
                    f"There is another container called {name}",
                    "No button of a walkthrough has made it, so it stays.",
                    f"Remove it if you do not need it, then try again: docker rm -f {name}",
                    ErrorCode.NAME_TAKEN,
                )
            self.client.remove_container(old.id, force=True, volumes=True)
        ports = (Port(CONTAINER_PORT, host_port=self.port()),) if publish else ()
        options = RunOptions(image, name, ports, environment, volumes, command, labels={LABEL: name})
        id = self.client.create_container(options)
        try:
            self.client.start_container(id)
        except MarinaError:
            with contextlib.suppress(MarinaError):  # the failed start is what counts
                self.client.remove_container(id, force=True, volumes=True)
            raise
        return Said(id[:12])

    def run_to_end(self, name: str, command: tuple[str, ...], volumes: tuple[VolumeMount, ...]) -> Said:
        """Run a container, wait for its end and say what it wrote."""
        self.run(name, command, volumes=volumes)
        code = self.client.wait_container(name)
        if code:
            raise UserError(f"{name} ended with code {code}", self.log(name))
        return Said(self.log(name))

    def execute(self, name: str, command: tuple[str, ...]) -> Said:
        """Run a command in a container. Raises UserError when it fails."""
        code, output, errors = run(self.client, name, command)
        if code:
            raise UserError(f"The command ended with code {code}", errors or output)
        return Said(output)

    def visit(self, name: str) -> Said:
        """Wait for the page of a container, and say where it is."""
        row = self.containers.get(name)
        if row is None or not row.url:
            raise UserError(f"{name} does not run", what_to_do="Start over to have a new one.")

        def still_worth_waiting() -> bool:
            return self.client.inspect_container(row.id).state is ContainerState.RUNNING

        if not wait_for_page(row.url, PAGE_SECONDS, still_worth_waiting):
            raise UserError(f"Nothing answers at {row.url}", self.log(name))
        return Said(row.url, row.url)

    def remove(self, *names: str) -> None:
        """Remove containers; those that are not there are fine."""
        for name in names:
            with _nothing_there():
                self.client.remove_container(name, force=True, volumes=True)

    def remove_ours(self, *names: str) -> None:
        """Remove containers that a walkthrough made, and no others."""
        self.remove(*(name for name in names if LABEL in self._labels(name)))

    def remove_image(self, name: str) -> None:
        """Remove an image; one that is not there is fine."""
        with _nothing_there():
            self.client.remove_image(name)

    def remove_volume(self, name: str) -> None:
        """Remove a volume; one that is not there is fine."""
        with _nothing_there():
            self.client.remove_volume(name)

    def write(self, files: dict[str, str]) -> Said:
        """Write the folder of the walkthrough anew. Raises UserError."""
        try:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            for name, text in files.items():
                (self.folder / name).write_text(text, "utf-8", newline="\n")
        except OSError as error:
            raise UserError("The files cannot be written", str(error)) from error
        return Said("\n".join(str(self.folder / name) for name in files))

    def has_written(self, name: str) -> bool:
        """Return whether a file of the walkthrough is there."""
        return (self.folder / name).is_file()

    def forget_files(self) -> None:
        """Remove the folder of the walkthrough."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _labels(self, name: str) -> dict[str, str]:
        row = self.containers.get(name)
        return dict(row.labels) if row is not None else {}

    def _fetch_image(self) -> None:
        """Have the image of the first story: it comes with Marina, so a pull needs no registry."""
        if self.client.has_image(IMAGE):
            return
        try:
            with self.client.pull(IMAGE) as stream:
                for _ in stream:
                    pass
        except MarinaError as error:
            raise explain(error, IMAGE, Task.PULL) from error


@contextlib.contextmanager
def _nothing_there() -> Iterator[None]:
    try:
        yield
    except EngineRequestError as error:
        if error.status != 404:
            raise
