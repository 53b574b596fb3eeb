"""What the fake engine shows of a container's inside: use of processor and memory, processes, files."""

import base64
import io
import json
import math
import posixpath
import tarfile
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.fake_containers import Refusal
from tests.fakes.fake_state import FakeContainer

if TYPE_CHECKING:
    from tests.fakes.fake_engine import Handler

_SECOND = 10**9
_CPUS = 2


def stats(request: "Handler", name: str) -> None:
    """Answer samples, one each `stats_pause` seconds, or one alone."""
    container = request.engine.containers.get(name)
    request.start_chunks("application/json")
    number = 1
    if request.query.get("stream") == "0":  # asked for alone, each goes on from the one before
        number = container.samples = container.samples + 1
    while not request.engine.closing.is_set():
        sample = _sample(container, number)
        if request.query.get("one-shot") == "1":
            sample["precpu_stats"] = {"cpu_usage": {"total_usage": 0}}
        request.chunk(json.dumps(sample).encode() + b"\n")
        request.wfile.flush()
        if request.query.get("stream") == "0" or container.state != "running":
            break
        number += 1
        if request.engine.closing.wait(request.engine.stats_pause):
            return
    request.chunk(b"")


def _sample(container: FakeContainer, number: int) -> dict[str, Any]:
    """Return the sample of second `number`: a load that goes up and down."""
    if container.state != "running":
        return {"id": container.id, "name": f"/{container.name}", "read": "0001-01-01T00:00:00Z"}

    def busy(moment: int) -> float:
        return sum(0.4 + 0.3 * math.sin(second / 7) for second in range(moment))

    def usage(moment: int) -> dict[str, Any]:
        return {
            "cpu_usage": {"total_usage": int(busy(moment) * _SECOND)},
            "system_cpu_usage": moment * _CPUS * _SECOND,
            "online_cpus": _CPUS,
        }

    return {
        "id": container.id,
        "name": f"/{container.name}",
        "read": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "cpu_stats": usage(number),
        "precpu_stats": usage(number - 1) if number > 1 else {"cpu_usage": {"total_usage": 0}},
        "memory_stats": {
            "usage": int(64e6 + 20e6 * math.sin(number / 11)),
            "limit": 2**31,
            "stats": {"inactive_file": 4_000_000},
        },
        "networks": {"eth0": {"rx_bytes": number * 52_000, "tx_bytes": number * 18_000}},
        "blkio_stats": {
            "io_service_bytes_recursive": [
                {"op": "read", "value": number * 4096},
                {"op": "write", "value": number * 8192},
            ]
        },
        "pids_stats": {"current": 3},
    }


def top(request: "Handler", name: str) -> None:
    """Answer the processes."""
    container = request.engine.containers.get(name)
    if container.state != "running":
        raise Refusal(409, f"container {container.id} is not running")
    request.answer_json(
        {
            "Titles": ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"],
            "Processes": [
                ["root", "712", "690", "0", "09:14", "?", "00:00:02", " ".join(container.command)],
                ["101", "734", "712", "1", "09:14", "?", "00:01:17", "worker process"],
            ],
        }
    )


def stat_path(request: "Handler", name: str) -> None:
    """Say what is at a path, in the header that the API has for it."""
    container = request.engine.containers.get(name)
    path = _clean(request.query["path"])
    _find(container, path)
    content = container.files.get(path)
    status = {
        "name": posixpath.basename(path),
        "size": len(content) if content is not None else 4096,
        "mode": 0o644 if content is not None else 0o755 | 1 << 31,
        "mtime": "2026-01-02T03:04:05Z",
        "linkTarget": "",
    }
    request.send_response(200)
    request.send_header(
        "X-Docker-Container-Path-Stat", base64.b64encode(json.dumps(status).encode()).decode()
    )
    request.send_header("Content-Length", "0")
    request.end_headers()


def get_archive(request: "Handler", name: str) -> None:
    """Answer a file or folder as tar."""
    container = request.engine.containers.get(name)
    path = _clean(request.query["path"])
    _find(container, path)
    target, base = io.BytesIO(), posixpath.dirname(path)
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name_, content in sorted(_below(container, path).items()):
            member = tarfile.TarInfo(posixpath.relpath(name_, base) if name_ != "/" else ".")
            member.mtime = 1_767_323_045
            if content is None:
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(member)
            else:
                member.size, member.mode = len(content), 0o644
                archive.addfile(member, io.BytesIO(content))
    request.answer(200, target.getvalue(), "application/x-tar")


def export(request: "Handler", name: str) -> None:
    """Answer all files as tar."""
    request.query["path"] = "/"
    get_archive(request, name)


def put_archive(request: "Handler", name: str) -> None:
    """Unpack a tar into a folder."""
    container = request.engine.containers.get(name)
    folder = _clean(request.query["path"])
    _find(container, folder)
    with tarfile.open(fileobj=io.BytesIO(request.body)) as archive:
        for member in archive:
            reader = archive.extractfile(member)
            container.files[_clean(f"{folder}/{member.name}")] = reader.read() if reader else None
    request.answer(200, b"")


def changes(request: "Handler", name: str) -> None:
    """Say what the container changed in its files."""
    container = request.engine.containers.get(name)
    request.answer_json([{"Path": path, "Kind": 1} for path in container.files if path.startswith("/tmp/")])


def _clean(path: str) -> str:
    return posixpath.normpath("/" + path.lstrip("/"))


def _find(container: FakeContainer, path: str) -> None:
    if path != "/" and path not in container.files:
        raise Refusal(404, f"Could not find the file {path} in container {container.name}")


def _below(container: FakeContainer, path: str) -> dict[str, bytes | None]:
    prefix = path.rstrip("/") + "/"
    found = {name: content for name, content in container.files.items() if name.startswith(prefix)}
    return {path: container.files.get(path)} | found


def host_ports(request: "Handler") -> None:
    """Answer the ports of containers on the host's network that still run."""
    state = request.engine.state
    running = {container.id for container in state.containers.values() if container.state == "running"}
    request.answer_json([port for port in state.host_ports if port["Container"] in running])


ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"GET /containers/([^/]+)/stats", stats),
    (r"GET /containers/([^/]+)/top", top),
    (r"GET /marina/host-ports", host_ports),
    (r"GET /containers/([^/]+)/changes", changes),
    (r"HEAD /containers/([^/]+)/archive", stat_path),
    (r"GET /containers/([^/]+)/archive", get_archive),
    (r"GET /containers/([^/]+)/export", export),
    (r"PUT /containers/([^/]+)/archive", put_archive),
]
