"""What a user is told when a port cannot be opened."""

import errno
import re
import sys

import pytest

from vm.machine.ports.port_reasons import find_free_port, refusal


@pytest.mark.skipif(sys.platform != "linux", reason="the command is Linux's")
def test_a_privileged_port_comes_with_two_ways_out() -> None:
    told = refusal("tcp", "127.0.0.1", 81, OSError(errno.EACCES, "Permission denied"))
    assert "127.0.0.1:81 is a privileged port" in told
    assert "sudo sysctl net.ipv4.ip_unprivileged_port_start=81" in told
    found = re.search(r"free port, such as (\d+)", told)
    assert found is not None
    assert find_free_port("tcp", "127.0.0.1", int(found[1])) == int(found[1])
