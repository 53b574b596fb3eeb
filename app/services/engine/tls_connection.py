"""A TLS connection as a plain socket, with half-closes: Python's own cannot close one direction."""

import contextlib
import socket
import ssl
import threading
from pathlib import Path

BUFFER = 2**17


def connect_tls(host: str, port: int, folder: Path, timeout: float | None) -> socket.socket:
    """Return a socket whose bytes go to an engine over TLS; `folder` as DOCKER_CERT_PATH. Raises OSError."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # docker's guide makes authorities that it refuses
    context.load_cert_chain(str(folder / "cert.pem"), str(folder / "key.pem"))
    remote = socket.create_connection((host, port), timeout=timeout)
    try:
        carrier = _Carrier(remote, context, host)
        carrier.shake_hands()
    except BaseException:
        remote.close()
        raise
    remote.settimeout(None)
    ours, theirs = socket.socketpair()
    threading.Thread(target=carrier.carry, args=(theirs,), name="TLS", daemon=True).start()
    ours.settimeout(timeout)
    return ours


class _Carrier:
    """Encrypts what comes from one socket and decrypts what comes from the other, on two threads."""

    def __init__(self, remote: socket.socket, context: ssl.SSLContext, host: str) -> None:
        self._remote = remote
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        """Held while bytes go out, so that they keep their order; reading goes on meanwhile."""
        self._early: list[bytes] = []
        """What came before our last word and had to be read ahead of it."""

    def shake_hands(self) -> None:
        """Agree on keys. Raises OSError: ssl's errors are."""
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                self._receive()
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self._flush()  # the alert that says why
                raise
        self._flush()

    def carry(self, local: socket.socket) -> None:
        """Carry both ways until both ends are closed; blocks."""
        up = threading.Thread(target=self._carry_up, args=(local,), name="TLS up", daemon=True)
        up.start()
        try:
            while data := self._decrypted():
                local.sendall(data)
            local.shutdown(socket.SHUT_WR)
        except OSError:
            with contextlib.suppress(OSError):
                local.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                self._remote.shutdown(socket.SHUT_RDWR)
        up.join()
        self._remote.close()
        local.close()

    def _carry_up(self, local: socket.socket) -> None:
        try:
            while data := local.recv(BUFFER):
                with self._sending:
                    with self._lock:
                        self._tls.write(data)
                    self._flush()
            with self._sending:
                self._end()
                self._flush()
        except OSError:
            with contextlib.suppress(OSError):
                self._remote.shutdown(socket.SHUT_RDWR)

    def _end(self) -> None:
        """Say that nothing more comes; the other direction goes on."""
        with self._lock:
            with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
                while data := self._tls.read(BUFFER):  # `unwrap` fails when there is something to read
                    self._early.append(data)
            with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLSyscallError):
                self._tls.unwrap()

    def _decrypted(self) -> bytes:
        while True:
            with self._lock:
                if self._early:
                    return self._early.pop(0)
                try:
                    return self._tls.read(BUFFER)
                except ssl.SSLWantReadError:
                    pass
                except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                    return b""
            if self._outgoing.pending:  # an answer to a change of keys
                with self._sending:
                    self._flush()
            self._receive()

    def _receive(self) -> None:
        data = self._remote.recv(BUFFER)
        with self._lock:
            if data:
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    def _flush(self) -> None:
        if data := self._outgoing.read():
            self._remote.sendall(data)
