"""Sends requests to the engine and turns every way they can fail into one of the services' errors."""

import http.client
import json
import os
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Self
from urllib.parse import urlencode

import requests

from app.services.engine.engine_address import shown_address
from app.services.engine.engine_transport import SocketAdapter, StreamConnection
from app.services.engine.json_values import as_object, get_text
from app.services.errors import (
    BadAnswerError,
    CancelledError,
    ConnectionLostError,
    EngineRequestError,
    EngineTimeoutError,
    EngineUnreachableError,
)

API_VERSION = "1.44"
CONNECT_TIMEOUT = 3.0
READ_TIMEOUT = 30.0
LONGEST_ERROR = 1024 * 1024
_UNVERSIONED = ("/_ping", "/version")


class EngineConnections:
    """The connections to one engine; a context manager that closes the kept ones.

    `socket_path` is any address that `engine_address` knows.
    """

    def __init__(
        self,
        socket_path: str | os.PathLike[str],
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        self.socket_path = os.fspath(socket_path)
        self._connect_timeout = connect_timeout
        self.read_timeout = read_timeout
        # What is sent along with a reference to its registry: set where the user's sign-ins are known.
        self.login_headers: Callable[[str], Mapping[str, str]] = lambda reference: {}
        self.build_headers: Callable[[], Mapping[str, str]] = lambda: {}  # for the base images of a build
        self._api_version = API_VERSION
        self._is_aborted = False
        self._streams: weakref.WeakSet[StreamConnection] = weakref.WeakSet()
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

    def agree_on_version(self) -> None:
        """Speak the API of an engine that is older than what we know; others are asked in ours."""
        theirs = get_text(self.request_object("GET", "/version"), "ApiVersion")
        if _number(theirs) < _number(API_VERSION):
            self._api_version = theirs

    def abort(self) -> None:
        """Cut all streams of this client, also those that are still being sent; from any thread.

        It opens no others: who would begin one gets a CancelledError.
        """
        self._is_aborted = True
        for connection in list(self._streams):
            connection.shut_down()

    def request_object(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float | None = None,
    ) -> Mapping[str, Any]:
        """Send a request whose answer is a JSON object; `timeout` as in `request`."""
        value = self._decode(self.request(method, path, query, body, timeout))
        if not isinstance(value, Mapping):
            raise BadAnswerError(f"{method} {path} did not answer with a JSON object")
        return value

    def request_list(
        self, method: str, path: str, query: Mapping[str, str] | None = None, or_null: bool = False
    ) -> list[Any]:
        """Send a request whose answer is a JSON array; `or_null` takes null for an empty one."""
        value = self._decode(self.request(method, path, query))
        if value is None and or_null:
            return []
        if not isinstance(value, list):
            raise BadAnswerError(f"{method} {path} did not answer with a JSON array")
        return value

    @staticmethod
    def _decode(response: requests.Response) -> Any:
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            raise BadAnswerError(f"not JSON: {response.content[:200]!r}") from error

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request and return the whole answer; `timeout` in seconds replaces the read timeout."""
        url = "http://engine" + self._target(path, query)
        limits = (self._connect_timeout, timeout if timeout is not None else self.read_timeout)
        attempts = 2 if method == "GET" else 1  # a kept connection may have died with the engine's last run
        while True:
            attempts -= 1
            try:
                response = self._session.request(
                    method, url, json=body, timeout=limits, headers=dict(headers or {})
                )
                break
            except requests.exceptions.ConnectTimeout as error:
                raise EngineUnreachableError(
                    f"{shown_address(self.socket_path)}: no answer to connecting"
                ) from error
            except requests.exceptions.ReadTimeout as error:
                raise EngineTimeoutError(f"{method} {path}: no answer within {limits[1]:.0f} s") from error
            except requests.exceptions.ConnectionError as error:
                if _is_refusal(error):
                    cause = _root_cause(error)
                    reason = getattr(cause, "strerror", "") or cause
                    raise EngineUnreachableError(f"{shown_address(self.socket_path)}: {reason}") from error
                if not attempts:
                    raise ConnectionLostError(f"{method} {path}: {_root_cause(error)}") from error
            except requests.exceptions.RequestException as error:
                raise ConnectionLostError(f"{method} {path}: {_root_cause(error)}") from error
        if response.status_code >= 400:
            raise _refusal(response.status_code, response.content)
        return response

    def open_stream(
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
        self._streams.add(connection)
        if self._is_aborted:
            raise CancelledError("this was given up")
        try:
            try:
                connection.request(method, self._target(path, query), body=body, headers=sent)  # type: ignore[arg-type]
            except (BrokenPipeError, ConnectionResetError) as error:
                response = _early_answer(connection, error)
            else:
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

    def _target(self, path: str, query: Mapping[str, str] | None) -> str:
        filled = {name: value for name, value in (query or {}).items() if value}
        version = "" if path in _UNVERSIONED else f"/v{self._api_version}"
        return version + path + (f"?{urlencode(filled)}" if filled else "")


def _number(version: str) -> tuple[int, ...]:
    """Return a version such as "1.44" for comparing; what is none is as good as ours."""
    parts = version.split(".")
    return tuple(map(int, parts)) if all(map(str.isdecimal, parts)) else _number(API_VERSION)


def _early_answer(connection: StreamConnection, cause: OSError) -> http.client.HTTPResponse:
    """Return what an engine said before it stopped listening to what we send. Raises `cause` for nothing."""
    try:
        return connection.getresponse()
    except (OSError, http.client.HTTPException):
        raise cause from None


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
