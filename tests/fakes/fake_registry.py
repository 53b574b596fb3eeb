"""What the fake engine says of registries: `state.accounts` are the users of each server."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.fakes.fake_containers import Refusal

if TYPE_CHECKING:
    from tests.fakes.fake_engine import Handler


def authenticate(request: "Handler") -> None:
    """Check a user as the server's registry would."""
    body = json.loads(request.body)
    server = body.get("serveraddress") or "https://index.docker.io/v1/"
    known = request.engine.state.accounts.get(server)
    if known is None:
        raise Refusal(500, f'Get "https://{server}/v2/": dial tcp: lookup {server}: no such host')
    if known != (body.get("username"), body.get("password")):
        raise Refusal(401, f'Get "https://{server}/v2/": unauthorized: authentication required')
    request.answer_json({"Status": "Login Succeeded", "IdentityToken": ""})


def distribution(request: "Handler", name: str) -> None:
    """Answer what the registry has under a name."""
    image = request.engine.state.registry.get(name)
    if image is None:
        raise Refusal(404, "manifest unknown: manifest unknown")
    request.answer_json({"Descriptor": {"digest": image.digest}, "Platforms": []})


def tags(request: "Handler", name: str) -> None:
    """Answer the tags of a repository, in the registry's order."""
    request.engine.registry_headers.append(request.headers.get("X-Registry-Auth", ""))
    found = [
        tag
        for full in request.engine.state.registry
        for front, _, tag in [full.rpartition(":")]
        if front == name
    ]
    if not found:
        raise Refusal(
            404, f"repository {name} not found: name unknown: repository name not known to registry"
        )
    request.answer_json(found)


ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"POST /auth", authenticate),
    (r"GET /distribution/(.+)/json", distribution),
    (r"GET /marina/distribution/(.+)/tags", tags),
]
