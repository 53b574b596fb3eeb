"""The real scanner in an image, a database for it with flaws that are made up, and a Debian to be scanned."""

import io
import json
import sys
import tarfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from app.services.engine.engine_client import EngineClient
from app.services.images.scan.scanner_container import CACHE, VOLUME
from tests.support.bolt_file import Bucket, write_bolt_file
from tests.support.test_images import (
    OCI_MANIFEST,
    BuiltImage,
    Entry,
    build_image,
    busybox_layer,
    digest_of,
    folder,
    layer_tar,
    save_docker_archive,
)

SCANNER = "marina-test/trivy:1"
PROGRAM = Path(sys.executable).with_name("trivy")
PACKAGES = ("base-files", "bash", "coreutils", "dash")
DATABASE_PORT = 5099
"""Of a registry with a database, at the address that the engine has in its default network."""
_HERE = {
    "Env": [
        "PATH=/usr/bin:/bin",
        f"TRIVY_DB_REPOSITORY=172.17.0.1:{DATABASE_PORT}/trivy-db:2",
        "TRIVY_INSECURE=true",
    ]
}
"""The names of the real servers would be looked for until a time-out."""
_STATUS = Path("/var/lib/dpkg/status")


def load(client: EngineClient, archive: bytes) -> None:
    """Load an image from the bytes of an archive."""
    with client.load_images([archive]) as stream:
        for _ in stream:
            pass


def scanner_archive() -> bytes:
    """Return the scanner beside a shell, as `docker save` would write it."""
    layer = layer_tar([folder("tmp", 0o777), Entry("usr/bin/trivy", PROGRAM.read_bytes(), mode=0o755)])
    return save_docker_archive(
        build_image([busybox_layer(), layer], config=_HERE, compression="none"), [SCANNER]
    )


def debian_archive(name: str, more: Iterable[Entry] = ()) -> bytes:
    """Return an image with a few packages of this machine's own Debian, as dpkg writes them down."""
    entries = [folder("etc"), folder("var"), folder("var/lib"), folder("var/lib/dpkg")]
    entries += [
        Entry(path, Path("/", path).read_bytes()) for path in ("etc/os-release", "etc/debian_version")
    ]
    records = _STATUS.read_text().split("\n\n")
    wanted = [row for row in records if row.partition("\n")[0].removeprefix("Package: ") in PACKAGES]
    entries.append(Entry("var/lib/dpkg/status", ("\n\n".join(wanted) + "\n\n").encode()))
    for package in PACKAGES:
        path = Path("usr/share/doc") / package / "copyright"
        if Path("/", path).exists():
            entries.append(Entry(str(path), Path("/", path).read_bytes()))
    return save_docker_archive(build_image([layer_tar([*entries, *more])]), [name])


def debian_release() -> str:
    """Return the number of this machine's Debian, as the database's buckets have it."""
    return Path("/etc/debian_version").read_text().partition(".")[0].strip()


def database_files(folder: Path, age: timedelta = timedelta()) -> Path:
    """Write a database that was made `age` ago into a folder; returns the folder."""
    release = f"debian {debian_release()}"
    content: Bucket = {
        "data-source": {release: _json(ID="debian", Name="Debian", URL="https://example.org")},
        release: {
            "bash": {"CVE-2099-0001": _json(FixedVersion="99.0-1")},
            "coreutils": {"CVE-2099-0002": _json(Severity=1)},
            "dash": {"CVE-2000-0003": _json(FixedVersion="0.0.1-1")},  # mended long ago: not to be told
        },
        "vulnerability": {
            "CVE-2099-0001": _json(Title="bash: <b>made up</b>", Severity="CRITICAL"),
            "CVE-2099-0002": _json(Title="coreutils: made up", Severity="LOW"),
            "CVE-2000-0003": _json(Title="dash: made up", Severity="HIGH"),
        },
    }
    folder.mkdir(exist_ok=True)
    write_bolt_file(folder / "trivy.db", content)
    made = datetime.now(UTC) - age
    times = {"UpdatedAt": made, "DownloadedAt": made, "NextUpdate": made + timedelta(days=1)}
    words = {name: time.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for name, time in times.items()}
    (folder / "metadata.json").write_bytes(_json(Version=2, **words))
    return folder


def write_database(client: EngineClient, folder: Path, age: timedelta = timedelta()) -> None:
    """Put such a database into the engine's volume, through the scanner's image."""
    body = {"Image": SCANNER, "Cmd": ["true"], "HostConfig": {"Binds": [f"{VOLUME}:{CACHE}"]}}
    container = client.create_from_body("", body)
    client.put_archive(container, CACHE, io.BytesIO(_packed(database_files(folder, age), "db/", "w")))
    client.remove_container(container)


def database_artifact(folder: Path) -> BuiltImage:
    """Return a new database as its registry has it: an OCI artifact of one packed layer."""
    layer, config = _packed(database_files(folder), "", "w:gz"), b"{}"
    manifest = _json(
        schemaVersion=2,
        mediaType=OCI_MANIFEST,
        config={"mediaType": "application/vnd.aquasec.trivy.config.v1+json"} | _descriptor(config),
        layers=[
            {"mediaType": "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip"}
            | _descriptor(layer)
            | {"annotations": {"org.opencontainers.image.title": "db.tar.gz"}}
        ],
    )
    blobs = {digest_of(blob): blob for blob in (layer, config)}
    return BuiltImage(OCI_MANIFEST, manifest, blobs, digest_of(config))


def _packed(folder: Path, below: str, mode: Literal["w", "w:gz"]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        for name in ("trivy.db", "metadata.json"):
            archive.add(folder / name, f"{below}{name}")
    return packed.getvalue()


def _descriptor(blob: bytes) -> dict[str, object]:
    return {"digest": digest_of(blob), "size": len(blob)}


def _json(**values: object) -> bytes:
    return json.dumps(values).encode()
