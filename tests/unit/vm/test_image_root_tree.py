"""What of Debian's packages goes into the machine's root."""

import pytest

from vm.image.contents import LOADERS
from vm.image.root_tree import is_kept


@pytest.mark.parametrize("arch", LOADERS)
def test_each_processors_loader_is_kept_and_no_other(arch: str) -> None:
    assert [other for other in LOADERS if is_kept(LOADERS[other], arch)] == [arch]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("usr/bin/crun", True),
        ("usr/bin/qemu-aarch64", True),
        ("usr/bin/qemu-x86_64", False),
        ("usr/bin/perl", False),
        ("usr/share/doc/crun/copyright", True),
        ("usr/share/doc/crun/changelog.gz", False),
        ("bin", True),
    ],
)
def test_what_is_kept(path: str, kept: bool) -> None:
    assert is_kept(path, "amd64") is kept
