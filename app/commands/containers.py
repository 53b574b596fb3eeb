"""The commands about containers that exist: ps, logs, exec, rm, open."""

import argparse
import os
import sys

from app.commands.console import (
    exit_code_of,
    format_age,
    printable,
    tell,
    write,
    write_failure,
    write_json,
    write_table,
)
from app.commands.merged_logs import merge_logs
from app.commands.session import Session
from app.services.computer.browser import open_in_browser
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import Container
from app.services.engine.stream_frames import STDERR
from app.services.errors import ErrorCode, MarinaError, Task, UserError
from app.services.explain import explain

COMMAND_LENGTH = 30


def ps(options: argparse.Namespace) -> int:
    """List containers."""
    with Session(options).engine() as client:
        rows = client.list_containers(all=options.all)
    if options.json:
        write_json(rows)
    elif options.quiet:
        for row in rows:
            write(row.short_id)
    else:
        headings = ("CONTAINER ID", "NAME", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS")
        write_table(headings, map(_columns, rows))
    return 0


def _columns(row: Container) -> tuple[str, ...]:
    command = row.command if len(row.command) <= COMMAND_LENGTH else row.command[: COMMAND_LENGTH - 1] + "…"
    ports = ", ".join(
        f"{port.host_ip}:{port.host_port}->{port.key}" if port.host_port else port.key for port in row.ports
    )
    return (row.short_id, row.name, row.image, command, format_age(row.created), row.status, ports)


def logs(options: argparse.Namespace) -> int:
    """Copy a container's log, its errors to stderr; of several, each line with its container's name."""
    tail = None if options.tail in ("all", "") else _parse_tail(options.tail)
    if len(options.containers) > 1:
        with Session(options).engine() as client:
            return merge_logs(client, options, tail)
    options.container = options.containers[0]  # what a failure is about
    with (
        Session(options).engine() as client,
        client.logs(
            options.container, follow=options.follow, tail=tail, timestamps=options.timestamps
        ) as stream,
    ):
        for number, data in stream.output():
            target = sys.stderr.buffer if number == STDERR else sys.stdout.buffer
            target.write(data)
            target.flush()
    return 0


def _parse_tail(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise UserError(
            f"--tail {text}: not a number of lines",
            what_to_do="Give a number, or all.",
            code=ErrorCode.BAD_INPUT,
        )
    return int(text)


def run_line(options: argparse.Namespace) -> int:
    """Write the `docker run` line that makes a container like one that exists."""
    from app.services.containers.run_again import find_run_line

    with Session(options).engine() as client:
        line = find_run_line(client, options.container)
    if options.json:
        write_json({"line": line})
    else:
        write(printable(line))
    return 0


def execute(options: argparse.Namespace) -> int:
    """Run a command in a running container and return its exit code."""
    if not options.command:
        raise UserError("exec needs a command", what_to_do="For example: marina exec -it NAME sh")
    try:
        return _execute(options)
    except MarinaError as error:
        told = explain(error, options.container, Task.RUN)
        write_failure(told)
        return exit_code_of(told, 1)


def _execute(options: argparse.Namespace) -> int:
    from app.commands.terminal import require_terminal
    from app.services.containers.run_arguments import parse_variable

    if options.tty and not options.detach:
        require_terminal()
    variables = [pair for text in options.env if (pair := parse_variable(text)) is not None]
    with Session(options).engine() as client:
        id = client.create_exec(
            options.container,
            options.command,
            tty=options.tty,
            stdin=options.interactive,
            environment=[f"{name}={value}" for name, value in variables],
            user=options.user,
            working_dir=options.workdir,
            privileged=options.privileged,
        )
        if options.detach:
            client.start_exec_detached(id)
            return 0
        return _run_exec(client, id, tty=options.tty, stdin=options.interactive)


def _run_exec(client: EngineClient, id: str, *, tty: bool, stdin: bool) -> int:
    """Start an exec, carry its input and output to its end, and return its exit code."""
    from app.commands.terminal import connect_terminal, terminal_size

    with client.start_exec(id, tty=tty, size=terminal_size() if tty else None) as stream:
        connect_terminal(
            stream,
            stdin=stdin,
            tty=tty,
            resize=lambda rows, columns: client.resize_exec(id, rows, columns),
        )
    return client.exec_exit_code(id) or 0


def debug(options: argparse.Namespace) -> int:
    """Run a shell with tools, or one command of them, beside a running container; returns its exit code."""
    from app.services.containers.debug_shell import SHELL, DebugHelper, in_helper

    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    with Session(options).engine() as client:
        try:
            with DebugHelper(
                client, options.container, lambda: tell("Fetching the tools: marina/getting-started")
            ) as helper:
                id = client.create_exec(
                    helper.id,
                    in_helper(options.command) if options.command else SHELL,
                    tty=at_terminal,
                    stdin=True,
                    environment=[f"TERM={os.environ.get('TERM', 'xterm-256color')}"] if at_terminal else [],
                )
                return _run_exec(client, id, tty=at_terminal, stdin=True)
        except MarinaError as error:
            raise explain(error, options.container, Task.RUN) from error


def remove(options: argparse.Namespace) -> int:
    """Remove containers; one that cannot be removed does not keep the others."""
    failures = 0
    done: list[str] = []
    with Session(options).engine() as client:
        for container in options.containers:
            try:
                client.remove_container(container, force=options.force, volumes=options.volumes)
            except MarinaError as error:
                told = explain(error, container)
                if options.force and told.code is ErrorCode.CONTAINER_NOT_FOUND:
                    continue
                write_failure(told)
                failures += 1
            else:
                done.append(container)
    if options.json:
        write_json(done)
    else:
        for name in done:
            write(name)
    return 1 if failures else 0


def open_port(options: argparse.Namespace) -> int:
    """Open a container's page in the browser; write its address in any case."""
    with Session(options).engine() as client:
        rows = client.list_containers()
    row = _choose(rows, options.container)
    if not row.url:
        raise UserError(
            f"The container {printable(row.name)} has no port that a browser can open",
            row.status,
            "Start it, or run it with a published port: marina run -d -p 8080:80 IMAGE",
        )
    opened = not options.print and open_in_browser(row.url)
    if options.json:
        write_json({"container": row.name, "url": row.url, "opened": opened})
        return 0
    write(row.url)
    if not opened and not options.print:
        tell("There is no browser to open here: copy the address.")
    return 0


def _choose(rows: list[Container], name: str) -> Container:
    if name:
        for row in rows:
            if row.name == name or row.id == name or (len(name) >= 4 and row.id.startswith(name)):
                return row
        raise UserError(
            f"There is no container {name}",
            what_to_do="`marina ps -a` lists all containers, stopped ones too.",
            code=ErrorCode.CONTAINER_NOT_FOUND,
        )
    candidates = [row for row in rows if row.url]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        names = ", ".join(printable(row.name) for row in candidates)
        raise UserError("Several containers can be opened", names, "Say which: marina open NAME")
    raise UserError(
        "No running container has a port that a browser can open",
        what_to_do="Try marina getting-started, or marina run -d -p 8080:80 IMAGE.",
    )
