"""Gets the Authorization header that a registry's challenge asks for.

Source: distribution, "Token Authentication Specification" and "OAuth2 token authentication".
"""

import aiohttp
from yarl import URL

from backend.images.manifest import json_object
from backend.images.registry_auth import Challenge, Credentials
from backend.images.registry_errors import RefusedError, from_body, unreachable

CLIENT_ID = "marina"
MAX_TOKEN_BYTES = 1024 * 1024


async def authorization(
    session: aiohttp.ClientSession,
    challenge: Challenge,
    credentials: Credentials,
    scope: str,
    *,
    insecure: bool,
) -> str:
    """Return a header value. Raises RefusedError when there is nothing to show or it is not accepted.

    Secrets go to a realm without TLS only when the registry itself is insecure.
    """
    if challenge.scheme == "basic":
        if not credentials.username:
            raise RefusedError(401, "UNAUTHORIZED", "no basic auth credentials")
        return credentials.basic_header
    if credentials.registry_token:
        return f"Bearer {credentials.registry_token}"
    realm = _realm(challenge, insecure=insecure)
    if credentials.identity_token:
        request = session.post(
            realm,
            data={
                "grant_type": "refresh_token",
                "refresh_token": credentials.identity_token,
                "service": challenge.service,
                "client_id": CLIENT_ID,
                "scope": scope,
            },
            allow_redirects=False,
        )
    else:
        query = {"service": challenge.service, "scope": scope}
        headers = {}
        if credentials.username:
            query["account"] = credentials.username
            headers["Authorization"] = credentials.basic_header
        request = session.get(
            realm.update_query({name: value for name, value in query.items() if value}),
            headers=headers,
            allow_redirects=False,
        )
    return f"Bearer {await _token(realm, request)}"


def _realm(challenge: Challenge, *, insecure: bool) -> URL:
    try:
        realm = URL(challenge.realm)
    except ValueError as error:
        raise RefusedError(401, "UNAUTHORIZED", "the registry names an impossible token server") from error
    if realm.scheme != "https" and not (insecure and realm.scheme == "http"):
        raise RefusedError(401, "UNAUTHORIZED", f"refusing a token server without TLS: {realm.host}")
    return realm


async def _token(realm: URL, request: "aiohttp.client._RequestContextManager") -> str:
    try:
        async with request as response:
            body = await response.content.read(MAX_TOKEN_BYTES)
            while chunk := await response.content.read(MAX_TOKEN_BYTES + 1 - len(body)):
                body += chunk
            if response.status != 200:
                if response.status in (401, 403):
                    raise RefusedError(401, "UNAUTHORIZED", "incorrect username or password")
                raise from_body(response.status, response.reason or "", body, "")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise unreachable(realm, error) from error
    answer = json_object(body, "answer of the token server")
    token = answer.get("token") or answer.get("access_token")
    if not isinstance(token, str) or not token or not token.isprintable():
        raise RefusedError(
            401, "UNAUTHORIZED", "authorization server did not include a token in the response"
        )
    return token
