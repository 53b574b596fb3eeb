"""Files of the user's choice that are written whole or not at all."""

import contextlib
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from app.services.errors import UserError

PART = ".marina-"
"""How the name of a file begins that is not written to its end."""


@contextlib.contextmanager
def written_beside(target: Path) -> Iterator[IO[bytes]]:
    """Open a new file that becomes `target` in the end: a broken copy leaves what was there as it was."""
    if target.exists() and not target.is_file():  # a file in the place of a device would be found much later
        raise UserError(f"{target} is no plain file", what_to_do="Choose another name.")
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=PART)
    except OSError as error:
        raise UserError(f"{target} could not be written", str(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as part:
            yield part
        Path(name).replace(target)
    except (OSError, tarfile.TarError) as error:
        raise UserError(f"{target} could not be written", str(error)) from error
    finally:
        Path(name).unlink(missing_ok=True)
