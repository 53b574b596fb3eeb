"""Addresses of Windows' named pipes, taken apart as a user writes them and as docker does."""

import pytest

from app.services.computer.docker_context import context_endpoint
from app.services.engine.engine_address import shown_address, split_address
from app.services.errors import UserError

PIPE = r"\\.\pipe\marina-docker-0123abcd"


@pytest.mark.parametrize("address", ["npipe:////./pipe/marina-docker-0123abcd", PIPE])
def test_a_pipe_is_a_socket_of_this_computer(address: str) -> None:
    parts = split_address(address)
    assert (parts.scheme, parts.path) == ("unix", PIPE)
    assert context_endpoint(parts.path) == "npipe:////./pipe/marina-docker-0123abcd"
    assert shown_address(address) == address


@pytest.mark.parametrize("address", ["npipe://server/pipe/x", "npipe:////server/pipe/x", "npipe:///x"])
def test_a_pipe_of_another_computer_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="not valid"):
        split_address(address)
