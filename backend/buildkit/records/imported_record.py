"""A record of another builder as our history keeps it.

Source: BuildKit's `BuildHistoryRecord` (api/services/control), its provenance (SLSA 0.2 and 1.0), and what
buildx makes of them (`commands/history/inspect.go`).
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.message import DecodeError

from backend.builder.build_record import MAX_LOG, MAX_TEXT
from backend.buildkit.failures import SOURCE
from backend.buildkit.loose_json import as_list, as_object
from backend.buildkit.protocol.gateway_pb2 import Status
from backend.buildkit.records.record_archive import Record, UnreadableRecordError
from backend.buildkit.records.vertex_log import LAST_SECOND, STATUS_TYPE, VertexStory, read_vertexes
from backend.moments import moment_text, unix_nanoseconds

_CANCELLED = 1  # gRPC's code
_LONGEST_NAME = 1000  # characters
_PROVENANCE_TYPE = "application/vnd.in-toto+json"
_SECRET = re.compile(r"(?i)\b(ghtoken|token|password|secret|access_key_id|secret_access_key)=[^ ,]+")


def imported(record: Record) -> dict[str, Any]:
    """Return a build as `GET /marina/builds/{id}` tells it. Raises UnreadableRecordError."""
    about = record.about
    reference = _text(about.get("Ref"))
    if not reference:
        raise UnreadableRecordError("the record names no build")
    sources = _Sources(record)
    vertexes = read_vertexes(_log(record))
    error = as_object(about.get("error"))
    steps = [_step(number, vertex, vertexes, sources) for number, vertex in enumerate(vertexes, start=1)]
    states = [step["Status"] for step in steps]
    started, finished = _moment(about.get("CreatedAt")), _moment(about.get("CompletedAt"))
    attributes = as_object(about.get("FrontendAttrs"))
    status = "done"
    if error:
        status = "cancelled" if error.get("code") == _CANCELLED else "failed"
    return {
        "Id": hashlib.sha256(f"imported {reference} {started}".encode()).hexdigest()[:32],
        "Imported": True,
        "Started": moment_text(started),
        "Finished": moment_text(finished or started),
        "Status": status,
        "Tags": [name] if (name := _name(about)) else [],
        "Target": _text(attributes.get("target")),
        "Dockerfile": sources.filename or _text(attributes.get("filename")) or "Dockerfile",
        "Platform": _text(attributes.get("platform")) or _text(about.get("DefaultPlatform")),
        "ImageId": "",
        "Error": _without_secrets(_text(error.get("message"), MAX_LOG)),
        "ErrorLine": sources.error_line,
        "StepsTotal": len(states),
        "StepsDone": states.count("done") + states.count("cached"),
        "StepsCached": states.count("cached"),
        "DurationMs": max(0, finished - started) // 1_000_000,
        "DockerfileText": sources.text,
        "Steps": steps,
    }


class _Sources:
    """The Dockerfile, as far as the record has it, and which lines of it the vertexes and the error mean."""

    def __init__(self, record: Record) -> None:
        self.text = self.filename = ""
        self.error_line = 0
        self.lines: dict[str, tuple[int, int]] = {}  # by the vertex's digest
        for digest, media_type in record.types.items():
            if media_type == _PROVENANCE_TYPE and digest in record.blobs:
                self._take_provenance(_json(record.blobs[digest]))
        for kind, value in _error_details(record):
            if kind == SOURCE:
                source = _json(value)
                self._take_file(as_object(source.get("info")))
                self.error_line = _lines(source)[0]

    def _take_provenance(self, told: Mapping[str, Any]) -> None:
        predicate = as_object(told.get("predicate")) or told
        definition = as_object(predicate.get("buildDefinition"))
        steps = as_object(predicate.get("buildConfig")) or as_object(
            as_object(definition.get("internalParameters")).get("buildConfig")
        )
        metadata = as_object(predicate.get("metadata")).get("https://mobyproject.org/buildkit@v1#metadata")
        later = as_object(as_object(predicate.get("runDetails")).get("metadata")).get("buildkit_metadata")
        source = as_object(as_object(metadata or later).get("source"))
        for info in as_list(source.get("infos")):
            self._take_file(as_object(info))
        locations = as_object(source.get("locations"))
        for digest, step in as_object(steps.get("digestMapping")).items():
            for place in as_list(as_object(locations.get(_text(step))).get("locations")):
                lines = _lines(as_object(place))
                if lines[0] and str(digest) not in self.lines:
                    self.lines[str(digest)] = lines

    def _take_file(self, info: Mapping[str, Any]) -> None:
        try:
            text = base64.b64decode(str(info.get("data", ""))).decode(errors="replace")
        except binascii.Error:
            return
        if text:
            self.text, self.filename = text[:MAX_TEXT], _text(info.get("filename"))


def _step(
    number: int, vertex: VertexStory, vertexes: Sequence[VertexStory], sources: _Sources
) -> dict[str, Any]:
    line, last_line = sources.lines.get(vertex.digest, (0, 0))
    status = "waiting"
    if vertex.error:
        status = "cancelled" if "context canceled" in vertex.error else "failed"
        line = line or (sources.error_line if status == "failed" else 0)
    elif vertex.cached:
        status = "cached"
    elif vertex.started:
        status = "done" if vertex.completed else "cancelled"
    return {
        "Number": number,
        "Total": len(vertexes),
        "Stage": "",
        "Code": _without_secrets(vertex.name[:_LONGEST_NAME]),
        "Line": line,
        "LastLine": max(line, last_line),
        "Status": status,
        "Started": moment_text(vertex.started),
        "DurationMs": max(0, vertex.completed - vertex.started) // 1_000_000 if vertex.completed else 0,
        "ImageId": "",
        "Error": vertex.error[:MAX_LOG],
        "Log": vertex.log,
    }


def _log(record: Record) -> bytes:
    digest = _text(as_object(record.about.get("logs")).get("digest"))
    if digest in record.blobs:
        return record.blobs[digest]
    logs = [digest for digest, media_type in record.types.items() if media_type == STATUS_TYPE]
    return record.blobs.get(logs[0], b"") if logs else b""


def _error_details(record: Record) -> list[tuple[str, bytes]]:
    """Return what the error is about: pairs of type and JSON. Newer builders keep them beside the record."""
    details = []
    for detail in as_list(as_object(record.about.get("error")).get("details")):
        try:
            value = base64.b64decode(str(as_object(detail).get("value", "")))
        except binascii.Error:
            continue
        details.append((_text(as_object(detail).get("type_url")), value))
    beside = _text(as_object(record.about.get("externalError")).get("digest"))
    if beside in record.blobs:
        try:
            packed = Status.FromString(record.blobs[beside])
        except DecodeError:
            return details
        details += [(detail.type_url, detail.value) for detail in packed.details]
    return details


def _name(about: Mapping[str, Any]) -> str:
    """Return what the build may be called: its image's name, its repository, or its folder."""
    for exporter in as_list(about.get("Exporters")):
        if name := _text(as_object(as_object(exporter).get("Attrs")).get("name")):
            return name.partition(",")[0].removeprefix("docker.io/").removeprefix("library/")
    if name := _text(as_object(about.get("ExporterResponse")).get("image.name")):
        return name.partition(",")[0].removeprefix("docker.io/").removeprefix("library/")
    attributes = as_object(about.get("FrontendAttrs"))
    folder = _text(as_object(about.get("localState")).get("LocalPath"))
    place = _text(attributes.get("vcs:source")) or folder or _text(attributes.get("context"))
    place = re.sub(r"//[^/@]*@", "//", place).partition("#")[0].rstrip("/\\").removesuffix(".git")
    return re.split(r"[/\\:]", place)[-1]


