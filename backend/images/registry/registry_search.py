"""Searches a registry that offers the old search API; Docker Hub does, most others do not.

Source: Docker Engine API, `GET /images/search`; dockerd, `registry/search.go`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from backend.errors import EngineError, InvalidParameterError, SystemFailureError
from backend.images.reference import DEFAULT_DOMAIN, LEGACY_DOMAIN, split_domain
from backend.images.registry.registry_auth import Credentials
from backend.images.registry.registry_client import TRANSPORT_ERRORS
from backend.images.registry.registry_endpoints import Endpoint, endpoints
from backend.images.registry.registry_errors import UnreachableError, unreachable
from backend.images.registry.registry_session import read_limited, registry_session

DEFAULT_LIMIT, MAX_LIMIT = 25, 100
MAX_ANSWER_BYTES = 4 * 1024 * 1024
FIELDS: Mapping[str, Any] = {
    "star_count": 0,
    "is_official": False,
    "name": "",
    "is_automated": False,
    "description": "",
}


async def search(
    term: str, limit: int, credentials: Credentials, insecure_registries: Sequence[str]
) -> list[dict[str, Any]]:
    """Return what the registry that `term` names finds for the rest of it.

    Raises InvalidParameterError, SystemFailureError.
    """
    if "://" in term:
        raise InvalidParameterError(
            f"invalid repository name: repository name ({term}) should not have a scheme"
        )
    limit = limit or DEFAULT_LIMIT
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidParameterError(f"limit {limit} is outside the range of [1, {MAX_LIMIT}]")
    domain, rest = split_domain(term)
    is_hub = domain == DEFAULT_DOMAIN
    wanted = rest.removeprefix("library/") if is_hub else rest
    failure: EngineError = SystemFailureError(f"there is no registry to ask at {domain}")
    for endpoint in endpoints(LEGACY_DOMAIN if is_hub else domain, (), insecure_registries):
        try:
            return await _ask(endpoint, wanted, limit, credentials)
        except UnreachableError as error:
            failure = error
    raise failure


async def _ask(endpoint: Endpoint, term: str, limit: int, credentials: Credentials) -> list[dict[str, Any]]:
    url = (endpoint.url / "v1" / "search").with_query({"q": term, "n": str(limit)})
    headers = {"Authorization": credentials.basic_header} if credentials.username else {}
    async with registry_session(endpoint) as session:
        try:
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                if response.status != 200:
                    raise SystemFailureError(
                        f"Unexpected status code {response.status}: {url.authority} offers no search"
                    )
                body = await read_limited(response, MAX_ANSWER_BYTES)
        except TRANSPORT_ERRORS as error:
            raise unreachable(url, error) from error
    return _results(body)


def _results(body: bytes) -> list[dict[str, Any]]:
    try:
        results = json.loads(body)["results"] or []
        return [
            {name: type(usual)(result.get(name) or usual) for name, usual in FIELDS.items()}
            for result in results
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SystemFailureError("the registry's answer to the search is unreadable") from error
