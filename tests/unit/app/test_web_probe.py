"""A page whose server is slow is waited for: the patience with each question grows."""

import contextlib
import socket
import threading
import time

import pytest

from app.services.containers import web_probe
from app.services.containers.web_probe import wait_for_page


def test_a_server_that_needs_longer_than_the_first_patience_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web_probe, "ANSWER_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                connection, _ = server.accept()
                with connection, contextlib.suppress(ConnectionError):  # who asked has given up
                    connection.recv(1000)
                    time.sleep(0.3)  # the slowness itself
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        serving = threading.Thread(target=lambda: pytest.raises(OSError, serve))
        serving.start()
        assert wait_for_page(f"http://127.0.0.1:{server.getsockname()[1]}/", 60, lambda: True)
        server.shutdown(socket.SHUT_RDWR)
        serving.join(60)
