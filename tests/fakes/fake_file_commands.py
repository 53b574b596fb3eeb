"""The commands with which the desktop looks at the files of the fake's containers, as busybox does them."""

import posixpath
import stat
from collections.abc import Callable

from tests.fakes.fake_state import FakeContainer


def run_file_command(
    container: FakeContainer, command: tuple[str, ...], write: Callable[[int, bytes], None]
) -> int:
    """List the folder that is the last word, or remove what the last word names."""
    path, files = command[-1], container.files
    if command[0] == "rm":
        for name in [name for name in files if name == path or name.startswith(f"{path}/")]:
            del files[name]
        return 0
    if path != "/" and files.get(path, b"") is not None:
        write(2, f"sh: cd: can't cd to {path}: No such file or directory\n".encode())
        return 91
    for name, content in sorted(files.items()):
        if posixpath.dirname(name) == path:
            mode = stat.S_IFDIR | 0o755 if content is None else stat.S_IFREG | 0o644
            size = len(content) if content is not None else 4096
            write(1, f"{mode:x} {size} 1767323045 {posixpath.basename(name)}\n".encode())
    return 0
