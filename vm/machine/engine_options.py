"""The engine's options in the form of Docker's `daemon.json`, checked before the engine is told them.

Source: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file. What the engine makes of
them is in `backend/engine_options.py`; a test holds both to the same.
"""

import json
import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, ip_address
from typing import Any

DRIVERS = ("json-file", "local", "none")
LOG_OPTIONS = {
    "json-file": {
        *("mode", "max-buffer-size", "max-size", "max-file", "compress"),
        *("labels", "labels-regex", "env", "env-regex", "tag"),
    },
    "local": {"mode", "max-buffer-size", "max-size", "max-file", "compress"},
}
LIMITS = (
    *("as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc"),
    *("rss", "rtprio", "rttime", "sigpending", "stack"),
)
ELSEWHERE = {"registry-mirrors": "registry_mirrors", "insecure-registries": "insecure_registries"}
"""Options that are settings of their own, by the names of these."""

LONGEST_PREFIX = 29
MOST_LOG_FILES = 1000
LARGEST_TEXT = 16_384
"""Bytes of all options as JSON: they are handed to the engine on its command line."""

_SIZE = re.compile(r"0*[1-9]\d{0,14}(\.0+)? ?[kmgt]?(i?b)?", re.IGNORECASE)
_LOG_SIZE = re.compile(r"0*[1-9]\d{0,14} ?[kmg]?i?b?", re.IGNORECASE)


def parse_options_text(text: str) -> dict[str, Any]:
    """Return the object in a JSON text, an empty text being none. Raises ValueError with a plain reason."""
    if not text.strip():
        return {}
    try:
        value = json.loads(text, object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"Line {error.lineno}, column {error.colno}: this is no JSON ({error.msg})"
        ) from error
    except RecursionError as error:
        raise ValueError("The options are nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError('The options must be an object: {"name": value, …}')
    return value


def check_options(value: Any) -> dict[str, Any]:
    """Return the options when the engine can use all of them. Raises ValueError with a plain reason."""
    if not isinstance(value, Mapping):
        raise ValueError('The options must be an object: {"name": value, …}')
    for name, given in value.items():
        if name not in _CHECKS:
            raise ValueError(f"There is no option {name!r}; there are {', '.join(_CHECKS)}")
        _CHECKS[name](name, given)
    if value.get("log-opts"):
        _check_log_options(value.get("log-driver", "json-file"), value["log-opts"])
    if len(json.dumps(value)) > LARGEST_TEXT:
        raise ValueError("The options are too long")
    return dict(value)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} is there twice")
        found[name] = value
    return found


def _driver(name: str, value: Any) -> None:
    if value not in DRIVERS:
        raise ValueError(f"{name} must be one of {', '.join(DRIVERS)}")


def _text_map(name: str, value: Any) -> None:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        form = '{"max-size": "10m"}'
        raise ValueError(f"{name} must be an object of texts such as {form}")


def _texts(name: str, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
        raise ValueError(f"{name} must be a list of texts")


def _addresses(name: str, value: Any) -> None:
    _texts(name, value)
    for text in value:
        try:
            ip_address(text)
        except ValueError as error:
            raise ValueError(f"{name} must be addresses, not {text!r}") from error


def _switch(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")


def _size(name: str, value: Any) -> None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not (is_number or isinstance(value, str)) or not _SIZE.fullmatch(str(value)):
        raise ValueError(f'{name} must be a size such as "64m"')


def _pools(name: str, value: Any) -> None:
    form = '[{"base": "10.200.0.0/16", "size": 24}]'
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list such as {form}")
    for item in value:
        if not isinstance(item, dict) or set(item) != {"base", "size"}:
            raise ValueError(f"{name} must be a list such as {form}")
        base, size = item["base"], item["size"]
        try:
            if not isinstance(base, str) or "/" not in base:
                raise ValueError
            network = IPv4Network(base, strict=False)
        except ValueError as error:
            raise ValueError(f"{name}: {base!r} is no IPv4 network such as 10.200.0.0/16") from error
        if type(size) is not int or not network.prefixlen <= size <= LONGEST_PREFIX:
            least = network.prefixlen
            raise ValueError(f"{name}: the size must be from {least} to {LONGEST_PREFIX} for {network}")


def _limits(name: str, value: Any) -> None:
    form = '{"nofile": {"Soft": 1024, "Hard": 4096}}'
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object such as {form}")
    for limit, given in value.items():
        if limit not in LIMITS:
            raise ValueError(f"{name}: there is no limit {limit!r}")
        if not isinstance(given, dict) or not set(given) <= {"Name", "Soft", "Hard"}:
            raise ValueError(f"{name} must be an object such as {form}")
        soft, hard = given.get("Soft", 0), given.get("Hard", 0)
        if type(soft) is not int or type(hard) is not int:
            raise ValueError(f"{name} must be an object such as {form}")
        if hard != -1 and (soft > hard or soft == -1):
            raise ValueError(f"{name}: Soft must not be more than Hard for {limit}")


def _check_log_options(driver: str, options: Mapping[str, str]) -> None:
    if driver == "none":
        return
    if unknown := sorted(set(options) - LOG_OPTIONS[driver]):
        raise ValueError(f"The log driver {driver} has no option {unknown[0]!r}")
    size, files, compress = (options.get(name) for name in ("max-size", "max-file", "compress"))
    if size is not None and not _LOG_SIZE.fullmatch(size):
        raise ValueError('The log option max-size must be a size such as "10m"')
    is_count = files is None or files.isascii() and files.isdecimal() and len(files) < 6
    if not is_count or not 1 <= int(files or 1) <= MOST_LOG_FILES:
        raise ValueError(f'The log option max-file must be a text such as "3", from 1 to {MOST_LOG_FILES}')
    if options.get("mode", "blocking") not in ("blocking", "non-blocking"):
        raise ValueError("The log option mode must be blocking or non-blocking")
    buffer = options.get("max-buffer-size")
    if buffer is not None and (options.get("mode") != "non-blocking" or not _LOG_SIZE.fullmatch(buffer)):
        raise ValueError(
            'The log option max-buffer-size must be a size such as "4m", with the mode non-blocking'
        )
    if compress not in (None, "true", "false"):
        raise ValueError('The log option compress must be "true" or "false", as a text')
    if driver == "json-file" and compress == "true" and (size is None or int(files or 1) < 2):
        raise ValueError("The log option compress needs max-size, and a max-file of 2 at least")
    for name in ("labels-regex", "env-regex"):
        try:
            re.compile(options.get(name, ""))
        except re.error as error:
            raise ValueError(f"The log option {name} is no regular expression") from error


_CHECKS: Mapping[str, Callable[[str, Any], None]] = {
    "log-driver": _driver,
    "log-opts": _text_map,
    "default-address-pools": _pools,
    "dns": _addresses,
    "dns-search": _texts,
    "dns-opts": _texts,
    "default-shm-size": _size,
    "default-ulimits": _limits,
    "init": _switch,
    "labels": _texts,
}
