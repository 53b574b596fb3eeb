"""In which order the tags of a repository are offered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.images.tags import sort_tags

TAG = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True)


@pytest.mark.parametrize(
    "expected",
    [
        "latest 2 1.27 1.27-alpine 1.27.10 1.27.9 1.9 alpine stable",
        "latest v2.0.0 v2.0.0-rc10 v2.0.0-rc2 v2.0.0-rc1 v1.9.9 main",
        "3.13.0 3.13.0-slim 3.13.0rc2 3.13.0a1 3.12.1",
        "24.04 22.04 jammy noble",
        "latest 1 7f3c2d1 edge",
        f"latest 1 nightly sha256-{'a' * 64}.sig",
        f"sha256-short sha256-{'a' * 64} sha256-{'a' * 64}.att",
    ],
)
def test_the_newest_first(expected: str) -> None:
    tags = expected.split()
    assert sort_tags(reversed(tags)) == tags
    assert sort_tags(tags) == tags


@given(st.lists(TAG, unique=True))
def test_any_tags_are_sorted_and_none_is_lost(tags: list[str]) -> None:
    found = sort_tags(tags)
    assert sorted(found) == sorted(tags)
    assert "latest" not in found[1:]
