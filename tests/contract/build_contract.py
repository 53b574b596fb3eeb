"""What the desktop expects of a build from a folder; run on the fake and on the real engine."""

import uuid
from pathlib import Path

import pytest

from app.services.engine.engine_client import EngineClient
from app.services.errors import EngineRequestError
from app.services.images.build_history import list_builds, remove_build
from app.services.images.image_build import BuildOptions, BuildProgress, open_build


class BuildContract:
    """Needs the fixtures `client` and `image` (with busybox's commands)."""

    @staticmethod
    def run(client: EngineClient, options: BuildOptions) -> BuildProgress:
        """Build to the end and return how it stood then."""
        last = BuildProgress()
        with open_build(client, options) as stream:
            for progress in stream:
                last = progress if progress.steps else last
        return last

    def test_a_folder_becomes_an_image_and_the_cache_is_seen(
        self, client: EngineClient, image: str, tmp_path: Path
    ) -> None:
        tag = f"contract-{uuid.uuid4().hex[:8]}:1"
        (tmp_path / "Dockerfile").write_text(f"FROM {image}\nCOPY kept.txt /\nRUN true\n")
        (tmp_path / "kept.txt").write_text(tag)
        options = BuildOptions(tmp_path, tag=tag)
        first = self.run(client, options)
        assert [step.line for step in first.steps] == [1, 2, 3]
        assert {step.state for step in first.steps} <= {"done", "cached"}
        assert client.has_image(tag)
        again = self.run(client, options)
        assert again.steps[-1].state == "cached"
        client.remove_image(tag)
        builds = list_builds(client)
        assert builds is None or any(tag in build.tags for build in builds)

    def test_the_line_that_failed_is_known(self, client: EngineClient, image: str, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").write_text(f"# a remark\nFROM {image}\n\nRUN false\nRUN true\n")
        seen: list[BuildProgress] = []
        with open_build(client, BuildOptions(tmp_path)) as stream, pytest.raises(EngineRequestError):
            seen.extend(stream)
        assert (seen[-1].steps[-1].state, seen[-1].steps[-1].line) == ("failed", 4)

    def test_a_build_of_the_history_can_be_forgotten(
        self, client: EngineClient, image: str, tmp_path: Path
    ) -> None:
        tag = f"forgotten-{uuid.uuid4().hex[:8]}:1"
        (tmp_path / "Dockerfile").write_text(f"FROM {image}\n")
        self.run(client, BuildOptions(tmp_path, tag=tag))
        client.remove_image(tag)
        (build,) = (build for build in list_builds(client) or () if tag in build.tags)
        remove_build(client, build.id)
        assert build.id not in {other.id for other in list_builds(client) or ()}
        with pytest.raises(EngineRequestError, match=f"No such build: {build.id}"):
            remove_build(client, build.id)
