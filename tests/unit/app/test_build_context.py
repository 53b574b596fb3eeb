"""A build's folder is packed on a thread, which ends with whoever reads it."""

import io
import tarfile
import threading
from pathlib import Path

import pytest

from app.services.errors import CancelledError, UserError
from app.services.images.build_context import pack

SECONDS = 30


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A folder that is more than the thread may pack ahead."""
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(64 << 20)
    return tmp_path


def packers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "build-context"]


def test_all_of_a_folder_is_packed(large: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(b"".join(pack(large, "Dockerfile")))) as archive:
        assert archive.getnames() == ["Dockerfile", "large"]
        assert archive.getmember("large").size == 64 << 20


def test_the_thread_ends_when_nobody_reads_any_more(large: Path) -> None:
    pieces = pack(large, "Dockerfile")
    assert next(pieces)
    (thread,) = packers()
    pieces.close()
    thread.join(SECONDS)
    assert not thread.is_alive()


def test_a_build_that_is_given_up_is_sent_no_further(large: Path) -> None:
    given_up = threading.Event()
    pieces = pack(large, "Dockerfile", given_up)
    assert next(pieces)
    (thread,) = packers()
    given_up.set()
    with pytest.raises(CancelledError):
        next(pieces)
    thread.join(SECONDS)
    assert not thread.is_alive()


def test_a_folder_that_cannot_be_packed_is_told(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="cannot be packed"):
        list(pack(tmp_path, "Dockerfile"))
