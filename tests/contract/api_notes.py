"""What is missing in calls of the API; each note has a request that proves it, so none outlives its cause."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Note:
    """Something that a call refuses with 501; `query` and `body` ask for it."""

    text: str
    query: str = ""
    body: Any = None


REFUSED = {
    "POST /swarm/init": "one machine only",
    "POST /swarm/join": "one machine only",
    "GET /plugins/privileges": "no plugins",
    "POST /plugins/pull": "no plugins",
    "POST /plugins/create": "no plugins",
}
"""Calls that are always answered with 501."""

AS_WITHOUT_SWARM = ("/swarm", "/nodes", "/services", "/tasks", "/secrets", "/configs")
"""Below these an engine that is in no swarm answers with 503; ours is never in one."""

PARTIAL: dict[str, list[Note]] = {
    "POST /build": [
        Note("`version=2` (BuildKit's clients do not need it)", query="version=2"),
        Note("git over SSH", query="remote=git%40x%3Ax.git"),
    ],
}
"""Calls that work, but for what the notes say."""
