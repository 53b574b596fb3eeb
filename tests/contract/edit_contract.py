"""What the desktop expects when it changes a container; run on the fake and on the real engine."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.services.containers.container_edit import EditContainer
from app.services.containers.container_setup import EditStep, read_setup
from app.services.containers.run_again import run_again
from app.services.containers.run_options import RunOptions, VolumeMount
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import ContainerState
from app.services.errors import UserError


class EditContract:
    """Needs the fixtures `client` and `image` (with busybox's commands)."""

    @pytest.fixture
    def name(self, client: EngineClient, image: str) -> Iterator[str]:
        """A running container with a volume; it fails at once where TIME is no number."""
        chosen = f"contract-{uuid.uuid4().hex[:8]}"
        client.create_volume(chosen)
        options = RunOptions(
            image,
            chosen,
            environment=(("TIME", "60"), ("KEPT", "a b")),
            command=("sh", "-c", "exec sleep $TIME"),
            volumes=(VolumeMount(chosen, "/data"),),
            labels={"kept": "yes"},
        )
        client.create_from_body(chosen, options.to_create_body() | {"StopSignal": "SIGKILL"})
        client.start_container(chosen)
        yield chosen
        for row in client.list_containers():
            if row.name.startswith(chosen):
                client.remove_container(row.id, force=True)
        client.remove_volume(chosen)

    def test_a_new_one_takes_its_place(self, client: EngineClient, name: str) -> None:
        before = client.inspect_container(name)
        setup = read_setup(before)
        wanted = replace(
            setup,
            environment=tuple((n, "61" if n == "TIME" else v) for n, v in setup.environment),
            restart_policy="on-failure:2",
        )
        steps: list[EditStep] = []
        id = EditContainer(client, steps.append, settles=0.0).apply(name, wanted)
        after = client.inspect_container(name)
        assert (after.id, after.state) == (id, ContainerState.RUNNING)
        assert id != before.id
        assert ("TIME", "61") in after.environment
        assert read_setup(after) == wanted, "volumes, ports and the rest are as asked for"
        assert after.labels["kept"] == "yes"
        assert after.raw["Config"]["Cmd"] == before.raw["Config"]["Cmd"]
        assert all(row.id != before.id for row in client.list_containers())
        assert steps == [EditStep.CREATE, EditStep.SWAP, EditStep.WATCH, EditStep.REMOVE]
        assert name in {volume.name for volume in client.list_volumes()}

    def test_what_fails_at_once_leaves_it_as_it_was(self, client: EngineClient, name: str) -> None:
        before = client.inspect_container(name)
        setup = read_setup(before)
        broken = replace(setup, environment=(*setup.environment[1:], ("TIME", "never")))
        with pytest.raises(UserError) as refusal:
            EditContainer(client, settles=30.0).apply(name, broken)
        assert "exit code 1" in refusal.value.summary
        after = client.inspect_container(name)
        assert (after.id, after.state) == (before.id, ContainerState.RUNNING)
        assert read_setup(after) == setup
        assert [row.name for row in client.list_containers() if row.name.startswith(name)] == [name]

    def test_the_policy_changes_as_it_runs(self, client: EngineClient, name: str) -> None:
        before = client.inspect_container(name)
        wanted = replace(read_setup(before), restart_policy="unless-stopped")
        assert EditContainer(client).apply(name, wanted) == before.id
        after = client.inspect_container(name)
        assert read_setup(after).restart_policy == "unless-stopped"
        assert after.started == before.started

    def test_a_stopped_one_stays_stopped(self, client: EngineClient, name: str) -> None:
        client.kill_container(name)
        client.wait_container(name)
        setup = read_setup(client.inspect_container(name))
        EditContainer(client).apply(name, replace(setup, environment=(("TIME", "1"),)))
        assert client.inspect_container(name).state is ContainerState.CREATED

    def test_the_command_that_makes_one_like_it(self, client: EngineClient, image: str, name: str) -> None:
        line = run_again(client.inspect_container(name), client.inspect_image(image)).to_command_line()
        assert f"--name {name} -e TIME=60 -e 'KEPT=a b' -v {name}:/data --label kept=yes" in line
        assert line.endswith(f"{image} sh -c 'exec sleep $TIME'")

    def test_what_is_seldom_wanted_is_kept_and_told_again(self, client: EngineClient, image: str) -> None:
        wish = RunOptions(
            image,
            f"contract-{uuid.uuid4().hex[:8]}",
            user="1000:1000",
            hostname="web",
            entrypoint="sh",
            auto_remove=True,
            tty=True,
            privileged=True,
            read_only=True,
        )
        id = client.create_container(wish)
        try:
            told = run_again(client.inspect_container(id), client.inspect_image(image))
        finally:
            client.remove_container(id, force=True)
        assert told == replace(wish, image=told.image, command=told.command)
