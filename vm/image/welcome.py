"""Builds the image `marina/getting-started` that ships with Marina, as an OCI image layout.

Source: OCI image specification 1.1, "Image Layout", "Image Manifest", "Image Configuration".
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from vm.errors import UserError
from vm.image.contents import KERNEL_PACKAGES, SUITE
from vm.image.debian_sources import find_sources, read_apt_options, read_release
from vm.image.packages import KEYRING
from vm.image.steps import say

PROJECT = Path(__file__).resolve().parents[2]
PAGES = PROJECT / "resources" / "welcome"
NAME = "docker.io/marina/getting-started:latest"
FOLDER = "getting-started"
PACKAGE = "busybox-static"

CREATED = 1_795_651_200
"""Seconds since 1970 of the image and of all files in it: 2026-11-26. Set anew when they change."""
CREATED_TEXT = "2026-11-26T00:00:00Z"

APPLETS = (
    "[", "awk", "basename", "cat", "chmod", "chown", "chroot", "clear", "cp", "cut", "date", "dd", "df",
    "diff", "dirname", "du", "echo", "env", "expr", "false", "find", "free", "grep", "gunzip", "gzip",
    "head", "hexdump", "hostname", "httpd", "id", "ip", "kill", "less", "ln", "ls", "mkdir", "mktemp",
    "more", "mount", "mv", "nc", "netstat", "nslookup", "pidof", "ping", "printf", "ps", "pwd", "readlink",
    "rm", "rmdir", "sed", "seq", "sh", "sleep", "sort", "stat", "strings", "tail", "tar", "tee", "test",
    "time", "timeout", "top", "touch", "tr", "traceroute", "true", "tty", "uname", "uniq", "uptime", "vi",
    "watch", "wc", "wget", "which", "whoami", "xargs", "xxd", "yes",
)  # fmt: skip
"""What a shell in the container offers, and a debug shell beside another container."""

SERVE = """\
#!/bin/sh
# A process with number 1 gets no signal that it does not ask for: this shell asks, httpd would not.
# httpd opens port 80 as root and goes on as nobody; -vv writes each request for `docker logs`.
trap 'exit 0' TERM INT
echo "Marina's getting-started page is served on port 80 of this container."
httpd -f -vv -p 80 -h /www -u 65534:65534 &
wait $!
"""


@dataclass
class Layer:
    """The files of one layer, written as a tar that depends on nothing but them."""

    comment: str
    files: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Mode and content by path without a leading slash."""
    folders: dict[str, int] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def write_tar(self) -> bytes:
        """Return the tar: sorted, with folders before what is in them, one time, one owner."""
        output = io.BytesIO()
        folders = dict.fromkeys(self._parents(), 0o755) | self.folders
        with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for name in sorted({*folders, *self.files, *self.links}):
                member = tarfile.TarInfo(name)
                member.mtime = CREATED
                if name in folders:
                    member.type, member.mode = tarfile.DIRTYPE, folders[name]
                    tar.addfile(member)
                elif name in self.links:
                    member.type, member.mode, member.linkname = tarfile.SYMTYPE, 0o777, self.links[name]
                    tar.addfile(member)
                else:
                    member.mode, content = self.files[name]
                    member.size = len(content)
                    tar.addfile(member, io.BytesIO(content))
        return output.getvalue()

    def _parents(self) -> set[str]:
        names = (*self.files, *self.links, *self.folders)
        return {str(folder) for name in names for folder in PurePosixPath(name).parents if folder.name}


def build_welcome_image(output: Path, arch: str, cache: Path) -> None:
    """Write the OCI layout `output`, which is replaced as a whole; the same inputs give the same bytes.

    busybox comes from `cache`, else from this machine's Debian mirror.
    Raises UserError when it cannot be had.
    """
    package = find_package(arch, cache / "downloads" / arch) or fetch_package(
        arch, cache / "downloads" / f"welcome-{arch}"
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".welcome-") as scratch:
        made = Path(scratch) / "layout"
        write_layout(made, arch, [program_layer(package), page_layer(PAGES)])
        shutil.rmtree(output, ignore_errors=True)
        made.replace(output)


def find_package(arch: str, folder: Path) -> Path | None:
    """Return the newest busybox package in a folder of downloads."""
    found = folder.glob(f"{PACKAGE}_*_{arch}.deb")
    return max(found, key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)


