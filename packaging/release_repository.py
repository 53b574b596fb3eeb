"""Makes and signs the repository that updates come from (The Update Framework, theupdateframework.io).

    python packaging/release_repository.py init REPOSITORY --keys KEYS --address https://…
    python packaging/release_repository.py publish REPOSITORY --keys KEYS --version 0.2.0 \
        linux-amd64-portable=dist/marina-0.2.0-linux-amd64.tar.zst linux-amd64-deb=dist/marina_0.2.0_amd64.deb
    python packaging/release_repository.py refresh REPOSITORY --keys KEYS

`init` also writes REPOSITORY/trust: its two files belong into resources/updates before a bundle is built.
REPOSITORY/metadata and REPOSITORY/targets are served as they are. Keep `root.pem` and `targets.pem` away from
any server: `refresh`, which has to run once a week, needs `snapshot.pem` and `timestamp.pem` only.
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, TargetFile, Targets, Timestamp

T = TypeVar("T", bound=Signed)
CHANNEL = "stable.json"
DAYS = {"root": 365, "targets": 180, "snapshot": 14, "timestamp": 14}
"""How long what a key has signed is believed: the oftener it is signed, the shorter."""


class ReleaseRepository:
    """One repository on disk, and the folder with the keys of its roles."""

    def __init__(self, folder: Path, keys: Path, now: datetime | None = None) -> None:
        """`now` is when things are signed."""
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

    def _renew(self, role: str, signed: Signed) -> None:
        signed.version += 1
        signed.expires = self._expiry(role)
        self._sign(role, signed)

    def _sign(self, role: str, signed: Signed) -> None:
        metadata = Metadata(signed)
        metadata.sign(self._signer(role))
        name = f"{role}.json" if role == "timestamp" else f"{signed.version}.{role}.json"
        new = self._metadata / f".{name}.new"
        metadata.to_file(str(new))
        new.replace(self._metadata / name)

    def _read(self, role: str, kind: type[T]) -> T:
        versions = self._metadata.glob("timestamp.json" if role == "timestamp" else f"*.{role}.json")
        newest = max(versions, key=lambda path: int(path.name.split(".")[0]) if role != "timestamp" else 0)
        signed = Metadata.from_file(str(newest)).signed
        assert isinstance(signed, kind)
        return signed

    def _make_key(self, role: str) -> None:
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        handle = os.open(self._keys / f"{role}.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)

    def _signer(self, role: str) -> CryptoSigner:
        return CryptoSigner(load_pem_private_key((self._keys / f"{role}.pem").read_bytes(), password=None))

    def _expiry(self, role: str) -> datetime:
        return self._now + timedelta(days=DAYS[role])


def place(source: Path, target: Path) -> None:
    """Copy a file so that its new name appears when it is whole."""
    new = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, new)
    new.replace(target)


def _named_file(text: str) -> tuple[str, Path]:
    kind, found, path = text.partition("=")
    if not found or not Path(path).is_file():
        raise argparse.ArgumentTypeError(f"{text}: KIND=FILE is meant")
    return kind, Path(path)


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("init", "publish", "refresh"):
        command = commands.add_parser(name)
        command.add_argument("repository", type=Path)
        command.add_argument("--keys", type=Path, required=True)
        if name == "init":
            command.add_argument("--address", required=True)
        if name == "publish":
            command.add_argument("--version", required=True)
            command.add_argument("--notes", default="")
            command.add_argument("files", nargs="+", type=_named_file, metavar="KIND=FILE")
    options = parser.parse_args()
    repository = ReleaseRepository(options.repository, options.keys)
    if options.command == "init":
        repository.create(options.address)
    elif options.command == "publish":
        repository.publish(options.version, dict(options.files), options.notes)
    else:
        repository.refresh()
    return 0


if __name__ == "__main__":
    sys.exit(main())
