"""The services that clients call on `POST /grpc`: builds, and what clients want to know before.

Source: BuildKit's `api/services/control`, `control/control.go`, `frontend/gateway` and `control/gateway`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError
from grpclib.server import Stream

from backend.builder.build_state import BuildState
from backend.builder.cache import cache_pruning
from backend.builder.cache.cache_mounts import CacheUsage
from backend.buildkit import entitlements, subrequests
from backend.buildkit.build_status import now
from backend.buildkit.builds import Attributes, Build, Builds
from backend.buildkit.cache_exports import export_caches, with_inline_cache
from backend.buildkit.cache_imports import opened_imports
from backend.buildkit.cache_wishes import CacheWish, CacheWishes
from backend.buildkit.capabilities import (
    BUILDKIT_VERSION,
    FRONTEND_CAPABILITIES,
    LLB_CAPABILITIES,
    WORKER_LABELS,
)
from backend.buildkit.dockerfile_frontend import build_dockerfile
from backend.buildkit.exports import Export, export_result
from backend.buildkit.failures import as_grpc
from backend.buildkit.frontend_options import read_frontend_options
from backend.buildkit.linked_results import definition_of, with_images, with_results
from backend.buildkit.oci_layouts import with_layouts
from backend.buildkit.protocol import control_pb2 as control
from backend.buildkit.protocol import gateway_pb2 as gateway
from backend.buildkit.sessions import Sessions
from backend.containers.manager import Containers
from backend.errors import EngineError, InvalidParameterError, NotFoundError, NotSupportedError
from backend.images import platforms
from backend.tasks import Tasks

BUILD_ID = "buildkit-controlapi-buildid"
DOCKERFILE_FRONTENDS = ("dockerfile.v0",)
Answer = Callable[[Any, Stream[Any, Any]], Awaitable[Any]]


class BuildService:
    """Answers the calls of all clients."""

    def __init__(
        self, containers: Containers, caches: BuildState, tasks: Tasks, sessions: Sessions, engine_id: str
    ) -> None:
        self._containers = containers
        self._caches = caches
        self._tasks = tasks
        self._sessions = sessions
        self._engine_id = engine_id
        self._builds = Builds()

    def __mapping__(self) -> dict[str, Handler]:
        """Return the calls by their paths, as grpclib asks for them."""
        c, bridge = "/moby.buildkit.v1.Control", "/moby.buildkit.v1.frontend.LLBBridge"
        return {
            f"{c}/Info": _unary(self._info, control.InfoRequest, control.InfoResponse),
            f"{c}/ListWorkers": _unary(
                self._workers, control.ListWorkersRequest, control.ListWorkersResponse
            ),
            f"{c}/DiskUsage": _unary(self._disk_usage, control.DiskUsageRequest, control.DiskUsageResponse),
            f"{c}/Prune": Handler(
                self._prune, Cardinality.UNARY_STREAM, control.PruneRequest, control.UsageRecord
            ),
            f"{c}/Solve": _unary(self._solve, control.SolveRequest, control.SolveResponse),
            f"{c}/Status": Handler(
                self._status, Cardinality.UNARY_STREAM, control.StatusRequest, control.StatusResponse
            ),
            f"{bridge}/Ping": _unary(self._ping, gateway.PingRequest, gateway.PongResponse),
            f"{bridge}/Solve": _unary(self._solve_frontend, gateway.SolveRequest, gateway.SolveResponse),
            f"{bridge}/Evaluate": _unary(self._evaluate, gateway.EvaluateRequest, gateway.EvaluateResponse),
            f"{bridge}/Return": _unary(self._return, gateway.ReturnRequest, gateway.ReturnResponse),
            f"{bridge}/Warn": _unary(self._warn, gateway.WarnRequest, gateway.WarnResponse),
        }

    # --- what there is ---

    async def _info(self, request: control.InfoRequest, stream: Stream[Any, Any]) -> control.InfoResponse:
        return control.InfoResponse(buildkit_version=_version())

    async def _workers(
        self, request: control.ListWorkersRequest, stream: Stream[Any, Any]
    ) -> control.ListWorkersResponse:
        return control.ListWorkersResponse(record=[self._worker()])

    def _worker(self) -> control.WorkerRecord:
        own = platforms.own()
        return control.WorkerRecord(
            id=self._engine_id,
            labels=WORKER_LABELS,
            platforms=[control.Platform(architecture=own.architecture, os=own.os, variant=own.variant)],
            buildkit_version=_version(),
        )

    async def _disk_usage(
        self, request: control.DiskUsageRequest, stream: Stream[Any, Any]
    ) -> control.DiskUsageResponse:
        usages = await self._caches.cache_mounts.usage()
        return control.DiskUsageResponse(record=[_usage_record(usage) for usage in usages])

    async def _prune(self, stream: Stream[control.PruneRequest, control.UsageRecord]) -> None:
        request = await stream.recv_message()
        if request is None:
            return
        try:
            unwanted = cache_pruning.read_unwanted(_filters(request.filter), request.keep_duration)
            caches = self._caches.cache_mounts
            usages = {usage.record.key: usage for usage in await caches.usage()}
            removed, _ = await cache_pruning.prune(caches, unwanted, request.keep_bytes)
        except EngineError as error:
            raise as_grpc(error) from error
        for key in removed:
            if key in usages:
                await stream.send_message(_usage_record(usages[key]))

    # --- builds ---

    async def _solve(self, request: control.SolveRequest, stream: Stream[Any, Any]) -> control.SolveResponse:
        build = self._builds.begin(request.ref, request.session)
        try:
            work = self._tasks.start(self._outcome(build, request), f"build {build.ref}")
            try:
                outcome = await asyncio.shield(work)
            except BaseException:  # the client left
                work.cancel()
                await asyncio.wait([work])
                raise
        finally:
            self._builds.end(build)
        if isinstance(outcome, EngineError):
            raise outcome
        return control.SolveResponse(exporter_response=outcome)

    async def _outcome(self, build: Build, request: control.SolveRequest) -> dict[str, str] | EngineError:
        try:
            return await self._build(build, request)
        except EngineError as error:
            return error

    async def _build(self, build: Build, request: control.SolveRequest) -> dict[str, str]:
        export = _export(request)
        export.check()
        caches = _cache_wishes(request)
        caches.check()
        entitlements.check(request.entitlements)
        attributes: Attributes | None
        if not request.frontend:
            if request.definition.operations:
                raise NotSupportedError("builds from LLB are not supported: build from a Dockerfile")
            attributes = await build.returned
        elif request.frontend not in DOCKERFILE_FRONTENDS:
            raise NotSupportedError(f"failed to solve with frontend {request.frontend}: not supported")
        else:
            attributes = with_results(request.frontend_attrs, request.frontend_inputs)
        if attributes is None:
            return {}
        export.check_platforms(len(read_frontend_options(attributes).platforms()))
        session = await self._sessions.get(request.session)
        attributes = await with_images(attributes, self._builds.image_of)
        images, status = self._containers.images, build.status
        async with images.kept() as keep, opened_imports(caches, images, session, status) as shared:
            wanted = read_frontend_options(attributes).platforms()
            attributes = await with_layouts(attributes, wanted, images.exchange, session, status, keep)
            results = await build_dockerfile(
                self._containers,
                self._caches,
                session,
                attributes,
                status,
                keep,
                [name.with_default_tag().familiar for name in export.names()],
                shared,
                caches,
                host_network=entitlements.HOST_NETWORK in request.entitlements,
            )
            build.take_results([result.image for result in results])
            exported = results
            if caches.inline is not None:
                exported = []
                for result in results:
                    image = await with_inline_cache(caches.inline, images, result.image, result.trail, status)
                    keep(image)
                    exported.append(replace(result, image=image))
            told = await export_result(self._containers, exported, export, session, status)
            return told | await export_caches(caches, images, results, session, status)

    async def _status(self, stream: Stream[control.StatusRequest, control.StatusResponse]) -> None:
        request = await stream.recv_message()
        if request is None:
            return
        await stream.send_initial_metadata(metadata={"buildkit-current-timestamp": now().ToJsonString()})
        try:
            build = await self._builds.get(request.ref)
        except EngineError as error:
            raise as_grpc(error) from error
        while (message := await build.status.next()) is not None:
            await stream.send_message(message)

    # --- builds that their client drives ---

    async def _driven(self, stream: Stream[Any, Any]) -> Build:
        ref = stream.metadata.get(BUILD_ID) if stream.metadata else None
        if not isinstance(ref, str):
            raise InvalidParameterError("no buildid found in context")
        return await self._builds.get(ref)

    async def _ping(self, request: gateway.PingRequest, stream: Stream[Any, Any]) -> gateway.PongResponse:
        await self._driven(stream)
        return gateway.PongResponse(
            frontend_api_caps=[gateway.APICap(id=name, enabled=True) for name in FRONTEND_CAPABILITIES],
            llb_caps=[gateway.APICap(id=name, enabled=True) for name in LLB_CAPABILITIES],
            workers=[self._worker()],
        )

    async def _solve_frontend(
        self, request: gateway.SolveRequest, stream: Stream[Any, Any]
    ) -> gateway.SolveResponse:
        build = await self._driven(stream)
        if request.frontend not in DOCKERFILE_FRONTENDS:
            what = f"frontend {request.frontend}" if request.frontend else "LLB"
            raise NotSupportedError(f"builds from {what} are not supported: build from a Dockerfile")
        if request.frontend_opt.get(subrequests.REQUEST):
            session = await self._sessions.get(build.session_id)
            files = self._containers.files
            told = await subrequests.answer(files, session, request.frontend_opt, build.status)
            return gateway.SolveResponse(result=gateway.Result(metadata=told))
        result_id = build.add_result(with_results(request.frontend_opt, request.frontend_inputs))
        ref = gateway.Ref(id=result_id, definition=definition_of(result_id))
        return gateway.SolveResponse(result=gateway.Result(ref=ref))

    async def _evaluate(
        self, request: gateway.EvaluateRequest, stream: Stream[Any, Any]
    ) -> gateway.EvaluateResponse:
        """Answer that a result may be built: it is when its client returns it, or another build wants it."""
        build = await self._driven(stream)
        if not build.has_result(request.ref):
            raise NotFoundError(f"no such reference {request.ref[:200]}")
        return gateway.EvaluateResponse()

    async def _return(
        self, request: gateway.ReturnRequest, stream: Stream[Any, Any]
    ) -> gateway.ReturnResponse:
        build = await self._driven(stream)
        if request.HasField("error"):
            build.fail(InvalidParameterError(request.error.message))
        elif request.result.HasField("refs"):
            raise NotSupportedError("multiple platforms feature is currently not supported for docker driver")
        else:
            build.give_back(request.result.ref.id or request.result.ref_deprecated)
        return gateway.ReturnResponse()

    async def _warn(self, request: gateway.WarnRequest, stream: Stream[Any, Any]) -> gateway.WarnResponse:
        await self._driven(stream)
        return gateway.WarnResponse()


def _unary(answer: Answer, request: type[Any], response: type[Any]) -> Handler:
    """Return a call that takes one message and gives one; the engine's errors go the way of gRPC."""

    async def handle(stream: Stream[Any, Any]) -> None:
        message = await stream.recv_message()
        if message is None:
            raise GRPCError(Status.INVALID_ARGUMENT, "no request")
        try:
            await stream.send_message(await answer(message, stream))
        except EngineError as error:
            raise as_grpc(error) from error

    return Handler(handle, Cardinality.UNARY_UNARY, request, response)


