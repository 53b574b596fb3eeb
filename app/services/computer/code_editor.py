"""Visual Studio Code, where it is installed: opens it inside a running container.

Source: microsoft/vscode-remote-release, issues 5278 and 8764 (the address of an attached container).
The editor's own extension Dev Containers does the rest, and says so where it is missing.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from app.services.computer.docker_context import docker_environment
from app.services.engine.engine_types import ContainerDetails
from app.services.engine.json_values import get_object, get_text
from app.services.errors import UserError

_COMMANDS = ("code", "code-insiders")
_MAC = "Applications/Visual Studio Code.app/Contents/Resources/app/bin/code"
_WINDOWS = "Microsoft VS Code/bin/code.cmd"
_SECONDS = 30.0
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0)


def find_code(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the editor's command, None where it is not installed."""
    for command in _COMMANDS:
        if found := shutil.which(command, path=environment.get("PATH")):
            return Path(found)
    places: list[Path] = []
    if sys.platform == "darwin":
        places = [Path("/") / _MAC, Path.home() / _MAC]
    elif sys.platform == "win32":
        roots = (environment.get("LOCALAPPDATA", ""), environment.get("ProgramFiles", ""))
        places = [Path(roots[0]) / "Programs" / _WINDOWS, Path(roots[1]) / _WINDOWS]
    return next((place for place in places if place.is_file()), None)


def container_address(details: ContainerDetails, engine: str) -> str:
    """Return the address that the editor opens: the container's working folder, on the engine at `engine`."""
    host = docker_environment(engine, {})["DOCKER_HOST"]
    # As compact as the editor itself writes it: it knows what it has opened before by this very text.
    wanted = {"containerName": f"/{details.name}", "settings": {"host": host}}
    target = json.dumps(wanted, separators=(",", ":"))
    folder = get_text(get_object(details.raw, "Config"), "WorkingDir") or "/"
    return f"vscode-remote://attached-container+{target.encode().hex()}{quote(folder)}"


def open_in_code(code: Path, details: ContainerDetails, engine: str) -> None:
    """Have the editor open a container; returns once it has taken the request. Raises UserError."""
    command = [str(code), "--folder-uri", container_address(details, engine)]
    try:
        done = subprocess.run(
            command,
            env=docker_environment(engine),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            creationflags=_FLAGS,
        )
    except subprocess.TimeoutExpired:
        return  # it stays in the foreground where it was not running
    except OSError as error:
        raise UserError("Visual Studio Code could not be started", str(error)) from error
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip()
        raise UserError(
            "Visual Studio Code did not open the container",
            words[-2000:],
            "Its extension Dev Containers must be installed.",
        )
