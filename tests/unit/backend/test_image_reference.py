"""References by the rules of distribution/reference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import InvalidParameterError
from backend.images.reference import is_id_prefix, is_image_id, parse

HEX = "a" * 64
DIGEST = f"sha256:{HEX}"


@pytest.mark.parametrize(
    ("written", "full", "familiar"),
    [
        ("busybox", "docker.io/library/busybox", "busybox"),
        ("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36"),
        ("docker.io/busybox", "docker.io/library/busybox", "busybox"),
        ("index.docker.io/busybox", "docker.io/library/busybox", "busybox"),
        ("docker.io/library/busybox", "docker.io/library/busybox", "busybox"),
        ("library/busybox", "docker.io/library/busybox", "busybox"),
        ("bitnami/redis:7", "docker.io/bitnami/redis:7", "bitnami/redis:7"),
        ("a/b/c", "docker.io/a/b/c", "a/b/c"),
        ("docker.io/my.team/app", "docker.io/my.team/app", "docker.io/my.team/app"),
        ("library/a/b", "docker.io/library/a/b", "library/a/b"),
        ("localhost/x", "localhost/x", "localhost/x"),
        ("localhost:5000/x:y", "localhost:5000/x:y", "localhost:5000/x:y"),
        ("registry.example.com/team/app", "registry.example.com/team/app", "registry.example.com/team/app"),
        ("Registry/app", "Registry/app", "Registry/app"),
        ("[::1]:5000/x", "[::1]:5000/x", "[::1]:5000/x"),
        ("127.0.0.1/x", "127.0.0.1/x", "127.0.0.1/x"),
        (f"x@{DIGEST}", f"docker.io/library/x@{DIGEST}", f"x@{DIGEST}"),
        (f"x:1@{DIGEST}", f"docker.io/library/x:1@{DIGEST}", f"x:1@{DIGEST}"),
        ("a__b--c.d_e", "docker.io/library/a__b--c.d_e", "a__b--c.d_e"),
        ("sha256:abc", "docker.io/library/sha256:abc", "sha256:abc"),
        (HEX[:63], f"docker.io/library/{HEX[:63]}", HEX[:63]),
    ],
)
def test_names_are_completed_and_shortened(written: str, full: str, familiar: str) -> None:
    reference = parse(written)
    assert str(reference) == full
    assert reference.familiar == familiar


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "invalid reference format"),
        (":", "invalid reference format"),
        ("x:", "invalid reference format"),
        ("-x", "invalid reference format"),
        ("x-", "invalid reference format"),
        ("x//y", "invalid reference format"),
        ("x/", "invalid reference format"),
        ("/x", "invalid reference format"),
        ("x y", "invalid reference format"),
        ("x\n", "invalid reference format"),
        ("http://x/y", "invalid reference format"),
        ("a..b", "invalid reference format"),
        ("a___b", "invalid reference format"),
        ("x:" + "t" * 129, "invalid reference format"),
        ("x:.a", "invalid reference format"),
        ("x@sha256:abc", "invalid reference format"),
        (f"x@sha512:{HEX}", "invalid reference format"),
        (f"x@sha256:{HEX.upper()}", "invalid reference format"),
        ("exämple/x", "invalid reference format"),
        ("١٢٣", "invalid reference format"),
        ("Busybox", "invalid reference format: repository name (library/Busybox) must be lowercase"),
        ("me/App:1", "invalid reference format: repository name (me/App) must be lowercase"),
        ("host.io/Team/app", "invalid reference format: repository name (Team/app) must be lowercase"),
        (HEX, f"invalid repository name ({HEX}), cannot specify 64-byte hexadecimal strings"),
        ("x/" + "y" * 256, "invalid reference format: repository name must not be more than 255 characters"),
    ],
)
def test_what_docker_refuses(written: str, message: str) -> None:
    with pytest.raises(InvalidParameterError) as caught:
        parse(written)
    assert caught.value.message == message


def test_tag_and_digest_helpers() -> None:
    reference = parse("busybox")
    assert str(reference.with_default_tag()) == "docker.io/library/busybox:latest"
    assert reference.with_tag("v1").familiar == "busybox:v1"
    assert reference.with_tag("v1").with_default_tag().tag == "v1"
    assert reference.with_tag("v1").with_digest(DIGEST).familiar == f"busybox@{DIGEST}"
    assert parse(f"x:1@{DIGEST}").favouring_digest().familiar == f"x@{DIGEST}"
    for bad in ("", "a b", "-x", "a" * 129):
        with pytest.raises(InvalidParameterError, match="invalid tag format"):
            reference.with_tag(bad)
    for bad in ("", "sha256:", f"md5:{HEX}", f"{DIGEST}a"):
        with pytest.raises(InvalidParameterError, match="invalid checksum digest format"):
            reference.with_digest(bad)


def test_ids() -> None:
    assert is_image_id(HEX)
    assert is_image_id(DIGEST)
    assert not is_image_id(HEX[:12])
    assert is_id_prefix(HEX[:12])
    assert is_id_prefix(f"sha256:{HEX[:3]}")
    assert not is_id_prefix("busybox")
    assert not is_id_prefix("")


@given(st.text(max_size=400))
def test_any_text_is_a_reference_or_a_plain_refusal(text: str) -> None:
    try:
        reference = parse(text)
    except InvalidParameterError:
        return  # any other exception fails the test
    assert parse(str(reference)) == reference
    assert parse(reference.familiar) == reference


COMPONENT = st.from_regex(r"[a-z0-9]{1,8}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,8}){0,2}", fullmatch=True)
DOMAIN = st.sampled_from(["", "localhost/", "localhost:5000/", "r.example/", "10.0.0.1:80/", "docker.io/"])
SUFFIX = st.sampled_from(["", ":latest", ":V_1.2-x", f"@{DIGEST}", f":1@{DIGEST}"])


@given(DOMAIN, st.lists(COMPONENT, min_size=1, max_size=4), SUFFIX)
def test_well_formed_names_survive_the_round_trip(domain: str, parts: list[str], suffix: str) -> None:
    reference = parse(domain + "/".join(parts) + suffix)
    assert str(reference).endswith(suffix)
    assert parse(reference.familiar) == reference
    assert parse(str(reference)) == reference
