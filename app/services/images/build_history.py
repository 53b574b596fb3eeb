"""The engine's history of builds, by Marina's own calls; other engines have none."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.services.engine.engine_types import parse_time
from app.services.engine.json_values import as_object, get_list, get_number, get_text, get_texts
from app.services.errors import EngineRequestError
from app.services.images.image_build import BuildStep, PastBuild

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
    )
