"""The fake engine's volumes from inside: listed, copied both ways, emptied."""

import io
import json
import posixpath
import tarfile
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.fakes.fake_containers import Refusal
from tests.fakes.fake_state import FakeVolume

if TYPE_CHECKING:
    from tests.fakes.fake_engine import Handler

_TIME = 1_767_323_045


def list_files(request: "Handler", name: str) -> None:
    """Answer what is in a folder."""
    volume, path = _find(request, name)
    prefix = path.rstrip("/") + "/"
    rows = []
    for known, content in sorted(volume.files.items()):
        if known.startswith(prefix) and "/" not in known[len(prefix) :]:
            kind = "folder" if content is None else "file"
            size = 4096 if content is None else len(content)
            mode = 0o755 if content is None else 0o644
            row = {"Name": posixpath.basename(known), "Kind": kind, "Size": size, "Mode": mode}
            rows.append(row | {"Modified": float(_TIME)})
    request.answer_json(rows)


def remove_files(request: "Handler", name: str) -> None:
    """Delete a path with all below it."""
    volume, path = _find(request, name)
    prefix = path.rstrip("/") + "/"
    for known in [known for known in volume.files if known == path or known.startswith(prefix)]:
        del volume.files[known]
    request.answer(204, b"")


def get_archive(request: "Handler", name: str) -> None:
    """Answer a path, or all, as tar."""
    volume, path = _find(request, name)
    base, prefix = posixpath.dirname(path), path.rstrip("/") + "/"
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for known, content in sorted(volume.files.items()):
            if known != path and not known.startswith(prefix):
                continue
            member = tarfile.TarInfo(posixpath.relpath(known, base))
            member.mtime = _TIME
            if content is None:
                member.type, member.mode = tarfile.DIRTYPE, 0o755
            else:
                member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content or b""))
    request.answer(200, target.getvalue(), "application/x-tar")


def create_of_archive(request: "Handler", name: str) -> None:
    """Make a volume of a tar."""
    if any(volume.name == name for volume in request.engine.state.volumes):
        raise Refusal(409, f"create {name}: there is a volume of this name already")
    volume = FakeVolume(name, labels=json.loads(request.query.get("labels", "{}")))
    _unpack(request.body, volume, "/")
    request.engine.state.volumes.append(volume)
    request.engine.state.publish("volume", "create", name, driver="local")
    request.answer_json({"Name": name}, 201)


def put_archive(request: "Handler", name: str) -> None:
    """Unpack a tar, plain or compressed."""
    volume, path = _find(request, name)
    _unpack(request.body, volume, path)
    request.answer(200, b"")


def _unpack(body: bytes, volume: FakeVolume, path: str) -> None:
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        for member in archive:
            reader = archive.extractfile(member)
            volume.files[_clean(f"{path}/{member.name}")] = reader.read() if reader else None


def _find(request: "Handler", name: str) -> tuple[FakeVolume, str]:
    path = _clean(request.query.get("path", "/"))
    for volume in request.engine.state.volumes:
        if volume.name == name:
            if path != "/" and path not in volume.files:
                raise Refusal(404, f"Could not find the file {path} in volume {name}")
            return volume, path
    raise Refusal(404, f"get {name}: no such volume")


def _clean(path: str) -> str:
    return posixpath.normpath("/" + path.lstrip("/"))


ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"GET /marina/volumes/([^/]+)/files", list_files),
    (r"DELETE /marina/volumes/([^/]+)/files", remove_files),
    (r"GET /marina/volumes/([^/]+)/archive", get_archive),
    (r"PUT /marina/volumes/([^/]+)/archive", put_archive),
    (r"POST /marina/volumes/([^/]+)/archive", create_of_archive),
]
