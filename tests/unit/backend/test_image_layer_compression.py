"""Layers compressed beside other work: the same bytes as in one go, and failures that reach the caller."""

import gzip
import io
import random
import threading

import pytest

from backend.images.layers.layer_compression import GzipThread, GzipWriter

PIECES = [random.Random(number).randbytes(100_000) * 3 for number in range(40)]


def test_the_thread_writes_what_the_writer_writes() -> None:
    plain, beside = io.BytesIO(), io.BytesIO()
    writer = GzipWriter(plain)
    for piece in PIECES:
        writer.write(piece)
    writer.finish()
    with GzipThread(beside) as thread:
        for piece in PIECES:
            thread.write(piece)
        assert thread.finish() == writer.digest
    assert beside.getvalue() == plain.getvalue()
    assert gzip.decompress(beside.getvalue()) == b"".join(PIECES)


class FullDisk(io.BytesIO):
    """A file that takes nothing."""

    def write(self, data: object) -> int:
        """Fail."""
        raise OSError(28, "No space left on device")


def fill(file: io.BytesIO, rounds: int) -> None:
    """Write far more than what may wait for the thread."""
    with GzipThread(file) as thread:
        for _ in range(rounds):
            for piece in PIECES:
                thread.write(piece)
        thread.finish()


def leave(file: io.BytesIO) -> None:
    """End in the middle."""
    with GzipThread(file) as thread:
        thread.write(PIECES[0])
        raise KeyError


def test_a_full_disk_is_told_and_the_thread_ends() -> None:
    before = set(threading.enumerate())
    with pytest.raises(OSError, match="No space left"):
        fill(FullDisk(), 5)
    assert set(threading.enumerate()) == before


def test_one_who_leaves_ends_the_thread() -> None:
    before = set(threading.enumerate())
    with pytest.raises(KeyError):
        leave(io.BytesIO())
    assert set(threading.enumerate()) == before
