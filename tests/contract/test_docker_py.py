"""docker-py against both engines: what scripts in Python do."""

import io
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docker
import pytest

from tests.support.api_client import ApiClient


@pytest.fixture
def client(engine: ApiClient) -> Iterator["docker.DockerClient"]:
    """docker-py on an engine."""
    client = docker.DockerClient(base_url=f"unix://{engine.socket}", timeout=60)
    yield client
    client.close()


def an_archive(name: str, content: bytes) -> bytes:
    """Return a tar with one file."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def test_containers(client: "docker.DockerClient") -> None:
    assert client.ping()
    assert client.info()["OSType"] == "linux"
    assert client.containers.run("busybox", ["echo", "hello"], remove=True) == b"hello\n"
    with pytest.raises(docker.errors.ContainerError) as failure:
        client.containers.run("busybox", ["sh", "-c", "echo no >&2; exit 2"], remove=True)
    assert (failure.value.exit_status, failure.value.stderr) == (2, b"no\n")
    container = client.containers.run("busybox", ["sleep", "1000"], detach=True, name="py", labels={"a": "b"})
    try:
        code, output = container.exec_run(["sh", "-c", "echo out; echo err >&2; exit 3"], demux=True)
        assert (code, output) == (3, (b"out\n", b"err\n"))
        container.reload()
        assert container.status == "running"
        assert client.containers.list(filters={"label": "a=b"}) == [container]
        with pytest.raises(docker.errors.APIError, match="is already in use by container"):
            client.containers.create("busybox", name="py")
        assert [row[-1] for row in container.top()["Processes"]] == ["sleep 1000"]
        assert container.stats(stream=False)["name"] == "/py"
    finally:
        container.remove(force=True)
    with pytest.raises(docker.errors.NotFound, match="No such container: py"):
        client.containers.get("py")


def test_the_life_of_one(client: "docker.DockerClient") -> None:
    command = "echo started; touch /started; exec sleep 1000"
    container = client.containers.create("busybox", ["sh", "-c", command])
    try:
        container.start()
        started = "until [ -e /started ]; do sleep 0.02; done"
        assert container.exec_run(["sh", "-c", started]).exit_code == 0
        container.pause()
        container.reload()
        assert container.status == "paused"
        container.unpause()
        container.rename("py-renamed")
        container.restart(timeout=0)
        container.kill()
        assert container.wait()["StatusCode"] == 137
        container.reload()
        assert (container.name, container.status) == ("py-renamed", "exited")
        assert container.logs(tail=1) == b"started\n"
    finally:
        container.remove(force=True)


def test_files(client: "docker.DockerClient") -> None:
    container = client.containers.create("busybox", ["cat", "/tmp/put"])
    try:
        assert container.put_archive("/tmp", an_archive("put", b"what was put\n"))
        chunks, told = container.get_archive("/tmp/put")
        assert (told["name"], told["size"]) == ("put", len("what was put\n"))
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
            file = archive.extractfile("put")
            assert file is not None
            assert file.read() == b"what was put\n"
        container.start()
        assert container.wait()["StatusCode"] == 0
        assert container.logs() == b"what was put\n"
        assert {"Path": "/tmp/put", "Kind": 1} in container.diff()
        image = container.commit("py-committed", "1", changes="CMD cat /tmp/put")
    finally:
        container.remove(force=True)
    assert client.containers.run("py-committed:1", remove=True) == b"what was put\n"
    client.images.remove(image.id, force=True)


def test_networks_and_volumes(client: "docker.DockerClient") -> None:
    network = client.networks.create("py-net", labels={"a": "b"})
    volume = client.volumes.create("py-vol", labels={"a": "b"})
    try:
        server = client.containers.run(
            "busybox",
            ["sh", "-c", "echo served > /data/index.html; exec httpd -f -p 80 -h /data"],
            name="py-server",
            network="py-net",
            volumes={"py-vol": {"bind": "/data", "mode": "rw"}},
            detach=True,
        )
        try:
            fetch = "until wget -q -O - http://py-server/; do sleep 0.05; done"
            page = client.containers.run("busybox", ["sh", "-c", fetch], network="py-net", remove=True)
            assert page == b"served\n"
            network.reload()
            assert network.containers == [server]
            with pytest.raises(docker.errors.APIError, match="volume is in use"):
                volume.remove()
        finally:
            server.remove(force=True)
        assert network in client.networks.list(filters={"label": "a=b"})
        assert volume in client.volumes.list(filters={"label": "a=b"})
    finally:
        network.remove()
        volume.remove()


def test_link_local_addresses(client: "docker.DockerClient") -> None:
    api = client.api
    wish = api.create_endpoint_config(link_local_ips=["169.254.8.8", "169.254.9.9"])
    made = api.create_container(
        "busybox", ["ip", "-4", "address"], networking_config=api.create_networking_config({"bridge": wish})
    )
    container = client.containers.get(made["Id"])
    try:
        container.start()
        assert container.wait()["StatusCode"] == 0
        told = container.logs()
        assert b"inet 169.254.8.8/16 " in told
        assert b"inet 169.254.9.9/16 " in told
        container.reload()
        shown = container.attrs["NetworkSettings"]["Networks"]["bridge"]["IPAMConfig"]
        assert shown == {"LinkLocalIPs": ["169.254.8.8", "169.254.9.9"]}
    finally:
        container.remove(force=True)


def test_images(client: "docker.DockerClient") -> None:
    busybox = client.images.get("busybox")
    assert busybox.tag("py-tagged", "1")
    saved = b"".join(client.images.get("py-tagged:1").save(named="py-tagged:1"))
    client.images.remove("py-tagged:1")
    with pytest.raises(docker.errors.ImageNotFound):
        client.images.get("py-tagged:1")
    assert client.images.load(saved) == [busybox]
    assert client.images.get("py-tagged:1").id == busybox.id
    client.images.remove("py-tagged:1")
    assert client.images.pull("busybox", tag="latest").id == busybox.id


def test_builds(client: "docker.DockerClient", tmp_path: Path) -> None:
    """docker-py finds the image by what the build prints, and tells failures."""
    (tmp_path / "Other").write_text("FROM busybox\nARG WHO\nRUN echo $WHO > /who\nCMD cat /who\n")
    image, logs = client.images.build(
        path=str(tmp_path), dockerfile="Other", tag="py:1", buildargs={"WHO": "me"}, rm=True
    )
    try:
        assert image.tags == ["py:1"]
        assert any("Successfully built" in line.get("stream", "") for line in logs)
        assert client.containers.run("py:1", remove=True) == b"me\n"
        (tmp_path / "Other").write_text("FROM busybox\nRUN exit 3\n")
        with pytest.raises(docker.errors.BuildError, match="returned a non-zero code: 3"):
            client.images.build(path=str(tmp_path), dockerfile="Other", rm=True, forcerm=True)
    finally:
        client.images.remove("py:1", force=True)


def test_events(client: "docker.DockerClient") -> None:
    wanted = {"type": "container", "event": ["create", "destroy"], "container": "py-event"}
    # From a moment before: dockerd answers before it listens.
    with closing(client.events(since=int(time.time()), decode=True, filters=wanted)) as events:
        container = client.containers.create("busybox", name="py-event")
        container.remove()
        seen = [next(events) for _ in range(2)]
        assert [(event["Action"], event["Actor"]["Attributes"]["name"]) for event in seen] == [
            ("create", "py-event"),
            ("destroy", "py-event"),
        ]
