"""Makes and signs the repository that updates come from (The Update Framework, theupdateframework.io).

    python packaging/release_repository.py init REPOSITORY --keys KEYS --address https://…
    python packaging/release_repository.py publish REPOSITORY --keys KEYS dist
    python packaging/release_repository.py check REPOSITORY
    python packaging/release_repository.py refresh REPOSITORY --keys KEYS
    python packaging/release_repository.py renew REPOSITORY --keys KEYS [--new-key ROLE]

docs/releasing.md is the whole sequence. `root.pem` and `targets.pem` are encrypted with a passphrase, which
is asked for or taken from MARINA_RELEASE_PASSPHRASE, and belong on no server: `refresh`, due once
a week, needs `snapshot.pem` and `timestamp.pem` only. `renew`, due once a year, signs the root anew.
"""

import argparse
import getpass
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import DownloadHTTPError, RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, TargetFile, Targets, Timestamp
from tuf.ngclient import FetcherInterface, Updater

T = TypeVar("T", bound=Signed)
CHANNEL = "stable.json"
DAYS = {"root": 365, "targets": 180, "snapshot": 14, "timestamp": 14}
"""How long what a key has signed is believed: the oftener it is signed, the shorter."""

OFFLINE = ("root", "targets")
"""The roles whose keys decide what is installed: encrypted, and on no server."""

ARTEFACTS = {
    r"marina-(?P<version>[0-9.]+)-linux-(?P<architecture>\w+)\.tar\.zst": "linux-{}-portable",
    r"marina_(?P<version>[0-9.]+)_(?P<architecture>\w+)\.deb": "linux-{}-deb",
    r"marina-(?P<version>[0-9.]+)-macos-(?P<architecture>\w+)\.tar\.zst": "darwin-{}-app",
    r"marina-(?P<version>[0-9.]+)-windows-(?P<architecture>\w+)\.exe": "windows-{}-installer",
}
"""What `make package` leaves, and the kind of installation that each is for (`Installation.file_key`)."""


class ReleaseRepository:
    """One repository on disk, and the folder with the keys of its roles."""

    def __init__(
        self, folder: Path, keys: Path, now: datetime | None = None, passphrase: bytes | None = None
    ) -> None:
        """`now` is when things are signed; with a passphrase the keys that are no server's are encrypted."""
        self._passphrase = passphrase
        self._metadata = folder / "metadata"
        self._targets = folder / "targets"
        self._trust = folder / "trust"
        self._keys = keys
        self._now = (now or datetime.now(UTC)).replace(microsecond=0)

    def create(self, address: str) -> None:
        """Make the keys, an empty repository, and the two files that a bundle trusts it by."""
        self._keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self._metadata, self._targets, self._trust):
            folder.mkdir(parents=True)
        root = Root(expires=self._expiry("root"), consistent_snapshot=True)
        for role in DAYS:
            self._make_key(role)
            root.add_key(self._signer(role).public_key, role)
        self._sign("root", root)
        self._sign("targets", Targets(expires=self._expiry("targets")))
        self._sign("snapshot", Snapshot(expires=self._expiry("snapshot")))
        self._sign("timestamp", Timestamp(expires=self._expiry("timestamp")))
        shutil.copyfile(self._metadata / "1.root.json", self._trust / "root.json")
        (self._trust / "address.txt").write_text(address + "\n", encoding="utf-8")

    def publish(self, version: str, files: Mapping[str, Path], notes: str = "") -> None:
        """Offer a version: its file for each kind of installation."""
        targets = self._read("targets", Targets)
        names = {kind: path.name for kind, path in files.items()}
        channel = self._targets / CHANNEL
        channel.write_text(json.dumps({"version": version, "notes": notes, "files": names}), encoding="utf-8")
        for name, path in {CHANNEL: channel, **{path.name: path for path in files.values()}}.items():
            target = TargetFile.from_file(name, str(path), ["sha256"])
            targets.targets[name] = target
            place(path, self._targets / f"{target.hashes['sha256']}.{name}")
        channel.unlink()
        self._renew("targets", targets)
        self.refresh()

    def refresh(self) -> None:
        """Sign what is there for another while."""
        snapshot = self._read("snapshot", Snapshot)
        snapshot.meta["targets.json"] = MetaFile(self._read("targets", Targets).version)
        self._renew("snapshot", snapshot)
        timestamp = self._read("timestamp", Timestamp)
        timestamp.snapshot_meta = MetaFile(snapshot.version)
        self._renew("timestamp", timestamp)

    def renew(self, new_key: str = "") -> None:
        """Sign the root for another year; with `new_key` the role of that name has a new key from then on.

        A new root counts by the former one's signature, and must have its own: it carries both.
        """
        root = self._read("root", Root)
        signers = [self._signer("root")]
        if new_key:
            (known,) = root.roles[new_key].keyids
            root.revoke_key(known, new_key)
            (self._keys / f"{new_key}.pem").replace(self._keys / f"{new_key}.old.pem")
            self._make_key(new_key)
            root.add_key(self._signer(new_key).public_key, new_key)
        if new_key == "root":
            signers.append(self._signer("root"))
        root.version += 1
        root.expires = self._expiry("root")
        self._write("root", root, signers)
        if new_key == "targets":
            self._renew("targets", self._read("targets", Targets))
        if new_key in ("targets", "snapshot", "timestamp"):
            self.refresh()
        shutil.copyfile(self._metadata / f"{root.version}.root.json", self._trust / "root.json")

    def _renew(self, role: str, signed: Signed) -> None:
        signed.version += 1
        signed.expires = self._expiry(role)
        self._sign(role, signed)

    def _sign(self, role: str, signed: Signed) -> None:
        self._write(role, signed, [self._signer(role)])

    def _write(self, role: str, signed: Signed, signers: Sequence[CryptoSigner]) -> None:
        metadata = Metadata(signed)
        for signer in signers:
            metadata.sign(signer, append=True)
        name = f"{role}.json" if role == "timestamp" else f"{signed.version}.{role}.json"
        new = self._metadata / f".{name}.new"
        metadata.to_file(str(new))
        new.replace(self._metadata / name)

    def _read(self, role: str, kind: type[T]) -> T:
        signed = Metadata.from_file(str(newest_file(self._metadata, role))).signed
        assert isinstance(signed, kind)
        return signed

    def _make_key(self, role: str) -> None:
        secret = self._passphrase if role in OFFLINE else None
        form = BestAvailableEncryption(secret) if secret else NoEncryption()
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, form)
        handle = os.open(self._keys / f"{role}.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)

    def _signer(self, role: str) -> CryptoSigner:
        secret = self._passphrase if role in OFFLINE else None
        return CryptoSigner(load_pem_private_key((self._keys / f"{role}.pem").read_bytes(), secret))

    def _expiry(self, role: str) -> datetime:
        return self._now + timedelta(days=DAYS[role])


def newest_file(metadata: Path, role: str) -> Path:
    """Return the file with the newest metadata of a role."""
    if role == "timestamp":
        return metadata / "timestamp.json"
    return max(metadata.glob(f"[0-9]*.{role}.json"), key=lambda path: int(path.name.split(".")[0]))


def place(source: Path, target: Path) -> None:
    """Copy a file so that its new name appears when it is whole."""
    new = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, new)
    new.replace(target)


