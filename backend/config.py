"""What the engine is told at start: `python -m backend …`."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.host_settings import HOST_SETTINGS


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Settings of one engine process.

    `data_root` survives a reboot, `run_root` does not. `host_link` is the character device that leads to the
    supervisor of the machine; without one the engine publishes ports on the machine that it runs on.
    `host_address` is where containers find the host; by default the bridge's own address. In a machine of its
    host, `host_folders` is where the host's `shared_folders` are mounted, with their own paths below it:
    binds are paths of the host then. `layer_format` is how new image layers are kept, "auto" for the best.
    `options` is JSON in the form of Docker's daemon.json; what is wrong in it is left out (`engine_options`).
    """

    socket: Path
    data_root: Path
    run_root: Path
    given_mirrors: tuple[str, ...] = ()
    given_insecure: tuple[str, ...] = ()
    bundled_images: Path | None = None
    host_link: Path | None = None
    host_address: str | None = None
    host_folders: Path | None = None
    shared_folders: tuple[str, ...] = ()
    host_sockets: tuple[str, ...] = ()
    runtime: str = "crun"
    layer_format: str = "auto"
    options: str = ""
    log_level: str = "info"

    @property
    def registry_mirrors(self) -> tuple[str, ...]:
        """The mirrors of Docker Hub, those of the command line first; a machine's host may change its own."""
        return tuple(dict.fromkeys((*self.given_mirrors, *HOST_SETTINGS.registry_mirrors)))

    @property
    def insecure_registries(self) -> tuple[str, ...]:
        """The hosts that need no valid certificate, of the command line and of a machine's host."""
        return tuple(dict.fromkeys((*self.given_insecure, *HOST_SETTINGS.insecure_registries)))


def parse_arguments(arguments: Sequence[str] | None = None) -> EngineConfig:
    """Turn the command line into settings; exits with usage text when it makes no sense."""
    parser = argparse.ArgumentParser(prog="marinad", description="A container engine with Docker's REST API.")
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket to serve the API on")
    parser.add_argument("--data-root", type=Path, required=True, help="images, containers, volumes")
    parser.add_argument("--run-root", type=Path, required=True, help="state that ends with the boot")
    parser.add_argument(
        "--registry-mirror",
        action="append",
        default=[],
        metavar="URL",
        help="ask this registry first for Docker Hub's images; may be repeated",
    )
    parser.add_argument(
        "--insecure-registry",
        action="append",
        default=[],
        metavar="HOST",
        help="plain HTTP or an unknown certificate is fine for this host; may be repeated",
    )
    parser.add_argument("--bundled-images", type=Path, help="folder of OCI layouts that ship with Marina")
    parser.add_argument("--host-link", type=Path, help="character device that leads to the supervisor")
    parser.add_argument("--host-address", help="address of the host as containers see it")
    parser.add_argument(
        "--host-folders", type=Path, help="where the folders that the host shares are mounted"
    )
    parser.add_argument(
        "--shared-folder",
        action="append",
        default=[],
        metavar="PATH",
        help="a folder of the host that is shared; may be repeated",
    )
    parser.add_argument(
        "--host-socket",
        action="append",
        default=[],
        metavar="PATH",
        help="a name that this engine's socket has on the host; may be repeated",
    )
    parser.add_argument("--runtime", default="crun", help="OCI runtime")
    parser.add_argument(
        "--layer-format",
        default="auto",
        choices=["auto", "erofs", "folders"],
        help="how new image layers are kept; by default as EROFS images where this machine can",
    )
    parser.add_argument(
        "--options",
        default="",
        metavar="JSON",
        help="defaults of containers and networks, by the names of Docker's daemon.json",
    )
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    parsed = parser.parse_args(arguments)
    return EngineConfig(
        socket=parsed.socket.absolute(),
        data_root=parsed.data_root.absolute(),
        run_root=parsed.run_root.absolute(),
        given_mirrors=tuple(parsed.registry_mirror),
        given_insecure=tuple(parsed.insecure_registry),
        bundled_images=parsed.bundled_images,
        host_link=parsed.host_link,
        host_address=parsed.host_address,
        host_folders=parsed.host_folders,
        shared_folders=tuple(parsed.shared_folder),
        host_sockets=tuple(parsed.host_socket),
        runtime=parsed.runtime,
        layer_format=parsed.layer_format,
        options=parsed.options,
        log_level=parsed.log_level,
    )
