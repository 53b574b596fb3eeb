"""An engine's image store from outside: what is on record is whole, and nothing else lies there."""

import io
import json
import tarfile
from abc import abstractmethod
from collections.abc import Set as AbstractSet

from tests.support.api_client import ApiClient
from tests.support.test_images import digest_of


class StoringEngine(ApiClient):
    """An engine whose files can be listed, natively or in its machine."""

    @abstractmethod
    def stored(self, folder: str) -> set[str]:
        """Return what is in a folder of the engine's data, the names of folders with a slash behind."""


def check_images(engine: StoringEngine, acknowledged: AbstractSet[str]) -> None:
    """Every image on record can be saved whole, and nothing else lies on the disk."""
    listed = engine.request("GET", "/images/json", query={"all": "1"}).json
    names = {tag for entry in listed for tag in entry["RepoTags"]}
    assert acknowledged <= names, f"lost: {acknowledged - names}"
    blobs: set[str] = set()
    manifests: set[str] = set()
    for entry in listed:
        answer = engine.request("GET", f"/images/{entry['Id']}/get")
        assert answer.status == 200, (entry, answer.body[:1000])
        with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
            for member in archive:
                file = archive.extractfile(member)
                if file is None:
                    continue
                data = file.read()
                digest = member.name.rpartition("/")[2]
                if member.name.startswith("blobs/"):
                    assert digest_of(data) == f"sha256:{digest}"
                    blobs.add(digest)
                elif member.name == "index.json":
                    manifests |= {item["digest"][7:] for item in json.loads(data)["manifests"]}
    stored = engine.stored("blobs/sha256")
    assert blobs - manifests <= stored <= blobs
    layers = {diff_id[7:] for entry in listed for diff_id in inspect_layers(engine, entry["Id"])}
    assert {name.partition(".")[0].rstrip("/") for name in engine.stored("layers")} == layers
    leftovers = [name for name in engine.stored("downloads") if name.endswith("/") or "." in name]
    assert not leftovers


def inspect_layers(engine: ApiClient, image: str) -> list[str]:
    """Return an image's diff ids."""
    layers: list[str] = engine.request("GET", f"/images/{image}/json").json["RootFS"]["Layers"]
    return layers
