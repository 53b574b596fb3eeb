"""Changes a container, or what image it is made from: by a new one in its place where it must be.

The old one is kept until the new one runs. An engine that dies meanwhile and starts again is outlasted: each
call may be made twice.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from app.services.containers.container_setup import (
    ContainerSetup,
    EditStep,
    create_body,
    limits_body,
    read_setup,
)
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import ContainerDetails, ContainerState
from app.services.engine.json_values import get_object
from app.services.engine.outlasting import PATIENCE, Answer, is_lost, outlast
from app.services.errors import EngineRequestError, ErrorCode, MarinaError, UserError
from app.services.images.image_updates import find_image
from app.services.images.inherited_settings import drop_inherited

_SETTLES = 1.5  # seconds a program gets to fail at once
_LINES_TOLD = 10
_GONE = 404
COMPOSE_IMAGE = "com.docker.compose.image"  # what a service was made from: compose compares it
_RUNNING = (ContainerState.RUNNING, ContainerState.PAUSED, ContainerState.RESTARTING)


class EditContainer:
    """One edit. What fails leaves the container as it was, running if it ran."""

    def __init__(
        self,
        client: EngineClient,
        on_step: Callable[[EditStep], None] = lambda step: None,
        settles: float = _SETTLES,
        patience: float = PATIENCE,
        is_given_up: Callable[[], bool] = lambda: False,
    ) -> None:
        """`patience` is in seconds: how long an engine that is lost is waited for, unless `is_given_up`."""
        self._client, self._on_step, self._settles = client, on_step, settles
        self._patience, self._is_given_up = patience, is_given_up

    def apply(self, container: str, after: ContainerSetup) -> str:
        """Bring a container to `after` and return its id, a new one where it had to be made anew."""
        details = self._client.inspect_container(container)
        before = read_setup(details)
        if not before.needs_new_container(after):
            self._on_step(EditStep.UPDATE)
            if body := limits_body(before, after):
                self._client.update_container(details.id, body)
            return details.id
        return self._replace(details, create_body(details, after, self._image_of(details)))

    def renew(self, container: str) -> str:
        """Make a container anew from what its image's name means now, else as it is; return the new one's id.

        What it has from its old image comes from the new one. Compose takes the new container for its own.
        """
        details = self._client.inspect_container(container)
        image = self._client.inspect_image(details.image)
        before = find_image(self._client, details.image_id)
        setup = read_setup(details)
        body = create_body(details, setup, details.image)
        if before is not None:  # else nobody knows what came from it: all of it stays
            body = drop_inherited(body, get_object(before.raw, "Config"))
            published: dict[str, Any] = {port.key: {} for port in setup.ports}
            body["ExposedPorts"] = {**get_object(body, "ExposedPorts"), **published}
        if COMPOSE_IMAGE in details.labels:
            body["Labels"] = {**body["Labels"], COMPOSE_IMAGE: image.id}
        return self._replace(details, body)

    def _replace(self, details: ContainerDetails, body: Mapping[str, Any]) -> str:
        if details.auto_remove:
            raise UserError(
                "A container that is deleted when it stops cannot be edited",
                "It was started with --rm: there would be no way back.",
                "Stop it and run it anew with other settings.",
                ErrorCode.BAD_INPUT,
            )
        client, was_running = self._client, details.state in _RUNNING
        kept = f"{details.name}-before-{details.id[:8]}"
        self._on_step(EditStep.CREATE)
        fresh, stopped = "", False
        try:
            self._rename(details.id, kept)
            fresh = self._create(details.name, body)
            if was_running:
                self._on_step(EditStep.SWAP)
                stopped = True
                self._outlast(lambda: client.stop_container(details.id))
                self._outlast(lambda: client.start_container(fresh))
                self._on_step(EditStep.WATCH)
                self._watch(fresh)
        except Exception as error:
            self._on_step(EditStep.BACK)
            self._go_back(details, fresh, stopped, kept, error)
            self._on_step(EditStep.RESTORED)
            raise
        self._on_step(EditStep.REMOVE)
        self._remove(details.id)  # without its volumes: the new one has them
        return fresh

    def _outlast(self, call: Callable[[], Answer]) -> Answer:
        return outlast(call, self._patience, self._is_given_up)

    def _rename(self, container: str, name: str) -> None:
        def call() -> None:
            if self._client.inspect_container(container).name != name:
                self._client.rename_container(container, name)

        self._outlast(call)

    def _create(self, name: str, body: Mapping[str, Any]) -> str:
        asked = False

        def call() -> str:
            nonlocal asked
            made = self._never_run(name) if asked else ""
            asked = True
            return made or self._client.create_from_body(name, body)

        return self._outlast(call)

    def _never_run(self, name: str) -> str:
        """Return the container of a name that was given up for it, when the answer to its making was lost."""
        rows = self._client.list_containers()
        return next((row.id for row in rows if row.name == name and row.state is ContainerState.CREATED), "")

    def _remove(self, container: str, force: bool = False) -> None:
        def call() -> None:
            try:
                self._client.remove_container(container, force=force)
            except EngineRequestError as error:
                if error.status != _GONE:
                    raise

        self._outlast(call)

    def _image_of(self, details: ContainerDetails) -> str:
        """Return the image's name while it still means the same image, else its id."""
        named = find_image(self._client, details.image)
        return details.image if named and named.id == details.image_id else details.image_id

    def _watch(self, container: str) -> None:
        """Give the program a moment to fail. Raises UserError with its last words."""
        end = time.monotonic() + self._settles
        while True:
            details = self._outlast(lambda: self._client.inspect_container(container))
            ended = details.state not in _RUNNING
            if ended and details.exit_code == 0:
                return
            if ended or details.state is ContainerState.RESTARTING:
                raise UserError(
                    f"With these settings it ends at once, with exit code {details.exit_code}",
                    self._last_lines(container),
                    "Change the settings and try again.",
                )
            if time.monotonic() >= end:
                return
            time.sleep(0.1)

    def _last_lines(self, container: str) -> str:
        with self._client.logs(container, tail=_LINES_TOLD) as stream:
            return "\n".join(line.text for batch in stream.batches() for line in batch)

    def _go_back(
        self, details: ContainerDetails, fresh: str, stopped: bool, kept: str, cause: Exception
    ) -> None:
        client = self._client
        try:
            if not fresh and is_lost(cause):
                fresh = self._outlast(lambda: self._never_run(details.name))
            if fresh and fresh != details.id:
                self._remove(fresh, force=True)
            self._rename(details.id, details.name)
            if stopped:
                self._outlast(lambda: client.start_container(details.id))
                if details.state is ContainerState.PAUSED:
                    client.pause_container(details.id)
        except MarinaError as error:
            raise UserError(
                "The change failed, and so did the way back",
                f"{cause}\n{error}",
                f"The container is kept: look for the name {details.name} or {kept}.",
            ) from cause
