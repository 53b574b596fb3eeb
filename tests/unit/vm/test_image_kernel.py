"""Kernel and modules taken apart, and the initramfs made of them."""

import lzma
import struct
import subprocess
from pathlib import Path

import pytest

from vm.errors import UserError
from vm.image.elf import read_needed
from vm.image.initramfs import CHARACTER_DEVICE, FILE, FOLDER, LINK, Entry, cpio_archive
from vm.image.kernel import ModuleSet, kernel_payload, module_needs, without_signature
from vm.image.packages import parse_simulation


def bz_image(payload: bytes) -> bytes:
    head = bytearray(1024 + 512)
    head[0x1F1] = 2
    head[0x202:0x206] = b"HdrS"
    struct.pack_into("<II", head, 0x248, 64, len(payload) + 4)
    return bytes(head) + bytes(64) + payload + b"size" + b"rest of the image"


def test_the_payload_of_a_bzimage_is_found_without_its_size_field() -> None:
    payload = b"\x28\xb5\x2f\xfd" + b"compressed"
    assert kernel_payload(bz_image(payload)) == payload


@pytest.mark.parametrize("image", [bz_image(b"\x1f\x8bgzip"), bytes(4096)])
def test_another_kind_of_kernel_is_refused(image: bytes) -> None:
    with pytest.raises(UserError):
        kernel_payload(image)


def signed(module: bytes) -> bytes:
    signature = b"S" * 300
    trailer = bytes(8) + struct.pack(">I", len(signature))
    return module + signature + trailer + b"~Module signature appended~\n"


def test_a_signature_is_cut_and_nothing_else() -> None:
    assert without_signature(signed(b"\x7fELF module")) == b"\x7fELF module"
    assert without_signature(b"\x7fELF module") == b"\x7fELF module"


def module(depends: str, softdep: str = "") -> bytes:
    return (
        b"\x7fELF\0license=GPL\0depends="
        + depends.encode()
        + (f"\0softdep={softdep}".encode() if softdep else b"")
        + b"\0"
    )


def test_modules_come_after_what_they_need(tmp_path: Path) -> None:
    contents = {
        "kernel/fs/erofs.ko.xz": module("lz4,netfs", "pre: crypto-crc32c"),
        "kernel/lib/lz4.ko.xz": module(""),
        "kernel/fs/netfs.ko.xz": module("fs-cache"),
        "kernel/fs/fs-cache.ko.xz": module(""),
        "kernel/crypto/crypto-crc32c.ko.xz": module(""),
    }
    for name, data in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(lzma.compress(signed(data)))
    modules = ModuleSet(tmp_path)
    assert modules.closure(["erofs", "not_there"]) == ["lz4", "fs_cache", "netfs", "crypto_crc32c", "erofs"]
    assert modules.read("lz4") == contents["kernel/lib/lz4.ko.xz"]


def test_soft_dependencies_count_only_before() -> None:
    assert module_needs(module("a,b-c", "pre: d post: e")) == ["a", "b_c", "d"]


def test_cpio_reads_the_initramfs_as_it_was_meant(tmp_path: Path) -> None:
    entries = {
        "init": Entry(FILE | 0o111, b"#!/bin/sh\n"),
        "bin": Entry(FOLDER),
        "bin/sh": Entry(LINK, b"busybox"),
        "dev": Entry(FOLDER),
        "dev/console": Entry(CHARACTER_DEVICE, device=(5, 1)),
    }
    archive = cpio_archive(entries)
    assert archive == cpio_archive(dict(reversed(entries.items())))
    listing = subprocess.run(
        ["busybox", "cpio", "-tv"], input=archive, capture_output=True, check=True
    ).stdout.decode()
    rows = [(line.split()[0], line.split(":")[-1][3:]) for line in listing.splitlines()]
    assert rows == [
        ("drwxr-xr-x", "bin"),
        ("lrwxrwxrwx", "bin/sh -> busybox"),
        ("drwxr-xr-x", "dev"),
        ("crw-------", "dev/console"),
        ("-rwxr-xr-x", "init"),
    ]


def test_needed_libraries_of_a_real_program() -> None:
    assert "libc.so.6" in read_needed(Path("/bin/ls"))
    assert read_needed(Path("/etc/passwd")) == []


def test_simulated_installation_gives_versions() -> None:
    text = "Inst libc6 (2.41-12 Debian:13/stable [amd64])\nInst x (1:2 D [all]) [y:amd64 ]\nConf libc6\n"
    assert parse_simulation(text) == {"libc6": "2.41-12", "x": "1:2"}
