"""Compresses a plain layer, so that the store keeps no second plain copy beside the layer's EROFS image.

Equal layers give equal blobs (one fixed level, no time in the header), so that a layer which is loaded twice
has one digest.
"""

import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

from isal import isal_zlib

LEVEL = 1  # of isal's 0 to 3: a tenth larger than `gzip -6`, at fifteen times its speed
GZIP = 16 + 15  # window bits that ask zlib for a gzip header


def compress(chunks: Iterable[bytes], folder: Path) -> tuple[Path, str, int]:
    """Write `chunks` as a gzip file into `folder`; returns it, its digest and size. Blocking."""
    path = folder / f"{secrets.token_hex(8)}.new"
    digest = hashlib.sha256()
    size = 0
    compressor = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, GZIP)
    try:
        with path.open("wb") as file:
            for chunk in chunks:
                if data := compressor.compress(chunk):
                    digest.update(data)
                    size += file.write(data)
            data = compressor.flush()
            digest.update(data)
            size += file.write(data)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, f"sha256:{digest.hexdigest()}", size
