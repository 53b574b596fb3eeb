"""What the desktop expects to see of a container's inside; run on the fake and on the real engine."""

import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.containers.container_files import delete, list_folder, read_tree, save_file, upload
from app.services.containers.container_stats import StatsReader
from app.services.containers.run_options import RunOptions
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_images import write_stream
from app.services.errors import EngineRequestError, UserError


class InsideContract:
    """Needs the fixtures `client` and `image` (with busybox's commands)."""

    @pytest.fixture
    def name(self, client: EngineClient, image: str) -> Iterator[str]:
        """A running container."""
        chosen = f"contract-{uuid.uuid4().hex[:8]}"
        client.create_container(RunOptions(image, chosen, command=("sleep", "60")))
        client.start_container(chosen)
        yield chosen
        client.remove_container(chosen, force=True)

    def test_samples_and_processes(self, client: EngineClient, name: str) -> None:
        reader = StatsReader()
        with client.stats(name) as stream:
            sample = reader.read(next(iter(stream.messages())))
        assert sample is not None, "a kernel without a memory controller may say 0 of it, but it answers"
        alone = StatsReader()
        assert alone.read(client.stats_now(name)) is not None
        second = alone.read(client.stats_now(name))
        assert second is not None
        assert second.cpu >= 0.0
        assert any("sleep" in " ".join(row) for row in client.top(name).rows)

    def test_files_go_in_and_out(self, client: EngineClient, name: str, tmp_path: Path) -> None:
        inner = tmp_path / "tree" / "inner.txt"
        inner.parent.mkdir()
        inner.write_bytes(b"deep")
        plain = tmp_path / "plain file.bin"
        plain.write_bytes(bytes(range(256)) * 3000)
        upload(client, name, "/tmp", [plain, inner.parent])
        found = {entry.name: entry for entry in list_folder(client, name, "/tmp")}
        assert (found["tree"].kind, found["plain file.bin"].kind) == ("folder", "file")
        assert found["plain file.bin"].size == 768_000
        save_file(client, name, "/tmp/plain file.bin", tmp_path / "back.bin")
        assert (tmp_path / "back.bin").read_bytes() == plain.read_bytes()
        save_file(client, name, "/tmp/tree", tmp_path / "tree.tar", whole=True)
        assert b"deep" in (tmp_path / "tree.tar").read_bytes()
        with client.export_container(name) as stream:
            *_, size = write_stream(stream, tmp_path / "all.tar")
        assert (tmp_path / "all.tar").stat().st_size == size
        with tarfile.open(tmp_path / "all.tar") as everything:
            deep = everything.extractfile("tmp/tree/" + inner.name)
            assert deep is not None
            assert deep.read() == b"deep"
        with pytest.raises(UserError):
            save_file(client, name, "/tmp/tree", tmp_path / "no-file")
        assert not list(tmp_path.glob(".marina-*"))
        delete(client, name, "/tmp/tree")
        assert "tree" not in {entry.name for entry in list_folder(client, name, "/tmp")}

    def test_files_of_one_that_does_not_run(self, client: EngineClient, name: str, tmp_path: Path) -> None:
        made = tmp_path / "made.txt"
        made.write_bytes(b"12345")
        upload(client, name, "/tmp", [made])
        client.kill_container(name)
        client.wait_container(name)
        tree = read_tree(client, name, "/tmp")
        assert [(entry.name, entry.kind, entry.size) for entry in tree["/tmp"]] == [("made.txt", "file", 5)]
        whole = read_tree(client, name, "/")
        assert {"bin", "tmp"} <= {entry.name for entry in whole["/"]}
        assert "sh" in {entry.name for entry in whole["/bin"]}
        assert client.changes(name)["/tmp/made.txt"] == "new"

    def test_what_is_not_there(self, client: EngineClient, name: str, tmp_path: Path) -> None:
        with pytest.raises(UserError):
            list_folder(client, name, "/no/such")
        with pytest.raises(EngineRequestError) as refusal:
            save_file(client, name, "/no/such", tmp_path / "x")
        assert refusal.value.status == 404
