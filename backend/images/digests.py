"""Content digests: `sha256:<hex>`.

Source: OCI image specification, "Descriptors".
"""

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from backend.errors import InvalidParameterError

SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
READ_SIZE = 1 << 20


def checked(value: object) -> str:
    """Return `value` when it is a sha256 digest. Raises InvalidParameterError for all else."""
    if isinstance(value, str) and SHA256.fullmatch(value):
        return value
    raise InvalidParameterError(f"unsupported digest {str(value)[:100]!r}: only sha256 is known")


def hex_of(digest: str) -> str:
    """Return the part after `sha256:`."""
    return digest.removeprefix("sha256:")


def of_bytes(data: bytes) -> str:
    """Return the digest of `data`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def chain(diff_ids: Sequence[str]) -> str:
    """Return the chain id of a stack of layers, bottom to top (OCI image specification, "Layer ChainID")."""
    result = diff_ids[0]
    for diff_id in diff_ids[1:]:
        result = of_bytes(f"{result} {diff_id}".encode())
    return result


def hash_file(path: Path) -> "hashlib._Hash":
    """Return the running sha256 over a whole file. Blocking."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        while chunk := file.read(READ_SIZE):
            digest.update(chunk)
    return digest
