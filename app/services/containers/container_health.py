"""What a container's health check is and what it said, as `inspect` tells it.

Source: Docker Engine API, ContainerState.Health and HealthConfig.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.services.engine.engine_types import parse_time
from app.services.engine.json_values import as_object, get_list, get_number, get_object, get_text, get_texts

_NANO = 1e9


@dataclass(frozen=True, slots=True)
class Probe:
    """One run of the check; times are Unix seconds."""

    started: float
    ended: float
    exit_code: int
    output: str


@dataclass(frozen=True, slots=True)
class Health:
    """The check and its last runs, the newest first. `status` is "" for a container without a check."""

    status: str
    failing_streak: int = 0
    command: str = ""
    interval: float = 0.0
    probes: tuple[Probe, ...] = ()

    @classmethod
    def from_inspect(cls, raw: Mapping[str, Any]) -> "Health":
        """Read it out of ContainerInspectResponse."""
        check = get_object(get_object(raw, "Config"), "Healthcheck")
        test = get_texts(check, "Test")
        state = get_object(get_object(raw, "State"), "Health")
        if not test or test[0] == "NONE":
            return cls("")
        command = test[1:] if test[0] in ("CMD", "CMD-SHELL") else test
        probes = [
            Probe(
                parse_time(get_text(probe, "Start")),
                parse_time(get_text(probe, "End")),
                get_number(probe, "ExitCode"),
                get_text(probe, "Output"),
            )
            for probe in map(as_object, get_list(state, "Log"))
        ]
        return cls(
            get_text(state, "Status", "none") or "none",
            get_number(state, "FailingStreak"),
            " ".join(command),
            get_number(check, "Interval") / _NANO or 30.0,
            tuple(reversed(probes)),
        )