def find_artefacts(folder: Path) -> tuple[str, dict[str, Path]]:
    """Return the version of what was built, and each file by its kind. Raises ValueError for a mixture."""
    found: dict[str, Path] = {}
    versions = set()
    for path in sorted(folder.iterdir()):
        for pattern, kind in ARTEFACTS.items():
            if match := re.fullmatch(pattern, path.name):
                found[kind.format(match["architecture"])] = path
                versions.add(match["version"])
    if len(versions) != 1:
        raise ValueError(f"{folder} has packages of {len(versions)} versions: {', '.join(sorted(versions))}")
    return versions.pop(), found


def check(folder: Path, now: datetime | None = None) -> list[str]:
    """Read a repository as Marina does, from its trust on, every file; return what is said of it.

    Raises DownloadError or RepositoryError (both of tuf) for what Marina would refuse.
    """
    lines = []
    with tempfile.TemporaryDirectory() as cache:
        updater = Updater(
            cache,
            f"{folder.resolve().as_uri()}/metadata/",
            cache,
            f"{folder.resolve().as_uri()}/targets/",
            fetcher=FolderFetcher(),
            bootstrap=(folder / "trust" / "root.json").read_bytes(),
        )
        updater.refresh()
        channel = updater.get_targetinfo(CHANNEL)
        if channel is None:
            return ["nothing is published yet"]
        offered = json.loads(Path(updater.download_target(channel)).read_bytes())
        lines.append(f"version {offered['version']}")
        for kind, name in sorted(offered["files"].items()):
            target = updater.get_targetinfo(name)
            if target is None:
                raise RepositoryError(f"{name} is offered and not signed")
            updater.download_target(target)
            lines.append(f"{kind}: {name}, {target.length / 1e6:.1f} MB")
    for role in DAYS:
        expires = Metadata.from_file(str(newest_file(folder / "metadata", role))).signed.expires
        left = (expires - (now or datetime.now(UTC))).days
        lines.append(f"{role} is believed for {left} more days")
    return lines


class FolderFetcher(FetcherInterface):
    """Reads files where a server would send them from."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            with Path(url2pathname(urlsplit(url).path)).open("rb") as file:
                while data := file.read(2**20):
                    yield data
        except FileNotFoundError as error:
            raise DownloadHTTPError(str(error), 404) from error  # the end of the roots is found by it


def read_passphrase(*, twice: bool) -> bytes:
    """Return the passphrase of the keys that are no server's; asks for it unless the environment has it."""
    if given := os.environ.get("MARINA_RELEASE_PASSPHRASE"):
        return given.encode()
    first = getpass.getpass("Passphrase of the release keys: ")
    if twice and first != getpass.getpass("Once more: "):
        raise SystemExit("The two are not the same.")
    if not first:
        raise SystemExit("The keys that decide what is installed need a passphrase.")
    return first.encode()


def parse_arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("init", "publish", "check", "refresh", "renew"):
        command = commands.add_parser(name)
        command.add_argument("repository", type=Path)
        if name != "check":
            command.add_argument("--keys", type=Path, required=True)
        if name == "init":
            command.add_argument("--address", required=True, help="https://…, where the repository is served")
        if name == "publish":
            command.add_argument("--notes", default="", help="what is new, in a line")
            command.add_argument("packages", type=Path, help="the folder that `make package` has filled")
        if name == "renew":
            command.add_argument("--new-key", choices=tuple(DAYS), default="", help="replace a role's key")
    return parser.parse_args()


def main() -> int:
    """Do what the command line says."""
    options = parse_arguments()
    if options.command == "check":
        sys.stdout.write("\n".join(check(options.repository)) + "\n")
        return 0
    offline = options.command in ("init", "publish", "renew")
    passphrase = read_passphrase(twice=options.command == "init") if offline else None
    repository = ReleaseRepository(options.repository, options.keys, passphrase=passphrase)
    if options.command == "init":
        repository.create(options.address)
    elif options.command == "publish":
        version, found = find_artefacts(options.packages)
        repository.publish(version, found, options.notes)
    elif options.command == "renew":
        repository.renew(options.new_key)
    else:
        repository.refresh()
    return 0


if __name__ == "__main__":
    sys.exit(main())
