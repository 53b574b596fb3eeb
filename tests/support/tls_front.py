"""A TLS server in front of a Unix socket, as dockerd's --tlsverify: it wants certificates of its own CA."""

import contextlib
import datetime
import ipaddress
import select
import socket
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_ADDRESSES = ("127.0.0.1", "10.0.2.2", "172.17.0.1")
"""This computer's own, by itself, from a machine, and from a container in the default network."""


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """A CA of the test's own."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(self._key, "test CA", is_ca=True)

    def _sign(self, key: ec.EllipticCurvePrivateKey, name: str, *, is_ca: bool = False) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name("test CA"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=2))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if not is_ca:
            names = [x509.DNSName("localhost"), x509.DNSName(name)]
            addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in _ADDRESSES]
            usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            builder = builder.add_extension(x509.SubjectAlternativeName([*names, *addresses]), critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
            builder = builder.add_extension(issuer, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def write(self, folder: Path, name: str) -> Path:
        """Make a key and a certificate in docker's names, beside the CA's."""
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        (folder / "key.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        pem = serialization.Encoding.PEM
        (folder / "cert.pem").write_bytes(self._sign(key, name).public_bytes(pem))
        (folder / "ca.pem").write_bytes(self.certificate.public_bytes(pem))
        return folder


class TlsFront:
    """Listens on a port of 127.0.0.1 until closed."""

    def __init__(self, socket_path: Path, folder: Path) -> None:
        self._socket_path = socket_path
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(str(folder / "cert.pem"), str(folder / "key.pem"))
        self._context.load_verify_locations(str(folder / "ca.pem"))
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, name="TLS front")
        self._accepting.start()

    def close(self) -> None:
        """Stop to listen and wait for the open connections, which end with the engine's."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(connection,), name="TLS connection")
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(30)
            tls = self._context.wrap_socket(connection, server_side=True)
            with tls, socket.socket(socket.AF_UNIX) as engine:
                engine.connect(str(self._socket_path))
                _carry(tls, engine)


def _carry(tls: ssl.SSLSocket, engine: socket.socket) -> None:
    """Carry both ways until the engine has nothing more to say, with the client's half-close."""
    reading: list[socket.socket] = [tls, engine]
    while engine in reading:
        ready = [tls] if tls in reading and tls.pending() else select.select(reading, [], [])[0]
        if tls in ready:
            if data := tls.recv(65536):
                engine.sendall(data)
            else:
                reading.remove(tls)
                engine.shutdown(socket.SHUT_WR)
        if engine in ready:
            if data := engine.recv(65536):
                tls.sendall(data)
            else:
                reading.remove(engine)
    with contextlib.suppress(OSError):
        tls.unwrap()
