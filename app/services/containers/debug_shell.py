"""Tools beside a running container that has none: a helper in its namespaces, with a shell of its own.

The helper shares the container's processes and network. Its own files are busybox's; the container's are in
`/container`, which is `/proc/1/root`: the same folders, volumes included (man 5 proc).
"""

import secrets
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from app.services.containers.terminal_session import TerminalSession
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import ContainerState
from app.services.errors import EngineRequestError, ErrorCode, MarinaError, UserError
from app.services.learn.getting_started import IMAGE

LABEL = "org.marina.debug"
LONGEST_SECONDS = 12 * 3600
"""After which a helper ends that nobody has removed: its window may have been killed."""

_AT_THE_FILES = "ln -sfn /proc/1/root /container; cd /container || cd /; "
_WELCOME = (
    'echo "The container\'s files are in /container; its processes and ports are here."; '
    'echo "Its own programs: chroot /container PROGRAM"; '
)
SHELL = ("/bin/sh", "-c", _AT_THE_FILES + _WELCOME + "exec sh")
"""What is run in the helper for whoever types."""


def in_helper(command: Sequence[str]) -> tuple[str, ...]:
    """Return what runs a command of the helper's tools, among the container's files."""
    return ("/bin/sh", "-c", _AT_THE_FILES + 'exec "$@"', "sh", *command)


class DebugHelper:
    """Enter it to start a helper beside a container; it is removed on leaving."""

    def __init__(
        self, client: EngineClient, container: str, on_pull: Callable[[], None] = lambda: None
    ) -> None:
        """`on_pull` is told when the helper's image has to be fetched first."""
        self._client, self._container, self._on_pull = client, container, on_pull
        self.id = ""

    def __enter__(self) -> Self:
        """Start it. Raises UserError when the container does not run or the image cannot be had."""
        target = self._client.inspect_container(self._container)
        if target.state not in (ContainerState.RUNNING, ContainerState.PAUSED):
            raise UserError(
                f"The container {target.name} does not run",
                "A debug shell looks at the processes of a running container.",
                "Start it. The files of a stopped one are on the Files tab of its page.",
                ErrorCode.BAD_INPUT,
            )
        self.id = self._create(f"{target.name}-debug-{secrets.token_hex(3)}", helper_body(target.id))
        try:
            self._client.start_container(self.id)
        except MarinaError:
            self._remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()

    def _create(self, name: str, body: dict[str, Any]) -> str:
        if not self._client.has_image(IMAGE):
            self._on_pull()
            with self._client.pull(IMAGE) as stream:
                for _ in stream:
                    pass
        return self._client.create_from_body(name, body)

    def _remove(self) -> None:
        try:
            self._client.remove_container(self.id, force=True)
        except EngineRequestError as error:
            if error.status not in (404, 409):  # it has ended with its container, and is removed already
                raise


class DebugSession(TerminalSession):
    """A terminal in a helper beside the container, which goes when the session ends."""

    def __init__(self, client: EngineClient, container: str, rows: int, columns: int) -> None:
        self._helper = DebugHelper(client, container)
        super().__init__(client, container, SHELL, rows, columns)

    def __enter__(self) -> Self:
        self._container = self._helper.__enter__().id
        try:
            return super().__enter__()
        except BaseException:
            self._helper.__exit__(None, None, None)
            raise

    def __exit__(self, *details: Any) -> None:
        try:
            super().__exit__(*details)
        finally:
            self._helper.__exit__(*details)


def helper_body(container: str) -> dict[str, Any]:
    """Return the body of the create call (API /containers/create) for a helper of a container's id."""
    return {
        "Image": IMAGE,
        "Cmd": ["sleep", str(LONGEST_SECONDS)],
        "User": "0",
        "Labels": {LABEL: container},
        "HostConfig": {
            "PidMode": f"container:{container}",
            "NetworkMode": f"container:{container}",
            "CapAdd": ["SYS_PTRACE"],  # /proc/1/root of a program of another user
            "AutoRemove": True,
        },
    }
