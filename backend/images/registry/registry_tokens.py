"""Gets the Authorization header that a registry's challenge asks for.

Source: distribution, "Token Authentication Specification" and "OAuth2 token authentication".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
from yarl import URL

from backend.images.manifest import json_object
from backend.images.registry.registry_auth import Challenge, Credentials
from backend.images.registry.registry_errors import NoCredentialsError, RefusedError, from_body, unreachable
from backend.images.registry.registry_session import read_limited

CLIENT_ID = "marina"
MAX_TOKEN_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Proof:
    """An Authorization header's value, and the lasting token that the server gave with it, if any."""

    header: str
    identity_token: str = ""

    def __repr__(self) -> str:
        """Keep secrets out of logs and tracebacks."""
        return "Proof(…)"


async def authorization(
    session: aiohttp.ClientSession,
    challenge: Challenge,
    credentials: Credentials,
    scopes: Sequence[str],
    *,
    insecure: bool,
    lasting: bool = False,
) -> Proof:
    """Answer a challenge. Raises RefusedError when there is nothing to show or it is not accepted.

    Secrets go to a realm without TLS only when the registry itself is insecure. `lasting` asks for a token
    that takes the password's place at later logins.
    """
    if challenge.scheme == "basic":
        if not credentials.username:
            raise NoCredentialsError
        return Proof(credentials.basic_header)
    if credentials.registry_token:
        return Proof(f"Bearer {credentials.registry_token}")
    realm = _realm(challenge, insecure=insecure)
    if credentials.identity_token:
        request = session.post(
            realm,
            data={
                "grant_type": "refresh_token",
                "refresh_token": credentials.identity_token,
                "service": challenge.service,
                "client_id": CLIENT_ID,
                "scope": " ".join(scopes),
            },
            allow_redirects=False,
        )
    else:
        query = [("service", challenge.service), *(("scope", scope) for scope in scopes)]
        headers = {}
        if credentials.username:
            query.append(("account", credentials.username))
            headers["Authorization"] = credentials.basic_header
        if lasting:
            query += [("offline_token", "true"), ("client_id", CLIENT_ID)]
        request = session.get(
            realm.extend_query([(name, value) for name, value in query if value]),
            headers=headers,
            allow_redirects=False,
        )
    return await _proof(realm, request)


def _realm(challenge: Challenge, *, insecure: bool) -> URL:
    try:
        realm = URL(challenge.realm)
    except ValueError as error:
        raise RefusedError(401, "UNAUTHORIZED", "the registry names an impossible token server") from error
    if realm.scheme != "https" and not (insecure and realm.scheme == "http"):
        raise RefusedError(401, "UNAUTHORIZED", f"refusing a token server without TLS: {realm.host}")
    return realm


async def _proof(realm: URL, request: "aiohttp.client._RequestContextManager") -> Proof:
    try:
        async with request as response:
            body = await read_limited(response, MAX_TOKEN_BYTES)
            if response.status != 200:
                raise from_body(response.status, response.reason or "", body, "")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise unreachable(realm, error) from error
    answer = json_object(body, "answer of the token server")
    token = answer.get("token") or answer.get("access_token")
    if not isinstance(token, str) or not token or not token.isprintable():
        raise RefusedError(
            401, "UNAUTHORIZED", "authorization server did not include a token in the response"
        )
    lasting = answer.get("refresh_token")
    return Proof(f"Bearer {token}", lasting if isinstance(lasting, str) else "")
