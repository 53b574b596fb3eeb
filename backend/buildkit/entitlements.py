"""What a client allows its build beyond the usual: `--allow`.

Source: BuildKit's `util/entitlements`.
"""

from collections.abc import Iterable

from backend.errors import InvalidParameterError

HOST_NETWORK, INSECURE = "network.host", "security.insecure"


def check(allowed: Iterable[str]) -> None:
    """Refuse what no build is granted here. Raises InvalidParameterError."""
    for name in allowed:
        if name == INSECURE:
            raise InvalidParameterError(
                f"granting entitlement {name} is not allowed by build daemon configuration"
            )
        if name != HOST_NETWORK:
            raise InvalidParameterError(f"unknown entitlement {name[:80]}")
