"""The key sequence that leaves a terminal."""

import pytest

from backend.containers.detach_keys import DEFAULT, DetachScanner, parse_keys
from backend.errors import InvalidParameterError


def test_parse() -> None:
    assert parse_keys(DEFAULT) == b"\x10\x11"
    assert parse_keys("a,ctrl-[,ctrl-Z,~") == b"a\x1b\x1a~"
    for bad in ("", "ctrl-", "ctrl-1", "alt-p", "a,,b", "ab", "é"):
        with pytest.raises(InvalidParameterError, match="Invalid escape keys"):
            parse_keys(bad)


async def test_scan_over_pieces() -> None:
    scanner = DetachScanner(b"\x10\x11")
    assert scanner.feed(b"hello") == b"hello"
    assert scanner.feed(b"\x10") == b""
    assert scanner.feed(b"x") == b"\x10x"
    assert scanner.feed(b"a\x10\x10") == b"a\x10"
    assert not scanner.detached
    assert scanner.feed(b"\x11rest") == b""
    assert scanner.detached
