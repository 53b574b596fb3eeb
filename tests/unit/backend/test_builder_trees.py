"""Trees of archives and the layers made of them, without an engine; whatever bytes they are given."""

import asyncio
import gzip
import io
import random
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.builder.build_context import read_archive, read_dockerfile, received_context, scratch_folder
from backend.builder.build_options import BuildOptions
from backend.builder.cache.step_trail import comparable
from backend.builder.copy.archive_tree import ArchiveTree
from backend.builder.copy.copy_layer import CopyLayer, Owner
from backend.builder.copy.copy_sources import find_sources, joint_digest
from backend.builder.copy.owners import find_owner
from backend.builder.copy.source_tree import resolve, walk
from backend.errors import InvalidParameterError
from backend.images import reference
from backend.images.registry.registry_auth import Credentials
from backend.state_files import StateFiles
from tests.engine.builds import Files, Special, context

FILES: dict[str, bytes | str | Special] = {
    "Dockerfile": "FROM x",
    "folder/": "",
    "folder/file": "content",
    "folder/link": Special(b"2", "/folder/file"),
    "alias": Special(b"2", "folder"),
    "second": Special(b"1", "folder/file"),
    "a b": "1",
    "etc/passwd": "root:x:0:0::/:\nuser:x:5:6::/:\n",
    "etc/group": "root:x:0:\nuser:x:7:\n",
}


def tree_of(folder: Path, files: Files) -> ArchiveTree:
    """Return the tree of a context."""
    path = folder / "archive"
    path.write_bytes(context(files))
    return ArchiveTree.read(path)


def entries(layer: CopyLayer) -> dict[str, tarfile.TarInfo]:
    """Return what a layer's tar holds."""
    with tarfile.open(fileobj=io.BytesIO(b"".join(layer.chunks()))) as archive:
        return {member.name: member for member in archive.getmembers()}


def test_links_are_followed_inside(tmp_path: Path) -> None:
    """Absolute links begin at the tree's root, `..` never leaves it, missing parts stay as they are."""
    links = {"up": Special(b"2", "../../../folder"), "circle": Special(b"2", "circle")}
    tree = tree_of(tmp_path, {**FILES, **links})
    assert resolve(tree, "alias/link") == "folder/file"
    assert resolve(tree, "/up/../up/./file") == "folder/file"
    assert resolve(tree, "../../alias/new/../x") == "folder/x"
    with pytest.raises(InvalidParameterError, match="too many links"):
        resolve(tree, "circle/x")
    tree.close()


def test_contents_are_read_where_they_lie(tmp_path: Path) -> None:
    """Also through further names of a file."""
    tree = tree_of(tmp_path, FILES)
    node = tree.look("second")
    assert node is not None
    assert b"".join(tree.contents("second", node)) == b"content"
    assert [path for path, _ in walk(tree, "folder")] == ["folder/file", "folder/link"]
    tree.close()


def test_later_entries_replace_earlier_ones(tmp_path: Path) -> None:
    """A file replaces a folder with all in it; a folder in the way of a link's parents likewise."""
    path = tmp_path / "archive"
    parts = [context({"x/": "", "x/y": "1"})[: -10240 + 1536], context({"x": "file"})]
    path.write_bytes(parts[0].rstrip(b"\0") + bytes(-len(parts[0].rstrip(b"\0")) % 512) + parts[1])
    tree = ArchiveTree.read(path)
    assert [name for name, _ in walk(tree)] == ["x"]
    tree.close()


@pytest.mark.parametrize(
    "files",
    [
        {"../x": ""},
        {"a/../../x": ""},
        {"x": Special(b"1", "../../etc/passwd")},
        {"x": Special(b"1", "nothing")},
        {"x": Special(b"S")},
    ],
)
def test_what_leads_out_is_refused(tmp_path: Path, files: Files) -> None:
    """An archive that means harm is no context."""
    with pytest.raises(InvalidParameterError):
        tree_of(tmp_path, files)


