"""`POST /images/create?fromSrc=…`: a root file system's archive becomes an image.

Source: Docker Engine API, tag Image, ImageCreate.
"""

import time
from collections.abc import AsyncIterator

from aiohttp import web

from backend.api.image_names import named
from backend.api.json_stream import Send, stream_json
from backend.engine import Engine
from backend.errors import InvalidParameterError
from backend.images import platforms
from backend.images.image_events import publish_image_event

FROM_BODY = "-"
INTERVAL = 0.1  # seconds between messages


async def import_image(request: web.Request, engine: Engine) -> web.StreamResponse:
    """Answer an import; what it needs is seldom needed, and imported now."""
    from backend.builder.stages.config_changes import apply_changes
    from backend.images.archives.filesystem_import import downloaded, source_url
    from backend.images.image_creation import ImageDraft
    from backend.images.transfer.pull_progress import Step, step_message

    query = request.query
    source = query["fromSrc"]
    name = named(query["repo"], query.get("tag", "")) if query.get("repo") else None
    platform = platforms.parse(query["platform"]) if query.get("platform") else None
    if platform is not None and platform.os != "linux":
        raise InvalidParameterError("operating system is not supported")
    config = apply_changes({}, query.getall("changes", []))
    draft = ImageDraft(
        parent=None,
        config=config,
        created_by="",
        comment=query.get("message") or f"Imported from {source}",
        container_config=apply_changes({}, []),
        platform=platform,
    )
    images = engine.images

    async def make(chunks: AsyncIterator[bytes], send: Send) -> None:
        async with images.received(chunks) as layer:
            image = await images.create(draft, layer, [name] if name else [])
        publish_image_event(engine.events, "import", image)
        send({"status": image.id})

    async def from_body(send: Send) -> None:
        await make(request.content.iter_any(), send)

    async def from_address(send: Send) -> None:
        url = source_url(source)
        async with downloaded(url) as download:
            send({"status": f"Downloading from {url}"})

            async def counted() -> AsyncIterator[bytes]:
                done, told = 0, 0.0
                async for chunk in download.chunks:
                    done += len(chunk)
                    if (now := time.monotonic()) - told >= INTERVAL or done == download.size:
                        told = now
                        send(step_message(Step("Importing", done, download.size)))
                    yield chunk

            await make(counted(), send)

    return await stream_json(request, engine.tasks, from_body if source == FROM_BODY else from_address)
