"""`/containers/{id}/exec` and `/exec/…`: further processes in running containers.

Source: Docker Engine API, tag Exec.
"""

from base64 import b64encode
from contextlib import suppress
from typing import Any

from aiohttp import web

from backend.api.containers import terminal_size
from backend.api.request_values import member, read_json_object
from backend.api.stream_pump import pump
from backend.api.streams import STDOUT, Hijacked, HijackedStream, content_type, frame, hijack
from backend.api.versions import api_version
from backend.containers.detach_keys import DEFAULT, DetachScanner, parse_keys
from backend.containers.exec import Exec
from backend.containers.state.start_errors import EXEC, explain
from backend.engine import Engine
from backend.errors import EngineError, InvalidParameterError
from backend.runtime.exec_process import ExecProcess

CONSOLE_SIZES = (1, 42)  # the API version from which a terminal is made in the client's size


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""
    execs = engine.containers.execs

    async def create(request: web.Request) -> web.Response:
        body = await read_json_object(request, "types.ExecConfig")
        if api_version(request) < CONSOLE_SIZES:
            body.pop("ConsoleSize", None)
        made = execs.create(request.match_info["id"], body)
        parse_keys(made.config["DetachKeys"] or DEFAULT)
        return web.json_response({"Id": made.id}, status=201)

    async def start(request: web.Request) -> web.StreamResponse:
        body = await read_json_object(request, "types.ExecStartCheck", required=False)
        made = execs.find_to_start(request.match_info["id"])
        # Whether the process has a terminal was said when the exec was made; here, whether its output goes
        # out as it is: a client that does not say so gets frames, of a terminal's output too.
        detach, raw = member(body, "Detach", bool, False), member(body, "Tty", bool, False)
        told = body.get("ConsoleSize") if raw and api_version(request) >= CONSOLE_SIZES else None
        size = _size(told or made.config["ConsoleSize"])
        if detach:
            process = await execs.start(made, size=size)
            engine.tasks.start(_discard_output(process), f"output of exec {made.id[:12]}")
            if said := await process.started():
                raise explain(said, made.config["Cmd"], prefix=EXEC)[0]
            return web.Response(status=200)
        # What can be told as an HTTP answer is; once the stream is taken over a failure is text in it, as
        # the docker command line expects it.
        execs.check_container(made)
        stream = hijack(request, content_type(request, terminal=raw))
        try:
            process = await execs.start(made, size=size)
        except EngineError as error:
            with suppress(ConnectionError):
                await _tell(stream, error, raw)
            return Hijacked()
        if size is not None:
            process.resize(*size)
        with suppress(ConnectionError):
            await _converse(made, process, stream, raw)
        engine.tasks.start(_discard_output(process), f"output of exec {made.id[:12]}")
        return Hijacked()

    async def resize(request: web.Request) -> web.Response:
        execs.resize(request.match_info["id"], *terminal_size(request))
        return web.Response(status=200)

    async def inspect(request: web.Request) -> web.Response:
        return web.json_response(_report(execs.find(request.match_info["id"])))

    return [
        web.post("/containers/{id}/exec", create),
        web.post("/exec/{id}/start", start),
        web.post("/exec/{id}/resize", resize),
        web.get("/exec/{id}/json", inspect),
    ]


async def _converse(made: Exec, process: ExecProcess, stream: HijackedStream, raw: bool) -> None:
    """Carry bytes until the process ends or the client leaves; a failed start is told in the stream."""
    config = made.config
    names = ("AttachStdout",) if raw else ("AttachStdout", "AttachStderr")  # unframed there is one stream
    detached = await pump(
        stream,
        process,
        stdin=config["AttachStdin"],
        streams=frozenset(number for number, name in enumerate(names, start=1) if config[name]),
        framed=not raw,
        scanner=DetachScanner(parse_keys(config["DetachKeys"] or DEFAULT)) if config["Tty"] else None,
    )
    if detached or stream.closed.done():
        return
    _, said = await process.wait()
    if said:
        failure, _ = explain(said, config["Cmd"], prefix=EXEC)
        await _tell(stream, failure, raw)
    else:
        stream.write_eof()


async def _tell(stream: HijackedStream, failure: EngineError, raw: bool) -> None:
    """Write a failure as the last thing of a stream."""
    text = f"{failure.message}\r\n".encode()
    await stream.write(text if raw else frame(STDOUT, text))  # as Docker does
    stream.write_eof()


async def _discard_output(process: ExecProcess) -> None:
    """Keep a process that nobody listens to from standing still; let go of its streams at its end."""
    process.write_eof()
    reading = True
    while reading:
        _, data = await process.read()
        reading = bool(data)
    await process.wait()
    process.close()


def _size(value: Any) -> tuple[int, int] | None:
    if not value:
        return None
    if (
        not isinstance(value, list)
        or len(value) != 2
        or any(not isinstance(number, int) or not 0 <= number < 65536 for number in value)
    ):
        raise InvalidParameterError("invalid JSON: ConsoleSize must be two numbers, height and width")
    return (value[0], value[1]) if value[0] and value[1] else None


def _report(made: Exec) -> dict[str, Any]:
    """Return Docker's ExecInspectResponse."""
    command, config = made.config["Cmd"], made.config
    user = config["User"] or made.container.record.config["User"]
    keys = parse_keys(config["DetachKeys"]) if config["DetachKeys"] else b""
    pid = made.process.pid() if made.running and made.process is not None else made.pid
    return {
        "ID": made.id,
        "Running": made.running,
        "ExitCode": made.exit_code,
        "ProcessConfig": {
            "tty": config["Tty"],
            "entrypoint": command[0],
            "arguments": command[1:],
            "privileged": config["Privileged"],
            **({"user": user} if user else {}),
        },
        "OpenStdin": config["AttachStdin"],
        "OpenStderr": config["AttachStderr"],
        "OpenStdout": config["AttachStdout"],
        "CanRemove": False,
        "ContainerID": made.container.id,
        "DetachKeys": b64encode(keys).decode(),
        "Pid": pid,
    }