def test_damaged_archives_are_errors_of_the_caller(tmp_path: Path) -> None:
    """Bytes changed at random: a tree, or an error in words, and never anything else."""
    generator = random.Random(7)
    whole = context(FILES)
    path = tmp_path / "archive"
    for _ in range(300):
        damaged = bytearray(whole[: generator.randrange(len(whole))])
        for _ in range(generator.randrange(8)):
            if damaged:
                damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        path.write_bytes(damaged)
        try:
            tree = read_archive(path)
        except InvalidParameterError:
            continue
        for name, _ in walk(tree):
            resolve(tree, name + "/x")
        tree.close()


def test_digests_pass_over_times(tmp_path: Path) -> None:
    """Contents, names and modes count; a folder's digest is that of everything in it."""
    tree = tree_of(tmp_path, FILES)
    folder = find_sources(tree, "folder", from_image=False)
    everything = find_sources(tree, ".", from_image=False)
    several = find_sources(tree, "*d*", from_image=False)
    tree.close()
    assert joint_digest(folder).startswith("dir:")
    assert joint_digest(several).startswith("multi:")
    (tmp_path / "other").mkdir()
    changed = tree_of(tmp_path / "other", {**FILES, "folder/file": "contenT"})
    assert joint_digest(find_sources(changed, "folder", from_image=False)) != joint_digest(folder)
    assert joint_digest(find_sources(changed, ".", from_image=False)) != joint_digest(everything)
    same = find_sources(changed, "a b", from_image=False)
    assert same[0].digest == find_sources(changed, "./a b", from_image=False)[0].digest
    changed.close()


def test_a_layer_goes_where_links_of_the_image_point(tmp_path: Path) -> None:
    """Files land behind links, new folders are made, files give way to folders only by Docker's rules."""
    tree = tree_of(tmp_path, FILES)
    (tmp_path / "root").mkdir()
    root = tree_of(tmp_path / "root", {"real/": "", "lib": Special(b"2", "real"), "file": "x"})
    layer = CopyLayer(root)
    for word, target in (("folder", "/lib/deep"), ("a b", "/lib"), ("a b", "/lib/name"), ("second", "/new/")):
        (source,) = find_sources(tree, word, from_image=False)
        layer.add(source, target, Owner(3, 4))
    found = entries(layer)
    assert sorted(found) == [
        "new", "new/second", "real/a b", "real/deep", "real/deep/file", "real/deep/link", "real/name",
    ]  # fmt: skip
    assert (found["new"].uid, found["new"].gid, found["new"].mode) == (3, 4, 0o755)
    assert found["real/deep/link"].linkname == "/folder/file"
    (folder,) = find_sources(tree, "folder", from_image=False)
    with pytest.raises(InvalidParameterError, match="not a directory"):
        layer.add(folder, "/file", None)
    with pytest.raises(InvalidParameterError, match="not a directory"):
        layer.add(folder, "/file/below", None)
    tree.close()
    root.close()


def test_hard_links_and_set_id_bits(tmp_path: Path) -> None:
    """Names of one file stay together within a folder; a new owner takes set-id bits away."""
    files: Files = {"d/": "", "d/one": "1", "d/two": Special(b"1", "d/one")}
    tree = tree_of(tmp_path, files)
    node = tree.look("d/one")
    assert node is not None
    node.mode = 0o6755
    layer = CopyLayer(ArchiveTree())
    (folder,) = find_sources(tree, "d", from_image=False)
    layer.add(folder, "/kept", None)
    layer.add(folder, "/taken", Owner())
    for word in ("d/one", "d/two"):
        layer.add(find_sources(tree, word, from_image=False)[0], "/apart/", Owner())
    found = entries(layer)
    assert (found["kept/two"].type, found["kept/two"].linkname) == (tarfile.LNKTYPE, "kept/one")
    assert found["apart/two"].type == tarfile.REGTYPE
    assert (found["kept/one"].mode, found["taken/one"].mode) == (0o6755, 0o755)
    tree.close()


