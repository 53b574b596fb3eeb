"""The `docker run` line that makes a container like one that exists."""

from typing import TYPE_CHECKING

from app.services.containers.container_setup import read_setup
from app.services.containers.run_options import RunOptions
from app.services.engine.engine_types import ContainerDetails, ImageDetails
from app.services.engine.json_values import get_flag, get_object, get_text, get_texts
from app.services.errors import EngineRequestError

if TYPE_CHECKING:
    from app.services.engine.engine_client import EngineClient


def find_run_line(client: "EngineClient", container: str) -> str:
    """Return the line for a container of an engine. Raises EngineError."""
    details = client.inspect_container(container)
    try:
        image = client.inspect_image(details.image_id or details.image)
    except EngineRequestError:
        image = None  # deleted meanwhile: then everything is written out
    return run_again(details, image).to_command_line()


def run_again(details: ContainerDetails, image: ImageDetails | None) -> RunOptions:
    """Return what was asked for beyond the image's own settings (all of them where it is not known)."""
    config, host = get_object(details.raw, "Config"), get_object(details.raw, "HostConfig")
    setup = read_setup(details)
    usual_environment = set(image.environment) if image else set()
    usual_labels = set(image.labels.items()) if image else set()
    usual_command = image.command if image else ()
    usual_entrypoint = image.entrypoint if image else ()
    command, entrypoint = get_texts(config, "Cmd"), get_texts(config, "Entrypoint")
    own_entrypoint = entrypoint != usual_entrypoint and bool(entrypoint)
    if own_entrypoint:  # the option takes one word: the others begin the command
        command = entrypoint[1:] + command
    hostname, network = get_text(config, "Hostname"), get_text(host, "NetworkMode")
    return RunOptions(
        image=details.image,
        name=details.name,
        ports=tuple(port for port in setup.ports),
        environment=tuple(pair for pair in setup.environment if pair not in usual_environment),
        volumes=setup.mounts,
        command=command if own_entrypoint or command != usual_command else (),
        entrypoint=entrypoint[0] if own_entrypoint else "",
        working_dir=_unusual(get_text(config, "WorkingDir"), image.working_dir if image else ""),
        user=_unusual(get_text(config, "User"), image.user if image else ""),
        hostname="" if hostname == details.id[:12] else hostname,
        network="" if network in ("default", "bridge") else network,
        labels={name: value for name, value in details.labels.items() if (name, value) not in usual_labels},
        restart_policy=setup.restart_policy,
        memory=setup.memory,
        cpus=setup.cpus,
        auto_remove=details.auto_remove,
        publish_all=get_flag(host, "PublishAllPorts"),
        tty=details.tty,
        open_stdin=get_flag(config, "OpenStdin"),
        privileged=get_flag(host, "Privileged"),
        read_only=get_flag(host, "ReadonlyRootfs"),
    )


def _unusual(value: str, usual: str) -> str:
    return "" if value == usual else value
