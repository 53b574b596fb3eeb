"""The engine's calls about the inside of a container: use of resources, processes, files."""

from dataclasses import dataclass
from urllib.parse import quote

from app.services.engine_connections import EngineConnections
from app.services.engine_streams import JsonStream
from app.services.json_values import get_list, get_texts


@dataclass(frozen=True, slots=True)
class ProcessTable:
    """What `top` tells: a row of texts for each process, under `titles`."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class InsideCalls(EngineConnections):
    """See `EngineClient`, which has these calls, for how they fail."""

    def stats(self, container: str) -> JsonStream:
        """Open the live stream of a container's counters; `StatsReader` makes samples of them."""
        return JsonStream(*self.open_stream("GET", _path(container, "stats"), {"stream": "1"}))

    def top(self, container: str) -> ProcessTable:
        """Return the processes of a running container."""
        answer = self.request_object("GET", _path(container, "top"))
        rows = get_list(answer, "Processes")
        texts = tuple(tuple(str(cell) for cell in row) for row in rows if isinstance(row, list))
        return ProcessTable(get_texts(answer, "Titles"), texts)


def _path(container: str, action: str) -> str:
    return f"/containers/{quote(container, safe='')}/{action}"
