"""What a new container gets from the engine's options where its maker asked for nothing else.

Source: dockerd, `daemon/logs.go` (mergeAndVerifyLogConfig) and `daemon/oci_linux.go` (WithRlimits).
"""

from collections.abc import Mapping
from typing import Any

from backend.containers.logs.log_config import DEFAULT, check_log_config
from backend.containers.specification import init_program
from backend.engine_options import EngineOptions
from backend.errors import InvalidParameterError


def default_log(options: EngineOptions) -> dict[str, Any]:
    """Return the LogConfig of containers that name none: the usual one when the options' cannot be used."""
    wanted = {"Type": options.log_driver or DEFAULT, "Config": dict(options.log_opts)}
    try:
        return check_log_config(wanted)
    except InvalidParameterError:
        return {"Type": DEFAULT, "Config": {}}


def problems_of(options: EngineOptions) -> list[str]:
    """Return what of the options is not used, and why."""
    problems = list(options.problems)
    try:
        check_log_config({"Type": options.log_driver, "Config": dict(options.log_opts)})
    except InvalidParameterError as error:
        problems.append(f"engine options log-driver and log-opts: {error.message}")
    if options.init and init_program() is None:
        problems.append("engine option init: this machine has no init for containers")
    return problems


def with_defaults(host: Mapping[str, Any], options: EngineOptions) -> dict[str, Any]:
    """Return the HostConfig of a create call with the defaults in it; what is wrong in it stays as it is."""
    completed = dict(host)
    completed["LogConfig"] = _with_log(host.get("LogConfig"), options)
    if options.shm_size and not host.get("ShmSize"):
        completed["ShmSize"] = options.shm_size
    if options.init and host.get("Init") is None and init_program() is not None:
        completed["Init"] = True
    limits = host.get("Ulimits") or []
    if options.ulimits and isinstance(limits, list):
        named = {limit.get("Name") for limit in limits if isinstance(limit, Mapping)}
        completed["Ulimits"] = [
            *limits,
            *(dict(limit) for limit in options.ulimits if limit["Name"] not in named),
        ]
    return completed


def _with_log(given: Any, options: EngineOptions) -> Any:
    default = default_log(options)
    if given is None:
        return default
    if not isinstance(given, Mapping):
        return given
    kind, own = given.get("Type") or default["Type"], given.get("Config") or {}
    if kind != default["Type"] or not isinstance(own, Mapping):
        return given
    return {"Type": kind, "Config": {**default["Config"], **own}}
