"""What the desktop expects when a container gets a newer image; run on the fake and on real engines."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from app.services.containers.container_edit import COMPOSE_IMAGE, EditContainer
from app.services.containers.container_setup import read_setup
from app.services.containers.run_options import RunOptions, VolumeMount
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import ContainerState
from app.services.errors import EngineRequestError, UserError
from app.services.images.image_updates import Freshness, look_here, look_in_registry, names_of_moved

Offer = Callable[..., str]


@dataclass
class Served:
    """A container of an image of which there are newer ones."""

    name: str
    image: str


class UpdatesContract:
    """Needs the fixtures `client` and `offer`.

    `offer(version, command)` puts an image with VERSION=version into a registry, under the same name each
    time, and returns the name.
    """

    @pytest.fixture
    def served(self, client: EngineClient, offer: Offer) -> Iterator[Served]:
        """A running container of the first version, with settings, a volume and an anonymous one."""
        image, name = offer("1"), f"contract-{uuid.uuid4().hex[:8]}"
        pull(client, image)
        known = {volume.name for volume in client.list_volumes()}
        client.create_volume(name)
        options = RunOptions(
            image,
            name,
            environment=(("OWN", "a b"),),
            volumes=(VolumeMount(name, "/data"), VolumeMount("", "/nameless")),
            labels={"kept": "yes", COMPOSE_IMAGE: client.inspect_image(image).id},
            restart_policy="on-failure:2",
        )
        client.start_container(client.create_container(options))
        yield Served(name, image)
        for row in client.list_containers():
            if row.name.startswith(name):
                client.remove_container(row.id, force=True, volumes=True)
        for volume in client.list_volumes():  # one without a name belongs to nobody once it was handed on
            if volume.name not in known:
                client.remove_volume(volume.name)
        for found in client.list_images():
            if image in found.tags or not found.tags:
                client.remove_image(found.id, force=True)

    def test_nothing_is_newer_at_first(self, client: EngineClient, served: Served) -> None:
        details = client.inspect_container(served.name)
        assert look_here(client, details).freshness is Freshness.CURRENT
        assert look_in_registry(client, details).freshness is Freshness.CURRENT
        assert names_of_moved(client, client.list_containers(), {}) == set()

    def test_a_newer_one_in_the_registry(self, client: EngineClient, served: Served, offer: Offer) -> None:
        offer("2")
        details = client.inspect_container(served.name)
        assert look_here(client, details).freshness is Freshness.CURRENT, "nobody was asked"
        assert look_in_registry(client, details).freshness is Freshness.NEWER_IN_REGISTRY
        pull(client, served.image)
        for look in (look_here, look_in_registry):
            standing = look(client, details)
            assert (standing.freshness, standing.name) == (Freshness.NEWER_HERE, served.image)
            assert standing.has_newer

    def test_the_list_tells_whose_image_is_old(
        self, client: EngineClient, served: Served, offer: Offer
    ) -> None:
        offer("2")
        pull(client, served.image)
        known: dict[str, str] = {}
        id = client.inspect_container(served.name).id
        assert names_of_moved(client, client.list_containers(), known) == {id}
        assert known[id] == served.image
        client.remove_image(served.image)
        assert names_of_moved(client, client.list_containers(), known) == set(), "there is none any more"

    def test_the_new_image_brings_its_own_settings(
        self, client: EngineClient, served: Served, offer: Offer
    ) -> None:
        before = client.inspect_container(served.name)
        offer("2")
        pull(client, served.image)
        id = EditContainer(client, settles=0.0).renew(served.name)
        after = client.inspect_container(served.name)
        assert (after.id, after.state) == (id, ContainerState.RUNNING)
        newest = client.inspect_image(served.image)
        assert (after.image, after.image_id) == (served.image, newest.id)
        assert after.image_id != before.image_id
        assert dict(before.environment)["VERSION"] == "1"
        assert dict(after.environment)["VERSION"] == "2"
        assert dict(after.environment)["OWN"] == "a b"
        assert after.labels["kept"] == "yes"
        assert after.labels[COMPOSE_IMAGE] == newest.id, "compose would make it anew"
        assert read_setup(after).mounts == read_setup(before).mounts, "the anonymous volume, too"
        assert read_setup(after).restart_policy == "on-failure:2"
        assert [row.name for row in client.list_containers() if row.name.startswith(served.name)] == [
            served.name
        ]

    def test_one_that_does_not_run_is_taken_back(
        self, client: EngineClient, served: Served, offer: Offer
    ) -> None:
        before = client.inspect_container(served.name)
        offer("2", ("sh", "-c", "echo broken; exit 3"))
        pull(client, served.image)
        with pytest.raises(UserError) as refusal:
            EditContainer(client, settles=30.0).renew(served.name)
        assert "exit code 3" in refusal.value.summary
        assert "broken" in refusal.value.details
        after = client.inspect_container(served.name)
        assert (after.id, after.state) == (before.id, ContainerState.RUNNING)
        assert after.image_id == before.image_id

    def test_what_was_made_from_an_id_stays(self, client: EngineClient, served: Served, offer: Offer) -> None:
        for image in (client.inspect_image(served.image).id, client.inspect_image(served.image).id[7:19]):
            id = client.create_container(RunOptions(image, f"{served.name}-pinned"))
            details = client.inspect_container(id)
            assert look_in_registry(client, details).freshness is Freshness.PINNED
            client.remove_container(id)
        del offer

    def test_a_registry_without_it_is_told(self, client: EngineClient, served: Served) -> None:
        """What was never pulled is not asked for; a name that no registry has is told."""
        client.tag_image(served.image, "contract/made-here:1")
        id = client.create_container(RunOptions("contract/made-here:1", f"{served.name}-made"))
        assert look_in_registry(client, client.inspect_container(id)).freshness is Freshness.MADE_HERE
        client.remove_container(id)
        client.remove_image("contract/made-here:1")
        with pytest.raises(EngineRequestError):
            client.registry_digest("contract/made-here:1")


def pull(client: EngineClient, image: str) -> None:
    """Pull an image to its end."""
    with client.pull(image) as stream:
        list(stream)
