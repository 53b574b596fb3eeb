"""The engine's own id: made once, kept with its data."""

import uuid

from backend.state_files import StateFiles


def read_engine_id(files: StateFiles) -> str:
    """Return the id of this engine's data, made at the first call. Blocking."""
    path = files.engine_id
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        chosen = str(uuid.uuid4())
        unfinished = path.with_suffix(f".{chosen}")
        unfinished.write_text(chosen)
        unfinished.rename(path)
        return chosen
