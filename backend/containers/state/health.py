"""A container's health: what is asked for, how it stands, and what the result of a probe changes.

Source: Docker Engine API, HealthConfig, Health and HealthcheckResult; `docker run --health-cmd`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.errors import InvalidParameterError

STARTING, HEALTHY, UNHEALTHY = "starting", "healthy", "unhealthy"
KEPT_RESULTS = 5
DEFAULT_RETRIES = 3
MILLISECOND = 1_000_000
SECOND = 1000 * MILLISECOND
DURATIONS = ("Interval", "Timeout", "StartPeriod", "StartInterval")  # nanoseconds
DEFAULTS = {"Interval": 30 * SECOND, "Timeout": 30 * SECOND, "StartPeriod": 0, "StartInterval": 5 * SECOND}
DEFAULT_SHELL = ("/bin/sh", "-c")


@dataclass(slots=True)
class Health:
    """How a container with a health check stands; `log` holds Docker's HealthcheckResults, newest last."""

    status: str = STARTING
    failing_streak: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)

    def to_docker(self) -> dict[str, Any]:
        """Return Docker's Health."""
        return {"Status": self.status, "FailingStreak": self.failing_streak, "Log": list(self.log)}

    def take(self, result: dict[str, Any], *, retries: int, starting_up: bool) -> None:
        """Count one probe's result; a failure while `starting_up` does not count until the first success."""
        self.log = [*self.log, result][-KEPT_RESULTS:]
        if result["ExitCode"] == 0:
            self.failing_streak, self.status = 0, HEALTHY
        elif not (starting_up and self.status == STARTING):
            self.failing_streak += 1
            if self.failing_streak >= (retries or DEFAULT_RETRIES):
                self.status = UNHEALTHY


def check_config(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a HealthConfig without empty fields. Raises InvalidParameterError in Docker's words."""
    if value is None:
        return None
    test, retries = value.get("Test") or [], value.get("Retries") or 0
    if not isinstance(test, list) or not all(isinstance(word, str) for word in test):
        raise InvalidParameterError("invalid JSON: Healthcheck: Test must be an array of strings")
    for name in (*DURATIONS, "Retries"):
        if not isinstance(number := value.get(name) or 0, int) or isinstance(number, bool):
            raise InvalidParameterError(f"invalid JSON: Healthcheck: {name} must be a number")
        if name != "Retries" and number and number < MILLISECOND:
            raise InvalidParameterError(f"{name} in Healthcheck cannot be less than 1ms")
    if retries < 0:
        raise InvalidParameterError("Retries in Healthcheck cannot be negative")
    return {name: value[name] for name in ("Test", *DURATIONS, "Retries") if value.get(name)}


def merge(own: dict[str, Any] | None, image: Any) -> dict[str, Any] | None:
    """Return a container's HealthConfig, filled in field by field from its image's."""
    return {**(check_config(image) or {}), **(own or {})} if isinstance(image, dict) else own


def command_of(config: Mapping[str, Any]) -> list[str] | None:
    """Return the probe's command line by the container's Config, None when there is none to run."""
    test = (config.get("Healthcheck") or {}).get("Test") or ["NONE"]
    if test[0] == "CMD" and len(test) > 1:
        return list(test[1:])
    if test[0] == "CMD-SHELL" and len(test) > 1:
        return [*(config.get("Shell") or DEFAULT_SHELL), *test[1:]]
    return None


def seconds(config: Mapping[str, Any], name: str) -> float:
    """Return one of the durations of a container's HealthConfig, or its default."""
    return float(((config["Healthcheck"] or {}).get(name) or DEFAULTS[name]) / SECOND)
