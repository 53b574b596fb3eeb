"""The engine's calls about volumes, what is in them, and networks."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import quote

from app.services.engine.engine_connections import EngineConnections
from app.services.engine.engine_streams import EngineStream
from app.services.engine.engine_types import Volume
from app.services.engine.file_entry import FileEntry
from app.services.engine.json_values import as_object, get_list, get_number, get_object, get_text, get_texts
from app.services.engine.network_types import Network

MEASURE_TIMEOUT = 300.0  # counting a million files takes its time


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a prune deleted, and the bytes that it freed."""

    names: tuple[str, ...]
    freed: int = 0


class VolumeCalls(EngineConnections):
    """See `EngineClient`, which has these calls, for how they fail."""

    def list_volumes(self) -> list[Volume]:
        """Return the volumes."""
        return [Volume.from_json(row) for row in get_list(self.request_object("GET", "/volumes"), "Volumes")]

    def create_volume(
        self,
        name: str = "",
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Volume:
        """Make a volume; without a name it is an anonymous one. One that exists is returned as it is.

        `options` of the driver tell where its files are, when they are kept elsewhere.
        """
        body: dict[str, Any] = {"Name": name, "Labels": dict(labels or {})}
        if options:
            body["DriverOpts"] = dict(options)
        return Volume.from_json(self.request_object("POST", "/volumes/create", body=body))

    def remove_volume(self, name: str, force: bool = False) -> None:
        """Delete a volume that no container uses."""
        self.request("DELETE", f"/volumes/{quote(name, safe='')}", {"force": "1" if force else "0"})

    def prune_volumes(self) -> Pruned:
        """Delete every volume that no container uses, those with names too."""
        query = {"filters": json.dumps({"all": ["true"]})}
        answer = self.request_object("POST", "/volumes/prune", query)
        return Pruned(get_texts(answer, "VolumesDeleted"), get_number(answer, "SpaceReclaimed"))

    def measure_volumes(self) -> dict[str, int]:
        """Return what each volume takes on the disk, in bytes; this reads all of them."""
        answer = self.request("GET", "/system/df", {"type": "volume"}, timeout=MEASURE_TIMEOUT)
        rows = map(as_object, get_list(as_object(self._decode(answer)), "Volumes"))
        sizes = {get_text(row, "Name"): get_number(get_object(row, "UsageData"), "Size", -1) for row in rows}
        return {name: size for name, size in sizes.items() if size >= 0}


class DiskCalls(EngineConnections):
    """See `EngineClient`, which has these calls, for how they fail."""

    def measure_all(self) -> Mapping[str, Any]:
        """Return `GET /system/df`: this reads all files of volumes and containers."""
        return as_object(self._decode(self.request("GET", "/system/df", timeout=MEASURE_TIMEOUT)))


class VolumeFileCalls(EngineConnections):
    """What is in a volume: Marina's own calls, which other engines answer with 404."""

    def list_volume_files(self, name: str, folder: str) -> list[FileEntry]:
        """Return what is in a folder of a volume."""
        return [
            FileEntry(
                get_text(row, "Name"),
                get_text(row, "Kind"),
                get_number(row, "Size"),
                float(get_number(row, "Modified")),
                get_number(row, "Mode"),
            )
            for row in map(as_object, self.request_list("GET", _files(name, "files"), {"path": folder}))
        ]

    def remove_volume_files(self, name: str, path: str, force: bool = False) -> None:
        """Delete a file or folder; "/" empties the volume, with `force` also while containers mount it."""
        query = {"path": path, "force": "1" if force else "0"}
        self.request("DELETE", _files(name, "files"), query, timeout=MEASURE_TIMEOUT)

    def get_volume_archive(self, name: str, path: str) -> EngineStream:
        """Open a file or folder of a volume, or all that is in it, as a tar stream."""
        return EngineStream(*self.open_stream("GET", _files(name, "archive"), {"path": path}))

    def put_volume_archive(self, name: str, folder: str, archive: IO[bytes] | Iterable[bytes]) -> None:
        """Unpack a tar, plain or compressed, into a folder of a volume."""
        self._send_archive("PUT", name, {"path": folder}, archive)

    def create_volume_of_archive(
        self, name: str, archive: IO[bytes] | Iterable[bytes], labels: Mapping[str, str] | None = None
    ) -> None:
        """Make a volume of all that is in a tar: it is there whole, or not at all; 409: the name is taken."""
        self._send_archive("POST", name, {"labels": json.dumps(dict(labels or {}))}, archive)

    def _send_archive(
        self, method: str, name: str, query: Mapping[str, str], archive: IO[bytes] | Iterable[bytes]
    ) -> None:
        headers = {"Content-Type": "application/x-tar"}
        if not isinstance(archive, Iterable) or hasattr(archive, "seek"):
            headers["Content-Length"] = str(archive.seek(0, os.SEEK_END))
            archive.seek(0)
        opened = self.open_stream(method, _files(name, "archive"), query, archive, headers)
        with EngineStream(*opened) as stream:
            for _ in stream.chunks():
                pass


def _files(name: str, what: str) -> str:
    return f"/marina/volumes/{quote(name, safe='')}/{what}"


class NetworkCalls(EngineConnections):
    """See `EngineClient`, which has these calls, for how they fail."""

    def list_networks(self) -> list[Network]:
        """Return the networks, without their members."""
        return [Network.from_json(row) for row in self.request_list("GET", "/networks")]

    def inspect_network(self, network: str) -> Network:
        """Return one network with the running containers on it, by name or id."""
        return Network.from_json(self.request_object("GET", _network_path(network)))

    def create_network(
        self, name: str, subnet: str = "", internal: bool = False, driver: str = "bridge", parent: str = ""
    ) -> str:
        """Make a network and return its id; an internal one has no way out.

        `parent` is the interface that `macvlan` and `ipvlan` are on; without one there is no way out.
        """
        body: dict[str, object] = {"Name": name, "Driver": driver, "Internal": internal}
        if parent:
            body["Options"] = {"parent": parent}
        if subnet:
            body["IPAM"] = {"Driver": "default", "Config": [{"Subnet": subnet}]}
        return self.create_network_from_body(body)

    def create_network_from_body(self, body: Mapping[str, Any]) -> str:
        """Make a network from the API's own words and return its id."""
        return get_text(self.request_object("POST", "/networks/create", body=body), "Id")

    def remove_network(self, network: str) -> None:
        """Delete a network without containers."""
        self.request("DELETE", _network_path(network))

    def prune_networks(self) -> Pruned:
        """Delete every network that no container uses."""
        return Pruned(get_texts(self.request_object("POST", "/networks/prune"), "NetworksDeleted"))

    def connect_network(
        self, network: str, container: str, names: Sequence[str] = (), address: str = ""
    ) -> None:
        """Put a container on a network, where it is found under more `names`; "": any free address."""
        body: dict[str, Any] = {"Container": container, "EndpointConfig": {"Aliases": list(names)}}
        if address:
            kind = "IPv6Address" if ":" in address else "IPv4Address"
            body["EndpointConfig"]["IPAMConfig"] = {kind: address}
        self.request("POST", f"{_network_path(network)}/connect", body=body)

    def disconnect_network(self, network: str, container: str) -> None:
        """Take a container off a network."""
        self.request("POST", f"{_network_path(network)}/disconnect", body={"Container": container})


def _network_path(network: str) -> str:
    return f"/networks/{quote(network, safe='')}"
