"""The sockets that QEMU listens on: paths in the run folder; on Windows ports of 127.0.0.1, with TLS.

Python has no Unix sockets on Windows, and a port is open to every user of a computer. So each start of QEMU
there makes an authority of its own, and keys for both ends that lie in the user's own folder: who has none of
them is refused by QEMU, and what has none is refused by us.
"""

import datetime
import ipaddress
import shutil
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from vm.errors import UserError
from vm.machine.json_files import read_json, write_json
from vm.machine.machine_files import MachineFiles
from vm.machine.sockets.endpoints import Endpoint, TlsEndpoint, UnixEndpoint

PRIME = """\
-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""
"""The well-known ffdhe2048 (RFC 7919): older QEMUs look for half a minute for a prime of their own."""

BY_PORTS = sys.platform == "win32"
LIFETIME = datetime.timedelta(days=3650)
"""Of the keys: a machine may run for long, and they go with it."""


@dataclass(frozen=True, slots=True)
class QemuEndpoints:
    """One for each of QEMU's sockets; `keys` is the folder of their keys, None for Unix sockets."""

    qmp: Endpoint
    boot_port: Endpoint
    agent_port: Endpoint
    files_port: Endpoint
    keys: Path | None = field(default=None, kw_only=True)

    @property
    def paths(self) -> list[Path]:
        """The Unix sockets' paths. Ports cannot be looked for without a call: whoever connects waits."""
        every = (self.qmp, self.boot_port, self.agent_port, self.files_port)
        return [endpoint.path for endpoint in every if isinstance(endpoint, UnixEndpoint)]


def renew_endpoints(files: MachineFiles) -> QemuEndpoints:
    """Return where a QEMU that is about to start shall listen. Raises OSError."""
    if BY_PORTS:
        _make_keys(files.qemu_keys)
        write_json(files.qemu_ports, _free_ports(4))
    return find_endpoints(files)


def find_endpoints(files: MachineFiles) -> QemuEndpoints:
    """Return where this machine's QEMU listens. Raises UserError when that is not known."""
    paths = (files.qmp_socket, files.boot_socket, files.agent_socket, files.files_socket)
    if not BY_PORTS:
        return QemuEndpoints(*(UnixEndpoint(path) for path in paths))
    ports = read_json(files.qemu_ports)
    if not (isinstance(ports, list) and len(ports) == len(paths)):
        raise UserError(
            "It is not known where QEMU listens.", str(files.qemu_ports), "Start the machine again."
        )
    return QemuEndpoints(*(TlsEndpoint(port, files.qemu_keys) for port in ports), keys=files.qemu_keys)


def forget_endpoints(files: MachineFiles) -> None:
    """Remove what a QEMU that is gone listened with."""
    sockets = (files.qmp_socket, files.boot_socket, files.agent_socket, files.files_socket)
    for path in (*sockets, files.qemu_ports):
        path.unlink(missing_ok=True)
    shutil.rmtree(files.qemu_keys, ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:  # held all together: none is given twice
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _make_keys(folder: Path) -> None:
    """Make an authority that signs two keys and is forgotten; the names are those that QEMU looks for."""
    from cryptography import x509  # slow to import, and only needed on Windows
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    (folder / "dh-params.pem").write_text(PRIME, encoding="ascii")
    now = datetime.datetime.now(datetime.UTC)
    authority = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "marina")])

    def sign(name: str, key: ec.EllipticCurvePrivateKey, use: x509.ObjectIdentifier | None) -> None:
        is_authority = use is None
        builder = (
            x509.CertificateBuilder()
            .issuer_name(issuer)
            .subject_name(
                issuer if is_authority else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
            )
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + LIFETIME)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not is_authority,
                    key_cert_sign=is_authority,
                    crl_sign=False,
                    content_commitment=False,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False
            )
        )
        if use is not None:
            address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False).add_extension(
                x509.SubjectAlternativeName([address]), critical=False
            )
        certificate = builder.sign(authority, hashes.SHA256())
        (folder / f"{name}-cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        if not is_authority:
            secret = folder / f"{name}-key.pem"
            secret.touch(mode=0o600)
            secret.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )

    sign("ca", authority, None)
    sign("server", ec.generate_private_key(ec.SECP256R1()), ExtendedKeyUsageOID.SERVER_AUTH)
    sign("client", ec.generate_private_key(ec.SECP256R1()), ExtendedKeyUsageOID.CLIENT_AUTH)
