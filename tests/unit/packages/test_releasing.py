"""The owner's commands of docs/releasing.md in their order, and a Marina that looks at what they made."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tuf.api.exceptions import RepositoryError

from app.services.errors import UserError
from app.services.updates.releases import ReleaseRepository
from app.services.updates.source import find_source
from tests.support.update_server import UpdateServer, load_script, serve_updates

ARCHIVE = "marina-0.2.0-linux-amd64.tar.zst"
PACKAGES = {
    "linux-amd64-portable": ARCHIVE,
    "linux-amd64-deb": "marina_0.2.0_amd64.deb",
    "darwin-arm64-app": "marina-0.2.0-macos-arm64.tar.zst",
    "windows-amd64-installer": "marina-0.2.0-windows-amd64.exe",
}

Run = Callable[..., str]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[UpdateServer]:
    with serve_updates(tmp_path / "repository") as server:
        yield server


@pytest.fixture
def run(
    tmp_path: Path, server: UpdateServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command of the script in its folder, and return what it prints."""
    script = load_script()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARINA_RELEASE_PASSPHRASE", "correct horse")

    def run(command: str, *words: str) -> str:
        keys = [] if command == "check" else ["--keys", "keys"]
        monkeypatch.setattr(sys, "argv", ["release_repository.py", command, "repository", *keys, *words])
        assert script.main() == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """What `make package` leaves, in small."""
    folder = tmp_path / "dist"
    (folder / "marina").mkdir(parents=True)
    for name in (*PACKAGES.values(), "marina-0.2.0-program.cdx.json"):
        (folder / name).write_bytes(name.encode() * 1000)
    return folder


def newest(tmp_path: Path, name: str, trust: Path) -> tuple[str, bytes]:
    """Return the version that a Marina built with `trust` finds, and the archive that it fetches."""
    state = tmp_path / name
    (state / "downloads").mkdir(parents=True, exist_ok=True)
    source = find_source({"MARINA_UPDATES_DIR": str(trust)})
    repository = ReleaseRepository(source, state / "metadata", state / "downloads")
    try:
        release = repository.newest()
        assert dict(release.files) == PACKAGES
        return release.version, repository.fetch(release.files["linux-amd64-portable"]).read_bytes()
    finally:
        repository.close()


def test_from_the_keys_to_a_marina_that_finds_the_release(
    run: Run, server: UpdateServer, tmp_path: Path, dist: Path
) -> None:
    run("init", "--address", server.address)
    for name in ("root", "targets"):
        assert b"ENCRYPTED" in (tmp_path / "keys" / f"{name}.pem").read_bytes()
    for path in (tmp_path / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0
    built_in = tmp_path / "updates"
    shutil.copytree(tmp_path / "repository" / "trust", built_in)

    run("publish", "--notes", "Better.", str(dist))
    told = run("check")
    assert "version 0.2.0\n" in told
    assert all(f"{kind}: {name}" in told for kind, name in PACKAGES.items())
    assert "timestamp is believed for 13 more days" in told
    assert newest(tmp_path, "first", built_in) == ("0.2.0", (dist / ARCHIVE).read_bytes())


def test_a_server_refreshes_with_its_two_keys_and_no_passphrase(
    run: Run, server: UpdateServer, tmp_path: Path, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init", "--address", server.address)
    run("publish", str(dist))
    for name in ("root", "targets"):
        (tmp_path / "keys" / f"{name}.pem").unlink()
    monkeypatch.delenv("MARINA_RELEASE_PASSPHRASE")
    run("refresh")
    assert "version 0.2.0" in run("check")


@pytest.mark.parametrize("role", ["", "root", "targets", "snapshot", "timestamp"])
def test_a_marina_of_before_follows_a_renewed_root(
    run: Run, server: UpdateServer, tmp_path: Path, dist: Path, role: str
) -> None:
    run("init", "--address", server.address)
    built_in = tmp_path / "updates"
    shutil.copytree(tmp_path / "repository" / "trust", built_in)
    run("publish", str(dist))
    assert newest(tmp_path, "a", built_in)[0] == "0.2.0"
    run("renew", *(("--new-key", role) if role else ()))
    run("publish", str(dist))
    assert "root is believed for 364 more days" in run("check")
    for who in ("a", "b"):  # one that has seen the former root at work, and a new installation
        assert newest(tmp_path, who, built_in)[0] == "0.2.0"
    run("renew")
    assert newest(tmp_path, "a", built_in)[0] == "0.2.0"


def test_a_key_that_was_replaced_signs_nothing_any_more(
    run: Run, server: UpdateServer, tmp_path: Path, dist: Path
) -> None:
    run("init", "--address", server.address)
    run("publish", str(dist))
    run("renew", "--new-key", "targets")
    keys = tmp_path / "keys"
    (keys / "targets.old.pem").replace(keys / "targets.pem")
    run("publish", str(dist))
    with pytest.raises(RepositoryError):
        run("check")
    with pytest.raises(UserError, match="cannot be trusted"):
        newest(tmp_path, "a", tmp_path / "repository" / "trust")


def test_what_was_changed_after_it_was_signed_is_found_before_it_is_uploaded(
    run: Run, server: UpdateServer, tmp_path: Path, dist: Path
) -> None:
    run("init", "--address", server.address)
    run("publish", str(dist))
    (served,) = (tmp_path / "repository" / "targets").glob(f"*.{ARCHIVE}")
    served.write_bytes(b"x" * served.stat().st_size)
    with pytest.raises(RepositoryError):
        run("check")


def test_packages_of_two_versions_are_not_published(run: Run, server: UpdateServer, dist: Path) -> None:
    run("init", "--address", server.address)
    (dist / "marina_0.1.0_amd64.deb").touch()
    with pytest.raises(ValueError, match="2 versions: 0.1.0, 0.2.0"):
        run("publish", str(dist))


def test_without_the_passphrase_nothing_is_published(
    run: Run, server: UpdateServer, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init", "--address", server.address)
    monkeypatch.setenv("MARINA_RELEASE_PASSPHRASE", "wrong")
    # One wrong passphrase in 256 makes a whole padding, and then the key itself is no key.
    with pytest.raises(ValueError, match=r"(?i)password|decrypt|deserialize"):
        run("publish", str(dist))