def _usage_record(usage: CacheUsage) -> control.UsageRecord:
    record = usage.record
    message = control.UsageRecord(
        id=record.key,
        mutable=True,
        in_use=usage.in_use,
        size=usage.size,
        usage_count=record.uses,
        description=record.description,
        record_type="exec.cachemount",
    )
    message.created_at.FromNanoseconds(record.created)
    message.last_used_at.FromNanoseconds(record.last_used)
    return message


def _filters(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return filters as they are in calls of Docker's API; clients write them as containerd does."""
    filters: dict[str, list[str]] = {}
    for text in texts:
        for part in filter(None, text.split(",")):  # buildx says "" when it means none
            name, _, value = part.replace("==", "=").replace("~=", "=").partition("=")
            filters.setdefault(name, []).append(value)
    return filters


def _version() -> control.BuildkitVersion:
    return control.BuildkitVersion(package="github.com/moby/buildkit", version=BUILDKIT_VERSION)


def _cache_wishes(request: control.SolveRequest) -> CacheWishes:
    def wishes(entries: Iterable[control.CacheOptionsEntry]) -> list[CacheWish]:
        return [CacheWish(entry.type, dict(entry.attrs)) for entry in entries]

    return CacheWishes(wishes(request.cache.imports), wishes(request.cache.exports))


def _export(request: control.SolveRequest) -> Export:
    if len(request.exporters) > 1:
        raise NotSupportedError("multiple outputs currently unsupported by the current BuildKit daemon")
    if request.exporters:
        return Export(request.exporters[0].type, dict(request.exporters[0].attrs))
    return Export(request.exporter_deprecated, dict(request.exporter_attrs_deprecated))
