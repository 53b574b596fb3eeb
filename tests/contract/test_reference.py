"""The reference is a Docker as it should be: its execs are in their containers, apart from this machine."""

from tests.engine.container_calls import container, run, start
from tests.support.dockerd import ReferenceDocker


def test_an_exec_is_in_the_containers_root(dockerd: ReferenceDocker) -> None:
    with container(dockerd, "sleep", "1000") as made:
        start(dockerd, made)
        listed = dockerd.docker("exec", made, "ls", "/").stdout
    assert listed.decode().split() == run(dockerd, "ls", "/").split()
