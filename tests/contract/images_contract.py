"""What the desktop expects of an engine's images; run on the fake and on the real engine."""

import tarfile
import uuid
from pathlib import Path

import pytest

from app.services.containers.run_options import RunOptions
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_images import write_stream
from app.services.errors import EngineRequestError
from app.services.images.pull_progress import LayerState


class ImagesContract:
    """Needs the fixtures `client`, `image` and `pushable` (a name that the registry takes)."""

    def test_layers(self, client: EngineClient, image: str) -> None:
        steps = client.image_history(image)
        assert steps
        assert any(step.size > 0 for step in steps)

    def test_files_of_layers(self, client: EngineClient, image: str) -> None:
        steps = client.image_history(image)
        found = [client.layer_files(image, number) for number in range(len(steps))]
        sizes = [sum(file.size for file in files if file.kind != "deleted") for files in found]
        assert all(size > 0 for step, size in zip(steps, sizes, strict=True) if step.size)
        assert {file.kind for files in found for file in files} <= {"added", "changed", "deleted"}
        with pytest.raises(EngineRequestError) as refusal:
            client.layer_files("no-such-image", 0)
        assert refusal.value.status == 404

    def test_saved_as_a_file(self, client: EngineClient, image: str, tmp_path: Path) -> None:
        target = tmp_path / "image.tar"
        with client.save_image(image) as stream:
            written = list(write_stream(stream, target))
        assert written[-1] == target.stat().st_size
        with tarfile.open(target) as archive:
            assert "manifest.json" in archive.getnames()
        assert list(tmp_path.iterdir()) == [target]

    @pytest.mark.parametrize("pause", [True, False])
    def test_a_container_becomes_an_image(self, client: EngineClient, image: str, pause: bool) -> None:
        tag = f"contract/{uuid.uuid4().hex[:8]}:1"
        container = client.create_container(RunOptions(image, command=("true",)))
        try:
            client.commit_container(container, tag, pause)
            assert any(tag in row.tags for row in client.list_images())
            assert client.remove_image(tag)
        finally:
            client.remove_container(container, force=True)

    def test_what_is_not_there_becomes_no_image(self, client: EngineClient) -> None:
        with pytest.raises(EngineRequestError) as caught:
            client.commit_container("no-such-container", "contract/none:1")
        assert caught.value.status == 404

    def test_pushed(self, client: EngineClient, image: str, pushable: str) -> None:
        client.tag_image(image, pushable)
        try:
            stream = client.push(pushable)
            with stream:
                progress = list(stream)[-1]
            assert progress.layers
            assert {layer.state for layer in progress.layers} <= {LayerState.DONE, LayerState.PRESENT}
        finally:
            client.remove_image(pushable)

    def test_tags_of_a_repository(self, client: EngineClient, image: str, pushable: str) -> None:
        client.tag_image(image, pushable)
        try:
            with client.push(pushable) as stream:
                list(stream)
        finally:
            client.remove_image(pushable)
        repository, _, tag = pushable.rpartition(":")
        assert tag in client.registry_tags(repository)
        assert tag in client.registry_tags(f"{repository}:its-own-tag-does-not-count")
        with pytest.raises(EngineRequestError) as refusal:
            client.registry_tags(f"{repository}/no-such")
        assert refusal.value.status == 404

    def test_nameless_images_go(self, client: EngineClient) -> None:
        client.prune_images(with_tagged=False)
        assert not client.prune_images(with_tagged=False).names

    def test_what_is_not_there(self, client: EngineClient) -> None:
        nobody = f"no-such-{uuid.uuid4().hex[:8]}"
        for call in (client.image_history, client.save_image, client.push):
            with pytest.raises(EngineRequestError) as refusal:
                _drain(call(nobody))
            assert refusal.value.status in (0, 404)


def _drain(answer: object) -> None:
    """Read a stream to its end: a push is refused inside of it."""
    if hasattr(answer, "messages"):
        with answer:  # type: ignore[attr-defined]
            list(answer.messages())
