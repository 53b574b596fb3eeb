"""RUN: a container like any other, whose changes become the step's layer."""

import asyncio
import codecs
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from backend.containers import container_events
from backend.containers.attach import Attachment
from backend.containers.container import Container
from backend.containers.manager import Containers
from backend.errors import EngineError, InvalidParameterError

STDERR = 2
LABEL = "org.marina.build-step"
"""What a step's container has as long as its build goes on: lists of what somebody runs can leave it out."""

Output = Callable[[int, str], Awaitable[None]]


class CommandFailedError(InvalidParameterError):
    """A command ended with another code than 0; `exit_code` tells which."""

    def __init__(self, command: Sequence[str], exit_code: int) -> None:
        super().__init__(f"The command '{' '.join(command)}' returned a non-zero code: {exit_code}")
        self.command = tuple(command)
        self.exit_code = exit_code


class NotStartedError(InvalidParameterError):
    """A command could not be begun."""

    def __init__(self, command: Sequence[str], reason: str) -> None:
        super().__init__(reason)
        self.command = tuple(command)


async def create_container(
    containers: Containers,
    config: Mapping[str, Any],
    host_config: Mapping[str, Any],
    own_mounts: Sequence[dict[str, Any]],
    *,
    image_volumes: bool,
) -> tuple[Container, list[str]]:
    """Make a step's container, which goes with the build; returns it with warnings. Raises EngineError."""
    labels = {**(config.get("Labels") or {}), LABEL: ""}
    body = {**config, "Labels": labels, "HostConfig": dict(host_config)}
    created = await containers.create(
        None, body, for_build=True, image_volumes=image_volumes, own_mounts=own_mounts
    )
    return created.container, created.warnings


async def run_container(
    containers: Containers, container: Container, command: list[str], output: Output
) -> None:
    """Run a container to its end; `output` gets its text as it comes, 1 or 2 telling the stream.

    Raises CommandFailedError, NotStartedError. When it is cancelled the container is killed.
    """
    attachment = Attachment(container, containers.lifecycle.run_files(container).monitor)
    container_events.publish(containers.events, container, "attach")
    try:
        ended = containers.wait(container.id, "next-exit")
        try:
            await containers.start(container.id)
        except EngineError as error:
            raise NotStartedError(command, error.message) from error
        if await attachment.connected():
            await _copy(attachment, output)
        exit_code = (await ended).exit_code
    finally:
        attachment.close()
    if exit_code:
        raise CommandFailedError(command, exit_code)


async def _copy(attachment: Attachment, output: Output) -> None:
    decoders = {stream: codecs.getincrementaldecoder("utf-8")("replace") for stream in (1, STDERR)}
    while True:
        stream, data = await attachment.read()
        if not data:
            break
        if text := decoders[stream].decode(data):
            await output(stream, text)
    for stream, decoder in decoders.items():
        if text := decoder.decode(b"", final=True):
            await output(stream, text)


def keep_container(containers: Containers, container: Container, secrets: Sequence[str] = ()) -> None:
    """Let a step's container stay when the build is over, without what was only lent to it."""
    record = container.record
    record.for_build = False
    labels = record.config.get("Labels") or {}
    record.config["Labels"] = {name: value for name, value in labels.items() if name != LABEL}
    record.mounts = [mount for mount in record.mounts if not mount.get("Own")]
    record.config["Env"] = [entry for entry in record.config["Env"] or () if entry not in secrets]
    containers.store.save(container)


async def remove_container(containers: Containers, container_id: str) -> None:
    """Remove a step's container with its volumes; fine when it is gone."""
    try:
        await asyncio.shield(containers.remove(container_id, force=True, volumes=True))
    except EngineError:
        return  # somebody else removed it, or is about to
