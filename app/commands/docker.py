"""The command that leads docker's own programs to Marina."""

import argparse
from dataclasses import asdict

from app.commands.console import tell, write, write_json
from app.commands.session import Session
from app.services.computer.docker_command import USUAL_SOCKET, DockerCommand, DockerCommandState, Holder
from app.services.computer.docker_context import write_docker_context


def docker_context(options: argparse.Namespace) -> int:
    """Make the docker context or point it anew; make it the current one, or no longer, when asked."""
    socket = Session(options).machine().docker_socket
    result = write_docker_context(socket)
    command = DockerCommand(socket)
    if options.use:
        command.turn_on()
    elif options.leave:
        command.turn_off()
    state = command.state()
    if options.json:
        write_json(asdict(result) | asdict(state))
        return 0
    done = "points to" if result.changed else "already points to"
    write(f"The docker context “marina” {done} {result.endpoint}")
    for remark in _remarks(state):
        tell(remark)
    return 0


def _remarks(state: DockerCommandState) -> list[str]:
    """Return what the user should know about where docker's programs go."""
    remarks = [
        "The current docker context is marina."
        if state.is_marina
        else f"The current docker context is {state.context}. To use Marina: marina docker-context --use"
    ]
    if state.shadowed_by:
        remarks.append(
            f"{state.shadowed_by} is set: the docker command obeys that, not the current context. "
            "Unset it to use Marina."
        )
    if state.is_marina and state.usual is Holder.OTHER:
        remarks.append(f"{USUAL_SOCKET} is another program's: what knows no contexts comes to that one.")
    if state.is_marina and state.usual_command:
        remarks.append(
            f"For programs that know no contexts, {USUAL_SOCKET} can lead to Marina:\n  {state.usual_command}"
        )
    return remarks
