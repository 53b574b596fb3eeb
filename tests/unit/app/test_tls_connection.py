"""A TLS connection that is closed in one direction: nothing of the other one is lost."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.services.engine.tls_connection import _Carrier
from tests.support.tls_front import Authority, TlsFront

DATA = b"x" * 3000  # more than what a server sends by itself after the handshake


@pytest.fixture
def echoing(tmp_path: Path) -> Iterator[Path]:
    """A socket that gives back what it gets, once."""
    path = tmp_path / "echo.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def echo() -> None:
            connection, _ = listener.accept()
            with connection:
                while data := connection.recv(65536):
                    connection.sendall(data)

        thread = threading.Thread(target=echo)
        thread.start()
        yield path
        thread.join()


def test_what_came_before_our_last_word_is_read_after_it(tmp_path: Path, echoing: Path) -> None:
    authority = Authority()
    folder = authority.write(tmp_path / "client", "client")
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.load_cert_chain(str(folder / "cert.pem"), str(folder / "key.pem"))
    with (
        closing(TlsFront(echoing, authority.write(tmp_path / "server", "server"))) as front,
        socket.create_connection(("127.0.0.1", front.port), timeout=20) as remote,
    ):
        carrier = _Carrier(remote, context, "127.0.0.1")
        carrier.shake_hands()
        carrier._tls.write(DATA)
        carrier._flush()
        while carrier._incoming.pending < len(DATA):
            carrier._receive()  # the answer is here and nobody has read it yet
        carrier._end()
        carrier._flush()
        received = b""
        while data := carrier._decrypted():
            received += data
        assert received == DATA
