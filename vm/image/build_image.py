"""Builds the machine's image: `python -m vm.image.build_image --arch amd64 --output build/image/amd64`."""

import argparse
import contextlib
import fcntl
import hashlib
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from vm.errors import UserError
from vm.image.contents import KERNEL_ARGUMENTS, KERNEL_PACKAGES, PACKAGES, SUITE, UNPACK_ALONE
from vm.image.engine_tree import engine_files, image_files, make_engine_tree
from vm.image.guest_tools import GuestTools
from vm.image.initramfs import write_initramfs
from vm.image.kernel import compress, install_modules, kernel_release, write_kernel
from vm.image.manifest import ImageFile, Manifest, describe_file, read_manifest, write_manifest
from vm.image.packages import fetch_packages
from vm.image.root_tree import finish_root_tree, make_root_tree
from vm.image.steps import say
from vm.image.welcome import FOLDER, build_welcome_image

PROJECT = Path(__file__).resolve().parents[2]
BUILDER = Path(__file__).resolve().parent
ROOT_UUID, ENGINE_UUID = "6d617269-6e61-4000-8000-726f6f740000", "6d617269-6e61-4000-8000-656e67696e65"

ROOT_MODULES = (
    "contents",
    "debian_sources",
    "packages",
    "root_tree",
    "elf",
    "guest_tools",
    "kernel",
    "kernel_module",
    "initramfs",
)
"""The modules that decide what is in the root: when one changes, the root is built anew."""


class ImageBuilder:
    """Builds one architecture's image into `output`, with everything that can be reused in `cache`."""

    def __init__(self, arch: str, output: Path, cache: Path, bundled_images: Path) -> None:
        self._arch = arch
        self._output = output
        self._cache = cache
        self._bundled_images = bundled_images
        self._root = cache / arch / "root"
        self._kernel = cache / arch / "kernel"
        self._archive = cache / arch / "packages.tar"
        self._versions = cache / arch / "packages.json"
        self._root_stamp = cache / arch / "root-inputs"

    def build(self) -> bool:
        """Build what the inputs ask for; return whether anything had to be built. Raises UserError."""
        inputs = {"root": self._root_inputs(), "engine": self._engine_inputs()}
        inputs["engine"] = digest_text(inputs["root"] + inputs["engine"])
        present = read_manifest(self._output)
        if present and present.inputs == inputs and present.arch == self._arch:
            return False
        self._output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._output, prefix=".building-") as scratch:
            work = Path(scratch)
            self._make_trees(inputs["root"])
            files = dict(present.files) if present and present.inputs.get("root") == inputs["root"] else {}
            if not files:
                files = self._pack_root(work)
            files |= self._pack_engine(work)
            for path in work.iterdir():
                path.replace(self._output / path.name)
        manifest = Manifest(
            version=read_version(),
            arch=self._arch,
            kernel_release=kernel_release(self._kernel),
            kernel_arguments=KERNEL_ARGUMENTS[self._arch],
            files=files,
            packages=json.loads(self._versions.read_text()),
            inputs=inputs,
        )
        write_manifest(self._output, manifest)
        return True

    def _root_inputs(self) -> str:
        modules = [BUILDER / f"{name}.py" for name in ROOT_MODULES]
        guest = [path for path in (BUILDER / "guest_files").rglob("*") if path.is_file()]
        return digest_files([*modules, *guest], BUILDER, self._arch)

    def _engine_inputs(self) -> str:
        engine = digest_files(engine_files(PROJECT), PROJECT)
        return digest_files(image_files(self._bundled_images), self._bundled_images, engine)

    def _make_trees(self, root_inputs: str) -> None:
        """Make the unpacked trees in the cache, unless they are there already."""
        if self._root_stamp.is_file() and self._root_stamp.read_text() == root_inputs:
            return
        self._root_stamp.unlink(missing_ok=True)
        self._archive.parent.mkdir(parents=True, exist_ok=True)
        chosen = repr((SUITE, PACKAGES, KERNEL_PACKAGES, UNPACK_ALONE))
        wanted = digest_files([BUILDER / "packages.py", BUILDER / "debian_sources.py"], BUILDER, chosen)
        stamp = self._archive.with_suffix(".inputs")
        if not (self._archive.is_file() and stamp.is_file() and stamp.read_text() == wanted):
            fetch_packages(self._arch, self._archive, self._versions, self._cache / "downloads" / self._arch)
            stamp.write_text(wanted)
        make_root_tree(self._archive, self._arch, self._root, self._kernel)
        tools = self._tools()
        install_modules(self._kernel, self._root, tools)
        finish_root_tree(self._root, tools)
        self._root_stamp.write_text(root_inputs)

    def _tools(self) -> GuestTools:
        host = host_architecture()
        if host == self._arch:
            return GuestTools(self._root, self._arch)
        # programs of another architecture do not run here: take those of an image for this machine
        helper = ImageBuilder(host, self._output.parent / host, self._cache, self._bundled_images)
        helper._make_trees(helper._root_inputs())
        return GuestTools(helper._root, host)

    def _pack_root(self, work: Path) -> dict[str, ImageFile]:
        say("Writing kernel and initramfs")
        kernel, initramfs, root = work / "vmlinux", work / "initramfs.img", work / "root.erofs"
        kernel_download = write_kernel(self._kernel, self._arch, kernel)
        write_initramfs(self._root, self._kernel, initramfs)
        say("Packing the root file system")
        self._tools().make_erofs(self._root, root, "marina-root", ROOT_UUID)
        return {
            kernel.name: describe_file(kernel, kernel_download),
            initramfs.name: describe_file(initramfs, len(compress(initramfs.read_bytes()))),
            root.name: describe_file(root, len(compress(root.read_bytes()))),
        }

    def _pack_engine(self, work: Path) -> dict[str, ImageFile]:
        say("Packing the engine")
        image = work / "engine.erofs"
        with tempfile.TemporaryDirectory(dir=self._cache / self._arch, prefix=".engine-") as scratch:
            tree = Path(scratch) / "engine"
            make_engine_tree(PROJECT, self._bundled_images, tree, self._tools())
            self._tools().make_erofs(tree, image, "marina-engine", ENGINE_UUID)
        return {image.name: describe_file(image, len(compress(image.read_bytes())))}


