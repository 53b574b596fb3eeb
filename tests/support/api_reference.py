"""The paths of the Docker Engine API, from tests/data/engine-api.txt."""

from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).resolve().parents[1] / "data" / "engine-api.txt"


@dataclass(frozen=True)
class ReferenceCall:
    """One method and path of the reference, with `{id}` or `{name}` where a name goes."""

    method: str
    path: str
    query: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def reference_calls() -> list[ReferenceCall]:
    """Return all of them, in the order of the reference."""
    found = []
    for line in LIST.read_text().splitlines():
        if not line.startswith("#"):
            method, path, *rest = line.split()
            query = tuple(rest[0].removeprefix("?").split(",")) if rest else ()
            found.append(ReferenceCall(method, path, query))
    return found
