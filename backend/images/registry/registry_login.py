"""Finds out whether a registry accepts credentials; nothing of them is kept.

Source: Docker Engine API, `POST /auth`; dockerd, `registry/auth.go`.
"""

from collections.abc import Sequence

import aiohttp
from yarl import URL

from backend.errors import EngineError, SystemFailureError, UnauthorizedError
from backend.images.reference import DEFAULT_DOMAIN, LEGACY_DOMAIN
from backend.images.registry.registry_auth import Credentials, parse_challenges
from backend.images.registry.registry_client import TRANSPORT_ERRORS
from backend.images.registry.registry_endpoints import Endpoint, endpoints
from backend.images.registry.registry_errors import RefusedError, UnreachableError, unreachable
from backend.images.registry.registry_session import registry_session
from backend.images.registry.registry_tokens import Proof, authorization


async def log_in(server: str, credentials: Credentials, insecure_registries: Sequence[str]) -> str:
    """Return the identity token that the registry gave, "" for none.

    Raises UnauthorizedError for credentials that it does not accept, SystemFailureError, and
    InvalidParameterError for an impossible `server`.
    """
    domain = server.removeprefix("https://").removeprefix("http://").split("/", 1)[0]
    if domain in ("", LEGACY_DOMAIN):
        domain = DEFAULT_DOMAIN
    failure: EngineError = SystemFailureError(f"there is no registry to ask at {server}")
    for endpoint in endpoints(domain, (), insecure_registries):
        try:
            return await _log_in_at(endpoint, credentials)
        except UnreachableError as error:
            failure = error
    raise failure


async def _log_in_at(endpoint: Endpoint, credentials: Credentials) -> str:
    url = endpoint.url / "v2/"
    async with registry_session(endpoint) as session:
        try:
            proof = await _answered_challenge(session, endpoint, url, credentials)
            if proof is None:
                return ""
            headers = {"Authorization": proof.header}
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                if response.status == 200:
                    return proof.identity_token
                raise UnauthorizedError(
                    f"login attempt to {url} failed with status: {response.status} {response.reason}"
                )
        except RefusedError as error:
            raise UnauthorizedError(f'Get "{url}": {error}') from error
        except TRANSPORT_ERRORS as error:
            raise unreachable(url, error) from error


async def _answered_challenge(
    session: aiohttp.ClientSession, endpoint: Endpoint, url: URL, credentials: Credentials
) -> Proof | None:
    """Return what to show, or None when the registry lets everybody in."""
    async with session.get(url, allow_redirects=False) as response:
        if response.status == 200:
            return None
        challenges = parse_challenges(response.headers.getall("WWW-Authenticate", []))
        if response.status != 401 or not challenges:
            raise SystemFailureError(
                f"login attempt to {url} failed with status: {response.status} {response.reason}"
            )
    bearer = [challenge for challenge in challenges if challenge.scheme == "bearer"]
    return await authorization(
        session, (bearer or challenges)[0], credentials, (), insecure=endpoint.insecure, lasting=True
    )
