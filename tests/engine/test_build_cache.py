"""Caches that builds share: at a registry, in the image, in a folder of the client."""

import io
import json
import re
import socket
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.engine.builds import inspect, run
from tests.engine.conftest import image_ids
from tests.support.docker_tools import PLUGINS
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import build_image, busybox_layer

pytestmark = pytest.mark.skipif(not (PLUGINS / "docker-buildx").exists(), reason="no docker buildx")

DOCKERFILE = """FROM busybox AS tools
WORKDIR /made
RUN echo tool > tool && date +%s%N > when
FROM busybox
ENV GREETING=hello
COPY given /given
RUN --mount=type=tmpfs,target=/work cat /given > /copy && date +%s%N > /when
COPY --from=tools /made/tool /tool
LABEL last=1
CMD ["true"]
"""
STEPS = ["[tools 2/3]", "[tools 3/3]", "[stage-1 2/4]", "[stage-1 3/4]", "[stage-1 4/4]"]
FINAL_STEPS = ["[stage-1 2/4]", "[stage-1 3/4]", "[stage-1 4/4]"]


class Project:
    """A folder with a Dockerfile, built by buildx; `forget` leaves the engine no step of it."""

    def __init__(self, engine: NativeEngine, folder: Path, before: set[str]) -> None:
        self.engine = engine
        self.folder = folder
        self._before = before
        (folder / "Dockerfile").write_text(DOCKERFILE)
        (folder / "given").write_text("given\n")

    def build(self, *arguments: str, check: bool = True) -> str:
        """Build; returns what buildx shows."""
        command = ("buildx", "build", "--progress=plain", *arguments, ".")
        done = self.engine.docker(*command, folder=self.folder, check=check)
        return done.stderr.decode()

    def forget(self) -> None:
        """Remove all images that were not there at the beginning."""
        while made := [image for image in image_ids(self.engine) if image not in self._before]:
            assert 200 in [
                self.engine.request("DELETE", f"/images/{image}", query={"force": "1"}).status
                for image in made
            ]


@pytest.fixture
def project(engine: NativeEngine, builds: None, tmp_path: Path) -> Iterator[Project]:
    """A project of its own: no other has left steps that are like its."""
    project = Project(engine, tmp_path, set(image_ids(engine)))
    yield project
    project.forget()


def _cached(shown: str, steps: Sequence[str] = STEPS) -> list[str]:
    """Return which of these steps came from a cache."""
    names = dict(re.findall(r"^#(\d+) (\[[^\]]+\])", shown, re.MULTILINE))
    return sorted({names[number] for number in re.findall(r"^#(\d+) CACHED", shown, re.MULTILINE)} & {*steps})


@pytest.mark.parametrize("more", ["", ",image-manifest=true", ",oci-mediatypes=false"])
def test_a_cache_at_a_registry(project: Project, registry: Registry, more: str) -> None:
    place = f"{registry.address}/caches/whole{len(more)}:main"
    first = project.build("-t", "made:1", "--cache-to", f"type=registry,ref={place},mode=max{more}")
    assert "exporting cache to registry" in first
    image = inspect(project.engine, "made:1")
    project.forget()
    shown = project.build("-t", "made:1", "--cache-from", place)
    assert f"importing cache manifest from {place}" in shown
    assert _cached(shown) == sorted(STEPS)
    # What was cached is what was made: the very image.
    assert inspect(project.engine, "made:1")["Id"] == image["Id"]
    assert run(project.engine, "made:1", "cat /copy /tool; echo $GREETING") == "given\ntool\nhello\n"
    # Now it is here, but for the stage that was not needed.
    assert _cached(project.build("-t", "made:1")) == FINAL_STEPS
    assert _cached(project.build("-t", "made:1")) == sorted(STEPS)
    project.forget()
    (project.folder / "given").write_text("other\n")
    assert _cached(project.build("-t", "made:1", "--cache-from", place)) == sorted(STEPS[:2])


