"""The fake engine's builder: the words of the classic one for FROM, RUN and COPY, and a history."""

import contextlib
import io
import json
import socket
import struct
import tarfile
import threading
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
        "Tags": [tag if ":" in tag.rpartition("/")[2] else f"{tag}:latest"] if tag else [],
        "Target": "",
        "Dockerfile": "Dockerfile",
        "Platform": "linux/amd64",
        "ImageId": "",
        "StepsDone": len(lines),
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

    key = request.headers.get("X-Marina-Build-Agent", "")
    for number, (line, code) in enumerate(lines, 1):
        say(stream=f"Step {number}/{len(lines)} : {code}\n")
        step = {"Number": number, "Total": len(lines), "Code": code, "Line": line, "DurationMs": 300}
        step |= {"Status": "done", "Log": "", "Error": "", "Started": entry["Started"]}
        entry["Steps"].append(step)
        wants_agent = code.startswith("RUN --mount=type=ssh")
        if wants_agent and key:
            state.agent_answers.append(_ask_agent(request, key))
        if code == "RUN false" or (wants_agent and not key):
            error = "The command '/bin/sh -c false' returned a non-zero code: 1"
            error = "unset ssh forward key default" if wants_agent else error
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


class LentConnection:
    """A connection to the client's SSH agent, until a build has used it."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.used = threading.Event()

    def has_left(self) -> bool:
        """Return whether the client is gone."""
        try:
            return not self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True


def lend_agent(request: "Handler", key: str) -> None:
    """Hold a connection ready."""
    request.hijack()
    lent = LentConnection(request.connection)
    request.engine.state.lent_agents[key].put(lent)
    while not (lent.used.wait(0.02) or lent.has_left() or request.engine.closing.is_set()):
        pass
    with contextlib.suppress(OSError):
        request.connection.shutdown(socket.SHUT_RDWR)


def _ask_agent(request: "Handler", key: str) -> bytes:
    """Ask the client's agent for its keys, as `ssh-add -l` does."""
    lent = request.engine.state.lent_agents[key].get(timeout=30)
    try:
        lent.connection.sendall(b"\0\0\0\1\x0b")
        with lent.connection.makefile("rb") as answers:
            answer: bytes = answers.read(struct.unpack(">I", answers.read(4))[0])
            return answer
    finally:
        lent.used.set()


def list_builds(request: "Handler") -> None:
    """Answer the history."""
    hidden = ("DockerfileText", "Steps")
    rows = [{k: v for k, v in entry.items() if k not in hidden} for entry in request.engine.state.builds]
    request.answer_json(rows)


def read_build(request: "Handler", id: str) -> None:
    """Answer one build in full."""
    request.answer_json(_find(request, id))


def import_builds(request: "Handler") -> None:
    """Take records of other builders in, as the engine does."""
    from backend.buildkit.records.imported_record import imported
    from backend.buildkit.records.record_archive import UnreadableRecordError, read_records

    try:
        builds = [imported(record) for record in read_records(request.body)]
    except UnreadableRecordError as error:
        raise Refusal(400, error.message) from error
    state = request.engine.state
    ids = {build["Id"] for build in builds}
    state.builds[:] = builds + [build for build in state.builds if build["Id"] not in ids]
    request.answer_json([{"Id": build["Id"], "Tags": build["Tags"]} for build in builds], 201)


def export_build(request: "Handler", id: str) -> None:
    """Answer one build as other builders write theirs."""
    from backend.buildkit.records.exported_record import exported

    request.answer(200, exported(_find(request, id)))


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
    (r"POST /marina/ssh-agents/([0-9a-f]+)", lend_agent),
    (r"GET /marina/builds", list_builds),
    (r"DELETE /marina/builds", clear_builds),
    (r"POST /marina/builds/import", import_builds),
    (r"GET /marina/builds/([^/]+)/export", export_build),
    (r"GET /marina/builds/([^/]+)", read_build),
    (r"DELETE /marina/builds/([^/]+)", remove_build),
]
