"""The large image: 500 MB in 28,000 files and five layers, the same bytes everywhere, kept once made.

It stands for what people pull: a base with a shell, packages of many small files, an application, its data,
and a last layer that changes and removes some of what is below it.
"""

import gzip
import json
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.namespaces import made_netns
from tests.support.registry import Registry, started_registry
from tests.support.test_images import (
    BuiltImage,
    Entry,
    build_image,
    busybox_layer,
    folder,
    layer_tar,
    save_docker_archive,
    symlink,
)

CACHE = Path(__file__).resolve().parents[2] / "build" / "bench-image"
VERSION = "2"  # of what is made below
NAME, SMALL_NAME = "large", "small"
LOADED_NAME = "large-loaded:latest"
FILES = 28_000
BYTES = 500_000_000
SHARES = (0.30, 0.34, 0.20, 0.12, 0.04)  # of the files, bottom to top
PIECES = 3000  # of about 3 kB
FOLDER_FILES = 14
EVERY_LINK = 30


class _Contents:
    """Pieces of text and noise: gzip makes a third of them and lz4 a half, as of a Debian root's files."""

    def __init__(self) -> None:
        chance = random.Random(500)
        words = [chance.randbytes(chance.randint(4, 16)) for _ in range(2000)]
        pieces: list[bytes] = []
        for _ in range(PIECES):
            is_noise = chance.random() < 0.12
            text = b"".join(chance.choices(chance.sample(words, 80), k=300))
            pieces.append(chance.randbytes(400) if is_noise else text)
        self._pool = b"".join(pieces)
        self._chance = chance

    def size(self) -> int:
        """Return a file's size: most are small, few are large."""
        return min(int(self._chance.lognormvariate(8.45, 1.65)), 4 << 20)

    def take(self, size: int) -> bytes:
        """Return so many bytes."""
        parts = []
        while size > 0:
            begin = self._chance.randrange(len(self._pool))
            part = self._pool[begin : begin + min(size, 64 << 10)]
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _layers() -> Iterator[bytes]:
    contents = _Contents()
    sizes = [contents.size() for _ in range(FILES)]
    scale = BYTES / sum(sizes)
    number = 0
    for height, share in enumerate(SHARES):
        top = f"opt/layer{height}"
        entries = [folder("opt"), folder(top)]
        for index in range(int(FILES * share)):
            place = f"{top}/part{index // FOLDER_FILES}"
            if index % FOLDER_FILES == 0:
                entries.append(folder(place))
            if index % EVERY_LINK == 1:
                entries.append(symlink(f"{place}/link{index}", f"file{index - 1}"))
            else:
                data = contents.take(int(sizes[number] * scale))
                entries.append(Entry(f"{place}/file{index}", data, mode=0o755 if index % 9 == 0 else 0o644))
            number += 1
        if height == len(SHARES) - 1:
            entries += [folder("opt/layer1"), folder("opt/layer1/part3")]
            entries += [Entry(f"opt/layer1/part3/.wh.file{index}") for index in range(44, 50)]
            entries += [Entry("opt/layer1/part3/file42", b"changed"), Entry("opt/layer1/.wh.part4")]
        yield layer_tar(entries)


def _make(place: Path) -> None:
    first, *others = _layers()
    layers = [_with_a_shell(first), *others]  # five in all
    image = build_image(layers, config={"Cmd": ["sh"], "Env": ["PATH=/bin:/usr/bin"]}, docker=True)
    with made_netns("bench-make") as netns, started_registry(netns, place) as registry:
        registry.push(NAME, "latest", image)
        # Not the layer of the image that the engines start with.
        own = layer_tar([Entry("etc/issue", b"a small image\n")])
        registry.push(SMALL_NAME, "latest", build_image([_with_a_shell(own)], docker=True))


def _with_a_shell(tar: bytes) -> bytes:
    """Return a layer with the shell's files before its own."""
    shell = busybox_layer()
    return shell[: -_padding(shell)] + tar


def _padding(tar: bytes) -> int:
    """Return how many zero bytes end an archive, in whole blocks."""
    return (len(tar) - len(tar.rstrip(b"\0"))) // 512 * 512


def storage() -> Path:
    """Return the folder of a registry that has the image; made when it is missing (half a minute)."""
    made = CACHE / VERSION
    if not made.exists():
        unfinished = CACHE / f"{VERSION}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        _make(unfinished)
        unfinished.rename(made)
    return made / "storage"


@contextmanager
def served(netns: str, folder: Path, port: int) -> Iterator[Registry]:
    """Run a registry with the image in a network namespace; `folder` takes its settings and log."""
    with started_registry(netns, folder, port, storage=storage()) as registry:
        yield registry


def archive() -> bytes:
    """Return the image as `docker save` wrote it before OCI layouts: plain layers, named LOADED_NAME."""
    blobs = {
        f"sha256:{path.parent.name}": path.read_bytes()
        for path in (storage() / "docker" / "registry" / "v2" / "blobs").glob("sha256/*/*/data")
    }
    manifests = [json.loads(data) for data in blobs.values() if data.startswith(b"{")]
    manifest = max(
        (found for found in manifests if "layers" in found), key=lambda found: len(found["layers"])
    )
    layers = [layer["digest"] for layer in manifest["layers"]]
    plain = {digest: gzip.decompress(blobs[digest]) for digest in layers}
    image = BuiltImage("", json.dumps(manifest).encode(), {**blobs, **plain}, manifest["config"]["digest"])
    return save_docker_archive(image, [LOADED_NAME])