def _lines(place: Mapping[str, Any]) -> tuple[int, int]:
    """Return the first and the last line that a place in a file means, twice 0 for none."""
    for part in as_list(place.get("ranges")):
        first = _number(as_object(as_object(part).get("start")).get("line"))
        last = _number(as_object(as_object(part).get("end")).get("line"))
        if first:
            return first, max(first, last)
    return 0, 0


def _moment(value: object) -> int:
    """Return Unix nanoseconds of a time as Go's JSON writes it: of protobuf, or of the standard library."""
    if isinstance(value, str):
        return max(0, unix_nanoseconds(value))
    seconds, nanos = _number(as_object(value).get("seconds")), _number(as_object(value).get("nanos"))
    return seconds * 1_000_000_000 + min(nanos, 999_999_999) if seconds <= LAST_SECOND else 0


def _without_secrets(text: str) -> str:
    """Hide what buildx itself hides in such files, as older ones did not."""
    return _SECRET.sub(r"\1=xxxxx", text)


def _json(data: bytes) -> Mapping[str, Any]:
    try:
        return as_object(json.loads(data))
    except (ValueError, RecursionError):
        return {}


def _text(value: object, longest: int = _LONGEST_NAME) -> str:
    return value[:longest] if isinstance(value, str) else ""


def _number(value: object) -> int:
    return max(0, value) if isinstance(value, int) and not isinstance(value, bool) else 0
