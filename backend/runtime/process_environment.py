"""The environment variables that a container's processes start with."""

from collections.abc import Sequence

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def build_environment(variables: Sequence[str], hostname: str, terminal: bool) -> list[str]:
    """Return Docker's defaults overridden by `variables`; a mere name takes one away.

    HOME comes from the runtime, also in the place of an empty one.
    """
    merged: dict[str, str] = {"PATH": PATH, "HOSTNAME": f"HOSTNAME={hostname}"}
    if terminal:
        merged["TERM"] = "TERM=xterm"
    for entry in variables:
        name, equals, _ = entry.partition("=")
        if equals:
            merged[name] = entry
        else:
            merged.pop(name, None)
    if merged.get("HOME") == "HOME=":
        del merged["HOME"]
    return list(merged.values())
