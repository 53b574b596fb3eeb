"""Images of another processor: pulled when asked for, run by the emulator, with Docker's warning."""

import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.container_calls import remove
from tests.support import static_program
from tests.support.native_engine import NativeEngine
from tests.support.registry import Registry
from tests.support.test_images import Entry, build_image, build_index, layer_tar

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the program of this test is for arm64"),
    pytest.mark.skipif(
        "binfmt_misc" not in Path("/proc/filesystems").read_text(), reason="this kernel knows no emulators"
    ),
]

# The kernel keeps one list for all: what the engine put there would outlive the tests.
FORGET = "cd /proc/sys/fs/binfmt_misc && if [ -e marina-aarch64 ]; then echo -1 >marina-aarch64; fi"


@pytest.fixture
def image(engine: NativeEngine, registry: Registry) -> Iterator[str]:
    """The name of an index with an image for both processors, whose program tells which one it is for."""
    images = {
        f"linux/{architecture}": build_image(
            [layer_tar([Entry("hello", program, mode=0o755)])],
            config={"Cmd": ["/hello"]},
            architecture=architecture,
        )
        for architecture, program in static_program.hello_programs().items()
    }
    name = registry.push("hello", "latest", build_index(images))
    yield name
    while engine.request("DELETE", f"/images/{name}", query={"force": "1"}).status == 200:
        pass
    engine.inside("sh", "-c", FORGET)


def test_image_of_another_processor_runs(engine: NativeEngine, image: str) -> None:
    done = engine.docker("run", "--rm", "--network", "none", "--platform", "linux/arm64", image, check=False)
    assert (done.stdout, done.returncode) == (b"hello from arm64\n", 7), done.stderr
    assert b"platform" not in done.stderr.partition(b"Status:")[2]  # it was asked for
    assert engine.request("GET", f"/images/{image}/json").json["Architecture"] == "arm64"
    done = engine.docker("run", "--rm", "--network", "none", "--platform", "linux/amd64", image, check=False)
    assert (done.stdout, done.returncode) == (b"hello from amd64\n", 7)


def test_who_did_not_ask_for_it_is_warned(engine: NativeEngine, image: str) -> None:
    engine.docker("pull", "--quiet", "--platform", "linux/arm64", image)
    created = engine.request("POST", "/containers/create", body={"Image": image})
    [warning] = created.json["Warnings"]
    assert warning.startswith(
        "The requested image's platform (linux/arm64) does not match the detected host platform "
        "(linux/amd64/v"
    )
    assert warning.endswith(") and no specific platform was requested")
    asked = engine.request(
        "POST", "/containers/create", query={"platform": "linux/arm64"}, body={"Image": image}
    )
    assert asked.json["Warnings"] == []
    for container in (created, asked):
        remove(engine, container.json["Id"])
