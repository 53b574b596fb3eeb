"""Archives with files that have holes, made by GNU tar."""

import subprocess
from pathlib import Path

FILES = {
    "start": ([(1 << 20, b"behind")], (1 << 20) + 6),
    "many": ([(index * 40_000, b"piece%d" % index) for index in range(30)], 1_300_000),
    "end": ([(0, b"before")], 3_000_000),
    "nothing": ([], 500_000),
    "n" * 120: ([(70_000, b"long name")], 100_000),
}


def contents(name: str) -> bytes:
    """Return what a file of the archive holds."""
    pieces, size = FILES[name]
    data = bytearray(size)
    for offset, piece in pieces:
        data[offset : offset + len(piece)] = piece
    return bytes(data)


def sparse_tar(place: Path, *options: str) -> bytes:
    """Return GNU tar's archive of files with holes at their start, in the middle and at their end."""
    tree = place / "sparse"
    tree.mkdir(parents=True)
    for name, (pieces, size) in FILES.items():
        with (tree / name).open("wb") as file:
            for offset, data in pieces:
                file.seek(offset)
                file.write(data)
            file.truncate(size)
    command = ["tar", "--sparse", "--hole-detection=raw", "--sort=name", *options, "-C", str(tree), "-c", "."]
    return subprocess.run(command, capture_output=True, check=True).stdout