def test_a_cache_of_the_result_alone(project: Project, registry: Registry) -> None:
    """The steps of other stages are not in it; what they are made of tells what is taken from them."""
    place = f"{registry.address}/caches/least:main"
    dockerfile = project.folder / "Dockerfile"
    given = dockerfile.read_text()
    dockerfile.write_text(
        given.replace(
            "COPY --from", "RUN --mount=from=tools,source=/made,target=/t cat /t/when > /then\nCOPY --from"
        )
    )
    project.build("-t", "made:1", "--cache-to", f"type=registry,ref={place}")
    image = inspect(project.engine, "made:1")
    project.forget()
    cached = ("--cache-from", f"type=registry,ref={place}")
    shown = project.build("-t", "made:1", *cached)
    # Nothing was done; the stage that was not needed is told as BuildKit tells it.
    steps = sorted([*STEPS[:2], *(f"[stage-1 {step}/5]" for step in (2, 3, 4, 5))])
    assert _cached(shown, steps) == steps
    assert inspect(project.engine, "made:1")["Id"] == image["Id"]
    assert "[tools 3/3] RUN echo tool > tool" in shown
    project.forget()
    # One that is made otherwise is built; what is the same in it is found.
    dockerfile.write_text(given.replace("echo tool > tool", "echo tool | cat > tool"))
    project.build("--cache-to", f"type=registry,ref={place}")
    project.forget()
    dockerfile.write_text(given)
    assert _cached(project.build("-t", "made:1", *cached)) == FINAL_STEPS
    project.forget()
    dockerfile.write_text(given.replace("echo tool", "echo other"))
    assert _cached(project.build("-t", "made:1", *cached)) == FINAL_STEPS[:2]
    assert run(project.engine, "made:1", "cat /tool") == "other\n"


def test_what_is_not_needed_costs_no_pull(project: Project, registry: Registry) -> None:
    """The base of a stage that nothing is taken from is only looked at, and so are images of mounts in it."""
    names = [
        registry.push("bases", tag, build_image([busybox_layer()], config={"Labels": {"which": tag}}))
        for tag in ("begin", "mounted")
    ]
    dockerfile = project.folder / "Dockerfile"
    dockerfile.write_text(
        f"FROM {names[0]} AS tools\nENV PATH=$PATH:/made\n"
        f"RUN --mount=from={names[1]},target=/m ls /m/etc > /list\n"
        "FROM busybox\nCOPY --from=tools /list /list\n"
    )
    cache = f"{registry.address}/caches/pulls:main"
    project.build("-t", "made:1", "--cache-to", f"type=registry,ref={cache}")
    image = inspect(project.engine, "made:1")["Id"]

    def are_here() -> list[bool]:
        return [project.engine.request("GET", f"/images/{name}/json").status == 200 for name in names]

    assert are_here() == [True, True]
    project.forget()
    assert are_here() == [False, False]
    shown = project.build("-t", "made:1", "--cache-from", cache)
    assert _cached(shown, ["[tools 2/2]", "[stage-1 2/2]"]) == ["[stage-1 2/2]", "[tools 2/2]"]
    assert inspect(project.engine, "made:1")["Id"] == image
    assert are_here() == [False, False]
    # Where the stage is another one it is built, from its images.
    dockerfile.write_text(dockerfile.read_text().replace("ls /m/etc", "ls /m/etc | sort"))
    project.build("-t", "made:1", "--cache-from", cache)
    assert are_here() == [True, True]
    # An image that is not there ends the build as ever.
    dockerfile.write_text(
        f"FROM {registry.address}/bases:none AS tools\nFROM busybox\nCOPY --from=tools /x /\n"
    )
    assert "bases:none: not found" in project.build("--cache-from", cache, check=False)


def test_a_cache_in_the_image(project: Project, registry: Registry) -> None:
    name = f"{registry.address}/made/inline:1"
    project.build("-t", name, "--push", "--cache-to", "type=inline")
    when = run(project.engine, name, "cat /when")
    # The image that tells of its steps is not taken for the result of one.
    assert _cached(project.build("-t", "made:1")) == sorted(STEPS)
    project.forget()
    assert _cached(project.build("-t", "made:1", "--cache-from", name)) == sorted(STEPS)
    assert run(project.engine, "made:1", "cat /when") == when
    project.forget()
    # By the argument that older clients have for it; pulled and unchanged the image still tells.
    project.build("-t", name, "--push", "--build-arg", "BUILDKIT_INLINE_CACHE=1", "--cache-from", name)
    project.forget()
    assert _cached(project.build("--cache-from", name)) == sorted(STEPS)


def test_a_cache_in_a_folder(project: Project, tmp_path: Path) -> None:
    place = tmp_path / "cache"
    project.build("--cache-to", f"type=local,dest={place},mode=max")
    (entry,) = json.loads((place / "index.json").read_text())["manifests"]
    manifest = _blob(place, entry["digest"])
    config = _blob(place, manifest["manifests"][-1]["digest"])
    assert manifest["manifests"][-1]["mediaType"] == "application/vnd.buildkit.cacheconfig.v0"
    # As BuildKit has it: what is linked is there, and what lies below comes before.
    assert all(layer["parent"] < number for number, layer in enumerate(config["layers"]))
    assert {layer["blob"] for layer in config["layers"]} == {b["digest"] for b in manifest["manifests"][:-1]}
    for record in config["records"]:
        assert all(
            link["link"] < len(config["records"]) for links in record.get("inputs", ()) for link in links
        )
        assert all(result["layer"] < len(config["layers"]) for result in record.get("layers", ()))
    project.forget()
    assert _cached(project.build("--cache-from", f"type=local,src={place}")) == sorted(STEPS)
    # Written twice, also where all is there already.
    project.build("--cache-to", f"type=local,dest={place},mode=max")
    assert _cached(project.build("--cache-from", f"type=local,src={place}")) == sorted(STEPS)


