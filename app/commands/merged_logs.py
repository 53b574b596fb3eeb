"""The logs of several containers as one: by time, each line with its container's name in front."""

import argparse
import heapq
import itertools
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack

from app.commands.console import write_failure
from app.services.containers.log_lines import LogLine
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_streams import LogStream
from app.services.errors import MarinaError
from app.services.explain import explain


def merge_logs(client: EngineClient, options: argparse.Namespace, tail: int | None) -> int:
    """Write them; lines that come while they are followed stand as they come."""
    names = list(dict.fromkeys(options.containers))
    width = max(map(len, names))
    with ExitStack() as streams:
        opened = [streams.enter_context(_open(client, name, options.follow, tail)) for name in names]
        writer = _Writer(width, options.timestamps)
        if not options.follow:
            parts = [
                zip(_lines(stream), itertools.repeat(name))
                for stream, name in zip(opened, names, strict=True)
            ]
            for line, name in heapq.merge(*parts, key=lambda pair: pair[0].time):
                writer.write(name, line)
            return 0
        threads = [
            threading.Thread(target=writer.copy, args=(name, stream), name=f"log of {name}", daemon=True)
            for stream, name in zip(opened, names, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return 1 if writer.has_failed else 0


def _open(client: EngineClient, name: str, follow: bool, tail: int | None) -> LogStream:
    try:
        return client.logs(name, follow=follow, tail=tail, timestamps=True)
    except MarinaError as error:
        raise explain(error, name) from error


def _lines(stream: LogStream) -> Iterator[LogLine]:
    for batch in stream.batches():
        yield from batch


class _Writer:
    """Writes whole lines, from whatever thread they come."""

    def __init__(self, width: int, timestamps: bool) -> None:
        self._width, self._timestamps = width, timestamps
        self._lock = threading.Lock()
        self.has_failed = False

    def write(self, name: str, line: LogLine) -> None:
        """Write a line to the output that it was written to."""
        target = sys.stderr if line.is_error else sys.stdout
        time = f"{line.time} " if self._timestamps else ""
        with self._lock:
            target.write(f"{name.ljust(self._width)} | {time}{line.text}\n")
            target.flush()

    def copy(self, name: str, stream: LogStream) -> None:
        """Write a log as it comes, to its end."""
        try:
            for line in _lines(stream):
                self.write(name, line)
        except BrokenPipeError:
            return  # the reader of our output is gone
        except MarinaError as error:
            self.has_failed = True
            with self._lock:
                write_failure(explain(error, name))
