"""Builds, as measurements: six steps from nothing, and the same again from the cache."""

import io
import itertools
import tarfile
import time

from tests.bench.engines import MeasuredEngine
from tests.bench.measurements import IMAGE

STEPS = """\
FROM {image}
ENV number={number}
RUN echo 1 > /one
COPY file /file
RUN cat /file > /two
WORKDIR /made
CMD ["sh"]
"""

_numbers = itertools.count()


def cold(engine: MeasuredEngine) -> float:
    """Build six steps that no cache knows; returns seconds."""
    return _build(engine, next(_numbers))


def cached(engine: MeasuredEngine) -> float:
    """Build six steps that the cache knows; returns seconds."""
    number = next(_numbers)
    _build(engine, number)
    return _build(engine, number)


def _build(engine: MeasuredEngine, number: int) -> float:
    text = STEPS.format(image=IMAGE, number=number).encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in (("Dockerfile", text), ("file", b"x" * 1000)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    begin = time.perf_counter()
    last = engine.api.call("POST", "/build?rm=1&t=measured", buffer.getvalue())
    elapsed = time.perf_counter() - begin
    if "Successfully tagged" not in last.get("stream", ""):
        raise RuntimeError(f"{engine.name}: the build failed: {last}")
    return elapsed
