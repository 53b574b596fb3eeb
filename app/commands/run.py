"""The command `run`: from an image's name to a container's exit code, with docker's exit codes."""

import argparse
import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from app.commands.console import exit_code_of, tell, write, write_failure, write_json
from app.commands.images import pull_image
from app.commands.session import Session
from app.commands.terminal import connect_terminal, require_terminal
from app.services.containers.environment_file import read_environment_file
from app.services.containers.ports import find_holder
from app.services.containers.run_arguments import parse_label, parse_port, parse_variable, parse_volume
from app.services.containers.run_checks import (
    check_host_name,
    check_removal,
    check_user,
    read_cpus,
    read_memory,
)
from app.services.containers.run_options import RunOptions
from app.services.engine.engine_client import EngineClient, read_exit_code
from app.services.errors import EngineRequestError, ErrorCode, MarinaError, Task, UserError
from app.services.explain import explain
from app.services.images.reference import parse_reference

ENGINE_FAILED = 125


def run(options: argparse.Namespace) -> int:
    """Run a container; the exit code is the command's own, or 125, 126, 127 when it did not come to run."""
    try:
        wish = read_options(options)
        if options.tty and not options.detach:
            require_terminal()
        with Session(options).engine(start=True) as client:
            try:
                return _run(client, wish, options)
            except MarinaError as error:
                raise _name_holder(client, wish, explain(error, wish.image, Task.RUN)) from error
    except MarinaError as error:
        told = explain(error, options.image, Task.RUN)
        write_failure(told)
        return exit_code_of(told, ENGINE_FAILED)


def read_options(options: argparse.Namespace) -> RunOptions:
    """Return what the user asked for. Raises UserError."""
    parse_reference(options.image)
    check_user(options.user)
    check_host_name(options.hostname)
    check_removal(options.rm, options.restart)
    variables = dict(pair for name in options.env_file for pair in read_environment_file(Path(name)))
    variables |= dict(pair for text in options.env if (pair := parse_variable(text)) is not None)
    return RunOptions(
        image=options.image,
        name=options.name,
        ports=tuple(map(parse_port, options.publish)),
        environment=tuple(variables.items()),
        volumes=tuple(map(parse_volume, options.volume)),
        command=tuple(options.command),
        entrypoint=options.entrypoint,
        working_dir=options.workdir,
        user=options.user,
        hostname=options.hostname,
        network=options.network,
        labels=dict(map(parse_label, options.label)),
        restart_policy=options.restart,
        memory=read_memory(options.memory),
        cpus=read_cpus(options.cpus),
        auto_remove=options.rm,
        publish_all=options.publish_all,
        tty=options.tty,
        open_stdin=options.interactive,
        attach=not options.detach,
        privileged=options.privileged,
        read_only=options.read_only,
        platform=options.platform,
    )


def _run(client: EngineClient, wish: RunOptions, options: argparse.Namespace) -> int:
    id = _create(client, wish, quiet=options.quiet or options.json)
    try:
        if options.detach:
            client.start_container(id)
            if options.json:
                container = next((row for row in client.list_containers() if row.id == id), None)
                write_json(container or {"id": id})
            else:
                write(id)
            return 0
        return _run_attached(client, wish, id)
    except MarinaError:
        if wish.auto_remove or not _has_started(client, id):
            with contextlib.suppress(MarinaError):  # the failure itself is what counts
                client.remove_container(id, force=True, volumes=True)
        raise


def _create(client: EngineClient, wish: RunOptions, quiet: bool) -> str:
    """Create the container, pulling the image when it is missing."""
    try:
        return client.create_container(wish)
    except EngineRequestError as error:
        if explain(error, wish.image).code is not ErrorCode.IMAGE_NOT_FOUND:
            raise
    if not quiet:
        tell(f"The image {wish.image} is not here yet: pulling it.")
    pull_image(client, wish.image, wish.platform, quiet)
    return client.create_container(wish)


def _name_holder(client: EngineClient, wish: RunOptions, told: UserError) -> UserError:
    """Return a failure about a taken port with the name of who holds it, where that can be found out."""
    if told.code is not ErrorCode.PORT_TAKEN or "in use by" in told.details:
        return told
    try:
        containers = client.list_containers(all=False)
    except MarinaError:
        containers = []
    for port in wish.ports:
        if port.host_port and (holder := find_holder(port.host_port, containers, port.protocol)):
            summary = f"Port {port.host_port} is taken by {holder}"
            return UserError(summary, told.details, told.what_to_do, told.code)
    return told


def _has_started(client: EngineClient, id: str) -> bool:
    """Return whether the container ever ran: one that never did is only in the way."""
    try:
        return client.inspect_container(id).started > 0
    except MarinaError:
        return True


def _run_attached(client: EngineClient, wish: RunOptions, id: str) -> int:
    with (
        client.attach(id, tty=wish.tty, stdin=wish.open_stdin) as stream,
        client.open_wait(id, "removed" if wish.auto_remove else "next-exit") as waiting,
        _passing_signals(client, id, wanted=not wish.tty),
    ):
        connect_terminal(
            stream,
            stdin=wish.open_stdin,
            tty=wish.tty,
            resize=lambda rows, columns: client.resize_container(id, rows, columns),
            before_output=lambda: client.start_container(id),
        )
        return read_exit_code(waiting)


@contextlib.contextmanager
def _passing_signals(client: EngineClient, id: str, wanted: bool) -> Iterator[None]:
    """Hand Ctrl-C and a request to end on to the container; without a terminal it does not see them."""
    if not wanted:
        yield
        return

    def hand_on(number: int, _: FrameType | None) -> None:
        with contextlib.suppress(MarinaError):
            client.kill_container(id, signal.Signals(number).name)

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
