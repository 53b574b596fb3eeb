"""`/build`, `/build/prune`, `/build/cancel`: images from Dockerfiles, by the classic builder.

Source: Docker Engine API, `POST /build`; dockerd's `api/server/router/build`.
"""

import base64
import binascii
import json
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from backend.api import build_agents
from backend.api.json_stream import Messages, stream_json
from backend.api.request_values import query_bool, query_filters
from backend.engine import Engine
from backend.errors import InvalidParameterError, NotSupportedError
from backend.images import platforms, reference
from backend.images.reference import Reference
from backend.images.registry import registry_auth
from backend.images.registry.registry_auth import Credentials

if TYPE_CHECKING:
    from backend.builder.build_options import BuildOptions
    from backend.builder.build_session import BuildSession
    from backend.builder.run.lent_agents import LentAgents

REGISTRIES_HEADER = "X-Registry-Config"
# Marina's own: a JSON object, the secrets of `RUN --mount=type=secret` in base64 by their ids.
SECRETS_HEADER = "X-Marina-Build-Secrets"
MOST_KEPT = 2000  # messages of a quiet build, told when it fails
# Numbers of the query, and the fields of a container's HostConfig that they become.
NUMBERS = {
    "memory": "Memory",
    "memswap": "MemorySwap",
    "cpushares": "CpuShares",
    "cpuperiod": "CpuPeriod",
    "cpuquota": "CpuQuota",
}
TEXTS = {
    "cpusetcpus": "CpusetCpus",
    "cpusetmems": "CpusetMems",
    "cgroupparent": "CgroupParent",
    "networkmode": "NetworkMode",
}
NO_SESSION_BUILDS = (
    "builds with version=2 are not supported: build with `docker buildx`, or with DOCKER_BUILDKIT=0"
)
LISTS = {"extrahosts": "ExtraHosts", "securityopt": "SecurityOpt"}


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's routes."""

    async def build(request: web.Request) -> web.StreamResponse:
        from backend.builder.builder import build_image
        from backend.builder.progress.classic_output import ClassicOutput
        from backend.builder.run.run_step import CommandFailedError

        options = _read_options(request, engine.agents)
        quiet = query_bool(request, "q")
        remote = request.query.get("remote", "")

        async def run(send: Messages) -> None:
            kept: deque[dict[str, Any]] = deque(maxlen=MOST_KEPT)
            try:
                image_id = await build_image(
                    engine.containers,
                    engine.builds,
                    remote or request.content.iter_any(),
                    options,
                    ClassicOutput(kept.append if quiet else send, send.room),
                )
                if quiet:
                    send({"stream": f"{image_id}\n"})
            except Exception as error:
                for message in kept:
                    send(message)
                if not isinstance(error, CommandFailedError):
                    raise
                detail = {"code": error.exit_code, "message": error.message}
                send({"errorDetail": detail, "error": error.message})

        return await stream_json(request, engine.tasks, run)

    async def prune(request: web.Request) -> web.Response:
        """Remove folders that commands cache in; the steps of builds are images, pruned as such."""
        from backend.builder.cache import cache_pruning

        keep = request.query.get("keep-storage", "")
        if keep and not (keep.isascii() and keep.lstrip("+-").isdigit() and len(keep) < 20):
            raise InvalidParameterError(
                f"keep-storage is in bytes and expects an integer, got {keep}: "
                f'strconv.Atoi: parsing "{keep}": invalid syntax'
            )
        unwanted = cache_pruning.read_unwanted(query_filters(request))
        removed, freed = await cache_pruning.prune(engine.builds.cache_mounts, unwanted, int(keep or 0))
        return web.json_response({"CachesDeleted": removed or None, "SpaceReclaimed": freed})

    async def cancel(request: web.Request) -> web.Response:
        """Answer as dockerd does: builds of the classic builder end with their client's connection."""
        if not request.query.get("id"):
            raise InvalidParameterError("build ID not provided")
        return web.Response()

    return [
        web.post("/build", build),
        web.post("/build/prune", prune),
        web.post("/build/cancel", cancel),
        build_agents.route(engine.agents),
    ]


