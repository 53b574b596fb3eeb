"""Speaks the Docker Engine API through the engine's socket: what both window and command line ask for.

Methods may be called from any thread and block up to the timeouts; call them from a worker, not from the GUI.
All raise EngineUnreachableError, EngineTimeoutError, ConnectionLostError, BadAnswerError, or, when the engine
refuses, EngineRequestError; `explain.explain` makes a sentence of any of them.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.services.containers.run_options import RunOptions
from app.services.engine.engine_images import ImageCalls
from app.services.engine.engine_inside import InsideCalls
from app.services.engine.engine_objects import DiskCalls, NetworkCalls, VolumeCalls, VolumeFileCalls
from app.services.engine.engine_streams import HijackedStream, JsonStream, LogStream, PullStream
from app.services.engine.engine_types import (
    Container,
    ContainerDetails,
    EngineInfo,
    EngineVersion,
    Image,
    ImageDetails,
)
from app.services.engine.host_ports import HOST_NETWORK, HostPort, with_host_ports
from app.services.engine.json_values import as_object, get_number, get_object, get_text
from app.services.errors import (
    BadAnswerError,
    ConnectionLostError,
    EngineRequestError,
)
from app.services.images.reference import parse_new_name, parse_reference

WORK = 4
"""How many times as long as for an answer a container's create and start are waited for.

