"""Builds by the real docker command line and by HTTP, for tests."""

import io
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.docker_tools import client_environment, docker_program
from tests.support.native_engine import Answer, NativeEngine


@dataclass(frozen=True)
class Special:
    """An entry of a context that is no ordinary file."""

    kind: bytes
    link: str = ""


Files = Mapping[str, "bytes | str | Special"]


def context(files: Files) -> bytes:
    """Return a context's archive; names that end with a slash are folders."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.mode = 0o755 if name.endswith("/") else 0o644
            member.mtime = 1_700_000_000
            data = b""
            if isinstance(content, Special):
                member.type, member.linkname = content.kind, content.link
            elif name.endswith("/"):
                member.type = tarfile.DIRTYPE
            else:
                data = content.encode() if isinstance(content, str) else content
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


@dataclass(frozen=True)
class Built:
    """A build's answer."""

    answer: Answer

    @property
    def text(self) -> str:
        """What the build printed."""
        return "".join(str(line.get("stream", "")) for line in self.answer.lines)

    @property
    def error(self) -> str:
        """The error that ended it, "" when it succeeded."""
        if self.answer.status != 200:
            return self.answer.message
        return str(self.answer.lines[-1].get("error", ""))

    @property
    def image_id(self) -> str:
        """The id that it told programs last."""
        return str([line["aux"]["ID"] for line in self.answer.lines if "aux" in line][-1])

    @property
    def hits(self) -> int:
        """How many steps came from the cache."""
        return self.text.count("Using cache")


def build(engine: NativeEngine, dockerfile: str, files: Files | None = None, **query: str) -> Built:
    """Build by HTTP; `t`, `target`, `buildargs`, … are the API's own."""
    archive = context({"Dockerfile": dockerfile, **(files or {})})
    return Built(
        engine.request(
            "POST", "/build", query=query, body=archive, headers={"Content-Type": "application/x-tar"}
        )
    )


def run(engine: NativeEngine, image: str, command: str) -> str:
    """Return what a shell command prints in an image."""
    return engine.docker("run", "--rm", "--entrypoint", "sh", image, "-c", command).stdout.decode()


def inspect(engine: NativeEngine, image: str) -> dict[str, Any]:
    """Return an image's details."""
    found: dict[str, Any] = engine.request("GET", f"/images/{image}/json").json
    return found


def docker_build(engine: NativeEngine, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `docker build` in a folder, with the classic builder."""
    environment = client_environment(engine.state / "docker-config") | {"DOCKER_BUILDKIT": "0"}
    return subprocess.run(
        [docker_program(), "-H", f"unix://{engine.socket}", "build", *arguments, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )
