"""The environment variables that a container's processes start with."""

from collections.abc import Sequence

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def build_environment(variables: Sequence[str], hostname: str, terminal: bool) -> list[str]:
    """Return Docker's defaults overridden by `variables`; HOME comes from the runtime."""
    merged: dict[str, str] = {"PATH": PATH, "HOSTNAME": f"HOSTNAME={hostname}"}
    if terminal:
        merged["TERM"] = "TERM=xterm"
    for entry in variables:
        merged[entry.partition("=")[0]] = entry
    return list(merged.values())
