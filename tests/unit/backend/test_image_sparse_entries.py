"""Sparse files of archives become plain ones; damaged maps are refused."""

import io
import random
import tarfile
from pathlib import Path

import pytest

from backend.images.layers.layer_tar import LayerTar
from backend.images.tar.tar_headers import DamagedArchiveError, FolderAttributes
from tests.support.sparse_archives import FILES, contents, sparse_tar

FORMS = (("--format=gnu",), ("--format=posix",), ("--format=posix", "--sparse-version=0.1"))


def rewritten(data: bytes, limit: int = 1 << 30) -> bytes:
    """Return a layer as mkfs.erofs gets it."""
    output = io.BytesIO()
    LayerTar(io.BytesIO(data).read, output.write, lambda path: FolderAttributes(), limit).copy()
    return output.getvalue()


@pytest.mark.parametrize("options", FORMS)
def test_holes_are_filled(tmp_path: Path, options: tuple[str, ...]) -> None:
    data = sparse_tar(tmp_path, *options)
    assert len(data) < 400_000  # it is sparse
    with tarfile.open(fileobj=io.BytesIO(rewritten(data))) as archive:
        found = {member.name.removeprefix("./"): member for member in archive if member.isfile()}
        assert found.keys() == FILES.keys()
        for name, member in found.items():
            assert not member.issparse()
            file = archive.extractfile(member)
            assert file is not None
            assert file.read() == contents(name), name


def test_oldest_form_is_refused(tmp_path: Path) -> None:
    data = sparse_tar(tmp_path, "--format=posix", "--sparse-version=0.0")
    with pytest.raises(DamagedArchiveError, match="not supported"):
        rewritten(data)


@pytest.mark.parametrize("options", FORMS)
def test_size_that_no_disk_has_is_refused_at_once(tmp_path: Path, options: tuple[str, ...]) -> None:
    data = sparse_tar(tmp_path, *options)
    with pytest.raises(DamagedArchiveError, match="unpacks to more than"):
        rewritten(data, limit=2_000_000)


@pytest.mark.parametrize("options", FORMS)
def test_damaged_maps_are_a_refusal_or_a_tar(tmp_path: Path, options: tuple[str, ...]) -> None:
    data = sparse_tar(tmp_path, *options)
    chance = random.Random(1)
    for _ in range(300):
        damaged = bytearray(data)
        start = chance.randrange(min(len(data), 40_000))
        damaged[start : start + 3] = chance.randbytes(3)
        try:
            output = rewritten(bytes(damaged), limit=20_000_000)
        except DamagedArchiveError:
            continue
        with tarfile.open(fileobj=io.BytesIO(output)) as archive:
            archive.getmembers()
