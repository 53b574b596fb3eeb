"""From kinds of failure to HTTP answers: the only place in the engine that knows status codes."""

import json
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from backend import errors
from backend.api.streams import Hijacked

log = logging.getLogger(__name__)

STATUS_BY_KIND: dict[type[errors.EngineError], int] = {
    errors.InvalidParameterError: 400,
    errors.UnauthorizedError: 401,
    errors.ForbiddenError: 403,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.NotModifiedError: 304,
    errors.NotSupportedError: 501,
    errors.UnavailableError: 503,
    errors.SystemFailureError: 500,
}


def status_of(error: errors.EngineError) -> int:
    """Return the HTTP status for a failure; kinds without one of their own count as 500."""
    for kind in type(error).__mro__:
        if kind in STATUS_BY_KIND:
            return STATUS_BY_KIND[kind]
    return 500


def error_response(status: int, message: str) -> web.Response:
    """Return Docker's ErrorResponse."""
    if status == 304:
        return web.Response(status=304)
    # The docker command line reads the message only from exactly this content type, without a charset.
    body = json.dumps({"message": message}).encode()
    return web.Response(body=body, content_type="application/json", status=status)


@web.middleware
async def error_middleware(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer every failure in Docker's form; nothing but a cancelled request passes through.

    An answer that has begun cannot become another one: it is cut off, which its client notices.
    """
    try:
        return await handler(request)
    except errors.EngineError as error:
        if _answer_has_begun(request):
            return _cut_off(request, error)
        return error_response(status_of(error), error.message)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):  # Docker makes no difference
        return error_response(404, "page not found")
    except web.HTTPException as error:
        return error_response(error.status, error.text or error.reason)
    except ConnectionError:
        return Hijacked()  # the client left; there is nobody to answer
    except Exception as error:
        log.exception("%s %s failed", request.method, request.path)
        if _answer_has_begun(request):
            return _cut_off(request, error)
        return error_response(500, f"internal error of the engine: {error}")


def _answer_has_begun(request: web.Request) -> bool:
    """Return whether something was sent already: the head of an answer, or bytes of a stream taken over."""
    transport = request.transport
    taken_over = transport is not None and transport.get_protocol() is not request.protocol
    return taken_over or request.writer.output_size > 0


def _cut_off(request: web.Request, error: Exception) -> web.StreamResponse:
    log.warning("%s %s was cut off: %s", request.method, request.path, error)
    if request.transport is not None:
        request.transport.abort()
    return Hijacked()
