"""SFTP version 3 as bytes: what a packet holds, and how one is put together.

Source: draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL file for the extensions and SYMLINK's order.
"""

import enum
import os
import struct
from dataclasses import dataclass

VERSION = 3
LONGEST_PACKET = 2**18


class Kind(enum.IntEnum):
    """Types of packets."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    FSTAT = 8
    SETSTAT = 9
    FSETSTAT = 10
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    RMDIR = 15
    REALPATH = 16
    STAT = 17
    RENAME = 18
    READLINK = 19
    SYMLINK = 20
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200
    EXTENDED_REPLY = 201


class Status(enum.IntEnum):
    """Codes of STATUS packets."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    OP_UNSUPPORTED = 8
    INPUT_OUTPUT = 99
    """Not in the draft: sshfs makes EIO of a code that it does not know, and EPERM of FAILURE."""


class OpenFlag(enum.IntFlag):
    """How a file is opened."""

    READ = 0x01
    WRITE = 0x02
    APPEND = 0x04
    CREATE = 0x08
    TRUNCATE = 0x10
    EXCLUSIVE = 0x20


class AttributeFlag(enum.IntFlag):
    """Which attributes follow."""

    SIZE = 0x1
    OWNER = 0x2
    PERMISSIONS = 0x4
    TIMES = 0x8
    EXTENDED = 0x80000000


class BadPacket(Exception):
    """A packet ends too early, or holds what the protocol does not know."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is to be set; None leaves it as it is. Times are (access, change) in seconds."""

    size: int | None = None
    owner: tuple[int, int] | None = None
    permissions: int | None = None
    times: tuple[int, int] | None = None

    def full_owner(self, now: tuple[int, int]) -> tuple[int, int]:
        """Return the owner to keep; 2**32 - 1 leaves a half as it is (chown(2))."""
        wanted = self.owner or (2**32 - 1, 2**32 - 1)
        user, group = (old if new == 2**32 - 1 else new for new, old in zip(wanted, now, strict=True))
        return user, group


class PacketReader:
    """Takes values from a packet, one after another. Raises BadPacket at its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        end = self._at + count
        if end > len(self._data):
            raise BadPacket(f"{count} bytes wanted, {len(self._data) - self._at} left")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def number(self) -> int:
        """Return a number of 32 bits."""
        return int.from_bytes(self.take(4), "big")

    def long(self) -> int:
        """Return a number of 64 bits."""
        return int.from_bytes(self.take(8), "big")

    def text(self) -> bytes:
        """Return a string."""
        return self.take(self.number())

    def attributes(self) -> Attributes:
        """Return attributes; extended ones are passed over."""
        flags = AttributeFlag(self.number())
        found = Attributes(
            size=self.long() if flags & AttributeFlag.SIZE else None,
            owner=(self.number(), self.number()) if flags & AttributeFlag.OWNER else None,
            permissions=self.number() if flags & AttributeFlag.PERMISSIONS else None,
            times=(self.number(), self.number()) if flags & AttributeFlag.TIMES else None,
        )
        if flags & AttributeFlag.EXTENDED:
            for _ in range(self.number()):
                self.text()
                self.text()
        return found


def pack_text(text: bytes) -> bytes:
    """Return a string with its length before it."""
    return struct.pack(">I", len(text)) + text


def pack_attributes(found: os.stat_result, owner: tuple[int, int]) -> bytes:
    """Return a file's attributes; `owner` is who it is to belong to."""
    flags = AttributeFlag.SIZE | AttributeFlag.OWNER | AttributeFlag.PERMISSIONS | AttributeFlag.TIMES
    return struct.pack(
        ">IQIIIII",
        flags,
        found.st_size,
        *owner,
        found.st_mode,
        _seconds(found.st_atime),
        _seconds(found.st_mtime),
    )


def _seconds(moment: float) -> int:
    return max(0, min(int(moment), 2**32 - 1))


def packet(kind: Kind, number: int, body: bytes) -> bytes:
    """Return a whole answer to the request `number`."""
    return struct.pack(">IBI", len(body) + 5, kind, number) + body


def status_packet(number: int, status: Status, message: str = "") -> bytes:
    """Return an answer that says how a request went."""
    body = struct.pack(">I", status) + pack_text(message.encode()) + pack_text(b"")
    return packet(Kind.STATUS, number, body)
