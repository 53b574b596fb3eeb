"""The machine's settings as words: what the command line shows, and makes of what was typed."""

import json
import os
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from app.services.errors import ErrorCode, UserError
from app.services.machine.machine_settings import MachineSettings, default_settings, parse_engine_options

MEANINGS = {
    "cpus": "processors of the machine",
    "memory_mib": "memory, MiB",
    "disk_gib": "the data disk's upper limit, GiB; it can only grow",
    "accelerator": "auto, kvm, hvf, whpx or tcg",
    "engine_args": "more arguments of the engine",
    "registry_mirrors": "asked first for Docker Hub's images: https://host …",
    "insecure_registries": "registries without TLS: host:port …",
    "shared_folders": "folders of this computer that containers may use",
    "http_proxy": "system, http://host:port, or empty for none",
    "https_proxy": "system, http://host:port, or empty for none",
    "no_proxy": "system, or hosts with commas between them",
    "ca_certificates": "files with certificates that are trusted, too",
    "dns_servers": "name servers instead of this computer's: address or address:port …",
    "engine_options": "defaults of containers and networks as in daemon.json: JSON, or a file of it",
    "idle_minutes": "minutes without use until the machine goes to disk; 0 is never",
    "host_network_ports": "on: containers with --network host are reached on localhost",
}


def setting_names() -> list[str]:
    """Return the names in their order."""
    return [field.name for field in fields(MachineSettings)]


def words_of(settings: MachineSettings, name: str) -> list[str]:
    """Return a setting's value: one word, or those of a list."""
    value = getattr(settings, name)
    if isinstance(value, dict):
        return [json.dumps(value, ensure_ascii=False)] if value else []
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, bool):
        return ["on" if value else "off"]
    return [f"{value:g}" if name == "idle_minutes" else str(value)]


def with_words(settings: MachineSettings, name: str, words: Sequence[str]) -> MachineSettings:
    """Return the settings with a value as it was typed, a list of all `words`. Raises UserError."""
    now = getattr(settings, name)
    if isinstance(now, tuple):
        return _with(settings, name, _whole(name, words))
    if len(words) != 1:
        raise _bad(name, "takes one value")
    value: Any = words[0]
    if isinstance(now, dict):
        return _with(settings, name, _options(name, value))
    if isinstance(now, bool):
        if value not in ("on", "off"):
            raise _bad(name, f"takes on or off, not {value!r}")
        value = value == "on"
    elif not isinstance(now, str):
        kind = float if name == "idle_minutes" else int
        try:
            value = kind(value)
        except ValueError as error:
            raise _bad(name, f"takes a number, not {value!r}") from error
    if name == "disk_gib" and value < settings.disk_gib:
        raise _bad(
            name,
            f"its limit is {settings.disk_gib} GiB and never shrinks, so that no data is lost",
            "It takes no more space than what is in it: see marina disk.",
        )
    return _with(settings, name, value)


def with_more(settings: MachineSettings, name: str, words: Sequence[str]) -> MachineSettings:
    """Return the settings with `words` at the end of a list that lacks them, or with more options.

    Raises UserError for what is no list.
    """
    if isinstance(options := getattr(settings, name), dict):
        for word in words:
            options = options | _options(name, word)
        return _with(settings, name, options)
    known = _list(settings, name)
    return _with(settings, name, tuple(dict.fromkeys((*known, *_whole(name, words)))))


def with_less(settings: MachineSettings, name: str, words: Sequence[str]) -> MachineSettings:
    """Return the settings without `words` in a list. Raises UserError for no list, or one without them."""
    options = getattr(settings, name)
    known = tuple(options) if isinstance(options, dict) else _list(settings, name)
    words = _whole(name, words)
    if missing := [word for word in words if word not in known]:
        raise _bad(name, f"{missing[0]!r} is not among them")
    if isinstance(options, dict):
        return _with(settings, name, {key: value for key, value in options.items() if key not in words})
    return _with(settings, name, tuple(word for word in known if word not in words))


def with_nothing(settings: MachineSettings, name: str) -> MachineSettings:
    """Return the settings with an empty list or text. Raises UserError for a number, or a switch."""
    value = getattr(settings, name)
    if not isinstance(value, tuple | str | dict):
        raise _bad(name, "is on or off" if isinstance(value, bool) else "is a number, which cannot be empty")
    return _with(settings, name, type(value)())


def with_default(settings: MachineSettings, name: str) -> MachineSettings:
    """Return the settings with one as Marina would choose it; the disk's limit stays where it is higher."""
    value = getattr(default_settings(), name)
    return _with(settings, name, max(value, settings.disk_gib) if name == "disk_gib" else value)


def _with(settings: MachineSettings, name: str, value: Any) -> MachineSettings:
    return replace(settings, **{name: value})


def _options(name: str, word: str) -> dict[str, Any]:
    """Return the options in a JSON text, or in a file that is named. Raises UserError."""
    if word.lstrip()[:1] == "{":
        text = word
    else:
        try:
            text = Path(word).expanduser().read_text("utf-8")
        except (OSError, ValueError) as error:
            reason = f"takes JSON or a file that holds it, and {word!r} cannot be read ({error})"
            raise _bad(name, reason) from error
    try:
        return parse_engine_options(text)
    except ValueError as error:
        raise _bad(name, str(error)) from error


def _whole(name: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return a list's words, paths as seen from everywhere."""
    if name not in ("shared_folders", "ca_certificates"):
        return tuple(words)
    return tuple(os.path.abspath(os.path.expanduser(word)) for word in words)  # noqa: PTH100, PTH111 - links stay


def _list(settings: MachineSettings, name: str) -> tuple[str, ...]:
    value = getattr(settings, name)
    if not isinstance(value, tuple):
        raise _bad(name, "is no list: give its value alone")
    return value


def _bad(name: str, reason: str, what_to_do: str = "marina settings shows all of them.") -> UserError:
    return UserError(f"The setting {name} cannot be that", reason, what_to_do, ErrorCode.BAD_INPUT)
