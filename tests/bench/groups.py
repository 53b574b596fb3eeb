"""The figures of engines, in turns: what a container takes, much data, images."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench import builds, bulk, images
from tests.bench.engines import Docker, Marina, MeasuredEngine, NativeEngine
from tests.bench.machine import Machine
from tests.bench.measurements import (
    Measurement,
    Standing,
    cold_start,
    create,
    first_byte,
    first_byte_early,
    lifecycle,
    lifecycle_with_port,
    remove,
    start,
)
from tests.bench.memory import mentioning, named, process_tree, pss_mib
from tests.bench.statistics_table import Row, in_short
from tests.support.namespaces import made_netns, named_netns
from tests.support.test_images import busybox_image, save_docker_archive

STANDING_CONTAINERS = 10
BULK_SAMPLES = 3
BULK = (
    Measurement("output: write 30 MB of lines", bulk.log_write, BULK_SAMPLES),
    Measurement("output: read it", bulk.log_read, BULK_SAMPLES),
    Measurement("exec: 64 MB in and out", bulk.exec_stream, BULK_SAMPLES),
    Measurement("attach: 64 MB in and out", bulk.attach_stream, BULK_SAMPLES),
    Measurement("copy 100 MB in", bulk.copy_in, BULK_SAMPLES),
    Measurement("copy 100 MB out", bulk.copy_out, BULK_SAMPLES),
    Measurement("build of six steps", builds.cold, BULK_SAMPLES),
    Measurement("the same from the cache", builds.cached, BULK_SAMPLES),
)
IMAGE_BULK = (
    Measurement("load of the 500 MB image's archive", images.load_large, BULK_SAMPLES),
    Measurement("build: context of 20,000 files", images.build_of_large_context, BULK_SAMPLES),
    Measurement("commit of 10,000 changed files", images.commit_of_many_files, BULK_SAMPLES),
)
GROUPS = ("containers", "bulk", "images")


def measure_natively(samples: int, with_docker: bool, only: str | None = None) -> list[Row]:
    """Measure the engine on this machine's kernel, beside a Docker if wanted; all, or one of GROUPS.

    Needs root. Leaves nothing behind but the large image's cache.
    """
    kinds: list[type[MeasuredEngine]] = [Marina, *([Docker] if with_docker else [])]
    with ExitStack() as stack:
        netns = [stack.enter_context(made_netns(f"b{kind.name[:3]}{os.getpid() % 10_000}")) for kind in kinds]
        engines = [
            stack.enter_context(_prepared(kind, name)) for kind, name in zip(kinds, netns, strict=True)
        ]
        return _measure(engines, samples, only)


def measure_in_the_machine(samples: int, only: str | None = None) -> list[Row]:
    """Measure the engine in a machine of its own, as people have it; all, or one of GROUPS."""
    with named_netns(f"bhost{os.getpid() % 10_000}") as netns, _prepared(Machine, netns) as engine:
        return _measure([engine], samples, only)


def _measure(engines: Sequence[MeasuredEngine], samples: int, only: str | None) -> list[Row]:
    groups = {"containers": _containers, "bulk": _bulk, "images": _images}
    return [row for name in GROUPS if only in (None, name) for row in groups[name](engines, samples)]


def _containers(engines: Sequence[MeasuredEngine], samples: int) -> list[Row]:
    rows = [
        _take(engines, Measurement("create+start+wait+remove true, bridge", lifecycle, samples)),
        _take(engines, Measurement("the same with a published port", lifecycle_with_port, samples)),
        _take(engines, Measurement("start to first byte on the port", first_byte, samples)),
        _take(engines, Measurement("the same, asked from the start call on", first_byte_early, samples)),
        _take(engines, Measurement("attach+start to first output", bulk.first_output, samples)),
    ]
    rows += _with_standing_containers(engines, samples)
    rows += _memory([engine for engine in engines if isinstance(engine, NativeEngine)])
    rows.append(_take(engines, Measurement("cold start to /_ping", cold_start, max(1, min(samples, 5)))))
    return rows


def _bulk(engines: Sequence[MeasuredEngine], samples: int) -> list[Row]:
    return [*_long_list(engines, samples), *(_take(engines, measurement) for measurement in BULK)]


def _images(engines: Sequence[MeasuredEngine], samples: int) -> list[Row]:
    rows = images.measure(engines, BULK_SAMPLES)
    rows.append(_take(engines, Measurement("pull of a small image", images.pull_small, samples)))
    rows += [_take(engines, measurement) for measurement in IMAGE_BULK]
    return rows


@contextmanager
def _prepared(kind: type[MeasuredEngine], netns: str) -> Iterator[MeasuredEngine]:
    """Yield a running engine with the image in it and everything warm."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        engine = kind(Path(folder), netns)
        try:
            engine.start()
            archive = save_docker_archive(busybox_image(docker=True), ["busybox:latest"])
            engine.api.call("POST", "/images/load", archive)
            lifecycle(engine)
            yield engine
        finally:
            engine.clean()


def _take(engines: Sequence[MeasuredEngine], measurement: Measurement) -> Row:
    """Take samples in turns, each turn beginning with another engine."""
    samples: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for turn in range(measurement.samples):
        first = turn % len(engines)
        for engine in [*engines[first:], *engines[:first]]:
            samples[engine.name].append(measurement.take(engine) * 1000)
    row = Row(measurement.name, "ms", samples)
    sys.stderr.write(f"  {in_short(row)}\n")
    return row


def _with_standing_containers(engines: Sequence[MeasuredEngine], samples: int) -> list[Row]:
    standing = {engine.name: Standing(engine) for engine in engines}
    try:
        return [
            _take(engines, Measurement("exec true", lambda e: standing[e.name].exec_true(e), samples)),
            _take(engines, Measurement("list of 5", lambda e: standing[e.name].list_all(e), samples)),
            _take(engines, Measurement("inspect", lambda e: standing[e.name].inspect(e), samples)),
        ]
    finally:
        for one in standing.values():
            one.close()


def _long_list(engines: Sequence[MeasuredEngine], samples: int) -> list[Row]:
    many = {engine.name: bulk.ManyContainers(engine) for engine in engines}
    try:
        name = f"list of {bulk.LISTED}"
        return [_take(engines, Measurement(name, lambda e: many[e.name].list_all(), samples))]
    finally:
        for one in many.values():
            one.close()


def _memory(engines: Sequence[NativeEngine]) -> list[Row]:
    """Measure engines and helpers; what containers themselves take does not count."""
    if not engines:
        return []
    idle: dict[str, list[float]] = {}
    each: dict[str, list[float]] = {}
    for engine in engines:
        before = pss_mib(_own_processes(engine))
        containers = [create(engine, ["sleep", "3600"]) for _ in range(STANDING_CONTAINERS)]
        for container in containers:
            start(engine, container)
        after = pss_mib(_own_processes(engine))
        for container in containers:
            remove(engine, container)
        idle[engine.name] = [before]
        each[engine.name] = [max(0.0, (after - before) / STANDING_CONTAINERS)]
    return [Row("idle PSS of the engine", "MiB", idle), Row("PSS for each running container", "MiB", each)]


def _own_processes(engine: NativeEngine) -> set[int]:
    processes = process_tree(engine.pid) | mentioning(str(engine.state))
    # The native runner keeps a process of its own beside the engine; in the machine there is none.
    return processes - named(processes, "sleep") - (mentioning("vm.image.native_engine") - {engine.pid})
