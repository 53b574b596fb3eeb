"""The engine's calls about the inside of a container: use of resources, processes, files."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import quote

from app.services.engine.engine_connections import EngineConnections
from app.services.engine.engine_streams import EngineStream, JsonStream
from app.services.engine.json_values import as_object, get_list, get_number, get_text, get_texts


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

    def stats_now(self, container: str) -> Mapping[str, Any]:
        """Return a container's counters of this moment, at once."""
        return self.request_object("GET", _path(container, "stats"), {"stream": "0", "one-shot": "1"})

    def top(self, container: str) -> ProcessTable:
        """Return the processes of a running container."""
        answer = self.request_object("GET", _path(container, "top"))
        rows = get_list(answer, "Processes")
        texts = tuple(tuple(str(cell) for cell in row) for row in rows if isinstance(row, list))
        return ProcessTable(get_texts(answer, "Titles"), texts)

    def changes(self, container: str) -> dict[str, str]:
        """Return the paths that the container changed in its image's files: "changed", "new" or "deleted"."""
        rows = map(as_object, self.request_list("GET", _path(container, "changes"), or_null=True))
        kinds = ("changed", "new", "deleted")
        return {get_text(row, "Path"): kinds[min(get_number(row, "Kind"), 2)] for row in rows}

    def export_container(self, container: str) -> EngineStream:
        """Open all files of a container, without its volumes', as the tar stream of `docker export`."""
        return EngineStream(*self.open_stream("GET", f"/containers/{quote(container)}/export"))

    def get_archive(self, container: str, path: str) -> EngineStream:
        """Open a file or folder of a container as a tar stream."""
        return EngineStream(*self.open_stream("GET", _path(container, "archive"), {"path": path}))

    def put_archive(self, container: str, folder: str, archive: IO[bytes]) -> None:
        """Unpack a tar file, from its start, into a folder of a container."""
        size = archive.seek(0, os.SEEK_END)
        archive.seek(0)
        headers = {"Content-Type": "application/x-tar", "Content-Length": str(size)}
        opened = self.open_stream("PUT", _path(container, "archive"), {"path": folder}, archive, headers)
        with EngineStream(*opened) as stream:
            for _ in stream.chunks():
                pass


def _path(container: str, action: str) -> str:
    return f"/containers/{quote(container, safe='')}/{action}"
