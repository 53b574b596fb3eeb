"""The command `edit`: ports, variables, mounts, limits and restart policy of a container that exists."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import TypeVar

from app.commands.confirm import confirm
from app.commands.console import tell, write, write_json
from app.commands.session import Session
from app.services.containers.container_edit import EditContainer
from app.services.containers.container_setup import ContainerSetup, EditStep, read_setup
from app.services.containers.run_arguments import parse_port, parse_variable, parse_volume
from app.services.containers.run_checks import read_cpus, read_memory
from app.services.errors import ErrorCode, MarinaError, UserError
from app.services.explain import explain

T = TypeVar("T")
_STEPS = {
    EditStep.UPDATE: "Changing it as it runs",
    EditStep.CREATE: "Making the new container",
    EditStep.SWAP: "Starting it in place of the old one",
    EditStep.WATCH: "Watching whether it stays up",
    EditStep.BACK: "Going back to the old one",
    EditStep.RESTORED: "The old one is there again, as it was",
    EditStep.REMOVE: "Removing the old one",
}


def edit(options: argparse.Namespace) -> int:
    """Change a container; where only a new one can have the changes, say so and ask."""
    with Session(options).engine() as client:
        try:
            before = read_setup(client.inspect_container(options.container))
            after = changed_setup(before, options)
            if after == before:
                raise UserError(
                    "Nothing is to be changed",
                    what_to_do="See marina edit --help for what can be.",
                    code=ErrorCode.BAD_INPUT,
                )
            if before.needs_new_container(after):
                confirm(
                    options,
                    f"The container {options.container} is made anew with these settings.",
                    "Volumes go along; what was written into the container itself is lost.",
                    "If the new one does not run, the old one comes back.",
                )
            id = EditContainer(client, lambda step: _tell(options, step)).apply(options.container, after)
        except MarinaError as error:
            raise explain(error, options.container) from error
    if options.json:
        write_json({"id": id} | asdict(after))
    else:
        write(id[:12])
    return 0


def changed_setup(before: ContainerSetup, options: argparse.Namespace) -> ContainerSetup:
    """Return a container's settings with what the options ask for. Raises UserError."""
    ports = tuple(map(parse_port, options.publish))
    variables = tuple(pair for text in options.env if (pair := parse_variable(text)) is not None)
    mounts = tuple(map(parse_volume, options.volume))
    unpublished = [parse_port(text).key for text in options.unpublish]
    after = replace(
        before,
        ports=_changed(before.ports, lambda port: port.key, unpublished, ports, "publishes no port"),
        environment=_changed(
            before.environment, lambda pair: pair[0], options.unset, variables, "has no variable"
        ),
        mounts=_changed(
            before.mounts, lambda mount: mount.target, options.unmount, mounts, "mounts nothing at"
        ),
    )
    if options.restart is not None:
        after = replace(after, restart_policy="" if options.restart == "no" else options.restart)
    if options.memory is not None:
        after = replace(after, memory=read_memory(options.memory))
    if options.cpus is not None:
        after = replace(after, cpus=read_cpus(options.cpus))
    return after


def _changed(
    known: Sequence[T], key: Callable[[T], str], gone: Sequence[str], fresh: Sequence[T], reason: str
) -> tuple[T, ...]:
    """Return `known` without those whose keys are `gone`, and with `fresh` in place of those of their keys.

    Raises UserError for a key that is not there.
    """
    keys = {key(one) for one in known}
    if missing := [name for name in gone if name not in keys]:
        raise UserError(f"The container {reason} {missing[0]}", code=ErrorCode.BAD_INPUT)
    replaced = {*gone, *map(key, fresh)}
    return (*(one for one in known if key(one) not in replaced), *fresh)


def _tell(options: argparse.Namespace, step: EditStep) -> None:
    if not options.json:
        tell(_STEPS[step])
