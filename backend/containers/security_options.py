"""`--security-opt`: what confines a container, as values.

Source: Docker Engine API, HostConfig.SecurityOpt; dockerd's parser, whose numbers in messages are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.errors import InvalidParameterError
from backend.runtime import seccomp

TRUE_WORDS = ("1", "t", "T", "TRUE", "true", "True")
FALSE_WORDS = ("0", "f", "F", "FALSE", "false", "False")
UNCONFINED, BUILT_IN = "unconfined", "builtin"


@dataclass(frozen=True, slots=True)
class SecurityOptions:
    """`seccomp` is "" (the default filter), "unconfined", "builtin", or a profile's JSON.

    AppArmor profiles and SELinux labels are noted and mean nothing: the machine has neither, and a Docker
    on such a machine takes them in the same way.
    """

    no_new_privileges: bool = False
    seccomp: str = ""
    apparmor: str = ""

    @property
    def seccomp_profile(self) -> str:
        """The JSON of a profile of the caller's own, "" when there is none."""
        return "" if self.seccomp in ("", UNCONFINED, BUILT_IN) else self.seccomp


def parse(options: Sequence[str]) -> SecurityOptions:
    """Return what a HostConfig's SecurityOpt says. Raises InvalidParameterError in Docker's words."""
    no_new_privileges, profile, apparmor = False, "", ""
    for option in options:
        if option == "no-new-privileges":
            no_new_privileges = True
            continue
        if option == "disable":  # of labels
            continue
        name, separator, value = option.partition("=" if "=" in option else ":")
        if not separator:
            raise InvalidParameterError(f'invalid --security-opt 1: "{option[:80]}"')
        if name == "no-new-privileges" and value in (*TRUE_WORDS, *FALSE_WORDS):
            no_new_privileges = value in TRUE_WORDS
        elif name == "seccomp":
            profile = value
        elif name == "apparmor":
            apparmor = value
        elif name != "label":
            raise InvalidParameterError(f'invalid --security-opt 2: "{option[:80]}"')
    return SecurityOptions(no_new_privileges, profile, apparmor)


def note_no_label(host: dict[str, Any]) -> None:
    """Note in a HostConfig, as dockerd does, that no label confines who shares so much of the machine."""
    options = host["SecurityOpt"] or []
    shares = host["Privileged"] or "host" in (host["IpcMode"], host["PidMode"])
    if shares and not any(option.partition("=")[0] == "label" for option in options):
        host["SecurityOpt"] = [*options, "label=disable"]


def check(options: Sequence[str]) -> None:
    """Refuse options, and seccomp profiles, that cannot be. Raises InvalidParameterError."""
    if profile := parse(options).seccomp_profile:
        seccomp.custom_filter(profile, frozenset())
