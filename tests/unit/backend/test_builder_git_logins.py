"""Whom a login for a git server is shown to: real fetches from TLS servers of the test's own."""

import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

import pytest
from dulwich.server import DictBackend
from dulwich.web import make_wsgi_chain

from backend.builder.git.git_sources import authorization, parse_address
from backend.errors import InvalidParameterError
from tests.support.git_server import GitRepository, QuietHandler
from tests.support.tls_front import Authority

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
SHOWN = "Basic " + b64encode(b"x-access-token:t0ken").decode()


class Server:
    """An application that notes what it is shown; `wanted` is what it answers to."""

    def __init__(self, application: Application, wanted: str = "") -> None:
        self._application = application
        self._wanted = wanted
        self.shown: list[str] = []
        self.address = ""

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.shown.append(environ.get("HTTP_AUTHORIZATION", ""))
        if self._wanted and self.shown[-1] != self._wanted:
            start("401 Unauthorized", [("WWW-Authenticate", "Basic")])
            return [b""]
        return self._application(environ, start)


@contextmanager
def over_tls(server: Server, folder: Path) -> Iterator[Server]:
    """Serve over TLS on the loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    listener: WSGIServer = make_server("127.0.0.1", 0, server, handler_class=QuietHandler)
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    thread = threading.Thread(target=listener.serve_forever, name="git server")
    thread.start()
    try:
        server.address = f"https://127.0.0.1:{listener.server_port}"
        yield server
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def redirection(target: str) -> Application:
    """Return an application that sends everybody to the same path elsewhere."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        start("302 Found", [("Location", f"{target}{environ['PATH_INFO']}" + (f"?{query}" if query else ""))])
        return [b""]

    return answer


def repository(folder: Path) -> Application:
    """Return an application with one repository, `/x.git`."""
    made = GitRepository(folder)
    made.commit({"a.txt": b"text\n"})
    application: Application = make_wsgi_chain(DictBackend({"/x.git": made.repo}))  # type: ignore[no-untyped-call]
    return application


def fetched(url: str, folder: Path, shown: str) -> dict[str, Any]:
    """Fetch as the engine does it, and return what came of it."""
    work = tempfile.mkdtemp(dir=folder)
    wish = {
        "url": url, "ref": "", "subfolder": "", "keep_git": False,
        "archive": f"{work}.archive", "work": work, "authorization": shown,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "backend.builder.git.git_fetch"],
        input=json.dumps(wish).encode(),
        env={**os.environ, "SSL_CERT_FILE": str(folder / "ca.pem")},
        capture_output=True,
        check=True,
        timeout=60,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_servers_that_want_a_login(tmp_path: Path) -> None:
    Authority().write(tmp_path, "server")
    with over_tls(Server(repository(tmp_path / "x.git"), wanted=SHOWN), tmp_path) as server:
        assert fetched(f"{server.address}/x.git", tmp_path, SHOWN)["error"] == ""
        named = server.address.replace("https://", "https://x-access-token:t0ken@")
        assert fetched(f"{named}/x.git", tmp_path, "")["error"] == ""
        refused = fetched(f"{server.address}/x.git", tmp_path, "Basic other")["error"]
    assert "No valid credentials" in refused or "401" in refused, refused
    assert set(server.shown) == {SHOWN, "Basic other"}


@pytest.mark.parametrize("login", ["in the header", "in the address"])
def test_a_login_goes_to_no_other_server(tmp_path: Path, login: str) -> None:
    """Not with the request that is redirected, and not with those after it."""
    Authority().write(tmp_path, "server")
    with ExitStack() as stack:
        other = stack.enter_context(over_tls(Server(repository(tmp_path / "x.git")), tmp_path))
        first = stack.enter_context(over_tls(Server(redirection(other.address)), tmp_path))
        url = f"{first.address}/x.git"
        if login == "in the address":
            url = url.replace("https://", "https://x-access-token:t0ken@")
        result = fetched(url, tmp_path, "" if login == "in the address" else SHOWN)
    assert result["error"] == ""
    assert first.shown == [SHOWN]
    assert len(other.shown) > 1
    assert set(other.shown) == {""}


class Client:
    """A client with secrets."""

    def __init__(self, **secrets: str) -> None:
        self._secrets = {name.replace("_AT_", "."): text.encode() for name, text in secrets.items()}

    async def secret(self, secret_id: str) -> bytes | None:
        """Return a secret."""
        return self._secrets.get(secret_id)

    async def has_ssh(self, agent_id: str) -> bool:
        """Return that there is no agent."""
        del agent_id
        return False

    async def forward_ssh(self, agent_id: str, reader: object, writer: object) -> None:
        """Nobody comes here."""
        raise NotImplementedError


@pytest.mark.parametrize(
    ("address", "secrets", "shown"),
    [
        ("https://host/x.git", {"GIT_AUTH_TOKEN": "t0ken\n"}, SHOWN),
        ("https://host/x.git", {"GIT_AUTH_HEADER": "Bearer b"}, "Bearer b"),
        ("https://host/x.git", {"GIT_AUTH_TOKEN": "t0ken", "GIT_AUTH_HEADER": "Bearer b"}, "Bearer b"),
        ("https://host/x.git", {"GIT_AUTH_TOKEN_AT_host": "t0ken", "GIT_AUTH_HEADER": "Bearer b"}, SHOWN),
        ("https://host/x.git", {"GIT_AUTH_TOKEN_AT_other": "t0ken"}, ""),
        ("https://host:8443/x.git", {"GIT_AUTH_TOKEN_AT_host:8443": "t0ken"}, SHOWN),
        ("http://host/x.git", {"GIT_AUTH_TOKEN": "t0ken"}, ""),
        ("https://me@host/x.git", {"GIT_AUTH_TOKEN": "t0ken"}, ""),
    ],
)
async def test_which_secret_a_server_is_shown(address: str, secrets: dict[str, str], shown: str) -> None:
    assert await authorization(parse_address(address), Client(**secrets)) == shown


async def test_secrets_that_are_no_header() -> None:
    client = Client(GIT_AUTH_HEADER="Bearer b\r\nHost: other")
    with pytest.raises(InvalidParameterError, match="the secret GIT_AUTH_HEADER is no line of text"):
        await authorization(parse_address("https://host/x.git"), client)
