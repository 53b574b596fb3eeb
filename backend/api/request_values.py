"""Reading what callers send: query values, JSON bodies, filters. All of it is hostile until checked here."""

import json
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from aiohttp import web

from backend.errors import InvalidParameterError

Value = TypeVar("Value")

NO_BODY = "got EOF while reading request body"
MAX_JSON_BYTES = 8 * 1024 * 1024
FALSE_WORDS = frozenset({"", "0", "no", "false", "none"})  # dockerd takes all others for true

TYPE_NAMES: dict[type, str] = {str: "string", int: "number", bool: "boolean", list: "array", dict: "object"}


async def read_json_object(
    request: web.Request, kind: str = "", *, required: bool = True, any_type: bool = False
) -> dict[str, Any]:
    """Return the body as a JSON object; an empty body is `{}` unless `required`.

    With `kind`, one of `body_types`, it is of that type. Raises InvalidParameterError for anything else, and
    for a body that is not called JSON unless it may be of `any_type`.
    """
    if not any_type:
        check_called_json(request)
    body = await request.content.read(MAX_JSON_BYTES + 1)
    while chunk := await request.content.read(MAX_JSON_BYTES + 1 - len(body)):
        body += chunk
    if len(body) > MAX_JSON_BYTES:
        raise InvalidParameterError("request body too large")
    if not body.strip():
        if required:
            raise InvalidParameterError(f"invalid JSON: {NO_BODY}")
        return {}
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        from backend.api.json_errors import explain

        raise InvalidParameterError(explain(error)) from error
    except (ValueError, RecursionError) as error:
        raise InvalidParameterError(f"invalid JSON: {error}") from error
    if value is None:
        return {}
    if kind:
        from backend.api.body_decoder import decode

        value = decode(value, kind)
    if not isinstance(value, dict):
        raise InvalidParameterError(f"invalid JSON: want an object, got {type(value).__name__}")
    return value


def check_called_json(request: web.Request) -> None:
    """Raise InvalidParameterError for a body that its Content-Type does not call JSON, as dockerd does."""
    called = request.headers.get("Content-Type", "")
    if not called and not request.body_exists:
        return
    media_type = called.partition(";")[0].strip().lower()
    if not media_type:
        raise InvalidParameterError(f"malformed Content-Type header ({called}): mime: no media type")
    if media_type != "application/json":
        raise InvalidParameterError(f"unsupported Content-Type header ({called}): must be 'application/json'")


def _no_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python takes for numbers and JSON does not know."""
    raise json.JSONDecodeError("Expecting value", name, 0)


def member(body: Mapping[str, Any], name: str, kind: type[Value], default: Value) -> Value:
    """Return `body[name]`, or `default` when it is missing or null.

    Raises InvalidParameterError when the value is not of `kind`; a boolean is not a number here.
    """
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise InvalidParameterError(
            f"invalid JSON: {name} must be {TYPE_NAMES.get(kind, kind.__name__)}, "
            f"got {json.dumps(value)[:80]}"
        )
    return value


def query_bool(request: web.Request, name: str, default: bool = False) -> bool:
    """Return a truth value of the query, in the words that Docker accepts."""
    value = request.query.get(name)
    return default if value is None else value.strip().lower() not in FALSE_WORDS


def query_int(request: web.Request, name: str) -> int | None:
    """Return a whole number of the query, or None when missing."""
    value = request.query.get(name)
    if value is None or value == "":
        return None
    try:
        return int(value)
    except ValueError as error:
        raise InvalidParameterError(f"invalid value for {name}: {value!r} is not a number") from error


def query_texts(request: web.Request, name: str) -> dict[str, str]:
    """Return a JSON object of the query whose values are strings; {} when it is missing."""
    try:
        value = json.loads(request.query.get(name) or "{}")
    except (ValueError, RecursionError) as error:
        raise InvalidParameterError(f"invalid value for {name}: no JSON") from error
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise InvalidParameterError(f"invalid value for {name}: it must be an object of strings")
    return value


def query_filters(request: web.Request) -> dict[str, list[str]]:
    """Return the `filters` of the query: name to wanted values.

    Both forms that Docker reads: `{"name": ["a"]}` and the older `{"name": {"a": true}}`.
    """
    raw = request.query.get("filters")
    if not raw:
        return {}
    try:
        filters = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidParameterError("invalid filter") from error
    if filters is None:
        return {}
    if not isinstance(filters, dict):
        raise InvalidParameterError("invalid filter")
    checked: dict[str, list[str]] = {}
    for name, values in filters.items():
        if isinstance(values, dict) and all(isinstance(wanted, bool) for wanted in values.values()):
            values = list(values)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise InvalidParameterError("invalid filter")
        checked[name] = list(dict.fromkeys(values))  # a set to dockerd
    return checked


def known_filters(request: web.Request, known: Collection[str]) -> dict[str, list[str]]:
    """Return the `filters` of the query; raises InvalidParameterError for a name not among `known`."""
    filters = query_filters(request)
    if unknown := set(filters) - set(known):
        raise InvalidParameterError(f"invalid filter '{min(unknown)}'")
    return filters
