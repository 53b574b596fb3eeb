"""What this Marina is made of: the parts and their licences, as its package lists them.

Each list is a CycloneDX document beside the other resources; a Marina that runs from its source has none.
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

LISTS = {"program": "program.cdx.json", "machine": "machine.cdx.json"}
"""Where a part is, and the document that lists it."""
LICENCES = "licences"


@dataclass(frozen=True, slots=True)
class Part:
    """A library or program. `place` is a key of LISTS; `licence` is its name, not its text."""

    place: str
    name: str
    version: str
    licence: str


class PartsList:
    """Reads the documents in a folder; the program's own resources when none is named."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(str(files("resources")))

    def read(self) -> tuple[Part, ...]:
        """Return all parts, by place and name; none when this is no package. Raises OSError, ValueError."""
        parts: list[Part] = []
        for place, name in LISTS.items():
            path = self._folder / name
            if path.is_file():
                components = json.loads(path.read_text(encoding="utf-8")).get("components", [])
                found = [_read_part(place, values) for values in components if values["type"] != "file"]
                parts += sorted(found, key=lambda part: part.name.lower())
        return tuple(parts)

    def read_licence(self, part: Part) -> str:
        """Return the text of a part's licence, "" where there is none. Raises OSError."""
        path = self._folder / LICENCES / part.place / f"{part.name}.txt"
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _read_part(place: str, values: dict[str, object]) -> Part:
    licences = values.get("licenses")
    names = [_licence_name(entry) for entry in licences] if isinstance(licences, list) else []
    return Part(place, str(values["name"]), str(values.get("version", "")), ", ".join(names))


def _licence_name(entry: dict[str, object]) -> str:
    licence = entry.get("license")
    if isinstance(licence, dict):
        return str(licence.get("id") or licence.get("name") or "")
    return str(entry.get("expression", ""))
