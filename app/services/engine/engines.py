"""The engines that the user knows: this computer's machine, and others by name; one of them is in use."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.services.app_folders import AppFolders
from app.services.engine.engine_address import bad_address, join_address, split_address
from app.services.engine.engine_client import EngineClient
from app.services.engine.engine_types import EngineVersion
from app.services.engine.json_values import as_object, get_text
from app.services.errors import ErrorCode, UserError
from app.services.settings import write_atomically

log = logging.getLogger(__name__)

MACHINE = "marina"
NAME_PATTERN = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}")
TLS_FILES = ("ca.pem", "cert.pem", "key.pem")


@dataclass(frozen=True, slots=True)
class SavedEngine:
    """An engine by name; `url` is "" for the machine of this computer."""

    name: str
    url: str = ""
    host_key: str = ""
    tls_folder: str = ""

    @property
    def is_machine(self) -> bool:
        """Whether it is the engine in Marina's machine."""
        return not self.url

    @property
    def address(self) -> str:
        """What `EngineClient` takes."""
        return join_address(self.url, self.host_key, self.tls_folder)


MACHINE_ENGINE = SavedEngine(MACHINE)


class Engines:
    """The list on disk. Every call reads it anew: window and command line share it."""

    def __init__(self, folders: AppFolders) -> None:
        self._path = folders.engines

    def list(self) -> tuple[SavedEngine, ...]:
        """Return all engines, the machine first."""
        return (MACHINE_ENGINE, *self._read()[0])

    def current(self) -> SavedEngine:
        """Return the engine in use."""
        engines, name = self._read()
        return next((engine for engine in engines if engine.name == name), MACHINE_ENGINE)

    def find(self, name: str) -> SavedEngine:
        """Return an engine by name. Raises UserError."""
        for engine in self.list():
            if engine.name == name:
                return engine
        raise UserError(
            f"There is no engine named {name}",
            f"Known are: {', '.join(engine.name for engine in self.list())}.",
            "`marina engine list` shows them.",
            ErrorCode.BAD_INPUT,
        )

    def add(self, name: str, url: str, host_key: str = "", tls_folder: str = "") -> SavedEngine:
        """Remember an engine; nobody is asked. Raises UserError when something is not valid or taken."""
        engine = check(
            SavedEngine(name, url, host_key, tls_folder and str(Path(tls_folder).expanduser().absolute()))
        )
        engines, current = self._read()
        if any(engine.name == other.name for other in (MACHINE_ENGINE, *engines)):
            raise UserError(
                f"There is an engine named {name} already",
                what_to_do="Choose another name, or remove that one first.",
                code=ErrorCode.NAME_TAKEN,
            )
        self._write([*engines, engine], current)
        return engine

    def use(self, name: str) -> SavedEngine:
        """Make an engine the one that window and command line work with. Raises UserError."""
        engine = self.find(name)
        self._write(self._read()[0], engine.name)
        return engine

    def remove(self, name: str) -> None:
        """Forget an engine; the machine takes the place of the one in use. Raises UserError."""
        engine = self.find(name)
        if engine.is_machine:
            raise UserError("The machine of this computer cannot be removed", code=ErrorCode.BAD_INPUT)
        engines, current = self._read()
        self._write(
            [other for other in engines if other.name != name], MACHINE if current == name else current
        )

    def _read(self) -> tuple[tuple[SavedEngine, ...], str]:
        try:
            value = as_object(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            return (), MACHINE
        except (OSError, ValueError, RecursionError) as error:
            log.warning("the list of engines cannot be read: %s: %s", self._path, error)
            return (), MACHINE
        rows = value.get("engines")
        found = map(_from_json, map(as_object, rows if isinstance(rows, Sequence) else ()))
        return tuple(engine for engine in found if engine.name and engine.url), get_text(value, "current")

    def _write(self, engines: Sequence[SavedEngine], current: str) -> None:
        value = {"current": current, "engines": [asdict(engine) for engine in engines]}
        try:
            self._set_damaged_aside()
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(self._path, json.dumps(value, indent=2) + "\n")
        except OSError as error:
            raise UserError(
                "The list of engines cannot be written", f"{self._path}: {error.strerror}"
            ) from error

    def _set_damaged_aside(self) -> None:
        """Keep a list that cannot be read: keys of hosts are in it. Raises OSError."""
        try:
            json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return
        except (ValueError, RecursionError):
            self._path.replace(self._path.with_suffix(".damaged"))


def check(engine: SavedEngine) -> SavedEngine:
    """Return the engine if it can be used. Raises UserError that says what is not valid."""
    if not NAME_PATTERN.fullmatch(engine.name):
        raise UserError(
            "The name of the engine is not valid",
            f"{engine.name!r}: letters, digits, `.`, `_` and `-` are allowed, the first two to begin with.",
            code=ErrorCode.BAD_INPUT,
        )
    if "://" not in engine.url or "#" in engine.url:
        raise bad_address(engine.url, "it must begin with unix://, tcp:// or ssh:// and have no #")
    scheme = split_address(engine.address).scheme
    if scheme == "ssh" and not engine.host_key:
        raise bad_address(engine.url, "the key of the host is missing")
    if engine.tls_folder:
        if scheme != "tcp":
            raise bad_address(engine.url, "only tcp:// has TLS files")
        missing = [name for name in TLS_FILES if not (Path(engine.tls_folder) / name).is_file()]
        if missing:
            raise bad_address(engine.url, f"{engine.tls_folder} has no {missing[0]}")
    return engine


def check_engine(engine: SavedEngine) -> EngineVersion:
    """Ask an engine for its version; blocks. Raises MarinaError when it does not answer."""
    with EngineClient(engine.address) as client:
        return client.version()


def _from_json(row: Mapping[str, Any]) -> SavedEngine:
    return SavedEngine(*(get_text(row, name) for name in ("name", "url", "host_key", "tls_folder")))
