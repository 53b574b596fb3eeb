"""The machine's size and what its engine is told, as the user may change them."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import psutil

from app.services.errors import ErrorCode, UserError
from app.services.fixed_settings import find_fixed
from vm.errors import UserError as MachineError
from vm.machine.authorities import Authority, read_authorities, why_unusable
from vm.machine.engine_options import parse_options_text
from vm.machine.json_files import write_json
from vm.machine.link.server_address import parse_server
from vm.machine.machine_files import MachineFiles
from vm.machine.settings import (
    MOST_NAME_SERVERS,
    WHILE_RUNNING,
    MachineSettings,
    default_settings,
    parse_settings,
)
from vm.machine.settings_files import read_own_settings, read_settings

__all__ = [
    "MOST_NAME_SERVERS",
    "Authority",
    "MachineSettings",
    "SettingsLimits",
    "default_settings",
    "holds_at_once",
    "load_settings",
    "is_name_server",
    "parse_engine_options",
    "read_authority_file",
    "save_settings",
    "why_no_engine_options",
]

log = logging.getLogger(__name__)

LEAST_MEMORY_MIB = 512
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class SettingsLimits:
    """The most that this computer has, and what Marina would choose."""

    cpus: int
    memory_mib: int
    defaults: MachineSettings


def find_limits() -> SettingsLimits:
    """Ask the computer."""
    return SettingsLimits(psutil.cpu_count() or 1, psutil.virtual_memory().total // _MIB, default_settings())


def holds_at_once(name: str) -> bool:
    """Return whether a machine that runs follows a change of this; others hold from its next start."""
    return name in WHILE_RUNNING


def why_no_engine_options(text: str) -> str:
    """Return what is wrong with a JSON text of the engine's options, "" when nothing is."""
    try:
        parse_settings({"engine_options": parse_options_text(text)})
    except MachineError as error:
        return error.details.removeprefix("engine_options: ")
    except ValueError as error:
        return str(error)
    return ""


def is_name_server(text: str) -> bool:
    """Return whether this is the address of a name server as the settings have it."""
    try:
        parse_server(text)
    except ValueError:
        return False
    return True


def read_authority_file(path: str) -> Sequence[Authority]:
    """Return whom the certificates in a file are about. Raises UserError, whose details are the reason."""
    try:
        return read_authorities(path)
    except FileNotFoundError:
        reason = "There is no such file"
    except OSError as error:
        reason = error.strerror or str(error)
    except ValueError as error:
        reason = "It holds no certificate that can be read"
        log.info("%s: %s", path, error)
    raise UserError(f"The certificates in {path} cannot be used", reason, code=ErrorCode.BAD_INPUT)


def parse_engine_options(text: str) -> dict[str, Any]:
    """Return the engine's options in a JSON text. Raises ValueError with a plain reason."""
    return parse_options_text(text)


def load_settings(files: MachineFiles) -> tuple[MachineSettings, tuple[str, ...]]:
    """Return the settings in use, and warnings when those in the file are not valid."""
    return read_settings(files)


def save_settings(files: MachineFiles, settings: MachineSettings) -> None:
    """Write them; they hold from the machine's next start. Raises UserError for what cannot be."""
    try:
        checked = parse_settings(asdict(settings) | _lists(settings))
        in_use, own = read_settings(files)[0], read_own_settings(files)[0]
        fixed = find_fixed()
        for name in fixed.names:
            if getattr(checked, name) != getattr(in_use, name):
                raise UserError(
                    f"The setting {name} is fixed by {fixed.who()}",
                    f"It stands in {fixed.place}.",
                    "Ask them to change it.",
                    ErrorCode.BAD_INPUT,
                )
        for path in checked.ca_certificates:  # one that was there may be gone since: that is told elsewhere
            if path not in in_use.ca_certificates and (reason := why_unusable(path)):
                raise UserError(
                    f"The certificates in {path} cannot be used",
                    reason,
                    "A file in PEM or DER form is needed.",
                    ErrorCode.BAD_INPUT,
                )
        # what is fixed is not taken for the user's own: that is back once it is fixed no longer
        checked = replace(checked, **{name: getattr(own, name) for name in fixed.names})
        files.create_folders()
        write_json(files.settings, asdict(checked))
    except MachineError as error:
        raise UserError(error.summary, error.details, "Nothing was changed.", ErrorCode.BAD_INPUT) from error
    except OSError as error:
        raise UserError("The settings cannot be written", str(error), code=ErrorCode.OTHER) from error


def _lists(settings: MachineSettings) -> dict[str, list[str]]:
    return {name: list(value) for name, value in asdict(settings).items() if isinstance(value, tuple)}
