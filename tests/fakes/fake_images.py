"""What the fake engine does with images beyond listing and pulling."""

import io
import json
import tarfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.fake_containers import Refusal
from tests.fakes.fake_state import FakeImage

if TYPE_CHECKING:
    from tests.fakes.fake_engine import Handler


def history(request: "Handler", name: str) -> None:
    """Answer three steps, one of them with all the bytes."""
    image = request.engine.containers.get_image(name)
    request.answer_json(
        [
            _step('/bin/sh -c #(nop)  CMD ["sleep"]', 0),
            _step("RUN /bin/sh -c make install # buildkit", image.size),
            _step("/bin/sh -c #(nop) ADD file:0123 in / ", 0),
        ]
    )


def _step(command: str, size: int) -> dict[str, Any]:
    created = 1_700_000_000
    return {
        "Id": "<missing>",
        "Created": created,
        "CreatedBy": command,
        "Tags": None,
        "Size": size,
        "Comment": "",
    }


def step_files(request: "Handler", name: str, number: str) -> None:
    """Answer what the step with all the bytes did; the others left the files as they were."""
    image = request.engine.containers.get_image(name)
    request.answer_json(
        [
            {"Path": "/etc/app.conf", "Kind": "changed", "Type": "file", "Size": 1200},
            {"Path": "/tmp/build.log", "Kind": "deleted", "Type": "file", "Size": 48_000},
            {"Path": "/usr/local/app", "Kind": "added", "Type": "folder", "Size": 0},
            {"Path": "/usr/local/app/app", "Kind": "added", "Type": "file", "Size": image.size},
            {"Path": "/usr/local/bin/app", "Kind": "added", "Type": "link", "Size": 0},
        ]
        if number == "1"
        else []
    )


def push(request: "Handler", name: str) -> None:
    """Take an image into the registry, layer by layer; half-way it waits for `push_may_end`."""
    reference = f"{name}:{request.query.get('tag', 'latest')}"
    image = request.engine.containers.get_image(reference)
    request.start_chunks("application/json")
    for message in _push_messages(request, reference, image):
        request.chunk(json.dumps(message).encode() + b"\r\n")
        request.wfile.flush()
        while message["status" if "status" in message else "error"] == "Pushing":
            if request.engine.state.push_may_end.wait(0.02):
                break
            if request.engine.closing.is_set():
                return
    request.chunk(b"")


def _push_messages(request: "Handler", reference: str, image: FakeImage) -> list[dict[str, Any]]:
    layer, size = "aaaaaaaaaaaa", image.size
    begun: list[dict[str, Any]] = [
        {"status": f"The push refers to repository [docker.io/library/{reference.partition(':')[0]}]"},
        {"status": "Preparing", "progressDetail": {}, "id": layer},
    ]
    if request.engine.state.refuses_push:
        text = "denied: requested access to the resource is denied"
        return [*begun, {"errorDetail": {"message": text}, "error": text}]
    request.engine.state.registry[reference] = image
    return [
        *begun,
        {"status": "Pushing", "progressDetail": {"current": size // 2, "total": size}, "id": layer},
        {"status": "Pushed", "progressDetail": {}, "id": layer},
        {"status": f"{reference.partition(':')[2]}: digest: {image.id} size: 528"},
    ]


def save(request: "Handler", name: str) -> None:
    """Answer a tar with a manifest."""
    image = request.engine.containers.get_image(name)
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        content = json.dumps([{"RepoTags": image.tags}]).encode()
        member = tarfile.TarInfo("manifest.json")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    request.answer(200, target.getvalue(), "application/x-tar")


def commit(request: "Handler") -> None:
    """Make an image of a container."""
    container = request.engine.containers.get(request.query["container"])
    image = request.engine.add_image(
        f"{request.query['repo']}:{request.query['tag']}", size=container.image.size
    )
    request.engine.state.publish("container", "commit", container.id, name=container.name)
    request.engine.state.publish("image", "tag", image.id, name=image.tags[0])
    request.answer_json({"Id": image.id}, 201)


def prune(request: "Handler") -> None:
    """Delete what no container uses."""
    state = request.engine.state
    filters = json.loads(request.query.get("filters", "{}"))
    only_nameless = "false" not in filters.get("dangling", ["true"])
    used = {container.image.id for container in state.containers.values()}
    gone = [image for image in state.images if image.id not in used and not (only_nameless and image.tags)]
    deleted: list[dict[str, str]] = []
    for image in gone:
        state.images.remove(image)
        deleted += [*({"Untagged": tag} for tag in image.tags), {"Deleted": image.id}]
    state.publish("image", "prune", "")
    request.answer_json(
        {"ImagesDeleted": deleted or None, "SpaceReclaimed": sum(image.size for image in gone)}
    )


def search(request: "Handler") -> None:
    """Answer what the registry has with the term in its name."""
    term = request.query.get("term", "")
    if not term:
        raise Refusal(400, "term is required")
    names = sorted({tag.partition(":")[0] for tag in request.engine.state.registry if term in tag})
    request.answer_json(
        [
            {"name": name, "description": f"About {name}", "star_count": 7, "is_official": True}
            for name in names
        ]
    )


ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"GET /images/search", search),
    (r"POST /images/prune", prune),
    (r"POST /commit", commit),
    (r"GET /images/(.+)/history", history),
    (r"GET /marina/images/(.+)/steps/(\d+)/files", step_files),
    (r"GET /images/(.+)/get", save),
    (r"POST /images/(.+)/push", push),
]
