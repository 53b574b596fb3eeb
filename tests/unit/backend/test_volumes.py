"""Volumes on a real folder and a real database."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from backend.database import Database
from backend.errors import ConflictError, InvalidParameterError, NotFoundError
from backend.events import EventBus
from backend.state_files import StateFiles
from backend.volumes.filters import is_pruned, matches
from backend.volumes.manager import Volumes
from backend.volumes.volume import Volume


class _Parts:
    """What `Volumes` stands on; `volumes()` makes it anew, as a restarted engine would."""

    def __init__(self, root: Path) -> None:
        self.files = StateFiles(root / "data", root / "run")
        self.files.data_root.mkdir()
        self.database = Database(self.files.database)
        self.events = EventBus()

    def volumes(self) -> Volumes:
        return Volumes(self.files, self.database, self.events)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[_Parts]:
    made = _Parts(tmp_path)
    yield made
    made.database.close()


async def test_a_volume_is_a_folder_that_a_restart_finds_again(parts: _Parts) -> None:
    volume = await parts.volumes().create("data", labels={"team": "a"})
    assert volume.mountpoint == parts.files.volumes / "data" / "_data"
    (volume.mountpoint / "file").write_text("precious")
    again = parts.volumes()
    assert again.get("data") == volume
    assert (again.get("data").mountpoint / "file").read_text() == "precious"
    assert volume.to_docker() == {
        "CreatedAt": volume.created_at,
        "Driver": "local",
        "Labels": {"team": "a"},
        "Mountpoint": str(volume.mountpoint),
        "Name": "data",
        "Options": None,
        "Scope": "local",
    }


async def test_creating_again_returns_the_same(parts: _Parts) -> None:
    volumes = parts.volumes()
    first = await volumes.create("data", labels={"team": "a"})
    assert await volumes.create("data", labels={"team": "b"}) is first
    assert [volume.name for volume in volumes.list()] == ["data"]


async def test_anonymous_volumes_get_a_name_and_a_mark(parts: _Parts) -> None:
    volume = await parts.volumes().create()
    assert len(volume.name) == 64
    assert volume.anonymous


@pytest.mark.parametrize("name", ["..", "../x", "a/b", ".hidden", "a", "-x", "a b", "a\n", "ä1", "x" * 256])
async def test_names_that_are_none_are_refused_and_leave_nothing(parts: _Parts, name: str) -> None:
    with pytest.raises(InvalidParameterError):
        await parts.volumes().create(name)
    assert not parts.files.volumes.exists()


async def test_other_drivers_and_options_are_refused(parts: _Parts) -> None:
    volumes = parts.volumes()
    with pytest.raises(NotFoundError, match='plugin "nfs" not found'):
        await volumes.create("data", driver="nfs")
    with pytest.raises(InvalidParameterError, match='create data: invalid option: "colour"'):
        await volumes.create("data", options={"colour": "red"})
    with pytest.raises(InvalidParameterError, match='create data: missing required option: "device"'):
        await volumes.create("data", options={"type": "tmpfs"})
    assert volumes.list() == []


async def test_a_volume_in_use_stays(parts: _Parts) -> None:
    volumes = parts.volumes()
    volume = await volumes.create("data")
    volumes.in_use = lambda name: ["c1", "c2"] if name == "data" else []
    for force in (False, True):
        with pytest.raises(ConflictError, match=r"remove data: volume is in use - \[c1, c2\]"):
            await volumes.remove("data", force=force)
    assert volume.mountpoint.is_dir()


async def test_removing_takes_files_and_record(parts: _Parts) -> None:
    volumes = parts.volumes()
    volume = await volumes.create("data")
    (volume.mountpoint / "file").write_text("x")
    await volumes.remove("data")
    assert list(parts.files.volumes.iterdir()) == []
    with pytest.raises(NotFoundError, match="get data: no such volume"):
        volumes.get("data")
    with pytest.raises(NotFoundError):
        await volumes.remove("data")
    await volumes.remove("data", force=True)
    assert parts.volumes().list() == []


async def test_a_removal_that_a_crash_cut_short_is_finished(parts: _Parts) -> None:
    volumes = parts.volumes()
    await volumes.create("kept")
    leftover = parts.files.volumes / ".removing-0123"
    (leftover / "_data").mkdir(parents=True)
    (leftover / "_data" / "file").write_text("x")
    await parts.volumes().start()
    assert [folder.name for folder in parts.files.volumes.iterdir()] == ["kept"]


async def test_a_symlink_in_a_volume_is_removed_not_followed(parts: _Parts, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("precious")
    volumes = parts.volumes()
    volume = await volumes.create("data")
    (volume.mountpoint / "link").symlink_to(outside)
    assert await volumes.size("data") == 0
    await volumes.remove("data")
    assert (outside / "file").read_text() == "precious"


async def test_emptiness_and_size(parts: _Parts) -> None:
    volumes = parts.volumes()
    volume = await volumes.create("data")
    assert await volumes.is_empty("data")
    (volume.mountpoint / "file").write_bytes(bytes(100_000))
    (volume.mountpoint / "same").hardlink_to(volume.mountpoint / "file")
    assert not await volumes.is_empty("data")
    assert 100_000 <= await volumes.size("data") < 200_000


async def test_events_tell_what_happened(parts: _Parts) -> None:
    with parts.events.subscribe() as subscription:
        volumes = parts.volumes()
        await volumes.create("data")
        await volumes.remove("data")
        seen = [(event.type, event.action, event.actor_id) for event in subscription.waiting()]
    assert seen == [("volume", "create", "data"), ("volume", "destroy", "data")]


async def test_filters(parts: _Parts) -> None:
    volumes = parts.volumes()
    named = await volumes.create("database", labels={"team": "a"})
    anonymous = await volumes.create(labels={"team": "b"})

    def listed(**filters: list[str]) -> list[str]:
        return [volume.name for volume in volumes.list() if matches(volume, filters, in_use)]

    def in_use(name: str) -> list[str]:
        return ["c1"] if name == "database" else []

    assert listed(name=["base"]) == ["database"]
    assert listed(driver=["nfs"]) == []
    assert listed(label=["team=a"]) == ["database"]
    assert listed(label=["team"], dangling=["true"]) == [anonymous.name]
    assert listed(dangling=["0"]) == ["database"]
    with pytest.raises(InvalidParameterError):
        listed(dangling=["perhaps"])
    assert is_pruned(anonymous, {})
    assert not is_pruned(named, {})
    assert is_pruned(named, {"all": ["true"]})
    assert not is_pruned(anonymous, {"label!": ["team=b"]})
    assert not is_pruned(anonymous, {"label": ["team=a"]})


async def test_what_a_crash_left_of_making_and_removing(parts: _Parts) -> None:
    volumes = parts.volumes()
    await volumes.create("whole")
    lost = await volumes.create("half-removed")
    lost.mountpoint.rmdir()
    lost.mountpoint.parent.rmdir()
    half_made = parts.files.volumes / "half-made"
    (half_made / "_data").mkdir(parents=True)
    foreign = parts.files.volumes / "foreign" / "_data"
    foreign.mkdir(parents=True)
    (foreign / "file").write_text("somebody's")
    again = parts.volumes()
    await again.start()
    assert [volume.name for volume in again.list()] == ["foreign", "whole"]
    assert not half_made.exists()
    assert (again.get("foreign").mountpoint / "file").read_text() == "somebody's"
    assert [volume.name for volume in parts.volumes().list()] == ["foreign", "whole"]


async def _arrive(volumes: Volumes, name: str, during: Callable[[Volume], Awaitable[None]]) -> None:
    async with volumes.arriving(name, {"team": "a"}) as arriving:
        (arriving.mountpoint / "file").write_text("arrived")
        await during(arriving)


async def test_a_volume_arrives_whole_or_not_at_all(parts: _Parts) -> None:
    volumes = parts.volumes()

    async def cut(arriving: Volume) -> None:
        assert (volumes.list(), arriving.mountpoint.is_dir()) == ([], True)
        raise RuntimeError("cut")

    async def go_on(_: Volume) -> None:
        assert volumes.list() == []

    with pytest.raises(RuntimeError, match="cut"):
        await _arrive(volumes, "data", cut)
    assert (volumes.list(), list(parts.files.volumes.iterdir())) == ([], [])
    await _arrive(volumes, "data", go_on)
    again = parts.volumes().get("data")
    assert (again.labels, (again.mountpoint / "file").read_text()) == ({"team": "a"}, "arrived")


async def test_a_volume_does_not_arrive_in_the_place_of_another(parts: _Parts) -> None:
    volumes = parts.volumes()

    async def be_faster(_: Volume) -> None:
        await volumes.create("data")

    with pytest.raises(ConflictError, match="already"):
        await _arrive(volumes, "data", be_faster)
    assert list(volumes.get("data").mountpoint.iterdir()) == []
    with pytest.raises(ConflictError, match="already"):
        await _arrive(volumes, "data", be_faster)
    with pytest.raises(InvalidParameterError):
        await _arrive(volumes, "../data", be_faster)


async def test_what_a_crash_left_of_an_arrival_goes(parts: _Parts) -> None:
    leftover = parts.files.volumes / ".arriving-0123" / "_data"
    leftover.mkdir(parents=True)
    (leftover / "half").write_text("half")
    volumes = parts.volumes()
    await volumes.start()
    assert (volumes.list(), list(parts.files.volumes.iterdir())) == ([], [])