def fetch_package(arch: str, folder: Path) -> Path:
    """Return busybox's package, downloaded to `folder` by an apt of its own.

    It needs no root and works for any architecture. Raises UserError when apt fails.
    """
    if kept := find_package(arch, folder):
        return kept
    say(f"Fetching Debian {SUITE}'s {PACKAGE} for {arch}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".apt-") as scratch:
        work = Path(scratch)
        for name in ("lists/partial", "cache/archives/partial"):
            (work / name).mkdir(parents=True)
        (work / "status").touch()
        sources = find_sources(Path("/etc/apt"), read_release(), SUITE)
        signed = [source.line().replace("deb ", f"deb [signed-by={KEYRING}] ", 1) for source in sources]
        (work / "sources.list").write_text("\n".join(signed) + "\n")
        options = [
            f'APT::Architecture "{arch}"', f'APT::Architectures "{arch}"', 'APT::Sandbox::User ""',
            f'Dir::State "{work}"', f'Dir::State::lists "{work}/lists"',
            f'Dir::State::status "{work}/status"',
            f'Dir::Cache "{work}/cache"', f'Dir::Etc::SourceList "{work}/sources.list"',
            'Dir::Etc::SourceParts "-"', 'Dir::Etc::Preferences "-"', 'Dir::Etc::PreferencesParts "-"',
        ]  # fmt: skip
        (work / "apt.conf").write_text("".join(f"{option};\n" for option in [*read_apt_options(), *options]))
        environment = {**os.environ, "APT_CONFIG": str(work / "apt.conf"), "LC_ALL": "C"}
        for command in (["apt-get", "update"], ["apt-get", "download", PACKAGE]):
            done = subprocess.run(
                command, cwd=work, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise UserError(
                    f"{PACKAGE} for {arch} could not be downloaded.",
                    (done.stdout + done.stderr)[-2000:].strip(),
                    "Check the network and the apt sources of this machine.",
                )
        package = find_package(arch, work)
        assert package is not None, "apt-get download succeeded without a file"
        return package.replace(folder / package.name)


def program_layer(package: Path) -> Layer:
    """Return busybox with the commands it stands for, users, and its licence."""
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            ["dpkg-deb", "-x", package, scratch], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise UserError(
                f"{package.name} cannot be unpacked.",
                done.stderr.strip(),
                f"Delete {package} and build again.",
            )
        tree = Path(scratch)
        program = next(path for name in ("usr/bin", "bin") if (path := tree / name / "busybox").is_file())
        licence = tree / "usr/share/doc" / PACKAGE / "copyright"
        files = {
            "bin/busybox": (0o755, program.read_bytes()),
            "bin/serve": (0o755, SERVE.encode()),
            f"usr/share/doc/{PACKAGE}/copyright": (0o644, licence.read_bytes()),
            "etc/passwd": (
                0o644,
                b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
            ),
            "etc/group": (0o644, b"root:x:0:\nnogroup:x:65534:\n"),
        }
    version = package.name.split("_")[1].replace("%3a", ":")
    folders = {"tmp": 0o1777, "root": 0o700}
    return Layer(
        f"{PACKAGE} {version} of Debian", files, folders, {f"bin/{name}": "busybox" for name in APPLETS}
    )


def page_layer(pages: Path) -> Layer:
    """Return the pages below /www."""
    files = {f"www/{path.relative_to(pages).as_posix()}": path for path in pages.rglob("*") if path.is_file()}
    return Layer("the pages", {name: (0o644, path.read_bytes()) for name, path in files.items()})


def _gzip(data: bytes) -> bytes:
    """Compress, to the same bytes with every Python: some write which system they run on into the head."""
    packed = bytearray(gzip.compress(data, 9, mtime=0))
    packed[9] = 255  # RFC 1952, OS: unknown
    return bytes(packed)


def write_layout(folder: Path, arch: str, layers: list[Layer]) -> None:
    """Write the layout: blobs by their digests, the index, the marker file."""
    (folder / "blobs" / "sha256").mkdir(parents=True)
    tars = [layer.write_tar() for layer in layers]
    descriptors = [
        _add_blob(folder, "application/vnd.oci.image.layer.v1.tar+gzip", _gzip(tar)) for tar in tars
    ]
    config = image_config(arch, layers, [_digest(tar) for tar in tars])
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": _add_blob(folder, "application/vnd.oci.image.config.v1+json", _json(config)),
        "layers": descriptors,
    }
    descriptor = _add_blob(folder, str(manifest["mediaType"]), _json(manifest)) | {
        "annotations": {"io.containerd.image.name": NAME, "org.opencontainers.image.ref.name": NAME},
        "platform": {"architecture": arch, "os": "linux"},
    }
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [descriptor],
    }
    (folder / "index.json").write_bytes(_json(index))
    (folder / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))


def image_config(arch: str, layers: list[Layer], diff_ids: list[str]) -> dict[str, Any]:
    """Return the image's configuration."""
    return {
        "architecture": arch,
        "os": "linux",
        "created": CREATED_TEXT,
        "config": {
            "Cmd": ["/bin/serve"],
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "ExposedPorts": {"80/tcp": {}},
            "Labels": {
                "org.opencontainers.image.description": "A page about containers, served by a container",
                "org.opencontainers.image.licenses": "Apache-2.0 AND GPL-2.0-only",
                "org.opencontainers.image.title": "Getting started with Marina",
            },
            "StopSignal": "SIGTERM",
            "WorkingDir": "/",
        },
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created": CREATED_TEXT, "created_by": f"marina: {layer.comment}"} for layer in layers],
    }


def _add_blob(folder: Path, media_type: str, content: bytes) -> dict[str, Any]:
    digest = _digest(content)
    (folder / "blobs" / digest.replace(":", "/")).write_bytes(content)
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(prog="welcome", description="Builds the getting-started image.")
    parser.add_argument("--arch", choices=sorted(KERNEL_PACKAGES), default="amd64")
    parser.add_argument("--output", type=Path, help="folder of the OCI layout")
    parser.add_argument("--cache", type=Path, default=PROJECT / "build" / "cache")
    options = parser.parse_args(arguments)
    output = options.output or PROJECT / "build" / "bundled-images" / options.arch / FOLDER
    try:
        build_welcome_image(output.resolve(), options.arch, options.cache.resolve())
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    say(f"The image {NAME} is in {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
