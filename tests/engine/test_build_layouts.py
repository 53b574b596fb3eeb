"""OCI layouts of the client as contexts of a build."""

from pathlib import Path

import pytest

from tests.engine.builds import inspect, run
from tests.support.docker_tools import PLUGINS
from tests.support.native_engine import NativeEngine
from tests.support.test_images import (
    BuiltImage,
    Entry,
    build_image,
    build_index,
    busybox_layer,
    digest_of,
    layer_tar,
    layout_files,
)

pytestmark = pytest.mark.skipif(not (PLUGINS / "docker-buildx").exists(), reason="no docker buildx")

DOCKERFILE = """FROM replaced
RUN echo $FROM_LAYOUT > /said
COPY --from=replaced /of-the-layout /copied
"""


def image_that_says(text: bytes, architecture: str = "amd64") -> BuiltImage:
    """Return an image that the engine cannot have from elsewhere."""
    layers = [busybox_layer(), layer_tar([Entry("of-the-layout", text)])]
    return build_image(layers, config={"Env": ["FROM_LAYOUT=yes"]}, architecture=architecture)


def laid_out(folder: Path, image: BuiltImage) -> str:
    """Write a project and a layout beside it; returns what the layout is called in the project's folder."""
    (folder / "Dockerfile").write_text(DOCKERFILE)
    for path, data in layout_files(image, "one").items():
        (folder / "layout" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "layout" / path).write_bytes(data)
    return f"oci-layout://layout@{image.digest}"


@pytest.mark.parametrize("as_index", [False, True])
def test_an_image_is_taken_from_a_layout(
    engine: NativeEngine, builds: None, tmp_path: Path, as_index: bool
) -> None:
    image = image_that_says(b"of an index\n" if as_index else b"alone\n")
    if as_index:
        other = image_that_says(b"for another processor\n", "arm64")
        image = build_index({"linux/arm64": other, "linux/amd64": image})
    where = laid_out(tmp_path, image)
    context = ("--build-context", f"replaced={where}")
    engine.docker("buildx", "build", "-t", "made/layout:1", *context, ".", folder=tmp_path)
    said = "yes\nof an index\n" if as_index else "yes\nalone\n"
    assert run(engine, "made/layout:1", "cat /said /copied") == said
    assert inspect(engine, "made/layout:1")["RootFS"]["Layers"][0] == digest_of(busybox_layer())


def test_layouts_that_cannot_be_taken(engine: NativeEngine, builds: None, tmp_path: Path) -> None:
    image = image_that_says(b"lost\n")
    context = f"--build-context=replaced={laid_out(tmp_path, image)}"
    several = engine.docker(
        *("buildx", "build", "--platform=linux/amd64,linux/arm64", context, "."), folder=tmp_path, check=False
    )
    assert b"an OCI layout cannot be the context of a build for several platforms" in several.stderr
    lost = image.layer_digests[1].removeprefix("sha256:")
    (tmp_path / "layout/blobs/sha256" / lost).unlink()
    missing = engine.docker("buildx", "build", context, ".", folder=tmp_path, check=False)
    assert missing.returncode != 0
    assert b"the OCI layout replaced lacks something" in missing.stderr
