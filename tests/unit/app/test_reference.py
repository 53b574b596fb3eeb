"""Names of images: what they mean, and why others are none."""

import pytest

from app.services.images.reference import InvalidReferenceError, explain_reference, parse_reference

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("bitnami/redis", "docker.io/bitnami/redis:latest"),
        ("docker.io/library/nginx", "docker.io/library/nginx:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("localhost/app", "localhost/app:latest"),
        ("localhost:5000/team/app:2", "localhost:5000/team/app:2"),
        ("registry.example.com/a/b/c", "registry.example.com/a/b/c:latest"),
        ("[::1]:5000/app", "[::1]:5000/app:latest"),
        (f"nginx@{DIGEST}", f"docker.io/library/nginx@{DIGEST}"),
        (f"nginx:1@{DIGEST}", f"docker.io/library/nginx@{DIGEST}"),
        ("a__b/c--d.e_f", "docker.io/a__b/c--d.e_f:latest"),
    ],
)
def test_what_names_resolve_to(text: str, full: str) -> None:
    assert parse_reference(text).full_name == full
    assert explain_reference(text) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Type the name"),
        (" nginx", "spaces"),
        ("ng inx", "spaces"),
        ("https://example.com/nginx", "http"),
        ("Nginx", "lower case"),
        ("nginx:", "tag is missing"),
        ("nginx:-x", "tag has letters"),
        ("nginx:" + "x" * 129, "128"),
        ("nginx@sha256:12", "digest"),
        ("nginx@", "digest"),
        ("a//b", "empty part"),
        ("/nginx", "empty part"),
        ("nginx/", "empty part"),
        ("a..b", "single"),
        ("-nginx", "not at the ends"),
        ("a___b", "single"),
        ("example.com/", "missing"),
        ("bad_host.com:port/app", "registry"),
        ("a" * 64, "id"),
        ("a/" * 128 + "a", "too long"),
        ("nginx\n", "spaces"),
        ("nginx:1:2", "tag"),
    ],
)
def test_why_others_are_none(text: str, reason: str) -> None:
    assert reason in explain_reference(text)
    with pytest.raises(InvalidReferenceError):
        parse_reference(text)
