"""The command line `marina`: what it understands, and which module does it."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

USAGE_ERROR = 125
INTERRUPTED = 130
BROKEN_PIPE = 141
POLICIES = "no|always|unless-stopped|on-failure[:N]"


class _Parser(argparse.ArgumentParser):
    """argparse with docker's exit code for a command that makes no sense."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**(values | {"allow_abbrev": False}))

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"marina: {message}\n  See {self.prog} --help\n")
        sys.exit(USAGE_ERROR)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code; failures are told on stderr."""
    options = build_parser().parse_args(arguments)
    module_name, _, function = options.handler.rpartition(".")
    from app.services.errors import MarinaError

    try:
        code: int = getattr(importlib.import_module(module_name), function)(options)
        sys.stdout.flush()
        return code
    except MarinaError as error:
        from app.commands.console import write_failure
        from app.services.explain import explain

        write_failure(explain(error, getattr(options, "container", "") or getattr(options, "image", "")))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output is gone (`marina logs x | head`): say nothing, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; the man page and the completions are made from it, too."""
    parser = _Parser(prog="marina", description="Containers in a small machine of your own.")
    parser.add_argument(
        "--socket",
        metavar="PATH",
        default="",
        help="talk to the engine at this socket, without a machine (or MARINA_SOCKET)",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_machine_commands(commands)
    _add_data_commands(commands)
    _add_container_commands(commands)
    _add_image_commands(commands)
    _add_engine_commands(commands)
    return parser


def _add(commands: Any, name: str, handler: str, help: str, json: bool = True) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(handler=f"app.commands.{handler}", json=False)
    if json:
        parser.add_argument("--json", action="store_true", help="write the result as JSON")
    return parser


def _add_machine_commands(commands: Any) -> None:
    _add(commands, "start", "machine.start", "start the machine and its engine")
    stop = _add(commands, "stop", "machine.stop", "stop the containers and the machine")
    how = stop.add_mutually_exclusive_group()
    how.add_argument("-f", "--force", action="store_true", help="at once, from any state")
    how.add_argument("--quit", action="store_true", help="and end the program that keeps the machine")
    _add(commands, "restart", "machine.restart", "stop and start the machine")
    _add(commands, "pause", "machine.pause", "hold all containers where they are, in memory")
    _add(commands, "suspend", "machine.suspend", "put the machine on disk; the next call goes on with it")
    _add(commands, "resume", "machine.resume", "go on with a paused or suspended machine")
    _add(commands, "status", "machine.status", "show the machine's state")
    diagnose = _add(commands, "diagnose", "diagnose.diagnose", "look at each hop to the engine")
    diagnose.add_argument("--network", action="store_true", help="ask name servers and registries too")
    diagnose.add_argument("--bundle", metavar="FILE", default="", help="pack the evidence, without secrets")
    log = _add(commands, "machine-log", "diagnose.machine_log", "show the end of a log of the machine", False)
    log.add_argument("log", nargs="?", default="console", choices=["console", "supervisor", "qemu"])
    log.add_argument("-n", "--tail", type=int, default=0, metavar="N", help="the last N lines only")
    selftest = _add(
        commands, "selftest", "selftest.selftest", "check that this installation works", json=False
    )
    selftest.add_argument("--no-boot", dest="boot", action="store_false", help="start no machine")
    _add_settings(commands)
    _add_update(commands)
    _add_switches(commands)
    _add(commands, "version", "machine.version", "show versions")
    context = _add(commands, "docker-context", "docker.docker_context", "make the docker context “marina”")
    ways = context.add_mutually_exclusive_group()
    ways.add_argument("--use", action="store_true", help="make it the current one, and link ~/.docker/run")
    ways.add_argument("--leave", action="store_true", help="go back to the context that was current before")
    story = _add(
        commands,
        "getting-started",
        "getting_started.getting_started",
        "run the tutorial container and show its address",
    )
    story.add_argument("--no-open", dest="open", action="store_false", help="do not open the browser")


def _add_switches(commands: Any) -> None:
    for name, handler, help in (
        ("start-at-login", "machine.start_at_login", "start the machine when you log in"),
        ("window-at-login", "machine.window_at_login", "open the window when you log in"),
        ("path", "machine.path", "let terminals find the command marina"),
    ):
        switch = _add(commands, name, handler, help, json=False)
        switch.add_argument("wanted", nargs="?", choices=["on", "off"], help="without it: tell which it is")


def _add_settings(commands: Any) -> None:
    settings = _add(commands, "settings", "settings.settings", "show or change settings")
    settings.add_argument("name", nargs="?", help="without it: show all")
    settings.add_argument("values", nargs="*", metavar="value", help="what it is to be; a list takes several")
    ways = settings.add_mutually_exclusive_group()
    ways.add_argument("--add", action="append", metavar="VALUE", default=[], help="put it into a list")
    ways.add_argument("--remove", action="append", metavar="VALUE", default=[], help="take it out of a list")
    ways.add_argument("--default", action="store_true", help="what Marina would choose")
    ways.add_argument("--empty", action="store_true", help="nothing: no proxy, an empty list")


def _add_update(commands: Any) -> None:
    update = _add_asking(commands, "update", "update.update", "fetch a newer version; the next start uses it")
    ways = update.add_mutually_exclusive_group()
    ways.add_argument("--check", action="store_true", help="only tell whether there is one")
    ways.add_argument("--apply", action="store_true", help="put a fetched one in place now")
    ways.add_argument("--rollback", action="store_true", help="go back to the former version")
    ways.add_argument("--automatic", choices=["on", "off"], help="whether the window may look for one")


def _add_data_commands(commands: Any) -> None:
    disk = _add(commands, "disk", "data.disk", "show what takes the space")
    parts = disk.add_subparsers(metavar="COMMAND")
    _add(parts, "compact", "data.compact", "give back disk and memory that is not needed")
    parts = _add_group(commands, "snapshot", "keep all data as it is, and go back to it")
    _add(parts, "list", "data.snapshot_list", "list the snapshots")
    _add(parts, "create", "data.snapshot_create", "keep all data as it is now").add_argument("name")
    _add_asking(parts, "restore", "data.snapshot_restore", "make all data what it was").add_argument("name")
    _add_asking(parts, "delete", "data.snapshot_delete", "give up a snapshot").add_argument("name")
    parts = _add_group(commands, "data", "carry all data elsewhere")
    _add_asking(parts, "export", "data.export_data", "write it into a new file").add_argument("file")
    _add_asking(parts, "import", "data.import_data", "replace it by an exported file").add_argument("file")
    move = _add_asking(parts, "move", "data.move_data", "keep it in another folder from now on")
    move.add_argument("folder", nargs="?", default="", help="without one: where it was at first")
    reset = _add(commands, "reset", "reset.explain_resets", "tell the ways to begin anew apart, in numbers")
    parts = reset.add_subparsers(metavar="COMMAND")
    data = _add_asking(parts, "data", "reset.reset_data", "remove all images, containers, volumes, networks")
    data.add_argument("--no-snapshot", action="store_true", help="keep no way back")
    _add_asking(parts, "factory", "reset.reset_factory", "remove all data, snapshots and settings")
    uninstall = _add_asking(
        commands, "uninstall", "reset.uninstall", "remove what Marina keeps on this computer"
    )
    uninstall.add_argument("--data", action="store_true", help="images, containers, volumes, snapshots, too")


def _add_group(commands: Any, name: str, help: str) -> Any:
    parser = commands.add_parser(name, help=help, description=help)
    return parser.add_subparsers(metavar="COMMAND", required=True)


def _add_asking(commands: Any, name: str, handler: str, help: str) -> argparse.ArgumentParser:
    parser = _add(commands, name, handler, help)
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    return parser


def _add_container_commands(commands: Any) -> None:
    _add_run(commands)
    ps = _add(commands, "ps", "containers.ps", "list containers")
    ps.add_argument("-a", "--all", action="store_true", help="stopped ones too")
    ps.add_argument("-q", "--quiet", action="store_true", help="ids only")
    logs = _add(commands, "logs", "containers.logs", "show what containers wrote", json=False)
    logs.add_argument("-f", "--follow", action="store_true", help="go on as it writes")
    logs.add_argument("-n", "--tail", default="all", metavar="N", help="the last N lines only")
    logs.add_argument("-t", "--timestamps", action="store_true", help="with the time of each line")
    logs.add_argument("containers", nargs="+", metavar="container", help="several: by time, with their names")
    exec_ = _add(commands, "exec", "containers.execute", "run a command in a running container", json=False)
    _add_terminal_options(exec_)
    exec_.add_argument("container")
    exec_.add_argument("command", nargs=argparse.REMAINDER)
    debug = _add(
        commands,
        "debug",
        "containers.debug",
        "a shell with tools beside a container that has none",
        json=False,
    )
    debug.add_argument("container")
    debug.add_argument("command", nargs=argparse.REMAINDER, help="of these tools; without it: a shell")
    remove = _add(commands, "rm", "containers.remove", "remove containers")
    remove.add_argument("-f", "--force", action="store_true", help="running ones too")
    remove.add_argument("-v", "--volumes", action="store_true", help="with their anonymous volumes")
    remove.add_argument("containers", nargs="+", metavar="container")
    _add_renew(commands)
    _add_edit(commands)
    line = _add(
        commands, "run-line", "containers.run_line", "write the docker run line that makes such a one"
    )
    line.add_argument("container")
    reach = _add(commands, "reach", "networks.reach", "try whether one container reaches another")
    reach.add_argument("source")
    reach.add_argument("target")
    _add_volume_commands(commands)
    _add_backup_commands(commands)
    open_ = _add(commands, "open", "containers.open_port", "open a container's page in the browser")
    open_.add_argument("--print", action="store_true", help="only write the address")
    open_.add_argument("container", nargs="?", default="")


def _add_volume_commands(commands: Any) -> None:
    parts = _add_group(commands, "volume", "what is in volumes")
    copy = _add(parts, "clone", "volumes.clone", "make a volume with a copy of another's files", False)
    copy.add_argument("volume")
    copy.add_argument("name")
    empty = _add(parts, "empty", "volumes.empty", "delete all that is in it", False)
    empty.add_argument("-y", "--yes", action="store_true", help="do not ask")
    empty.add_argument("volume")
    for name, handler, help in (
        ("export", "volumes.export", "write its files into a new archive: .tar, or .tar.gz"),
        ("import", "volumes.import_archive", "unpack an archive into it; it is made where it is not there"),
    ):
        parser = _add(parts, name, handler, help, False)
        parser.add_argument("volume")
        parser.add_argument("file")


def _add_backup_commands(commands: Any) -> None:
    parts = _add_group(commands, "backup", "keep copies of volumes, every day or week")
    _add(parts, "list", "backups.list_plans", "list which volumes are backed up")
    plan = _add(parts, "set", "backups.set_plan", "back a volume up from now on", False)
    plan.add_argument("--every", choices=("day", "week"), default="day", help="how often")
    plan.add_argument("--keep", type=int, default=7, metavar="N", help="how many are kept (7)")
    plan.add_argument("volume")
    plan.add_argument("folder")
    _add(parts, "stop", "backups.stop", "back a volume up no more; its archives stay", False).add_argument(
        "volume"
    )
    run = _add(parts, "run", "backups.run", "make what is due, or those of volumes, now", False)
    run.add_argument("volumes", nargs="*", metavar="volume")


def _add_renew(commands: Any) -> None:
    renew = _add(commands, "renew", "renew.renew", "make containers anew from newer images of the same names")
    renew.add_argument("-a", "--all", action="store_true", help="all containers")
    renew.add_argument("--check", action="store_true", help="only tell which have a newer image")
    renew.add_argument(
        "--no-pull", dest="pull", action="store_false", help="ask no registry: use what is here already"
    )
    renew.add_argument("-q", "--quiet", action="store_true", help="do not show the pull")
    renew.add_argument("containers", nargs="*", metavar="container")


def _add_edit(commands: Any) -> None:
    edit = _add_asking(
        commands, "edit", "edit.edit", "change ports, variables, mounts and limits of a container"
    )
    port = "[[IP:]HOST:]PORT[/udp]"
    _add_list(edit, "-p", "--publish", port, "open a port; one that is open already gets this place")
    edit.add_argument("--unpublish", action="append", default=[], metavar="PORT[/udp]", help="close a port")
    _add_list(edit, "-e", "--env", "NAME=VALUE", "set a variable")
    edit.add_argument("--unset", action="append", default=[], metavar="NAME", help="take a variable away")
    _add_list(edit, "-v", "--volume", "SOURCE:TARGET[:ro]", "mount a volume or a folder of this computer")
    edit.add_argument("--unmount", action="append", default=[], metavar="TARGET", help="mount nothing there")
    edit.add_argument("--restart", metavar=POLICIES, help="what to do when it ends")
    edit.add_argument("-m", "--memory", metavar="SIZE", help="use at most that much; 0 takes the limit away")
    edit.add_argument("--cpus", metavar="NUMBER", help="use at most so many processors; 0: no limit")
    edit.add_argument("container")


def _add_terminal_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-d", "--detach", action="store_true", help="in the background")
    parser.add_argument("-i", "--interactive", action="store_true", help="hand our input to the command")
    parser.add_argument("-t", "--tty", action="store_true", help="give the command a terminal")
    parser.add_argument(
        "-e", "--env", action="append", default=[], metavar="NAME=VALUE", help="set a variable"
    )
    parser.add_argument("-u", "--user", default="", help="run as this user")
    parser.add_argument("-w", "--workdir", default="", metavar="FOLDER", help="start in this folder")
    parser.add_argument("--privileged", action="store_true", help="with all powers over the machine")


def _add_run(commands: Any) -> None:
    run = _add(commands, "run", "run.run", "run a new container")
    _add_terminal_options(run)
    run.add_argument("--name", default="", help="the container's name")
    run.add_argument("--rm", action="store_true", help="remove the container when it ends")
    _add_list(
        run, "-p", "--publish", "[[IP:]HOST:]PORT[/udp]", "open a port of the container on this computer"
    )
    run.add_argument("-P", "--publish-all", action="store_true", help="publish all ports of the image")
    _add_list(run, "-v", "--volume", "SOURCE:TARGET[:ro]", "mount a volume or a folder of this computer")
    _add_list(run, "-l", "--label", "NAME=VALUE", "set a label")
    run.add_argument(
        "--env-file", action="append", default=[], metavar="FILE", help="set the variables of a .env file"
    )
    run.add_argument("-m", "--memory", default="", metavar="SIZE", help="use at most that much, such as 512m")
    run.add_argument(
        "--cpus", default="", metavar="NUMBER", help="use at most so many processors, such as 1.5"
    )
    run.add_argument("--entrypoint", default="", metavar="COMMAND", help="instead of the image's")
    run.add_argument("--hostname", default="", help="the container's own host name")
    run.add_argument("--read-only", action="store_true", help="let it write to its volumes only")
    run.add_argument("--network", default="", help="join this network")
    run.add_argument("--restart", default="", metavar=POLICIES, help="what to do when it ends")
    _add_platform(run)
    run.add_argument("-q", "--quiet", action="store_true", help="do not show the pull")
    run.add_argument("image")
    run.add_argument("command", nargs=argparse.REMAINDER)


def _add_list(parser: argparse.ArgumentParser, short: str, long: str, metavar: str, help: str) -> None:
    """Add an option that may be given more than once."""
    parser.add_argument(short, long, action="append", default=[], metavar=metavar, help=help)


def _add_platform(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--platform", default="", metavar="OS/ARCH", help="the image for this processor")


def _add_image_commands(commands: Any) -> None:
    images = _add(commands, "images", "images.images", "list images")
    images.add_argument("-q", "--quiet", action="store_true", help="ids only")
    pull = _add(commands, "pull", "images.pull", "pull an image from its registry")
    _add_platform(pull)
    pull.add_argument("-q", "--quiet", action="store_true", help="do not show the progress")
    pull.add_argument("image")
    tags = _add(commands, "tags", "images.tags", "list the tags that the registry has of an image")
    tags.add_argument("image")
    parts = _add_group(commands, "image", "what is in images")
    files = _add(
        parts, "files", "images.files", "list an image's steps, or what one of them did to its files"
    )
    files.add_argument("--step", type=int, metavar="N", help="this step; 0 is the newest")
    files.add_argument("image")
    login = _add(commands, "login", "registries.login", "sign in at a registry, as the window does", False)
    login.add_argument("-u", "--username", default="", help="who signs in")
    login.add_argument("--password-stdin", action="store_true", help="read the password from our input")
    login.add_argument("registry", nargs="?", default="docker.io")
    logout = _add(commands, "logout", "registries.logout", "forget a sign-in at a registry", False)
    logout.add_argument("registry", nargs="?", default="docker.io")
    _add(commands, "logins", "registries.logins", "list where you are signed in")
    rmi = _add(commands, "rmi", "images.rmi", "remove images")
    rmi.add_argument("-f", "--force", action="store_true", help="also when containers use them")
    rmi.add_argument("images", nargs="+", metavar="image")
    _add_scan(commands)
    _add_builds(commands)


def _add_builds(commands: Any) -> None:
    parts = _add_group(commands, "builds", "the builds of the past, also those of elsewhere")
    _add(parts, "list", "builds.list_all", "list them, the newest first")
    _add(parts, "show", "builds.show", "tell what one said, and why it failed").add_argument("build")
    take_in = _add(parts, "import", "builds.take_in", "take in the record of a build of elsewhere", False)
    take_in.add_argument("file", help="a .dockerbuild file, or a ZIP with such files")
    hand_out = _add(parts, "export", "builds.hand_out", "write one to a .dockerbuild file", False)
    hand_out.add_argument("build")
    hand_out.add_argument("file")
    remove = _add(parts, "remove", "builds.remove", "forget builds; their images stay", False)
    remove.add_argument("builds", nargs="+", metavar="build")


def _add_scan(commands: Any) -> None:
    scan = _add(commands, "scan", "scan.scan", "look for known vulnerabilities in an image")
    scan.add_argument("--java", action="store_true", help="in Java archives too; fetches an index of 1 GB")
    sbom = _add(commands, "sbom", "scan.sbom", "list the packages in an image")
    sbom.add_argument("--format", choices=["cyclonedx", "spdx-json"], help="as a document, not as a table")
    sbom.add_argument("-o", "--output", metavar="FILE", default="", help="write the document there")
    for parser in (scan, sbom):
        parser.add_argument(
            "--fetch", action="store_true", help="fetch what the scanner lacks, or what is old"
        )
        parser.add_argument("-q", "--quiet", action="store_true", help="do not show the steps")
        parser.add_argument("image")


def _add_import(commands: Any) -> None:
    import_ = _add(
        commands,
        "import-from",
        "import_from.import_from",
        "copy images, volumes and networks of another engine; nothing changes there",
    )
    import_.add_argument(
        "source",
        nargs="?",
        default="",
        metavar="ENGINE",
        help="a docker context, an engine of `engine list`, or an address; not needed when there is only one",
    )
    for kind in ("images", "volumes", "networks"):
        import_.add_argument(
            f"--{kind}", nargs="*", metavar="NAME", help=f"only the {kind} of these names, or all of them"
        )
    import_.add_argument(
        "--containers", nargs="*", metavar="NAME", help="containers too, with what they need; not started"
    )
    import_.add_argument("--dry-run", action="store_true", help="only tell what would be copied")


def _add_engine_commands(commands: Any) -> None:
    _add_import(commands)
    engine = commands.add_parser("engine", help="engines on this and other computers")
    actions = engine.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add(actions, "list", "engines.list_engines", "list engines; * is the one in use")
    add = _add(actions, "add", "engines.add", "add an engine", json=False)
    add.add_argument("--use", action="store_true", help="work with it from now on")
    add.add_argument("--fingerprint", default="", metavar="SHA256:…", help="the host key that is expected")
    add.add_argument("--tls", default="", metavar="FOLDER", help="ca.pem, cert.pem and key.pem for tcp://")
    add.add_argument("--no-check", action="store_true", help="do not ask the engine for its version")
    add.add_argument("name")
    add.add_argument("url", metavar="ssh://USER@HOST | tcp://HOST:PORT | unix:///PATH")
    use = _add(actions, "use", "engines.use", "work with an engine from now on", json=False)
    use.add_argument("name")
    remove = _add(actions, "remove", "engines.remove", "forget an engine", json=False)
    remove.add_argument("name")
    _add(actions, "current", "engines.show", "write the name of the engine in use", json=False)


if __name__ == "__main__":
    sys.exit(main())
