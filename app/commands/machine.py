"""The commands about the machine: start, stop, restart, status, version."""

import argparse
import time

from app.commands.console import format_size, printable, tell, write, write_json
from app.commands.progress import show_steps
from app.commands.session import Session
from app.services.errors import MarinaError, UserError
from app.services.machine.virtual_machine import USABLE, MachineState, MachineStatus


def start(options: argparse.Namespace) -> int:
    """Start the machine; a second start does nothing."""
    machine = Session(options).machine()
    before = machine.status()
    if before.state in USABLE:
        _report(options, before, "The machine is running already.")
        return 0
    began = time.monotonic()
    if not options.json:
        tell("Starting Marina's machine")
    status = machine.start(show_steps(quiet=options.json))
    for warning in () if options.json else status.warnings:
        tell(f"  note: {warning}")
    _report(options, status, f"The engine is running ({time.monotonic() - began:.1f} s).")
    return 0


def stop(options: argparse.Namespace) -> int:
    """Stop the machine, by force if asked, or with its supervisor: no running program can be replaced."""
    machine = Session(options).machine()
    if options.quit:
        machine.quit()
        _report(options, machine.status(), "The machine is stopped, and its program has ended.")
        return 0
    status = machine.force_stop() if options.force else machine.stop()
    _report(options, status, "The machine is stopped.")
    return 0


def pause(options: argparse.Namespace) -> int:
    """Hold all containers where they are, in memory."""
    machine = Session(options).machine()
    machine.pause()
    _report(options, machine.status(), "All containers are held where they are. To go on: marina resume")
    return 0


def suspend(options: argparse.Namespace) -> int:
    """Put the machine on disk."""
    machine = Session(options).machine()
    machine.suspend()
    _report(options, machine.status(), "The machine is on disk, and goes on at the next call.")
    return 0


def resume(options: argparse.Namespace) -> int:
    """Go on with a machine that is paused or suspended."""
    machine = Session(options).machine()
    if machine.status().state not in (MachineState.PAUSED, MachineState.SUSPENDED, *USABLE):
        raise UserError(
            "There is nothing to go on with", "The machine is stopped.", "To start it: marina start"
        )
    status = machine.start(show_steps(quiet=options.json))
    _report(options, status, "The engine is running.")
    return 0


def restart(options: argparse.Namespace) -> int:
    """Stop and start the machine."""
    began = time.monotonic()
    status = Session(options).machine().restart(show_steps(quiet=options.json))
    _report(options, status, f"The engine is running ({time.monotonic() - began:.1f} s).")
    return 0


def status(options: argparse.Namespace) -> int:
    """Show the machine's state; exit code 0 when its engine answers, 3 when not (as `systemctl status`)."""
    found = Session(options).machine().status()
    if options.json:
        write_json(found.to_json())
    else:
        for name, value in _describe(found):
            write(f"{name:<14}{printable(value)}")
    sleeps = found.state is MachineState.SUSPENDED and found.supervisor_pid  # the next call is answered
    return 0 if found.state in USABLE or sleeps else 3


def _describe(status: MachineStatus) -> list[tuple[str, str]]:
    rows = [("State", status.state.value)]
    if status.problem is not None:
        rows += [
            ("Problem", status.problem.summary),
            ("", status.problem.details),
            ("", status.problem.what_to_do),
        ]
    if status.state in USABLE:
        rows.append(("Uptime", f"{status.uptime:.0f} s (booted in {status.boot_seconds:.1f} s)"))
        rows.append(("Processors", str(status.cpus)))
        memory = f"{format_size(status.memory_bytes)} of {format_size(status.memory_limit_bytes)}"
        rows.append(("Memory", memory))
    if status.disk_limit_bytes:
        disk = f"{format_size(status.disk_bytes)} of {format_size(status.disk_limit_bytes)}"
        rows.append(("Disk", disk))
    if status.accelerator:
        reason = f" ({status.accelerator_reason})" if status.accelerator_reason else ""
        rows.append(("Acceleration", status.accelerator + reason))
    rows += [("Shared", f"{folder} ({status.sharing})") for folder in status.shared_folders]
    for port in status.ports:
        rows.append(
            ("Port", f"{port.host_ip or '*'}:{port.host_port}/{port.protocol} → {port.container[:12]}")
        )
    rows += [("Warning", warning) for warning in status.warnings]
    if status.image_version:
        rows.append(("Image", status.image_version))
    return [row for row in [*rows, ("Socket", status.docker_socket)] if row[1]]


def start_at_login(options: argparse.Namespace) -> int:
    """Turn the start at login on or off, or tell which it is."""
    from app.services.machine.at_login.start_at_login import StartAtLogin

    login = StartAtLogin()
    if options.wanted is None:
        write("on" if login.is_on() else "off")
        return 0
    if options.wanted == "on":
        login.turn_on()
    else:
        login.turn_off()
    state = login.state()
    if state.before_login:
        tell("The machine starts with the computer, before you log in.")
        tell(f"To have it start when you log in only: {state.undo_command}")
    elif state.at_login:
        tell("The machine starts when you log in.")
        if state.boot_command:
            tell(f"To start it with the computer, before anybody logs in: {state.boot_command}")
    else:
        tell("The machine is not started at login.")
        if state.undo_command:
            tell(f"Other programs of yours start with the computer still. To end that: {state.undo_command}")
    return 0


def window_at_login(options: argparse.Namespace) -> int:
    """Let the window open at login, or no longer, or tell which it is."""
    from app.services.machine.at_login.window_at_login import WindowAtLogin

    window = WindowAtLogin()
    if options.wanted == "on":
        window.turn_on()
        tell("The window opens when you log in.")
    elif options.wanted == "off":
        window.turn_off()
        tell("The window is not opened at login.")
    else:
        write("on" if window.is_on() else "off")
    return 0


def path(options: argparse.Namespace) -> int:
    """Let terminals find the command, or no longer, or tell which it is."""
    from app.services.computer.own_command import OwnCommand

    own = OwnCommand()
    if options.wanted is None:
        write("on" if own.state().is_on else "off")
        return 0
    if options.wanted == "on":
        own.turn_on()
    else:
        own.turn_off()
    state = own.state()
    if not state.is_on:
        found = f"Terminals find marina at {state.found}." if state.found else "Terminals do not find marina."
        tell(found)
        return 0
    tell(f"The command marina is at {state.place}.")
    if state.command:
        tell(f"Terminals do not look there. Run this once, then log in anew:\n  {state.command}")
    elif state.waits:
        tell("Terminals find it once you have logged in anew.")
    elif not state.found:
        tell("Terminals that are opened from now on find it.")
    return 0


def version(options: argparse.Namespace) -> int:
    """Show the versions of this program and of the engine, as far as it runs."""
    from app.services.version import marina_version

    versions: dict[str, str] = {"marina": marina_version()}
    try:
        with Session(options).engine() as client:
            engine = client.version()
        versions |= {"engine": engine.version, "api": engine.api_version, "kernel": engine.kernel}
    except MarinaError:
        versions["engine"] = ""
    if options.json:
        write_json(versions)
        return 0
    write(f"marina  {versions['marina']}")
    engine_text = f"{versions['engine']} (API {versions['api']})" if versions["engine"] else "not running"
    write(f"engine  {printable(engine_text)}")
    return 0


def _report(options: argparse.Namespace, status: MachineStatus, sentence: str) -> None:
    if options.json:
        write_json(status.to_json())
    else:
        tell(sentence)