def _read_options(request: web.Request, agents: "LentAgents") -> "BuildOptions":
    from backend.builder.build_options import BuildOptions

    query = request.query
    version = query.get("version", "")
    if version == "2":
        raise NotSupportedError(NO_SESSION_BUILDS)
    if version not in ("", "1"):
        raise InvalidParameterError(f'invalid version "{version[:40]}"')
    if query_bool(request, "squash"):
        raise InvalidParameterError("squash is only supported with experimental mode")
    if query.get("outputs"):
        raise NotSupportedError(f"the option `outputs` is BuildKit's: {NO_SESSION_BUILDS}")
    return BuildOptions(
        dockerfile=query.get("dockerfile") or "Dockerfile",
        tags=_tags(query.getall("t", [])),
        target=query.get("target", ""),
        arguments=_texts_by_name(query.get("buildargs", ""), "build args", optional=True),
        labels={
            name: value or ""
            for name, value in _texts_by_name(query.get("labels", ""), "labels", optional=False).items()
        },
        use_cache=not query_bool(request, "nocache"),
        cache_from=_cache_from(query.get("cachefrom", "")),
        pull=query_bool(request, "pull"),
        remove=query_bool(request, "rm", True),
        force_remove=query_bool(request, "forcerm"),
        platform=platforms.parse(query["platform"]) if query.get("platform") else None,
        host_config=_host_config(request),
        credentials=_credentials(request.headers.get(REGISTRIES_HEADER, "")),
        session=_session(request, agents),
    )


def _session(request: web.Request, agents: "LentAgents") -> "BuildSession":
    from backend.builder.build_session import SecretsSentAlong
    from backend.builder.run.lent_agents import LendingClient

    secrets = _secrets(request.headers.get(SECRETS_HEADER, ""))
    if key := request.headers.get(build_agents.KEY_HEADER, ""):
        return LendingClient(secrets, agents, build_agents.checked_key(key))
    return SecretsSentAlong(secrets)


def _tags(names: list[str]) -> tuple[Reference, ...]:
    tags: dict[Reference, None] = {}
    for name in names:
        if name:
            parsed = reference.parse(name)
            if parsed.digest is not None:
                raise InvalidParameterError("build tag cannot contain a digest")
            tags[parsed.with_default_tag()] = None
    return tuple(tags)


def _json(text: str, what: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidParameterError(f"error reading {what}: {error}") from error


def _texts_by_name(text: str, what: str, *, optional: bool) -> dict[str, str | None]:
    value = _json(text, what)
    if value is None:
        return {}
    kinds = (str, type(None)) if optional else (str,)
    if not isinstance(value, dict) or not all(isinstance(item, kinds) for item in value.values()):
        raise InvalidParameterError(f"error reading {what}: want an object of strings")
    if any(_is_unusable(part) for item in value.items() for part in item if part):
        raise InvalidParameterError(f"error reading {what}: text with a NUL byte or broken UTF-8")
    return value


def _is_unusable(text: str) -> bool:
    return "\0" in text or any(0xD800 <= ord(character) < 0xE000 for character in text)


def _cache_from(text: str) -> tuple[str, ...]:
    value = _json(text, "cache-from") or []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise InvalidParameterError("error reading cache-from: want an array of strings")
    return tuple(value)


def _host_config(request: web.Request) -> dict[str, Any]:
    """Return what the build's containers get, in Docker's form; `create` checks it like any other."""
    query = request.query
    host: dict[str, Any] = {}
    for name, field in NUMBERS.items():
        if number := _number(query.get(name, "")):
            host[field] = number
    for name, field in TEXTS.items():
        if text := query.get(name):
            host[field] = text
    for name, field in LISTS.items():
        if texts := [text for text in query.getall(name, []) if text]:
            host[field] = texts
    if size := query.get("shmsize"):
        if not size.lstrip("+-").isdigit():
            raise InvalidParameterError(f'strconv.ParseInt: parsing "{size[:40]}": invalid syntax')
        host["ShmSize"] = int(size)
    limits = _json(query.get("ulimits", ""), "ulimit settings")
    if limits:
        host["Ulimits"] = limits
    return host


def _number(text: str) -> int:
    """Return a number; what is none counts as 0, as in Docker."""
    return int(text) if text.lstrip("+-").isdigit() and text.isascii() and len(text) < 20 else 0


def _credentials(header: str) -> Mapping[str, Credentials]:
    if not header:
        return {}
    complaint = f"invalid {REGISTRIES_HEADER} header"
    try:
        padding = "=" * (-len(header.rstrip("=")) % 4)
        value = json.loads(base64.urlsafe_b64decode(header.rstrip("=") + padding) or b"{}")
    except (ValueError, RecursionError, binascii.Error) as error:
        raise InvalidParameterError(f"{complaint}: must be base64 of a JSON object") from error
    if value is None:  # what Go's client says of no registries
        return {}
    if not isinstance(value, dict):
        raise InvalidParameterError(f"{complaint}: want a JSON object")
    return {str(key): registry_auth.from_json(entry, complaint) for key, entry in value.items()}


def _secrets(header: str) -> dict[str, bytes]:
    try:
        texts = _texts_by_name(header, SECRETS_HEADER, optional=False)
        return {name: base64.b64decode(text or "", validate=True) for name, text in texts.items()}
    except ValueError as error:  # without its text, as that might be a secret
        raise InvalidParameterError(f"error reading {SECRETS_HEADER}: want base64") from error
