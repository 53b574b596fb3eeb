"""The engine's history of builds, by Marina's own calls; other engines have none."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.services.engine.engine_streams import EngineStream
from app.services.engine.engine_types import parse_time
from app.services.engine.json_values import as_object, get_list, get_number, get_text, get_texts
from app.services.errors import BadAnswerError, EngineRequestError, UserError
from app.services.images.image_build import BuildStep, PastBuild
from app.services.written_beside import written_beside

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient


def list_builds(client: "EngineClient") -> list[PastBuild] | None:
    """Return the latest builds, the newest first; None from an engine that keeps no history."""
    try:
        rows = client.request_list("GET", "/marina/builds")
    except EngineRequestError as error:
        if error.status == 404:
            return None
        raise
    return [_build(as_object(row)) for row in rows]


def read_build(client: "EngineClient", id: str) -> PastBuild:
    """Return one build with its steps and what they said."""
    return _build(client.request_object("GET", f"/marina/builds/{quote(id, safe='')}"))


def remove_build(client: "EngineClient", id: str) -> None:
    """Forget one build; the image that it made stays."""
    client.request("DELETE", f"/marina/builds/{quote(id, safe='')}")


def remove_builds(client: "EngineClient") -> None:
    """Forget all builds that have ended."""
    client.request("DELETE", "/marina/builds")


def import_builds(client: "EngineClient", source: Path) -> list[str]:
    """Take a `.dockerbuild` file of another builder, or a ZIP of such files, into the history.

    Return the builds' ids. Raises UserError for a file that cannot be read or is no such file.
    """
    headers = {"Content-Type": "application/octet-stream"}
    try:
        archive = source.read_bytes()
        with EngineStream(
            *client.open_stream("POST", "/marina/builds/import", None, archive, headers)
        ) as stream:
            rows = json.loads(b"".join(stream.chunks()))
    except OSError as error:
        raise UserError(f"{source} cannot be read", str(error)) from error
    except ValueError as error:
        raise BadAnswerError("not JSON") from error
    except EngineRequestError as error:
        if error.status != 400:
            raise
        raise UserError(
            f"{source} cannot be imported",
            error.message,
            "Choose a .dockerbuild file, or the ZIP that a continuous integration gives it in.",
        ) from error
    return [get_text(as_object(row), "Id") for row in rows] if isinstance(rows, list) else []


def export_build(client: "EngineClient", id: str, target: Path) -> None:
    """Write a build that is over to a `.dockerbuild` file. Raises UserError."""
    answer = client.request("GET", f"/marina/builds/{quote(id, safe='')}/export")
    with written_beside(target) as file:
        file.write(answer.content)


def _build(row: Mapping[str, Any]) -> PastBuild:
    steps, log = [], []
    for step in map(as_object, get_list(row, "Steps")):
        number, total = get_number(step, "Number"), get_number(step, "Total")
        code = get_text(step, "Code")
        state = get_text(step, "Status")
        steps.append(
            BuildStep(
                number, total, code, state, get_number(step, "DurationMs") / 1000, get_number(step, "Line")
            )
        )
        log.append(f"Step {number}/{total} : {code}")
        log += get_text(step, "Log").splitlines()
        if failure := get_text(step, "Error"):
            log.append(failure)
    return PastBuild(
        get_text(row, "Id"),
        get_text(row, "Status"),
        get_texts(row, "Tags"),
        parse_time(row.get("Started")),
        get_number(row, "DurationMs") / 1000,
        get_number(row, "StepsTotal"),
        get_number(row, "StepsCached"),
        get_text(row, "Error"),
        get_number(row, "ErrorLine"),
        get_text(row, "DockerfileText"),
        tuple(steps),
        tuple(log),
        row.get("Imported") is True,
    )
