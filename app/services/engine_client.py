"""Speaks the Docker Engine API through the engine's socket: what both window and command line ask for.

Methods may be called from any thread and block up to the timeouts; call them from a worker, not from the GUI.
All raise EngineUnreachableError, EngineTimeoutError, ConnectionLostError, BadAnswerError, or, when the engine
refuses, EngineRequestError; `errors.explain` makes a sentence of any of them.
"""

import http.client
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode

import requests

from app.services.engine_streams import HijackedStream, JsonStream, LogStream, PullStream
from app.services.engine_transport import SocketAdapter, StreamConnection
from app.services.engine_types import (
    Container,
    ContainerDetails,
    EngineInfo,
    EngineVersion,
    Image,
    ImageDetails,
    Volume,
)
from app.services.errors import (
    BadAnswerError,
    ConnectionLostError,
    EngineRequestError,
    EngineTimeoutError,
    EngineUnreachableError,
)
from app.services.json_values import as_object, get_list, get_number, get_object, get_text
from app.services.reference import parse_reference
from app.services.run_options import RunOptions

API_VERSION = "1.44"
CONNECT_TIMEOUT = 3.0
READ_TIMEOUT = 30.0
LONGEST_ERROR = 1024 * 1024


class EngineClient:
    """One engine behind one socket; a context manager that closes its kept connections."""

    def __init__(
        self,
        socket_path: str | os.PathLike[str],
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        self.socket_path = os.fspath(socket_path)
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._session = requests.Session()
        self._session.trust_env = False  # the user's HTTP_PROXY is not for a socket of this machine
        self._session.mount("http://", SocketAdapter(self.socket_path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    # --- system -------------------------------------------------------------------------------------------

    def ping(self, timeout: float | None = None) -> None:
        """Return when the engine answers; `timeout` in seconds replaces the read timeout."""
        self._request("GET", "/_ping", timeout=timeout)

    def version(self) -> EngineVersion:
        """Return `GET /version`."""
        return EngineVersion.from_json(self._json("GET", "/version"))

    def info(self) -> EngineInfo:
        """Return `GET /info`."""
        return EngineInfo.from_json(self._json("GET", "/info"))

    def events(self, since: float | None = None) -> JsonStream:
        """Open `GET /events`; `engine_events.EventFeed` is the reader that survives a lost connection."""
        return JsonStream(*self._open("GET", "/events", {"since": f"{since:.9f}" if since else ""}))

    # --- containers ---------------------------------------------------------------------------------------

    def list_containers(
        self, all: bool = True, filters: Mapping[str, list[str]] | None = None
    ) -> list[Container]:
        """Return the containers, stopped ones too unless `all` is false."""
        query = {"all": "1" if all else "0", "filters": json.dumps(filters) if filters else ""}
        return [Container.from_json(row) for row in self._json_list("GET", "/containers/json", query)]

    def inspect_container(self, container: str) -> ContainerDetails:
        """Return everything about one container, by name or id."""
        return ContainerDetails.from_json(self._json("GET", f"/containers/{quote(container, safe='')}/json"))

    def create_container(self, options: RunOptions) -> str:
        """Create a container and return its id. The image must be there."""
        query = {"name": options.name, "platform": options.platform}
        answer = self._json("POST", "/containers/create", query, options.to_create_body())
        if not (id := get_text(answer, "Id")):
            raise BadAnswerError("the engine created a container and did not say which")
        return id

    def start_container(self, container: str) -> None:
        """Start it; one that runs already is fine."""
        self._container_action(container, "start")

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

    def kill_container(self, container: str, signal: str = "") -> None:
        """Send a signal ("" is SIGKILL)."""
        self._container_action(container, "kill", {"signal": signal})

    def remove_container(self, container: str, force: bool = False, volumes: bool = False) -> None:
        """Remove it; `force` kills it first, `volumes` removes its anonymous volumes too."""
        query = {"force": "1" if force else "0", "v": "1" if volumes else "0"}
        self._request("DELETE", f"/containers/{quote(container, safe='')}", query)

    def wait_container(self, container: str, condition: str = "not-running") -> int:
        """Block until the container ends ("not-running", "next-exit" or "removed"); return its exit code."""
        with self.open_wait(container, condition) as stream:
            return read_exit_code(stream)

    def open_wait(self, container: str, condition: str = "next-exit") -> JsonStream:
        """Start waiting: once this returns, no exit can be missed. Finish with `read_exit_code`."""
        path = f"/containers/{quote(container, safe='')}/wait"
        return JsonStream(*self._open("POST", path, {"condition": condition}))

    def logs(
        self,
        container: str,
        *,
        follow: bool = False,
        tail: int | None = None,
        timestamps: bool = False,
        since: str = "",
        until: str = "",
    ) -> LogStream:
        """Open a container's log; `tail` is a number of lines (None: all), times are Unix seconds or RFC 3339."""
        tty = self.inspect_container(container).tty
        query = {
            "stdout": "1",
            "stderr": "1",
            "follow": "1" if follow else "0",
            "tail": "all" if tail is None else str(tail),
            "timestamps": "1" if timestamps else "0",
            "since": since,
            "until": until,
        }
        opened = self._open("GET", f"/containers/{quote(container, safe='')}/logs", query)
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
        opened = self._open("POST", f"/containers/{quote(container, safe='')}/attach", query, upgrade=True)
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
        return get_text(self._json("POST", f"/containers/{quote(container, safe='')}/exec", body=body), "Id")

    def start_exec(self, exec_id: str, *, tty: bool) -> HijackedStream:
        """Run a prepared command, connected to its streams."""
        body = {"Detach": False, "Tty": tty}
        return HijackedStream(*self._open("POST", f"/exec/{exec_id}/start", body=body, upgrade=True), tty=tty)

    def start_exec_detached(self, exec_id: str) -> None:
        """Run a prepared command and leave it alone."""
        self._request("POST", f"/exec/{exec_id}/start", body={"Detach": True})

    def resize_exec(self, exec_id: str, rows: int, columns: int) -> None:
        """Tell a command's terminal its size."""
        self._request("POST", f"/exec/{exec_id}/resize", {"h": str(rows), "w": str(columns)})

    def exec_exit_code(self, exec_id: str) -> int | None:
        """Return how a command ended, None while it runs."""
        answer = self._json("GET", f"/exec/{exec_id}/json")
        return None if answer.get("Running") is True else get_number(answer, "ExitCode")

    # --- images and volumes -------------------------------------------------------------------------------

    def list_images(self) -> list[Image]:
        """Return the images."""
        return [Image.from_json(row) for row in self._json_list("GET", "/images/json")]

    def inspect_image(self, image: str) -> ImageDetails:
        """Return everything about one image, by name or id."""
        return ImageDetails.from_json(self._json("GET", f"/images/{quote(image, safe='/:@')}/json"))

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
        """Remove a tag, and the image with its last one; return what was done ("Untagged: …", "Deleted: …")."""
        query = {"force": "1" if force else "0"}
        rows = self._json_list("DELETE", f"/images/{quote(image, safe='/:@')}", query)
        return [f"{action}: {name}" for row in map(as_object, rows) for action, name in row.items()]

    def tag_image(self, image: str, tag: str) -> None:
        """Give an image one more name."""
        reference = parse_reference(tag)
        query = {"repo": reference.repository, "tag": reference.tag or "latest"}
        self._request("POST", f"/images/{quote(image, safe='/:@')}/tag", query)

    def pull(self, reference: str, platform: str = "") -> PullStream:
        """Start to pull an image; iterate the stream to drive it. A name without a tag means "latest"."""
        name = parse_reference(reference)
        query = {
            "fromImage": name.repository,
            "tag": name.digest or name.tag or "latest",
            "platform": platform,
        }
        return PullStream(*self._open("POST", "/images/create", query), reference=reference)

    def load_image(self, path: str | os.PathLike[str]) -> PullStream:
        """Load images from a file that `docker save` wrote; iterate the stream to drive it."""
        file_path = Path(path)
        with file_path.open("rb") as archive:
            headers = {
                "Content-Type": "application/x-tar",
                "Content-Length": str(os.fstat(archive.fileno()).st_size),
            }
            opened = self._open("POST", "/images/load", {"quiet": "0"}, archive, headers)
        return PullStream(*opened, reference=file_path.name)

    def list_volumes(self) -> list[Volume]:
        """Return the volumes."""
        return [Volume.from_json(row) for row in get_list(self._json("GET", "/volumes"), "Volumes")]

    # --- requests -----------------------------------------------------------------------------------------

    def _container_action(
        self, container: str, action: str, query: Mapping[str, str] | None = None, waits: int | None = None
    ) -> None:
        # Stop and restart answer only when the container has ended.
        timeout = self._read_timeout + (waits or 0)
        self._request("POST", f"/containers/{quote(container, safe='')}/{action}", query, timeout=timeout)

    def _json(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: object = None
    ) -> Mapping[str, Any]:
        value = self._decode(self._request(method, path, query, body))
        if not isinstance(value, Mapping):
            raise BadAnswerError(f"{method} {path} did not answer with a JSON object")
        return value

    def _json_list(self, method: str, path: str, query: Mapping[str, str] | None = None) -> list[Any]:
        value = self._decode(self._request(method, path, query))
        if not isinstance(value, list):
            raise BadAnswerError(f"{method} {path} did not answer with a JSON array")
        return value

    @staticmethod
    def _decode(response: requests.Response) -> Any:
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            raise BadAnswerError(f"not JSON: {response.content[:200]!r}") from error

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float | None = None,
    ) -> requests.Response:
        url = "http://engine" + self._target(path, query)
        limits = (self._connect_timeout, timeout if timeout is not None else self._read_timeout)
        attempts = 2 if method == "GET" else 1  # a kept connection may have died with the engine's last run
        while True:
            attempts -= 1
            try:
                response = self._session.request(method, url, json=body, timeout=limits)
                break
            except requests.exceptions.ConnectTimeout as error:
                raise EngineUnreachableError(f"{self.socket_path}: no answer to connecting") from error
            except requests.exceptions.ReadTimeout as error:
                raise EngineTimeoutError(f"{method} {path}: no answer within {limits[1]:.0f} s") from error
            except requests.exceptions.ConnectionError as error:
                if _is_refusal(error):
                    raise EngineUnreachableError(str(_root_cause(error))) from error
                if not attempts:
                    raise ConnectionLostError(f"{method} {path}: {_root_cause(error)}") from error
            except requests.exceptions.RequestException as error:
                raise ConnectionLostError(f"{method} {path}: {_root_cause(error)}") from error
        if response.status_code >= 400:
            raise _refusal(response.status_code, response.content)
        return response

    def _open(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        upgrade: bool = False,
    ) -> tuple[StreamConnection, http.client.HTTPResponse]:
        """Send a request on a connection of its own and return it once the answer's header is there."""
        sent = dict(headers or {})
        if upgrade:
            sent |= {"Connection": "Upgrade", "Upgrade": "tcp"}
        if isinstance(body, Mapping):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        connection = StreamConnection(self.socket_path, self._connect_timeout)
        try:
            connection.request(method, self._target(path, query), body=body, headers=sent)  # type: ignore[arg-type]
            response = connection.getresponse()
            if response.status >= 400:
                raise _refusal(response.status, response.read(LONGEST_ERROR))
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ConnectionLostError(f"{method} {path}: {error}") from error
        except BaseException:
            connection.close()
            raise
        return connection, response

    @staticmethod
    def _target(path: str, query: Mapping[str, str] | None) -> str:
        filled = {name: value for name, value in (query or {}).items() if value}
        version = "" if path == "/_ping" else f"/v{API_VERSION}"
        return version + path + (f"?{urlencode(filled)}" if filled else "")


def read_exit_code(stream: JsonStream) -> int:
    """Read the answer of a wait and return the exit code."""
    for message in stream.messages():
        if failure := get_text(get_object(message, "Error"), "Message"):
            raise EngineRequestError(0, failure)
        return get_number(message, "StatusCode")
    raise ConnectionLostError("the engine stopped waiting for the container")


def _refusal(status: int, content: bytes) -> EngineRequestError:
    """Return the engine's refusal in its own words; an answer without any says so."""
    try:
        message = get_text(as_object(json.loads(content)), "message")
    except (ValueError, RecursionError):
        message = content[:1000].decode("utf-8", "replace").strip()
    return EngineRequestError(status, message or f"HTTP status {status} without a message")


def _root_cause(error: BaseException) -> BaseException:
    """Return the innermost failure that requests and urllib3 wrapped."""
    seen = {id(error)}
    while True:
        inner = getattr(error, "reason", None) or error.__cause__ or error.__context__
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        if not isinstance(inner, BaseException) or id(inner) in seen:
            return error
        seen.add(id(inner))
        error = inner


def _is_refusal(error: BaseException) -> bool:
    """Return whether the connection was never made."""
    return "NewConnectionError" in repr(error) or isinstance(_root_cause(error), FileNotFoundError)
