"""The commands about engines on this and other computers: engine list, add, use, remove."""

import argparse
import sys

from app.commands.console import printable, tell, write, write_json, write_table
from app.services.app_folders import AppFolders
from app.services.engine.engine_address import split_address
from app.services.engine.engines import Engines, SavedEngine, check, check_engine
from app.services.errors import ErrorCode, MarinaError, UserError
from app.services.explain import explain


def list_engines(options: argparse.Namespace) -> int:
    """Show all engines; the one in use has a star."""
    engines = _engines()
    current = engines.current()
    if options.json:
        write_json(
            [
                {
                    "name": engine.name,
                    "url": engine.url,
                    "current": engine == current,
                    "tls": engine.tls_folder,
                }
                for engine in engines.list()
            ]
        )
        return 0
    rows = [
        [f"{engine.name} *" if engine == current else engine.name, engine.url or "this computer's machine"]
        for engine in engines.list()
    ]
    write_table(["NAME", "ADDRESS"], rows)
    return 0


def add(options: argparse.Namespace) -> int:
    """Add an engine: its host key is asked and confirmed, then it must answer."""
    key = ""
    if split_address(options.url).scheme == "ssh":
        key = _confirmed_key(options.url, options.fingerprint)
    engines = _engines()
    candidate = SavedEngine(options.name, options.url, key, options.tls)
    if not options.no_check:
        _check(check(candidate))
    engine = engines.add(candidate.name, candidate.url, candidate.host_key, candidate.tls_folder)
    if options.use:
        engines.use(engine.name)
    tell(
        f"Added {engine.name}."
        + ("" if options.use else f" To work with it: marina engine use {engine.name}")
    )
    return 0


def _confirmed_key(url: str, expected: str) -> str:
    from app.services.remote.remote_hosts import ask_host_key

    key = ask_host_key(url)
    if expected:
        if key.fingerprint != expected:
            raise UserError(
                "The host shows another key than the expected one",
                f"It shows {key.fingerprint}.",
                "Ask whoever runs it.",
                ErrorCode.BAD_INPUT,
            )
        return key.line
    if key.known:
        return key.line
    tell(f"{printable(url)} shows the key {key.line.split()[0]} {key.fingerprint}")
    if not sys.stdin.isatty():
        raise UserError(
            "Nobody is here to confirm the host's key",
            f"It shows {key.fingerprint}.",
            f"If that is right: --fingerprint {key.fingerprint}",
            ErrorCode.BAD_INPUT,
        )
    sys.stderr.write("Is that the right key? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UserError("Nothing was added", code=ErrorCode.CANCELLED)
    return key.line


def _check(engine: SavedEngine) -> None:
    try:
        version = check_engine(engine)
    except MarinaError as error:
        told = explain(error)
        raise UserError(
            f"{engine.name} does not answer",
            told.details or told.summary,
            "Nothing was added. Check the address, or add it anyway with --no-check.",
            told.code,
        ) from error
    tell(
        f"{engine.name} answers: version {printable(version.version)}, API {printable(version.api_version)}."
    )


def use(options: argparse.Namespace) -> int:
    """Choose the engine that window and command line work with."""
    engine = _engines().use(options.name)
    tell(f"Marina now works with {engine.name}.")
    return 0


def remove(options: argparse.Namespace) -> int:
    """Forget an engine; nothing is changed there."""
    engines = _engines()
    was_current = engines.current().name == options.name
    engines.remove(options.name)
    tell(
        f"Removed {options.name}."
        + (" Marina works with this computer's machine again." if was_current else "")
    )
    return 0


def show(options: argparse.Namespace) -> int:
    """Write the name of the engine in use."""
    write(_engines().current().name)
    return 0


def _engines() -> Engines:
    return Engines(AppFolders.find())
