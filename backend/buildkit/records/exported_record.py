"""A build of our history as other builders' tools read it: a `.dockerbuild` archive.

Source: BuildKit's `BuildHistoryRecord` (api/services/control) and buildx, `util/desktop/bundle`. A record
has the Dockerfile only beside an error, which is about its lines; in BuildKit's provenance, which we do not
make, it is there for others, too.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from backend.buildkit.failures import SOURCE
from backend.buildkit.records.record_archive import digest_of, write_record
from backend.buildkit.records.vertex_log import STATUS_TYPE, VertexStory, write_vertexes
from backend.moments import unix_nanoseconds

_CANCELLED, _UNKNOWN = 1, 2  # gRPC's codes


def exported(build: Mapping[str, Any]) -> bytes:
    """Return the archive of a build that is over, as `GET /marina/builds/{id}` tells it."""
    log = write_vertexes(_vertex(build, step) for step in build["Steps"])
    attributes = {"filename": build["Dockerfile"], "target": build["Target"], "platform": build["Platform"]}
    about: dict[str, Any] = {
        "Ref": build["Id"],
        "Frontend": "dockerfile.v0",
        "FrontendAttrs": {name: value for name, value in attributes.items() if value},
        "Exporters": [{"Type": "image", "Attrs": {"name": ",".join(build["Tags"])}}],
        "CreatedAt": _timestamp(build["Started"]),
        "CompletedAt": _timestamp(build["Finished"]),
        "logs": {"media_type": STATUS_TYPE, "digest": digest_of(log), "size": len(log)},
        "numCachedSteps": build["StepsCached"],
        "numTotalSteps": build["StepsTotal"],
        "numCompletedSteps": build["StepsDone"],
        "DefaultPlatform": build["Platform"],
    }
    if build["Status"] != "done":
        about["error"] = _error(build)
    return write_record(about, [(STATUS_TYPE, log)])


def _vertex(build: Mapping[str, Any], step: Mapping[str, Any]) -> VertexStory:
    digest = hashlib.sha256(f"{build['Id']} {step['Number']}".encode()).hexdigest()
    started = unix_nanoseconds(step["Started"])
    is_over = step["Status"] in ("done", "cached", "failed", "cancelled")
    error = step["Error"] or ("context canceled" if step["Status"] == "cancelled" else "")
    story = VertexStory(
        f"sha256:{digest}",
        step["Code"],
        started,
        started + step["DurationMs"] * 1_000_000 if started and is_over else 0,
        step["Status"] == "cached",
        error,
    )
    story.say(step["Log"])
    return story


def _error(build: Mapping[str, Any]) -> dict[str, Any]:
    if build["Status"] == "cancelled":
        return {"code": _CANCELLED, "message": build["Error"] or "context canceled"}
    error = {"code": _UNKNOWN, "message": build["Error"] or "the build failed"}
    if not build["ErrorLine"]:
        return error
    line = {"line": build["ErrorLine"]}
    info = {
        "filename": build["Dockerfile"],
        "data": _base64(build["DockerfileText"].encode(errors="replace")),
    }
    source = {"info": info, "ranges": [{"start": line, "end": line}]}
    return error | {"details": [{"type_url": SOURCE, "value": _base64(json.dumps(source).encode())}]}


def _timestamp(moment: str) -> dict[str, int]:
    seconds, nanos = divmod(unix_nanoseconds(moment), 1_000_000_000)
    return {"seconds": seconds, "nanos": nanos}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
