"""Four ways to begin anew, kept apart, each with what goes: restart, reset data, reset factory, uninstall."""

import argparse
import time

from app.commands.confirm import confirm
from app.commands.console import tell, write, write_json
from app.commands.data import describe_contents
from app.commands.session import Session
from app.services.app_folders import AppFolders

WAYS = """\
marina restart         containers stop and start; nothing goes
marina reset data      goes: {contents}
                       stays: settings, snapshots; a new snapshot brings the data back
marina reset factory   goes: the same, {snapshots} snapshots, and all settings
marina uninstall       goes: all that Marina keeps on this computer; the data only with --data"""


def explain_resets(options: argparse.Namespace) -> int:
    """Tell the four ways apart, in numbers."""
    machine = Session(options).machine()
    contents, snapshots = describe_contents(machine), len(machine.data.snapshots())
    if options.json:
        write_json({"contents": contents, "snapshots": snapshots})
    else:
        write(WAYS.format(contents=contents, snapshots=snapshots))
    return 0


def reset_data(options: argparse.Namespace) -> int:
    """Remove all that the engine holds."""
    machine = Session(options).machine()
    name = "" if options.no_snapshot else f"before-reset-{time.strftime('%Y-%m-%d-%H%M%S')}"
    kept = (
        f"A snapshot is taken first: marina snapshot restore {name}"
        if name
        else "No snapshot is taken: this cannot be undone."
    )
    confirm(options, f"Gone is what the machine holds: {describe_contents(machine)}.", kept)
    if name and machine.data.usage().disk_bytes:
        machine.data.create_snapshot(name)
    machine.data.reset()
    if options.json:
        write_json({"snapshot": name})
    else:
        tell("The machine is empty.")
    return 0


def reset_factory(options: argparse.Namespace) -> int:
    """Remove all data and settings."""
    machine = Session(options).machine()
    snapshots = len(machine.data.snapshots())
    confirm(
        options,
        f"Gone is what the machine holds: {describe_contents(machine)}.",
        f"Gone are {snapshots} snapshots, and all settings. This cannot be undone.",
    )
    machine.data.remove_machine(data=True, settings=True)
    AppFolders.find().settings.unlink(missing_ok=True)
    _done(options, "Marina is as on its first day.")
    return 0


def uninstall(options: argparse.Namespace) -> int:
    """Remove what Marina keeps on this computer; the data only when asked."""
    machine = Session(options).machine()
    contents = describe_contents(machine)
    data = (
        f"Gone is what the machine holds: {contents}, and {len(machine.data.snapshots())} snapshots."
        if options.data
        else f"The data stays: {contents}. With --data it goes, too."
    )
    gone = "Gone are settings, logs, sign-ins, the start at login and the docker context “marina”."
    confirm(options, gone, data)
    from app.services.computer.docker_command import DockerCommand
    from app.services.computer.own_command import OwnCommand
    from app.services.computer.uninstall import Uninstaller, remove_folders
    from app.services.images.key_store import KeyStore
    from app.services.images.registry_logins import RegistryLogins
    from app.services.machine.at_login.start_at_login import StartAtLogin
    from app.services.machine.at_login.window_at_login import WindowAtLogin

    folders = AppFolders.find()
    logins = RegistryLogins(folders.registry_logins, KeyStore())
    docker = DockerCommand(machine.docker_socket)
    uninstaller = Uninstaller(machine, logins, StartAtLogin(), docker, OwnCommand(), WindowAtLogin())
    uninstaller.remove(data=options.data)
    remove_folders(folders)
    commands = uninstaller.last_commands()
    last = f"Now remove the rest:\n{commands}" if commands else "Now remove the program as you installed it."
    _done(options, last)
    return 0


def _done(options: argparse.Namespace, sentence: str) -> None:
    if options.json:
        write_json({"done": sentence})
    else:
        tell(sentence)
