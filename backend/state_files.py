"""Every file and folder that the engine keeps, by name; docs/files-on-disk.md tells the same to people."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StateFiles:
    """Paths below the data root (survive a reboot) and the run root (do not)."""

    data_root: Path
    run_root: Path

    # --- data root ---
    @property
    def database(self) -> Path:
        """SQLite file with all records: images, containers, networks, volumes."""
        return self.data_root / "engine.db"

    @property
    def engine_id(self) -> Path:
        """What `docker info` calls this engine."""
        return self.data_root / "engine-id"

    @property
    def blobs(self) -> Path:
        """Content-addressed manifests, configs and compressed layers: `blobs/sha256/<hex>`."""
        return self.data_root / "blobs" / "sha256"

    @property
    def downloads(self) -> Path:
        """Unfinished blob downloads, kept so that a pull goes on where it stopped."""
        return self.data_root / "downloads"

    @property
    def layers(self) -> Path:
        """One EROFS image or folder for each layer: `layers/<hex of diff id>.erofs`, `.folder`."""
        return self.data_root / "layers"

    @property
    def volumes(self) -> Path:
        """Named volumes: `volumes/<name>/_data`."""
        return self.data_root / "volumes"

    @property
    def build_caches(self) -> Path:
        """Folders that `RUN --mount=type=cache` keeps: `build-caches/<key>/data`."""
        return self.data_root / "build-caches"

    @property
    def build_history(self) -> Path:
        """What builds did, one file each: `builds/<id>.json`."""
        return self.data_root / "builds"

    def container(self, container_id: str) -> Path:
        """A container's own folder: writable layer, logs, generated files."""
        return self.data_root / "containers" / container_id

    # --- run root ---
    @property
    def lock(self) -> Path:
        """Held while an engine runs, so that two never share a data root."""
        return self.data_root / "engine.lock"

    @property
    def layer_mounts(self) -> Path:
        """Mounted layers, shared between containers: `layers/<hex of diff id>`."""
        return self.run_root / "layers"

    @property
    def unpacking(self) -> Path:
        """Layers mounted for a moment while another one is unpacked on them."""
        return self.run_root / "unpacking"

    @property
    def mount_points(self) -> Path:
        """The lowest layer of every container: places to mount on, for images that have none."""
        return self.run_root / "mount-points"

    @property
    def view(self) -> Path:
        """An empty folder: where a stopped container's root is mounted, seen by its reader only."""
        return self.run_root / "view"

    @property
    def bind_mounts(self) -> Path:
        """Where sources of binds are mounted while a container starts: the host's own files."""
        return self.run_root / "binds"

    @property
    def network_namespaces(self) -> Path:
        """Pinned network namespaces, one file for each running container."""
        return self.run_root / "netns"

    @property
    def host_agent(self) -> Path:
        """The socket that leads to the SSH agent of the host's user, in a machine of its host."""
        return self.run_root / "ssh-auth.sock"

    @property
    def execs(self) -> Path:
        """A few short-lived files for each exec."""
        return self.run_root / "exec"

    def container_run(self, container_id: str) -> Path:
        """A running container's folder: merged root, runtime bundle, monitor sockets."""
        return self.run_root / "containers" / container_id
