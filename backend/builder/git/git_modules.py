"""Where the submodules of a git repository are: what its `.gitmodules` says.

Source: gitmodules(5), gitsubmodules(7); git's `remote.c` (`relative_url`).
"""

import io
from urllib.parse import urlsplit

from dulwich.config import ConfigFile

FILE = b".gitmodules"
MOST_BYTES = 1 << 20  # of the file
SECTION = b"submodule"


def read(data: bytes) -> dict[bytes, str]:
    """Return the addresses of submodules by their folders. Raises ValueError for what is no configuration."""
    config = ConfigFile.from_file(io.BytesIO(data))
    found: dict[bytes, str] = {}
    for section in config.sections():
        if len(section) == 2 and section[0] == SECTION:
            try:
                path, url = config.get(section, b"path"), config.get(section, b"url")
            except KeyError:
                continue
            found[path.strip(b"/")] = url.decode(errors="replace")
    return found


def resolved(url: str, parent: str) -> str:
    """Return a submodule's address, which may be relative to that of the repository that it is in.

    Raises ValueError for one that leads out of its server.
    """
    if not url.startswith(("./", "../")):
        return url
    scp = "" if "://" in parent else parent.partition(":")[0]
    parts = urlsplit(parent if not scp else parent.partition(":")[2])
    folders = [name for name in parts.path.split("/") if name]
    rest = url
    while rest.startswith(("./", "../")):
        first, _, rest = rest.partition("/")
        if first == "..":
            if not folders:
                raise ValueError(f"cannot strip one component off url {parts.path}")
            folders.pop()
    if scp:
        start = "/" if parts.path.startswith("/") else ""
        return f"{scp}:{start}{'/'.join([*folders, rest]).rstrip('/')}"
    return parts._replace(path="/".join(["", *folders, rest]).rstrip("/")).geturl()
