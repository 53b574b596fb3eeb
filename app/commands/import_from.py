"""The command `import-from`: copies what another engine has into Marina's; nothing changes there."""

import argparse
import contextlib
import signal
import sys
from collections.abc import Collection, Iterator
from types import FrameType

from app.commands.console import format_size, printable, tell, write_failure, write_json, write_table
from app.commands.session import Session
from app.services.app_folders import AppFolders
from app.services.engine.engine_client import EngineClient
from app.services.engine.engines import Engines
from app.services.errors import ErrorCode, UserError
from app.services.migration.inventory import take_inventory
from app.services.migration.migration import Migration, Phase, Progress
from app.services.migration.plan import Item, Plan, Verdict, Wishes, make_plan
from app.services.migration.sources import SourceEngine, choose_source, find_sources, open_source

_VERDICTS = {Verdict.COPY: "To be copied.", Verdict.HERE: "Here already."}
_ENDS = {Phase.DONE: "copied", Phase.FAILED: "failed"}


def import_from(options: argparse.Namespace) -> int:
    """Look at both engines, tell what would be copied, and do it unless it is only asked for."""
    session = Session(options)
    with session.engine(start=not options.dry_run) as target:
        source = _source(options.source, session, target)
        with open_source(source) as client:
            tell(f"Looking at what {printable(source.title)} has…")
            if target.info().raw.get("ID") == client.info().raw.get("ID"):
                raise UserError(
                    "That is the engine that Marina works with", "", "Name another one.", ErrorCode.BAD_INPUT
                )
            everything = make_plan(take_inventory(client), take_inventory(target, measure=False))
            plan = everything.wish(_wishes(options))
            room = session.free_bytes()
            if not options.json:
                _show_plan(plan, room)
            elif options.dry_run:
                write_json(_as_json(plan, room))
            if options.dry_run:
                return 0
            if room is not None and plan.bytes_needed > room:
                raise UserError(
                    "There is not enough room in the machine",
                    f"About {format_size(plan.bytes_needed)} are needed, {format_size(room)} are free.",
                    "Copy less at once with --images and --volumes, or raise disk_gib: `marina settings`.",
                    ErrorCode.DISK_FULL,
                )
            return _copy(client, target, plan, options.json)


def _copy(source: EngineClient, target: EngineClient, plan: Plan, as_json: bool) -> int:
    display = _Display(plan, quiet=as_json)
    migration = Migration(source, target, plan, display.show)
    with _cancelling(migration):
        errors = migration.run()
    copied = [item for item in plan.to_copy if item.key not in errors]
    if as_json:
        write_json(
            {
                "copied": [{"kind": item.kind, "name": item.name} for item in copied],
                "failed": [
                    {"kind": item.kind, "name": item.name, "error": errors[item.key].summary}
                    for item in plan.to_copy
                    if item.key in errors
                ],
            }
        )
    else:
        failed = f", {len(errors)} failed: the same command tries these again" if errors else ""
        tell(f"{len(copied)} copied{failed}.")
    return 1 if errors else 0


def _source(wanted: str, session: Session, target: EngineClient) -> SourceEngine:
    """Return the engine that was named, or the only one that there is. Raises UserError."""
    own = [target.socket_path, *session.own_sockets()]
    sources = find_sources(own, Engines(AppFolders.find()).list())
    if wanted:
        return choose_source(sources, wanted)
    local = [source for source in sources if source.is_local]
    if len(local) == 1:
        return local[0]
    if not local:
        raise UserError(
            "No other engine runs on this computer",
            "Looked at docker's contexts and at the usual sockets.",
            "Start it, or name it: marina import-from ssh://… after `marina engine add`.",
            ErrorCode.BAD_INPUT,
        )
    raise UserError(
        "There is more than one engine to import from",
        "\n".join(f"{source.name}: {source.title}, {source.address}" for source in local),
        f"Name one of them: marina import-from {local[0].name}",
        ErrorCode.BAD_INPUT,
    )


def _wishes(options: argparse.Namespace) -> Wishes:
    given = (options.images, options.volumes, options.networks)
    everything = all(names is None for names in given)

    def wish(names: list[str] | None) -> Collection[str] | None:
        if names is None:
            return None if everything else ()
        return names or None

    containers = () if options.containers is None else options.containers or None
    images, volumes, networks = map(wish, given)
    return Wishes(images, volumes, networks, containers)


def _show_plan(plan: Plan, room: int | None) -> None:
    rows = [
        (
            item.kind.value,
            item.name,
            format_size(item.size) if item.size > 0 else "",
            _say_verdict(item),
        )
        for item in plan.items
    ]
    write_table(("KIND", "NAME", "SIZE", "WHAT"), rows)
    free = f"; {format_size(room)} are free" if room is not None else ""
    tell(f"{len(plan.to_copy)} to be copied, about {format_size(plan.bytes)}{free}.")


def _say_verdict(item: Item) -> str:
    """Return what is done with a thing; what is not copied says why."""
    return " ".join(filter(None, (_VERDICTS.get(item.verdict, ""), item.remark)))


def _as_json(plan: Plan, room: int | None) -> object:
    return {
        "items": [
            {
                "kind": item.kind,
                "name": item.name,
                "size": item.size,
                "verdict": item.verdict,
                "remark": item.remark,
            }
            for item in plan.items
        ],
        "bytes": plan.bytes,
        "bytes_needed": plan.bytes_needed,
        "bytes_free": room,
    }


class _Display:
    """Tells each thing once it is done; in a terminal also how far the present one is."""

    def __init__(self, plan: Plan, quiet: bool) -> None:
        self._names = {item.key: f"{item.kind.value} {printable(item.name)}" for item in plan.items}
        self._quiet = quiet
        self._is_terminal = sys.stderr.isatty()

    def show(self, progress: Progress) -> None:
        """Show a new state."""
        if self._quiet:
            return
        name = self._names[progress.key]
        if progress.phase in _ENDS:
            self._clear()
            tell(f"{name}: {_ENDS[progress.phase]}. {progress.remark}".rstrip())
            if progress.error is not None:
                write_failure(progress.error)
        elif self._is_terminal:
            self._clear()
            others = f" and {progress.together - 1} more" if progress.together > 1 else ""
            unpacking = ", unpacking" if progress.phase is Phase.UNPACKING else ""
            size = f" of about {format_size(progress.size)}" if progress.size > 0 else ""
            sys.stderr.write(f"{name}{others}: {format_size(progress.bytes)}{size}{unpacking}")
            sys.stderr.flush()

    def _clear(self) -> None:
        if self._is_terminal:
            sys.stderr.write("\r\x1b[K")


@contextlib.contextmanager
def _cancelling(migration: Migration) -> Iterator[None]:
    """Let Ctrl-C end it in good order."""

    def cancel(_: int, __: FrameType | None) -> None:
        migration.cancel()

    before = signal.signal(signal.SIGINT, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
