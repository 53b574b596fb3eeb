"""What the desktop expects of an engine's volumes and networks; run on the fake and on the real engine."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.services.containers.reachability import Reach, check_reach
from app.services.containers.run_options import RunOptions, VolumeMount
from app.services.engine.engine_client import EngineClient
from app.services.errors import EngineRequestError


class ObjectsContract:
    """Needs the fixtures `client` and `image` (with busybox's commands)."""

    @pytest.fixture
    def name(self, client: EngineClient) -> Iterator[str]:
        """A name for one object of each kind, free again after the test."""
        chosen = f"contract-{uuid.uuid4().hex[:8]}"
        yield chosen
        for row in client.list_containers():
            if row.name == chosen:
                client.remove_container(row.id, force=True, volumes=True)
        if any(volume.name == chosen for volume in client.list_volumes()):
            client.remove_volume(chosen)
        if any(network.name == chosen for network in client.list_networks()):
            client.remove_network(chosen)

    def test_a_volume_and_its_user(self, client: EngineClient, image: str, name: str) -> None:
        assert client.create_volume(name).name == name
        assert client.create_volume(name).name == name, "one that exists is returned as it is"
        mounts = (VolumeMount(name, "/data"), VolumeMount(name, "/again", True))
        options = RunOptions(image, name, volumes=mounts, command=("sleep", "60"))
        client.create_container(options)
        (container,) = [row for row in client.list_containers() if row.name == name]
        places = {(mount.volume, mount.path, mount.is_read_only) for mount in container.volumes}
        assert places == {(name, "/data", False), (name, "/again", True)}
        with pytest.raises(EngineRequestError) as refusal:
            client.remove_volume(name)
        assert refusal.value.status == 409
        assert name in client.measure_volumes()
        client.remove_container(name, force=True)
        client.remove_volume(name)
        assert all(volume.name != name for volume in client.list_volumes())

    def test_what_images_take_on_the_disk(self, client: EngineClient, image: str) -> None:
        disk = client.measure_images()
        one = disk.images[client.inspect_image(image).id]
        assert 0 < one.size <= disk.total
        assert 0 <= one.shared <= one.size
        assert sum(each.own for each in disk.images.values()) <= disk.total

    def test_a_network_and_its_members(self, client: EngineClient, image: str, name: str) -> None:
        client.create_network(name, "10.213.7.0/24", internal=True)
        (network,) = [row for row in client.list_networks() if row.name == name]
        assert network.is_internal
        assert network.subnets == ("10.213.7.0/24",)
        assert not network.is_predefined
        client.create_container(RunOptions(image, name, command=("sleep", "60")))
        client.start_container(name)
        client.connect_network(name, name)
        (member,) = client.inspect_network(name).members
        assert member.name == name
        assert member.ipv4
        (container,) = [row for row in client.list_containers() if row.name == name]
        assert set(container.networks) == {"bridge", name}
        with pytest.raises(EngineRequestError):
            client.remove_network(name)
        client.disconnect_network(name, name)
        assert not client.inspect_network(name).members
        address = "10.213.7.9"
        client.connect_network(name, name, ("other-name",), address)
        assert [member.ipv4 for member in client.inspect_network(name).members] == [address]
        end = client.inspect_container(name).raw["NetworkSettings"]["Networks"][name]
        assert "other-name" in end["Aliases"]
        client.disconnect_network(name, name)
        client.remove_network(name)
        assert all(row.name != name for row in client.list_networks())

    def test_members_of_a_network_reach_each_other(self, client: EngineClient, image: str, name: str) -> None:
        client.create_network(name)
        other = f"{name}-other"
        try:
            for container in (name, other):
                client.create_container(RunOptions(image, container, command=("sleep", "60")))
                client.connect_network(name, container)
                client.start_container(container)
            source, target = client.inspect_network(name).members
            assert check_reach(client, source, target) == Reach(True, True)
            nobody = replace(target, name="nobody.invalid", ipv4="192.0.2.1")
            assert check_reach(client, source, nobody).by_name is False
        finally:
            for container in (name, other):
                client.remove_container(container, force=True)

    def test_a_predefined_network_stays(self, client: EngineClient) -> None:
        assert {"bridge", "host", "none"} <= {network.name for network in client.list_networks()}
        with pytest.raises(EngineRequestError) as refusal:
            client.remove_network("bridge")
        assert refusal.value.status == 403

    def test_a_registry_that_is_not_there_lets_nobody_in(self, client: EngineClient) -> None:
        with pytest.raises(EngineRequestError):
            client.check_registry_login("127.0.0.1:1", "ada", "secret")

    def test_a_taken_name_is_refused(self, client: EngineClient, name: str) -> None:
        client.create_network(name)
        with pytest.raises(EngineRequestError) as refusal:
            client.create_network(name)
        assert refusal.value.status == 409
