"""The OCI runtime's commands: start, delete, exec. crun by default; any OCI runtime will do.

Source: OCI runtime command line interface; crun(1).
"""

import shutil
from pathlib import Path

from backend.errors import SystemFailureError
from backend.runtime.child_process import run


class OciRuntime:
    """One runtime program and the folder where it keeps its state."""

    def __init__(self, program: str, state: Path) -> None:
        """Raises SystemFailureError when the program is not installed."""
        found = shutil.which(program)
        if found is None:
            raise SystemFailureError(f"the OCI runtime {program} is not installed")
        self.program = found
        self.name = Path(found).name
        self._state = state
        self.global_arguments = ["--root", str(state)]
        if self.name == "crun":
            self.global_arguments.append("--cgroup-manager=cgroupfs")

    def command(self, *arguments: str) -> list[str]:
        """Return a whole command line."""
        return [self.program, *self.global_arguments, *arguments]

    async def start(self, container_id: str) -> None:
        """Let a created container run. Raises SystemFailureError with the runtime's words."""
        code, said = await run(self.command("start", container_id))
        if code != 0:
            raise SystemFailureError(said or f"{self.name} start: exit code {code}")

    async def update(self, container_id: str, resources: Path) -> None:
        """Give a running container the OCI `linux.resources` in a file. Raises SystemFailureError."""
        code, said = await run(self.command("update", "--resources", str(resources), container_id))
        if code != 0:
            raise SystemFailureError(said or f"{self.name} update: exit code {code}")

    async def delete(self, container_id: str) -> None:
        """Remove what the runtime keeps of a container, killing it first; nothing happens when it keeps
        nothing."""
        if not (self._state / container_id).exists():
            return
        code, said = await run(self.command("delete", "--force", container_id))
        if code != 0 and (self._state / container_id).exists():
            raise SystemFailureError(said or f"{self.name} delete: exit code {code}")
