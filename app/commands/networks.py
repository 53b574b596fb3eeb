"""The command `reach`: whether one container reaches another, tried from inside."""

import argparse

from app.commands.console import printable, write, write_json
from app.commands.session import Session
from app.services.containers.reachability import Reach, check_reach
from app.services.engine.engine_client import EngineClient
from app.services.engine.network_types import Member
from app.services.errors import ErrorCode, MarinaError, UserError
from app.services.explain import explain


def reach(options: argparse.Namespace) -> int:
    """Try it on the network that both are on; exit code 1 when it is not reached."""
    with Session(options).engine() as client:
        network, source, target = _find_both(client, options.source, options.target)
        found = check_reach(client, source, target)
    address = target.ipv4 or target.ipv6
    if options.json:
        write_json(
            {"network": network, "address": address, "name": found.by_name, "reached": found.by_address}
        )
    else:
        write(printable(_told(found, source.name, target.name, address, network)))
    return 1 if found.by_address is False else 0


def _told(found: Reach, source: str, target: str, address: str, network: str) -> str:
    if found.by_address is None and found.by_name is None:
        return f"{source} has nothing inside to try it with."
    by_name = {True: "by its name too", False: "but not by its name", None: "the name was not tried"}
    if found.by_address is None:
        knows = "finds" if found.by_name else "does not find"
        return f"{source} {knows} {target} by its name; there is no ping inside to try {address}."
    reaches = "reaches" if found.by_address else "does not reach"
    return f"{source} {reaches} {target} at {address} on {network}, {by_name[found.by_name]}."


def _find_both(client: EngineClient, source: str, target: str) -> tuple[str, Member, Member]:
    """Return a network on which both containers run. Raises UserError when there is none."""
    for row in client.list_networks():
        members = client.inspect_network(row.id).members
        first, second = _member(members, source), _member(members, target)
        if first is not None and second is not None:
            return row.name, first, second
    for name in (source, target):
        try:
            state = client.inspect_container(name).state
        except MarinaError as error:
            raise explain(error, name) from error
        if state != "running":
            raise UserError(f"The container {name} does not run", code=ErrorCode.BAD_INPUT)
    raise UserError(
        f"{source} and {target} are on no network together",
        what_to_do=f"Connect one of them: docker network connect NETWORK {target}",
    )


def _member(members: tuple[Member, ...], name: str) -> Member | None:
    found = (m for m in members if m.name == name or m.container_id.startswith(name))
    return next(found, None)