def digest_text(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_files(paths: Iterable[Path], base: Path, *values: str) -> str:
    """Return a digest of the names and bytes of files, and of further values."""
    digest = hashlib.sha256("\0".join(values).encode())
    for path in sorted(paths):
        digest.update(f"\0{path.relative_to(base)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_version() -> str:
    """Return Marina's version."""
    return (PROJECT / "resources" / "version.txt").read_text(encoding="utf-8").strip()


def host_architecture() -> str:
    """Return this machine's architecture by Debian's name. Raises UserError for one we build nothing on."""
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    machine = platform.machine()
    if machine not in names:
        raise UserError(f"The image cannot be built on {machine}.", "", "Use an x86_64 or arm64 machine.")
    return names[machine]


@contextlib.contextmanager
def _only_builder(cache: Path) -> Iterator[None]:
    """Keep a second builder waiting until this one is done."""
    if sys.platform != "linux":
        raise NotImplementedError
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another build of the image to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def verify(builder: ImageBuilder, arch: str, output: Path, bundled_images: Path) -> None:
    """Build everything a second time from the mirror and compare. Raises UserError when a byte differs."""
    builder.build()
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".verify-") as scratch:
        again = Path(scratch)
        ImageBuilder(arch, again / "image", again / "cache", bundled_images).build()
        first, second = read_manifest(output), read_manifest(again / "image")
        assert first is not None
        assert second is not None
        if first.inputs != second.inputs:
            raise UserError("The sources were changed between the two builds.", what_to_do="Verify again.")
        differing = [name for name in first.files if first.files[name] != second.files.get(name)]
        if differing or replace(first, files={}) != replace(second, files={}):
            kept = output.parent / "differing"
            shutil.rmtree(kept, ignore_errors=True)
            (again / "image").replace(kept)
            raise UserError(
                f"A second build came out differently: {', '.join(differing) or 'the manifest'}.",
                "The mirror may have got new packages since the first build.",
                f"The second build is in {kept}.",
            )
    say("A second build from the mirror has the same bytes")


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(prog="build_image", description="Builds the image of Marina's machine.")
    parser.add_argument("--arch", choices=sorted(KERNEL_PACKAGES), default="amd64")
    parser.add_argument("--output", type=Path, required=True, help="folder for the image's files")
    parser.add_argument("--cache", type=Path, default=PROJECT / "build" / "cache")
    parser.add_argument("--bundled-images", type=Path, help="folder of OCI layouts to ship with the engine")
    parser.add_argument(
        "--verify", action="store_true", help="build twice from the mirror and compare the bytes"
    )
    options = parser.parse_args(arguments)
    bundled_images = options.bundled_images or PROJECT / "build" / "bundled-images" / options.arch
    output = options.output.resolve()
    builder = ImageBuilder(options.arch, output, options.cache.resolve(), bundled_images.resolve())
    try:
        with _only_builder(options.cache):
            if options.bundled_images is None:
                build_welcome_image(bundled_images / FOLDER, options.arch, options.cache.resolve())
            if options.verify:
                verify(builder, options.arch, output, bundled_images.resolve())
            elif builder.build():
                manifest = read_manifest(output)
                assert manifest is not None
                download = sum(file.download_size for file in manifest.files.values())
                say(f"The image is in {options.output}: {download / 1e6:.1f} MB to download")
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
