"""Certificates in files that a user names: as PEM, with several in a file, or as DER."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
LARGEST_FILE = 1_000_000
"""Bytes: a whole bundle of a system has a quarter of it."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom a certificate is about, and until when it holds."""

    subject: str
    expires: datetime

    @property
    def is_expired(self) -> bool:
        """Whether it holds no longer."""
        return self.expires <= datetime.now(UTC)


def read_certificates(path: str) -> list[bytes]:
    """Return the certificates of a file as DER. Raises OSError, or ValueError with the reason."""
    with Path(path).open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError("it is too large for certificates")
    text = data.decode("utf-8", "replace")
    found = certificates_in(text) if BEGIN in text else [data]
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=b"".join(found))
    except ssl.SSLError as error:
        raise ValueError("it holds no certificate") from error
    return found


def certificates_in(text: str) -> list[bytes]:
    """Return the certificates in a PEM text as DER. Raises ValueError for one that is none."""
    blocks = [BEGIN + part.partition(END)[0] + END for part in text.split(BEGIN)[1:]]
    return [ssl.PEM_cert_to_DER_cert(block) for block in blocks]


def read_authorities(path: str) -> Sequence[Authority]:
    """Return whom the certificates of a file are about. Raises OSError, or ValueError with the reason."""
    from cryptography import x509  # slow to import
    from cryptography.x509.oid import NameOID

    found = []
    for data in read_certificates(path):
        certificate = x509.load_der_x509_certificate(data)
        subject = certificate.subject
        names = [
            attribute
            for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME)
            for attribute in subject.get_attributes_for_oid(kind)
        ]
        text = str(names[0].value) if names else subject.rfc4514_string()
        found.append(Authority(text, certificate.not_valid_after_utc))
    return found


def why_unusable(path: str) -> str:
    """Return why the engine cannot be given the certificates of a file, "" when it can."""
    try:
        read_certificates(path)
    except FileNotFoundError:
        return "there is no such file"
    except OSError as error:
        return error.strerror or str(error)
    except ValueError as error:
        return str(error)
    return ""
