"""Changes a container: by a new one in its place where it must be, the old one kept until that runs."""

import time
from collections.abc import Callable

from app.services.containers.container_setup import (
    ContainerSetup,
    EditStep,
    create_body,
    limits_body,
    read_setup,
)
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import ContainerDetails, ContainerState
from app.services.errors import EngineRequestError, ErrorCode, MarinaError, UserError

_SETTLES = 1.5  # seconds a program gets to fail at once
_LINES_TOLD = 10
_RUNNING = (ContainerState.RUNNING, ContainerState.PAUSED, ContainerState.RESTARTING)


class EditContainer:
    """One edit. What fails leaves the container as it was, running if it ran."""

    def __init__(
        self,
        client: EngineClient,
        on_step: Callable[[EditStep], None] = lambda step: None,
        settles: float = _SETTLES,
    ) -> None:
        self._client, self._on_step, self._settles = client, on_step, settles

    def apply(self, container: str, after: ContainerSetup) -> str:
        """Bring a container to `after` and return its id, a new one where it had to be made anew."""
        details = self._client.inspect_container(container)
        before = read_setup(details)
        if not before.needs_new_container(after):
            self._on_step(EditStep.UPDATE)
            if body := limits_body(before, after):
                self._client.update_container(details.id, body)
            return details.id
        if details.auto_remove:
            raise UserError(
                "A container that is deleted when it stops cannot be edited",
                "It was started with --rm: there would be no way back.",
                "Stop it and run it anew with other settings.",
                ErrorCode.BAD_INPUT,
            )
        return self._replace(details, after)

    def _replace(self, details: ContainerDetails, after: ContainerSetup) -> str:
        client, was_running = self._client, details.state in _RUNNING
        kept = f"{details.name}-before-{details.id[:8]}"
        body = create_body(details, after, self._image_of(details))
        self._on_step(EditStep.CREATE)
        client.rename_container(details.id, kept)
        fresh, stopped = "", False
        try:
            fresh = client.create_from_body(details.name, body)
            if was_running:
                self._on_step(EditStep.SWAP)
                stopped = True
                client.stop_container(details.id)
                client.start_container(fresh)
                self._on_step(EditStep.WATCH)
                self._watch(fresh)
        except Exception as error:
            self._on_step(EditStep.BACK)
            self._go_back(details, fresh, stopped, kept, error)
            raise
        self._on_step(EditStep.REMOVE)
        client.remove_container(details.id)  # without its volumes: the new one has them
        return fresh

    def _image_of(self, details: ContainerDetails) -> str:
        """Return the image's name while it still means the same image, else its id."""
        try:
            same = self._client.inspect_image(details.image).id == details.image_id
        except EngineRequestError:
            same = False
        return details.image if same else details.image_id

    def _watch(self, container: str) -> None:
        """Give the program a moment to fail. Raises UserError with its last words."""
        end = time.monotonic() + self._settles
        while True:
            details = self._client.inspect_container(container)
            ended = details.state not in _RUNNING
            if ended and details.exit_code == 0:
                return
            if ended or details.state is ContainerState.RESTARTING:
                raise UserError(
                    f"With these settings it ends at once, with exit code {details.exit_code}",
                    self._last_lines(container),
                    "The container is as it was before. Change the settings and try again.",
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
            if fresh:
                client.remove_container(fresh, force=True)
            client.rename_container(details.id, details.name)
            if stopped:
                client.start_container(details.id)
                if details.state is ContainerState.PAUSED:
                    client.pause_container(details.id)
        except MarinaError as error:
            raise UserError(
                "The change failed, and so did the way back",
                f"{cause}\n{error}",
                f"The container is kept: look for the name {details.name} or {kept}.",
            ) from cause
