"""What is known of an update between two starts: a small file, replaced in one step."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.services.engine.json_values import as_object
from app.services.settings import write_atomically


@dataclass(frozen=True, slots=True)
class UpdateRecord:
    """Which step an update has come to is seen from the folders' versions: this cannot disagree with them."""

    version: str = ""  # being put in place, or in place
    starts: int = 0  # of the new version, before one went well
    proven: bool = False  # it has started well
    snapshot: str = ""  # of the data, taken before
    refused: str = ""  # a version that did not start here, or that the user went back from
    going_back: bool = False  # the next start puts the former version back

    @classmethod
    def from_json(cls, value: Any) -> "UpdateRecord":
        """Build it from a file's content; what is missing or of the wrong type keeps its default."""
        source, defaults = as_object(value), asdict(cls())
        return cls(
            **{
                name: source[name] if type(source.get(name)) is type(default) else default
                for name, default in defaults.items()
            }
        )


def read_record(path: Path) -> UpdateRecord:
    """Return the record; an empty one when there is none that can be read."""
    try:
        return UpdateRecord.from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, RecursionError):
        return UpdateRecord()


def write_record(path: Path, record: UpdateRecord) -> None:
    """Write all or nothing. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(path, json.dumps(asdict(record), indent=2) + "\n")
