"""What is written in Windows' links (reparse points), read and made as the machine's symbolic links.

Source: [MS-FSCC] 2.1.2. Links that are made are those of Windows' own Linux: they need no privilege, and
Windows' programs do not follow them.
"""

import struct

from vm.machine.sharing.guest_paths import guest_name, guest_path

SYMLINK, JUNCTION, LINUX_LINK = 0xA000000C, 0xA0000003, 0xA000001D
LEADS_ELSEWHERE = 0x20000000
"""In the tag of whatever stands for another file; others (compressed, in a cloud) are the file itself."""

RELATIVE = 1
LINUX_VERSION = 2


def is_link(tag: int) -> bool:
    """Return whether a file with this tag stands for another one."""
    return bool(tag & LEADS_ELSEWHERE)


def link_target(data: bytes) -> bytes:
    """Return where a link leads, as the machine calls it. Raises ValueError for an unknown kind."""
    try:
        tag, length = struct.unpack_from("<IH", data)
        body = data[8 : 8 + length]
        if tag == LINUX_LINK:
            return body[4:]
        if tag not in (SYMLINK, JUNCTION):
            raise ValueError(f"a link of the unknown kind {tag:#x}")
        start, size = struct.unpack_from("<HH", body)
        flags = struct.unpack_from("<I", body, 8)[0] if tag == SYMLINK else 0
        names = body[12:] if tag == SYMLINK else body[8:]
    except struct.error as error:
        raise ValueError("a link that ends too early") from error
    target = names[start : start + size].decode("utf-16-le", "surrogatepass")
    if flags & RELATIVE:
        found = "/".join(map(guest_name, target.split("\\")))
    else:
        found = guest_path(target.removeprefix("\\??\\"), "win32")
    return found.encode("utf-8", "surrogatepass")


def linux_link(target: bytes) -> bytes:
    """Return what is to be written to make a link that leads to `target`."""
    body = struct.pack("<I", LINUX_VERSION) + target
    return struct.pack("<IHH", LINUX_LINK, len(body), 0) + body
