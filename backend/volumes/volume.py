"""A volume as a value: its name's rules, its record in the database, and the form in which Docker shows it.

Source: Docker Engine API, Volume and VolumeCreateOptions.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.errors import InvalidParameterError

ANONYMOUS_LABEL = "com.docker.volume.anonymous"
MAX_NAME_LENGTH = 255  # it is a folder's name

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+\Z", re.ASCII)


@dataclass(frozen=True)
class Volume:
    """One local volume; `mountpoint` is the folder that containers see."""

    name: str
    mountpoint: Path
    created_at: str
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def anonymous(self) -> bool:
        """Whether it was made for a container that did not name it."""
        return ANONYMOUS_LABEL in self.labels

    def to_record(self) -> str:
        """Return what the database keeps; the folder follows from the name."""
        value = {"name": self.name, "created_at": self.created_at, "labels": dict(self.labels)}
        return json.dumps({**value, "options": dict(self.options)})

    @classmethod
    def from_record(cls, record: str, folder: Path) -> "Volume":
        """Return the volume of a database record; `folder` holds all volumes."""
        value = json.loads(record)
        return cls(
            value["name"],
            data_folder(folder, value["name"]),
            value["created_at"],
            value["labels"],
            value.get("options") or {},
        )

    def to_docker(self) -> dict[str, Any]:
        """Return Docker's Volume."""
        return {
            "CreatedAt": self.created_at,
            "Driver": "local",
            "Labels": dict(self.labels) or None,
            "Mountpoint": str(self.mountpoint),
            "Name": self.name,
            "Options": dict(self.options) or None,
            "Scope": "local",
        }


def data_folder(volumes: Path, name: str) -> Path:
    """Return where a volume's files are."""
    return volumes / name / "_data"


def check_name(name: str) -> None:
    """Refuse what is no volume name, above all paths. Raises InvalidParameterError in Docker's words."""
    if len(name) == 1:
        raise InvalidParameterError(
            f"create {name}: volume name is too short, names should be at least two alphanumeric characters"
        )
    if not _NAME.match(name):
        raise InvalidParameterError(
            f'create {name}: "{name}" includes invalid characters for a local volume name, only '
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. '
            "If you intended to pass a host directory, use absolute path"
        )
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidParameterError(
            f"create {name}: volume name is too long: at most {MAX_NAME_LENGTH} characters"
        )
