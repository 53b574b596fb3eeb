"""`POST /commit`: an image out of a container.

Source: Docker Engine API, tag Image, ImageCommit.
"""

from typing import Any

from aiohttp import web

from backend.api.image_names import named
from backend.api.request_values import query_bool, read_json_object
from backend.engine import Engine
from backend.errors import InvalidParameterError


def routes(engine: Engine) -> list[web.RouteDef]:
    """Return this area's route."""

    async def commit_container(request: web.Request) -> web.Response:
        from backend.builder.stages.config_changes import apply_changes
        from backend.containers.commit import CommitRequest, commit
        from backend.containers.create_request import read_config
        from backend.containers.field_tables import CONFIG

        query = request.query
        body = await read_json_object(request, "runconfig.ContainerConfigWrapper", required=False)
        # Without a repository it gets no name, whatever the tag.
        name = named(query["repo"], query.get("tag", "")) if query.get("repo") else None
        if not query.get("container"):
            raise InvalidParameterError('invalid name or ID supplied: ""')
        changes = query.getall("changes", [])

        def change(config: dict[str, Any]) -> dict[str, Any]:
            return apply_changes(config, changes) if changes else config

        wanted = CommitRequest(
            reference=name,
            author=query.get("author", ""),
            comment=query.get("comment", ""),
            pause=query_bool(request, "pause", True),
            # dockerode sends its options as the body, too: without a setting it is none.
            config=read_config(body) if any(body.get(name) is not None for name in CONFIG) else None,
            change=change,
        )
        image = await commit(engine.containers, engine.containers.find(query["container"]), wanted)
        return web.json_response({"Id": image.id}, status=201)

    return [web.post("/commit", commit_container)]
