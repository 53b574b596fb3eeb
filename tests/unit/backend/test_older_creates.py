"""Create calls in an older form, read as dockerd reads them."""

from typing import Any

import pytest

from backend.api.older_creates import gather_host_options


@pytest.mark.parametrize(
    ("body", "host"),
    [
        ({"Memory": 5, "Privileged": True}, {"Memory": 5, "Privileged": True}),
        ({"Cpuset": "0"}, {"CpusetCpus": "0"}),
        ({"Cpuset": "0", "CpusetCpus": "1"}, {"CpusetCpus": "1"}),
        ({"Memory": 5, "HostConfig": None}, {"Memory": 5}),
        # Beside a HostConfig only what it had in the oldest versions counts, and only if it is silent.
        ({"Memory": 5, "CpuShares": 9, "HostConfig": {"Memory": 7}}, {"Memory": 7, "CpuShares": 9}),
        ({"Privileged": True, "HostConfig": {"Memory": 7}}, {"Memory": 7}),
        ({"Cpuset": "0", "HostConfig": {"CpusetCpus": "1"}}, {"CpusetCpus": "1"}),
        ({"HostConfig": {"Memory": 7}}, {"Memory": 7}),
    ],
)
def test_options_beside_the_host_config(body: dict[str, Any], host: dict[str, Any]) -> None:
    gather_host_options(body)
    assert body == {"HostConfig": host}


def test_a_body_without_any_stays_as_it_is() -> None:
    body = {"Image": "busybox"}
    gather_host_options(body)
    assert body == {"Image": "busybox"}
