"""Whether one container reaches another: tried from inside, with what its image has."""

from dataclasses import dataclass

from app.services.containers.container_files import run
from app.services.engine.engine_client import EngineClient
from app.services.engine.network_types import Member

_TRY = """# marina: reach
if command -v getent >/dev/null; then getent hosts "$1" >/dev/null && echo name=yes || echo name=no
elif command -v nslookup >/dev/null; then nslookup "$1" >/dev/null 2>&1 && echo name=yes || echo name=no; fi
if command -v ping >/dev/null; then
ping -c 1 -W 3 "$2" >/dev/null 2>&1 && echo address=yes || echo address=no; fi
exit 0"""


@dataclass(frozen=True, slots=True)
class Reach:
    """What was tried and how it went; None: there is nothing inside to try it with."""

    by_name: bool | None = None
    by_address: bool | None = None


def check_reach(client: EngineClient, source: Member, target: Member) -> Reach:
    """Let `source` look `target` up by its name and ping its address. Takes seconds where nobody answers."""
    command = ("/bin/sh", "-c", _TRY, "sh", target.name, target.ipv4 or target.ipv6)
    code, output, _ = run(client, source.container_id, command)
    if code:
        return Reach()  # no shell
    found = dict(line.split("=", 1) for line in output.splitlines() if "=" in line)
    answers = {"yes": True, "no": False}
    return Reach(answers.get(found.get("name", "")), answers.get(found.get("address", "")))
