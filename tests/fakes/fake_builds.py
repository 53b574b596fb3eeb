"""The fake engine's builder: the words of the classic one for FROM, RUN and COPY, and a history."""

import io
import json
import tarfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.fake_containers import Refusal
from tests.fakes.fake_state import FakeImage, make_id

if TYPE_CHECKING:
    from tests.fakes.fake_engine import Handler


def build(request: "Handler") -> None:
    """Build: `RUN false` fails; a step that was built before comes from the cache."""
    state = request.engine.state
    with tarfile.open(fileobj=io.BytesIO(request.body)) as archive:
        names = archive.getnames()
        member = archive.extractfile(request.query.get("dockerfile", "Dockerfile"))
        assert member is not None
        text = member.read().decode()
    state.contexts.append(names)
    state.build_secrets = json.loads(request.headers.get("X-Marina-Build-Secrets", "{}"))
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line and not line.startswith("#")]
    tag = request.query.get("t", "")
    entry: dict[str, Any] = {
        "Id": make_id("build")[:32],
        "Started": "2026-11-25T20:00:00Z",
        "Finished": "2026-11-25T20:00:02Z",
        "Status": "done",
        "Tags": [tag] if tag else [],
        "StepsTotal": len(lines),
        "StepsCached": 0,
        "DurationMs": 2100,
        "Error": "",
        "ErrorLine": 0,
        "DockerfileText": text,
        "Steps": [],
    }
    request.start_chunks("application/json")

    def say(**message: Any) -> None:
        request.chunk(json.dumps(message).encode() + b"\r\n")

    for number, (line, code) in enumerate(lines, 1):
        say(stream=f"Step {number}/{len(lines)} : {code}\n")
        step = {"Number": number, "Total": len(lines), "Code": code, "Line": line, "DurationMs": 300}
        step |= {"Status": "done", "Log": "", "Error": ""}
        entry["Steps"].append(step)
        if code == "RUN false":
            error = "The command '/bin/sh -c false' returned a non-zero code: 1"
            say(errorDetail={"code": 1, "message": error}, error=error)
            step |= {"Status": "failed", "Error": error}
            entry |= {"Status": "failed", "Error": error, "ErrorLine": line}
            break
        if code in state.built and request.query.get("nocache") != "1":
            say(stream=" ---> Using cache\n")
            step["Status"] = "cached"
            entry["StepsCached"] += 1
        state.built.add(code)
        say(stream=f" ---> {make_id('layer')[:12]}\n")
    else:
        image = FakeImage([tag] if tag else [])
        state.images.append(image)
        say(aux={"ID": image.id})
        say(stream=f"Successfully built {image.id[7:19]}\n")
        state.publish("image", "tag", image.id)
    state.builds.insert(0, entry)
    state.publish("builder", "build-end", entry["Id"])
    request.chunk(b"")


def list_builds(request: "Handler") -> None:
    """Answer the history."""
    hidden = ("DockerfileText", "Steps")
    rows = [{k: v for k, v in entry.items() if k not in hidden} for entry in request.engine.state.builds]
    request.answer_json(rows)


def read_build(request: "Handler", id: str) -> None:
    """Answer one build in full."""
    request.answer_json(_find(request, id))


def _find(request: "Handler", id: str) -> dict[str, Any]:
    for entry in request.engine.state.builds:
        if entry["Id"] == id:
            return entry
    raise Refusal(404, f"No such build: {id}")


def remove_build(request: "Handler", id: str) -> None:
    """Forget one build."""
    request.engine.state.builds.remove(_find(request, id))
    request.answer(204, b"")


def clear_builds(request: "Handler") -> None:
    """Forget all builds."""
    request.engine.state.builds.clear()
    request.answer(204, b"")


ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"POST /build", build),
    (r"GET /marina/builds", list_builds),
    (r"DELETE /marina/builds", clear_builds),
    (r"GET /marina/builds/([^/]+)", read_build),
    (r"DELETE /marina/builds/([^/]+)", remove_build),
]
