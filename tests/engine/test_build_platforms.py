"""Builds for several platforms at once, by the real buildx: one index of them all, or a folder for each."""

import io
import json
import platform
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.test_images import pull
from tests.support import static_program
from tests.support.docker_tools import PLUGINS
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import Entry, build_image, build_index, layer_tar

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the images of this machine are for amd64"),
    pytest.mark.skipif(not (PLUGINS / "docker-buildx").exists(), reason="no docker buildx"),
]
PLATFORMS = "linux/amd64,linux/arm64"
FORGET = "cd /proc/sys/fs/binfmt_misc && if [ -e marina-aarch64 ]; then echo -1 >marina-aarch64; fi"
DOCKERFILE = """\
FROM --platform=$BUILDPLATFORM busybox AS build
ARG TARGETARCH
RUN echo "made for $TARGETARCH on $(uname -m)" > /made && ln /made /twin
FROM {base}
ARG TARGETPLATFORM BUILDPLATFORM
LABEL target=$TARGETPLATFORM build=$BUILDPLATFORM
COPY --from=build /made /twin /
"""


class Project:
    """A Dockerfile over a base for both platforms."""

    def __init__(self, engine: NativeEngine, registry: Registry, folder: Path) -> None:
        self.engine = engine
        self.registry = registry
        self.folder = folder
        self.text = uuid.uuid4().hex[:12]
        self.base = registry.push(
            f"base-{self.text}",
            "latest",
            build_index(
                {
                    f"linux/{architecture}": build_image(
                        [layer_tar([Entry("hello", program, mode=0o755)])],
                        config={"Cmd": ["/hello"]},
                        architecture=architecture,
                    )
                    for architecture, program in static_program.hello_programs().items()
                }
            ),
        )
        self.name = f"{registry.address}/made-{self.text}"
        self.write(DOCKERFILE.format(base=self.base))

    def write(self, dockerfile: str) -> None:
        """Write the Dockerfile."""
        (self.folder / "Dockerfile").write_text(dockerfile)

    def build(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
        """Build for both platforms, or those that the arguments say."""
        wanted = () if "--platform" in arguments else ("--platform", PLATFORMS)
        command = ("buildx", "build", "--progress=plain", *wanted, *arguments, ".")
        return self.engine.docker(*command, folder=self.folder, check=check)

    def labels(self, name: str) -> dict[str, str]:
        """Return an image's labels."""
        labels: dict[str, str] = self.engine.request("GET", f"/images/{name}/json").json["Config"]["Labels"]
        return labels

    def digests(self) -> list[str]:
        """Return the image's digests in its own repository: others' projects may make the same image."""
        found = self.engine.request("GET", f"/images/{self.name}/json").json["RepoDigests"]
        return [digest for digest in found if digest.startswith(f"{self.name}@")]


@pytest.fixture
def project(engine: NativeEngine, registry: Registry, builds: None, tmp_path: Path) -> Iterator[Project]:
    """A project; its images are gone after the module's tests."""
    yield Project(engine, registry, tmp_path)
    engine.inside("sh", "-c", FORGET)


def test_both_go_under_one_name(project: Project, engine: NativeEngine) -> None:
    shown = project.build("-t", project.name).stderr.decode()
    for part in ("[linux/amd64 build 2/2] RUN", "[linux/arm64 build 2/2] RUN", "exporting manifest list"):
        assert part in shown, shown
    assert project.labels(project.name) == {"target": "linux/amd64", "build": "linux/amd64"}
    again = project.build("-t", project.name).stderr.decode()
    assert again.count("CACHED") >= 4, again  # a RUN and a COPY of each

    engine.docker("push", project.name)
    [digest] = project.digests()
    assert engine.request("DELETE", f"/images/{project.name}").status == 200
    pull(engine, project.name, platform="linux/arm64")
    assert project.labels(project.name) == {"target": "linux/arm64", "build": "linux/amd64"}
    assert project.digests() == [digest]


def test_pushed_by_the_build_itself(project: Project, engine: NativeEngine) -> None:
    project.build("-t", project.name, "--push")
    found = engine.request("GET", f"/distribution/{project.name}/json").json
    assert {entry["architecture"] for entry in found["Platforms"]} == {"amd64", "arm64"}


def test_each_gets_its_folder(project: Project) -> None:
    project.build("-o", "type=local,dest=out")
    out = project.folder / "out"
    assert sorted(path.name for path in out.iterdir()) == ["linux_amd64", "linux_arm64"]
    for architecture in ("amd64", "arm64"):
        folder = out / f"linux_{architecture}"
        assert (folder / "made").read_text() == f"made for {architecture} on x86_64\n"
        assert (folder / "twin").read_text() == (folder / "made").read_text()
        assert (folder / "hello").read_bytes() == static_program.hello_programs()[architecture]
    done = project.build("-o", "type=tar,dest=-")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        names = archive.getnames()
    assert {"linux_amd64/made", "linux_arm64/made"} <= set(names)


def test_an_archive_of_both(project: Project) -> None:
    done = project.build("-o", "type=oci,dest=-")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        [entry] = json.load(archive.extractfile("index.json") or io.BytesIO())["manifests"]
        path = f"blobs/{entry['digest'].replace(':', '/')}"
        index = json.load(archive.extractfile(path) or io.BytesIO())
        names = set(archive.getnames())
    assert [listed["platform"]["architecture"] for listed in index["manifests"]] == ["amd64", "arm64"]
    assert {f"blobs/{listed['digest'].replace(':', '/')}" for listed in index["manifests"]} <= names
    refused = project.build("-o", "type=docker,dest=-", check=False)
    assert refused.returncode == 1
    assert b"exporting manifest lists" in refused.stderr  # by the client or the engine


def test_nothing_of_scratch_is_shared(project: Project) -> None:
    (project.folder / "file").write_text("same\n")
    project.write("FROM scratch\nCOPY file /\n")
    assert b"CACHED" not in project.build("-t", project.name).stderr
    assert project.build("-t", project.name).stderr.count(b"CACHED") == 2
    project.engine.docker("push", project.name)
    found = project.engine.request("GET", f"/distribution/{project.name}/json").json
    assert [entry["architecture"] for entry in found["Platforms"]] == ["amd64", "arm64"]


@pytest.mark.skipif(
    "binfmt_misc" not in Path("/proc/filesystems").read_text(), reason="this kernel knows no emulators"
)
def test_commands_run_on_the_other_processor(project: Project) -> None:
    project.write(f'FROM {project.base}\nARG TARGETARCH\nRUN ["/hello"]\n')
    done = project.build("--platform", "linux/arm64,linux/amd64", check=False)
    assert done.returncode == 1
    assert b"[linux/arm64 2/2] RUN" in done.stderr
    assert b"hello from arm64" in done.stderr
    assert b"exit code: 7" in done.stderr