def test_owners_are_looked_up_in_the_image(tmp_path: Path) -> None:
    """Names, numbers, and a group of the user's name when none is given."""
    tree = tree_of(tmp_path, FILES)
    assert find_owner(tree, "user") == Owner(5, 7)
    assert find_owner(tree, "12:user") == Owner(12, 7)
    for wanted in ("nobody", "1:nobody", "1:2:3", "user:"):
        with pytest.raises(InvalidParameterError, match="unable to convert uid/gid chown string"):
            find_owner(tree, wanted)
    tree.close()


def test_the_dockerfile_is_found_and_may_be_ignored(tmp_path: Path) -> None:
    """By any clean path inside; .dockerignore takes both files out of what COPY sees."""
    tree = tree_of(tmp_path, {**FILES, "sub/Other": "FROM y", ".dockerignore": "Dockerfile\n.docker*\n"})
    assert read_dockerfile(tree, "Dockerfile") == "FROM x"
    assert (tree.look("Dockerfile"), tree.look(".dockerignore")) == (None, None)
    assert read_dockerfile(tree, "./sub/../sub/Other") == "FROM y"
    for name in ("nope", "../Dockerfile", "folder", "alias/../../etc/passwd"):
        with pytest.raises(InvalidParameterError):
            read_dockerfile(tree, name)
    tree.close()


def test_what_the_cache_compares() -> None:
    """Hosts' names and the parent's id are nothing to the cache, nor is what is empty."""
    step = {"Cmd": ["a"], "Hostname": "x", "Image": "y", "Env": [], "Labels": None, "User": ""}
    assert comparable(step) == {"Cmd": ["a"]} == comparable({"Cmd": ["a"], "Domainname": "z"})


def test_credentials_by_registry() -> None:
    """Docker Hub has an odd key; others are known by host, with or without a scheme."""
    hub, other = Credentials("hub", "1"), Credentials("other", "2")
    options = BuildOptions(credentials={"https://index.docker.io/v1/": hub, "https://r.example:5000": other})
    assert asyncio.run(options.credentials_for(reference.parse("busybox"))) == hub
    assert asyncio.run(options.credentials_for(reference.parse("r.example:5000/x"))) == other
    assert not asyncio.run(options.credentials_for(reference.parse("r.example/x")))


async def received(data: bytes, files: StateFiles) -> tuple[str, bool, list[str]]:
    """Return what a received context's Dockerfile says, if it is at hand, and what lay in the scratch."""

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 100_000):
            yield data[start : start + 100_000]

    async with scratch_folder(files) as scratch, received_context(chunks(), scratch) as found:
        text = read_dockerfile(found.tree, "Dockerfile")
        kept = [path.name for path in files.downloads.glob("*/*")]
        return text, found.tree.at_hand, kept


async def test_a_small_context_stays_in_memory(tmp_path: Path) -> None:
    """What is larger, or compressed, lies in a folder that goes with the build."""
    files = StateFiles(tmp_path, tmp_path)
    files.downloads.mkdir(parents=True)
    small, large = context({"Dockerfile": "FROM x"}), context({"Dockerfile": "FROM x", "a": b"x" * 200_000})
    huge = context({"Dockerfile": "FROM x", "a": b"x" * 3_000_000})
    assert await received(small, files) == ("FROM x", True, [])
    assert await received(large, files) == ("FROM x", False, [])
    assert await received(huge, files) == ("FROM x", False, ["context"])
    assert await received(gzip.compress(small), files) == ("FROM x", False, ["context.plain"])
    assert list(files.downloads.iterdir()) == []
    for broken in (small[:514], b""):
        with pytest.raises(InvalidParameterError):
            await received(broken, files)