def _blob(place: Path, digest: str) -> Any:
    return json.loads((place / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_text())


def _without_layers(place: Path) -> None:
    for blob in (place / "blobs/sha256").iterdir():
        if not blob.read_bytes().startswith(b"{"):
            blob.unlink()


def _with_broken_layers(place: Path) -> None:
    for blob in (place / "blobs/sha256").iterdir():
        data = blob.read_bytes()
        if not data.startswith(b"{"):
            blob.chmod(0o644)
            blob.write_bytes(bytes(len(data)))


def test_caches_and_agents_of_compose_files(project: Project, tmp_path: Path) -> None:
    dockerfile = (
        "FROM busybox\nRUN --mount=type=ssh,id=mine test -S $SSH_AUTH_SOCK && date +%s%N > /when\n"
        "COPY given /given\n"
    )
    cache = tmp_path / "cache"
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(tmp_path / "agent"))
        agent.listen()

        def build(**more: list[str]) -> str:
            told = {"context": ".", "dockerfile_inline": dockerfile, "ssh": ["mine=./agent"], **more}
            services = {"one": {"image": "made:composed", "build": told}}
            (tmp_path / "compose.yaml").write_text(json.dumps({"name": "x", "services": services}))
            done = project.engine.docker("compose", "--progress=plain", "build", folder=tmp_path)
            return (done.stdout + done.stderr).decode()

        build(cache_to=[f"type=local,dest={cache},mode=max"])
        first = inspect(project.engine, "made:composed")["Id"]
        project.forget()
        shown = build(cache_from=[f"type=local,src={cache}"])
    assert "importing cache manifest from local" in shown
    assert inspect(project.engine, "made:composed")["Id"] == first


@pytest.mark.parametrize("damage", [_without_layers, _with_broken_layers])
def test_what_a_damaged_cache_lacks_is_done_again(
    project: Project, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    place = tmp_path / "cache"
    project.build("--cache-to", f"type=local,dest={place},mode=max")
    project.forget()
    damage(place)
    project.build("-t", "made:1", "--cache-from", f"type=local,src={place}")
    assert run(project.engine, "made:1", "cat /copy /tool") == "given\ntool\n"


def test_caches_that_are_not_there(project: Project, registry: Registry, tmp_path: Path) -> None:
    """One that cannot be read is told of; one that cannot be written ends the build, unless that may be."""
    missing = f"{registry.address}/caches/missing:main"
    shown = project.build("-t", "made:1", "--cache-from", missing)
    assert re.search(rf"importing cache manifest from {missing}\n#\d+ ERROR: ", shown)
    unwritable = "type=registry,ref=127.0.0.1:1/caches/none:main"
    failed = project.build("--cache-to", unwritable, check=False)
    assert "ERROR: failed to solve: " in failed
    assert "connection refused" in failed.lower()
    assert project.build("--cache-to", f"{unwritable},ignore-error=true")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ("type=azblob,name=x", 'unknown cache exporter: "azblob"'),
        ("type=registry,ref=x/y:z,compression=zstd", "no other compression"),
        ("type=registry,ref=x/y:z,image-manifest=perhaps", "failed to parse image-manifest: perhaps"),
        ("type=registry,ref=UPPER", "invalid reference format"),
    ],
)
def test_wishes_that_are_refused(project: Project, wish: str, message: str) -> None:
    shown = project.build("--cache-to", wish, check=False)
    assert message in shown


def test_images_as_archives(project: Project, tmp_path: Path) -> None:
    """What the client writes into a file is what `docker save` writes: it loads under its name."""
    for kind in ("docker", "oci"):
        place = tmp_path / f"{kind}.tar"
        project.build("-t", f"made/{kind}:7", "-o", f"type={kind},dest={place}")
        assert project.engine.request("GET", f"/images/made/{kind}:7/json").status == 404
        with tarfile.open(fileobj=io.BytesIO(place.read_bytes())) as archive:
            assert {"index.json", "manifest.json"} <= {*archive.getnames()}
        project.forget()
        project.engine.docker("load", "-q", "-i", str(place))
        assert run(project.engine, f"made/{kind}:7", "cat /tool") == "tool\n"
