"""Health checks: whether one is asked for; the engine does not run them yet.

Source: Docker Engine API, HealthConfig.
"""

from typing import Any

NO_CHECK = {"Test": ["NONE"]}  # `docker run --no-healthcheck`


def is_wanted(healthcheck: Any) -> bool:
    """Return whether an image's or a caller's HealthConfig has a test to run."""
    test = healthcheck.get("Test") if isinstance(healthcheck, dict) else None
    return bool(test) and isinstance(test, list) and test[0] != "NONE"
