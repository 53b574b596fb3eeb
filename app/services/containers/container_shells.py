"""Which shells a container has."""

from app.services.containers.container_files import run
from app.services.engine.engine_client import EngineClient

SHELLS = ("bash", "zsh", "ash", "sh")
# Not `command -v`: some busyboxes name their own applets there, also those that no file stands for.
_FIND = """
IFS=:
for shell; do
    for folder in $PATH; do
        if [ -f "$folder/$shell" ] && [ -x "$folder/$shell" ]; then echo "$shell"; break; fi
    done
done
"""


def find_shells(client: EngineClient, container: str) -> list[str]:
    """Return those of `SHELLS` that a running container has; none where there is not even `/bin/sh`.

    Raises MarinaError when the engine cannot be asked, or the container does not run.
    """
    _, output, _ = run(client, container, ("/bin/sh", "-c", _FIND, "sh", *SHELLS))
    return [shell for shell in output.split() if shell in SHELLS]  # a missing sh may be told as output
