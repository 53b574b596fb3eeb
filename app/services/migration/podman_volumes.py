"""Reads volumes of Podman: by a helper that runs tar, with the tools that ship with Marina.

Podman's `GET /containers/{id}/archive` is no way: it gives all files to one owner and leaves out what is
named dev, proc or sys (github.com/containers/podman, `libpod/container_copy_common.go`, `copyToArchive`).
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from app.services.engine.engine_client import EngineClient
from app.services.engine.json_values import as_object, get_list, get_text
from app.services.engine.stream_frames import STDOUT
from app.services.errors import MarinaError, UserError
from app.services.learn.getting_started import IMAGE as TOOLS
from app.services.migration.volume_reader import IMAGE, MOUNTED, VolumeReader


class PodmanVolumeReader(VolumeReader):
    """Enter it to have the tools at Podman; nothing of them stays there on leaving."""

    def __init__(self, client: EngineClient, tools: EngineClient) -> None:
        """`tools` is Marina's engine, which has the image with them."""
        super().__init__(client)
        self._tools = tools

    def _bring_image(self) -> None:
        was_here = self._tools.has_image(TOOLS)
        if not was_here:
            with self._tools.pull(TOOLS) as pulling:
                for _ in pulling:
                    pass
        try:
            self._tools.tag_image(TOOLS, IMAGE)
            with self._tools.save_image(IMAGE) as stream:
                self._load(stream.chunks())
        finally:
            for name in (IMAGE,) if was_here else (IMAGE, TOOLS):
                with contextlib.suppress(MarinaError):
                    self._tools.remove_image(name)

    @contextlib.contextmanager
    def open(self, volume: str) -> Iterator[Iterator[bytes]]:
        """Give all that is in a volume as a tar stream, beginning with its own folder. Raises MarinaError."""
        with self._helper(volume, self._body()) as helper:
            yield self._output(helper, volume)

    def _body(self) -> dict[str, Any]:
        return {
            "Cmd": ["tar", "-C", MOUNTED, "-cf", "-", "."],
            "Entrypoint": [],
            "User": "0",
            "AttachStdout": True,
            "AttachStderr": True,
            # Else all of the volume would be in the helper's log too.
            "HostConfig": {"LogConfig": {"Type": "none"}, "SecurityOpt": ["label=disable"]},
        }

    def _output(self, helper: str, volume: str) -> Iterator[bytes]:
        told = b""
        with self._client.attach(helper, tty=False, stdin=False) as stream:
            self._client.start_container(helper)
            for kind, data in stream.output():
                if kind == STDOUT:
                    yield data
                else:
                    told = (told + data)[-2000:]
        if code := self._client.wait_container(helper):
            raise UserError(
                f"The volume {volume} could not be read whole",
                told.decode("utf-8", "replace").strip() or f"tar ended with code {code}.",
                "Stop the containers that use it, and try again.",
            )


def is_podman(client: EngineClient) -> bool:
    """Ask an engine whether it is Podman. Raises MarinaError."""
    parts = map(as_object, get_list(client.version().raw, "Components"))
    return any(get_text(part, "Name").startswith("Podman") for part in parts)
