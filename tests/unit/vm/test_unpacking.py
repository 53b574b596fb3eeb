"""Who unpacks Debian's packages: root as it is, anybody else without a chroot."""

import os

import pytest

from vm.image.packages import unpacking_program


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows builds no image")
def test_anybody_unpacks_without_a_chroot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert unpacking_program() == ("mmdebstrap",)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unpacking_program() == ("fakeroot", "mmdebstrap", "--mode=chrootless")