They write to the disk, and a start fills new volumes with the image's files.
"""


class EngineClient(InsideCalls, ImageCalls, VolumeCalls, VolumeFileCalls, NetworkCalls, DiskCalls):
    """One engine behind one socket; a context manager that closes its kept connections."""

    # --- system -------------------------------------------------------------------------------------------

    def ping(self, timeout: float | None = None) -> None:
        """Return when the engine answers; `timeout` in seconds replaces the read timeout."""
        self.request("GET", "/_ping", timeout=timeout)

    def version(self) -> EngineVersion:
        """Return `GET /version`."""
        return EngineVersion.from_json(self.request_object("GET", "/version"))

    def info(self) -> EngineInfo:
        """Return `GET /info`."""
        return EngineInfo.from_json(self.request_object("GET", "/info"))

    def check_registry_login(self, server: str, user: str, password: str) -> str:
        """Let a registry check a user; return the token that it wants instead of the password, or "".

        Raises EngineRequestError when it refuses, or is not reached.
        """
        body = {"serveraddress": server, "username": user, "password": password}
        return get_text(self.request_object("POST", "/auth", body=body), "IdentityToken")

    def events(self, since: float | None = None) -> JsonStream:
        """Open `GET /events`; `engine_events.EventFeed` is the reader that survives a lost connection."""
        return JsonStream(*self.open_stream("GET", "/events", {"since": f"{since:.9f}" if since else ""}))

    # --- containers ---------------------------------------------------------------------------------------

    def list_containers(
        self, all: bool = True, filters: Mapping[str, list[str]] | None = None
    ) -> list[Container]:
        """Return the containers, stopped ones too unless `all` is false."""
        query = {"all": "1" if all else "0", "filters": json.dumps(filters) if filters else ""}
        rows = [Container.from_json(row) for row in self.request_list("GET", "/containers/json", query)]
        if any(row.is_running and HOST_NETWORK in row.networks for row in rows):
            return with_host_ports(rows, self.host_ports())
        return rows

    def host_ports(self) -> list[HostPort]:
        """Return the ports that containers on the host's network listen at, open on the host or refused.

        An engine that does not tell, as Docker's, has none.
        """
        try:
            return list(map(HostPort.from_json, self.request_list("GET", "/marina/host-ports")))
        except EngineRequestError:
            return []

    def authorities(self) -> str:
        """Return the certificates, as PEM, that the engine trusts beside the usual ones.

        An engine that does not tell, as Docker's, has none.
        """
        try:
            return self.request("GET", "/marina/authorities").text
        except EngineRequestError:
            return ""

    def inspect_container(self, container: str) -> ContainerDetails:
        """Return everything about one container, by name or id."""
        return ContainerDetails.from_json(self.request_object("GET", _container_path(container, "json")))

    def create_container(self, options: RunOptions) -> str:
        """Create a container and return its id. The image must be there."""
        return self.create_from_body(options.name, options.to_create_body(), options.platform)

    def create_from_body(self, name: str, body: Mapping[str, Any], platform: str = "") -> str:
        """Create a container from the API's own words and return its id."""
        query = {"name": name, "platform": platform}
        timeout = WORK * self.read_timeout
        answer = self.request_object("POST", "/containers/create", query, body, timeout)
        if not (id := get_text(answer, "Id")):
            raise BadAnswerError("the engine created a container and did not say which")
        return id

    def start_container(self, container: str) -> None:
        """Start it; one that runs already is fine."""
        self._container_action(container, "start", waits=(WORK - 1) * self.read_timeout)

    def stop_container(self, container: str, timeout: int | None = None) -> None:
        """Stop it, killing after `timeout` seconds (None: the container's own limit)."""
        self._container_action(
            container, "stop", {"t": "" if timeout is None else str(timeout)}, waits=timeout
        )

    def restart_container(self, container: str, timeout: int | None = None) -> None:
        """Stop and start it."""
        self._container_action(
            container, "restart", {"t": "" if timeout is None else str(timeout)}, waits=timeout
        )

    def rename_container(self, container: str, name: str) -> None:
        """Give it another name."""
        self._container_action(container, "rename", {"name": name})

    def update_container(self, container: str, limits: Mapping[str, Any]) -> None:
        """Change limits and restart policy of a container as it runs."""
        self.request("POST", _container_path(container, "update"), body=limits)

    def pause_container(self, container: str) -> None:
        """Let its processes stand still."""
        self._container_action(container, "pause")

    def unpause_container(self, container: str) -> None:
        """Let them go on."""
        self._container_action(container, "unpause")

    def kill_container(self, container: str, signal: str = "") -> None:
        """Send a signal ("" is SIGKILL)."""
        self._container_action(container, "kill", {"signal": signal})

    def remove_container(self, container: str, force: bool = False, volumes: bool = False) -> None:
        """Remove it; `force` kills it first, `volumes` removes its anonymous volumes too."""
        query = {"force": "1" if force else "0", "v": "1" if volumes else "0"}
        self.request("DELETE", _container_path(container), query)

    def wait_container(self, container: str, condition: str = "not-running") -> int:
        """Block until the container ends ("not-running", "next-exit" or "removed"); return its exit code."""
        with self.open_wait(container, condition) as stream:
            return read_exit_code(stream)

    def open_wait(self, container: str, condition: str = "next-exit") -> JsonStream:
        """Start waiting: once this returns, no exit can be missed. Finish with `read_exit_code`."""
        path = _container_path(container, "wait")
        return JsonStream(*self.open_stream("POST", path, {"condition": condition}))

    def logs(
        self,
        container: str,
        *,
        follow: bool = False,
        tail: int | None = None,
        timestamps: bool = False,
        since: str = "",
        until: str = "",
        stdout: bool = True,
        stderr: bool = True,
    ) -> LogStream:
        """Open a container's log; `tail` is a number of lines (None: all), times are Unix seconds.

        The engine counts the tail before it leaves a stream out. What a terminal shows is standard output.
        """
        tty = self.inspect_container(container).tty
        query = {
            "stdout": "1" if stdout else "0",
            "stderr": "1" if stderr else "0",
            "follow": "1" if follow else "0",
            "tail": "all" if tail is None else str(tail),
            "timestamps": "1" if timestamps else "0",
            "since": since,
            "until": until,
        }
        opened = self.open_stream("GET", _container_path(container, "logs"), query)
        return LogStream(*opened, tty=tty, timestamps=timestamps)

    def attach(self, container: str, *, tty: bool, stdin: bool, logs: bool = False) -> HijackedStream:
        """Connect to a container's own streams; `tty` says whether it has a terminal."""
        query = {
            "stream": "1",
            "stdin": "1" if stdin else "0",
            "stdout": "1",
            "stderr": "1",
            "logs": "1" if logs else "0",
        }
        opened = self.open_stream("POST", _container_path(container, "attach"), query, upgrade=True)
        return HijackedStream(*opened, tty=tty)

    def resize_container(self, container: str, rows: int, columns: int) -> None:
        """Tell a container's terminal its size."""
        self._container_action(container, "resize", {"h": str(rows), "w": str(columns)})

    # --- exec ---------------------------------------------------------------------------------------------

    def create_exec(
        self,
        container: str,
        command: Iterable[str],
        *,
        tty: bool = False,
        stdin: bool = False,
        environment: Iterable[str] = (),
        user: str = "",
        working_dir: str = "",
        privileged: bool = False,
    ) -> str:
        """Prepare a command in a running container and return the id of the exec."""
        body: dict[str, Any] = {
            "AttachStdin": stdin,
            "AttachStdout": True,
            "AttachStderr": True,
            "Tty": tty,
            "Cmd": list(command),
            "Env": list(environment),
            "Privileged": privileged,
        }
        if user:
            body["User"] = user
        if working_dir:
            body["WorkingDir"] = working_dir
        return get_text(self.request_object("POST", _container_path(container, "exec"), body=body), "Id")

    def start_exec(self, exec_id: str, *, tty: bool, size: tuple[int, int] | None = None) -> HijackedStream:
        """Run a prepared command, connected to its streams; `size` is its terminal's, in rows and columns."""
        body = {"Detach": False, "Tty": tty} | ({"ConsoleSize": list(size)} if size else {})
        return HijackedStream(
            *self.open_stream("POST", f"/exec/{exec_id}/start", body=body, upgrade=True), tty=tty
        )

    def start_exec_detached(self, exec_id: str) -> None:
        """Run a prepared command and leave it alone."""
        self.request("POST", f"/exec/{exec_id}/start", body={"Detach": True})

    def resize_exec(self, exec_id: str, rows: int, columns: int) -> None:
        """Tell a command's terminal its size."""
        self.request("POST", f"/exec/{exec_id}/resize", {"h": str(rows), "w": str(columns)})

    def exec_exit_code(self, exec_id: str) -> int | None:
        """Return how a command ended, None while it runs."""
        answer = self.request_object("GET", f"/exec/{exec_id}/json")
        return None if answer.get("Running") is True else get_number(answer, "ExitCode")

    # --- images ------------------------------------------------------------------------------------------

    def list_images(self) -> list[Image]:
        """Return the images."""
        return [Image.from_json(row) for row in self.request_list("GET", "/images/json")]

    def inspect_image(self, image: str) -> ImageDetails:
        """Return everything about one image, by name or id."""
        return ImageDetails.from_json(self.request_object("GET", _image_path(image, "json")))

    def has_image(self, image: str) -> bool:
        """Return whether the image is on the machine."""
        try:
            self.inspect_image(image)
        except EngineRequestError as error:
            if error.status == 404:
                return False
            raise
        return True

    def remove_image(self, image: str, force: bool = False) -> list[str]:
        """Remove a tag, and the image with its last one; return what was done, as text."""
        query = {"force": "1" if force else "0"}
        rows = self.request_list("DELETE", _image_path(image), query)
        return [f"{action}: {name}" for row in map(as_object, rows) for action, name in row.items()]

    def tag_image(self, image: str, tag: str) -> None:
        """Give an image one more name."""
        reference = parse_new_name(tag)
        query = {"repo": reference.repository, "tag": reference.tag or "latest"}
        self.request("POST", _image_path(image, "tag"), query)

    def pull(self, reference: str, platform: str = "") -> PullStream:
        """Start to pull an image; iterate the stream to drive it. A name without a tag means "latest"."""
        name = parse_reference(reference)
        query = {
            "fromImage": name.repository,
            "tag": name.digest or name.tag or "latest",
            "platform": platform,
        }
        opened = self.open_stream("POST", "/images/create", query, headers=self.login_headers(reference))
        return PullStream(*opened, reference=reference)

    def push(self, reference: str) -> PullStream:
        """Start to push a tag as whoever is signed in at its registry; iterate the stream to drive it."""
        return self.push_image(reference, dict(self.login_headers(reference)))

    def load_image(self, path: str | os.PathLike[str]) -> PullStream:
        """Load images from a file that `docker save` wrote; iterate the stream to drive it."""
        file_path = Path(path)
        with file_path.open("rb") as archive:
            headers = {
                "Content-Type": "application/x-tar",
                "Content-Length": str(os.fstat(archive.fileno()).st_size),
            }
            opened = self.open_stream("POST", "/images/load", {"quiet": "0"}, archive, headers)
        return PullStream(*opened, reference=file_path.name)

    def load_images(self, archive: Iterable[bytes], name: str = "") -> PullStream:
        """Load images from an archive as it comes; iterate the stream to see what the engine does with it."""
        headers = {"Content-Type": "application/x-tar"}
        return PullStream(*self.open_stream("POST", "/images/load", {"quiet": "0"}, archive, headers), name)

    def _container_action(
        self, container: str, action: str, query: Mapping[str, str] | None = None, waits: float | None = None
    ) -> None:
        # Stop and restart answer only when the container has ended.
        timeout = self.read_timeout + (waits or 0)
        self.request("POST", _container_path(container, action), query, timeout=timeout)


def read_exit_code(stream: JsonStream) -> int:
    """Read the answer of a wait and return the exit code."""
    for message in stream.messages():
        if failure := get_text(get_object(message, "Error"), "Message"):
            raise EngineRequestError(0, failure)
        return get_number(message, "StatusCode")
    raise ConnectionLostError("the engine stopped waiting for the container")


def _container_path(container: str, action: str = "") -> str:
    return f"/containers/{quote(container, safe='')}" + (f"/{action}" if action else "")


def _image_path(image: str, action: str = "") -> str:
    return f"/images/{quote(image, safe='/:@')}" + (f"/{action}" if action else "")
