"""What a container uses of processor, memory, network and disk: samples made from the engine's raw counters.

Source: Docker Engine API, ContainerStats, and how `docker stats` computes its columns from it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.services.engine.json_values import as_object, get_list, get_number, get_object, get_text


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment. `cpu` is in percent of one core, the rates in bytes a second, the rest in bytes.

    `memory` is None where the engine's kernel does not count it.
    """

    time: float
    cpu: float = 0.0
    memory: int | None = 0
    memory_limit: int = 0
    received: float = 0.0
    sent: float = 0.0
    read: float = 0.0
    written: float = 0.0
    processes: int = 0


@dataclass(frozen=True, slots=True)
class _Counters:
    time: float
    received: int
    sent: int
    read: int
    written: int


class StatsReader:
    """Turns the messages of one stats stream into samples; rates need the message before."""

    def __init__(self) -> None:
        self._last: _Counters | None = None
        self._last_cpu: Mapping[str, Any] = {}

    def read(self, message: Mapping[str, Any], now: float | None = None) -> Sample | None:
        """Return the sample of `message`, None for one of a container that does not run."""
        if get_text(message, "read").startswith("0001-") or not get_object(message, "cpu_stats"):
            return None
        counters = _count(message, time.monotonic() if now is None else now)
        before, self._last = self._last, counters
        cpu = get_object(message, "cpu_stats")
        # A stream brings the sample before along; one sample asked for alone ("one-shot") does not.
        earlier = get_object(message, "precpu_stats")
        if not get_number(earlier, "system_cpu_usage"):
            earlier = self._last_cpu
        self._last_cpu = cpu
        memory = get_object(message, "memory_stats")
        inactive = get_object(memory, "stats")
        # Pages of files that nobody uses are the kernel's to take back: `docker stats` leaves them out, too.
        cache = get_number(inactive, "inactive_file") or get_number(inactive, "total_inactive_file")
        usage = get_number(memory, "usage")
        used = usage - cache if cache < usage else usage
        return Sample(
            time=time.time(),
            cpu=_cpu_percent(cpu, earlier),
            memory=used if "usage" in memory else None,
            memory_limit=get_number(memory, "limit"),
            received=_rate(before, counters, "received"),
            sent=_rate(before, counters, "sent"),
            read=_rate(before, counters, "read"),
            written=_rate(before, counters, "written"),
            processes=get_number(get_object(message, "pids_stats"), "current"),
        )


def _count(message: Mapping[str, Any], now: float) -> _Counters:
    networks = [as_object(value) for value in get_object(message, "networks").values()]
    disk = {"read": 0, "write": 0}
    for row in map(as_object, get_list(get_object(message, "blkio_stats"), "io_service_bytes_recursive")):
        name = get_text(row, "op").lower()
        if name in disk:
            disk[name] += get_number(row, "value")
    return _Counters(
        now,
        sum(get_number(network, "rx_bytes") for network in networks),
        sum(get_number(network, "tx_bytes") for network in networks),
        disk["read"],
        disk["write"],
    )


def _rate(before: _Counters | None, after: _Counters, name: str) -> float:
    if before is None or after.time <= before.time:
        return 0.0
    # A counter that fell began anew with the container.
    return float(max(0, getattr(after, name) - getattr(before, name)) / (after.time - before.time))


def _cpu_percent(now: Mapping[str, Any], before: Mapping[str, Any]) -> float:
    system_before = get_number(before, "system_cpu_usage")
    busy = _total(now) - _total(before)
    system = get_number(now, "system_cpu_usage") - system_before
    if not system_before or system <= 0 or busy <= 0:
        return 0.0
    return busy / system * max(get_number(now, "online_cpus"), 1) * 100.0


def _total(stats: Mapping[str, Any]) -> int:
    return get_number(get_object(stats, "cpu_usage"), "total_usage")
